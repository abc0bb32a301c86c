-- The stage the lead was in when the email went, and its next one if that came within 30 days: the
-- report on content would otherwise find both again for every email of the period.
alter table touches
  add column if not exists stage text,
  add column if not exists next_stage text;
