create index if not exists touches_by_ses_message_id on touches (ses_message_id);
