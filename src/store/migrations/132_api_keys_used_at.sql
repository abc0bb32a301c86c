-- When a key last opened something, to the hour; null: never, or before this was written down.
alter table api_keys add column if not exists used_at timestamptz;
