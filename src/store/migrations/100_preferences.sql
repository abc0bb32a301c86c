-- What a lead chose about marketing's mail: topic is one it does not want, or '' for a pause until until_at.
create table if not exists preferences (
  lead_id text not null,
  topic text not null,
  until_at timestamptz,
  created_at timestamptz not null,
  primary key (lead_id, topic)
);
