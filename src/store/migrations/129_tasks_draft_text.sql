-- The text (Markdown) a rep has put in place of the playbook's; null: the email goes as it stands, or was kept back.
alter table tasks add column if not exists draft_text text;
