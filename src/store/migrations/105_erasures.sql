-- Who was erased, by id alone: proof that it was done, and what a process that died goes on with. names is what
-- must be known until then to find the person in other rows, as JSON; null as soon as the rest is gone.
create table if not exists erasures (
  lead_id text primary key,
  person text not null,
  actor text not null,
  names text,
  requested_at timestamptz not null,
  erased_at timestamptz,
  swept_at timestamptz
);
