create index if not exists idempotency_keys_by_created_at on idempotency_keys (created_at);
