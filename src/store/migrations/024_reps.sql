-- Sales people, by their address.
create table if not exists reps (
  id text primary key,
  name text not null,
  time_zone text not null,
  working_hours text,
  away text not null,
  active boolean not null,
  updated_at timestamptz not null
);
