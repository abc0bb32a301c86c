create index if not exists chats_by_state on chats (state);
