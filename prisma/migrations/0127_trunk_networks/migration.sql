-- Where the calls of a trunk may come from. A trunk is an endpoint of the operator's in the PBX's files, known by address alone.
CREATE TABLE trunk_network (
  -- The operator: trunks are its own.
  tenant_id uuid NOT NULL REFERENCES tenant (id),
  -- The name of the endpoint.
  trunk text NOT NULL CHECK (trunk ~ '^[a-z][a-z0-9_-]{0,39}$'),
  network inet NOT NULL CHECK (network = network(network)::inet),
  PRIMARY KEY (tenant_id, trunk, network)
);
ALTER TABLE trunk_network ENABLE ROW LEVEL SECURITY;
ALTER TABLE trunk_network FORCE ROW LEVEL SECURITY;
CREATE POLICY own_tenant ON trunk_network TO portal_app USING (tenant_id = app_tenant()) WITH CHECK (tenant_id = app_tenant());
CREATE POLICY tenants_below ON trunk_network FOR SELECT TO portal_app USING (app_subtree() AND tenant_id IN
  (SELECT descendant_id FROM tenant_below WHERE ancestor_id = app_tenant()));
CREATE POLICY system_functions ON trunk_network TO portal_system USING (true) WITH CHECK (true);
GRANT SELECT ON trunk_network TO portal_app;
GRANT SELECT, INSERT, DELETE ON trunk_network TO portal_system;
GRANT CREATE ON SCHEMA public TO portal_system;
GRANT CREATE ON SCHEMA pbx TO portal_system;

-- What Asterisk knows trunks by, asked with every request that no user name belongs to: the list of a trunk that has one, and
-- for others the addresses that the start or an administrator put into ps_endpoint_id_ips. What is within a call is not asked.
CREATE VIEW pbx.identifies AS
  SELECT i.id, i.endpoint, i.match FROM pbx.ps_endpoint_id_ips i WHERE NOT EXISTS (SELECT FROM public.trunk_network n WHERE n.trunk = i.endpoint)
  UNION ALL
  SELECT 'list-' || n.trunk || '-' || host(n.network) || '-' || masklen(n.network), n.trunk, host(n.network) || '/' || masklen(n.network)
  FROM public.trunk_network n;
ALTER VIEW pbx.identifies OWNER TO portal_system;
GRANT SELECT ON pbx.identifies TO asterisk;

-- The network in "192.0.2.7", "192.0.2.7:5060/32" or "192.0.2.0/24"; NULL for a name.
CREATE FUNCTION network_in(p_match text) RETURNS inet LANGUAGE sql IMMUTABLE AS $$
  SELECT network(set_masklen(a, least(coalesce(substring(p_match FROM '/(\d{1,3})$')::int, 128), masklen(a))))::inet FROM address_in(p_match) a
$$;

-- Every trunk: its list, the addresses that count without one, and the calls that came from it and go on.
CREATE FUNCTION trunks() RETURNS TABLE (trunk text, networks text[], configured text[], calls int)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
BEGIN
  IF app_tenant() IS DISTINCT FROM operator_tenant() THEN RAISE EXCEPTION 'trunks are the operator''s' USING ERRCODE = 'RF007'; END IF;
  RETURN QUERY SELECT k.name,
      ARRAY(SELECT abbrev(n.network) FROM trunk_network n WHERE n.trunk = k.name ORDER BY n.network),
      ARRAY(SELECT i.match FROM pbx.ps_endpoint_id_ips i WHERE i.endpoint = k.name ORDER BY i.match),
      (SELECT count(*)::int FROM call c WHERE c.state <> 'ended' AND c.kind = 'inbound'
        AND address_in(c.source_address) <<= ANY (SELECT network_in(i.match) FROM pbx.identifies i WHERE i.endpoint = k.name))
    FROM (SELECT endpoint AS name FROM pbx.ps_endpoint_id_ips UNION SELECT n.trunk FROM trunk_network n) k ORDER BY k.name LIMIT 200;
END $fn$;

-- Would this cut us off? What the trunk has now and the list leaves out; an empty list means what is configured. At most 20 of a kind.
CREATE FUNCTION trunk_would_cut(p_trunk text, p_networks inet[]) RETURNS TABLE (kind text, what text)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
DECLARE v_new inet[]; v_now inet[];
BEGIN
  IF app_tenant() IS DISTINCT FROM operator_tenant() THEN RAISE EXCEPTION 'trunks are the operator''s' USING ERRCODE = 'RF007'; END IF;
  SELECT array_agg(network_in(i.match)) INTO v_now FROM pbx.identifies i WHERE i.endpoint = p_trunk;
  v_new := CASE WHEN cardinality(p_networks) > 0 THEN p_networks
    ELSE ARRAY(SELECT network_in(i.match) FROM pbx.ps_endpoint_id_ips i WHERE i.endpoint = p_trunk AND network_in(i.match) IS NOT NULL) END;
  RETURN QUERY SELECT 'call', host(a) FROM call c CROSS JOIN LATERAL address_in(c.source_address) a
    WHERE c.state <> 'ended' AND c.kind = 'inbound' AND a <<= ANY (v_now) AND NOT a <<= ANY (v_new) GROUP BY host(a) ORDER BY host(a) LIMIT 20;
  RETURN QUERY SELECT DISTINCT 'registration', coalesce(host(a), 'unknown') FROM pbx.ps_contacts c
    CROSS JOIN LATERAL address_in(substring(c.uri FROM '@([^;^]+)')) a
    WHERE c.endpoint = p_trunk AND to_timestamp(c.expiration_time::double precision) > clock_timestamp()
      AND NOT coalesce(a <<= ANY (v_new), false) LIMIT 20;
  -- Where calls are sent to is where calls come from, as far as anybody told us.
  RETURN QUERY SELECT 'address', i.match FROM pbx.identifies i JOIN pbx.ps_endpoint_id_ips s ON s.id = i.id AND s.endpoint = i.endpoint
    WHERE i.endpoint = p_trunk AND NOT coalesce(network_in(i.match) <<= ANY (v_new), false) ORDER BY i.match LIMIT 20;
  -- Nothing left that could be it.
  IF cardinality(v_new) = 0 THEN RETURN QUERY SELECT 'address', abbrev(n.network) FROM trunk_network n WHERE n.trunk = p_trunk ORDER BY n.network LIMIT 20; END IF;
END $fn$;

-- Other trunks that a network of the list belongs to already: a call from there could be either's.
CREATE FUNCTION trunk_overlaps(p_trunk text, p_networks inet[]) RETURNS TABLE (trunk text, network text, theirs text)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
BEGIN
  IF app_tenant() IS DISTINCT FROM operator_tenant() THEN RAISE EXCEPTION 'trunks are the operator''s' USING ERRCODE = 'RF007'; END IF;
  RETURN QUERY SELECT i.endpoint, abbrev(n), i.match FROM pbx.identifies i JOIN unnest(p_networks) n ON network_in(i.match) && n
    WHERE i.endpoint <> p_trunk ORDER BY 1, 2 LIMIT 20;
END $fn$;

-- Replaces the list of a trunk; it holds from the next request on. Empty: what is configured. RF007: no such trunk, unless p_new.
-- Whoever asks holds the lock of trunks_lock() and has asked trunk_overlaps().
CREATE FUNCTION trunk_set_networks(p_trunk text, p_networks inet[], p_new boolean) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
BEGIN
  IF app_tenant() IS DISTINCT FROM operator_tenant() THEN RAISE EXCEPTION 'trunks are the operator''s' USING ERRCODE = 'RF007'; END IF;
  IF NOT EXISTS (SELECT FROM pbx.ps_endpoint_id_ips i WHERE i.endpoint = p_trunk) AND NOT EXISTS (SELECT FROM trunk_network n WHERE n.trunk = p_trunk)
      AND (NOT p_new OR EXISTS (SELECT FROM pbx.ps_endpoints e WHERE e.id = p_trunk)) THEN
    RAISE EXCEPTION 'no such trunk' USING ERRCODE = 'RF007';
  END IF;
  IF EXISTS (SELECT FROM trunk_overlaps(p_trunk, p_networks)) THEN RAISE EXCEPTION 'another trunk has it' USING ERRCODE = 'RF001'; END IF;
  DELETE FROM trunk_network n WHERE n.trunk = p_trunk;
  INSERT INTO trunk_network SELECT DISTINCT app_tenant(), p_trunk, net FROM unnest(p_networks) net;
END $fn$;

-- Two lists are not checked against each other's past.
CREATE FUNCTION trunks_lock() RETURNS void LANGUAGE sql AS $$ SELECT pg_advisory_xact_lock(hashtextextended('trunks', 0)) $$;

-- As it was, and a trunk is cut off by a ban of any part of its networks.
CREATE OR REPLACE FUNCTION ban_would_cut(p_network inet, p_scope text) RETURNS TABLE (kind text, what text)
LANGUAGE plpgsql STABLE AS $fn$
DECLARE v_desk uuid := operator_tenant();
BEGIN
  RETURN QUERY SELECT 'loopback', host(l) FROM unnest(ARRAY[inet '127.0.0.1', inet '::1']) l WHERE l <<= p_network;
  RETURN QUERY SELECT 'keep', concat_ws(' ', abbrev(k.network), nullif(k.note, '')) FROM ban_keep k
    WHERE k.tenant_id = v_desk AND k.network && p_network LIMIT 20;
  IF p_scope = 'sip' THEN
    RETURN QUERY SELECT 'trunk', i.endpoint FROM pbx.identifies i WHERE network_in(i.match) && p_network GROUP BY i.endpoint ORDER BY i.endpoint LIMIT 20;
    RETURN QUERY SELECT 'extension', c.endpoint FROM pbx.ps_contacts c
      WHERE to_timestamp(c.expiration_time::double precision) > clock_timestamp()
        AND address_in(substring(c.uri FROM '@([^;^]+)')) <<= p_network GROUP BY c.endpoint ORDER BY c.endpoint LIMIT 20;
  ELSE
    RETURN QUERY SELECT 'session', p.email FROM session s JOIN person p ON p.id = s.user_id
      WHERE s.revoked_at IS NULL AND s.expires_at > clock_timestamp() AND s.last_seen_at > clock_timestamp() - interval '12 hours'
        AND address_in(s.address) <<= p_network GROUP BY p.email ORDER BY p.email LIMIT 20;
  END IF;
END $fn$;

DO $$
DECLARE f text;
BEGIN
  FOREACH f IN ARRAY ARRAY['network_in(text)', 'trunks()', 'trunk_would_cut(text, inet[])', 'trunk_overlaps(text, inet[])',
    'trunk_set_networks(text, inet[], boolean)', 'trunks_lock()'] LOOP
    EXECUTE format('ALTER FUNCTION %s OWNER TO portal_system', f);
    EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', f);
    IF f <> 'network_in(text)' THEN EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO portal_app', f); END IF;
  END LOOP;
END $$;
REVOKE CREATE ON SCHEMA public FROM portal_system;
REVOKE CREATE ON SCHEMA pbx FROM portal_system;
