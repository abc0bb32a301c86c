-- Whose turn was longest ago, among reps with equal counts.
alter table pool_counts add column if not exists turn integer;
