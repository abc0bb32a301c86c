create index if not exists lead_states_by_due_at on lead_states (due_at);
