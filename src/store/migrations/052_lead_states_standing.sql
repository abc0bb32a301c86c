-- What colleagues' decisions see of the lead, as JSON: its engagement and last signal as of its last decision.
alter table lead_states add column if not exists standing text;
