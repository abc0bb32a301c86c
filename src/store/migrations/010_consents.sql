-- Who agreed to what, on which basis, from where, since when, until when.
create table if not exists consents (
  lead_id text not null,
  purpose text not null,
  basis text not null,
  source text not null,
  at timestamptz not null,
  expires timestamptz,
  primary key (lead_id, purpose, basis, at)
);
