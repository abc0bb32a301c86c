-- A company, by its domain; which leads belong to it is their domain (leads_by_domain).
-- revision is bumped by who joins it and by deals of it, so that they see each other.
create table if not exists accounts (
  id text primary key,
  domain text not null unique,
  name text not null,
  revision integer not null,
  created_at timestamptz not null
);
