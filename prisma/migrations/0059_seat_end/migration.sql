GRANT CREATE ON SCHEMA public TO portal_system;

-- A seat may end by itself: an accountant for the audit, a technician for the week. An owner's does not, since somebody must
-- be able to let people in.
ALTER TABLE seat ADD COLUMN ends_at timestamptz;
ALTER TABLE seat ADD CONSTRAINT seat_owner_stays CHECK (role <> 'owner' OR ends_at IS NULL);
ALTER TABLE invitation ADD COLUMN seat_ends_at timestamptz;
ALTER TABLE invitation ADD CONSTRAINT invitation_owner_stays CHECK (role <> 'owner' OR seat_ends_at IS NULL);
CREATE INDEX seat_ending ON seat (ends_at) WHERE ends_at IS NOT NULL;

-- As before, and a seat that is over reaches nothing, from that moment on.
CREATE OR REPLACE FUNCTION find_seat(p_user uuid, p_slug text)
RETURNS TABLE (tenant_id uuid, seat_tenant_id uuid, role text, kind text, seat_kind text, wants_factor boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT t.id, s.tenant_id, s.role, t.kind, up.kind, coalesce(s.role = ANY (f.roles), false)
  FROM tenant t
  JOIN tenant_below b ON b.descendant_id = t.id
  JOIN seat s ON s.tenant_id = b.ancestor_id AND s.user_id = p_user AND (s.ends_at IS NULL OR s.ends_at > now())
  JOIN tenant up ON up.id = s.tenant_id
  LEFT JOIN factor_policy f ON f.tenant_id = s.tenant_id
  WHERE t.slug = p_slug
  ORDER BY b.depth
  LIMIT 1
$$;

CREATE OR REPLACE FUNCTION seats_of(p_user uuid)
RETURNS TABLE (tenant_slug text, tenant_name text, kind text, role text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT t.slug, t.name, t.kind, s.role FROM seat s JOIN tenant t ON t.id = s.tenant_id
  WHERE s.user_id = p_user AND (s.ends_at IS NULL OR s.ends_at > now()) ORDER BY t.name
$$;

-- As before, and the seat ends when the invitation said so.
CREATE OR REPLACE FUNCTION invitation_accept(p_token_hash bytea, p_name text, p_password_hash text)
RETURNS uuid LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
DECLARE i invitation; v_user uuid;
BEGIN
  UPDATE invitation SET used_at = now() WHERE token_hash = p_token_hash AND used_at IS NULL AND expires_at > now() RETURNING * INTO i;
  IF NOT FOUND THEN RETURN NULL; END IF;
  IF p_password_hash IS NOT NULL THEN
    PERFORM FROM person WHERE email = i.email AND password_hash IS NOT NULL FOR UPDATE;
    IF FOUND THEN RAISE EXCEPTION 'that account has a password' USING ERRCODE = 'RF001'; END IF;
  END IF;
  INSERT INTO person (email, name, password_hash) VALUES (i.email, p_name, p_password_hash)
    ON CONFLICT (email) DO UPDATE SET password_hash = coalesce(person.password_hash, excluded.password_hash),
      name = CASE WHEN person.name = '' THEN excluded.name ELSE person.name END
    RETURNING id INTO v_user;
  INSERT INTO seat (tenant_id, user_id, role, ends_at) VALUES (i.tenant_id, v_user, i.role, i.seat_ends_at)
    ON CONFLICT (tenant_id, user_id) DO UPDATE SET role = excluded.role, ends_at = excluded.ends_at;
  RETURN v_user;
END $fn$;

-- The tenants that have a seat which is over and still there.
CREATE FUNCTION seats_over() RETURNS SETOF uuid LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT DISTINCT tenant_id FROM seat WHERE ends_at <= now() LIMIT 100
$$;
ALTER FUNCTION seats_over() OWNER TO portal_system;
REVOKE ALL ON FUNCTION seats_over() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION seats_over() TO portal_app;
REVOKE CREATE ON SCHEMA public FROM portal_system;
