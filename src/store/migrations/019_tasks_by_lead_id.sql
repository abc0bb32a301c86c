create index if not exists tasks_by_lead_id on tasks (lead_id);
