-- Keyed hashes of addresses and external ids of erased people, so that no import brings them back.
create table if not exists erased_names (
  hash text primary key,
  erased_at timestamptz not null
);
