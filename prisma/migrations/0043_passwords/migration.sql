-- Passwords that their person changes or has forgotten, and sessions that know their device again.
GRANT CREATE ON SCHEMA public TO portal_system;

CREATE TABLE password_reset (
  -- SHA-256 of the token in the link; the token itself is never stored.
  token_hash bytea PRIMARY KEY,
  user_id uuid NOT NULL REFERENCES person (id),
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  expires_at timestamptz NOT NULL
);
CREATE INDEX password_reset_of_person ON password_reset (user_id, created_at);
ALTER TABLE password_reset ENABLE ROW LEVEL SECURITY;
ALTER TABLE password_reset FORCE ROW LEVEL SECURITY;
-- Through the functions below only: the portal's own role sees none of it.
CREATE POLICY system_functions ON password_reset TO portal_system USING (true) WITH CHECK (true);
GRANT SELECT, INSERT, DELETE ON password_reset TO portal_system;

-- What the browser and the part of the net a session began in have in common with other sessions. '' for older ones.
ALTER TABLE session ADD COLUMN device text NOT NULL DEFAULT '';

-- Whether a link may be sent: at most three in an hour, whoever asks, so that nobody can be flooded. Locks the person.
CREATE FUNCTION password_reset_ask(p_user uuid, p_token_hash bytea, p_minutes int)
RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
BEGIN
  PERFORM FROM person WHERE id = p_user AND password_hash IS NOT NULL FOR UPDATE;
  IF NOT FOUND THEN RETURN false; END IF;
  DELETE FROM password_reset WHERE created_at < clock_timestamp() - interval '1 day';
  IF 3 <= (SELECT count(*) FROM password_reset WHERE user_id = p_user AND created_at > clock_timestamp() - interval '1 hour') THEN
    RETURN false;
  END IF;
  INSERT INTO password_reset (token_hash, user_id, expires_at)
    VALUES (p_token_hash, p_user, clock_timestamp() + make_interval(mins => p_minutes));
  RETURN true;
END $fn$;

-- A link that the operator hands over in person; it is neither counted nor bounded by the above.
CREATE FUNCTION password_reset_grant(p_user uuid, p_token_hash bytea, p_minutes int)
RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
  INSERT INTO password_reset (token_hash, user_id, expires_at)
  VALUES (p_token_hash, p_user, clock_timestamp() + make_interval(mins => p_minutes))
$$;

CREATE FUNCTION password_reset_lookup(p_token_hash bytea)
RETURNS TABLE (user_id uuid, email text, name text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT p.id, p.email, p.name FROM password_reset r JOIN person p ON p.id = r.user_id
  WHERE r.token_hash = p_token_hash AND r.expires_at > clock_timestamp()
$$;

-- Uses a link up: of two with the same one wins. All links and all sessions of the person end. NULL when it is not valid.
CREATE FUNCTION password_reset_use(p_token_hash bytea, p_password_hash text)
RETURNS uuid LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
DECLARE v_user uuid;
BEGIN
  DELETE FROM password_reset WHERE token_hash = p_token_hash AND expires_at > clock_timestamp() RETURNING user_id INTO v_user;
  IF NOT FOUND THEN RETURN NULL; END IF;
  UPDATE person SET password_hash = p_password_hash WHERE id = v_user;
  DELETE FROM password_reset WHERE user_id = v_user;
  PERFORM session_revoke(v_user, NULL, NULL);
  RETURN v_user;
END $fn$;

-- Changes a password that is still p_old: of two changes at once one wins. All links, and all sessions but one, end.
CREATE FUNCTION password_change(p_user uuid, p_old text, p_new text, p_keep uuid)
RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
BEGIN
  UPDATE person SET password_hash = p_new WHERE id = p_user AND password_hash = p_old;
  IF NOT FOUND THEN RETURN false; END IF;
  DELETE FROM password_reset WHERE user_id = p_user;
  PERFORM session_revoke(p_user, NULL, p_keep);
  RETURN true;
END $fn$;

-- Opens a session. `fresh`: the person was signed in before, and never with this device.
DROP FUNCTION session_open(uuid, text, text, int);
CREATE FUNCTION session_open(p_user uuid, p_address text, p_user_agent text, p_hours int, p_device text, OUT id uuid, OUT fresh boolean)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
BEGIN
  -- Two first sign-ins at once are one after the other, so that one of them is the first.
  PERFORM FROM person p WHERE p.id = p_user FOR UPDATE;
  SELECT count(*) > 0 AND count(*) FILTER (WHERE s.device = p_device) = 0 INTO fresh FROM session s WHERE s.user_id = p_user AND s.device <> '';
  INSERT INTO session AS s (user_id, expires_at, address, user_agent, device)
    VALUES (p_user, now() + make_interval(hours => p_hours), left(p_address, 64), left(p_user_agent, 300), left(p_device, 400)) RETURNING s.id INTO id;
END $fn$;

-- Where somebody was signed in during the last 90 days: who comes from there again is not made to wait for others' failures.
CREATE FUNCTION sign_in_places(p_email text) RETURNS SETOF text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT DISTINCT s.address FROM session s JOIN person p ON p.id = s.user_id
  WHERE p.email = lower(p_email) AND s.created_at > now() - interval '90 days' AND s.address <> '' LIMIT 1000
$$;

DO $$
DECLARE f text;
BEGIN
  FOREACH f IN ARRAY ARRAY['password_reset_ask(uuid, bytea, int)', 'password_reset_grant(uuid, bytea, int)', 'password_reset_lookup(bytea)',
    'password_reset_use(bytea, text)', 'password_change(uuid, text, text, uuid)', 'session_open(uuid, text, text, int, text)', 'sign_in_places(text)'] LOOP
    EXECUTE format('ALTER FUNCTION %s OWNER TO portal_system', f);
    EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', f);
    EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO portal_app', f);
  END LOOP;
END $$;
REVOKE CREATE ON SCHEMA public FROM portal_system;
