create index if not exists touches_by_account_id_decided_at on touches (account_id, decided_at);
