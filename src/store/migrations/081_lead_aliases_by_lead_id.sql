create index if not exists lead_aliases_by_lead_id on lead_aliases (lead_id);
