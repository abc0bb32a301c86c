-- Live chats: who has one now is how busy a rep is. `passed` and `because` are JSON.
create table if not exists chats (
  id text primary key,
  lead_id text,
  visitor text,
  page text not null,
  language text not null,
  state text not null,
  rep text,
  rule integer,
  handoff text,
  pool text,
  answer_by timestamptz,
  passed text not null,
  because text not null,
  started_at timestamptz not null,
  accepted_at timestamptz,
  ended_at timestamptz,
  outcome text,
  note text,
  ended_by text
);
