-- The lead's append-only record.
create table if not exists journal (
  lead_id text not null,
  seq integer not null,
  at timestamptz not null,
  type text not null,
  cadence text,
  step text,
  reason text,
  actor text not null,
  playbook text not null,
  data text not null,
  primary key (lead_id, seq)
);
