-- What happened to a lead, applied once; applied_seq 0 is not yet.
create table if not exists inbox (
  id text primary key,
  lead_id text not null,
  dedupe_key text unique,
  at timestamptz not null,
  received_at timestamptz not null,
  body text not null,
  applied_seq integer not null default 0
);
