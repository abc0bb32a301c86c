-- One row: the version for new things.
create table if not exists playbook_current (
  id text primary key,
  hash text not null,
  actor text not null,
  applied_at timestamptz not null
);
