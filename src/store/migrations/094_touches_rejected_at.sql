-- When the mail service said that it had taken the message and then refused to send it (SES: Reject, Rendering
-- Failure): no Send or Delivery event makes such a touch `sent`, in whatever order they come.
alter table touches add column if not exists rejected_at timestamptz;
