-- Passkeys: a second factor, and a way in without a password.
GRANT CREATE ON SCHEMA public TO portal_system;

CREATE TABLE passkey (
  -- As the authenticator names it, in base64url.
  id text PRIMARY KEY CHECK (length(id) BETWEEN 1 AND 1400),
  user_id uuid NOT NULL REFERENCES person (id),
  public_key bytea NOT NULL,
  counter bigint NOT NULL,
  transports text[] NOT NULL,
  name text NOT NULL CHECK (length(name) BETWEEN 1 AND 60),
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  last_used_at timestamptz
);
CREATE INDEX passkey_of_person ON passkey (user_id);
-- Questions that were answered, until they would not be taken any more anyway: each is good once.
CREATE TABLE used_challenge (
  digest bytea PRIMARY KEY,
  expires_at timestamptz NOT NULL
);
DO $$
DECLARE t text;
BEGIN
  FOREACH t IN ARRAY ARRAY['passkey', 'used_challenge'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
    EXECUTE format('CREATE POLICY system_functions ON %I TO portal_system USING (true) WITH CHECK (true)', t);
  END LOOP;
END $$;
GRANT SELECT, INSERT, UPDATE, DELETE ON passkey TO portal_system;
GRANT SELECT, INSERT, DELETE ON used_challenge TO portal_system;

CREATE OR REPLACE FUNCTION has_factor(p_user uuid) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT EXISTS (SELECT FROM totp WHERE user_id = p_user AND sealed IS NOT NULL) OR EXISTS (SELECT FROM passkey WHERE user_id = p_user)
$$;

DROP FUNCTION factors_of(uuid);
CREATE FUNCTION factors_of(p_user uuid)
RETURNS TABLE (totp_since timestamptz, codes_left int, passkeys int, password_short boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT (SELECT t.confirmed_at FROM totp t WHERE t.user_id = p.id AND t.sealed IS NOT NULL),
    (SELECT count(*)::int FROM recovery_code r WHERE r.user_id = p.id AND r.used_at IS NULL),
    (SELECT count(*)::int FROM passkey k WHERE k.user_id = p.id), p.password_short
  FROM person p WHERE p.id = p_user
$$;

CREATE FUNCTION passkeys_of(p_user uuid)
RETURNS TABLE (id text, name text, transports text[], created_at timestamptz, last_used_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT k.id, k.name, k.transports, k.created_at, k.last_used_at FROM passkey k WHERE k.user_id = p_user ORDER BY k.created_at, k.id
$$;

-- Uses a question up. false: it was answered before.
CREATE FUNCTION challenge_use(p_digest bytea, p_expires timestamptz)
RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
BEGIN
  DELETE FROM used_challenge WHERE expires_at < clock_timestamp() - interval '1 hour';
  INSERT INTO used_challenge (digest, expires_at) VALUES (p_digest, p_expires) ON CONFLICT DO NOTHING;
  RETURN FOUND;
END $fn$;

-- RF001: ten are there already, or this one is somebody's. Locks the person.
CREATE FUNCTION passkey_add(p_user uuid, p_id text, p_key bytea, p_counter bigint, p_transports text[], p_name text)
RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
BEGIN
  PERFORM FROM person WHERE id = p_user FOR UPDATE;
  IF 10 <= (SELECT count(*) FROM passkey WHERE user_id = p_user) THEN RAISE EXCEPTION 'ten passkeys already' USING ERRCODE = 'RF001'; END IF;
  INSERT INTO passkey (id, user_id, public_key, counter, transports, name) VALUES (p_id, p_user, p_key, p_counter, p_transports, p_name)
    ON CONFLICT (id) DO NOTHING;
  IF NOT FOUND THEN RAISE EXCEPTION 'that passkey is known' USING ERRCODE = 'RF001'; END IF;
END $fn$;

CREATE FUNCTION passkey_find(p_id text)
RETURNS TABLE (user_id uuid, email text, public_key bytea, counter bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT k.user_id, p.email, k.public_key, k.counter FROM passkey k JOIN person p ON p.id = k.user_id WHERE k.id = p_id
$$;

-- Notes a use. false: the counter did not go on, so another copy of the key was used in between.
CREATE FUNCTION passkey_used(p_id text, p_counter bigint)
RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
BEGIN
  UPDATE passkey SET counter = p_counter, last_used_at = clock_timestamp()
    WHERE id = p_id AND (p_counter > counter OR (p_counter = 0 AND counter = 0));
  RETURN FOUND;
END $fn$;

-- RF007: there is none. RF001: the last factor beside a short password.
CREATE FUNCTION passkey_remove(p_user uuid, p_id text)
RETURNS text LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
DECLARE v_name text;
BEGIN
  PERFORM FROM person WHERE id = p_user FOR UPDATE;
  DELETE FROM passkey WHERE user_id = p_user AND id = p_id RETURNING name INTO v_name;
  IF NOT FOUND THEN RAISE EXCEPTION 'no such passkey' USING ERRCODE = 'RF007'; END IF;
  PERFORM factor_gone(p_user);
  RETURN v_name;
END $fn$;

CREATE OR REPLACE FUNCTION factors_reset(p_user uuid) RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
DECLARE short boolean;
BEGIN
  SELECT password_short INTO short FROM person WHERE id = p_user FOR UPDATE;
  DELETE FROM totp WHERE user_id = p_user;
  DELETE FROM passkey WHERE user_id = p_user;
  DELETE FROM recovery_code WHERE user_id = p_user;
  IF short THEN UPDATE person SET password_hash = '!', password_short = false WHERE id = p_user; END IF;
  PERFORM session_revoke(p_user, NULL, NULL);
  RETURN short;
END $fn$;

DO $$
DECLARE f text;
BEGIN
  FOREACH f IN ARRAY ARRAY['factors_of(uuid)', 'passkeys_of(uuid)', 'challenge_use(bytea, timestamptz)',
    'passkey_add(uuid, text, bytea, bigint, text[], text)', 'passkey_find(text)', 'passkey_used(text, bigint)', 'passkey_remove(uuid, text)'] LOOP
    EXECUTE format('ALTER FUNCTION %s OWNER TO portal_system', f);
    EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', f);
    EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO portal_app', f);
  END LOOP;
END $$;
REVOKE CREATE ON SCHEMA public FROM portal_system;
