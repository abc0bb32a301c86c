-- Journal entries that somebody beside the lead is to be told of, until they were.
create table if not exists notices (
  lead_id text not null,
  seq integer not null,
  recipient text not null,
  at timestamptz not null,
  mail text not null,
  primary key (lead_id, seq)
);
