create index if not exists lead_states_by_playbook on lead_states (playbook);
