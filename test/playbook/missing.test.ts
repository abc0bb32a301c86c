import { describe, expect, it } from 'vitest';
import { createRenderer } from '../../src/email/render.ts';
import { compileStored } from '../../src/playbook/compile.ts';
import { checkMissing } from '../../src/playbook/missing.ts';
import { compiled, LEAD, minimal, mistakes } from './support.ts';

const email = (subject: string, body: string) => ({
  'emails/hello.md': `---\nsubject: ${JSON.stringify(subject)}\nphase: thought-leadership\n---\n${body}\n`,
});
const NOBODY = { ...LEAD, firstName: '', lastName: '', company: '', title: '', attributes: {} };
const render = (body: string, lead = NOBODY) =>
  createRenderer(compiled(minimal('', email('Hi', body)))).render('hello', {
    purpose: 'marketing',
    lead,
    unsubscribeUrl: 'https://volley.example/u/1',
  });

describe('a value that a lead may not have', () => {
  it.each([
    ['{{ lead.company }} and more', '3 lead.company may be empty'],
    ['at {{ lead.company | upcase }}', '6 lead.company may be empty'],
    ["x {{ 'at ' | append: lead.company }}", '21 lead.company may be empty'],
    ['{{ lead.company | default: lead.domain }}', '27 lead.domain may be empty'],
    ['{{ lead.attributes.plan }}', '3 lead.attributes.plan may be empty'],
    ['{{ lead.firstName }}, a question', '3 lead.firstName may be empty'],
    [
      '<mj-text>Hallo {{ lead.firstName }} <a href="https://x.example">eins</a></mj-text>',
      '18 lead.firstName may be empty',
    ],
    ['<mj-text><b>Hallo {{ lead.firstName }}</b> eins</mj-text>', '21 lead.firstName may be empty'],
    ['{% assign c = lead.company %}{{ c }}', '32 c may be empty'],
    [
      '{% if lead.company %}x{% endif %}',
      '6 this holds for everybody: lead.company is an empty text where it is not known',
    ],
    ['{% if lead.company != "" %}x{% endif %}{{ lead.company }}', '42 lead.company may be empty'],
  ])('%j is a mistake at its place', (template, words) => {
    expect(checkMissing(template).map(({ offset, message }) => `${offset} ${message}`)).toEqual([words]);
  });

  it.each([
    "{{ lead.company | default: 'your company' }}",
    '{% if lead.company != "" %}{{ lead.company }}{% else %}you{% endif %}',
    '{% unless lead.company == "" %}{{ lead.company }}{% endunless %}',
    '{% if lead.title.size > 0 %}{{ lead.title }}{% endif %}',
    "{% case lead.role %}{% when 'it' %}{{ lead.role }}{% endcase %}",
    "{% assign c = lead.company | default: 'you' %}{{ c }}",
    '{{ lead.email }}',
    "{{ 'lead.company' }}",
    'Hello {{ lead.firstName }},',
    'Hello {{ lead.firstName | capitalize }}!',
    '<mj-text>Hello {{ lead.firstName }}</mj-text>',
    '<mj-text><b>Hello {{ lead.firstName }}</b>,<br>x</mj-text>',
    '<p><b>Hello {{ lead.firstName }}</b></p>',
    'Hello {{ lead.firstName }} <br> x',
    'Dear {{ lead.firstName }} {{ lead.lastName }}:',
  ])('%j is none', (template) => {
    expect(checkMissing(template)).toEqual([]);
  });

  it('is said with file, line and column, in subject and body', () => {
    expect(mistakes(minimal('', email('{{ lead.company }}: hi', 'Hi\n\nat {{ lead.title }} x')))).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^emails\/hello\.md:2:14 lead\.company may be empty \(expected a default/),
        expect.stringMatching(/^emails\/hello\.md:7:7 lead\.title may be empty/),
      ]),
    );
  });

  it('does not keep a version from running that was applied before the rule', () => {
    expect(compileStored(minimal('', email('Hi', 'at {{ lead.title }} x'))).ok).toBe(true);
  });
});

describe('a name that ends a phrase leaves no gap', () => {
  it.each([
    ['Hello {{ lead.firstName }},', 'Hello,', 'Hello Ada,'],
    ['Dear {{ lead.firstName }} {{ lead.lastName }}!', 'Dear!', 'Dear Ada!'],
    ['**Hello {{ lead.firstName }}**', 'Hello', 'Hello Ada'],
  ])('%s is %s', (body, without, withName) => {
    for (const [lead, words] of [
      [NOBODY, without],
      [LEAD, withName],
    ] as const) {
      const { text, html } = render(body, lead);
      expect(text.split('\n')[0]).toBe(words);
      expect(html.replace(/<[^>]*>/g, '')).toContain(words);
    }
  });
});
