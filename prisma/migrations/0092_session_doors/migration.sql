-- A session belongs to the door that it was opened at: the host name of a brand, or the house's own (NULL). Whoever stands in
-- front of one name could else carry a cookie to another, and act there with seats that are not behind their own.
GRANT CREATE ON SCHEMA public TO portal_system;

ALTER TABLE session ADD COLUMN door_tenant_id uuid REFERENCES tenant (id);
-- Of those that are open it is not known. They end, where there is a door that they may have been opened at.
UPDATE session SET revoked_at = now() WHERE revoked_at IS NULL AND EXISTS (SELECT FROM brand WHERE host_verified_at IS NOT NULL);

-- As before, at a door.
DROP FUNCTION session_open(uuid, text, text, int, text, boolean);
CREATE FUNCTION session_open(p_user uuid, p_address text, p_user_agent text, p_hours int, p_device text, p_factor boolean, p_door uuid, OUT id uuid, OUT fresh boolean)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
BEGIN
  -- Two first sign-ins at once are one after the other, so that one of them is the first.
  PERFORM FROM person p WHERE p.id = p_user FOR UPDATE;
  -- A factor that was set up while somebody signed in without: they sign in again, with it. RF001.
  IF NOT p_factor AND has_factor(p_user) THEN RAISE EXCEPTION 'a second factor is there by now' USING ERRCODE = 'RF001'; END IF;
  SELECT count(*) > 0 AND count(*) FILTER (WHERE s.device = p_device) = 0 INTO fresh FROM session s WHERE s.user_id = p_user AND s.device <> '';
  INSERT INTO session AS s (user_id, expires_at, address, user_agent, device, factor_at, door_tenant_id)
    VALUES (p_user, now() + make_interval(hours => p_hours), left(p_address, 64), left(p_user_agent, 300), left(p_device, 400), CASE WHEN p_factor THEN now() END, p_door)
    RETURNING s.id INTO id;
END $fn$;

-- As before, and the door that it was opened at.
DROP FUNCTION session_check(uuid);
CREATE FUNCTION session_check(p_session uuid)
RETURNS TABLE (user_id uuid, email text, name text, authenticated_at timestamptz, factor_at timestamptz, door_tenant_id uuid,
  view_tenant_id uuid, view_from_id uuid, view_role text, view_reason text, view_until timestamptz, view_slug text, view_name text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
BEGIN
  UPDATE session s SET last_seen_at = now()
    WHERE s.id = p_session AND s.revoked_at IS NULL AND s.expires_at > now() AND s.last_seen_at < now() - interval '1 minute';
  RETURN QUERY SELECT p.id, p.email, p.name, s.authenticated_at, s.factor_at, s.door_tenant_id,
      t.id, CASE WHEN t.id IS NOT NULL THEN s.view_from_id END, s.view_role, s.view_reason, s.view_until, t.slug, t.name
    FROM session s JOIN person p ON p.id = s.user_id LEFT JOIN tenant t ON t.id = s.view_tenant_id AND s.view_until > now()
    WHERE s.id = p_session AND s.revoked_at IS NULL AND s.expires_at > now();
END $fn$;

DO $$
DECLARE f text;
BEGIN
  FOREACH f IN ARRAY ARRAY['session_open(uuid, text, text, int, text, boolean, uuid)', 'session_check(uuid)'] LOOP
    EXECUTE format('ALTER FUNCTION %s OWNER TO portal_system', f);
    EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', f);
    EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO portal_app', f);
  END LOOP;
END $$;
REVOKE CREATE ON SCHEMA public FROM portal_system;
