-- Some wakes as they were decided, so that a build about to be deployed can be asked what it would decide.
create table if not exists recorded_wakes (
  id text primary key,
  lead_id text not null,
  at timestamptz not null,
  volley text not null,
  document text not null
);
