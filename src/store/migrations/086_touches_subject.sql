-- The subject a touch went out with: an email in its thread carries the same.
alter table touches add column if not exists subject text;
