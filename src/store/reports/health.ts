import { numberIn, type Report, textIn } from './define.ts';

/** Findings in words. Each key is one branch of the statement. */
const FINDINGS: Readonly<Record<string, string>> = {
  'touches-unconfirmed':
    'The call to the mail service was cut off and nobody knows whether the message went; it is not repeated.',
  'touches-proven-late':
    'An email nobody knew about was proven to have gone, after it had been given up: do the mail service’s events come late?',
  'touches-failed':
    'The mail service refused the message for good, at once or after it had taken it, or it could not be rendered.',
  'touches-stuck': 'The touch has been sending for over an hour: the worker that sent it has not come back.',
  'leads-failing':
    'What the lead is due for fails each time it is tried, three times or more: nothing happens to it until that is mended. The log of the worker says why.',
  'touches-late': 'An email is over an hour past its time and no pause holds it: is a worker on the email queue?',
  'wakes-late': 'The lead should have been woken over an hour ago: is a worker on the lead queue?',
  'inputs-unread': 'Something has happened to the lead over an hour ago and nothing has looked at it.',
  'never-decided': 'The lead came in over an hour ago and nothing has been decided about it.',
  'no-next-event':
    'The lead is in a cadence, or with marketing, and neither a time nor a pause, an open task or an answer it waits for says what comes next.',
  'imports-failed': 'An import has failed.',
  'imports-stuck': 'An import has not ended within a day.',
  'tasks-without-assignee': 'The task waits in a pool and no rep has it.',
  'tasks-overdue': 'The task is past its due time and open.',
  'deliveries-dead': 'A webhook or a mail to a rep has been given up; it stays until it is sent again by hand.',
  'webhooks-failing': 'Nothing has arrived at a webhook for over an hour; after 5 days it is turned off.',
  'webhooks-off': 'A webhook was turned off: it answered 410, or nothing arrived there for 5 days.',
  'sender-not-ready':
    'A domain mail is sent from is not ready, so its mail is held: volley doctor lists the records to add to DNS.',
  'sending-stopped':
    'Too many of the last messages bounced or were complained about, so sending stopped by itself: GET /v1/pauses says what was counted; POST /v1/senders/{sender}/resume lets it go on.',
  'warming-up':
    'A new sending domain has no room left for what is due, so touches wait for a later day of its warm-up; counted are those days. GET /v1/senders says how many wait: if that grows, more is due than the domain may send.',
  'consents-over': 'The lead is in a cadence, and every consent recorded for marketing or for sales has expired.',
  'touches-without-consent': 'An email did not go: there was no consent for it, or it had expired or been taken back.',
  'erasures-open': 'A person asked to be erased over an hour ago and is not yet: is the engine there?',
  'deliveries-late': 'A webhook or a mail to a rep is over an hour past its time: does a worker run?',
};

const HEALTH = `
with found as (
  select 'touches-unconfirmed' as finding, lead_id as subject, ended_at as since from touches
  where state = 'unconfirmed' and ended_at >= :from and ended_at < :to
  union all
  select 'touches-proven-late', lead_id, parked_at from touches
  where state = 'sent' and parked_at >= :from and parked_at < :to
  union all
  select 'touches-failed', lead_id, ended_at from touches
  where state = 'failed' and ended_at >= :from and ended_at < :to
  union all
  select 'touches-stuck', lead_id, decided_at from touches
  where state = 'sending' and decided_at < cast(:now as timestamptz) - interval '1 hour'
  union all
  select case when queue = 'email' then 'touches-late' else 'wakes-late' end, lead_id, due_at from lead_states
  where due_at < cast(:now as timestamptz) - interval '1 hour' and held is null
  union all
  select 'leads-failing', lead_id, failing_since from lead_states where failures >= 3
  union all
  select 'inputs-unread', lead_id, at from inbox
  where applied_seq = 0 and quiet is not true and at < cast(:now as timestamptz) - interval '1 hour'
  union all
  select 'never-decided', s.lead_id, s.updated_at from lead_states s
  where s.seq = 0 and s.updated_at < cast(:now as timestamptz) - interval '1 hour'
  union all
  select 'no-next-event', s.lead_id, s.updated_at from lead_states s
  where s.seq > 0 and s.due_at is null and s.held is null
    and (s.custody = 'marketing' or exists (
      select 1 from enrollments e
      where e.lead_id = s.lead_id and e.open_marker = 'open' and e.state = 'running'))
    and not exists (select 1 from enrollments e
      where e.lead_id = s.lead_id and e.open_marker = 'open' and e.state = 'paused')
    and not exists (select 1 from tasks k where k.lead_id = s.lead_id and k.state = 'open')
    and not exists (select 1 from inbox i where i.lead_id = s.lead_id and i.applied_seq = 0 and i.quiet is not true)
  union all
  select 'imports-failed', id, created_at from imports
  where state = 'failed' and created_at >= :from and created_at < :to
  union all
  select 'imports-stuck', id, created_at from imports
  where state in ('queued', 'running') and created_at < cast(:now as timestamptz) - interval '1 day'
  union all
  select 'tasks-without-assignee', lead_id, opened_at from tasks
  where state = 'open' and assignee is null
  union all
  select 'tasks-overdue', lead_id, due_at from tasks
  where state = 'open' and due_at < cast(:now as timestamptz)
  union all
  select 'deliveries-dead', id, done_at from outbox
  where state = 'dead' and done_at >= :from and done_at < :to
    and not exists (select 1 from webhooks w where w.id = outbox.lane and not w.enabled)
  union all
  select 'webhooks-failing', id, failing_since from webhooks
  where enabled and failing_since < cast(:now as timestamptz) - interval '1 hour'
  union all
  select 'webhooks-off', id, updated_at from webhooks
  where disabled_why in ('gone', 'failing')
  union all
  select 'sender-not-ready', scope, created_at from pauses
  where scope like 'sender:%'
  union all
  select 'sending-stopped', scope, created_at from pauses
  where scope like 'stop:%'
  union all
  select 'warming-up', sender, cast(:now as timestamptz) from send_places
  where sender = any(cast(:warming as text[])) and receiver = '*' and taken > 0
    and day > cast(cast(cast(:now as timestamptz) at time zone 'UTC' as date) as text)
  union all
  select 'consents-over', e.lead_id, max(c.expires) from enrollments e join consents c on c.lead_id = e.lead_id
  where e.open_marker = 'open' and c.purpose in ('marketing', 'sales') and c.withdrawn_by is null
  group by e.lead_id, c.purpose
  having count(*) filter (where c.expires is null or c.expires > :now) = 0
  union all
  select 'touches-without-consent', lead_id, decided_at from touches
  where state = 'skipped' and reason in ('no-consent', 'consent-expired', 'consent-withdrawn')
    and decided_at >= :from and decided_at < :to
  union all
  select 'erasures-open', person, requested_at from erasures
  where names is not null and requested_at < cast(:now as timestamptz) - interval '1 hour'
  union all
  select 'deliveries-late', id, due_at from outbox
  where state in ('waiting', 'sending') and due_at < cast(:now as timestamptz) - interval '1 hour'
)
select finding, count(*) as "n",
  cast(extract(epoch from min(since)) as double precision) * 1000 as "since",
  min(subject) as "example"
from found
group by finding
`;

export const health: Report = {
  name: 'health',
  title: 'Health',
  about:
    'What needs somebody. What ended (touches, imports, deliveries) is counted in the period, the rest as it is at the moment.',
  days: 90,
  tables: [
    {
      id: 'findings',
      title: 'Findings',
      columns: {
        finding: { unit: 'text', is: 'What was looked for; all that is looked for is there, found or not.' },
        n: {
          unit: 'count',
          is: 'How many leads, touches, inputs, tasks, imports, deliveries or webhooks it is true of.',
        },
        since: { unit: 'time', is: 'When the oldest of them became so.' },
        example: {
          unit: 'text',
          is: 'The id of one such lead, import, delivery or webhook, for `volley explain` or `GET /v1/imports`.',
        },
        sentence: { unit: 'text', is: 'The finding in words.' },
      },
      sql: HEALTH,
    },
  ],
  fill: ({ findings = [] }) => ({
    findings: Object.entries(FINDINGS).map(([finding, sentence]) => {
      const row = findings.find((one) => one['finding'] === finding);
      const since = numberIn(row, 'since');
      return {
        finding,
        n: numberIn(row, 'n'),
        since: row === undefined ? null : new Date(since).toISOString(),
        example: textIn(row, 'example') || null,
        sentence,
      };
    }),
  }),
};
