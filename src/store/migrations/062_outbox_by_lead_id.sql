create index if not exists outbox_by_lead_id on outbox (lead_id);
