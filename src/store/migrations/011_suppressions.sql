-- Who must not be mailed; purpose '' is every purpose.
create table if not exists suppressions (
  id text primary key,
  subject text not null,
  purpose text not null,
  until_at timestamptz,
  reason text not null,
  actor text not null,
  created_at timestamptz not null,
  unique (subject, purpose)
);
