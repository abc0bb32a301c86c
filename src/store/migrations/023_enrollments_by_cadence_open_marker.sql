create index if not exists enrollments_by_cadence_open_marker on enrollments (cadence, open_marker);
