-- The role of the buying group that somebody is to be found for; null for every other task.
alter table tasks add column if not exists role text;
