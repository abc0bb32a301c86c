-- Answers given to requests with an Idempotency-Key.
create table if not exists idempotency_keys (
  api_key text not null,
  key text not null,
  request_hash text not null,
  status integer,
  response text,
  created_at timestamptz not null,
  primary key (api_key, key)
);
