-- Handoffs given so far, for round robin.
create table if not exists pool_counts (
  pool text not null,
  rep text not null,
  given integer not null,
  primary key (pool, rep)
);
