GRANT CREATE ON SCHEMA public TO portal_system;

-- Sign-in, seats, sessions, the tenant tree. SECURITY DEFINER because each must look before a tenant is known; each
-- answers one narrow question.

-- The seat a person holds on a tenant, or on one above it (the nearest counts). No row: absent and not-yours alike.
CREATE FUNCTION find_seat(p_user uuid, p_slug text)
RETURNS TABLE (tenant_id uuid, seat_tenant_id uuid, role text, kind text, seat_kind text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT t.id, s.tenant_id, s.role, t.kind, up.kind
  FROM tenant t
  JOIN tenant_below b ON b.descendant_id = t.id
  JOIN seat s ON s.tenant_id = b.ancestor_id AND s.user_id = p_user
  JOIN tenant up ON up.id = s.tenant_id
  WHERE t.slug = p_slug
  ORDER BY b.depth
  LIMIT 1
$$;

CREATE FUNCTION seats_of(p_user uuid)
RETURNS TABLE (tenant_slug text, tenant_name text, kind text, role text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT t.slug, t.name, t.kind, s.role FROM seat s JOIN tenant t ON t.id = s.tenant_id WHERE s.user_id = p_user ORDER BY t.name
$$;

-- Only for sign-in: the digest of one person's password.
CREATE FUNCTION sign_in_lookup(p_email text)
RETURNS TABLE (user_id uuid, name text, password_hash text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT id, name, password_hash FROM person WHERE email = lower(p_email)
$$;

CREATE FUNCTION session_open(p_user uuid, p_address text, p_user_agent text, p_hours int)
RETURNS uuid LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
  INSERT INTO session (user_id, expires_at, address, user_agent)
  VALUES (p_user, now() + make_interval(hours => p_hours), left(p_address, 64), left(p_user_agent, 300)) RETURNING id
$$;

-- The person behind a live session; touched at most once a minute so that reading stays cheap.
CREATE FUNCTION session_check(p_session uuid)
RETURNS TABLE (user_id uuid, email text, name text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
BEGIN
  UPDATE session s SET last_seen_at = now()
    WHERE s.id = p_session AND s.revoked_at IS NULL AND s.expires_at > now() AND s.last_seen_at < now() - interval '1 minute';
  RETURN QUERY SELECT p.id, p.email, p.name FROM session s JOIN person p ON p.id = s.user_id
    WHERE s.id = p_session AND s.revoked_at IS NULL AND s.expires_at > now();
END $fn$;

-- Ends one session of a person, or all but one when p_session is NULL. Returns how many ended.
CREATE FUNCTION session_revoke(p_user uuid, p_session uuid, p_keep uuid)
RETURNS int LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
  WITH ended AS (
    UPDATE session SET revoked_at = now()
    WHERE user_id = p_user AND revoked_at IS NULL AND (p_session IS NULL OR id = p_session) AND id IS DISTINCT FROM p_keep
    RETURNING 1)
  SELECT count(*)::int FROM ended
$$;

CREATE FUNCTION invitation_lookup(p_token_hash bytea)
RETURNS TABLE (tenant_id uuid, tenant_slug text, tenant_name text, invitation_id uuid, email text, role text, has_password boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT t.id, t.slug, t.name, i.id, i.email, i.role, coalesce(p.password_hash IS NOT NULL, false)
  FROM invitation i JOIN tenant t ON t.id = i.tenant_id LEFT JOIN person p ON p.email = i.email
  WHERE i.token_hash = p_token_hash AND i.used_at IS NULL AND i.expires_at > now()
$$;

-- Uses an invitation up: one conditional update, so that two people with one link cannot both get in. A person who
-- already has a password keeps it, and has shown it before this (p_password_hash is NULL then). RF001: an account was made
-- in the meantime by somebody else, so the seat is not for whoever has that one. Returns NULL when the link is not valid
-- any more.
CREATE FUNCTION invitation_accept(p_token_hash bytea, p_name text, p_password_hash text)
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
  INSERT INTO seat (tenant_id, user_id, role) VALUES (i.tenant_id, v_user, i.role)
    ON CONFLICT (tenant_id, user_id) DO UPDATE SET role = excluded.role;
  RETURN v_user;
END $fn$;

-- Makes a tenant below the one acted on (or the operator, once, when none is), with its wallet and home country open.
CREATE FUNCTION tenant_create(p_slug text, p_name text, p_kind text, p_currency text, p_time_zone text, p_country text, p_plan uuid)
RETURNS uuid LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
DECLARE v_parent uuid := app_tenant(); v_id uuid;
BEGIN
  IF p_kind <> 'operator' AND NOT EXISTS (SELECT FROM tenant WHERE id = v_parent AND kind IN ('operator', 'reseller')) THEN
    RAISE EXCEPTION 'a tenant needs a reseller or the operator above it' USING ERRCODE = 'RF001';
  END IF;
  INSERT INTO tenant (slug, name, kind, parent_id, currency, time_zone, country, plan_id)
    VALUES (p_slug, p_name, p_kind, CASE WHEN p_kind = 'operator' THEN NULL ELSE v_parent END, p_currency, p_time_zone, p_country, p_plan)
    RETURNING id INTO v_id;
  INSERT INTO tenant_below (ancestor_id, descendant_id, depth)
    SELECT v_id, v_id, 0
    UNION ALL SELECT b.ancestor_id, v_id, b.depth + 1 FROM tenant_below b WHERE b.descendant_id = v_parent AND p_kind <> 'operator';
  INSERT INTO wallet (tenant_id, currency) VALUES (v_id, p_currency);
  INSERT INTO destination (tenant_id, country) VALUES (v_id, p_country);
  INSERT INTO audit_head (tenant_id, seq, hash) VALUES (v_id, 0, sha256(convert_to(v_id::text, 'UTF8')));
  RETURN v_id;
END $fn$;

-- Moves the transaction to a tenant at or below the one acted on. Refuses anything else, so a wrong id cannot leave the branch.
CREATE FUNCTION act_below(p_tenant uuid)
RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
BEGIN
  IF NOT EXISTS (SELECT FROM tenant_below WHERE ancestor_id = app_tenant() AND descendant_id = p_tenant) THEN
    RAISE EXCEPTION 'that tenant is not below' USING ERRCODE = 'RF002';
  END IF;
  PERFORM set_config('app.tenant_id', p_tenant::text, true);
END $fn$;

CREATE FUNCTION operator_tenant() RETURNS uuid LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT id FROM tenant WHERE kind = 'operator'
$$;
CREATE FUNCTION tenant_by_slug(p_slug text) RETURNS uuid LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT id FROM tenant WHERE slug = p_slug
$$;
-- What the tenant above is called: a buyer may know who its provider is, and nothing else about it.
CREATE FUNCTION provider_name() RETURNS text LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT up.name FROM tenant t JOIN tenant up ON up.id = t.parent_id WHERE t.id = app_tenant()
$$;
-- When the people with a seat here were last signed in; nothing else of their sessions is anybody else's business.
CREATE FUNCTION members_seen() RETURNS TABLE (user_id uuid, last_seen_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT s.user_id, max(x.last_seen_at) FROM seat s JOIN session x ON x.user_id = s.user_id WHERE s.tenant_id = app_tenant() GROUP BY s.user_id
$$;
-- The tenants that hear of a change in p_tenant: itself and everybody above.
CREATE FUNCTION tenants_above(p_tenant uuid) RETURNS SETOF uuid LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT ancestor_id FROM tenant_below WHERE descendant_id = p_tenant
$$;

DO $$
DECLARE f text;
BEGIN
  FOREACH f IN ARRAY ARRAY['find_seat(uuid, text)', 'seats_of(uuid)', 'sign_in_lookup(text)', 'session_open(uuid, text, text, int)',
    'session_check(uuid)', 'session_revoke(uuid, uuid, uuid)', 'invitation_lookup(bytea)', 'invitation_accept(bytea, text, text)',
    'tenant_create(text, text, text, text, text, text, uuid)', 'act_below(uuid)', 'operator_tenant()', 'tenant_by_slug(text)',
    'provider_name()', 'members_seen()', 'tenants_above(uuid)'] LOOP
    EXECUTE format('ALTER FUNCTION %s OWNER TO portal_system', f);
    EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', f);
    EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO portal_app', f);
  END LOOP;
END $$;
REVOKE CREATE ON SCHEMA public FROM portal_system;
