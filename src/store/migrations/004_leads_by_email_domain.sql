create index if not exists leads_by_email_domain on leads (email_domain);
