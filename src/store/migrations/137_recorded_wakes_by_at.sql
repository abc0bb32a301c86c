create index if not exists recorded_wakes_by_at on recorded_wakes (at);
