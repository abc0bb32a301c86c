-- One row an offer to sales and what became of it, kept by the commits that journal it; for reports.
create table if not exists handoffs (
  lead_id text not null,
  seq integer not null,
  handoff text not null,
  pool text not null,
  rep text,
  offered_at timestamptz not null,
  accept_by timestamptz not null,
  accepted_at timestamptz,
  accepted_by text,
  worked_ms bigint,
  breached_at timestamptz,
  ended_at timestamptz,
  ended text,
  return_reason text,
  facts text,
  primary key (lead_id, seq)
);
