-- A lead's runs through cadences; open_marker is 'open' or null, so a lane has one open run.
create table if not exists enrollments (
  id text primary key,
  lead_id text not null,
  cadence text not null,
  lane text not null,
  state text not null,
  step text,
  due_at timestamptz,
  started_at timestamptz not null,
  ended_at timestamptz,
  playbook text not null,
  open_marker text,
  unique (lead_id, lane, open_marker)
);
