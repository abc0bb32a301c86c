/** A store of many leads that have been on their way for months, made inside the database. */
import { sql } from 'kysely';
import type { Db } from '../src/store/db.ts';

export interface Size {
  readonly leads: number;
  /** Journal entries a lead. */
  readonly entries: number;
}

/** The first lead comes in then; they come in over 180 days and live for up to 90. */
export const START = new Date('2026-01-05T00:00:00Z');
export const END = new Date('2027-01-05T00:00:00Z');

/** One statement a table. `i` is the lead's number; what happens to it follows from the number. */
const statements: readonly string[] = [
  `insert into leads (id, email, email_normal, email_domain, external_id, key, first_name, last_name, company, domain,
     role, title, country, time_zone, locale, phone, source, campaign, freemail, attributes, revision, created_at, updated_at)
   select 'lead-' || i, i || '@x.example', i || '@x.example', 'x.example', null, 'lead-' || i, '', '', 'Company ' || i % 20000, '',
     (array['it', 'operations', 'finance', 'quality', ''])[1 + i % 5], '', 'GB', '', '', '',
     (array['Paid Search', 'Organic', 'Fair', 'Referral'])[1 + i % 4], 'campaign-' || i % 12, false, '{}', 1, at, at
   from lead`,
  `insert into lead_states (lead_id, guard, seq, state, stage, custody, due_at, queue, updated_at, left_to_send)
   select 'lead-' || i, 1, 20, repeat('x', 1500),
     case when i % 40 = 0 then 'customer' when i % 8 = 0 then 'deciding' when i % 2 = 0 then 'evaluating' else 'exploring' end,
     case when i % 7 = 0 then 'sales' when i % 11 = 0 then 'nobody' else 'marketing' end,
     timestamptz '2027-02-01', 'email', at, i % 13
   from lead`,
  `insert into journal (lead_id, seq, at, type, cadence, step, reason, actor, playbook, data)
   select 'lead-' || i, n, at + n * interval '4 days',
     (array['touch.sent', 'signal.received', 'touch.sent', 'step.waited'])[1 + n % 4], 'evaluation-guide', 'step-' || n % 9,
     'due', 'rule', repeat('0', 64), '{"type":"page.pricing","signalAt":1780000000000,"human":true,"touch":"' || repeat('f', 40) || '"}'
   from lead, generate_series(1, __ENTRIES__) n`,
  `insert into touches (id, lead_id, enrollment, cadence, step, email, purpose, topic, playbook, state, attempts,
     due_at, decided_at, ended_at, stage, next_stage)
   select 'touch-' || i || '-' || n, 'lead-' || i, 'e', (array['evaluation-guide', 'keep-warm', 'first-conversation'])[1 + n % 3],
     'step-' || n, 'mail-' || n % 14, case when n % 3 = 2 then 'sales' else 'marketing' end,
     (array['roi', 'comparison', 'case-study', 'demo', null])[1 + (i + n) % 5], repeat('0', 64),
     case when (i + n) % 5000 = 0 then 'unconfirmed' else 'sent' end, 1,
     at + n * interval '7 days', at + n * interval '7 days', at + n * interval '7 days',
     case when i % 40 = 0 and n > 11 then 'customer' when i % 8 = 0 and n > 5 then 'deciding'
       when i % 2 = 0 and n > 1 then 'evaluating' else 'exploring' end,
     case when i % 40 = 0 and n > 5 then 'customer' when i % 8 = 0 and n between 2 and 5 then 'deciding'
       when i % 2 = 0 and n = 1 then 'evaluating' end
   from lead, generate_series(1, 10) n`,
  `insert into milestones (lead_id, seq, at, kind, name)
   select 'lead-' || i, 100 + n, at + n * interval '13 days',
     (array['stage', 'label', 'stage', 'label', 'signal', 'stage'])[n],
     (array['evaluating', 'mql', 'deciding', 'sql', 'meeting.held', 'customer'])[n]
   from lead, generate_series(1, 6) n
   where i % (array[2, 3, 8, 8, 8, 40])[n] = 0`,
  `insert into milestones (lead_id, seq, at, kind, name)
   select 'lead-' || i, 120, at + interval '50 days', 'sla', case when i % 5 = 0 then 'resume breached' else 'resume kept' end
   from lead where i % 3 = 0`,
  `insert into handoffs (lead_id, seq, handoff, pool, rep, offered_at, accept_by, accepted_at, accepted_by, worked_ms,
     ended_at, ended, return_reason, facts, late_rep, touch_by, touched_at, touch_late_rep)
   select 'lead-' || i, 200 + n, 'warm', 'pool-' || i % 4, 'rep-' || i % 60 || '@x.example', offered, offered + interval '8 hours',
     case when i % 5 <> 0 then offered + (i % 11) * interval '1 hour' end, case when i % 5 <> 0 then 'rep-' || i % 60 || '@x.example' end,
     case when i % 5 <> 0 then (i % 11) * 3600000 end,
     case when i % 7 <> 0 then offered + interval '20 days' end,
     case when i % 7 <> 0 then case when i % 5 = 0 then 'sla-breached' else 'returned' end end,
     case when i % 7 <> 0 and i % 5 <> 0 then (array['not-ready', 'no-response', 'lost'])[1 + i % 3] end,
     case when i % 7 <> 0 and i % 5 <> 0 then '{"timing":"quarter ' || i % 40 || '"}' end,
     case when i % 5 = 0 or i % 11 > 8 then 'rep-' || i % 60 || '@x.example' end,
     case when i % 5 <> 0 then offered + interval '2 days' end,
     case when i % 5 <> 0 and i % 4 > 0 then offered + (i % 4) * interval '1 day' end,
     case when i % 4 = 3 then 'rep-' || i % 60 || '@x.example' end
   from (select i, n, at + (25 + 25 * n) * interval '1 day' as offered from lead, generate_series(0, 1) n
     where i % 3 = 0 and (n = 0 or i % 9 = 0)) offers`,
  `insert into tasks (id, lead_id, kind, title, assignee, pool, priority, state, due_at, context, opened_at, closed_at, disposition)
   select 'task-' || i || '-' || n, 'lead-' || i, 'call', 'Call', case when i % 500 = 0 then null else 'rep-' || i % 60 || '@x.example' end, 'pool-' || i % 4,
     'normal', case when n = 3 then 'open' else 'done' end, at + (30 + n) * interval '1 day', repeat('c', 600),
     at + (28 + n) * interval '1 day', case when n < 3 then at + (29 + n) * interval '1 day' end, case when n < 3 then 'connected' end
   from lead, generate_series(1, 3) n where i % 3 = 0`,
  `insert into enrollments (id, lead_id, cadence, lane, state, step, due_at, started_at, ended_at, playbook, open_marker)
   select 'e-' || i || '-' || n, 'lead-' || i, 'keep-warm', 'nurture', case when n = 1 then 'running' else 'ended' end, 'step-1', null, at,
     case when n = 2 then at end, repeat('0', 64), case when n = 1 then 'open' end
   from lead, generate_series(1, 2) n`,
  `insert into inbox (id, lead_id, dedupe_key, at, received_at, body, applied_seq)
   select 'in-' || i || '-' || n, 'lead-' || i, null, at, at, repeat('b', 200), 3 from lead, generate_series(1, 5) n`,
  `insert into deal_events (deal_id, nth, at, stage, amount_cents, currency, actor)
   select 'deal-' || i, n, at + (60 + 20 * n) * interval '1 day', (array['proposal', 'won'])[n], 1000001 + i, 'EUR', 'crm'
   from lead, generate_series(1, 2) n where i % 20 = 0 and (n = 1 or i % 40 = 0)`,
  `insert into deal_leads (deal_id, lead_id, via)
   select 'deal-' || i, 'lead-' || (i + n), 'lead' from lead, generate_series(0, 1) n where i % 20 = 0`,
];

/** Fills an empty, migrated store. `onTable` is told after each table. */
export async function fill(
  db: Db,
  { leads, entries }: Size,
  onTable: (done: number, total: number) => void,
): Promise<void> {
  const lead = `(select i, timestamptz '${START.toISOString()}' + (i % 180) * interval '1 day' + (i % 86400) * interval '1 second' as at
    from generate_series(1, ${leads}) i) lead`;
  let done = 0;
  for (const statement of statements) {
    await sql
      .raw(statement.replace(/\bfrom lead\b/, `from ${lead}`).replace('__ENTRIES__', String(entries)))
      .execute(db);
    done += 1;
    onTable(done, statements.length);
  }
  // What autovacuum does on any server; without statistics no plan is worth a measurement.
  await sql.raw('vacuum analyze').execute(db);
}
