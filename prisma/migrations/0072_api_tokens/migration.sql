-- Tokens for programs. Each is somebody's, on the tenant where they have a seat: it may do at most what that seat may do at the
-- moment, and ends with the seat. Of the token itself only a digest stands here.
GRANT CREATE ON SCHEMA public TO portal_system;
ALTER TABLE audit_event DROP CONSTRAINT audit_event_actor_kind_check;
ALTER TABLE audit_event ADD CONSTRAINT audit_event_actor_kind_check
  CHECK (actor_kind IN ('user', 'token', 'job', 'cli', 'pbx', 'anonymous')) NOT VALID;

CREATE TABLE api_token (
  tenant_id uuid NOT NULL REFERENCES tenant (id),
  id uuid NOT NULL DEFAULT gen_random_uuid(),
  name text NOT NULL CHECK (length(name) BETWEEN 1 AND 80),
  -- The part that is shown, and by which the trail names it.
  prefix text NOT NULL UNIQUE CHECK (prefix ~ '^rft_[0-9A-Za-z]{8}$'),
  digest bytea NOT NULL UNIQUE,
  -- Until then the one before it is taken as well.
  old_digest bytea UNIQUE,
  old_until timestamptz,
  scopes text[] NOT NULL CHECK (cardinality(scopes) > 0),
  user_id uuid NOT NULL REFERENCES person (id),
  -- Whether its maker had shown a second factor.
  with_factor boolean NOT NULL,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  expires_at timestamptz NOT NULL,
  revoked_at timestamptz,
  last_used_at timestamptz,
  last_used_from text NOT NULL DEFAULT '',
  PRIMARY KEY (tenant_id, id)
);
CREATE INDEX api_token_of_person ON api_token (user_id);

-- What was answered to a change, by the key that its sender chose: the same answer again for a day. Sealed with the token, so
-- that nobody who reads this table learns a secret that was shown once.
CREATE TABLE api_answer (
  tenant_id uuid NOT NULL,
  token_id uuid NOT NULL,
  key text NOT NULL CHECK (length(key) BETWEEN 1 AND 150),
  -- Digest of what was asked.
  request bytea NOT NULL,
  at timestamptz NOT NULL DEFAULT clock_timestamp(),
  answer bytea,
  PRIMARY KEY (tenant_id, token_id, key),
  FOREIGN KEY (tenant_id, token_id) REFERENCES api_token (tenant_id, id) ON DELETE CASCADE
);
CREATE INDEX api_answer_age ON api_answer (at);

DO $$
DECLARE t text;
BEGIN
  FOREACH t IN ARRAY ARRAY['api_token', 'api_answer'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
    EXECUTE format('CREATE POLICY own_tenant ON %I TO portal_app USING (tenant_id = app_tenant()) WITH CHECK (tenant_id = app_tenant())', t);
    EXECUTE format('CREATE POLICY system_functions ON %I TO portal_system USING (true) WITH CHECK (true)', t);
  END LOOP;
END $$;
GRANT SELECT, INSERT ON api_token TO portal_app;
GRANT SELECT ON api_answer TO portal_app;
GRANT UPDATE (digest, old_digest, old_until, revoked_at) ON api_token TO portal_app;
GRANT SELECT, UPDATE (last_used_at, last_used_from) ON api_token TO portal_system;
GRANT SELECT, INSERT, UPDATE, DELETE ON api_answer TO portal_system;

-- The token behind a digest, while it holds; notes where it was used from, once a minute.
CREATE FUNCTION api_token_use(p_digest bytea, p_address text)
RETURNS TABLE (tenant_id uuid, tenant_slug text, id uuid, name text, prefix text, scopes text[], user_id uuid, email text, person_name text, with_factor boolean,
  created_at timestamptz, expires_at timestamptz)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
#variable_conflict use_column
DECLARE t api_token;
BEGIN
  SELECT * INTO t FROM api_token a WHERE (a.digest = p_digest OR (a.old_digest = p_digest AND a.old_until > clock_timestamp()))
    AND a.revoked_at IS NULL AND a.expires_at > clock_timestamp();
  IF NOT FOUND THEN RETURN; END IF;
  IF t.last_used_at IS NULL OR t.last_used_at < clock_timestamp() - interval '1 minute' OR t.last_used_from <> p_address THEN
    UPDATE api_token a SET last_used_at = clock_timestamp(), last_used_from = left(p_address, 60) WHERE a.tenant_id = t.tenant_id AND a.id = t.id;
  END IF;
  RETURN QUERY SELECT t.tenant_id, n.slug, t.id, t.name, t.prefix, t.scopes, t.user_id, p.email, p.name, t.with_factor, t.created_at, t.expires_at
    FROM tenant n, person p WHERE n.id = t.tenant_id AND p.id = t.user_id;
END $fn$;

-- Begins to answer. 'new': do it. 'done': here is what was answered. 'busy': it is being done. 'other': that key was for something
-- else. One whose process died is done anew after two minutes.
CREATE FUNCTION api_answer_begin(p_tenant uuid, p_token uuid, p_key text, p_request bytea, OUT state text, OUT answer bytea)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
DECLARE a api_answer;
BEGIN
  DELETE FROM api_answer x WHERE x.ctid = ANY (ARRAY(SELECT y.ctid FROM api_answer y WHERE y.at < clock_timestamp() - interval '1 day' LIMIT 100));
  INSERT INTO api_answer (tenant_id, token_id, key, request) VALUES (p_tenant, p_token, p_key, p_request) ON CONFLICT DO NOTHING;
  IF FOUND THEN state := 'new'; RETURN; END IF;
  SELECT * INTO a FROM api_answer x WHERE x.tenant_id = p_tenant AND x.token_id = p_token AND x.key = p_key FOR UPDATE;
  IF NOT FOUND THEN state := 'busy'; RETURN; END IF;
  IF a.request <> p_request THEN state := 'other'; RETURN; END IF;
  IF a.answer IS NOT NULL THEN state := 'done'; answer := a.answer; RETURN; END IF;
  IF a.at > clock_timestamp() - interval '2 minutes' THEN state := 'busy'; RETURN; END IF;
  UPDATE api_answer x SET at = clock_timestamp() WHERE x.tenant_id = p_tenant AND x.token_id = p_token AND x.key = p_key;
  state := 'new';
END $fn$;

-- Keeps what was answered; without an answer forgets that anything was asked, so that it can be tried again.
CREATE FUNCTION api_answer_end(p_tenant uuid, p_token uuid, p_key text, p_answer bytea) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
BEGIN
  IF p_answer IS NULL THEN
    DELETE FROM api_answer WHERE tenant_id = p_tenant AND token_id = p_token AND key = p_key AND answer IS NULL;
  ELSE
    UPDATE api_answer SET answer = p_answer WHERE tenant_id = p_tenant AND token_id = p_token AND key = p_key;
  END IF;
END $fn$;

DO $$
DECLARE f text;
BEGIN
  FOREACH f IN ARRAY ARRAY['api_token_use(bytea, text)', 'api_answer_begin(uuid, uuid, text, bytea)', 'api_answer_end(uuid, uuid, text, bytea)'] LOOP
    EXECUTE format('ALTER FUNCTION %s OWNER TO portal_system', f);
    EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', f);
    EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO portal_app', f);
  END LOOP;
END $$;
REVOKE CREATE ON SCHEMA public FROM portal_system;
