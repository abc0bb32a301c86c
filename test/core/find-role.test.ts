import { describe, expect, it } from 'vitest';
import type { BuyingGroup } from '../../src/core/playbook.ts';
import { mayReopen } from '../../src/core/reopen.ts';
import { storyOf } from '../../src/core/story.ts';
import { DAY } from '../../src/core/time.ts';
import { account, colleague, group } from './support/account.ts';
import { leadFields, PlayedLead } from './support/lead.ts';
import { playbook } from './support/playbook.ts';

const MONDAY = Date.parse('2026-11-23T11:00:00Z');
const rep = 'rep-1@northwind.example';
const onMissing = { task: 'find-role', title: 'Find the {{ role }}', due: { working: 'P5D' }, again: 'P30D' };
const finding: BuyingGroup = { ...group, need: { 'decision-maker': 1, champion: 1 }, onMissing };

/** A lead offered to a rep; the account has a decision maker, and nobody is champion. */
function offered(buyingGroup: BuyingGroup = finding): PlayedLead {
  const lead = new PlayedLead(playbook({ cadences: {}, buyingGroup }), MONDAY);
  lead.account = account([colleague(1, { title: 'CFO' })]);
  offer(lead);
  return lead;
}
function offer(lead: PlayedLead): void {
  lead.put({ kind: 'handoff', handoff: 'warm', by: 'marketer' });
  lead.look();
}
function accept(lead: PlayedLead): PlayedLead {
  lead.put({ kind: 'task.answered', task: lead.state.custody.task ?? '', answer: 'accept', by: rep });
  lead.look();
  return lead;
}
const giveBack = (lead: PlayedLead): void => {
  lead.put({ kind: 'recycle', reason: 'not-ready', by: rep });
  lead.look();
};
const asked = (lead: PlayedLead) =>
  lead.effects.flatMap((x) => (x.kind === 'task.open' && x.task.kind === 'find-role' ? [x.task] : []));
const answer = (lead: PlayedLead): void => {
  lead.put({
    kind: 'task.answered',
    task: asked(lead).at(-1)?.id ?? '',
    answer: 'complete',
    disposition: 'done',
    by: rep,
  });
  lead.look();
};

describe('a role that nobody has', () => {
  it('is a task for the rep who accepts the lead, with its reason and due time', () => {
    const lead = accept(offered());
    expect(asked(lead)).toMatchObject([
      {
        ...{ role: 'champion', assignee: rep, title: 'Find the {{ role }}', dueAt: MONDAY + 7 * DAY },
        context: { why: 'Nobody known at Acme is champion.' },
      },
    ]);
    const entry = lead.journal.find((x) => x.type === 'task.opened' && x.data['kind'] === 'find-role');
    expect(entry && storyOf(entry, 'Europe/London')).toBe(
      `A task opens for ${rep}: find-role (champion), due by Mon 30 Nov 2026, 11:00. A sale needs this role, and too few people known at the account have it.`,
    );
  });

  it('is a task for the rep who claims the lead, too', () => {
    const lead = new PlayedLead(playbook({ cadences: {}, buyingGroup: finding }), MONDAY);
    lead.account = account();
    lead.put({ kind: 'lead.assigned', to: rep, tasks: [], by: rep });
    lead.look();
    expect(asked(lead).map((task) => task.role)).toEqual(['decision-maker', 'champion']);
  });

  it.each([
    ['the playbook does not ask', { ...group, need: finding.need }, account([])],
    [
      'the account has them all',
      finding,
      account([colleague(1, { title: 'CFO' }), colleague(2, { role: 'champion' })]),
    ],
  ])('is no task when %s', (_, buyingGroup, at) => {
    const lead = offered(buyingGroup);
    lead.account = at;
    expect(asked(accept(lead))).toEqual([]);
  });

  it('is no task for a lead without an account', () => {
    const lead = offered();
    lead.facts = { ...lead.facts, lead: { ...leadFields, domain: 'gmail.com' } };
    expect(asked(accept(lead))).toEqual([]);
  });

  it('is asked of one rep of the account only, while that is open and for a time after', () => {
    const by = (open: boolean, at: number): number => {
      const lead = offered();
      lead.turn = { ...lead.turn, asked: [{ role: 'champion', open, at }] };
      return asked(accept(lead)).length;
    };
    expect(by(true, MONDAY - 400 * DAY)).toBe(0);
    expect(by(false, MONDAY - 29 * DAY)).toBe(0);
    expect(by(false, MONDAY - 31 * DAY)).toBe(1);
    const other = offered();
    other.turn = { ...other.turn, asked: [{ role: 'practitioner', open: true, at: MONDAY }] };
    expect(asked(accept(other))).toHaveLength(1);
  });
});

describe('the task', () => {
  it('is no attempt at the lead when it is answered, and is not asked again for a time', () => {
    const lead = accept(offered());
    answer(lead);
    expect(lead.state.custody).toMatchObject({ attempts: 0 });
    expect(lead.state.custody.firstTouchAt).toBeUndefined();
    expect(lead.journal.at(-1)).toMatchObject({ type: 'task.answered', by: rep });
    giveBack(lead);
    lead.now += 10 * DAY;
    offer(lead);
    accept(lead);
    expect(asked(lead)).toHaveLength(1);
    giveBack(lead);
    lead.now += 30 * DAY;
    offer(lead);
    accept(lead);
    expect(asked(lead)).toHaveLength(2);
  });

  it('is closed by the clock at its due time, unless its answer is on its way', () => {
    const lead = accept(offered());
    lead.playTo(MONDAY + 8 * DAY);
    const [task] = asked(lead);
    expect(lead.effects.filter((x) => x.kind === 'task.close')).toEqual([
      { kind: 'task.close', id: task?.id, state: 'expired', reason: 'not-answered', at: MONDAY + 7 * DAY },
    ]);
    const late = accept(offered());
    const id = asked(late)[0]?.id ?? '';
    late.put({ kind: 'task.answered', task: id, answer: 'complete', by: rep }, MONDAY + 8 * DAY);
    late.playTo(MONDAY + 9 * DAY);
    expect(late.effects.filter((x) => x.kind === 'task.close')).toEqual([]);
    expect(late.state.looked).toEqual({ champion: MONDAY + 8 * DAY });
  });

  it('is withdrawn when sales gives the lead back, and then nobody has looked', () => {
    const lead = accept(offered());
    giveBack(lead);
    expect(lead.journal.find((x) => x.type === 'task.cancelled')).toMatchObject({ reason: 'no-longer-needed' });
    offer(lead);
    accept(lead);
    expect(asked(lead)).toHaveLength(2);
  });

  it('may change hands', () => {
    const lead = accept(offered());
    const task = asked(lead)[0]?.id ?? '';
    lead.put({ kind: 'task.reassigned', task, to: 'rep-2@northwind.example', by: 'manager' });
    lead.look();
    expect(lead.types()).not.toContain('input.ignored');
    expect(lead.state.custody.rep).toBe(rep);
  });

  it('stays open when its answer is taken back before anybody has looked', () => {
    const lead = accept(offered());
    const task = asked(lead)[0]?.id ?? '';
    lead.put({ kind: 'task.reopened', task, by: rep });
    lead.look();
    expect(lead.journal.at(-1)).toMatchObject({ type: 'task.reopened', data: { task } });
    expect(lead.effects.filter((x) => x.kind === 'task.close')).toEqual([]);
    giveBack(lead);
    expect(lead.effects.filter((x) => x.kind === 'task.close').map((x) => x.id)).toContain(task);
  });

  it('is open again after its answer, as if nobody had looked, until its time is over', () => {
    const lead = accept(offered());
    const before = lead.state.looked;
    const task = asked(lead)[0]?.id ?? '';
    answer(lead);
    expect(mayReopen(lead.state, task, lead.now).ok).toBe(true);
    expect(mayReopen(lead.state, task, MONDAY + 7 * DAY)).toMatchObject({ ok: false, why: 'Its due time is over' });
    lead.put({ kind: 'task.reopened', task, by: rep });
    lead.look();
    expect(lead.types()).not.toContain('input.ignored');
    expect(lead.state.finding).toEqual([{ task, role: 'champion', dueAt: MONDAY + 7 * DAY }]);
    expect(lead.state.looked ?? {}).toEqual(before ?? {});
    answer(lead);
    giveBack(lead);
    expect(mayReopen(lead.state, task, lead.now).ok).toBe(false);
  });

  it('that is closed is closed once, whatever closes it', () => {
    const lead = accept(offered());
    const task = asked(lead)[0]?.id ?? '';
    lead.playTo(MONDAY + 8 * DAY);
    lead.put({ kind: 'task.reopened', task, by: rep });
    lead.look();
    giveBack(lead);
    expect(lead.state.finding ?? []).toEqual([]);
  });
});
