import { describe, expect, it } from 'vitest';
import { createLiquid } from '../../src/playbook/liquid.ts';
import { checkTemplate } from '../../src/playbook/templates.ts';
import { guide, minimal, mistakes } from './support.ts';

const check = (text: string) =>
  checkTemplate(text, ['lead', 'rep', 'company', 'unsubscribeUrl']).map(
    ({ offset, message }) => `${offset} ${message}`,
  );

describe('templates', () => {
  it.each([
    'Hello {{ lead.firstName | default: "there" | capitalize }}, {{ rep.name }} of {{ company.name }}',
    '{% if lead.role == "it" %}a{% elsif lead.role contains "op" %}b{% else %}c{% endif %}',
    '{% assign name = lead.firstName | strip %}{{ name }}',
    '{% for part in (1..3) %}{{ part }}{{ forloop.index }}{% endfor %}',
    '{% capture x %}{{ lead.title }}{% endcapture %}{{ x | size }}',
    '{{ lead.attributes.plan }} {{ lead["firstName"] }} {{ unsubscribeUrl }}',
    '{% comment %}{{ nothing }} {% nope %}{% endcomment %}{% raw %}{{ nothing }}{% endraw %}',
    'no template at all { }',
  ])('may say %s', (text) => {
    expect(check(text)).toEqual([]);
  });

  it.each([
    ['{{ lead.firstNam }}', "3 unknown field 'lead.firstNam', did you mean 'firstName'?"],
    ['{{ leed.firstName }}', "3 unknown variable 'leed', did you mean 'lead'?"],
    ['{{ lead }}', "3 'lead' is not a text"],
    ['{{ lead.attributes }}', '3 lead.attributes needs a name'],
    ['{{ company.timeZone }}', "3 unknown field 'company.timeZone'"],
    ['{{ unsubscribeUrl.x }}', "3 'unsubscribeUrl' has no fields"],
    ['{{ lead.firstName | upcas }}', "20 unknown filter 'upcas', did you mean 'upcase'?"],
    ['{% assign x = lead.role | zzzzz %}', "26 unknown filter 'zzzzz'"],
    ['{% if lead.role | bar %}{% endif %}', "18 unknown filter 'bar'"],
    ['{{ name }}{% assign name = lead.role %}', "3 unknown variable 'name'"],
    ["{% include 'x' %}", "0 unknown tag 'include'"],
    ['{% if lead.role %}', '0 tag {% if lead.role %} not closed'],
    ['a {{ lead.role', '2 output "{{ lead.role" not closed'],
  ])('may not say %s', (text, expected) => {
    expect(check(text)).toEqual([expected]);
  });

  it('say all their mistakes at once, also beside an unknown tag', () => {
    expect(check('{{ a }} {% iff %} {{ lead.b | c }} {% assign d = 1 %}{{ d }}')).toHaveLength(4);
  });

  it('of tasks and senders have the variables there are', () => {
    const task = minimal(
      '',
      guide('steps:\n  - { id: t, task: { kind: call, title: "Call {{ unsubscribeUrl }}", due: P1D } }\n'),
    );
    expect(mistakes(task)[0]).toContain("cadences/guide.yaml:4:50 unknown variable 'unsubscribeUrl' here");
    const files = minimal();
    const sender = {
      ...files,
      'playbook.yaml': (files['playbook.yaml'] ?? '').replace('news@northwind.example', '"{{ rep.email }}"'),
    };
    expect(mistakes(sender)[0]).toContain("unknown variable 'rep' here");
  });

  it('need quotes in YAML, and a reader who forgets them is told so', () => {
    const files = minimal(
      '',
      guide('steps:\n  - { id: t, task: { kind: call, title: {{ lead.title }}, due: P1D } }\n'),
    );
    expect(mistakes(files)[0]).toContain(
      '4:42 a map cannot be a key (expected text; a template with {{ }} needs quotes)',
    );
  });

  it('of an email are found in its file, in front matter and body', () => {
    const email = '---\nsubject: >-\n  Hello\n  {{ lead.x }}\nphase: call-to-action\n---\n\nText\n  {{ lead.y }}\n';
    expect(mistakes(minimal('', { 'emails/hello.md': email })).map((line) => line.slice(0, 45))).toEqual([
      "emails/hello.md:4:6 unknown field 'lead.x' (e",
      "emails/hello.md:9:6 unknown field 'lead.y' (e",
    ]);
  });

  it.each([
    ['Hello\n', 'the email has no front matter'],
    ['---\nsubject: x\n', 'the front matter does not end'],
    ['---\nsubject: x\nphase: call-to-action\n---\n\n', 'the email has no body'],
  ])('come in an email file, which %j is not', (text, message) => {
    expect(mistakes(minimal('', { 'emails/hello.md': text }))).toEqual([expect.stringContaining(message)]);
  });
});

describe('the Liquid engine', () => {
  it('renders an absent value as nothing', () => {
    expect(createLiquid().parseAndRenderSync('[{{ rep.name }}{{ lead.attributes.x }}]', { lead: {} })).toBe('[]');
  });

  it('sees no inherited properties', () => {
    expect(createLiquid().parseAndRenderSync('[{{ lead.constructor.name }}]', { lead: {} })).toBe('[]');
  });

  it('escapes every output when told to', () => {
    const engine = createLiquid({ outputEscape: (value) => `<${String(value)}>` });
    expect(engine.parseAndRenderSync('a{{ lead.role }}', { lead: { role: 'it' } })).toBe('a<it>');
  });

  it('stops a template that computes without end', () => {
    const endless = '{% for a in (1..100000) %}{% for b in (1..100000) %}x{% endfor %}{% endfor %}';
    expect(() => createLiquid().parseAndRenderSync(endless, {})).toThrow(/limit/);
  });
});

describe('emails that nobody could be sent', () => {
  const email = (body: string, subject = 'Hello'): string[] => {
    const files = minimal();
    const [path = ''] = Object.keys(files).filter((name) => name.startsWith('emails/'));
    return mistakes({
      ...files,
      [path]: `---\nsubject: "${subject}"\nphase: thought-leadership\n---\n\nHello,\n${body}\n`,
    });
  };

  it.each([
    ['<script>x</script>', ':7:1 <script> has no place in an email'],
    ['<p><form action="x"></form></p>', ':7:4 <form> has no place in an email'],
    ['<a href={{ lead.email }}>x</a>', 'a Liquid value in an HTML tag must stand in a quoted attribute'],
    ['[x](javascript:alert(1))', 'a link of an email leads to a web or mail address'],
    [
      '\nx {% for i in (1..1000000000) %}x{% endfor %}',
      ':8:3 the email cannot be made: it repeats too much, makes too much text, or takes too long (expected fewer rounds of',
    ],
    [
      '\n{% for i in (1..9999) %}{% for j in (1..9999) %}{% endfor %}{% endfor %}',
      ':8:25 the email cannot be made: it repeats too much',
    ],
  ])('%s', (body, expected) => {
    expect(email(body)).toEqual([expect.stringContaining(expected)]);
  });

  it('are those too that fail for a lead of whom little is known', () => {
    expect(email('Hi', '{% if lead.company != "" %}{{ lead.company }}{% endif %}'.replaceAll('"', "'"))).toEqual([
      expect.stringMatching(/:2:10 .* of whom only the address is known: the subject came out empty/),
    ]);
    expect(email('Hi', "{{ lead.company | default: 'you' }}")).toEqual([]);
  });
});
