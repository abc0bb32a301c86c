create index if not exists notices_by_recipient_mail on notices (recipient, mail);
