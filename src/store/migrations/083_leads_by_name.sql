create index if not exists leads_by_name on leads (last_name, first_name);
