-- Uploads and how far they are.
create table if not exists imports (
  id text primary key,
  state text not null,
  format text not null,
  header text not null,
  pages integer not null,
  pages_done integer not null,
  rows integer not null,
  created integer not null,
  updated integer not null,
  unchanged integer not null,
  rejected integer not null,
  failure text,
  actor text not null,
  created_at timestamptz not null,
  finished_at timestamptz
);
