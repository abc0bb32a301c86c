-- How often the activity of the lead has failed since then; three or more is a finding of the report on health.
alter table lead_states add column if not exists failures int;
