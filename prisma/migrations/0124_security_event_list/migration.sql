-- Security events are read newest first over all tenants below, and by address or kind: each way by an index, so that a page
-- costs the same with a million events. The parent's indexes are made for each month by themselves.
GRANT CREATE ON SCHEMA public TO portal_retention;
SET LOCAL ROLE portal_retention;
CREATE INDEX security_event_at ON public.security_event (at DESC, id DESC);
CREATE INDEX security_event_of_address ON public.security_event (address COLLATE "C", at DESC, id DESC);
CREATE INDEX security_event_of_type ON public.security_event (type, at DESC, id DESC);
RESET ROLE;
REVOKE CREATE ON SCHEMA public FROM portal_retention;
