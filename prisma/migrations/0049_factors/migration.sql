-- A second factor, recovery codes, and sessions that know when their person last showed who they are.
GRANT CREATE ON SCHEMA public TO portal_system;

ALTER TABLE person ADD COLUMN password_short boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN person.password_short IS 'Good only beside a second factor, so the last one cannot be taken away.';
ALTER TABLE session ADD COLUMN authenticated_at timestamptz, ADD COLUMN factor_at timestamptz;
UPDATE session SET authenticated_at = created_at;
ALTER TABLE session ALTER COLUMN authenticated_at SET DEFAULT now(), ALTER COLUMN authenticated_at SET NOT NULL;

CREATE TABLE totp (
  user_id uuid PRIMARY KEY REFERENCES person (id),
  -- Sealed with a key that the database does not have. pending: shown, and not yet proven by a code.
  sealed bytea,
  pending bytea,
  confirmed_at timestamptz,
  -- The half minute of the last code that was taken: it and what came before are worth nothing any more.
  last_step bigint NOT NULL DEFAULT 0
);
CREATE TABLE recovery_code (
  user_id uuid NOT NULL REFERENCES person (id),
  code_hash bytea NOT NULL,
  used_at timestamptz,
  PRIMARY KEY (user_id, code_hash)
);
-- The roles whose seats on this very tenant work only in sessions with a second factor.
CREATE TABLE factor_policy (
  tenant_id uuid PRIMARY KEY REFERENCES tenant (id),
  roles text[] NOT NULL CHECK (roles <@ ARRAY['owner', 'admin', 'billing', 'support', 'viewer', 'incident_responder', 'auditor'])
);

DO $$
DECLARE t text;
BEGIN
  FOREACH t IN ARRAY ARRAY['totp', 'recovery_code', 'factor_policy'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
    EXECUTE format('CREATE POLICY system_functions ON %I TO portal_system USING (true) WITH CHECK (true)', t);
  END LOOP;
END $$;
CREATE POLICY own_tenant ON factor_policy TO portal_app USING (tenant_id = app_tenant()) WITH CHECK (tenant_id = app_tenant());
GRANT SELECT, INSERT, UPDATE ON factor_policy TO portal_app;
GRANT SELECT ON factor_policy TO portal_system;
GRANT SELECT, INSERT, UPDATE, DELETE ON totp, recovery_code TO portal_system;

CREATE FUNCTION has_factor(p_user uuid) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT EXISTS (SELECT FROM totp WHERE user_id = p_user AND sealed IS NOT NULL)
$$;

-- What a person has beside the password. Never a secret.
CREATE FUNCTION factors_of(p_user uuid)
RETURNS TABLE (totp_since timestamptz, codes_left int, password_short boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT (SELECT t.confirmed_at FROM totp t WHERE t.user_id = p.id AND t.sealed IS NOT NULL),
    (SELECT count(*)::int FROM recovery_code r WHERE r.user_id = p.id AND r.used_at IS NULL), p.password_short
  FROM person p WHERE p.id = p_user
$$;

-- Keeps a sealed secret until a code proves that the person's app has it; one in use stays in use until then.
CREATE FUNCTION totp_begin(p_user uuid, p_sealed bytea) RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
  INSERT INTO totp (user_id, pending) VALUES (p_user, p_sealed) ON CONFLICT (user_id) DO UPDATE SET pending = excluded.pending
$$;
CREATE FUNCTION totp_read(p_user uuid) RETURNS TABLE (sealed bytea, pending bytea)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT t.sealed, t.pending FROM totp t WHERE t.user_id = p_user
$$;
-- Of two confirmations at once one wins. Locks the person.
CREATE FUNCTION totp_confirm(p_user uuid, p_pending bytea, p_step bigint)
RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
BEGIN
  PERFORM FROM person WHERE id = p_user FOR UPDATE;
  UPDATE totp SET sealed = pending, pending = NULL, confirmed_at = clock_timestamp(), last_step = p_step
    WHERE user_id = p_user AND pending = p_pending;
  RETURN FOUND;
END $fn$;
-- Takes a code once: of two with one code one wins.
CREATE FUNCTION totp_take(p_user uuid, p_step bigint)
RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
BEGIN
  UPDATE totp SET last_step = p_step WHERE user_id = p_user AND sealed IS NOT NULL AND last_step < p_step;
  RETURN FOUND;
END $fn$;

CREATE FUNCTION recovery_replace(p_user uuid, p_hashes bytea[]) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
BEGIN
  PERFORM FROM person WHERE id = p_user FOR UPDATE;
  DELETE FROM recovery_code WHERE user_id = p_user;
  INSERT INTO recovery_code (user_id, code_hash) SELECT p_user, unnest(p_hashes);
END $fn$;
CREATE FUNCTION recovery_take(p_user uuid, p_hash bytea)
RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
BEGIN
  UPDATE recovery_code SET used_at = clock_timestamp() WHERE user_id = p_user AND code_hash = p_hash AND used_at IS NULL;
  RETURN FOUND;
END $fn$;

-- After a factor went: the last one may not while the password is good only beside one (RF001). Without any the codes go,
-- and no session counts as one with a second factor. Wants the person locked.
CREATE FUNCTION factor_gone(p_user uuid) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
BEGIN
  IF has_factor(p_user) THEN RETURN; END IF;
  IF (SELECT password_short FROM person WHERE id = p_user) THEN
    RAISE EXCEPTION 'the password is too short to stand alone' USING ERRCODE = 'RF001';
  END IF;
  DELETE FROM recovery_code WHERE user_id = p_user;
  UPDATE session SET factor_at = NULL WHERE user_id = p_user;
END $fn$;
-- RF007: there is none.
CREATE FUNCTION totp_remove(p_user uuid) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
BEGIN
  PERFORM FROM person WHERE id = p_user FOR UPDATE;
  DELETE FROM totp WHERE user_id = p_user AND sealed IS NOT NULL;
  IF NOT FOUND THEN RAISE EXCEPTION 'no such factor' USING ERRCODE = 'RF007'; END IF;
  PERFORM factor_gone(p_user);
END $fn$;

-- The operator's way when everything is lost: no factor, no codes, no session. A password that was good only beside a factor
-- fits nothing any more; true says so. It is not emptied: an account without a password takes one from an invitation.
CREATE FUNCTION factors_reset(p_user uuid) RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
DECLARE short boolean;
BEGIN
  SELECT password_short INTO short FROM person WHERE id = p_user FOR UPDATE;
  DELETE FROM totp WHERE user_id = p_user;
  DELETE FROM recovery_code WHERE user_id = p_user;
  IF short THEN UPDATE person SET password_hash = '!', password_short = false WHERE id = p_user; END IF;
  PERFORM session_revoke(p_user, NULL, NULL);
  RETURN short;
END $fn$;

-- As before, with the length of the password kept in mind. RF001: a short one beside no factor.
DROP FUNCTION password_reset_lookup(bytea), password_reset_use(bytea, text), password_change(uuid, text, text, uuid);
CREATE FUNCTION password_reset_lookup(p_token_hash bytea)
RETURNS TABLE (user_id uuid, email text, name text, with_factor boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT p.id, p.email, p.name, has_factor(p.id) FROM password_reset r JOIN person p ON p.id = r.user_id
  WHERE r.token_hash = p_token_hash AND r.expires_at > clock_timestamp()
$$;
CREATE FUNCTION password_reset_use(p_token_hash bytea, p_password_hash text, p_short boolean)
RETURNS uuid LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
DECLARE v_user uuid;
BEGIN
  DELETE FROM password_reset WHERE token_hash = p_token_hash AND expires_at > clock_timestamp() RETURNING user_id INTO v_user;
  IF NOT FOUND THEN RETURN NULL; END IF;
  UPDATE person SET password_hash = p_password_hash, password_short = p_short WHERE id = v_user;
  IF p_short AND NOT has_factor(v_user) THEN RAISE EXCEPTION 'too short to stand alone' USING ERRCODE = 'RF001'; END IF;
  DELETE FROM password_reset WHERE user_id = v_user;
  PERFORM session_revoke(v_user, NULL, NULL);
  RETURN v_user;
END $fn$;
CREATE FUNCTION password_change(p_user uuid, p_old text, p_new text, p_short boolean, p_keep uuid)
RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
BEGIN
  UPDATE person SET password_hash = p_new, password_short = p_short WHERE id = p_user AND password_hash = p_old;
  IF NOT FOUND THEN RETURN false; END IF;
  IF p_short AND NOT has_factor(p_user) THEN RAISE EXCEPTION 'too short to stand alone' USING ERRCODE = 'RF001'; END IF;
  DELETE FROM password_reset WHERE user_id = p_user;
  PERFORM session_revoke(p_user, NULL, p_keep);
  RETURN true;
END $fn$;

-- Opens a session. `fresh`: the person was signed in before, and never with this device.
DROP FUNCTION session_open(uuid, text, text, int, text);
CREATE FUNCTION session_open(p_user uuid, p_address text, p_user_agent text, p_hours int, p_device text, p_factor boolean, OUT id uuid, OUT fresh boolean)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
BEGIN
  -- Two first sign-ins at once are one after the other, so that one of them is the first.
  PERFORM FROM person p WHERE p.id = p_user FOR UPDATE;
  -- A factor that was set up while somebody signed in without: they sign in again, with it. RF001.
  IF NOT p_factor AND has_factor(p_user) THEN RAISE EXCEPTION 'a second factor is there by now' USING ERRCODE = 'RF001'; END IF;
  SELECT count(*) > 0 AND count(*) FILTER (WHERE s.device = p_device) = 0 INTO fresh FROM session s WHERE s.user_id = p_user AND s.device <> '';
  INSERT INTO session AS s (user_id, expires_at, address, user_agent, device, factor_at)
    VALUES (p_user, now() + make_interval(hours => p_hours), left(p_address, 64), left(p_user_agent, 300), left(p_device, 400), CASE WHEN p_factor THEN now() END)
    RETURNING s.id INTO id;
END $fn$;

-- The person behind a live session; touched at most once a minute so that reading stays cheap.
DROP FUNCTION session_check(uuid);
CREATE FUNCTION session_check(p_session uuid)
RETURNS TABLE (user_id uuid, email text, name text, authenticated_at timestamptz, factor_at timestamptz)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
BEGIN
  UPDATE session s SET last_seen_at = now()
    WHERE s.id = p_session AND s.revoked_at IS NULL AND s.expires_at > now() AND s.last_seen_at < now() - interval '1 minute';
  RETURN QUERY SELECT p.id, p.email, p.name, s.authenticated_at, s.factor_at FROM session s JOIN person p ON p.id = s.user_id
    WHERE s.id = p_session AND s.revoked_at IS NULL AND s.expires_at > now();
END $fn$;

-- The person showed again who they are, with a second factor or with the password only.
CREATE FUNCTION session_shown(p_user uuid, p_session uuid, p_factor boolean) RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
  UPDATE session SET authenticated_at = now(), factor_at = CASE WHEN p_factor THEN now() ELSE factor_at END
  WHERE id = p_session AND user_id = p_user AND revoked_at IS NULL AND expires_at > now()
$$;

-- The seat a person holds on a tenant, or on one above it (the nearest counts), and whether the tenant of the seat wants a
-- second factor of that role. No row: absent and not-yours alike.
DROP FUNCTION find_seat(uuid, text);
CREATE FUNCTION find_seat(p_user uuid, p_slug text)
RETURNS TABLE (tenant_id uuid, seat_tenant_id uuid, role text, kind text, seat_kind text, wants_factor boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT t.id, s.tenant_id, s.role, t.kind, up.kind, coalesce(s.role = ANY (f.roles), false)
  FROM tenant t
  JOIN tenant_below b ON b.descendant_id = t.id
  JOIN seat s ON s.tenant_id = b.ancestor_id AND s.user_id = p_user
  JOIN tenant up ON up.id = s.tenant_id
  LEFT JOIN factor_policy f ON f.tenant_id = s.tenant_id
  WHERE t.slug = p_slug
  ORDER BY b.depth
  LIMIT 1
$$;

-- When the people with a seat here were last signed in, and whether they have a second factor; nothing else of it is anybody
-- else's business.
DROP FUNCTION members_seen();
CREATE FUNCTION members_seen() RETURNS TABLE (user_id uuid, last_seen_at timestamptz, with_factor boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT s.user_id, (SELECT max(x.last_seen_at) FROM session x WHERE x.user_id = s.user_id), has_factor(s.user_id) FROM seat s WHERE s.tenant_id = app_tenant()
$$;

DO $$
DECLARE f text;
BEGIN
  FOREACH f IN ARRAY ARRAY['has_factor(uuid)', 'factors_of(uuid)', 'totp_begin(uuid, bytea)', 'totp_read(uuid)', 'totp_confirm(uuid, bytea, bigint)',
    'totp_take(uuid, bigint)', 'recovery_replace(uuid, bytea[])', 'recovery_take(uuid, bytea)', 'factor_gone(uuid)', 'totp_remove(uuid)',
    'factors_reset(uuid)', 'password_reset_lookup(bytea)', 'password_reset_use(bytea, text, boolean)',
    'password_change(uuid, text, text, boolean, uuid)', 'session_open(uuid, text, text, int, text, boolean)', 'session_check(uuid)',
    'session_shown(uuid, uuid, boolean)', 'find_seat(uuid, text)', 'members_seen()'] LOOP
    EXECUTE format('ALTER FUNCTION %s OWNER TO portal_system', f);
    EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', f);
    EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO portal_app', f);
  END LOOP;
END $$;
REVOKE CREATE ON SCHEMA public FROM portal_system;
