-- The pace of sending: as many slots as two seconds of the quota hold. A message takes one and frees it two seconds after it was answered.
create table if not exists send_slots (
  n integer primary key,
  free_at timestamptz not null,
  lease text,
  uses bigint not null
);
