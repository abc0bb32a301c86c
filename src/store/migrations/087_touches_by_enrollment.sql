create index if not exists touches_by_enrollment on touches (enrollment);
