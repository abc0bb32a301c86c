-- The subject a rep has put in place of the playbook's, of an email they looked at before it goes; null: the playbook's.
alter table tasks add column if not exists draft_subject text;
