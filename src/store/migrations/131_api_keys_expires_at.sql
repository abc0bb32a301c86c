-- From when a key opens nothing any more by itself; null: until somebody revokes it.
alter table api_keys add column if not exists expires_at timestamptz;
