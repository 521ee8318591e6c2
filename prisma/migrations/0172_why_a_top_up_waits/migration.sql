-- What whoever asked had posted alone in the 24 hours before, when it is that with which the amount passes the limit of one person.
-- Empty where the amount passes it by itself, and where the receiver asked.
ALTER TABLE pending_top_up ADD COLUMN posted_alone_micros bigint CHECK (posted_alone_micros >= 0);
GRANT UPDATE (posted_alone_micros) ON pending_top_up TO portal_app;
