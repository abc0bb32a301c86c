create index if not exists outbox_by_state_due_at on outbox (state, due_at);
