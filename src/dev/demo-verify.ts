/** What a demo run must have kept, checked against what the outside saw: the mailbox's own record. */
import { type Covered, createCoverage } from '../core/coverage/coverage.ts';
import { END_STATES, type EndState, endStateOf } from '../core/endstate.ts';
import type { Playbook } from '../core/playbook.ts';
import { type Counts, createTally } from '../core/tally.ts';
import type { Instant } from '../core/time.ts';
import { viewOf } from '../core/view.ts';
import type { Db } from '../store/db.ts';
import { listJournal } from '../store/journal.ts';
import { peekLead, withAccount } from '../store/states.ts';
import type { Followed } from './demo-clicks.ts';
import type { Imported } from './demo-waves.ts';
import type { Mailbox } from './mailbox/mailbox.ts';

export interface DemoFacts {
  readonly db: Db;
  readonly mailbox: Mailbox;
  readonly playbook: Playbook;
  readonly imported: Imported;
  readonly from: Instant;
  readonly days: number;
  /** The virtual moment it ended. */
  readonly until: Instant;
  /** Links of mail that were followed. */
  readonly followed: Readonly<Followed>;
}

export interface DemoOutcome {
  readonly rows: number;
  readonly refused: number;
  readonly leads: number;
  /** Mails to reps, managers and those who agreed. */
  readonly notices: number;
  readonly counts: Counts;
  readonly endStates: Readonly<Record<EndState, number>>;
  readonly enrollments: Readonly<Record<string, number>>;
  readonly ledger: Readonly<Record<string, number>>;
  /** Which rules of the playbook have come to bear. */
  readonly covered: Covered;
  /** Live chats: asked for, taken by a rep, sent to the form. */
  readonly chats: { readonly asked: number; readonly taken: number; readonly form: number };
  /** Clicks on links of mail, as they were judged. */
  readonly clicks: Readonly<Followed>;
  /** What is wrong, in words; empty when everything holds. */
  readonly wrong: readonly string[];
}

export async function verifyDemo(facts: DemoFacts): Promise<DemoOutcome> {
  const { db, mailbox, playbook, imported, until } = facts;
  const wrong: string[] = [];
  const tally = createTally(facts.from, facts.days);
  const coverage = createCoverage(playbook);
  const endStates = Object.fromEntries(END_STATES.map((state) => [state, 0])) as Record<EndState, number>;
  const leads = await db.selectFrom('leads').select('id').orderBy('id').execute();
  for (const { id } of leads) {
    const loaded = await peekLead(db, id);
    if (loaded === null || loaded.state === null) {
      wrong.push(`lead ${id} was never decided about`);
      continue;
    }
    endStates[endStateOf(loaded.state, loaded.facts, playbook, until)] += 1;
    const { facts: known } = await withAccount(db, loaded);
    coverage.look(viewOf(loaded.state, known, playbook, until));
    let cursor: string | undefined;
    do {
      const page = await listJournal(db, id, { limit: 100, cursor });
      for (const entry of page.items) {
        tally.add(entry);
        coverage.add(entry);
      }
      cursor = page.next ?? undefined;
    } while (cursor !== undefined);
  }
  const counts = tally.counts();
  const named = Object.values(endStates).reduce((a, b) => a + b, 0);
  const accounted = imported.created + imported.updated + imported.unchanged + imported.rejected;
  if (accounted !== imported.rows) wrong.push(`${imported.rows} rows came in and ${accounted} are accounted for`);
  if (imported.errors.length < imported.rejected) wrong.push('not every refused row has a reason');
  if (leads.length !== imported.created)
    wrong.push(`${imported.created} leads were created and ${leads.length} are there`);
  if (named !== leads.length) wrong.push(`${leads.length} leads have ${named} end states`);

  const ledger = await ledgerOf(db);
  const chats = await chatsOf(db);
  wrong.push(...(await repeated(db, mailbox, ledger, counts.touches)));
  const clicks = await clicksOf(db, until);
  for (const who of ['people', 'programs'] as const) {
    if (clicks[who] > facts.followed[who])
      wrong.push(`${who} followed ${facts.followed[who]} links, and ${clicks[who]} were taken for theirs`);
  }
  const followed = facts.followed.people + facts.followed.programs;
  const kept = clicks.people + clicks.programs + clicks.atEnd;
  if (kept !== followed) wrong.push(`${followed} links were followed, and ${kept} clicks are known`);
  const needed = {
    clicks: clicks.people,
    touches: counts.touches,
    handoffs: counts.handoffs,
    accepted: counts.accepted,
    recycles: counts.recycles,
  };
  for (const [what, n] of Object.entries(needed)) if (n === 0) wrong.push(`there were no ${what}`);
  if (Object.keys(counts.returns).length === 0) wrong.push('there were no returns');
  const dead = await db.selectFrom('outbox').select('last_error').where('state', '=', 'dead').execute();
  if (dead.length > 0) wrong.push(`${dead.length} deliveries are dead, e.g. ${dead[0]?.last_error}`);
  return {
    rows: imported.rows,
    refused: imported.rejected,
    leads: leads.length,
    notices: mailbox.messages().filter((message) => message.notice !== undefined).length,
    counts,
    endStates,
    enrollments: await enrollmentsOf(db),
    ledger,
    covered: coverage.result(),
    chats,
    clicks,
    wrong,
  };
}

/** The mailbox saw every touch the ledger says was sent, once, and nothing else. */
async function repeated(
  db: Db,
  mailbox: Mailbox,
  ledger: Readonly<Record<string, number>>,
  journalled: number,
): Promise<string[]> {
  const wrong: string[] = [];
  const seen = mailbox.touchCounts();
  const twice = [...seen].filter(([, n]) => n > 1);
  if (twice.length > 0) wrong.push(`${twice.length} touches were sent more than once, e.g. ${twice[0]?.[0]}`);
  const untagged = mailbox
    .messages()
    .filter((message) => message.touch === undefined && message.notice === undefined).length;
  if (untagged > 0) wrong.push(`${untagged} messages carry neither touch nor notice`);
  const rows = await db.selectFrom('touches').select('id').where('state', '=', 'sent').execute();
  const sent = new Set(rows.map((row) => row.id));
  const unknown = [...seen.keys()].filter((touch) => !sent.has(touch)).length;
  const missing = [...sent].filter((touch) => !seen.has(touch)).length;
  if (unknown > 0) wrong.push(`${unknown} messages went out that the ledger does not call sent`);
  if (missing > 0) wrong.push(`${missing} touches are called sent that the mailbox never got`);
  if (journalled !== sent.size) wrong.push(`the journals tell of ${journalled} touches and the ledger of ${sent.size}`);
  for (const state of ['sending', 'unconfirmed', 'failed']) {
    if ((ledger[state] ?? 0) > 0) wrong.push(`${ledger[state]} touches ended as ${state}`);
  }
  return wrong;
}

/** At the end the clock stands, so that what comes then comes all at once: nothing tells a person from a program. */
async function clicksOf(db: Db, until: Instant): Promise<Followed & { atEnd: number }> {
  const clicks = { people: 0, programs: 0, atEnd: 0 };
  for (const { verdict, at } of await db.selectFrom('clicks').select(['verdict', 'at']).execute()) {
    if (at >= until) clicks.atEnd += 1;
    else if (verdict === 'human' || verdict === 'again') clicks.people += 1;
    else clicks.programs += 1;
  }
  return clicks;
}

async function ledgerOf(db: Db): Promise<Record<string, number>> {
  const rows = await db
    .selectFrom('touches')
    .select(({ fn }) => ['state', fn.countAll<number>().as('n')])
    .groupBy('state')
    .execute();
  return Object.fromEntries(rows.map((row) => [row.state, row.n]));
}

async function enrollmentsOf(db: Db): Promise<Record<string, number>> {
  const rows = await db
    .selectFrom('enrollments')
    .select(({ fn }) => ['state', fn.countAll<number>().as('n')])
    .groupBy('state')
    .orderBy('state')
    .execute();
  return Object.fromEntries(rows.map((row) => [row.state, row.n]));
}

async function chatsOf(db: Db): Promise<DemoOutcome['chats']> {
  const rows = await db.selectFrom('chats').select(['state', 'accepted_at']).execute();
  const taken = rows.filter((row) => row.accepted_at !== null).length;
  return { asked: rows.length, taken, form: rows.filter((row) => row.state === 'form').length };
}
