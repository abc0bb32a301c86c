-- Whose attempt the touch is in `sending` by. A process that lost the store in the middle of that commit reads
-- here, when the store is back, whether the commit took effect: its message is still in its hands then, unsent.
alter table touches add column if not exists holder text;
