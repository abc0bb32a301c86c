-- Since when the lead's activity fails, how often it has, and by which error (its code alone): for whoever
-- must know within minutes. The next decision that is written clears all three.
alter table lead_states add column if not exists failing_since timestamptz;
