create index if not exists tasks_by_account_id_opened_at on tasks (account_id, opened_at);
