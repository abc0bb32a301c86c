create index if not exists tasks_by_state_due_at on tasks (state, due_at);
