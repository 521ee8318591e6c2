-- What is kept about somebody at the tenant acted on and those below it, where pages of a tenant show its own only. For the answer
-- to whoever asks what is known about them.
GRANT CREATE ON SCHEMA public TO portal_system, portal_charge;

CREATE FUNCTION subject_mails(p_email text)
RETURNS TABLE (tenant text, recipient text, subject text, state text, created_at timestamptz, sent_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT t.slug, m.recipient, m.subject, m.state, m.created_at, m.sent_at
  FROM tenant_below b JOIN mail m ON m.tenant_id = b.descendant_id JOIN tenant t ON t.id = m.tenant_id
  WHERE b.ancestor_id = app_tenant() AND m.recipient = p_email ORDER BY m.created_at, m.id LIMIT 100001
$$;

CREATE FUNCTION subject_statement_lines(p_digits text)
RETURNS TABLE (tenant text, statement_id uuid, seq bigint, day date, kind text, memo text, destination text, amount_micros bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT t.slug, l.statement_id, l.seq::bigint, l.day, l.kind, l.memo, l.destination, l.amount_micros
  FROM tenant_below b JOIN statement_line l ON l.tenant_id = b.descendant_id JOIN tenant t ON t.id = l.tenant_id
  WHERE b.ancestor_id = app_tenant() AND l.memo LIKE '%+' || p_digits ORDER BY l.statement_id, l.seq LIMIT 100001
$$;

ALTER FUNCTION subject_mails(text) OWNER TO portal_system;
ALTER FUNCTION subject_statement_lines(text) OWNER TO portal_charge;
REVOKE ALL ON FUNCTION subject_mails(text), subject_statement_lines(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION subject_mails(text), subject_statement_lines(text) TO portal_app;
REVOKE CREATE ON SCHEMA public FROM portal_system, portal_charge;
