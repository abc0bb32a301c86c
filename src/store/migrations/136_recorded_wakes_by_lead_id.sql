create index if not exists recorded_wakes_by_lead_id on recorded_wakes (lead_id);
