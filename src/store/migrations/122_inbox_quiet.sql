-- True for what a machine did: it is applied with whatever wakes its lead next, and wakes nobody itself.
alter table inbox add column if not exists quiet boolean;
