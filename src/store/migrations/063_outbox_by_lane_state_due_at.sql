create index if not exists outbox_by_lane_state_due_at on outbox (lane, state, due_at);
