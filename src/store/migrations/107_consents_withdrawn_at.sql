-- When a consent was taken back; the row stays as history.
alter table consents add column if not exists withdrawn_at timestamptz;
