-- How often the address of a rep's calendar feed was changed; the address follows from it and VOLLEY_SECRET.
create table if not exists rep_calendars (
  rep_id text primary key,
  version integer not null,
  updated_at timestamptz not null
);
