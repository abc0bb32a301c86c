-- When the receiving server took the message, as the mail service tells it.
alter table touches add column if not exists delivered_at timestamptz;
