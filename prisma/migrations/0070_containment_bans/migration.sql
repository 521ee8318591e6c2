-- A containment bans where its calls came from. Several may want one ban: it ends with the last of them.
CREATE TABLE ban_owner (
  tenant_id uuid NOT NULL,
  ban_id uuid NOT NULL,
  containment_id uuid NOT NULL,
  PRIMARY KEY (tenant_id, ban_id, containment_id),
  FOREIGN KEY (tenant_id, ban_id) REFERENCES ban (tenant_id, id) ON DELETE CASCADE,
  FOREIGN KEY (tenant_id, containment_id) REFERENCES containment (tenant_id, id) ON DELETE CASCADE
);
CREATE INDEX ban_owner_of ON ban_owner (tenant_id, containment_id);
ALTER TABLE ban_owner ENABLE ROW LEVEL SECURITY;
ALTER TABLE ban_owner FORCE ROW LEVEL SECURITY;
CREATE POLICY own_tenant ON ban_owner TO portal_app USING (tenant_id = app_tenant()) WITH CHECK (tenant_id = app_tenant());
CREATE POLICY tenants_below ON ban_owner FOR SELECT TO portal_app USING (app_subtree() AND tenant_id IN
  (SELECT descendant_id FROM tenant_below WHERE ancestor_id = app_tenant()));
CREATE POLICY system_functions ON ban_owner TO portal_system USING (true) WITH CHECK (true);
GRANT SELECT ON ban_owner TO portal_app;
GRANT SELECT, INSERT ON ban_owner TO portal_system;
GRANT CREATE ON SCHEMA public TO portal_system;

-- Where the calls of an hour came from that are to be contained, and the addresses that the incident names; at most twenty. `kept`
-- says why one is not banned: it was there before ("usual"), or something else works there. From a banned address nobody
-- reaches an emergency number, so only strangers are.
CREATE FUNCTION containment_sources(p_incident uuid, p_of uuid, p_extension uuid) RETURNS TABLE (network inet, kept text)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
DECLARE v_desk uuid := operator_tenant();
BEGIN
  IF app_tenant() IS DISTINCT FROM v_desk THEN RAISE EXCEPTION 'bans are the operator''s' USING ERRCODE = 'RF007'; END IF;
  RETURN QUERY WITH mine AS (
    SELECT e.id, e.sip_username FROM extension e WHERE e.tenant_id = p_of AND (p_extension IS NULL OR e.id = p_extension)
  ), seen AS (
    SELECT sender_of(s.value) AS net FROM incident_subject s WHERE s.tenant_id = v_desk AND s.incident_id = p_incident AND s.kind = 'address'
    UNION SELECT sender_of(c.source_address) FROM call c WHERE c.tenant_id = p_of AND c.extension_id IN (SELECT m.id FROM mine m)
      AND c.started_at > clock_timestamp() - interval '1 hour' AND c.kind <> 'inbound'
  )
  SELECT s.net, CASE WHEN EXISTS (SELECT FROM call c WHERE c.tenant_id = p_of AND c.extension_id IN (SELECT m.id FROM mine m)
      AND c.started_at BETWEEN clock_timestamp() - interval '30 days' AND clock_timestamp() - interval '1 day' AND c.outcome = 'answered'
      AND address_in(c.source_address) <<= s.net) THEN 'usual'
    ELSE (SELECT string_agg(w.kind || ' ' || w.what, ', ') FROM ban_would_cut(s.net, 'sip') w
      WHERE NOT (w.kind = 'extension' AND w.what IN (SELECT m.sip_username FROM mine m))) END
  FROM seen s WHERE s.net IS NOT NULL ORDER BY s.net LIMIT 20;
END $fn$;

-- Bans them for a day, for a containment that goes on; answers with those that it had not wanted before. A repeat wants no more.
CREATE FUNCTION containment_ban(p_containment uuid) RETURNS TABLE (network text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
DECLARE c containment; v_desk uuid := app_tenant(); s record; v_ban uuid; v_number bigint;
BEGIN
  SELECT * INTO c FROM containment k WHERE k.tenant_id = v_desk AND k.id = p_containment AND k.released_at IS NULL FOR SHARE;
  IF NOT FOUND THEN RETURN; END IF;
  SELECT i.number INTO v_number FROM incident i WHERE i.tenant_id = v_desk AND i.id = c.incident_id;
  FOR s IN SELECT * FROM containment_sources(c.incident_id, c.of_tenant_id, c.extension_id) x WHERE x.kept IS NULL LOOP
    SELECT b.id INTO v_ban FROM ban_place(s.network, 'sip', 'Incident ' || v_number, 'incident', c.incident_id::text, 86400) b;
    INSERT INTO ban_owner (tenant_id, ban_id, containment_id) VALUES (v_desk, v_ban, c.id) ON CONFLICT DO NOTHING;
    IF FOUND THEN network := abbrev(s.network); RETURN NEXT; END IF;
  END LOOP;
END $fn$;

-- As it was, and its bans end unless another containment that goes on wants them too. Ends a containment of the tenant acted on: lifts its own blocks, but for prefixes that another containment of the same
-- incident holds as well, and skips what was not done yet. What other incidents hold stays. NULL when it was released before.
-- Locks the incident, then the containment. RF007: no such containment.
CREATE OR REPLACE FUNCTION containment_release(p_containment uuid, p_by text, OUT incident_id uuid, OUT lifted int, OUT still_held int)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
#variable_conflict use_column
DECLARE c containment; v_desk uuid := app_tenant();
BEGIN
  PERFORM FROM incident i WHERE i.tenant_id = v_desk
    AND i.id = (SELECT k.incident_id FROM containment k WHERE k.tenant_id = v_desk AND k.id = p_containment) FOR UPDATE;
  SELECT * INTO c FROM containment k WHERE k.tenant_id = v_desk AND k.id = p_containment FOR UPDATE;
  IF NOT FOUND THEN RAISE EXCEPTION 'no such containment' USING ERRCODE = 'RF007'; END IF;
  IF c.released_at IS NOT NULL THEN RETURN; END IF;
  UPDATE containment k SET released_at = clock_timestamp(), released_by = p_by WHERE k.tenant_id = v_desk AND k.id = c.id;
  UPDATE containment_step s SET state = 'skipped', finished_at = clock_timestamp()
    WHERE s.tenant_id = v_desk AND s.containment_id = c.id AND s.state NOT IN ('done', 'skipped');
  UPDATE block b SET lifted_at = clock_timestamp(), lifted_by = p_by
    WHERE b.tenant_id = c.of_tenant_id AND b.placed_by = v_desk AND b.incident_id = c.incident_id AND b.lifted_at IS NULL AND (
      (b.kind IN ('tenant', 'extension') AND b.extension_id IS NOT DISTINCT FROM c.extension_id)
      OR (b.kind = 'destination' AND b.prefix = ANY (c.prefixes) AND NOT EXISTS (SELECT FROM containment o WHERE o.tenant_id = v_desk
        AND o.incident_id = c.incident_id AND o.of_tenant_id = c.of_tenant_id AND o.released_at IS NULL AND b.prefix = ANY (o.prefixes))));
  GET DIAGNOSTICS lifted = ROW_COUNT;
  -- The lock first: whoever is about to want one of them as well is waited for, and then seen.
  PERFORM FROM ban n JOIN ban_owner o ON o.tenant_id = n.tenant_id AND o.ban_id = n.id
    WHERE n.tenant_id = v_desk AND o.containment_id = c.id ORDER BY n.network, n.id FOR UPDATE OF n;
  WITH let_in AS (
    UPDATE ban n SET lifted_at = clock_timestamp(), lifted_by = p_by
      WHERE n.tenant_id = v_desk AND n.source = 'incident' AND n.lifted_at IS NULL AND n.expires_at > clock_timestamp()
        AND EXISTS (SELECT FROM ban_owner o WHERE o.tenant_id = v_desk AND o.ban_id = n.id AND o.containment_id = c.id)
        AND NOT EXISTS (SELECT FROM ban_owner o JOIN containment k ON k.tenant_id = o.tenant_id AND k.id = o.containment_id
          WHERE o.tenant_id = v_desk AND o.ban_id = n.id AND k.released_at IS NULL)
      RETURNING n.scope, n.network)
  DELETE FROM ban_attempt x USING let_in l WHERE x.tenant_id = v_desk AND x.scope = l.scope AND x.address <<= l.network;
  incident_id := c.incident_id;
  SELECT count(*) INTO still_held FROM block b WHERE b.tenant_id = c.of_tenant_id AND b.lifted_at IS NULL
    AND (b.kind = 'tenant' OR (b.kind = 'extension' AND b.extension_id = c.extension_id));
END $fn$;

DO $$
DECLARE f text;
BEGIN
  FOREACH f IN ARRAY ARRAY['containment_sources(uuid, uuid, uuid)', 'containment_ban(uuid)'] LOOP
    EXECUTE format('ALTER FUNCTION %s OWNER TO portal_system', f);
    EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', f);
    EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO portal_app', f);
  END LOOP;
END $$;
REVOKE CREATE ON SCHEMA public FROM portal_system;
