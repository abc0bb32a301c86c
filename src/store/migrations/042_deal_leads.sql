-- The leads of a deal. via is 'lead' for one the CRM named, 'account' for one that is here since the
-- deal is its account's (the first 50 of the account).
create table if not exists deal_leads (
  deal_id text not null,
  lead_id text not null,
  via text not null,
  primary key (deal_id, lead_id)
);
