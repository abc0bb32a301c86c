-- What reports count of the journal, as plain columns: stages entered, labels gained, meetings.
create table if not exists milestones (
  lead_id text not null,
  seq integer not null,
  at timestamptz not null,
  kind text not null,
  name text not null,
  primary key (lead_id, seq)
);
