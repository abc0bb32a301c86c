-- When a task last changed hands.
alter table tasks add column if not exists assigned_at timestamptz;
