import { describe, expect, it } from 'vitest';
import { type BehaviourInput, behaviourSchema } from '../../src/core/behaviour.ts';
import type { JournalEntry } from '../../src/core/decision.ts';
import type { InputBody } from '../../src/core/input.ts';
import { repsAlone, simulate } from '../../src/core/simulate.ts';
import {
  leadOf,
  type RecordedInput,
  type RecordedLead,
  recordedLeadSchema,
  strangerOf,
} from '../../src/core/simulated-history.ts';
import { DAY, HOUR } from '../../src/core/time.ts';
import { leadFields } from './support/lead.ts';
import { always, cadence, email, inARow, playbook, template, wait } from './support/playbook.ts';

/** A Monday, midnight in London. */
const FROM = Date.UTC(2026, 10, 23);
const DAYS = 20;
const REP = 'rep-1@northwind.example';

const guide = cadence('guide', {
  entry: { when: always, again: { kind: 'once' } },
  ...inARow(email('hello'), wait('settle', 'P3D'), email('more')),
});
const book = playbook({
  cadences: { guide },
  emails: { hello: template('hello'), more: template('more') },
});

const comesIn = (at: number): RecordedInput => ({ at, body: { kind: 'lead.changed', by: 'import' } });
const signal = (at: number, type: string, taken?: number): RecordedInput => ({
  at,
  body: { kind: 'signal', type, human: true },
  ...(taken === undefined ? {} : { taken }),
});
const recorded = (more: Partial<RecordedLead> = {}, createdAt = FROM): RecordedLead => ({
  facts: {
    ...{ leadId: 'id-1', key: 'hash-1', createdAt, lead: leadFields },
    ...{ consents: [], suppressions: [], pauses: [] },
  },
  inputs: [comesIn(createdAt)],
  opened: [],
  ...more,
});

const answers: BehaviourInput = {
  leads: { personas: [{ id: 'all', weight: 1 }] },
  reps: {
    offered: { else: [{ weight: 1, do: 'reject', reason: 'junk', after: { from: 'PT1H', to: 'PT1H' } }] },
    accepted: [{ weight: 1, do: 'nothing' }],
    tasks: [{ weight: 1, do: 'nothing' }],
  },
};

function play(lead: RecordedLead, behaviour?: BehaviourInput): JournalEntry[] {
  const journal: JournalEntry[] = [];
  simulate({
    playbook: book,
    leads: [leadOf(lead, FROM, FROM + DAYS * DAY)],
    reps: {},
    ...{ seed: 1, from: FROM, days: DAYS },
    ...(behaviour === undefined ? {} : { behaviour: repsAlone(behaviourSchema.parse(behaviour)) }),
    onJournal: (_, entry) => void journal.push(entry),
  });
  return journal;
}

const of = (journal: readonly JournalEntry[], type: string): JournalEntry[] =>
  journal.filter((entry) => entry.type === type);

describe('a lead of a store', () => {
  it('keeps its id and what it hashes by: ids and times are those of the engine', () => {
    const [first] = of(play(recorded()), 'touch.sent');
    const other = recorded();
    const [second] = of(play({ ...other, facts: { ...other.facts, leadId: 'id-2' } }), 'touch.sent');
    expect(second?.at).toBe(first?.at);
    expect(second?.data['touch']).not.toBe(first?.data['touch']);
    const [third] = of(play({ ...other, facts: { ...other.facts, key: 'hash-2' } }), 'touch.sent');
    expect(third?.at).not.toBe(first?.at);
  });

  it('comes in when it did, or on the first day', () => {
    const later = FROM + 4 * DAY + HOUR;
    const [start] = of(play(recorded({ inputs: [comesIn(later)] }, later)), 'enrollment.started');
    expect(start?.at).toBe(later);
    const earlier = recorded(
      { inputs: [comesIn(FROM - 9 * DAY), signal(FROM - DAY, 'demo.requested')] },
      FROM - 9 * DAY,
    );
    const journal = play(earlier);
    expect(of(journal, 'enrollment.started')[0]?.at).toBe(FROM);
    expect(of(journal, 'handoff.offered')).toEqual([]);
    expect(strangerOf(earlier, FROM)).toMatchObject({ key: 'id-1', hashKey: 'hash-1', since: FROM });
  });

  it('does again what it did, and its reps answer again', () => {
    const asked = FROM + 2 * DAY + 13 * HOUR;
    const [offer] = of(play(recorded({ inputs: [comesIn(FROM), signal(asked, 'demo.requested')] })), 'task.opened');
    const accepted: InputBody = { kind: 'task.answered', task: 'theirs', answer: 'accept', by: REP };
    const history = recorded({
      inputs: [comesIn(FROM), signal(asked, 'demo.requested'), { at: asked + 3 * HOUR, body: accepted }],
      opened: [{ id: 'theirs', what: 'handoff warm   ', at: offer?.at ?? 0 }],
    });
    const journal = play(history, answers);
    expect(of(journal, 'handoff.accepted')).toMatchObject([{ at: asked + 3 * HOUR, by: REP }]);
    expect(of(journal, 'handoff.rejected')).toEqual([]);
  });

  it('has tasks answered as reps do that its history does not know, and lets lie what lay', () => {
    const asked = FROM + 2 * DAY + 13 * HOUR;
    const inputs = [comesIn(FROM), signal(asked, 'demo.requested')];
    expect(of(play(recorded({ inputs }), answers), 'handoff.rejected')).toHaveLength(1);
    const lay = recorded({ inputs, opened: [{ id: 'theirs', what: 'handoff warm   ', at: asked }] });
    const journal = play(lay, answers);
    expect(of(journal, 'handoff.rejected')).toEqual([]);
    expect(of(journal, 'handoff.breached')).toHaveLength(1);
  });

  it('hears what came too late after what had been decided', () => {
    const [touch] = of(play(recorded()), 'touch.sent');
    const at = touch?.at ?? 0;
    const order = (taken?: number): string[] =>
      play(recorded({ inputs: [comesIn(FROM), signal(at - HOUR, 'demo.requested', taken)] }))
        .filter(({ type }) => type === 'touch.sent' || type === 'signal.received')
        .map(({ type }) => type);
    expect(order()[0]).toBe('signal.received');
    expect(order(at).slice(0, 2)).toEqual(['touch.sent', 'signal.received']);
    const late = of(
      play(recorded({ inputs: [comesIn(FROM), signal(at - HOUR, 'demo.requested', at)] })),
      'signal.received',
    );
    expect(late).toMatchObject([{ at, data: { signalAt: at - HOUR } }]);
  });

  it('has the fields of each time: where it moves, its emails follow', () => {
    const sentAt = (inputs: RecordedInput[]): number[] =>
      of(play(recorded({ inputs })), 'touch.sent').map(({ at }) => at);
    const [home = 0, next = 0] = sentAt([comesIn(FROM)]);
    const moved: RecordedInput = {
      at: home + DAY,
      body: { kind: 'lead.changed', by: 'import', was: { timeZone: 'America/New_York' } },
    };
    const [first = 0, second = 0] = sentAt([comesIn(FROM), moved]);
    // Six hours behind Berlin, until it moves there.
    expect(first - home).toBe(6 * HOUR);
    expect((second - next) % DAY).toBe(0);
  });

  it('is read from JSON as it was written', () => {
    const lead = recorded({
      inputs: [signal(FROM, 'page.pricing', FROM + 1)],
      opened: [{ id: 'a', what: 'call', at: 1 }],
    });
    expect(recordedLeadSchema.parse(JSON.parse(JSON.stringify(lead)))).toEqual(lead);
  });
});
