-- Who had an offer when its time to answer was over, and the clock of the first touch.
alter table handoffs
  add column if not exists late_rep text,
  add column if not exists touch_by timestamptz,
  add column if not exists touched_at timestamptz,
  add column if not exists touch_late_rep text;
