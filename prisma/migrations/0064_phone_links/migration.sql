-- Phones that set themselves up: links that an app opens once, and desk phones that fetch their settings.
GRANT CREATE ON SCHEMA public TO portal_system;

-- A link is made by whoever was just shown the secret. What it hands out is encrypted with a key derived from the token in
-- the link, of which only the digest is here: neither the database nor the environment of the portal opens it.
CREATE TABLE provision_link (
  tenant_id uuid NOT NULL,
  id uuid NOT NULL DEFAULT gen_random_uuid(),
  extension_id uuid NOT NULL,
  token_digest bytea NOT NULL UNIQUE,
  -- NULL once it is used up, revoked or past.
  sealed bytea,
  devices int NOT NULL CHECK (devices BETWEEN 1 AND 3),
  uses int NOT NULL DEFAULT 0 CHECK (uses BETWEEN 0 AND devices),
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  created_by text NOT NULL,
  expires_at timestamptz NOT NULL,
  revoked_at timestamptz,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, extension_id) REFERENCES extension (tenant_id, id) ON DELETE CASCADE
);
CREATE INDEX provision_link_of_extension ON provision_link (tenant_id, extension_id, created_at);
CREATE INDEX provision_link_sealed ON provision_link (expires_at) WHERE sealed IS NOT NULL;

CREATE TABLE provision_use (
  tenant_id uuid NOT NULL,
  id uuid NOT NULL DEFAULT gen_random_uuid(),
  link_id uuid NOT NULL,
  at timestamptz NOT NULL DEFAULT clock_timestamp(),
  address text NOT NULL,
  user_agent text NOT NULL,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, link_id) REFERENCES provision_link (tenant_id, id) ON DELETE CASCADE
);
CREATE INDEX provision_use_of_link ON provision_use (tenant_id, link_id);

-- A desk phone that fetches its settings with a name and a password of its own. The secret is encrypted with a key derived
-- from that password, and is gone a few minutes after the phone first fetched it.
CREATE TABLE desk_phone (
  tenant_id uuid NOT NULL,
  id uuid NOT NULL DEFAULT gen_random_uuid(),
  extension_id uuid NOT NULL,
  vendor text NOT NULL CHECK (vendor IN ('yealink', 'grandstream', 'snom')),
  mac text NOT NULL CHECK (mac ~ '^[0-9a-f]{12}$'),
  login text NOT NULL UNIQUE CHECK (login ~ '^[a-z0-9]{8,40}$'),
  password_digest bytea NOT NULL,
  sealed bytea,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  created_by text NOT NULL,
  first_fetch_at timestamptz,
  first_address text NOT NULL DEFAULT '',
  last_fetch_at timestamptz,
  last_address text NOT NULL DEFAULT '',
  last_user_agent text NOT NULL DEFAULT '',
  refused int NOT NULL DEFAULT 0,
  refused_at timestamptz,
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, mac),
  FOREIGN KEY (tenant_id, extension_id) REFERENCES extension (tenant_id, id) ON DELETE CASCADE
);
CREATE INDEX desk_phone_of_extension ON desk_phone (tenant_id, extension_id);
CREATE INDEX desk_phone_sealed ON desk_phone (first_fetch_at) WHERE sealed IS NOT NULL;

DO $$
DECLARE t text;
BEGIN
  FOREACH t IN ARRAY ARRAY['provision_link', 'provision_use', 'desk_phone'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
    EXECUTE format('CREATE POLICY own_tenant ON %I TO portal_app USING (tenant_id = app_tenant()) WITH CHECK (tenant_id = app_tenant())', t);
    EXECUTE format('CREATE POLICY tenants_below ON %I FOR SELECT TO portal_app USING (app_subtree() AND tenant_id IN '
      '(SELECT descendant_id FROM tenant_below WHERE ancestor_id = app_tenant()))', t);
    EXECUTE format('CREATE POLICY money_functions ON %I TO portal_charge USING (true) WITH CHECK (true)', t);
    EXECUTE format('CREATE POLICY system_functions ON %I TO portal_system USING (true) WITH CHECK (true)', t);
  END LOOP;
END $$;
GRANT SELECT ON provision_link, provision_use, desk_phone TO portal_app;
GRANT INSERT, UPDATE (sealed, revoked_at) ON provision_link TO portal_app;
GRANT INSERT, UPDATE (sealed), DELETE ON desk_phone TO portal_app;
GRANT SELECT, UPDATE, DELETE ON provision_link, desk_phone TO portal_system;
GRANT SELECT, INSERT, DELETE ON provision_use TO portal_system;

-- Whether these are the digests that the telephone system checks an extension's phones by: whoever sends the secret knows it.
CREATE FUNCTION extension_digest_fits(p_extension uuid, p_digest text) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT EXISTS (SELECT FROM extension e JOIN pbx.ps_auths a ON a.id = e.sip_username
    WHERE e.id = p_extension AND e.tenant_id = app_tenant() AND a.password_digest = p_digest)
$$;

-- Whose link that is, while it is good.
CREATE FUNCTION provision_link_tenant(p_token_digest bytea) RETURNS uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT tenant_id FROM provision_link WHERE token_digest = p_token_digest AND sealed IS NOT NULL AND revoked_at IS NULL
    AND uses < devices AND expires_at > clock_timestamp()
$$;

-- Uses a link once: of two that come together for the last use one gets it. No row: it is not good, or not any more.
CREATE FUNCTION provision_link_take(p_token_digest bytea, p_address text, p_agent text)
RETURNS TABLE (link_id uuid, extension_id uuid, sealed bytea)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
DECLARE l provision_link;
BEGIN
  SELECT * INTO l FROM provision_link p WHERE p.token_digest = p_token_digest AND p.tenant_id = app_tenant() FOR UPDATE;
  IF NOT FOUND OR l.sealed IS NULL OR l.revoked_at IS NOT NULL OR l.uses >= l.devices OR l.expires_at <= clock_timestamp() THEN RETURN; END IF;
  UPDATE provision_link p SET uses = p.uses + 1, sealed = CASE WHEN p.uses + 1 < p.devices THEN p.sealed END
    WHERE p.tenant_id = l.tenant_id AND p.id = l.id;
  INSERT INTO provision_use (tenant_id, link_id, address, user_agent) VALUES (l.tenant_id, l.id, left(p_address, 64), left(p_agent, 200));
  RETURN QUERY SELECT l.id, l.extension_id, l.sealed;
END $fn$;

-- The desk phone of a name, for the comparison of its password.
CREATE FUNCTION desk_phone_find(p_login text) RETURNS TABLE (tenant_id uuid, id uuid, vendor text, mac text, password_digest bytea, waits boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT d.tenant_id, d.id, d.vendor, d.mac, d.password_digest, d.sealed IS NOT NULL FROM desk_phone d WHERE d.login = p_login
$$;

-- Notes that a desk phone fetched its settings, and gives what is sealed for it: on its first fetch, and for p_seconds after
-- it to the same address, because phones ask twice while they start. Then it is wiped. Locks the phone's row.
CREATE FUNCTION desk_phone_fetch(p_tenant uuid, p_id uuid, p_address text, p_agent text, p_seconds int)
RETURNS TABLE (extension_id uuid, vendor text, mac text, sealed bytea)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
DECLARE d desk_phone; v_sealed bytea; v_address text := left(p_address, 64);
BEGIN
  SELECT * INTO d FROM desk_phone p WHERE p.id = p_id AND p.tenant_id = p_tenant FOR UPDATE;
  IF NOT FOUND THEN RETURN; END IF;
  IF d.first_fetch_at IS NULL
    OR (d.first_fetch_at > clock_timestamp() - make_interval(secs => p_seconds) AND d.first_address = v_address) THEN
    v_sealed := d.sealed;
  END IF;
  UPDATE desk_phone p SET last_fetch_at = clock_timestamp(), last_address = v_address, last_user_agent = left(p_agent, 200),
      first_fetch_at = coalesce(p.first_fetch_at, clock_timestamp()), first_address = CASE WHEN p.first_fetch_at IS NULL THEN v_address ELSE p.first_address END,
      sealed = v_sealed
    WHERE p.tenant_id = d.tenant_id AND p.id = d.id;
  RETURN QUERY SELECT d.extension_id, d.vendor, d.mac, v_sealed;
END $fn$;

-- Somebody asked for a desk phone's settings and was not let in: counted, and an event of its extension, at most one a minute
-- for each phone, so that nobody fills the table. The tenant when there is an event.
CREATE FUNCTION desk_phone_refuse(p_login text, p_address text, p_agent text, p_why text) RETURNS uuid
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
DECLARE d desk_phone; v_loud boolean;
BEGIN
  SELECT * INTO d FROM desk_phone p WHERE p.login = p_login FOR UPDATE;
  IF NOT FOUND THEN RETURN NULL; END IF;
  v_loud := d.refused_at IS NULL OR d.refused_at < clock_timestamp() - interval '1 minute';
  UPDATE desk_phone p SET refused = p.refused + 1, refused_at = CASE WHEN v_loud THEN clock_timestamp() ELSE p.refused_at END
    WHERE p.tenant_id = d.tenant_id AND p.id = d.id;
  IF NOT v_loud THEN RETURN NULL; END IF;
  INSERT INTO security_event (tenant_id, at, type, username, address, transport, detail)
    SELECT e.tenant_id, clock_timestamp(), 'SettingsRefused', e.sip_username, left(p_address, 64), 'https',
      jsonb_build_object('why', p_why, 'mac', d.mac, 'userAgent', left(p_agent, 200))
    FROM extension e WHERE e.tenant_id = d.tenant_id AND e.id = d.extension_id;
  RETURN d.tenant_id;
END $fn$;

-- Takes away what nobody may open any more, and links that are over for a month. How many rows.
CREATE FUNCTION provision_wipe(p_seconds int) RETURNS int
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
DECLARE n int; total int := 0;
BEGIN
  UPDATE provision_link SET sealed = NULL WHERE sealed IS NOT NULL AND (expires_at <= clock_timestamp() OR revoked_at IS NOT NULL);
  GET DIAGNOSTICS n = ROW_COUNT; total := total + n;
  UPDATE desk_phone SET sealed = NULL WHERE sealed IS NOT NULL AND first_fetch_at < clock_timestamp() - make_interval(secs => p_seconds);
  GET DIAGNOSTICS n = ROW_COUNT; total := total + n;
  -- A phone that never asked in a week was never plugged in, or with other settings.
  UPDATE desk_phone SET sealed = NULL WHERE sealed IS NOT NULL AND created_at < clock_timestamp() - interval '7 days';
  GET DIAGNOSTICS n = ROW_COUNT; total := total + n;
  DELETE FROM provision_link WHERE expires_at < clock_timestamp() - interval '30 days';
  GET DIAGNOSTICS n = ROW_COUNT; total := total + n;
  RETURN total;
END $fn$;

DO $$
DECLARE f text;
BEGIN
  FOREACH f IN ARRAY ARRAY['extension_digest_fits(uuid, text)', 'provision_link_tenant(bytea)', 'provision_link_take(bytea, text, text)',
    'desk_phone_find(text)', 'desk_phone_fetch(uuid, uuid, text, text, int)', 'desk_phone_refuse(text, text, text, text)', 'provision_wipe(int)'] LOOP
    EXECUTE format('ALTER FUNCTION %s OWNER TO portal_system', f);
    EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', f);
    EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO portal_app', f);
  END LOOP;
END $$;
REVOKE CREATE ON SCHEMA public FROM portal_system;
