create index if not exists leads_by_phone on leads (phone);
