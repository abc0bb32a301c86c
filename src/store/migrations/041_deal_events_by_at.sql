create index if not exists deal_events_by_at on deal_events (at);
