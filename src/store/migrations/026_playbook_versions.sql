-- Immutable, by content hash.
create table if not exists playbook_versions (
  hash text primary key,
  files text not null,
  actor text not null,
  created_at timestamptz not null
);
