create index if not exists milestones_by_kind_at on milestones (kind, at);
