-- Requests to followed links, each with what it was taken for. No address and no name of a browser is kept.
create table if not exists clicks (
  touch_id text not null,
  id text not null,
  lead_id text not null,
  link text not null,
  place text not null,
  at timestamptz not null,
  hint text,
  verdict text not null,
  primary key (touch_id, id)
);
