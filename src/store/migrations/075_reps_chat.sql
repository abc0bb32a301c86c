-- What a rep says about chats, as JSON: languages, and how many at once.
alter table reps add column if not exists chat text;
