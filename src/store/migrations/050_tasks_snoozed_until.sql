-- Until when a rep has put a task out of the way; no SLA waits for it.
alter table tasks add column if not exists snoozed_until timestamptz;
