-- What a rep wants to be mailed, as JSON; null: what everybody gets.
alter table reps add column if not exists notify text;
