-- The account its lead belonged to when it was opened; null without one.
alter table tasks add column if not exists account_id text;
