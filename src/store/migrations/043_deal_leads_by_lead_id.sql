create index if not exists deal_leads_by_lead_id on deal_leads (lead_id);
