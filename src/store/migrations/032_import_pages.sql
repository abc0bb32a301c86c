-- Raw rows waiting to be imported; a page goes when it is done.
create table if not exists import_pages (
  import_id text not null,
  page integer not null,
  first_row integer not null,
  rows integer not null,
  body text not null,
  primary key (import_id, page)
);
