/** Templates that are meant to hang, to eat memory or to read what is not theirs: past the check, and at it. */
import { describe, expect, it } from 'vitest';
import { RENDER_LIMIT_MS, within } from '../../src/email/limit.ts';
import { createRenderer } from '../../src/email/render.ts';
import { minimal, mistakes } from '../playbook/support.ts';
import { emailOf, inputOf, leadOf, playbookOf } from './fixture.ts';

/** As sending would, without the check before it. */
const render = (body: string, over: Parameters<typeof inputOf>[0] = {}) =>
  createRenderer(playbookOf(emailOf('e', { subject: 'Hi', body }))).render('e', inputOf(over));

const check = (body: string): string =>
  mistakes(minimal('', { 'emails/hello.md': `---\nsubject: Hi\nphase: thought-leadership\n---\n${body}\n` })).join(
    '\n',
  );

/** A limit ends it: the check and the renderer are both done, for both parts, in a few times the limit. */
function ends(work: () => unknown): void {
  const before = performance.now();
  work();
  expect(performance.now() - before).toBeLessThan(8 * RENDER_LIMIT_MS);
}

describe('published holes of Liquid engines stay shut', () => {
  it.each([
    ['CVE-2022-25948', 'prototypes', '{{ lead.constructor.name }}', "unknown field 'lead.constructor'"],
    ['CVE-2022-25948', 'prototypes', '{{ company.__proto__ }}', "unknown field 'company.__proto__'"],
    ['CVE-2026-45618', 'filters of Object.prototype', "{{ 'x' | constructor }}", "unknown filter 'constructor'"],
    ['CVE-2026-45618', 'filters of Object.prototype', "{{ 'x' | valueOf }}", "unknown filter 'valueOf'"],
    ['CVE-2026-45618', 'tags of Object.prototype', '{% constructor x %}', "unknown tag 'constructor'"],
    ['CVE-2026-45618', 'tags of Object.prototype', '{% __proto__ %}', "unknown tag '__proto__'"],
    ['CVE-2026-45357', 'dates of any width', "{{ 'now' | date: '%9999999d' }}", "unknown filter 'date'"],
    ['CVE-2026-45617', 'slow strip_html', "{{ '<script' | strip_html }}", "unknown filter 'strip_html'"],
    ['CVE-2026-41311', 'layouts in a circle', "{% layout 'a' %}{% block a %}{% endblock %}", "unknown tag 'layout'"],
    ['CVE-2026-55575', 'pop without a limit', "{{ lead.company | split: '' | pop }}", "unknown filter 'pop'"],
    ['files', 'include', "{% include '/etc/passwd' %}", "unknown tag 'include'"],
    ['files', 'render', "{% render '../../etc/passwd' %}", "unknown tag 'render'"],
    ['environment', 'other variables', '{{ process.env.VOLLEY_SECRET }}', "unknown variable 'process'"],
  ])('%s, %s: %s', (_, __, body, words) => {
    expect(check(body)).toContain(words);
    let sent = '';
    try {
      sent = render(body).text;
    } catch (error) {
      expect(error).toMatchObject({ code: expect.stringMatching(/^email-/) });
    }
    expect(sent).not.toMatch(/function|Object|root:|native code/);
  });

  it('CVE-2026-106120: elements an array has from its prototype are not there', () => {
    const body =
      "[{% assign none = lead.title | split: ',' %}{{ none | first }}{{ none | last }}{{ none | join: '' }}{% for x in none %}{{ x }}{% endfor %}{{ none[0] }}]";
    Object.defineProperty(Array.prototype, 0, { value: 'SECRET', configurable: true, writable: true });
    try {
      expect(render(body).text).not.toContain('SECRET');
    } finally {
      Reflect.deleteProperty(Array.prototype, 0);
    }
  });
});

const DOUBLED = `{% assign s = 'aaaaaaaaaaaaaaaa' %}${'{% assign s = s | append: s %}'.repeat(40)}`;
const SPACES = `{% assign s = '                ' %}${'{% assign s = s | append: s %}'.repeat(15)}{% assign s = 'a' | append: s | append: 'b' %}`;

describe('a template that would not end is ended', () => {
  it.each([
    ['CVE-2026-44645, an empty loop', '{%- for i in (1..1000000) -%}{%- endfor -%}'.repeat(200)],
    [
      'empty loops in loops',
      '{% for i in (1..9999) %}{% for j in (1..9999) %}{% for k in (1..9999) %}{% endfor %}{% endfor %}{% endfor %}',
    ],
    ['a range without end', '{% for i in (1..1000000000) %}x{% endfor %}'],
    ['a text that doubles', `${DOUBLED}{{ s }}`],
    ['a text that doubles unseen', `${DOUBLED}{% if s == 'a' %}b{% endif %}`],
    [
      'a list of a million',
      `{% assign s = 'a,a,a,a,a,a,a,a,' %}${'{% assign s = s | append: s %}'.repeat(17)}{% assign l = s | split: ',' %}{% for x in l %}{{ l | join: '' }}{% endfor %}`,
    ],
    ['a filter that goes back and forth', `${SPACES}${'{{ s | rstrip | size }}'.repeat(50)}`],
    ['a search of everything for everything', `${SPACES}${"{{ s | replace: ' ', s | size }}".repeat(5)}`],
  ])('%s', (_, body) => {
    ends(() => expect(check(body)).toMatch(/cannot be made|limit|too long/));
    ends(() => {
      try {
        render(body);
      } catch (error) {
        expect(error).toMatchObject({ code: expect.stringMatching(/^email-(?:template|too-slow)$/) });
      }
    });
  });

  it('nested deeper than anybody writes is refused, not a crash', () => {
    const deep = `${'{% if true %}'.repeat(2_500)}x${'{% endif %}'.repeat(2_500)}`;
    expect(check(deep)).toMatch(/nested too deeply|cannot be made|Maximum call stack/);
  });

  it('in a title of a task as well', () => {
    const cadence =
      'cadence: guide\npurpose: marketing\nsteps:\n  - { id: call, task: { kind: call, title: "{% for i in (1..9999) %}{% for j in (1..9999) %}{% endfor %}{% endfor %}x", due: { working: P1D } } }\n';
    ends(() =>
      expect(mistakes(minimal('', { 'cadences/guide.yaml': cadence })).join()).toContain('cannot be filled in'),
    );
  });

  it('and the rest of a playbook of nothing but such is not tried', () => {
    const slow =
      '---\nsubject: Hi\nphase: thought-leadership\n---\n{% for i in (1..9999) %}{% for j in (1..9999) %}{% endfor %}{% endfor %}\n';
    const files = Object.fromEntries(Array.from({ length: 40 }, (_, n) => [`emails/slow-${n}.md`, slow]));
    const before = performance.now();
    expect(mistakes(minimal('', files)).join()).toContain('from here on none has been tried');
    expect(performance.now() - before).toBeLessThan(10_000);
  });
});

describe('the time limit', () => {
  it('ends a loop and a regular expression, and gives back what was in time', () => {
    expect(within(1_000, () => 7)).toBe(7);
    for (const work of [
      () => {
        for (;;);
      },
      () => /(a+)+$/.test(`${'a'.repeat(60)}b`),
    ])
      expect(() => within(50, work)).toThrow(expect.objectContaining({ code: 'too-slow' }));
    expect(() =>
      within(50, () => {
        throw new TypeError('x');
      }),
    ).toThrow(TypeError);
    expect(within(50, () => within(1_000, () => 1) + 1)).toBe(2);
  });

  it('is far from what an email takes that uses all it may', () => {
    const body = `${'{% for i in (1..50) %}{{ lead.company | upcase | append: lead.title }} {% endfor %}\n\n'.repeat(20)}`;
    const before = performance.now();
    expect(render(body, { lead: leadOf() }).text.length).toBeGreaterThan(5_000);
    expect(performance.now() - before).toBeLessThan(RENDER_LIMIT_MS);
  });
});
