-- The row handoffs lock to take turns; loadRouting in states.ts.
insert into meta (key, value) values ('routing', '') on conflict (key) do nothing;
