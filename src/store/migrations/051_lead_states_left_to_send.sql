-- Emails marketing could still send the lead, as of its last decision; null before one.
alter table lead_states add column if not exists left_to_send integer;
