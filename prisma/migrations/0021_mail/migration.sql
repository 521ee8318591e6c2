-- Mail that the product sends. A row is written with the change that asks for it; the queue only carries its id.
GRANT CREATE ON SCHEMA public TO portal_system;

CREATE TABLE mail (
  tenant_id uuid NOT NULL REFERENCES tenant (id),
  id uuid NOT NULL UNIQUE DEFAULT gen_random_uuid(),
  -- One address. A line break in it or in the subject would begin a header of its own.
  recipient text NOT NULL CHECK (length(recipient) BETWEEN 3 AND 254 AND recipient !~ '[[:cntrl:][:space:],;<>"]'),
  subject text NOT NULL CHECK (length(subject) BETWEEN 1 AND 300 AND subject !~ '[[:cntrl:]]'),
  -- NULL once it need not be kept any more; of a secret one that is when it was sent.
  body text CHECK (length(body) <= 20000),
  secret boolean NOT NULL DEFAULT false,
  attachment_name text CHECK (attachment_name ~ '^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$'),
  attachment_type text CHECK (attachment_type ~ '^[a-z]+/[a-z0-9.+-]{1,60}$'),
  attachment bytea CHECK (length(attachment) <= 12000000),
  -- held: no mail server is named, so it waits here until somebody sends it again.
  state text NOT NULL DEFAULT 'queued' CHECK (state IN ('queued', 'held', 'sent', 'failed')),
  attempts int NOT NULL DEFAULT 0,
  last_error text,
  -- Who sends it keeps others away for three minutes, which is longer than any attempt.
  taken_at timestamptz,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  sent_at timestamptz,
  PRIMARY KEY (tenant_id, id),
  CHECK ((attachment_name IS NULL) = (attachment_type IS NULL))
);
CREATE INDEX mail_newest ON mail (tenant_id, created_at DESC);

ALTER TABLE mail ENABLE ROW LEVEL SECURITY;
ALTER TABLE mail FORCE ROW LEVEL SECURITY;
CREATE POLICY own_tenant ON mail TO portal_app USING (tenant_id = app_tenant()) WITH CHECK (tenant_id = app_tenant());
CREATE POLICY system_functions ON mail TO portal_system USING (true) WITH CHECK (true);
-- Lists show the envelope; what is in it is for the addressee.
GRANT SELECT (tenant_id, id, recipient, subject, secret, attachment_name, attachment_type, state, attempts, last_error, created_at, sent_at) ON mail TO portal_app;
GRANT INSERT (tenant_id, recipient, subject, body, secret, attachment_name, attachment_type, attachment) ON mail TO portal_app;
GRANT SELECT, UPDATE ON mail TO portal_system;

-- Takes a mail for one sender. 'go': it is his. 'busy': somebody else is at it. 'over': it is not to be sent (any more).
CREATE FUNCTION mail_take(p_mail uuid)
RETURNS TABLE (verdict text, recipient text, subject text, body text, attachment_name text, attachment_type text, attachment bytea, attempts int, created_at timestamptz)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
DECLARE m mail;
BEGIN
  SELECT * INTO m FROM mail WHERE id = p_mail FOR UPDATE;
  IF NOT FOUND OR m.state <> 'queued' OR m.body IS NULL THEN
    verdict := 'over';
  ELSIF m.taken_at > clock_timestamp() - interval '3 minutes' THEN
    verdict := 'busy';
  ELSE
    UPDATE mail x SET taken_at = clock_timestamp(), attempts = x.attempts + 1 WHERE x.id = p_mail RETURNING x.* INTO m;
    RETURN QUERY SELECT 'go', m.recipient, m.subject, m.body, m.attachment_name, m.attachment_type, m.attachment, m.attempts, m.created_at;
    RETURN;
  END IF;
  RETURN NEXT;
END $fn$;

-- How an attempt went: 'sent', 'failed' for good, 'held', or 'queued' for another try.
CREATE FUNCTION mail_end(p_mail uuid, p_state text, p_error text)
RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
DECLARE m mail;
BEGIN
  UPDATE mail SET state = p_state, last_error = left(p_error, 500), taken_at = NULL,
      sent_at = CASE WHEN p_state = 'sent' THEN clock_timestamp() END,
      body = CASE WHEN NOT secret OR p_state = 'queued' THEN body END
    WHERE id = p_mail AND state = 'queued' RETURNING * INTO m;
  IF FOUND THEN PERFORM pg_notify('live', json_build_object('t', m.tenant_id, 'k', 'mail')::text); END IF;
END $fn$;

-- The queue gave it up.
CREATE FUNCTION mail_give_up(p_mail uuid) RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT mail_end(p_mail, 'failed', coalesce((SELECT last_error FROM mail WHERE id = p_mail), 'It could not be sent after many tries.'))
$$;

-- Lets a mail of the tenant acted on be tried again. RF007: there is none. RF001: it was sent, waits, or is not kept any more.
CREATE FUNCTION mail_again(p_mail uuid)
RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
DECLARE m mail;
BEGIN
  SELECT * INTO m FROM mail WHERE id = p_mail AND tenant_id = app_tenant() FOR UPDATE;
  IF NOT FOUND THEN RAISE EXCEPTION 'no such mail' USING ERRCODE = 'RF007'; END IF;
  IF m.state NOT IN ('held', 'failed') OR m.body IS NULL THEN RAISE EXCEPTION 'not to be sent again' USING ERRCODE = 'RF001'; END IF;
  UPDATE mail SET state = 'queued', last_error = NULL, taken_at = NULL, attempts = 0 WHERE id = m.id;
END $fn$;

-- Deletes one bounded batch of what retention lets go; returns how many rows. Repeat until 0. Of a mail the envelope stays.
CREATE OR REPLACE FUNCTION sweep(p_what text, p_before timestamptz, p_limit int)
RETURNS int LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
DECLARE n int;
BEGIN
  IF p_what = 'security_event' THEN
    DELETE FROM security_event WHERE (tenant_id, id) IN (SELECT tenant_id, id FROM security_event WHERE at < p_before LIMIT p_limit);
  ELSIF p_what = 'session' THEN
    DELETE FROM session WHERE id IN (SELECT id FROM session WHERE expires_at < p_before OR revoked_at < p_before LIMIT p_limit);
  ELSIF p_what = 'invitation' THEN
    DELETE FROM invitation WHERE (tenant_id, id) IN (SELECT tenant_id, id FROM invitation WHERE expires_at < p_before LIMIT p_limit);
  ELSIF p_what = 'outbox_job' THEN
    DELETE FROM outbox_job WHERE (tenant_id, id) IN (SELECT tenant_id, id FROM outbox_job WHERE done_at < p_before LIMIT p_limit);
  ELSIF p_what = 'mail' THEN
    UPDATE mail SET body = NULL, attachment = NULL WHERE id IN (
      SELECT id FROM mail WHERE coalesce(sent_at, created_at) < p_before AND state <> 'queued' AND (body IS NOT NULL OR attachment IS NOT NULL) LIMIT p_limit);
  ELSE
    RAISE EXCEPTION 'nothing called % is swept', p_what USING ERRCODE = 'RF006';
  END IF;
  GET DIAGNOSTICS n = ROW_COUNT;
  RETURN n;
END $fn$;

DO $$
DECLARE f text;
BEGIN
  FOREACH f IN ARRAY ARRAY['mail_take(uuid)', 'mail_end(uuid, text, text)', 'mail_give_up(uuid)', 'mail_again(uuid)', 'sweep(text, timestamptz, int)'] LOOP
    EXECUTE format('ALTER FUNCTION %s OWNER TO portal_system', f);
    EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', f);
    EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO portal_app', f);
  END LOOP;
END $$;
REVOKE CREATE ON SCHEMA public FROM portal_system;
