-- The code of the error it failed with last; never its message, which may quote what a person entered.
alter table lead_states add column if not exists failure text;
