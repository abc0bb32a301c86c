/** Simulated leads with their journals, and a store filled with what reports read of them. */
import { join } from 'node:path';
import { compileFolder } from '../../src/cli/check.ts';
import { readLeadsFile } from '../../src/cli/leads-file.ts';
import { readBehaviour, readReps } from '../../src/cli/people.ts';
import type { JournalEntry } from '../../src/core/decision.ts';
import type { Playbook } from '../../src/core/playbook.ts';
import { simulate } from '../../src/core/simulate.ts';
import { DAY, type Instant } from '../../src/core/time.ts';
import { refill } from '../../src/store/backfill.ts';
import type { Db } from '../../src/store/db.ts';
import { writeReportFacts } from '../../src/store/report-facts.ts';
import { transact } from '../../src/store/tx.ts';

export interface Journalled {
  readonly id: string;
  readonly role: string;
  readonly createdAt: Instant;
  readonly entries: JournalEntry[];
}

const EXAMPLE = 'playbook';
const DAYS = 90;
const WAVES = 5;

/** At least `count` leads of the example playbook, who come in on five days, and what happens to them in 90 days. */
export async function simulated(count: number, from: Instant): Promise<{ playbook: Playbook; leads: Journalled[] }> {
  const playbook = await compileFolder(EXAMPLE);
  const behaviour = await readBehaviour(join(EXAMPLE, 'behaviour.yaml'), playbook);
  const reps = Object.fromEntries((await readReps(join(EXAMPLE, 'reps.yaml'))).map((rep) => [rep.id, rep]));
  const { leads: examples } = await readLeadsFile(join(EXAMPLE, 'leads.csv'));
  const all = new Map<string, Journalled>();
  for (let wave = 0; wave < WAVES; wave++) {
    const start = from + wave * 7 * DAY;
    const size = Math.ceil(count / WAVES);
    const leads = Array.from({ length: size }, (_, i) => {
      const example = examples[i % examples.length];
      if (!example) throw new Error('there are no example leads');
      const key = `${wave}.${i}.${example.key}`;
      all.set(key, { id: key, role: example.lead.role, createdAt: start, entries: [] });
      return { ...example, key };
    });
    const onJournal = (key: string, entry: JournalEntry): void => void all.get(key)?.entries.push(entry);
    simulate({ playbook, leads, behaviour, reps, seed: wave + 1, from: start, days: DAYS, onJournal });
  }
  return { playbook, leads: [...all.values()] };
}

const text = (value: unknown): string | null => (typeof value === 'string' ? value : null);

async function chunked<T>(rows: readonly T[], put: (chunk: T[]) => Promise<unknown>): Promise<void> {
  for (let i = 0; i < rows.length; i += 500) await put(rows.slice(i, i + 500));
}

const none = {
  company: '',
  domain: '',
  title: '',
  country: '',
  time_zone: '',
  locale: '',
  phone: '',
  campaign: '',
  first_name: '',
  last_name: '',
  attributes: '{}',
};

/** Fills the store from the journals: ledger and tasks as they are, what reports count as the commits do it. */
export async function fill(db: Db, playbook: Playbook, leads: readonly Journalled[]): Promise<void> {
  await chunked(leads, (chunk) =>
    db
      .insertInto('leads')
      .values(
        chunk.map((lead) => ({
          ...none,
          id: lead.id,
          key: lead.id,
          email: lead.id,
          email_normal: lead.id,
          email_domain: 'x',
          role: lead.role,
          source: '',
          freemail: false,
          revision: 1,
          created_at: new Date(lead.createdAt),
          updated_at: new Date(lead.createdAt),
        })),
      )
      .execute(),
  );
  await chunked(leads, (chunk) =>
    db
      .insertInto('lead_states')
      .values(chunk.map((lead) => stateOf(lead, playbook)))
      .execute(),
  );
  await chunked(
    leads.flatMap((lead, nth) => touchesOf(lead, playbook, nth % 2 === 0)),
    (chunk) => db.insertInto('touches').values(chunk).execute(),
  );
  await chunked(leads.flatMap(tasksOf), (chunk) => db.insertInto('tasks').values(chunk).execute());
  await chunked(
    leads.flatMap(({ id, entries }) => entries.map((entry) => journalRow(id, entry))),
    (chunk) => db.insertInto('journal').values(chunk).execute(),
  );
  await fillDeals(db, leads);
  let n = 0;
  for (const [nth, { id, entries }] of leads.entries()) {
    // One half as commits write it; the other has been there before what reports read.
    if (nth % 2 === 1) {
      await transact(db, (tx) => refill(tx, id));
      continue;
    }
    // In parts of different sizes, as commits cut a journal anywhere.
    for (let i = 0; i < entries.length; ) {
      n += 1;
      const part = entries.slice(i, i + 1 + (n % 7));
      await transact(db, (tx) => writeReportFacts(tx, id, part));
      i += part.length;
    }
  }
}

export interface TestDeal {
  readonly id: string;
  readonly leads: readonly Journalled[];
  readonly currency: string;
  readonly openedAt: Instant;
  readonly cents: number;
  readonly wonAt?: Instant;
  readonly wonCents: number;
}

/** A deal opens a day after every second acceptance, with one lead or two, and every third is won. */
export function dealsFor(leads: readonly Journalled[]): TestDeal[] {
  const deals: TestDeal[] = [];
  leads.forEach((lead, i) => {
    const accepted = lead.entries.find((entry) => entry.type === 'handoff.accepted');
    if (!accepted || i % 2 === 1) return;
    const n = deals.length;
    const other = n % 4 === 0 ? leads[i + 1] : undefined;
    const openedAt = accepted.at + DAY;
    const currency = n % 5 === 0 ? 'USD' : n % 5 === 1 ? 'JPY' : 'EUR';
    const cents = currency === 'JPY' ? 1_000_00 + n * 777_00 : 1_000_01 + n * 777_77;
    deals.push({
      id: `deal-${n}`,
      leads: other ? [lead, other] : [lead],
      currency,
      openedAt,
      cents,
      wonCents: cents - (currency === 'JPY' ? 100 : 101),
      ...(n % 3 === 0 ? { wonAt: openedAt + 9 * DAY } : {}),
    });
  });
  return deals;
}

async function fillDeals(db: Db, leads: readonly Journalled[]): Promise<void> {
  const deals = dealsFor(leads);
  const event = ({ id, currency }: TestDeal, nth: number, at: Instant, stage: string, cents: number) => ({
    deal_id: id,
    nth,
    at: new Date(at),
    stage,
    amount_cents: cents,
    currency,
    actor: 'test',
  });
  const events = deals.flatMap((deal) => [
    event(deal, 1, deal.openedAt, 'proposal', deal.cents),
    ...(deal.wonAt === undefined ? [] : [event(deal, 2, deal.wonAt, 'won', deal.wonCents)]),
  ]);
  await chunked(events, (chunk) => db.insertInto('deal_events').values(chunk).execute());
  const links = deals.flatMap((deal) =>
    deal.leads.map((lead) => ({ deal_id: deal.id, lead_id: lead.id, via: 'lead' })),
  );
  await chunked(links, (chunk) => db.insertInto('deal_leads').values(chunk).execute());
}

const journalRow = (lead_id: string, entry: JournalEntry) => ({
  lead_id,
  seq: entry.seq,
  at: new Date(entry.at),
  type: entry.type,
  cadence: entry.cadence ?? null,
  step: entry.step ?? null,
  reason: entry.reason ?? null,
  actor: entry.by,
  playbook: entry.playbookVersion,
  data: JSON.stringify(entry.data),
});

/** Emails of marketing's cadences that the journal does not tell of. */
export function leftOf(lead: Journalled, playbook: Playbook): number {
  const steps = Object.values(playbook.cadences)
    .filter(({ purpose }) => purpose === 'marketing')
    .flatMap((cadence) => Object.values(cadence.steps));
  const stage = stageOf(lead, playbook);
  const had = lead.entries.filter(({ type }) => type === 'touch.sent').map(({ data }) => data['email']);
  return Object.values(playbook.emails).filter((email) => {
    const used = steps.some((step) =>
      step.kind === 'email' ? step.email === email.id : step.kind === 'pick' && step.topic === email.topic,
    );
    const fits = (email.roles ?? [lead.role]).includes(lead.role) && (email.stages ?? [stage]).includes(stage);
    return used && fits && (email.repeat !== 'never' || !had.includes(email.id));
  }).length;
}

export const lastOf = (lead: Journalled, type: string) => lead.entries.findLast((entry) => entry.type === type);

export const stageOf = (lead: Journalled, playbook: Playbook): string =>
  text(lastOf(lead, 'stage.changed')?.data['to']) ?? playbook.stages[0]?.id ?? '';

function stateOf(lead: Journalled, playbook: Playbook) {
  return {
    lead_id: lead.id,
    guard: 0,
    seq: 1,
    state: null,
    stage: stageOf(lead, playbook),
    left_to_send: leftOf(lead, playbook),
    custody: text(lastOf(lead, 'custody.changed')?.data['to']) ?? 'nobody',
    custodian: null,
    due_at: null,
    queue: null,
    held: null,
    playbook: playbook.hash,
    updated_at: new Date(lead.createdAt),
  };
}

/** `staged`: with the stage at that moment, as the commit of a touch's end writes it. */
function touchesOf({ id, entries }: Journalled, playbook: Playbook, staged: boolean) {
  let stage = playbook.stages[0]?.id ?? '';
  return entries.flatMap((entry) => {
    if (entry.type === 'stage.changed') stage = text(entry.data['to']) ?? '';
    if (entry.type !== 'touch.sent') return [];
    const cadence = playbook.cadences[entry.cadence ?? ''];
    const step = cadence?.steps[entry.step ?? ''];
    return [
      {
        id: `${id}.${entry.seq}`,
        lead_id: id,
        enrollment: 'e',
        cadence: entry.cadence ?? '',
        step: entry.step ?? '',
        email: text(entry.data['email']) ?? '',
        purpose: cadence?.purpose ?? 'marketing',
        topic: step?.kind === 'email' || step?.kind === 'pick' ? (step.topic ?? null) : null,
        playbook: playbook.hash,
        state: 'sent',
        attempts: 1,
        due_at: new Date(entry.at),
        decided_at: new Date(entry.at),
        ended_at: new Date(entry.at),
        stage: staged ? stage : null,
      },
    ];
  });
}

function tasksOf({ id, entries }: Journalled) {
  return entries.flatMap((entry) => {
    if (entry.type !== 'task.opened') return [];
    const task = entry.data['task'];
    const answer = entries.find((one) => one.type === 'task.answered' && one.data['task'] === task);
    const closed = entries.find(
      (one) => (one.type === 'task.expired' || one.type === 'task.cancelled') && one.data['task'] === task,
    );
    const accepted = answer?.data['answer'] === 'accept';
    const ended = answer ?? closed;
    const state =
      answer === undefined
        ? closed
          ? 'expired'
          : 'open'
        : accepted
          ? 'accepted'
          : answer.data['answer'] === 'reject'
            ? 'rejected'
            : 'done';
    return [
      {
        id: `${id}.${entry.seq}`,
        lead_id: id,
        kind: text(entry.data['kind']) ?? '',
        title: '',
        assignee: text(entry.data['assignee']),
        pool: text(entry.data['pool']),
        priority: 'normal',
        state,
        due_at: new Date(Number(entry.data['dueAt'])),
        context: '{}',
        opened_at: new Date(entry.at),
        closed_at: ended && !accepted ? new Date(ended.at) : null,
        // As the API writes it.
        disposition: answer?.data['answer'] === 'skip' ? 'skipped' : text(answer?.data['disposition']),
      },
    ];
  });
}
