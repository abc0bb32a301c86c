create index if not exists handoffs_by_offered_at on handoffs (offered_at);
