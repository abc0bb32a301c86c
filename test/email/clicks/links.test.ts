/** Which links of an email lead through here, and that they lead nowhere but where they did. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { trackLinks } from '../../../src/email/clicks/links.ts';
import { signClick, verifyClick } from '../../../src/email/clicks/token.ts';

const SECRET = 'a secret of at least thirty-two characters';
const tracked = (html: string, trap = false): string =>
  trackLinks(html, { secret: SECRET, publicUrl: 'https://volley.example', touch: 'touch-1', trap });
const hrefs = (html: string): string[] => [...html.matchAll(/href="([^"]*)"/g)].map(([, href]) => href ?? '');
const leadsTo = (href: string) => verifyClick(SECRET, href.replace('https://volley.example/c/', ''))?.url;

describe('a link', () => {
  test('to the web leads through here to the same address', () => {
    const [href = ''] = hrefs(tracked('<p><a class="button" href="https://x.example/a?b=1&amp;c=2#d">Go</a></p>'));
    expect(href).toMatch(/^https:\/\/volley\.example\/c\/[\w-]+\.[\w-]+$/);
    expect(leadsTo(href)).toBe('https://x.example/a?b=1&c=2#d');
  });

  test('keeps its other attributes, whatever stands in them', () => {
    const html = tracked(`<a title='a > b' style="color:red" href='http://x.example/'>x</a>`);
    expect(html).toMatch(/^<a title='a > b' style="color:red" href="https:\/\/volley\.example\/c\/[^"]+">x<\/a>$/);
  });

  test.each([
    'mailto:a@x.example',
    'tel:+44',
    '#top',
    '/relative',
    'ftp://x.example/',
    'javascript:alert(1)',
    'https://user:pass@x.example/',
    'https://volley.example/u/TOKEN',
    `https://x.example/${'a'.repeat(2_000)}`,
  ])('stays as it is: %s', (url) => {
    expect(tracked(`<a href="${url}">x</a>`)).toBe(`<a href="${url}">x</a>`);
  });

  test.each(['title="untracked"', "title='untracked'", 'data-track="no"'])('whose author says %s stays', (says) => {
    expect(tracked(`<a href="https://x.example/" ${says}>x</a>`)).toBe('<a href="https://x.example/">x</a>');
  });
});

test('the trap is the first link, and no person sees it', () => {
  const html = tracked('<html><body class="a"><a href="https://x.example/">x</a></body></html>', true);
  expect(leadsTo(hrefs(html)[0] ?? '')).toBe('');
  expect(html).toMatch(
    /<body class="a"><a href="[^"]+" style="display:none" aria-hidden="true" tabindex="-1"><\/a><a /,
  );
});

describe('a token', () => {
  test('holds any address of the web', () => {
    fc.assert(
      fc.property(fc.webUrl({ withQueryParameters: true, withFragments: true }), (url) => {
        expect(verifyClick(SECRET, signClick(SECRET, { touch: 't-1', url }))).toEqual({ touch: 't-1', url });
      }),
    );
  });

  test('that was changed anywhere, or signed for something else, is none', () => {
    const token = signClick(SECRET, { touch: 't-1', url: 'https://x.example/' });
    fc.assert(
      fc.property(fc.integer({ min: 0, max: token.length - 1 }), fc.constantFrom('A', 'b', '9', '_'), (n, sign) => {
        fc.pre(token[n] !== sign);
        expect(verifyClick(SECRET, token.slice(0, n) + sign + token.slice(n + 1))).toBeNull();
      }),
    );
    expect(verifyClick('another secret of thirty-two characters', token)).toBeNull();
  });

  test.each(['javascript:alert(1)', 'data:text/html,x', '//evil.example', 'ftp://x.example/'])(
    'leads to the web alone, even if it were signed: %s',
    (url) => expect(verifyClick(SECRET, signClick(SECRET, { touch: 't-1', url }))).toBeNull(),
  );
});
