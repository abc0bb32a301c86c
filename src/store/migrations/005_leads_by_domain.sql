create index if not exists leads_by_domain on leads (domain);
