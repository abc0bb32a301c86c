/** Two leads become one: what holds whatever has happened to either. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { phaseOf } from '../../src/core/custody-states.ts';
import type { Consent, Facts, Suppression } from '../../src/core/facts.ts';
import type { InputBody } from '../../src/core/input.ts';
import { ofThePerson, stricterConsents } from '../../src/core/merge/consent.ts';
import { type Merged, mergeLeads } from '../../src/core/merge/merge.ts';
import { permissionFor } from '../../src/core/permission.ts';
import type { Playbook } from '../../src/core/playbook.ts';
import { leadStateSchema } from '../../src/core/state.ts';
import { DAY, HOUR } from '../../src/core/time.ts';
import { PlayedLead } from './support/lead.ts';
import { always, cadence, email, handoffStep, inARow, playbook, seen, wait } from './support/playbook.ts';

const START = Date.UTC(2026, 2, 20);
const DAYS = 60;
const REP = 'rep-1@northwind.example';
const mails = (id: string, ...names: string[]) =>
  inARow(...names.flatMap((name, i) => [email(`${id}-${i}`, name), wait(`${id}-w${i}`, 'P4D')]));

/** Cadences share emails, so that a person who was two leads could get one twice. */
const BOOK: Playbook = playbook({
  cadences: {
    guide: cadence('guide', { entry: { when: always, again: { kind: 'once' } }, ...mails('g', 'a', 'b', 'c', 'd') }),
    side: cadence('side', {
      lane: 'side',
      entry: { when: seen('page.pricing'), again: { kind: 'after', after: 'P20D' } },
      ...mails('s', 'b', 'd', 'e'),
    }),
    ask: cadence('ask', {
      lane: 'ask',
      entry: { when: seen('email.clicked'), again: { kind: 'once' } },
      ...inARow(wait('ask-w', 'P2D'), handoffStep('ask-h'), email('ask-m', 'c')),
    }),
    care: cadence('care', { purpose: 'service', lane: 'service', ...mails('v', 'v1', 'v2') }),
    'keep-warm': cadence('keep-warm', mails('k', 'c', 'f')),
  },
  stages: [
    { id: 'exploring' },
    { id: 'evaluating', when: seen('page.pricing') },
    { id: 'deciding', when: seen('meeting.held') },
  ],
});

interface Happening {
  readonly at: number;
  readonly what: string;
}
const someLife: fc.Arbitrary<readonly Happening[]> = fc
  .array(
    fc.record({
      at: fc.integer({ min: 0, max: DAYS * 24 }).map((h) => START + h * HOUR),
      what: fc.constantFrom(
        ...['page.pricing', 'page.pricing', 'demo.requested', 'email.clicked', 'meeting.held', 'accept', 'accept'],
        ...['reject', 'recycle', 'activity', 'care', 'keep-warm', 'stop', 'object', 'disqualify'],
      ),
    }),
    { maxLength: 9 },
  )
  .map((all) => all.sort((a, b) => a.at - b.at));

/** Often the person asks for a demo just before the merge, so that both leads are offered. */
const aLife = fc
  .tuple(someLife, fc.option(fc.integer({ min: 0, max: 20 }), { nil: undefined }), fc.boolean())
  .map(([life, hours, accepted]): readonly Happening[] => {
    if (hours === undefined) return life;
    const at = START + DAYS * DAY - hours * HOUR;
    const asked = { at, what: 'demo.requested' };
    return [...life.filter((x) => x.at < at), asked, ...(accepted ? [{ at: at + 1, what: 'accept' }] : [])];
  });

function inputOf(lead: PlayedLead, what: string): InputBody | undefined {
  const { task, who } = lead.state.custody;
  const facts = { timing: 'later' };
  switch (what) {
    case 'accept':
      return task ? { kind: 'task.answered', task, answer: 'accept', by: REP } : undefined;
    case 'reject':
      return task ? { kind: 'task.answered', task, answer: 'reject', reason: 'not-ready', facts, by: REP } : undefined;
    case 'recycle':
      return who === 'sales' ? { kind: 'recycle', reason: 'not-ready', facts, by: REP } : undefined;
    case 'activity':
      return { kind: 'activity', activity: 'call', disposition: 'connected', reached: true, by: REP };
    case 'care':
    case 'keep-warm':
      return { kind: 'enroll', enrollment: `${lead.facts.leadId}-${what}-${lead.now}`, cadence: what, by: 'api' };
    case 'stop': {
      const [e] = lead.state.enrollments;
      return e ? { kind: 'enrollment.control', enrollment: e.id, action: 'stop', by: 'api' } : undefined;
    }
    case 'object':
      object(lead);
      return { kind: 'objected', by: REP };
    case 'disqualify':
      return { kind: 'disqualify', reason: 'a competitor', by: REP };
    default:
      return { kind: 'signal', type: what, human: true };
  }
}

function object(lead: PlayedLead): void {
  const both = (['marketing', 'sales'] as const).map((purpose) => ({ purpose, reason: 'objected', at: lead.now }));
  lead.facts = { ...lead.facts, suppressions: [...lead.facts.suppressions, ...both] };
}

function live(id: string, life: readonly Happening[], unread: number): PlayedLead {
  const lead = new PlayedLead(BOOK, START, { leadId: id, key: id });
  const last = life.length - unread;
  life.forEach(({ at, what }, i) => {
    lead.playTo(at);
    const body = inputOf(lead, what);
    if (body) lead.put(body);
    // What the engine has not looked at yet waits in the inbox when they are merged.
    if (i < last) lead.look();
  });
  if (unread === 0) lead.playTo(Math.max(lead.now, START + DAYS * DAY));
  return lead;
}

const playbooks = { current: BOOK, get: () => BOOK };
const theirFacts = (a: Facts, b: Facts): Facts => ({
  ...a,
  suppressions: [...a.suppressions, ...ofThePerson(b.suppressions)],
});

function merge(a: PlayedLead, b: PlayedLead): Merged {
  const now = Math.max(a.now, b.now);
  const other = { leadId: b.facts.leadId, state: b.state, inputs: b.inbox };
  return mergeLeads({ state: a.state, facts: a.facts, playbooks, inputs: a.inbox, now, other, by: 'boss' });
}

/** The survivor as it goes on after the merge. */
function goOn(a: PlayedLead, b: PlayedLead, { decided }: Merged): PlayedLead {
  const one = new PlayedLead(BOOK, Math.max(a.now, b.now), a.facts);
  one.inbox.length = 0;
  one.facts = theirFacts(a.facts, b.facts);
  one.state = decided.state;
  one.effects.push(...decided.effects);
  const rest = [...a.inbox, ...b.inbox].filter((x) => !decided.applied.includes(x.id));
  rest.forEach(({ body, at }) => {
    one.put(body, at);
  });
  one.put({ kind: 'lead.changed', by: 'boss' });
  return one;
}

const twoLives = fc
  .tuple(aLife, aLife, fc.integer({ min: 0, max: 2 }), fc.integer({ min: 0, max: 2 }))
  .map(([x, y, unreadX, unreadY]) => ({
    a: live('lead-a', x, Math.min(unreadX, x.length)),
    b: live('lead-b', y, Math.min(unreadY, y.length)),
  }));
const RUNS = { numRuns: 500 };

describe('two leads that become one', () => {
  it('have one custody, and no handoff task is open but its own', () => {
    fc.assert(
      fc.property(twoLives, ({ a, b }) => {
        const merged = merge(a, b);
        const { custody } = merged.decided.state;
        const effects = [...a.effects, ...b.effects, ...merged.decided.effects];
        const closed = new Set(effects.flatMap((x) => (x.kind === 'task.close' ? [x.id] : [])));
        const answered = new Set(
          [...a.inbox, ...b.inbox].flatMap(({ body }) => (body.kind === 'task.answered' ? [body.task] : [])),
        );
        const told = new Set(
          effects.flatMap((x) =>
            x.kind === 'journal' && x.entry.type === 'task.answered' && x.entry.data['answer'] !== 'accept'
              ? [x.entry.data['task']]
              : [],
          ),
        );
        const open = effects.flatMap((x) =>
          x.kind === 'task.open' && x.task.kind === 'handoff' && !closed.has(x.task.id) && !told.has(x.task.id)
            ? [x.task.id]
            : [],
        );
        const own = [custody.task, custody.accepted];
        expect(open.filter((id) => !own.includes(id) && !answered.has(id))).toEqual([]);
        expect(['nobody', 'marketing', 'offered', 'accepted']).toContain(phaseOf(custody));
        expect(custody.who === 'sales' || custody.rep === undefined).toBe(true);
        const barred = [a, b].some(({ state }) => state.disqualified ?? state.objected);
        const sales = [a, b].some(({ state }) => state.custody.who === 'sales');
        expect(custody.who === 'sales').toBe(sales && !barred);
      }),
      RUNS,
    );
  });

  it('have one run a lane; the survivor’s stays where it was', () => {
    fc.assert(
      fc.property(twoLives, ({ a, b }) => {
        const { enrollments } = merge(a, b).decided.state;
        expect(new Set(enrollments.map((e) => e.lane)).size).toBe(enrollments.length);
        if ([a, b].some(({ state }) => state.disqualified ?? state.objected)) return;
        for (const e of a.state.enrollments) expect(enrollments).toContainEqual(e);
        const lanes = new Set(a.state.enrollments.map((e) => e.lane));
        const free = b.state.enrollments.filter((e) => !lanes.has(e.lane));
        const asked = a.inbox.some(({ body }) => body.kind === 'enroll');
        if (!asked) expect(enrollments.length).toBe(a.state.enrollments.length + free.length);
      }),
      RUNS,
    );
  });

  it('never get an email that either had, whatever happens next', () => {
    fc.assert(
      fc.property(twoLives, aLife, ({ a, b }, later) => {
        const one = goOn(a, b, merge(a, b));
        one.look();
        for (const { at, what } of later) {
          one.playTo(Math.max(one.now, at + DAYS * DAY));
          const body = inputOf(one, what);
          if (body) one.put(body);
          one.look();
        }
        one.playTo(one.now + DAYS * DAY);
        const had = [...a.touches, ...b.touches].map((t) => t.email);
        const got = one.touches.map((t) => t.email);
        expect(got.filter((mail) => had.includes(mail))).toEqual([]);
        expect(new Set(got).size).toBe(got.length);
        // A run keeps the ids of its touches, and no id comes twice.
        const ids = [...a.touches, ...b.touches, ...one.touches].map((t) => t.id);
        expect(new Set(ids).size).toBe(ids.length);
      }),
      RUNS,
    );
  });

  it('are out of reach if either was, for good', () => {
    fc.assert(
      fc.property(twoLives, ({ a, b }) => {
        const merged = merge(a, b);
        const { state } = merged.decided;
        expect(state.disqualified !== undefined).toBe([a, b].some((x) => x.state.disqualified !== undefined));
        expect(state.objected !== undefined).toBe([a, b].some((x) => x.state.objected !== undefined));
        if (!state.disqualified && !state.objected) return;
        const one = goOn(a, b, merged);
        one.signal('demo.requested');
        one.playTo(one.now + DAYS * DAY);
        expect(one.state.custody.who).toBe('nobody');
        expect(one.touches.filter((t) => t.purpose !== 'service')).toEqual([]);
      }),
      RUNS,
    );
  });

  it('lose nothing: signals, what was seen, tries; the same whichever survives', () => {
    fc.assert(
      fc.property(twoLives, ({ a, b }) => {
        const one = merge(a, b).decided.state;
        const two = merge(b, a).decided.state;
        for (const type of new Set([...Object.keys(a.state.signals), ...Object.keys(b.state.signals)])) {
          const n = (a.state.signals[type]?.n ?? 0) + (b.state.signals[type]?.n ?? 0);
          expect(one.signals[type]?.n).toBe(n);
        }
        expect(Object.keys(one.seen).sort()).toEqual(
          [...new Set([...Object.keys(a.state.seen), ...Object.keys(b.state.seen)])].sort(),
        );
        const same = ['signals', 'seen', 'sending', 'humanAt', 'stage', 'touched', 'deals', 'meetingAt'] as const;
        const sorted = (state: typeof one) => same.map((key) => JSON.stringify(state[key], sortKeys));
        expect(sorted(one)).toEqual(sorted(two));
        const [since, other] = [a, b].map(({ state: { custody } }) => custody.offeredAt ?? custody.acceptedAt ?? 0);
        // Of two handoffs of one instant the survivor's stays.
        if (since === other) return;
        expect([one.custody.who, one.custody.task ?? one.custody.accepted]).toEqual([
          two.custody.who,
          two.custody.task ?? two.custody.accepted,
        ]);
      }),
      RUNS,
    );
  });

  it('have a rule for every field of a state: whoever adds one decides here what it means for a merge', () => {
    const taken = ['v', 'seq', 'journal', 'at', 'stageAt', 'refused', 'warned', 'expired'];
    const decided = ['stage', 'custody', 'enrollments', 'resume', 'disqualified', 'objected'];
    const united = ['signals', 'clicks', 'seen', 'past', 'routes', 'sending', 'dampened', 'events', 'deals', 'earlier'];
    const newest = ['stageBackAt', 'meetingAt', 'humanAt', 'returnedAt', 'agreedAt', 'said', 'context', 'quiet'];
    const all = [
      ...taken,
      ...decided,
      ...united,
      ...newest,
      'labels',
      'touched',
      'chats',
      'experiments',
      'finding',
      'found',
      'looked',
    ];
    expect(all.sort()).toEqual(Object.keys(leadStateSchema.shape).sort());
  });

  it('are a state that can be stored, a journal without a gap, and what was given is not changed', () => {
    fc.assert(
      fc.property(twoLives, ({ a, b }) => {
        const before = structuredClone([a.state, b.state, a.inbox, b.inbox]);
        const { decided } = merge(a, b);
        expect([a.state, b.state, a.inbox, b.inbox]).toEqual(before);
        expect(leadStateSchema.parse(JSON.parse(JSON.stringify(decided.state)))).toEqual(
          JSON.parse(JSON.stringify(decided.state)),
        );
        const entries = decided.effects.flatMap((x) => (x.kind === 'journal' ? [x.entry] : []));
        expect(entries[0]?.type).toBe('lead.merged');
        entries.forEach((entry, i) => {
          expect(entry.seq).toBe(a.state.journal + i + 1);
          expect(entry.at).toBeGreaterThanOrEqual(a.state.at);
        });
        expect(decided.state.journal).toBe(a.state.journal + entries.length);
      }),
      RUNS,
    );
  });
});

const sortKeys = (_: string, value: unknown): unknown =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).sort(([x], [y]) => (x < y ? -1 : 1)))
    : value;

describe('the consent of both', () => {
  const anInstant = fc.integer({ min: 0, max: 40 }).map((d) => START + d * DAY);
  const aConsent: fc.Arbitrary<Consent> = fc
    .record({
      purpose: fc.constantFrom('marketing' as const, 'sales' as const),
      basis: fc.constantFrom('opt-in', 'contract'),
      at: fc.integer({ min: -40, max: 0 }).map((d) => START + d * DAY),
      expires: fc.option(anInstant, { nil: undefined }),
      withdrawn: fc.option(
        fc.integer({ min: -20, max: 0 }).map((d) => START + d * DAY),
        { nil: undefined, freq: 4 },
      ),
    })
    .map(({ expires, withdrawn, ...rest }) => ({
      ...rest,
      ...(expires === undefined ? {} : { expires }),
      ...(withdrawn === undefined ? {} : { withdrawn }),
    }));
  const aSuppression: fc.Arbitrary<Suppression> = fc
    .record({
      purpose: fc.constantFrom(undefined, 'marketing' as const, 'sales' as const),
      until: fc.option(anInstant, { nil: undefined }),
      reason: fc.constantFrom('unsubscribed', 'objected', 'complained'),
    })
    .map(({ purpose, until, reason }) => ({
      reason,
      at: START,
      ...(purpose === undefined ? {} : { purpose }),
      ...(until === undefined ? {} : { until }),
    }));
  const rules = fc.constantFrom(
    { kind: 'require' as const },
    { kind: 'assume' as const, basis: 'legitimate-interest' },
    { kind: 'assume' as const, basis: 'legitimate-interest', for: 'P20D' },
  );
  const aSide = fc.record({
    consents: fc.array(aConsent, { maxLength: 4 }),
    suppressions: fc.array(aSuppression, { maxLength: 2 }),
    createdAt: fc.integer({ min: -30, max: 0 }).map((d) => START + d * DAY),
  });

  it('allows nothing at any time that was not allowed for each of them', () => {
    let allowed = 0;
    fc.assert(
      fc.property(aSide, aSide, rules, anInstant, (a, b, rule, at) => {
        const book = { ...BOOK, consent: { ...BOOK.consent, marketing: rule, sales: rule } };
        const base = new PlayedLead(BOOK, START).facts;
        const united = {
          ...base,
          consents: stricterConsents(a.consents, b.consents),
          suppressions: [...a.suppressions, ...ofThePerson(b.suppressions)],
          createdAt: Math.min(a.createdAt, b.createdAt),
        };
        for (const purpose of ['marketing', 'sales'] as const) {
          const may = (side: typeof a): boolean =>
            permissionFor(purpose, { ...base, ...side }, book, at).kind === 'yes';
          if (!may(united)) continue;
          allowed += 1;
          expect([may(a), may(b)]).toEqual([true, true]);
        }
      }),
      { numRuns: 3_000 },
    );
    expect(allowed).toBeGreaterThan(100);
  });

  it('keeps a bounce with its address: it says nothing of the person', () => {
    const rows = ['bounced', 'unsubscribed', 'left-company'].map((reason) => ({ reason, at: START }));
    expect(ofThePerson(rows)).toEqual([rows[1]]);
  });
});
