-- When nobody knew whether the email went, and the touch was given up: kept when it is proven afterwards, so
-- that the report on health can count what the mail service proved late.
alter table touches add column if not exists parked_at timestamptz;
