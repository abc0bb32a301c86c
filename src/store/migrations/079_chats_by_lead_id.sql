create index if not exists chats_by_lead_id on chats (lead_id);
