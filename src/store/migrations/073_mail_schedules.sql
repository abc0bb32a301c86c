-- Up to when what is mailed by the calendar has been put into the outbox.
create table if not exists mail_schedules (
  name text primary key,
  done_until timestamptz not null
);
