-- The account its lead belonged to when it was decided; null without one.
alter table touches add column if not exists account_id text;
