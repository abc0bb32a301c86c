create index if not exists tasks_by_assignee_state on tasks (assignee, state);
