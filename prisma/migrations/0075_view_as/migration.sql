GRANT CREATE ON SCHEMA public TO portal_system;

-- Somebody above looks at a tenant as one of its roles would. It is a matter of one session: it ends with it, and there is
-- never more than one. p_from is the tenant whose seat allows it.
ALTER TABLE session ADD COLUMN view_tenant_id uuid REFERENCES tenant (id);
ALTER TABLE session ADD COLUMN view_from_id uuid REFERENCES tenant (id);
ALTER TABLE session ADD COLUMN view_role text;
ALTER TABLE session ADD COLUMN view_reason text;
ALTER TABLE session ADD COLUMN view_until timestamptz;
ALTER TABLE session ADD CONSTRAINT session_view_whole CHECK (
  num_nonnulls(view_tenant_id, view_from_id, view_role, view_reason, view_until) IN (0, 5)
  AND view_role IN ('owner', 'admin', 'billing', 'support', 'viewer') AND length(view_reason) BETWEEN 3 AND 300);

-- Begins a view of so many minutes; of two at one moment one begins. NULL when there is one already, or no such live session.
CREATE FUNCTION session_view_begin(p_user uuid, p_session uuid, p_tenant uuid, p_from uuid, p_role text, p_reason text, p_minutes int)
RETURNS timestamptz LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
  UPDATE session SET view_tenant_id = p_tenant, view_from_id = p_from, view_role = p_role, view_reason = p_reason,
    view_until = now() + make_interval(mins => p_minutes)
  WHERE id = p_session AND user_id = p_user AND revoked_at IS NULL AND expires_at > now() AND (view_until IS NULL OR view_until <= now())
    AND EXISTS (SELECT FROM tenant_below b WHERE b.ancestor_id = p_from AND b.descendant_id = p_tenant AND b.depth > 0)
  RETURNING view_until
$$;

-- Ends the view of a session. False when there is none that still holds.
CREATE FUNCTION session_view_end(p_user uuid, p_session uuid, p_tenant uuid)
RETURNS boolean LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
  WITH ended AS (
    UPDATE session s SET view_tenant_id = NULL, view_from_id = NULL, view_role = NULL, view_reason = NULL, view_until = NULL
    FROM (SELECT id FROM session WHERE id = p_session AND user_id = p_user AND view_tenant_id = p_tenant AND view_until > now() FOR UPDATE) was
    WHERE s.id = was.id RETURNING 1)
  SELECT EXISTS (SELECT FROM ended)
$$;

-- As before, and what the session looks at for now.
DROP FUNCTION session_check(uuid);
CREATE FUNCTION session_check(p_session uuid)
RETURNS TABLE (user_id uuid, email text, name text, authenticated_at timestamptz, factor_at timestamptz,
  view_tenant_id uuid, view_from_id uuid, view_role text, view_reason text, view_until timestamptz, view_slug text, view_name text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
BEGIN
  UPDATE session s SET last_seen_at = now()
    WHERE s.id = p_session AND s.revoked_at IS NULL AND s.expires_at > now() AND s.last_seen_at < now() - interval '1 minute';
  RETURN QUERY SELECT p.id, p.email, p.name, s.authenticated_at, s.factor_at,
      t.id, CASE WHEN t.id IS NOT NULL THEN s.view_from_id END, s.view_role, s.view_reason, s.view_until, t.slug, t.name
    FROM session s JOIN person p ON p.id = s.user_id LEFT JOIN tenant t ON t.id = s.view_tenant_id AND s.view_until > now()
    WHERE s.id = p_session AND s.revoked_at IS NULL AND s.expires_at > now();
END $fn$;

-- The kind of the tenant looked at, when the other is that one or below it.
CREATE FUNCTION view_kind(p_viewed uuid, p_tenant uuid) RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT t.kind FROM tenant t JOIN tenant_below b ON b.ancestor_id = t.id AND b.descendant_id = p_tenant WHERE t.id = p_viewed
$$;

DO $$
DECLARE f text;
BEGIN
  FOREACH f IN ARRAY ARRAY['session_view_begin(uuid, uuid, uuid, uuid, text, text, int)', 'session_view_end(uuid, uuid, uuid)', 'session_check(uuid)',
    'view_kind(uuid, uuid)'] LOOP
    EXECUTE format('ALTER FUNCTION %s OWNER TO portal_system', f);
    EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', f);
    EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO portal_app', f);
  END LOOP;
END $$;
REVOKE CREATE ON SCHEMA public FROM portal_system;
