import { describe, expect, it } from 'vitest';
import type { Condition } from '../../src/core/playbook.ts';
import type { Scope } from '../../src/core/scope.ts';
import { compiled, guide, LEAD, minimal, mistakes, SCOPE } from './support.ts';

const quote = (condition: string) => JSON.stringify(condition);
const definitions = (map: Record<string, string>) =>
  `definitions:\n${Object.entries(map)
    .map(([name, condition]) => `  ${name}: ${quote(condition)}\n`)
    .join('')}`;

const condition = (source: string, others: Record<string, string> = {}): Condition => {
  const found = compiled(minimal(definitions({ ...others, it: source }))).definitions['it'];
  if (!found) throw new Error('not compiled');
  return found;
};
const test = (source: string, scope: Partial<Scope> = {}): boolean => condition(source).test({ ...SCOPE, ...scope });
const wrong = (source: string): string[] =>
  mistakes(minimal(definitions({ it: source }))).map((line) => line.replace(/^playbook\.yaml:12:/, ''));

describe('conditions', () => {
  it.each([
    ["stage == 'exploring'", true],
    ["stage in ['evaluating']", false],
    ["custody == 'nobody'", true],
    ['score.fit >= 30.0 && score.engagement > 50.0', false],
    ['score.fit >= 30', true],
    ['attempts == 2', true],
    ['working', true],
    ["lead.lastName == ''", true],
    ["lead.country in ['GB', 'DE']", true],
    ["lead.title.contains('Head')", true],
    ["lead.title.lowerAscii().startsWith('head')", true],
    ["lead.title.matches('^(VP|Head) of')", true],
    ['!lead.freemail', true],
    ["lead.attributes.plan == 'team'", true],
    ["lead.attributes['seats'] == ''", true],
    ["['CFO', 'Head'].exists(title, lead.title.contains(title))", true],
    ["size(lead.phone) > 0 ? true : lead.role == 'it'", true],
  ])('%s is %s for the example lead', (source, expected) => {
    expect(test(source)).toBe(expected);
  });

  it('read the history through the scope they are given', () => {
    const asked: string[] = [];
    const scope: Partial<Scope> = {
      signals: (type, within) => {
        asked.push(`${type} ${within}`);
        return { count: 3 };
      },
    };
    expect(test("seen('email.clicked') && count('email.opened', 'P14D') == 3", scope)).toBe(true);
    expect(asked).toEqual(['email.clicked undefined', 'email.opened P14D']);
  });

  it('know what of them time cannot change: while that does not hold, no midnight is looked at', () => {
    const won = condition("stage == 'evaluating' && last('meeting.held') < ago('P3D')");
    expect(won.timed).toBe(true);
    expect(won.steady?.({ ...SCOPE, stage: 'exploring' })).toBe(false);
    expect(won.steady?.({ ...SCOPE, stage: 'evaluating' })).toBe(true);
    // Either side may make it true, a definition may be timed itself, and a score decays.
    for (const source of ["stage == 'evaluating' || score.engagement < 5.0", 'old && score.engagement < 5.0'])
      expect(condition(source, { old: "last('meeting.held') < ago('P3D')" }).steady, source).toBeUndefined();
  });

  it('about the fields of a lead alone are answered once for them, and anew for others', () => {
    const head = condition("lead.title.contains('Head')");
    expect(head.fieldsAlone).toBe(true);
    expect([LEAD, { ...LEAD, title: 'Buyer' }, LEAD].map((lead) => head.test({ ...SCOPE, lead }))).toEqual([
      true,
      false,
      true,
    ]);
    for (const source of [
      "lead.title == '' && working",
      "lead.title == '' && seen('email.clicked')",
      'score.fit > 3.0',
    ])
      expect(condition(source).fieldsAlone, source).toBe(false);
  });

  it('take the epoch for what has never happened', () => {
    expect(test("last('meeting.held') < ago('P7000D')")).toBe(true);
    expect(test("last('meeting.held') > ago('P3D')", { last: () => SCOPE.now - 86_400_000 })).toBe(true);
  });

  it('see the scope of the evaluation they are in, also after a definition was evaluated over another', () => {
    const playbook = compiled(
      minimal(definitions({ inner: "stage == 'evaluating'", outer: "inner && stage == 'exploring'" })),
    );
    const over: Scope = { ...SCOPE, stage: 'evaluating' };
    const definition = (name: string) => playbook.definitions[name]?.test(over) ?? false;
    expect(playbook.definitions['outer']?.test({ ...SCOPE, definition })).toBe(true);
  });

  it('are the same for the same scope, whatever was evaluated before', () => {
    const a = condition("stage == 'exploring'");
    expect([a.test(SCOPE), a.test({ ...SCOPE, stage: 'evaluating' }), a.test(SCOPE)]).toEqual([true, false, true]);
  });

  it('leave the scope behind when evaluating fails', () => {
    const failing = () => {
      throw new Error('no history');
    };
    expect(() => test("seen('email.clicked')", { signals: failing })).toThrow('no history');
    expect(test("stage == 'exploring'")).toBe(true);
  });
});

describe('a condition that cannot be computed', () => {
  it('does not hold, rather than stop the lead', () => {
    const far = "last('email.clicked') + duration('999999h') + duration('999999h') < timestamp('2026-01-01T00:00:00Z')";
    expect(test(far, { last: () => 253_402_300_799_000 })).toBe(false);
  });
});

describe('the parts of a condition', () => {
  const parts = (source: string, scope: Partial<Scope> = {}) =>
    (condition(source, { other: 'true' }).parts?.({ ...SCOPE, ...scope }) ?? []).map(
      ({ expr, value }) => `${expr} = ${value}`,
    );

  it('are what it looks at, with values, and no literals', () => {
    const score = { fit: 45, engagement: 22.4 };
    expect(parts("(score.fit >= 30.0 && score.engagement >= 50.0) || lead.title.contains('Head')", { score })).toEqual([
      'score.fit = 45',
      'score.engagement = 22.4',
      `lead.title = ${SCOPE.lead.title}`,
    ]);
    expect(
      parts("count('email.clicked', 'P14D') >= 2 && !seen('email.opened')", { signals: () => ({ count: 3 }) }),
    ).toEqual(['count("email.clicked", "P14D") = 3', 'seen("email.opened") = true']);
    expect(parts("last('email.clicked') > ago('P7D') ? other : stage in ['exploring']")).toEqual([
      'last("email.clicked") = never',
      expect.stringMatching(/^ago\("P7D"\) = \d{4}-/),
      `other = ${condition('other', { other: 'true' }).test(SCOPE)}`,
      'stage = exploring',
    ]);
    expect(parts("['CFO', 'Head'].exists(title, lead.title.contains(title))")).toHaveLength(1);
  });

  it('come with the place of the condition in the playbook', () => {
    expect(condition('true').place).toMatch(/^playbook\.yaml:\d+$/);
  });
});

describe('timed conditions', () => {
  it.each([
    ['score.engagement >= 50.0', true],
    ["seen('email.clicked', 'P14D')", true],
    ["count('email.clicked', 'P14D') > 1", true],
    ["last('email.clicked') > ago('P3D')", true],
    ['working', true],
    ["seen('email.clicked')", false],
    ["lead.role == 'it' && stage == 'exploring' && score.fit >= 30.0", false],
    ['attempts >= 6', false],
  ])('%s: %s', (source, timed) => {
    expect(condition(source).timed).toBe(timed);
  });

  it('are those too that use a timed definition, at any distance', () => {
    expect(condition('b', { a: 'score.engagement > 1.0', b: '!a' }).timed).toBe(true);
    expect(condition('b', { a: 'score.fit > 1.0', b: '!a' }).timed).toBe(false);
  });

  it('are those on the fit score when a fit rule is timed', () => {
    const withFit = (when: string) =>
      compiled(
        minimal(`score: { fit: [ { when: ${quote(when)}, points: 1 } ] }\n${definitions({ it: 'score.fit > 1.0' })}`),
      );
    expect(withFit("seen('email.clicked', 'P7D')").definitions['it']?.timed).toBe(true);
    expect(withFit("lead.role == 'it'").definitions['it']?.timed).toBe(false);
  });
});

describe('mistakes in conditions', () => {
  it.each([
    [
      "stage == 'explorin'",
      "17 unknown stage 'explorin', did you mean 'exploring'? (expected one of exploring, evaluating)",
    ],
    ["stage in ['exploring', 'x']", "31 unknown stage 'x' (expected one of exploring, evaluating)"],
    [
      "custody == 'sale'",
      "19 unknown custody 'sale', did you mean 'sales'? (expected one of marketing, sales, nobody)",
    ],
    [
      "seen('email.click')",
      "13 unknown signal 'email.click', did you mean 'email.clicked'? (expected a signal of playbook.yaml)",
    ],
    [
      "seen('email.clicked', '14 days')",
      `30 '14 days' is no duration (expected an ISO 8601 duration above zero, such as "P3D" or "PT4H")`,
    ],
    [
      'seen(lead.role)',
      "13 seen() takes text in quotes (expected seen('page.pricing') or seen('page.pricing', 'P14D'))",
    ],
    ['lead.tittle == ""', expect.stringContaining("13 unknown field 'tittle', did you mean 'title'?")],
    ['score.fitt > 1.0', "14 unknown field 'fitt', did you mean 'fit'? (expected one of fit, engagement)"],
    ['mlq', expect.stringContaining("8 unknown name 'mlq'")],
    [
      'context.browser == "x"',
      expect.stringContaining("16 unknown field 'browser' (expected one of device, place, channel,"),
    ],
    ["context.bestHour == '9'", expect.stringContaining("'==' does not go with a whole number and a text")],
    ['account.size > 3', expect.stringContaining("16 unknown field 'size' (expected one of name, domain, role,")],
    ["'chef' in account.missing", expect.stringContaining("8 unknown role 'chef'")],
    ["account.role == 'chef'", expect.stringContaining("24 unknown role 'chef'")],
    ['account.name > 3', "8 '>' does not go with a text and a whole number (expected two values of one type)"],
    ['lead.role', '8 the condition is a text, not true or false (expected a condition such as "score.fit >= 30.0")'],
    ['lead.role == 3', "8 '==' does not go with a text and a whole number (expected two values of one type)"],
    ["stage = 'exploring'", "14 '=' compares nothing (expected '==' to compare)"],
    ['score.fit >', expect.stringContaining('19 the condition ends too early')],
    [
      'sean("email.clicked")',
      expect.stringContaining("8 there is no function sean() in conditions, did you mean 'seen'?"),
    ],
    ['attempts / 0 == 1', expect.stringContaining("8 '/' is not available")],
    ["lead.title.matches('(a+)+')", expect.stringContaining('repeats a group')],
    ['double(lead.attributes.seats) > 5.0', expect.stringContaining('there is no function double() in conditions')],
    ["last('email.clicked').getHours('Nowhere') > 5", expect.stringContaining('getHours() takes no zone')],
    ['has(lead.role)', expect.stringContaining('every field is there')],
    ["'x' in lead.attributes", expect.stringContaining('every attribute is there')],
    ["clicked('welcome')", expect.stringContaining('clicked() is about a step of a cadence')],
    ["stage < 'evaluating'", expect.stringContaining("8 'stage' can be compared by ==, != and in only")],
    ["(working ? stage : 'x') == 'x'", expect.stringContaining("19 'stage' can be compared by")],
    ["[custody] == ['foo']", expect.stringContaining("9 'custody' can be compared by")],
    ["stage in ['exploring'] + ['foo']", expect.stringContaining("8 'stage' can be compared by")],
    ['attempts - 9223372036854775807 < 0', expect.stringContaining('19 the number is too large')],
    ['attempts * 1000 * 1000 > 5', expect.stringContaining('8 a product of more than two numbers')],
  ])('%s', (source, expected) => {
    expect(wrong(source)).toEqual([expected]);
  });

  it('are all said, not only the first of a condition', () => {
    expect(wrong("seen('a.b') || stage == 'c' || seen('email.opened', 'x')")).toHaveLength(3);
  });

  it('are found where they stand in a folded block', () => {
    const files = minimal(
      `definitions:\n  it: >-\n    lead.role == 'it'\n\n    && lead.freemail\n    && stage == 'x'\n`,
    );
    expect(mistakes(files)[0]).toMatch(/^playbook\.yaml:16:17 unknown stage 'x'/);
  });

  it('are found where they stand in a quoted text over two lines', () => {
    const files = minimal(`definitions:\n  it: 'lead.role == ''it''\n    && stage == ''x'''\n`);
    expect(mistakes(files)[0]).toMatch(/^playbook\.yaml:13:17 unknown stage 'x'/);
  });

  it('about clicks name the email steps there are', () => {
    const files = minimal(
      '',
      guide(`goal: "clicked('welcom')"\nsteps:\n  - { id: welcome, email: hello }\n  - { id: w, wait: P1D }\n`),
    );
    expect(mistakes(files)).toEqual([
      "cadences/guide.yaml:3:16 'welcom' is no email step of this cadence, did you mean 'welcome'? (expected one of welcome)",
    ]);
  });

  it('in circles are said once', () => {
    const found = mistakes(minimal(definitions({ a: 'b', b: 'c || a', c: 'lead.freemail' })));
    expect(found).toEqual([expect.stringContaining("12:3 'a' uses 'b' uses 'a': this never ends")]);
  });

  it('are names that conditions have already', () => {
    expect(mistakes(minimal(definitions({ stage: 'true', in: 'true' }))).map((line) => line.slice(0, 60))).toEqual([
      expect.stringContaining("'stage' has a meaning"),
      expect.stringContaining("'in' has a meaning"),
    ]);
  });
});

describe('the lead a condition sees', () => {
  it('is the one of the scope at hand', () => {
    const title = condition("lead.title == 'CFO' && lead.attributes.plan == 'big'");
    const lead = { ...LEAD, title: 'CFO', attributes: { plan: 'big' } };
    expect([title.test(SCOPE), title.test({ ...SCOPE, lead })]).toEqual([false, true]);
  });
});
