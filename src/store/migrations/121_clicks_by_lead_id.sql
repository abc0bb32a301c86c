create index if not exists clicks_by_lead_id on clicks (lead_id);
