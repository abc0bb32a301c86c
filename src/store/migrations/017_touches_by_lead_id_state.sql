create index if not exists touches_by_lead_id_state on touches (lead_id, state);
