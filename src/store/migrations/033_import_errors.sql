-- What was wrong with which row of the file.
create table if not exists import_errors (
  import_id text not null,
  "row" integer not null,
  nth integer not null,
  field text not null,
  message text not null,
  primary key (import_id, "row", nth)
);
