create index if not exists lead_states_by_custodian on lead_states (custodian);
