create index if not exists chats_by_visitor on chats (visitor);
