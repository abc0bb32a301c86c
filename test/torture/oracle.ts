/** The mailbox's own record against the ledger and the plan: what went twice, what was lost, what nobody knows. */
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import type { Db } from '../../src/store/schema.ts';
import type { MailboxReport } from './mailbox.ts';

/** Why nobody knows: a kill at any moment, one at a placed point, what SES answered, events that never came. */
export const CAUSES = ['random kill', 'placed crash point', 'SES fault', 'missing event'] as const;
export type Cause = (typeof CAUSES)[number];

export interface Verdict {
  readonly touches: number;
  readonly sent: number;
  /** Touches the mailbox took more than once. */
  readonly duplicates: readonly string[];
  /** Planned, and not in the ledger; or called sent, and not in the mailbox; or with no end. In words. */
  readonly lost: readonly string[];
  /** In the mailbox, its events let go, and not called sent. */
  readonly unresolved: readonly string[];
  readonly unconfirmed: Readonly<Record<Cause, { readonly n: number; readonly inMailbox: number }>>;
  /** Parked as unconfirmed and proven afterwards. */
  readonly provenLate: number;
  /** Answers that SES was told to give, by mode. */
  readonly answers: Readonly<Record<string, number>>;
}

const placedSchema = z.object({ point: z.string(), leadId: z.string(), touchId: z.string().optional() });
export type Placed = z.infer<typeof placedSchema>;

export async function readPlaced(file: string): Promise<readonly Placed[]> {
  const text = await readFile(file, 'utf8').catch(() => '');
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => placedSchema.parse(JSON.parse(line)));
}

/** Answers after which SES may have the message or not. */
const AMBIGUOUS = /^(fail5|timeout|dropConnection)/;

export interface Facts {
  readonly db: Db;
  /** Addresses of the leads, and the emails each must get. */
  readonly leads: readonly string[];
  readonly steps: readonly string[];
  readonly mailbox: MailboxReport;
  readonly placed: readonly Placed[];
}

export async function judge({ db, leads, steps, mailbox, placed }: Facts): Promise<Verdict> {
  const ledger = await db
    .selectFrom('touches')
    .innerJoin('leads', 'leads.id', 'touches.lead_id')
    .select(['touches.id', 'touches.state', 'touches.step', 'touches.parked_at', 'leads.email'])
    .execute();
  const kept = new Map(mailbox.kept);
  const seen = new Map(mailbox.seen.map((one) => [one.touch, one]));
  const byPoint = new Set(placed.flatMap(({ touchId }) => touchId ?? []));
  const planned = new Set(leads.flatMap((email) => steps.map((step) => `${email} ${step}`)));
  const lost: string[] = [];
  const unresolved: string[] = [];
  const unconfirmed = Object.fromEntries(CAUSES.map((cause) => [cause, { n: 0, inMailbox: 0 }])) as Record<
    Cause,
    { n: number; inMailbox: number }
  >;
  let sent = 0;
  for (const { id, state, step, email } of ledger) {
    planned.delete(`${email} ${step}`);
    const inMailbox = kept.has(id);
    if (state === 'sent') sent += 1;
    if (state === 'sent' && !inMailbox) lost.push(`${id} is called sent and the mailbox never got it`);
    else if (state !== 'sent' && state !== 'unconfirmed') lost.push(`${id} has ended as ${state}`);
    if (state === 'sent') continue;
    const told = seen.get(id)?.told === true;
    if (inMailbox && told) unresolved.push(id);
    if (state !== 'unconfirmed') continue;
    const faulty = seen.get(id)?.answers.some((mode) => AMBIGUOUS.test(mode)) === true;
    // A touch that a placed point stopped goes on afterwards, and may meet anything that others meet.
    const cause: Cause =
      inMailbox && !told
        ? 'missing event'
        : faulty
          ? 'SES fault'
          : byPoint.has(id)
            ? 'placed crash point'
            : 'random kill';
    unconfirmed[cause].n += 1;
    if (inMailbox) unconfirmed[cause].inMailbox += 1;
  }
  for (const missing of planned) lost.push(`${missing} is not in the ledger`);
  const known = new Set(ledger.map(({ id }) => id));
  for (const id of kept.keys()) if (!known.has(id)) unresolved.push(id);
  const answers: Record<string, number> = {};
  for (const mode of mailbox.seen.flatMap((one) => one.answers)) answers[mode] = (answers[mode] ?? 0) + 1;
  return {
    touches: leads.length * steps.length,
    sent,
    duplicates: [...kept].filter(([, n]) => n > 1).map(([id]) => id),
    lost,
    unresolved,
    unconfirmed,
    provenLate: ledger.filter((row) => row.state === 'sent' && row.parked_at !== null).length,
    answers,
  };
}
