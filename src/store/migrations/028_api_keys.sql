-- SHA-256 of each key, never the key.
create table if not exists api_keys (
  id text primary key,
  hash text not null unique,
  role text not null,
  rep text,
  label text not null,
  created_at timestamptz not null,
  revoked_at timestamptz
);
