create index if not exists inbox_by_applied_seq_at on inbox (applied_seq, at);
