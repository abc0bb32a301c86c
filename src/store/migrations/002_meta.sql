-- Small facts about the installation itself, by name.
create table if not exists meta (
  key text primary key,
  value text not null
);
