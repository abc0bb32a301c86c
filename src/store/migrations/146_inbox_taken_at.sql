-- When an input took effect that came after its own time had been decided: what happened can be played again as it
-- came about. Null: at its own time.
alter table inbox add column if not exists taken_at timestamptz;
