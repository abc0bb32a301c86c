-- What the last look at each domain mail is sent from said, for all processes. Nothing about a person.
create table if not exists sending_domains (
  domain text primary key,
  ready boolean not null,
  detail text not null,
  checked_at timestamptz not null
);
