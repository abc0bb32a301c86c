-- The history of a deal, append-only: its stage and amount from an instant on. nth is the order of
-- arrival; a change told late has an earlier "at" than the row before it.
create table if not exists deal_events (
  deal_id text not null,
  nth integer not null,
  at timestamptz not null,
  stage text not null,
  amount_cents bigint not null,
  currency text not null,
  actor text not null,
  primary key (deal_id, nth)
);
