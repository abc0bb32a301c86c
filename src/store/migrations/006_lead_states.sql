-- The lead's position, written by its commits only; guard is bumped by everything a send depends on.
create table if not exists lead_states (
  lead_id text primary key,
  guard bigint not null,
  seq integer not null,
  state text,
  stage text,
  custody text not null,
  custodian text,
  due_at timestamptz,
  queue text,
  held text,
  playbook text,
  updated_at timestamptz not null
);
