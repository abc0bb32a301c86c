create index if not exists lead_states_by_held on lead_states (held);
