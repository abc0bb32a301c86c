/** Who takes a live chat: the rules in order, who is free, and what it means for the lead. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ChatQuestion, languageOf, MAX_CHATS, routeChat } from '../../src/core/chat.ts';
import type { Rep } from '../../src/core/facts.ts';
import type { InputBody } from '../../src/core/input.ts';
import type { ChatRule, Condition, Playbook } from '../../src/core/playbook.ts';
import { initialState } from '../../src/core/state.ts';
import { leadFields, PlayedLead } from './support/lead.ts';
import { cadence, playbook, when } from './support/playbook.ts';

/** A Tuesday, 11:00 in London. */
const NOW = Date.parse('2026-11-24T11:00:00Z');
const [ANN, BEN, CAT] = ['ann@northwind.example', 'ben@northwind.example', 'cat@northwind.example'];

/** A condition that asks nothing of the lead. */
const open = (source: string, test: Condition['test']): Condition => ({ ...when(source, test), aboutLead: false });
const CUSTODIAN: ChatRule = {
  when: when("custody == 'sales'", (s) => s.custody === 'sales'),
  to: { kind: 'custodian' },
  answer: 'PT45S',
};
const POOLS: ChatRule = {
  when: open('working', (s) => s.working),
  to: { kind: 'handoff', handoff: 'warm' },
  answer: 'PT1M',
};
const FORM: ChatRule = { to: { kind: 'form' }, answer: 'PT1M' };

const agreed = (chat: readonly ChatRule[] = [CUSTODIAN, POOLS, FORM], overrides: Partial<Playbook> = {}): Playbook =>
  playbook({
    cadences: { a: cadence('a') },
    chat,
    pools: [{ id: 'all', when: open('true', () => true), reps: [ANN, BEN, CAT] }],
    handoffs: { warm: { id: 'warm', sla: 'warm', pools: ['all'], brief: ['why'] } },
    ...overrides,
  });

const rep = (id: string, more: Partial<Rep> = {}): Rep => ({
  id,
  name: id,
  timeZone: 'Europe/London',
  active: true,
  ...more,
});
const question = (more: Partial<ChatQuestion> = {}, reps: readonly Rep[] = []): ChatQuestion => ({
  playbook: agreed(),
  routing: { reps: Object.fromEntries(reps.map((one) => [one.id, one])), given: {}, turns: {}, open: {} },
  at: NOW,
  lead: lead(),
  language: '',
  page: '/pricing',
  chats: {},
  passed: new Set(),
  ...more,
});
function lead(custodian?: string): NonNullable<ChatQuestion['lead']> {
  const state = initialState('exploring', NOW);
  if (custodian !== undefined)
    state.custody = { who: 'sales', since: NOW, rep: custodian, acceptedAt: NOW, attempts: 0 };
  const facts = { leadId: 'l', key: 'k', createdAt: NOW, lead: leadFields, consents: [], suppressions: [], pauses: [] };
  return { state, facts };
}
const who = (asked: ChatQuestion): string => {
  const route = routeChat(asked);
  return route.to === 'form' ? 'form' : route.rep.id;
};
const away = [{ from: '2026-11-20', to: '2026-11-30' }];

describe('a chat is taken by', () => {
  it('the rep who has the lead', () => {
    expect(routeChat(question({ lead: lead(CAT) }))).toMatchObject({
      to: 'rep',
      rep: { id: CAT },
      rule: 1,
      answerBy: NOW + 45_000,
    });
    expect(routeChat(question({ lead: lead(CAT) }))).not.toHaveProperty('handoff');
  });

  it.each([
    ['away', { away }, {}],
    ['not-active', { active: false }, {}],
    ['off-hours', { timeZone: 'Asia/Tokyo' }, {}],
    ['language', { languages: ['fr'] }, { language: 'de' }],
    ['busy', {}, { chats: { [CAT]: MAX_CHATS } }],
    ['busy', { maxChats: 0 }, {}],
    ['passed', {}, { passed: new Set([CAT]) }],
  ] as const)('somebody of the pools when that one is %s', (code, more, asked) => {
    const route = routeChat(question({ lead: lead(CAT), ...asked }, [rep(CAT, more)]));
    expect(route).toMatchObject({ to: 'rep', rep: { id: ANN }, rule: 2, handoff: 'warm', pool: 'all' });
    expect(route.because[0]).toEqual({
      rule: 1,
      when: "custody == 'sales'",
      code: 'nobody-free',
      reps: [{ rep: CAT, code }],
    });
  });

  it('the cover of a custodian who is away', () => {
    const reps = [rep(CAT, { away: [{ from: '2026-11-20', to: '2026-11-30', cover: BEN }] })];
    expect(who(question({ lead: lead(CAT) }, reps))).toBe(BEN);
  });

  it('who has the fewest chats, then whose turn it is', () => {
    expect(who(question({ chats: { [ANN]: 1, [BEN]: 1 } }))).toBe(CAT);
    const routing = { reps: {}, given: { all: { [ANN]: 2, [BEN]: 1, [CAT]: 2 } }, turns: {}, open: {} };
    expect(who(question({ routing }))).toBe(BEN);
  });

  it('who speaks the language; anybody when nobody knows it, and who names none speaks all', () => {
    const reps = [rep(ANN, { languages: ['en'] }), rep(BEN, { languages: ['de', 'en'] }), rep(CAT, { active: false })];
    expect(who(question({ language: 'de' }, reps))).toBe(BEN);
    expect(who(question({ language: '' }, reps))).toBe(ANN);
    expect(who(question({ language: 'fr' }, reps))).toBe('form');
    expect(who(question({ language: 'fr' }, [rep(ANN, { languages: [] })]))).toBe(ANN);
    expect(['de-AT', 'DE', 'german', '', 'pt_BR'].map(languageOf)).toEqual(['de', 'de', '', '', 'pt']);
  });

  it('nobody who has as many leads as agreed, unless sales has the lead already', () => {
    const pools = [{ id: 'all', when: open('true', () => true), reps: [ANN], maxOpen: 5 }];
    const full = {
      playbook: agreed(undefined, { pools }),
      routing: { reps: {}, given: {}, turns: {}, open: { [ANN]: 5 } },
    };
    expect(routeChat(question(full))).toMatchObject({ to: 'form', rule: 3 });
    expect(who(question({ ...full, lead: lead(CAT), passed: new Set([CAT]) }))).toBe(ANN);
  });

  it('nobody outside of hours, and nobody without rules', () => {
    expect(routeChat(question({ at: NOW + 12 * 3_600_000 }))).toMatchObject({ to: 'form', rule: 3 });
    const { chat: _, ...without } = agreed();
    expect(routeChat(question({ playbook: without }))).toEqual({ to: 'form', because: [] });
  });
});

describe('a visitor nobody knows', () => {
  const unknown = (more: Partial<ChatQuestion> = {}): ChatQuestion => {
    const { lead: _, ...asked } = question(more);
    return asked;
  };

  it('is asked about by rules and pools only that ask nothing of the lead', () => {
    expect(routeChat(unknown())).toMatchObject({ to: 'rep', rep: { id: ANN }, rule: 2 });
    expect(routeChat(unknown()).because[0]).toMatchObject({ code: 'unknown-visitor' });
    const pools = [{ id: 'all', when: when("lead.country == ''", () => true), reps: [ANN] }];
    expect(routeChat(unknown({ playbook: agreed(undefined, { pools }) })).to).toBe('form');
    const good = { ...POOLS, when: when('score.fit < 30.0', () => true) };
    expect(routeChat(unknown({ playbook: agreed([good, FORM]) })).to).toBe('form');
  });

  it('may be judged by the page, the language and how busy all are', () => {
    const rule = {
      ...POOLS,
      when: open('chat', (s) => s.chat?.page === '/pricing' && s.chat.language === 'de' && s.chat.open < 3),
    };
    const asked = { playbook: agreed([rule, FORM]), language: 'de' };
    expect(who(unknown(asked))).toBe(ANN);
    expect(who(unknown({ ...asked, page: '/jobs' }))).toBe('form');
    expect(who(unknown({ ...asked, chats: { [ANN]: 1, [BEN]: 2 } }))).toBe('form');
  });
});

it('whatever the load, nobody gets more than their places, nobody twice, and who is not free says why', () => {
  const aRep = fc.record({
    active: fc.boolean(),
    maxChats: fc.option(fc.integer({ min: 0, max: 4 }), { nil: undefined }),
    languages: fc.option(fc.subarray(['de', 'en', 'fr']), { nil: undefined }),
    chats: fc.integer({ min: 0, max: 4 }),
    passed: fc.boolean(),
    hours: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.tuple(aRep, aRep, aRep), fc.constantFrom('', 'de', 'fr'), (drawn, language) => {
      const ids = [ANN, BEN, CAT];
      const reps = drawn.map(({ active, maxChats, languages, hours }, i) =>
        rep(ids[i] ?? '', {
          active,
          timeZone: hours ? 'Europe/London' : 'Asia/Tokyo',
          ...(maxChats === undefined ? {} : { maxChats }),
          ...(languages === undefined ? {} : { languages }),
        }),
      );
      const chats = Object.fromEntries(drawn.map((one, i) => [ids[i] ?? '', one.chats]));
      const passed = new Set(ids.filter((_, i) => drawn[i]?.passed));
      const route = routeChat(question({ language, chats, passed }, reps));
      const free = reps.filter(
        (one) =>
          one.active &&
          one.timeZone !== 'Asia/Tokyo' &&
          !passed.has(one.id) &&
          (chats[one.id] ?? 0) < (one.maxChats ?? MAX_CHATS) &&
          (language === '' || (one.languages?.length ?? 0) === 0 || one.languages?.includes(language) === true),
      );
      const fewest = Math.min(...free.map(({ id }) => chats[id] ?? 0));
      if (route.to === 'form') expect(free).toEqual([]);
      else {
        expect(free.map(({ id }) => id)).toContain(route.rep.id);
        expect(chats[route.rep.id]).toBe(fewest);
      }
      const said = route.because.flatMap((one) => one.reps.map((other) => other.rep));
      expect(said.toSorted()).toEqual(ids.filter((id) => !free.some((one) => one.id === id)).toSorted());
    }),
  );
});

describe('what a chat means for its lead', () => {
  const started = (): InputBody => ({
    kind: 'chat.started',
    ...{ chat: 'c1', page: '/pricing', to: 'rep', rep: BEN, pool: 'all', handoff: 'warm', rule: 2 },
    ...{ acceptBy: NOW + 60_000, by: 'key' },
  });
  function chatting(): PlayedLead {
    const played = new PlayedLead(agreed(), NOW, { lead: { ...leadFields, timeZone: 'Europe/London' } });
    played.put(started());
    played.look();
    return played;
  }
  const accepted = { kind: 'chat.accepted', chat: 'c1', rep: BEN, by: BEN } as const;

  it('a signal, and an offer to the rep it rings at, under the handoff’s own clocks', () => {
    const played = chatting();
    expect(played.state.signals['chat.started']?.n).toBe(1);
    expect(played.state.custody).toMatchObject({ who: 'sales', rep: BEN, handoff: 'warm', pool: 'all' });
    const opened = played.effects.flatMap((one) => (one.kind === 'task.open' ? [one.task] : []));
    expect(opened).toMatchObject([
      { kind: 'handoff', assignee: BEN, sla: { name: 'warm' }, context: { note: 'Chat c1' } },
    ]);
    expect(played.types().filter((type) => type.startsWith('chat') || type.startsWith('handoff'))).toEqual([
      'chat.started',
      'handoff.offered',
    ]);
  });

  it('taken: the offer is accepted and the talk is the first touch; ended: nothing is left of it', () => {
    const played = chatting();
    played.now += 20_000;
    played.put(accepted);
    played.put(
      { kind: 'chat.ended', chat: 'c1', outcome: 'meeting-agreed', forgotten: false, by: BEN },
      played.now + 1,
    );
    played.now += 1;
    played.look();
    expect(played.state.custody).toMatchObject({
      who: 'sales',
      rep: BEN,
      acceptedAt: NOW + 20_000,
      firstTouchAt: NOW + 20_000,
    });
    expect(played.state.custody.task).toBeUndefined();
    expect(played.effects).toContainEqual(expect.objectContaining({ kind: 'task.accept', by: BEN }));
    expect(played.state.chats).toBeUndefined();
    expect(played.types().slice(-4)).toEqual(['chat.accepted', 'handoff.accepted', 'handoff.touched', 'chat.ended']);
  });

  it('passed on: the offer goes with it, and its clocks go on', () => {
    const played = chatting();
    const { acceptBy, task } = played.state.custody;
    played.put({ kind: 'chat.passed', chat: 'c1', from: BEN, rep: CAT, pool: 'all', by: 'clock' });
    played.look();
    expect(played.state.custody).toMatchObject({ rep: CAT, task, acceptBy, passed: [BEN] });
    expect(played.effects).toContainEqual(expect.objectContaining({ kind: 'task.assign', id: task, assignee: CAT }));
    played.put({ kind: 'chat.passed', chat: 'c1', from: CAT, by: 'clock' });
    played.look();
    expect(played.state.custody).toMatchObject({ who: 'sales', rep: CAT, task });
    expect(played.state.chats).toBeUndefined();
  });

  it('a lead that sales has gets a task for who sits in, and stays with its rep', () => {
    const played = new PlayedLead(agreed(), NOW, { lead: { ...leadFields, timeZone: 'Europe/London' } });
    played.put({ kind: 'lead.assigned', to: CAT, tasks: [], by: 'key' });
    played.look();
    played.put(started());
    played.look();
    const [task] = played.effects.flatMap((one) => (one.kind === 'task.open' ? [one.task] : []));
    expect(task).toMatchObject({ kind: 'chat', assignee: BEN, sla: { name: 'chat', acceptBy: NOW + 60_000 } });
    expect(played.state.custody.rep).toBe(CAT);
    played.put(accepted);
    played.put({ kind: 'chat.ended', chat: 'c1', forgotten: true, by: 'clock' });
    played.look();
    const about = played.effects.filter((one) => one.kind === 'task.accept' || one.kind === 'task.close');
    expect(about).toMatchObject([
      { kind: 'task.accept', id: task?.id },
      { kind: 'task.close', id: task?.id, state: 'expired', reason: 'chat-forgotten' },
    ]);
    expect(played.state.custody).toMatchObject({ who: 'sales', rep: CAT });
  });

  it('the form: a signal and a line in the journal, nothing else', () => {
    const played = new PlayedLead(agreed(), NOW);
    played.put({ kind: 'chat.started', chat: 'c2', page: '/', to: 'form', rule: 3, skipped: 'ann (away)', by: 'key' });
    played.look();
    expect(played.journal.find(({ type }) => type === 'chat.started')).toMatchObject({
      reason: 'chat-nobody',
      data: { to: 'form', skipped: 'ann (away)' },
    });
    expect(played.types()).not.toContain('task.opened');
    expect(played.state.signals['chat.started']?.n).toBe(1);
  });
});
