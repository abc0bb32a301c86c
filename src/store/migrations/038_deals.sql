-- A sale as the CRM last told it. amount_cents is a whole number of hundredths of one unit of the
-- currency, whatever the currency: 1500.50 EUR is 150050, 1500 JPY is 150000. stage is the CRM's
-- own, in lower-case words; 'won' and 'lost' close a deal (closed_at), every other stage is open.
-- changed_at is when the newest change known happened.
create table if not exists deals (
  id text primary key,
  account_id text,
  amount_cents bigint not null,
  currency text not null,
  stage text not null,
  owner text,
  lost_reason text,
  renews_at timestamptz,
  closed_at timestamptz,
  changed_at timestamptz not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  revision integer not null
);
