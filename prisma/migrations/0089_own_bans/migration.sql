-- A tenant sees which addresses of its phones the telephone system refuses, and takes back what was banned by itself there.
GRANT CREATE ON SCHEMA public TO portal_system;

-- For which tenant an owner let go, where that was a tenant that takes back its own.
ALTER TABLE ban_owner ADD COLUMN ended_for uuid REFERENCES tenant (id);
CREATE INDEX ban_owner_ended_for ON ban_owner (ended_for, ended_at) WHERE ended_for IS NOT NULL;

-- The addresses of a tenant that are refused now. "works": its phones were registered there in a month, or calls from there were
-- answered in a week. Others are those from which somebody failed at one of its phones: whoever that is, it is not for the tenant to
-- let in. p_own is where whoever asks comes from, and counts as theirs. Networks, reasons and owners are the operator's to know;
-- what is told is the address, and how often it failed at the tenant's own phones.
CREATE FUNCTION own_bans(p_own text) RETURNS TABLE (address inet, banned_at timestamptz, expires_at timestamptz, works boolean, own boolean, by_provider boolean,
  failures bigint, extensions text[])
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  WITH tried AS MATERIALIZED (
    SELECT x.address, e.number, sum(x.n)::bigint AS n FROM (
      SELECT s.address, s.username, sum(coalesce((s.detail ->> 'count')::bigint, 1)) AS n FROM security_event s
      WHERE s.tenant_id = app_tenant() AND s.at > clock_timestamp() - interval '7 days' AND s.type <> 'SuccessfulAuth' AND s.address <> '' GROUP BY 1, 2) x
    JOIN extension e ON e.tenant_id = app_tenant() AND e.sip_username = x.username GROUP BY 1, 2
  ), worked AS MATERIALIZED (
    SELECT r.address, e.number FROM registration_event r JOIN extension e ON e.tenant_id = r.tenant_id AND e.id = r.extension_id
      WHERE r.tenant_id = app_tenant() AND r.at > clock_timestamp() - interval '30 days' GROUP BY 1, 2
    UNION SELECT c.source_address, c.extension_number FROM call c WHERE c.tenant_id = app_tenant() AND c.started_at > clock_timestamp() - interval '7 days'
      AND c.kind <> 'inbound' AND c.outcome = 'answered' AND c.source_address <> '' GROUP BY 1, 2
  ), known AS (
    SELECT a.address, bool_or(a.works) AS works, bool_or(a.own) AS own, coalesce(sum(a.n), 0)::bigint AS failures,
      array_agg(DISTINCT a.number ORDER BY a.number) FILTER (WHERE a.number IS NOT NULL) AS extensions
    FROM (SELECT sender_of(t.address) AS address, t.number, t.n, false AS works, false AS own FROM tried t
      UNION ALL SELECT sender_of(w.address), w.number, 0, true, false FROM worked w
      UNION ALL SELECT sender_of(p_own), NULL, 0, false, true) a
    WHERE a.address IS NOT NULL GROUP BY a.address
  )
  SELECT k.address, min(b.created_at), max(b.expires_at), k.works, k.own,
    bool_or(b.network <> k.address OR EXISTS (SELECT FROM ban_owner o WHERE o.tenant_id = b.tenant_id AND o.ban_id = b.id AND o.kind <> 'automatic'
      AND o.ended_at IS NULL AND o.until > clock_timestamp())),
    k.failures, coalesce(k.extensions[1:10], '{}')
  FROM known k JOIN ban b ON b.network >>= k.address AND b.scope = 'sip' AND b.lifted_at IS NULL AND b.expires_at > clock_timestamp()
  GROUP BY k.address, k.works, k.own, k.failures, k.extensions ORDER BY k.own DESC, k.works DESC, max(b.expires_at) DESC, k.address LIMIT 200
$$;

-- Takes back what was banned by itself at one of these addresses. 'lifted'; 'gone' when it is not banned; 'strange' when nothing of
-- the tenant's worked there and whoever asks is somewhere else; 'provider' when somebody else holds it; 'often' after five within
-- an hour.
CREATE FUNCTION own_ban_lift(p_address inet, p_own text, p_by text) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
DECLARE o record; v_ban ban;
BEGIN
  -- One at a time of a tenant, or two would be counted as one.
  PERFORM pg_advisory_xact_lock(hashtextextended('own_ban:' || app_tenant(), 0));
  SELECT * INTO o FROM own_bans(p_own) x WHERE x.address = p_address;
  IF NOT FOUND THEN RETURN 'gone'; END IF;
  IF NOT (o.works OR o.own) THEN RETURN 'strange'; END IF;
  SELECT * INTO v_ban FROM ban b WHERE b.scope = 'sip' AND b.network = p_address AND b.lifted_at IS NULL AND b.expires_at > clock_timestamp() FOR UPDATE;
  IF NOT FOUND OR EXISTS (SELECT FROM ban b WHERE b.scope = 'sip' AND b.network >>= p_address AND b.id <> v_ban.id AND b.lifted_at IS NULL AND b.expires_at > clock_timestamp())
    OR EXISTS (SELECT FROM ban_owner x WHERE x.tenant_id = v_ban.tenant_id AND x.ban_id = v_ban.id AND x.kind <> 'automatic' AND x.ended_at IS NULL
      AND x.until > clock_timestamp()) THEN RETURN 'provider'; END IF;
  IF (SELECT count(*) FROM ban_owner x WHERE x.ended_for = app_tenant() AND x.ended_at > clock_timestamp() - interval '1 hour') >= 5 THEN RETURN 'often'; END IF;
  UPDATE ban_owner x SET ended_at = clock_timestamp(), ended_by = p_by, ended_for = app_tenant()
    WHERE x.tenant_id = v_ban.tenant_id AND x.ban_id = v_ban.id AND x.kind = 'automatic' AND x.ended_at IS NULL;
  PERFORM ban_settle(v_ban.tenant_id, v_ban.id, p_by);
  RETURN 'lifted';
END $fn$;

-- Somebody looks at an incident later. What is new about it brings it back at once.
ALTER TABLE incident ADD COLUMN snoozed_until timestamptz;
GRANT UPDATE (snoozed_until) ON incident TO portal_app;
CREATE FUNCTION incident_wakes() RETURNS trigger LANGUAGE plpgsql AS $fn$
BEGIN
  NEW.snoozed_until := NULL;
  RETURN NEW;
END $fn$;
CREATE TRIGGER incident_wakes BEFORE UPDATE ON incident FOR EACH ROW
  WHEN (OLD.snoozed_until IS NOT NULL AND (NEW.last_at > OLD.last_at OR NEW.signals > OLD.signals OR NEW.severity <> OLD.severity OR NEW.state <> OLD.state))
  EXECUTE FUNCTION incident_wakes();

DO $$
DECLARE f text;
BEGIN
  FOREACH f IN ARRAY ARRAY['own_bans(text)', 'own_ban_lift(inet, text, text)'] LOOP
    EXECUTE format('ALTER FUNCTION %s OWNER TO portal_system', f);
    EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', f);
    EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO portal_app', f);
  END LOOP;
END $$;
REVOKE CREATE ON SCHEMA public FROM portal_system;
