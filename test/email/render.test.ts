import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRenderer } from '../../src/email/render.ts';
import { emailOf, inputOf, leadOf, playbookOf } from './fixture.ts';

const render = (body: string, over: Parameters<typeof inputOf>[0] = {}, email: Parameters<typeof emailOf>[1] = {}) =>
  createRenderer(playbookOf(emailOf('e', { ...email, body }))).render('e', inputOf(over));
const bodyOf = (html: string) => /<div class="card">\n([\s\S]*?)<\/div>\n<div class="footer">/.exec(html)?.[1] ?? '';

const HOSTILE = [
  '*x*',
  '**x**',
  '_x_',
  '`x`',
  '# x',
  '- x',
  '<script>alert(1)</script>',
  '[a](http://evil.example)',
  '![a](http://evil.example/a.png)',
  '<http://evil.example>',
  'https://evil.example',
  '{{ company.name }}',
  '{% raw %}',
  '"><img src=x onerror=alert(1)>',
  "' onmouseover='alert(1)",
  '&lt;b&gt;',
  '-->',
  '</title><script>',
  '0q0v0z',
  '\u0000\u2028\u202e',
];

describe('values are inert', () => {
  it.each(HOSTILE)('a lead called %j adds no markup and is shown as typed', (name) => {
    const body =
      'Dear {{ lead.firstName }}, **{{ lead.firstName }}**\n\n- [{{ lead.firstName }}](https://a.example "{{ lead.firstName }}")';
    const honest = bodyOf(render(body, { lead: leadOf({ firstName: 'NAME' }) }, { subject: 'Hi' }).html);
    const mail = render(body, { lead: leadOf({ firstName: name }) }, { subject: 'Hi' });
    expect(bodyOf(mail.html).replaceAll(escaped(name), 'NAME')).toBe(honest);
    expect(mail.text).toContain(`Dear ${name}, ${name}`);
  });

  it('holds for any text', () => {
    const renderer = createRenderer(
      playbookOf(emailOf('e', { subject: 'Hi', body: '# {{ lead.firstName }}\n\n> a *{{ lead.lastName }}* b' })),
    );
    const skeleton = (html: string) => html.match(/<[^>]*>/g)?.join('');
    const honest = skeleton(renderer.render('e', inputOf()).html);
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 30 }), (name) => {
        const { html } = renderer.render('e', inputOf({ lead: leadOf({ firstName: name, lastName: name }) }));
        expect(skeleton(html)).toBe(honest);
      }),
    );
  });

  it.each(['javascript:alert(1)', ' JavaScript:alert(1)', 'data:text/html,x', 'vbscript:x', '//evil.example', 'x y'])(
    'a value %j that begins a link leads nowhere',
    (domain) => {
      const html = bodyOf(
        render('[site]({{ lead.domain }}) **[b]({{ lead.domain }})**', { lead: leadOf({ domain }) }).html,
      );
      expect(html).not.toContain(`href="${domain.trim()}`);
      expect(html.match(/href="#"/g)).toHaveLength(2);
    },
  );

  it('a host or web address that begins a link works', () => {
    const html = bodyOf(
      render(
        '[a]({{ lead.domain }}) [b]({{ unsubscribeUrl }}) [c](https://x.example/?q={{ lead.company | url_encode }})',
        { lead: leadOf({ company: 'A&B' }) },
      ).html,
    );
    expect(html).toContain('href="https://client.example"');
    expect(html).toContain('href="https://volley.example/u/TOKEN"');
    expect(html).toContain('href="https://x.example/?q=A%26B"');
  });

  it('what is captured is escaped once', () => {
    const html = bodyOf(
      render('{% capture c %}{{ lead.lastName }} & co{% endcapture %}\n\nFrom {{ c }}.', {
        lead: leadOf({ lastName: "O'Neil" }),
      }).html,
    );
    expect(html).toContain('<p>From O&#39;Neil &amp; co.</p>');
  });
});

describe('Markdown and Liquid together', () => {
  it('a line of tags is a block of its own and leaves nothing behind', () => {
    const body = 'Hello\n\n{% if lead.title != "" %}\nA **title**.\n{% else %}\nNone.\n{% endif %}\n\nBye';
    const mail = render(body);
    expect(bodyOf(mail.html).replace(/\n+/g, '')).toBe('<p>Hello</p><p>None.</p><p>Bye</p>');
    expect(mail.text).toMatch(/^Hello\n\nNone\.\n\nBye\n/);
  });

  it('the text part keeps lists, links, quotes and entities', () => {
    const { text } = render(
      '# Head\n\nA [guide](https://x.example) &mdash; *now*\nhere.\n\n1. one\n2. two\n   - sub\n\n> said\n\n<https://y.example>\n\n`a & b`',
    );
    expect(text).toMatch(
      /^Head\n\nA guide \(https:\/\/x\.example\) — now here\.\n\n1\. one\n2\. two\n {3}- sub\n\n> said\n\nhttps:\/\/y\.example\n\na & b\n\n-- \n/,
    );
  });

  it.each(['**[Book & go](https://x.example/?a=1&b=2)**', '[Book & go](https://x.example/?a=1&b=2)'])(
    'the paragraph %s is a button',
    (body) => {
      expect(bodyOf(render(body).html)).toContain(
        '<p class="action"><a class="button" href="https://x.example/?a=1&amp;b=2">Book &amp; go</a></p>',
      );
    },
  );

  it('a link among words, or a bare address, is none', () => {
    expect(bodyOf(render('Go [there](https://x.example)\n\nhttps://y.example').html)).not.toContain('button');
  });

  it.each([
    ['<script>x</script>', 'has no place'],
    ['<b onclick="x()">y</b>', 'no on… attributes'],
    ['<a href={{ lead.domain }}>y</a>', 'quoted attribute'],
    ['<p {{ lead.title }}>y</p>', 'quoted attribute'],
  ])('refuses %s', (body, words) => {
    expect(() => render(body)).toThrow(
      expect.objectContaining({ code: 'email-html', message: expect.stringContaining(words) }),
    );
  });
});

describe('the frame', () => {
  it('has preheader, company, postal address, unsubscribe link and the reason', () => {
    const { html, text } = render('Hi', {}, { preheader: 'For {{ lead.firstName }}' });
    for (const part of [html, text]) {
      expect(part).toContain('Northwind');
      expect(part).toContain('1 Example Street, London');
      expect(part).toContain('You receive this email at ada@client.example because');
      expect(part).toContain('https://volley.example/u/TOKEN');
    }
    expect(html).toContain('mso-hide:all">For Ada');
    expect(html).toContain('prefers-color-scheme: dark');
  });

  it('names the company of today when the playbook is an old version', () => {
    const company = { ...playbookOf().company, postalAddress: '2 New Road, Leeds' };
    expect(render('Hi', { company }).text).toContain('2 New Road, Leeds');
  });
});

describe('subject and sender', () => {
  it('are plain text', () => {
    const mail = render('x', { lead: leadOf({ firstName: '<b>&' }) });
    expect(mail.subject).toBe('Hello <b>&');
    expect(mail.html).toContain('<title>Hello &lt;b&gt;&amp;</title>');
    expect(mail.from).toEqual({ name: 'Northwind', address: 'news@northwind.example' });
  });

  it.each(['a\r\nBcc: x@evil.example', 'a\nb', 'a\u0000b'])('a subject with %j in it is refused', (firstName) => {
    expect(() => render('x', { lead: leadOf({ firstName }) }, { subject: 'Hi {{ lead.firstName }}!' })).toThrow(
      expect.objectContaining({ code: 'header-injection' }),
    );
  });

  it('an empty subject, an unknown email and broken Liquid are named', () => {
    expect(() => render('x', {}, { subject: '{{ lead.title }}' })).toThrow(
      expect.objectContaining({ code: 'email-empty-subject' }),
    );
    expect(() => createRenderer(playbookOf()).render('nope', inputOf())).toThrow(
      expect.objectContaining({ code: 'email-unknown' }),
    );
    expect(() => render('{% if %}')).toThrow(expect.objectContaining({ code: 'email-template' }));
  });

  it('sales mail comes from the rep, or from the company while there is none', () => {
    const rep = { id: 'rep-1@northwind.example', name: 'Rita <ceo@evil.example>, Rep' };
    expect(render('x', { purpose: 'sales', rep }).from).toEqual({ name: rep.name, address: rep.id });
    expect(render('x', { purpose: 'sales' }).from).toEqual({ name: 'Northwind', address: 'news@northwind.example' });
    expect(render('x', { rep }, { from: 'sales' }).from.address).toBe(rep.id);
  });

  it('a task title is one line of plain text', () => {
    const line = createRenderer(playbookOf()).line('Call {{ lead.firstName }}', {
      lead: leadOf({ firstName: 'A\n<b>' }),
    });
    expect(line).toBe('Call A <b>');
  });
});

it('compiles once: the renderer of a playbook is kept', () => {
  const playbook = playbookOf(emailOf('e'));
  expect(createRenderer(playbook)).toBe(createRenderer(playbook));
});

function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&#34;')
    .replaceAll("'", '&#39;');
}
