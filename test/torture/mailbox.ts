/** The mailbox as a process of its own, with a seeded fate for every message. Reports what it did over IPC. */
import { z } from 'zod';
import { startMailbox } from '../../src/dev/mailbox/mailbox.ts';
import type { EventMode, Mode } from '../../src/dev/mailbox/modes.ts';
import { createChance } from './random.ts';

const setupSchema = z.object({ folder: z.string(), seed: z.number(), eventsUrl: z.string(), key: z.string() });
export type MailboxSetup = z.infer<typeof setupSchema>;

/** What SES makes of a send, in parts of a thousand; the rest is taken and answered. */
const ANSWERS: Readonly<Record<Mode, number>> = {
  ok: 970,
  throttle: 5,
  tooManyRequests: 4,
  unavailable: 3,
  fail500: 1,
  fail500AfterAccept: 4,
  fail502: 0.5,
  fail504: 0.5,
  timeoutBeforeAccept: 0.5,
  timeoutAfterAccept: 3,
  dropConnection: 1,
  dropConnectionAfterAccept: 5,
  dailyQuota: 0,
  sendingPaused: 0,
  reject: 0,
  mailFromNotVerified: 0,
  invalidParameter: 0,
};
/** What becomes of an event; held ones go later, so that a delivery comes before its send. */
const EVENTS: Readonly<Record<EventMode, number>> = { send: 850, hold: 80, repeat: 50, none: 20 };
/** Messages of which no event ever comes. */
const SILENT = 0.02;
const RELEASE_MS = 3_000;

/** What the mailbox knows of one touch. */
export interface Seen {
  readonly touch: string;
  /** Answers it gave, in order; anything but `ok` is a fault it was told to make. */
  readonly answers: Mode[];
  /** Whether any event of it was let go. */
  told: boolean;
}
export interface MailboxReport {
  readonly seen: readonly Seen[];
  /** Messages kept by touch. */
  readonly kept: readonly (readonly [touch: string, n: number])[];
  readonly refusedEvents: number;
  readonly pendingEvents: number;
}

const setup = setupSchema.parse(JSON.parse(process.argv[2] ?? '{}'));
const chance = createChance(setup.seed);
const seen = new Map<string, Seen>();
const silent = new Set<string>();
const of = (touch: string): Seen => {
  const known = seen.get(touch) ?? { touch, answers: [], told: false };
  seen.set(touch, known);
  return known;
};

const mailbox = await startMailbox({
  folder: setup.folder,
  eventsUrl: setup.eventsUrl,
  eventsAuth: { authorization: `Bearer ${setup.key}` },
  fate: {
    mode(touch) {
      const mode = chance.pick(ANSWERS);
      of(touch).answers.push(mode);
      if (chance.next() < SILENT) silent.add(touch);
      return mode;
    },
    event(touch) {
      const mode = silent.has(touch) ? 'none' : chance.pick(EVENTS);
      if (mode !== 'none') of(touch).told = true;
      return mode;
    },
  },
});
const release = setInterval(() => mailbox.control({ release: true }), RELEASE_MS);

process.on('message', (message) => {
  if (message === 'report') {
    const { refusedEvents, pendingEvents } = mailbox.status();
    const report: MailboxReport = {
      seen: [...seen.values()],
      kept: [...mailbox.touchCounts()],
      refusedEvents: refusedEvents.count,
      pendingEvents,
    };
    process.send?.(report);
  }
});
process.on('disconnect', () => {
  clearInterval(release);
  void mailbox.close().then(() => process.exit(0));
});
process.send?.({ url: mailbox.url });
