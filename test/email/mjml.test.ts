import { describe, expect, it } from 'vitest';
import { compileMjml } from '../../src/email/mjml/compile.ts';
import { createRenderer } from '../../src/email/render.ts';
import { emailOf, inputOf, leadOf, playbookOf } from './fixture.ts';

const mjml = (body: string, head = ''): string =>
  `<mjml>${head === '' ? '' : `<mj-head>${head}</mj-head>`}<mj-body>${body}</mj-body></mjml>`;
const column = (content: string): string => `<mj-section><mj-column>${content}</mj-column></mj-section>`;
const text = (content: string): string => column(`<mj-text>${content}</mj-text>`);

function templates(source: string) {
  const made = compileMjml(source);
  if (!made.ok) throw new Error(made.mistakes.map(({ message }) => message).join('; '));
  return made.templates;
}

const render = (source: string, over: Parameters<typeof inputOf>[0] = {}) =>
  createRenderer(playbookOf(emailOf('e', { subject: 'Hi', body: templates(source) }))).render('e', inputOf(over));

/** Line, column and words of every mistake. */
function mistakes(source: string): string[] {
  const made = compileMjml(source);
  return made.mistakes.map(({ offset, message, expected }) => {
    const before = source.slice(0, offset).split('\n');
    return `${before.length}:${(before.at(-1) ?? '').length + 1} ${message} (${expected})`;
  });
}

describe('an email in MJML', () => {
  it('is made into tables, with its styles in the head', () => {
    const { html } = render(
      mjml(
        '<mj-section><mj-column><mj-text>one</mj-text></mj-column><mj-column><mj-text mj-class="quiet">two</mj-text></mj-column></mj-section>',
        '<mj-attributes><mj-class name="quiet" color="#666666" /></mj-attributes><mj-style>.x { color: red; }</mj-style>',
      ),
    );
    expect(html).toContain('.mj-column-per-50 { width:50% !important; max-width: 50%; }');
    expect(html).toContain('.x { color: red; }');
    expect(html).toMatch(/color:#666666;[^>]*>two</);
    expect(html.match(/<table/g)?.length).toBeGreaterThan(2);
  });

  it('has the frame around it: preheader, company, postal address, the reason and the unsubscribe link', () => {
    const playbook = playbookOf(
      emailOf('e', { subject: 'Hi', preheader: 'For {{ lead.firstName }}', body: templates(mjml(text('Words'))) }),
    );
    const { html, text: plain } = createRenderer(playbook).render('e', inputOf());
    for (const part of [html, plain]) {
      expect(part).toContain('Words');
      expect(part).toContain('1 Example Street, London');
      expect(part).toContain('You receive this email at ada@client.example because');
      expect(part).toContain('https://volley.example/u/TOKEN');
    }
    expect(html).toContain('mso-hide:all">For Ada');
    expect(html).toContain('<html lang="en" dir="ltr"');
    expect(html).toContain('role="article" lang="en" dir="ltr"');
    expect(html.indexOf('Words')).toBeLessThan(html.indexOf('/u/TOKEN'));
    expect(html.match(/<\/body>/g)).toHaveLength(1);
  });

  it('takes Liquid between elements, in their words and in addresses', () => {
    const source = `{% assign who = lead.firstName | default: 'you' %}
<mjml><mj-body>${column(`
  {% if lead.title != "" %}<mj-text>Head: {{ lead.title }}</mj-text>{% else %}<mj-text>For {{ who }}</mj-text>{% endif %}
  <mj-button href="{{ lead.domain }}">{{ lead.company | upcase }}</mj-button>`)}</mj-body></mjml>`;
    const mail = render(source);
    expect(mail.html).toContain('>For Ada<');
    expect(mail.html).not.toContain('Head:');
    expect(mail.html).toMatch(/href="https:\/\/client\.example"[^>]*>\n?CLIENT\n?</);
    expect(mail.text).toMatch(/^For Ada\n\nCLIENT \(client\.example\)\n\n-- \n/);
    expect(render(source, { lead: leadOf({ title: 'CTO' }) }).text).toMatch(/^Head: CTO\n/);
  });

  it('has a text part of its words, links, lists, tables and pictures', () => {
    const source = mjml(
      column(`
        <mj-text><h1>News &amp; more</h1><p>A <a href="https://x.example/?a=1&amp;b=2">guide</a>,<br>read it.</p><ul><li>one</li><li>two</li></ul></mj-text>
        <mj-table><tr><td>a</td><td>b</td></tr><tr><td>c</td><td>d</td></tr></mj-table>
        <mj-image src="https://x.example/p.png" alt="The plant" />
        <mj-divider />
        <mj-social><mj-social-element src="https://x.example/i.png" href="https://s.example/us">Us</mj-social-element></mj-social>`),
    );
    expect(render(source).text.split('\n-- \n')[0]).toBe(
      'News & more\n\nA guide (https://x.example/?a=1&b=2),\nread it.\n\n- one\n- two\n\na | b\nc | d\n\nThe plant\n\n---\n\nUs (https://s.example/us)\n',
    );
  });
});

describe('values are inert in MJML too', () => {
  const NAMES = [
    '<script>alert(1)</script>',
    '*x*',
    '"><img src=x onerror=alert(1)>',
    '</td></table>',
    '-->',
    '{{ x }}',
    '\uE000\uE100\uE100',
  ];
  const source = mjml(
    column(
      '<mj-text>{{ lead.firstName }}</mj-text><mj-image src="https://x.example/a.png" alt="{{ lead.firstName }}" /><mj-raw><p title="{{ lead.firstName }}">{{ lead.firstName }}</p></mj-raw>',
    ),
  );
  it.each(NAMES)('a lead called %j adds no markup and is shown as typed', (firstName) => {
    const tags = (html: string) => html.match(/<[^>]*>/g)?.length;
    const mail = render(source, { lead: leadOf({ firstName }) });
    expect(tags(mail.html)).toBe(tags(render(source).html));
    expect(mail.text.startsWith(`${firstName}\n`)).toBe(true);
  });

  it.each(['javascript:alert(1)', 'data:text/html,x', '//evil.example'])('a value %j leads nowhere', (domain) => {
    const { html } = render(mjml(column('<mj-button href="{{ lead.domain }}">x</mj-button>')), {
      lead: leadOf({ domain }),
    });
    expect(html).toContain('href="#"');
    expect(html).not.toContain(domain);
  });
});

describe('what is wrong in MJML is said at its place', () => {
  it.each([
    [
      'an unknown element',
      mjml('\n  <mj-sektion></mj-sektion>'),
      "2:3 unknown element <mj-sektion>, did you mean 'mj-section'?",
    ],
    [
      'an unknown attribute',
      mjml(column('<mj-text colour="red">x</mj-text>')),
      "1:48 <mj-text> has no attribute 'colour', did you mean 'color'?",
    ],
    [
      'a value of the wrong kind',
      mjml(column('<mj-text font-size="big">x</mj-text>')),
      `'font-size' is wrong: "big" (unit(px))`,
    ],
    [
      'an element out of place',
      mjml('<mj-text>x</mj-text>'),
      '1:16 <mj-text> cannot stand in <mj-body> (one of mj-raw, mj-section, mj-wrapper, mj-hero)',
    ],
    ['what is never closed', '<mjml>\n<mj-body>', '2:1 <mj-body> is never closed (</mj-body>)'],
    ['an end tag of something else', '<mjml><mj-body></mj-section></mjml>', '1:16 </mj-section> closes nothing'],
    ['HTML that is never closed', mjml(text('\n<b>x')), '<b> is never closed (</b> in the same <mj-text>)'],
    ['HTML that closes what it did not open', mjml(text('x</td>')), '</td> closes nothing here'],
    ['a comment that would hide the rest', mjml(column('<mj-raw><!-- x</mj-raw>')), 'a comment does not end'],
    ['text between elements', mjml('Hello'), '1:16 text between elements (text in an <mj-text>)'],
    ['a value between elements', mjml('{{ lead.firstName }}'), 'text between elements'],
    [
      'an attribute without quotes',
      mjml('<mj-section padding=0></mj-section>'),
      "the attribute 'padding' has no value in quotes",
    ],
    [
      'an attribute twice',
      mjml('<mj-section padding="0" padding="0"></mj-section>'),
      "the attribute 'padding' is there twice",
    ],
    ['a picture without words', mjml(column('<mj-image src="https://x.example/a.png" />')), "<mj-image> has no 'alt'"],
    ['an address that is none', mjml(column('<mj-button href="javascript:x">x</mj-button>')), "'href' is no address"],
    ['Markdown in its place', '# Hello', 'text between elements'],
    ['no body', '<mjml></mjml>', 'there is no mj-body'],
    ['something else', '<p>Hello</p>', 'text between elements'],
  ])('%s', (_, source, words) => {
    expect(mistakes(source).join('\n')).toContain(words);
  });
});

describe('a hostile email in MJML', () => {
  const deep = '<mj-section>'.repeat(5_000);
  it.each([
    [
      'reads no file',
      mjml('<mj-include path="/etc/passwd" type="html" />'),
      '<mj-include>: an email includes no other file',
    ],
    ['reads no file from the head', mjml('', '<mj-include path="./x.css" type="css" />'), '<mj-include>'],
    [
      'loads no font',
      mjml('', '<mj-font name="x" href="https://evil.example/x.css" />'),
      '<mj-font>: an email loads no fonts',
    ],
    ['runs no script', mjml('<mj-raw><script>x()</script></mj-raw>'), '<script> has no place in an email'],
    ['runs no script of an attribute', mjml(text('<b onclick="x()">y</b>')), 'no on… attributes'],
    ['has no form', mjml('<mj-raw><form></form></mj-raw>'), '<form> has no place'],
    [
      'leads to no script',
      mjml(text('<a href="java&#115;cript:x()">y</a>')),
      'a link of an email leads to a web or mail address',
    ],
    [
      'fetches no styles',
      mjml('', '<mj-style>@import url(https://evil.example);</mj-style>'),
      'an email fetches no styles',
    ],
    ['does not leave its styles', mjml('', '<mj-style>a{}</style><script></mj-style>'), "'<' in CSS"],
    [
      'brings no CSS in an attribute',
      mjml(column('<mj-text font-family="a;background:url(x)">x</mj-text>')),
      "'font-family' is wrong",
    ],
    [
      'puts no value into CSS',
      mjml(column('<mj-text color="{{ lead.role }}">x</mj-text>')),
      "Liquid in the attribute 'color'",
    ],
    [
      'puts no value into a style',
      mjml(text('<b style="color: {{ lead.role }}">x</b>')),
      'a Liquid value cannot stand in a style',
    ],
    [
      'puts no value into the address of a background',
      mjml('<mj-section background-url="{{ lead.domain }}"></mj-section>'),
      "Liquid in the attribute 'background-url'",
    ],
    ['names no other root', `${mjml(text('x'))}<mjml></mjml>`, 'a second root <mjml>'],
    ['is not nested without end', `<mjml><mj-body>${deep}`, 'it is nested too deeply'],
    ['is not wide without end', mjml('<mj-section></mj-section>'.repeat(1_500)), 'the email has too many elements'],
  ])('%s', (_, source, words) => {
    expect(mistakes(source).join('\n')).toContain(words);
  });

  it.each([
    ['open tags', '<mjml><mj-body><mj-raw>'.padEnd(64_000, '<a ')],
    ['quotes', mjml(text('<a "'.repeat(16_000)))],
    ['comments', mjml('<!--'.repeat(16_000))],
    ['numbers', mjml(column(`<mj-text padding="${'1'.repeat(60_000)}">x</mj-text>`))],
    ['entities', mjml(text('&#x'.repeat(20_000)))],
    ['brackets', mjml(text('<'.repeat(60_000)))],
    ['attributes', `<mjml><mj-body ${'a="" '.repeat(12_000)}>`],
    ['elements', mjml(column('<mj-text>x</mj-text>'.repeat(900)))],
  ])('of 64 KB of %s is done with in a second', (_, source) => {
    const before = performance.now();
    compileMjml(source);
    expect(performance.now() - before).toBeLessThan(1_000);
  });
});
