/** Which entry of a journal is which event: the one table. Entries that are not in it tell nobody. */
import { z } from 'zod';
import { DISPOSITIONS } from '../activity.ts';
import type { JournalEntry } from '../decision.ts';
import type { JournalType } from '../reasons.ts';
import { type Instant, iso } from '../time.ts';
import type { aboutLead, EVENTS, JournalEvent } from './kinds.ts';

/** What an event says beside whom and why it is about. */
type Said<T extends JournalEvent> = Omit<z.infer<(typeof EVENTS)[T]['data']>, keyof typeof aboutLead>;

type Happened = { [T in JournalEvent]: { readonly type: T; readonly data: Said<T> } }[JournalEvent];

export interface LeadEvent {
  readonly type: JournalEvent;
  /** When it happened. */
  readonly at: Instant;
  readonly data: Readonly<Record<string, unknown>> & { readonly lead: string; readonly seq: number };
}

const OURS: ReadonlySet<string> = new Set([
  'done',
  'skipped',
  ...Object.values(DISPOSITIONS).flatMap(({ reached, missed }) => [...reached, ...missed]),
]);
const scalars = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]));

/** Reads what an entry keeps; what is missing is said to be. */
class Entry {
  readonly #entry: JournalEntry;
  constructor(entry: JournalEntry) {
    this.#entry = entry;
  }
  textOrNone(name: string): string | null {
    const value = this.#entry.data[name];
    return typeof value === 'string' ? value : null;
  }
  text(name: string): string {
    return this.textOrNone(name) ?? '';
  }
  timeOrNone(name: string): string | null {
    const value = this.#entry.data[name];
    return typeof value === 'number' ? iso(value) : null;
  }
  /** The entry's own when it keeps none. */
  time(name: string): string {
    return this.timeOrNone(name) ?? iso(this.#entry.at);
  }
  scalars(name: string): Record<string, string | number | boolean> {
    const parsed = scalars.safeParse(this.#entry.data[name]);
    return parsed.success ? parsed.data : {};
  }
  /** A word of the playbook or of ours; what a person wrote in its place stays here. */
  get disposition(): string | null {
    const given = this.textOrNone('disposition');
    return given === null || OURS.has(given) || given === this.textOrNone('outcome') ? given : 'other';
  }
  get place(): { cadence: string | null; step: string | null } {
    return { cadence: this.#entry.cadence ?? null, step: this.#entry.step ?? null };
  }
}

const touch =
  <T extends 'touch.sent' | 'touch.skipped' | 'touch.failed' | 'touch.unconfirmed'>(type: T) =>
  (e: Entry) => ({ type, data: { ...e.place, touch: e.text('touch'), email: e.text('email') } });

const ANSWERED = { accept: 'accepted', reject: 'rejected', complete: 'completed', skip: 'skipped' } as const;
const isAnswer = (text: string): text is keyof typeof ANSWERED => Object.hasOwn(ANSWERED, text);

const closed =
  (how?: 'expired' | 'cancelled') =>
  (e: Entry): Happened => {
    const answer = e.text('answer');
    return {
      type: 'task.closed',
      data: {
        ...e.place,
        task: e.text('task'),
        how: how ?? (isAnswer(answer) ? ANSWERED[answer] : 'completed'),
        disposition: e.disposition,
      },
    };
  };

const returned =
  (how: 'rejected' | 'returned') =>
  (e: Entry): Happened => ({
    type: 'lead.returned',
    data: { how, returnReason: e.text('returnReason'), until: e.timeOrNone('until') },
  });

const passedOn = (e: Entry): Happened => ({
  type: 'task.reassigned',
  data: { task: e.text('task'), to: e.text('to') },
});

/** A new kind of entry does not compile without its line here: null tells nobody. */
const FROM_JOURNAL: Readonly<Record<JournalType, ((entry: Entry) => Happened) | null>> = {
  'task.opened': (e) => ({
    type: 'task.opened',
    data: {
      ...e.place,
      task: e.text('task'),
      kind: e.text('kind'),
      assignee: e.textOrNone('assignee'),
      pool: e.textOrNone('pool'),
      dueAt: e.time('dueAt'),
    },
  }),
  'task.reminded': (e) => ({
    type: 'task.due',
    data: { task: e.text('task'), because: 'reminder', dueAt: e.time('acceptBy') },
  }),
  'task.answered': closed(),
  'task.expired': closed('expired'),
  'task.cancelled': closed('cancelled'),
  'task.reopened': (e) => ({
    type: 'task.reopened',
    data: { task: e.text('task'), dueAt: e.timeOrNone('dueAt') },
  }),
  'task.reassigned': passedOn,
  'handoff.reassigned': passedOn,
  'handoff.escalated': passedOn,
  'handoff.offered': (e) => ({
    type: 'lead.handed-off',
    data: {
      ...e.place,
      handoff: e.text('handoff'),
      pool: e.text('pool'),
      rep: e.textOrNone('rep'),
      acceptBy: e.time('acceptBy'),
    },
  }),
  'handoff.accepted': (e) => ({ type: 'lead.accepted', data: { handoff: e.textOrNone('handoff') } }),
  'handoff.rejected': returned('rejected'),
  'lead.returned': returned('returned'),
  'lead.assigned': (e) => ({ type: 'lead.assigned', data: { from: e.textOrNone('from'), to: e.text('to') } }),
  'lead.expired': () => ({ type: 'lead.expired', data: {} }),
  'lead.revived': () => ({ type: 'lead.revived', data: {} }),
  'lead.disqualified': () => ({ type: 'lead.disqualified', data: {} }),
  'preferences.changed': (e) => ({
    type: 'lead.preferences-changed',
    data: {
      declined: e.textOrNone('declined'),
      wanted: e.textOrNone('wanted'),
      pausedUntil: e.timeOrNone('pausedUntil'),
      subscribed: e.textOrNone('subscribed'),
    },
  }),
  'consent.given': (e) => ({
    type: 'lead.consent-given',
    data: { purpose: e.text('purpose'), expires: e.timeOrNone('expires') },
  }),
  'consent.withdrawn': (e) => ({ type: 'lead.consent-withdrawn', data: { purpose: e.text('purpose') } }),
  'lead.requalified': () => ({ type: 'lead.revived', data: {} }),
  'lead.objected': () => ({ type: 'lead.objected', data: {} }),
  'lead.merged': (e) => ({ type: 'lead.merged', data: { from: e.text('from') } }),
  'lead.moved': () => ({ type: 'lead.moved', data: {} }),
  'lead.suppressed': (e) => ({
    type: 'lead.suppressed',
    data: { purpose: e.textOrNone('purpose'), channel: e.textOrNone('channel') },
  }),
  'stage.changed': (e) => ({ type: 'lead.stage-changed', data: { from: e.text('from'), to: e.text('to') } }),
  'custody.changed': (e) => ({
    type: 'lead.custody-changed',
    data: { from: e.text('from'), to: e.text('to'), rep: e.textOrNone('rep') },
  }),
  'label.gained': (e) => ({ type: 'lead.label-gained', data: { label: e.text('label') } }),
  'sla.breached': (e) => ({
    type: 'sla.breached',
    data: {
      clock: e.text('clock'),
      team: e.text('team'),
      handoff: e.textOrNone('handoff'),
      rep: e.textOrNone('rep'),
    },
  }),
  'touch.sent': touch('touch.sent'),
  'touch.skipped': touch('touch.skipped'),
  'touch.failed': touch('touch.failed'),
  'touch.unconfirmed': touch('touch.unconfirmed'),
  'webhook.called': (e) => ({
    type: 'cadence.webhook',
    data: { cadence: e.place.cadence ?? '', step: e.place.step ?? '', name: e.text('name'), with: e.scalars('with') },
  }),
  'enrollment.started': (e) => ({
    type: 'enrollment.started',
    data: { cadence: e.place.cadence ?? '', enrollment: e.text('enrollment') },
  }),
  'enrollment.ended': (e) => ({
    type: 'enrollment.ended',
    data: { cadence: e.place.cadence ?? '', enrollment: e.text('enrollment'), state: e.text('state') },
  }),
  'enrollment.paused': null,
  'enrollment.resumed': null,
  'entry.refused': null,
  'step.branched': null,
  'step.split': null,
  'step.waited': null,
  'step.exhausted': null,
  'experiment.joined': null,
  'experiment.reached': null,
  'touch.deferred': null,
  'task.skipped': null,
  'touch.held': null,
  'touch.refused': null,
  'signal.received': null,
  'colleagues.told': null,
  'colleague.replied': null,
  'handoff.breached': null,
  'handoff.skipped': null,
  'handoff.stayed': null,
  'handoff.touched': null,
  'sla.kept': null,
  'pool.full': null,
  'person.notified': null,
  'deal.changed': null,
  'deal.left': null,
  'lead.expiring': null,
  'activity.logged': null,
  'chat.started': null,
  'chat.accepted': null,
  'chat.passed': null,
  'chat.ended': null,
  'lead.mended': null,
  'input.ignored': null,
};

/** The event that an entry of this lead's journal is; undefined when nobody is told. */
export function eventOf(lead: string, entry: JournalEntry): LeadEvent | undefined {
  const happened = FROM_JOURNAL[entry.type]?.(new Entry(entry));
  if (happened === undefined) return undefined;
  const about = { lead, seq: entry.seq, reason: entry.reason ?? null, by: entry.by };
  return { type: happened.type, at: entry.at, data: { ...about, ...happened.data } };
}
