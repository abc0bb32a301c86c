create index if not exists inbox_by_lead_id_applied_seq on inbox (lead_id, applied_seq);
