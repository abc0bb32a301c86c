create index if not exists touches_by_decided_at on touches (decided_at);
