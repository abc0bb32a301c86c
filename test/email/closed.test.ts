/** HTML in an email is closed where it is opened, so that nothing takes the footer away; else it is said where. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileMjml } from '../../src/email/mjml/compile.ts';
import { createRenderer } from '../../src/email/render.ts';
import { compileStored } from '../../src/playbook/compile.ts';
import { minimal, mistakes } from '../playbook/support.ts';
import { emailOf, inputOf, leadOf, playbookOf } from './fixture.ts';

const files = (body: string) =>
  minimal('', { 'emails/hello.md': `---\nsubject: Hi\nphase: thought-leadership\n---\n${body}\n` });
/** Line, column and words; the body begins at line 5. */
const check = (body: string): string[] => mistakes(files(body)).map((line) => line.replace('emails/hello.md:', ''));
const render = (body: string, title = '') =>
  createRenderer(playbookOf(emailOf('e', { subject: 'Hi', body }))).render('e', inputOf({ lead: leadOf({ title }) }));

/** Elements around the footer, by a stack that knows nothing of the renderer. */
function aroundFooter(html: string): string {
  const open: string[] = [];
  const body = html.slice(html.indexOf('<body'), html.lastIndexOf('<div class="footer">'));
  for (const [, close, name = ''] of body
    .replace(/<!--[\s\S]*?--!?>|<\/[^a-z][^>]*>/g, '')
    .matchAll(/<(\/?)([a-z][a-z0-9]*)(?:"[^"]*"|'[^']*'|[^>"'])*>/g)) {
    if (/^(?:br|hr|img|wbr)$/.test(name)) continue;
    if (close === '') open.push(name);
    else if (open.pop() !== name) return `</${name}> out of place`;
  }
  return open.join(' ');
}

const BROKEN: [string, string][] = [
  ['Hi there.\n\n<div style="display:none"><div>', '7:1 <div> is never closed (expected </div>)'],
  ['Hi <b>there.', '5:4 <b> is never closed (expected </b> in the same paragraph)'],
  ['Hi\n\n<table>', '7:1 <table> is never closed'],
  ['Hi\n\nsee <a href="https://x.example">this', '7:5 <a> is never closed'],
  ['Hi\n\n</div></div></div>', '7:1 </div> closes nothing here (expected no end tag)'],
  ['Hi\n\n- one\n- two <b>x\n\nthree</b>', '8:7 <b> is never closed (expected </b> in the same'],
  ['Hi\n\n> said <i>x\n\nthree', '7:8 <i> is never closed'],
  ['Hi {{ lead.firstName }}, `<b>` and\n<b>', '6:1 <b> is never closed'],
  [
    '{% if lead.title != "" %}<div>{% endif %}\n\nHi',
    '5:26 <div> is never closed (expected </div> inside of the same {% if %})',
  ],
  ['{% if lead.title != "" %}\n<div>\n{% else %}\n</div>\n{% endif %}\n\nHi', '6:1 <div> is never closed'],
  ['<div>\n\n{% if lead.title != "" %}\n</div>\n{% endif %}\n\nHi', '5:1 <div> is never closed'],
  ['{% for i in (1..3) %}<b>{% if i == 2 %}{% break %}{% endif %}x</b>{% endfor %} Hi', '5:22 <b> is never closed'],
  [
    '<a href="{% if lead.title != "" %}https://x.example">x</a>{% endif %}',
    "is partly in the attribute 'href', partly not",
  ],
  ['Hi <!-- {% if lead.title != "" %} --> x {% endif %}', 'is partly in the comment, partly not'],
  ['Hi\n\n<!-- never ends', '7:1 a comment does not end'],
  ['Hi\n\n<div>\n<!-- x --!><b>y -->\n</div>', '8:12 <b> is never closed'],
  ['<!--{{ lead.email }}<div style="display:none">-->\n\nHi', ''],
  ['Hi\n\n<div>\n</3 <b>x</b>\n</div>', ''],
  [
    'Hi\n\n<div>\n<{% if lead.title == "" %}b style="display:none"{% endif %}>\n</div>',
    '8:1 Liquid cannot be the name of a tag',
  ],
  ['Hi <code> <div </code> x', ''],
  [
    'Hi\n\n<noframes><!-- </noframes><div style="display:none"> --></noframes>',
    '7:1 <noframes> has no place in an email',
  ],
  ['Hi\n\n<dialog>x</dialog>', '7:1 <dialog> has no place'],
];

describe('HTML in Markdown', () => {
  it.each(BROKEN.filter(([, words]) => words !== ''))('%j is refused at its place', (body, words) => {
    expect(check(body)[0]).toContain(words);
  });

  it.each(BROKEN)('%j leaves the footer alone in an email that was applied before', (body) => {
    for (const title of ['', 'CTO']) {
      let html = '';
      try {
        html = render(body, title).html;
      } catch (error) {
        expect(error).toMatchObject({ code: expect.stringMatching(/^email-(?:html|template)$/) });
        continue;
      }
      expect(aroundFooter(html)).toBe('body div');
    }
  });

  it.each([
    'Hi <b>there</b>, <br> and <img src="https://x.example/a.png" alt=""> <span style="color:#999">x</span>',
    '<div style="background:#eee;padding:8px">\n\n**Hi**\n\n</div>',
    '<table><tr><td>a</td></tr></table>',
    '{% if lead.title != "" %}\n<div>\n\nHi\n\n</div>\n{% else %}\nHo\n{% endif %}',
    '{% for i in (1..3) %}<b>{{ i }}</b>{% endfor %}',
    '<a href="{% if lead.title != "" %}https://x.example{% else %}https://y.example{% endif %}">x</a>',
    'Hi {% if lead.title != "" %}\nyou\n{% else %}\nthere\n{% endif %},\n\nx',
    'Hi <!-- a note --> there',
  ])('%j is right', (body) => {
    expect(check(body)).toEqual([]);
    for (const title of ['', 'CTO']) expect(aroundFooter(render(body, title).html)).toBe('body div');
  });

  it('is closed whatever comes in', () => {
    const bits = [
      '<div>',
      '</div>',
      '<b>',
      '</b>',
      '\n\n',
      'x',
      '{% if lead.title != "" %}',
      '{% endif %}',
      '- ',
      '> ',
      '`',
      '<!--',
      '-->',
      '<p>',
      '*',
      '<table>',
      '</td>',
      '{{ lead.title }}',
      '<a href="',
      '">',
      '\n',
    ];
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...bits), { maxLength: 14 }), fc.constantFrom('', 'CTO'), (parts, title) => {
        let html = '';
        try {
          html = render(parts.join(''), title).html;
        } catch (error) {
          expect(error).toMatchObject({ code: expect.stringMatching(/^email-(?:html|template)$/) });
          return;
        }
        expect(aroundFooter(html)).toBe('body div');
      }),
      { numRuns: 300 },
    );
  });

  it('does not keep a version from running that was applied before the rule', () => {
    expect(compileStored(files('Hi\n\n<div>')).ok).toBe(true);
    expect(compileStored(files('Hi\n\n<script>')).ok).toBe(false);
  });
});

describe('a style', () => {
  it.each([
    '<div style="position:fixed;top:0;left:0;width:100%;height:100%;background:#fff">x</div>',
    '<div style="margin-bottom:-400px">x</div>',
    '<div style="margin:0 0 &#45;400px">x</div>',
    '<div style="transform:scale(50)">x</div>',
    '<div style="height:0">x</div>',
    '<div style="box-shadow:0 0 0 2000px #fff;opacity:.99">x</div>',
    '<div style="p\\6fsition:fixed">x</div>',
    '<div style="color:red;/**/position:fixed">x</div>',
  ])('that may hide what follows is refused, and not sent: %s', (html) => {
    expect(check(`Hi\n\n${html}`)).toEqual([expect.stringMatching(/^7:1 the style .* may hide what follows/)]);
    expect(render(`Hi\n\n${html}`).html).toContain('<div>x</div>');
    const mjml = `<mjml><mj-body><mj-section><mj-column><mj-text>${html}</mj-text></mj-column></mj-section></mj-body></mjml>`;
    expect(
      compileMjml(mjml)
        .mistakes.map(({ message }) => message)
        .join(),
    ).toContain('may hide what follows');
  });

  it.each([
    'color:#999; font: 12px/1.5 Arial, sans-serif; margin: 0 auto; padding-left: 8px',
    'display:inline-block;border:1px solid #ccc;border-radius:8px;text-decoration:none;background-color:#fff !important',
    'max-height:0;overflow:hidden;display:none;mso-hide:all;opacity:0',
    "font-family:&quot;Segoe UI&quot;,'Arial'",
  ])('of looks is right: %s', (style) => {
    expect(check(`Hi <span style="${style}">x</span>`)).toEqual([]);
  });
});

describe('Liquid in MJML', () => {
  const wrap = (text: string) =>
    `<mjml><mj-body><mj-section><mj-column>${text}</mj-column></mj-section></mj-body></mjml>`;
  it.each([
    [wrap('<mj-text>{% if lead.title != "" %}<b>{% endif %}x</b></mj-text>'), '<b> is never closed'],
    [
      wrap('<mj-text>{% if lead.title != "" %}x</mj-text><mj-text>y{% endif %}</mj-text>'),
      'is partly in the <mj-text>',
    ],
    [wrap('<mj-text>x <a href="/path">y</a></mj-text>'), `'href' of <a> is no address: "/path"`],
    [wrap('<mj-button href="http://">y</mj-button>'), `'href' is no address: "http://"`],
    [wrap('<mj-button href="">y</mj-button>'), `'href' is no address: ""`],
  ])('%s', (source, words) => {
    expect(
      compileMjml(source)
        .mistakes.map(({ message }) => message)
        .join('\n'),
    ).toContain(words);
  });
});

describe('a link that leads nowhere', () => {
  it.each([
    ['Hi\n\n[rel](/path) x', '7:1 the link is no address: "/path"'],
    ['Hi\n\nsee [x]()', '7:5 the link is no address: ""'],
    ['Hi\n\nsee [x](http://) y', '7:5 the link is no address: "http://"'],
    ['Hi\n\nsee [x](client.example) y', 'is no address: "client.example"'],
    ['Hi\n\n![x](pic.png)', '7:1 the picture is no address: "pic.png"'],
    ['Hi\n\n- a\n- see <a href="x.html">y</a>', `8:7 'href' of <a> is no address: "x.html"`],
    [
      'Hi\n\nsee [x](javascript:alert(1))',
      '7:5 a link of an email leads to a web or mail address, not to "javascript:alert(1)"',
    ],
    [
      'Hi\n\nsee <a href="javascript:x()">x</a>',
      '7:5 a link of an email leads to a web or mail address, not to "javascript:x()"',
    ],
    ['Hi\n\nsee <b onclick="x()">x</b>', '7:5 an email runs no scripts: no on… attributes such as "onclick"'],
    [
      'Hi\n\n{{ lead.email }} <a href={{ lead.email }}>x</a>',
      '7:18 a Liquid value in an HTML tag must stand in a quoted',
    ],
  ])('%j is refused at its place', (body, words) => {
    expect(check(body)).toEqual([expect.stringContaining(words)]);
  });

  it.each([
    '[x](https://x.example/a?b=c#d)',
    '[x](mailto:a@x.example)',
    '[x](tel:+442079460000)',
    '[x](#below)',
    "[x]({{ lead.domain | default: 'x.example' }})",
    '[x](https://x.example/{{ lead.email | url_encode }})',
    'https://x.example and <a@x.example>',
    '![x](https://x.example/a.png)',
  ])('is none: %s', (body) => {
    expect(check(`Hi\n\nsee ${body} y`)).toEqual([]);
  });
});
