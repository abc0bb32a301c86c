-- Endpoints of others that are told of events. Their secrets follow from VOLLEY_SECRET and are not here.
create table if not exists webhooks (
  id text primary key,
  name text not null,
  url text not null,
  events text not null,
  enabled boolean not null,
  disabled_why text,
  failing_since timestamptz,
  secret_version integer not null,
  rotated_at timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null
);
