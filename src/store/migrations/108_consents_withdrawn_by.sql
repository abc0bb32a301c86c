-- Who took it back.
alter table consents add column if not exists withdrawn_by text;
