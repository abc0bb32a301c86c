-- What a lead no longer goes by and is still found under: id:ID, email:ADDRESS or external:ID of a lead merged
-- into it, or the address of a job it left. before is what was known under that name, as JSON.
create table if not exists lead_aliases (
  alias text primary key,
  lead_id text not null,
  why text not null,
  before text not null,
  actor text not null,
  created_at timestamptz not null
);
