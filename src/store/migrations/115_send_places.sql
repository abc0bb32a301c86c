-- Places taken of the days of a sending domain that warms up: of a day in all (receiver '*'), and by mail to one mail domain (its hash).
create table if not exists send_places (
  sender text not null,
  day text not null,
  receiver text not null,
  taken integer not null,
  primary key (sender, day, receiver)
);
