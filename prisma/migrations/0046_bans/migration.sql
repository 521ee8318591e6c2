-- Bans: addresses from which nothing is taken any more, until a moment that is known. A ban of SIP is read by the PBX
-- itself with the next request; a ban of the web by the portal.

CREATE TABLE ban (
  -- The operator: a ban holds for everybody.
  tenant_id uuid NOT NULL REFERENCES tenant (id),
  id uuid NOT NULL DEFAULT gen_random_uuid(),
  -- An address, or a network without host bits.
  network inet NOT NULL CHECK (network = network(network)::inet),
  scope text NOT NULL CHECK (scope IN ('sip', 'web')),
  reason text NOT NULL CHECK (length(reason) BETWEEN 1 AND 200),
  source text NOT NULL CHECK (source IN ('automatic', 'incident', 'person')),
  -- The incident's or the person's id; the account of the command line.
  source_id text NOT NULL DEFAULT '',
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  expires_at timestamptz NOT NULL CHECK (expires_at > created_at),
  -- Taken back before its end, and by whom.
  lifted_at timestamptz,
  lifted_by text,
  -- What came from there while it held.
  hits bigint NOT NULL DEFAULT 0,
  last_hit_at timestamptz,
  -- How often the same network was banned in the days before: each time is longer.
  times_before int NOT NULL DEFAULT 0,
  PRIMARY KEY (tenant_id, id),
  CHECK ((lifted_at IS NULL) = (lifted_by IS NULL))
);
CREATE INDEX ban_of_network ON ban USING gist (network inet_ops);
CREATE INDEX ban_newest ON ban (tenant_id, created_at DESC, id DESC);
CREATE INDEX ban_end ON ban (expires_at) WHERE lifted_at IS NULL;

-- Networks that are never banned by themselves.
CREATE TABLE ban_keep (
  tenant_id uuid NOT NULL REFERENCES tenant (id),
  network inet NOT NULL CHECK (network = network(network)::inet),
  note text NOT NULL DEFAULT '' CHECK (length(note) <= 200),
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (tenant_id, network)
);

-- When a ban is placed by itself, and for how long. No row: the values of ban_rule().
CREATE TABLE ban_setting (
  tenant_id uuid NOT NULL REFERENCES tenant (id),
  scope text NOT NULL CHECK (scope IN ('sip', 'web')),
  automatic boolean NOT NULL DEFAULT true,
  failures int NOT NULL DEFAULT 5 CHECK (failures BETWEEN 2 AND 10000),
  window_seconds int NOT NULL DEFAULT 300 CHECK (window_seconds BETWEEN 60 AND 86400),
  first_seconds int NOT NULL DEFAULT 300 CHECK (first_seconds BETWEEN 30 AND 86400),
  longest_seconds int NOT NULL DEFAULT 86400 CHECK (longest_seconds BETWEEN 30 AND 2592000),
  PRIMARY KEY (tenant_id, scope),
  CHECK (longest_seconds >= first_seconds)
);

-- Failures of one address in one minute. One row however many come.
CREATE TABLE ban_attempt (
  tenant_id uuid NOT NULL REFERENCES tenant (id),
  scope text NOT NULL,
  address inet NOT NULL,
  minute timestamptz NOT NULL,
  failures bigint NOT NULL,
  -- In this minute it was asked already, and something that works comes from there.
  kept boolean NOT NULL DEFAULT false,
  PRIMARY KEY (tenant_id, scope, address, minute)
);
CREATE INDEX ban_attempt_oldest ON ban_attempt (minute);

DO $$
DECLARE t text;
BEGIN
  FOREACH t IN ARRAY ARRAY['ban', 'ban_keep', 'ban_setting', 'ban_attempt'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
    EXECUTE format('CREATE POLICY own_tenant ON %I TO portal_app USING (tenant_id = app_tenant()) WITH CHECK (tenant_id = app_tenant())', t);
    EXECUTE format('CREATE POLICY tenants_below ON %I FOR SELECT TO portal_app USING (app_subtree() AND tenant_id IN '
      '(SELECT descendant_id FROM tenant_below WHERE ancestor_id = app_tenant()))', t);
    EXECUTE format('CREATE POLICY system_functions ON %I TO portal_system USING (true) WITH CHECK (true)', t);
  END LOOP;
END $$;
-- Bans are placed and lifted by functions, so that none is shortened by the way.
GRANT SELECT ON ban, ban_keep, ban_setting, ban_attempt TO portal_app;
GRANT INSERT, DELETE ON ban_keep TO portal_app;
GRANT INSERT, UPDATE ON ban_setting TO portal_app;
GRANT SELECT, INSERT, UPDATE ON ban TO portal_system;
GRANT SELECT ON ban_keep, ban_setting TO portal_system;
GRANT SELECT, INSERT, UPDATE, DELETE ON ban_attempt TO portal_system;
GRANT CREATE ON SCHEMA public TO portal_system;
GRANT CREATE ON SCHEMA pbx TO portal_system;

-- The address in "192.0.2.7", "192.0.2.7:5060", "[2001:db8::7]:5060" or "192.0.2.7:5060/32"; NULL for anything else.
CREATE FUNCTION address_in(p_text text) RETURNS inet LANGUAGE plpgsql IMMUTABLE AS $fn$
DECLARE v text := coalesce(substring(p_text FROM '^\[([^\]]+)\]'), substring(p_text FROM '^(\d+\.\d+\.\d+\.\d+)(?:[:/].*)?$'), p_text);
BEGIN
  RETURN host(regexp_replace(v, '^::ffff:(?=\d+\.)', '', 'i')::inet)::inet;
EXCEPTION WHEN invalid_text_representation THEN RETURN NULL;
END $fn$;

-- What counts as one sender: an IPv4 address, an IPv6 /64, because whoever has one IPv6 address has them all.
CREATE FUNCTION sender_of(p_address text) RETURNS inet LANGUAGE sql IMMUTABLE AS $$
  SELECT CASE family(a) WHEN 4 THEN a WHEN 6 THEN network(set_masklen(a, 64))::inet END FROM address_in(p_address) a
$$;

CREATE FUNCTION ban_rule(p_scope text) RETURNS ban_setting LANGUAGE plpgsql STABLE AS $fn$
DECLARE r ban_setting; v_desk uuid := operator_tenant();
BEGIN
  SELECT * INTO r FROM ban_setting WHERE tenant_id = v_desk AND scope = p_scope;
  IF NOT FOUND THEN r := ROW(v_desk, p_scope, true, 5, 300, 300, 86400)::ban_setting; END IF;
  RETURN r;
END $fn$;

-- What works and would be cut off by a ban of that network; at most 20 of a kind.
CREATE FUNCTION ban_would_cut(p_network inet, p_scope text) RETURNS TABLE (kind text, what text)
LANGUAGE plpgsql STABLE AS $fn$
DECLARE v_desk uuid := operator_tenant();
BEGIN
  RETURN QUERY SELECT 'loopback', host(l) FROM unnest(ARRAY[inet '127.0.0.1', inet '::1']) l WHERE l <<= p_network;
  RETURN QUERY SELECT 'keep', concat_ws(' ', abbrev(k.network), nullif(k.note, '')) FROM ban_keep k
    WHERE k.tenant_id = v_desk AND k.network && p_network LIMIT 20;
  IF p_scope = 'sip' THEN
    RETURN QUERY SELECT 'trunk', i.endpoint FROM pbx.ps_endpoint_id_ips i WHERE address_in(i.match) <<= p_network LIMIT 20;
    RETURN QUERY SELECT 'extension', c.endpoint FROM pbx.ps_contacts c
      WHERE to_timestamp(c.expiration_time::double precision) > clock_timestamp()
        AND address_in(substring(c.uri FROM '@([^;^]+)')) <<= p_network GROUP BY c.endpoint ORDER BY c.endpoint LIMIT 20;
  ELSE
    RETURN QUERY SELECT 'session', p.email FROM session s JOIN person p ON p.id = s.user_id
      WHERE s.revoked_at IS NULL AND s.expires_at > clock_timestamp() AND s.last_seen_at > clock_timestamp() - interval '12 hours'
        AND address_in(s.address) <<= p_network GROUP BY p.email ORDER BY p.email LIMIT 20;
  END IF;
END $fn$;

-- The same for whoever is about to ban by hand.
CREATE FUNCTION ban_preview(p_network inet, p_scope text) RETURNS TABLE (kind text, what text)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
BEGIN
  IF app_tenant() IS DISTINCT FROM operator_tenant() THEN RAISE EXCEPTION 'bans are the operator''s' USING ERRCODE = 'RF007'; END IF;
  RETURN QUERY SELECT c.kind, c.what FROM ban_would_cut(p_network, p_scope) c;
END $fn$;

-- Places a ban, or makes one that holds longer; it never makes one shorter. p_seconds NULL takes the first duration and
-- doubles it for each ban of the same network in the last seven days that nobody took back. An automatic one is placed only
-- while the failures that ask for it are there, and never over something that works: then there is no row.
CREATE FUNCTION ban_place(p_network inet, p_scope text, p_reason text, p_source text, p_source_id text, p_seconds int)
RETURNS TABLE (id uuid, expires_at timestamptz, times_before int, placed boolean, prolonged boolean)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
#variable_conflict use_column
DECLARE v_desk uuid := operator_tenant(); r ban_setting; b ban; v_before int; v_until timestamptz; v_now timestamptz;
BEGIN
  IF app_tenant() IS DISTINCT FROM v_desk THEN RAISE EXCEPTION 'bans are the operator''s' USING ERRCODE = 'RF007'; END IF;
  PERFORM pg_advisory_xact_lock(hashtextextended('ban:' || p_scope || ':' || p_network, 0));
  r := ban_rule(p_scope);
  v_now := clock_timestamp();
  SELECT * INTO b FROM ban WHERE tenant_id = v_desk AND scope = p_scope AND network = p_network AND lifted_at IS NULL AND ban.expires_at > v_now
    ORDER BY ban.expires_at DESC LIMIT 1 FOR UPDATE;
  IF p_source = 'automatic' AND (b.id IS NOT NULL OR NOT r.automatic OR ban_recent(p_scope, p_network, v_now, r) < r.failures
      OR EXISTS (SELECT FROM ban_would_cut(p_network, p_scope))) THEN RETURN; END IF;
  SELECT count(*) INTO v_before FROM ban
    WHERE tenant_id = v_desk AND scope = p_scope AND network = p_network AND lifted_at IS NULL AND created_at > v_now - interval '7 days'
      AND id IS DISTINCT FROM b.id;
  v_until := v_now + make_interval(secs => coalesce(p_seconds, least(r.first_seconds * power(2, least(v_before, 20)), r.longest_seconds)));
  IF b.id IS NOT NULL THEN
    prolonged := v_until > b.expires_at;
    IF prolonged THEN UPDATE ban SET expires_at = v_until WHERE tenant_id = v_desk AND id = b.id; END IF;
    RETURN QUERY SELECT b.id, greatest(b.expires_at, v_until), b.times_before, false, prolonged;
    RETURN;
  END IF;
  INSERT INTO ban (tenant_id, network, scope, reason, source, source_id, created_at, expires_at, times_before)
    VALUES (v_desk, p_network, p_scope, p_reason, p_source, p_source_id, v_now, v_until, v_before) RETURNING * INTO b;
  RETURN QUERY SELECT b.id, b.expires_at, b.times_before, true, false;
END $fn$;

-- Failures of an address within the window.
CREATE FUNCTION ban_recent(p_scope text, p_address inet, p_at timestamptz, r ban_setting) RETURNS bigint LANGUAGE sql STABLE AS $$
  SELECT coalesce(sum(failures), 0)::bigint FROM ban_attempt
    WHERE tenant_id = r.tenant_id AND scope = p_scope AND address = p_address AND minute > p_at - make_interval(secs => r.window_seconds)
$$;

-- Ends a ban now. What was counted before it is forgotten, or the next mistake would ban again.
CREATE FUNCTION ban_lift(p_ban uuid, p_by text) RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
DECLARE b ban; v_desk uuid := operator_tenant();
BEGIN
  IF app_tenant() IS DISTINCT FROM v_desk THEN RAISE EXCEPTION 'bans are the operator''s' USING ERRCODE = 'RF007'; END IF;
  UPDATE ban SET lifted_at = clock_timestamp(), lifted_by = p_by
    WHERE tenant_id = v_desk AND id = p_ban AND lifted_at IS NULL AND expires_at > clock_timestamp() RETURNING * INTO b;
  IF NOT FOUND THEN RETURN false; END IF;
  DELETE FROM ban_attempt WHERE tenant_id = v_desk AND scope = b.scope AND address <<= b.network;
  RETURN true;
END $fn$;

-- Counts failures of an address. What comes from a banned one are hits of the ban. A row says that it has reached the
-- number: "due" is to be banned, otherwise "kept" names what works there, once a minute.
CREATE FUNCTION ban_failures(p_at timestamptz, p_scope text, p_address text, p_failures int)
RETURNS TABLE (tenant_id uuid, network inet, due boolean, failures bigint, kept text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
#variable_conflict use_column
DECLARE v_desk uuid := operator_tenant(); v_sender inet := sender_of(p_address); r ban_setting; v_recent bigint; v_kept text; v_asked boolean;
BEGIN
  IF v_desk IS NULL OR v_sender IS NULL OR p_failures < 1 THEN RETURN; END IF;
  UPDATE ban SET hits = hits + p_failures, last_hit_at = greatest(last_hit_at, p_at)
    WHERE tenant_id = v_desk AND scope = p_scope AND network >>= v_sender AND lifted_at IS NULL AND expires_at > p_at;
  IF FOUND THEN RETURN; END IF;
  r := ban_rule(p_scope);
  IF NOT r.automatic THEN RETURN; END IF;
  INSERT INTO ban_attempt AS a (tenant_id, scope, address, minute, failures) VALUES (v_desk, p_scope, v_sender, date_trunc('minute', p_at), p_failures)
    ON CONFLICT (tenant_id, scope, address, minute) DO UPDATE SET failures = a.failures + excluded.failures RETURNING a.kept INTO v_asked;
  v_recent := ban_recent(p_scope, v_sender, p_at, r);
  IF v_recent < r.failures OR v_asked THEN RETURN; END IF;
  SELECT string_agg(c.kind || ' ' || c.what, ', ') INTO v_kept FROM ban_would_cut(v_sender, p_scope) c;
  IF v_kept IS NOT NULL THEN
    UPDATE ban_attempt SET kept = true
      WHERE tenant_id = v_desk AND scope = p_scope AND address = v_sender AND minute = date_trunc('minute', p_at);
  END IF;
  RETURN QUERY SELECT v_desk, v_sender, v_kept IS NULL, v_recent, coalesce(left(v_kept, 400), '');
END $fn$;

-- The ban of the web that an address is under, if any. Asking is a hit.
CREATE FUNCTION ban_of_web(p_address text) RETURNS TABLE (reason text, expires_at timestamptz)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
#variable_conflict use_column
DECLARE b ban; v_address inet := address_in(p_address);
BEGIN
  IF v_address IS NULL THEN RETURN; END IF;
  SELECT * INTO b FROM ban WHERE scope = 'web' AND network >>= v_address AND lifted_at IS NULL AND ban.expires_at > clock_timestamp()
    ORDER BY ban.expires_at DESC LIMIT 1;
  IF NOT FOUND THEN RETURN; END IF;
  UPDATE ban SET hits = hits + 1, last_hit_at = clock_timestamp() WHERE tenant_id = b.tenant_id AND id = b.id;
  RETURN QUERY SELECT b.reason, b.expires_at;
END $fn$;

-- Counters of minutes long past, with those of signals.
CREATE FUNCTION ban_attempts_forget(p_before timestamptz) RETURNS int LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
DECLARE n int;
BEGIN
  DELETE FROM ban_attempt WHERE minute < p_before;
  GET DIAGNOSTICS n = ROW_COUNT;
  RETURN n;
END $fn$;

-- What Asterisk asks before it looks at a request, each time: so a ban holds and ends with the next request, and nothing has
-- to be told to it. It reads some 10 microseconds per network, so it gets 200: first what somebody placed, then what was
-- active last. One that is left out and comes back is counted by ban_failures, and so is among them again.
CREATE VIEW pbx.ps_acls AS
  SELECT 'bans-' || part AS id, string_agg(net, ',' ORDER BY net) AS deny FROM (
    SELECT host(network) || '/' || masklen(network) AS net, (row_number() OVER (ORDER BY network) - 1) / 100 AS part
    FROM (SELECT network FROM public.ban WHERE scope = 'sip' AND lifted_at IS NULL AND expires_at > clock_timestamp()
      ORDER BY source = 'automatic', greatest(created_at, last_hit_at) DESC LIMIT 200) running) listed
  GROUP BY part;
ALTER VIEW pbx.ps_acls OWNER TO portal_system;
GRANT SELECT ON pbx.ps_acls TO asterisk;

DO $$
DECLARE f text;
BEGIN
  FOREACH f IN ARRAY ARRAY['address_in(text)', 'sender_of(text)', 'ban_rule(text)', 'ban_would_cut(inet, text)', 'ban_preview(inet, text)',
    'ban_recent(text, inet, timestamptz, ban_setting)', 'ban_place(inet, text, text, text, text, int)', 'ban_lift(uuid, text)',
    'ban_failures(timestamptz, text, text, int)', 'ban_of_web(text)', 'ban_attempts_forget(timestamptz)'] LOOP
    EXECUTE format('ALTER FUNCTION %s OWNER TO portal_system', f);
    EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', f);
  END LOOP;
  GRANT EXECUTE ON FUNCTION ban_preview(inet, text), ban_place(inet, text, text, text, text, int), ban_lift(uuid, text),
    ban_failures(timestamptz, text, text, int), ban_of_web(text), ban_attempts_forget(timestamptz) TO portal_app;
END $$;
REVOKE CREATE ON SCHEMA public FROM portal_system;
REVOKE CREATE ON SCHEMA pbx FROM portal_system;
