-- What goes out to others (webhooks, mails to reps): written by the transaction that causes it, sent by the dispatcher.
create table if not exists outbox (
  id text primary key,
  kind text not null,
  key text not null unique,
  lane text not null,
  lead_id text,
  payload text not null,
  state text not null,
  due_at timestamptz not null,
  attempts integer not null,
  lease text,
  lease_until timestamptz,
  last_error text,
  answer text,
  created_at timestamptz not null,
  done_at timestamptz
);
