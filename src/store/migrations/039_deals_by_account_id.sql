create index if not exists deals_by_account_id on deals (account_id);
