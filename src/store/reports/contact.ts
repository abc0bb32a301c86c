/**
 * What counts as a contact by sales: a message of sales that was sent, a call or other task that was
 * done, or an activity that was logged without one. A look at an email before it goes is none: the email is. Reports join it to what they count contacts of, all at once: looking lead by lead is
 * several times slower over a long period.
 */
export const CONTACTS = `contacts as (
  select lead_id, ended_at as at from touches where state = 'sent' and purpose = 'sales'
  union all
  select lead_id, closed_at from tasks
  where state = 'done' and kind not in ('handoff', 'review-email') and coalesce(disposition, '') <> 'skipped'
  union all
  select lead_id, at from milestones where kind = 'activity'
)`;
