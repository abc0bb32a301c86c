-- What is paused for everybody: '*' or a cadence id.
create table if not exists pauses (
  scope text primary key,
  reason text not null,
  actor text not null,
  created_at timestamptz not null
);
