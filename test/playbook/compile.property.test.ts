import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NEEDS } from '../../src/core/needs.ts';
import type { LeadFields, Scope } from '../../src/core/scope.ts';
import { compile } from '../../src/playbook/cel/compile.ts';
import { createEnvironment, withScope } from '../../src/playbook/cel/environment.ts';
import { LEAD, SCOPE } from './support.ts';

const DEFINITIONS = new Set(['mql', 'junk']);
const DAY = 86_400_000;
const NOW = Date.UTC(2026, 10, 2);

const oneOf = (...texts: readonly string[]): fc.Arbitrary<string> => fc.constantFrom(...texts);
const signal = oneOf("'page.pricing'", "'demo.requested'");
const span = oneOf("'P1D'", "'P2Y'", "'P300000Y'");
const text = fc.oneof(
  oneOf("'it'", "'Head'", "''", "'evaluating'", "'sales'"),
  oneOf('lead.role', 'lead.title', "lead.attributes['plan']", 'lead.attributes.size', 'stage', 'custody'),
  oneOf('account.role', 'account.name', 'deal.stage', 'deal.owner', 'context.device', 'chat.page', 'chat.language'),
);
const double = oneOf('0.0', '30.0', '-1.5', 'score.fit', 'score.engagement', 'account.engagement', 'deal.amount');
const int = fc.oneof(
  oneOf('0', '2', 'attempts', 'account.leads', 'account.withSales', 'context.bestHour', 'chat.open'),
  signal.map((type) => `count(${type})`),
  fc.tuple(signal, span).map(([type, within]) => `count(${type}, ${within})`),
);
const instant = fc.oneof(
  oneOf('deal.renewsAt'),
  signal.map((type) => `last(${type})`),
  span.map((by) => `ago(${by})`),
);
const ordered = oneOf('<', '<=', '>', '>=');
const equal = oneOf('==', '!=');
const infix = (side: fc.Arbitrary<string>, op: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc.tuple(side, op, side).map((parts) => parts.join(' '));

const { condition } = fc.letrec<{ condition: string }>((tie) => ({
  condition: fc.oneof(
    { maxDepth: 4 },
    oneOf('true', 'working', 'lead.freemail', 'deal.open', 'mql', 'junk', "clicked('welcome')"),
    fc.oneof(infix(double, fc.oneof(ordered, equal)), infix(int, fc.oneof(ordered, equal)), infix(instant, ordered)),
    fc.oneof(infix(text, equal), infix(instant, equal)),
    fc.tuple(text, fc.array(oneOf("'it'", "'Head'", "'sales'"), { minLength: 1 })).map(([a, b]) => `${a} in [${b}]`),
    fc.tuple(text, oneOf('account.roles', 'account.missing')).map(([a, b]) => `${a} in ${b}`),
    fc.tuple(text, oneOf('contains', 'startsWith', 'endsWith')).map(([a, b]) => `${a}.${b}('ea')`),
    fc.oneof(signal, fc.tuple(signal, span).map(String)).map((types) => `seen(${types})`),
    tie('condition').map((inner) => `!(${inner})`),
    fc.tuple(tie('condition'), oneOf('&&', '||'), tie('condition')).map(([a, op, b]) => `(${a}) ${op} (${b})`),
    fc.tuple(tie('condition'), tie('condition')).map(([a, b]) => `(${a}) == (${b})`),
  ),
}));

const word = fc.constantFrom('', 'it', 'Head', 'evaluating', 'sales', 'Head of research');
const amount = fc.constantFrom(0, 30, -1.5, 29.999, 1e6);
const count = fc.nat(3);
const at = fc.constantFrom(undefined, NOW, NOW - DAY, NOW - 300_000 * 365.25 * DAY);

const facts = fc.record({
  ...{ role: word, title: word, owner: word, place: word, stage: word, amount, fit: amount, engagement: amount },
  ...{ count, leads: count, attempts: count, at, renewsAt: at },
  ...{ freemail: fc.boolean(), working: fc.boolean(), open: fc.boolean(), mql: fc.boolean(), junk: fc.boolean() },
  attributes: fc.dictionary(fc.constantFrom('plan', 'size', 'toString'), word),
  custody: fc.constantFrom('marketing', 'sales', 'nobody'),
  ...{ lacks: fc.boolean(), unread: fc.boolean(), chat: fc.boolean() },
  ...{ roles: fc.array(word, { maxLength: 2 }), device: word },
});

/** A lead of an older version may lack a field, and what leads share may not have been read: both fail. */
function scopeOf(r: typeof facts extends fc.Arbitrary<infer T> ? T : never): Scope {
  const { role: _role, freemail: _freemail, ...others } = LEAD;
  const lead: Partial<LeadFields> = {
    ...{ ...others, title: r.title, attributes: r.attributes },
    ...(r.lacks ? {} : { role: r.role, freemail: r.freemail }),
  };
  return {
    ...SCOPE,
    ...{ stage: r.stage, custody: r.custody, working: r.working, attempts: r.attempts, now: NOW },
    lead: lead as LeadFields,
    score: { fit: r.fit, engagement: r.engagement },
    deal: { stage: r.stage, amount: r.amount, open: r.open, renewsAt: r.renewsAt, owner: r.owner },
    get account() {
      if (r.unread) throw NEEDS.account;
      return { ...SCOPE.account, role: r.role, leads: r.leads, roles: r.roles, engagement: r.engagement };
    },
    context: { device: r.device, place: r.place, channel: '', bestHour: r.count - 1 },
    chat: r.chat ? { language: 'de', page: '/ideas', open: r.count } : undefined,
    signals: (type, within) => ({ count: type === 'page.pricing' && within !== 'P1D' ? r.count : 0 }),
    last: (type) => (type === 'page.pricing' ? r.at : undefined),
    clicked: (step) => step === 'welcome' && r.open,
    ago: (duration) => NOW - (duration === 'P1D' ? DAY : duration === 'P2Y' ? 730.5 * DAY : 300_000 * 365.25 * DAY),
    definition: (name) => (name === 'mql' ? r.mql : r.junk),
  };
}

/** What a test answers, or what it throws. */
function outcome(run: () => unknown): unknown {
  try {
    return run();
  } catch (error) {
    return error === NEEDS.account ? 'needs account' : error instanceof Error ? error.constructor.name : error;
  }
}

describe('a compiled condition', () => {
  const { cel, bindings } = createEnvironment(DEFINITIONS);

  it('says what CEL says, for every scope, failures among them', () => {
    fc.assert(
      fc.property(condition, fc.array(facts, { minLength: 1, maxLength: 8 }), (source, all) => {
        const evaluate = cel.parse(source);
        expect(evaluate.check(), source).toMatchObject({ valid: true });
        const test = compile(evaluate.ast, DEFINITIONS);
        if (!test) throw new Error(`not compiled: ${source}`);
        for (const scope of all.map(scopeOf)) {
          expect(
            outcome(() => test(scope)),
            source,
          ).toBe(outcome(() => withScope(scope, () => evaluate(bindings))));
        }
      }),
      { numRuns: 500 },
    );
  });

  it.each(['size(lead.title) > 2', "['a'].exists(x, x == lead.role)", 'score.fit + 1.0 > 2.0', 'working ? true : mql'])(
    'is left to CEL where it says more: %s',
    (source) => {
      const evaluate = cel.parse(source);
      evaluate.check();
      expect(compile(evaluate.ast, DEFINITIONS)).toBeUndefined();
    },
  );
});
