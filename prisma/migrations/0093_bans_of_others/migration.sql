-- Who may end a ban, and when a rule may begin one again.
GRANT CREATE ON SCHEMA public TO portal_system;

-- What stands in every address of a network as text, so that not each address on record is read; '' where that is nothing.
CREATE FUNCTION network_part(p_network inet) RETURNS text LANGUAGE sql IMMUTABLE AS $$
  SELECT CASE WHEN family(p_network) = 6 OR masklen(p_network) < 24 THEN '' WHEN masklen(p_network) = 32 THEN host(p_network)
    ELSE substring(host(p_network) FROM '^\d+\.\d+\.\d+\.') END
$$;

-- Places a ban for its owner, or has the owner hold longer what there is; it never makes anything shorter. The owner is a person,
-- a containment (by its id) or a rule; 'automatic' has none. p_seconds NULL takes the first duration and doubles it for each
-- ban of the same network in the last seven days that the operator did not take back: what a tenant takes back for itself counts.
-- An automatic one is placed only while the failures that ask for it are there, and neither it nor a rule's ever over something
-- that works: then there is no row. `joined`: the owner did not hold it before.
CREATE OR REPLACE FUNCTION ban_place(p_network inet, p_scope text, p_reason text, p_source text, p_source_id text, p_seconds int)
RETURNS TABLE (id uuid, expires_at timestamptz, times_before int, placed boolean, prolonged boolean, joined boolean)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
#variable_conflict use_column
DECLARE v_desk uuid := operator_tenant(); r ban_setting; b ban; v_before int; v_until timestamptz; v_now timestamptz; v_was timestamptz;
BEGIN
  IF app_tenant() IS DISTINCT FROM v_desk THEN RAISE EXCEPTION 'bans are the operator''s' USING ERRCODE = 'RF007'; END IF;
  PERFORM pg_advisory_xact_lock(hashtextextended('ban:' || p_scope || ':' || p_network, 0));
  r := ban_rule(p_scope);
  v_now := clock_timestamp();
  SELECT * INTO b FROM ban WHERE tenant_id = v_desk AND scope = p_scope AND network = p_network AND lifted_at IS NULL AND ban.expires_at > v_now
    ORDER BY ban.expires_at DESC LIMIT 1 FOR UPDATE;
  IF p_source = 'automatic' AND (b.id IS NOT NULL OR NOT r.automatic OR ban_recent(p_scope, p_network, v_now, r) < r.failures) THEN RETURN; END IF;
  IF p_source IN ('automatic', 'rule') AND EXISTS (SELECT FROM ban_would_cut(p_network, p_scope)) THEN RETURN; END IF;
  SELECT count(*) INTO v_before FROM ban
    WHERE tenant_id = v_desk AND scope = p_scope AND network = p_network AND created_at > v_now - interval '7 days' AND id IS DISTINCT FROM b.id
      AND (lifted_at IS NULL OR EXISTS (SELECT FROM ban_owner o WHERE o.tenant_id = v_desk AND o.ban_id = ban.id AND o.ended_for IS NOT NULL));
  v_until := v_now + make_interval(secs => coalesce(p_seconds, least(r.first_seconds * power(2, least(v_before, 20)), r.longest_seconds)));
  placed := b.id IS NULL;
  v_was := b.expires_at;
  IF placed THEN
    INSERT INTO ban (tenant_id, network, scope, reason, source, source_id, created_at, expires_at, times_before)
      VALUES (v_desk, p_network, p_scope, p_reason, p_source, p_source_id, v_now, v_until, v_before) RETURNING * INTO b;
  END IF;
  joined := NOT EXISTS (SELECT FROM ban_owner o WHERE o.tenant_id = v_desk AND o.ban_id = b.id AND o.kind = p_source AND o.owner_id = p_source_id
    AND o.ended_at IS NULL AND o.until > v_now);
  INSERT INTO ban_owner AS o (tenant_id, ban_id, kind, owner_id, containment_id, reason, placed_at, until)
    VALUES (v_desk, b.id, p_source, p_source_id, CASE p_source WHEN 'incident' THEN p_source_id::uuid END, p_reason, v_now, v_until)
    ON CONFLICT (tenant_id, ban_id, kind, owner_id) DO UPDATE SET reason = excluded.reason, ended_at = NULL, ended_by = NULL,
      until = CASE WHEN o.ended_at IS NULL THEN greatest(o.until, excluded.until) ELSE excluded.until END;
  PERFORM ban_settle(v_desk, b.id, 'system');
  SELECT x.expires_at INTO v_until FROM ban x WHERE x.tenant_id = v_desk AND x.id = b.id;
  RETURN QUERY SELECT b.id, v_until, b.times_before, placed, NOT placed AND v_until > v_was, joined;
END $fn$;

-- Takes back what was banned by itself at one of these addresses. 'lifted'; 'gone' when it is not banned; 'strange' when nothing of
-- the tenant's worked there and whoever asks is somewhere else; 'provider' when somebody else holds it, or when it failed at
-- accounts of others or at names that nobody has: that is no phone of theirs with a wrong secret; 'often' after five within an hour,
-- of the tenant or of the address. The operator's trail says it before the tenant's does, as whoever writes to both does.
CREATE OR REPLACE FUNCTION own_ban_lift(p_address inet, p_own text, p_by text) RETURNS text
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
  IF EXISTS (SELECT FROM tenant t JOIN security_event s ON s.tenant_id = t.id
    WHERE s.at >= v_ban.created_at - make_interval(secs => (ban_rule('sip')).window_seconds) AND s.type <> 'SuccessfulAuth' AND s.address <> ''
      AND strpos(s.address, network_part(p_address)) > 0 AND sender_of(s.address) = p_address
      AND NOT EXISTS (SELECT FROM extension e WHERE e.tenant_id = app_tenant() AND e.sip_username = s.username)) THEN RETURN 'provider'; END IF;
  IF (SELECT count(*) FROM ban_owner x WHERE x.ended_for = app_tenant() AND x.ended_at > clock_timestamp() - interval '1 hour') >= 5
    OR (SELECT count(*) FROM ban_owner x JOIN ban b ON b.tenant_id = x.tenant_id AND b.id = x.ban_id
      WHERE b.scope = 'sip' AND b.network = p_address AND x.ended_for IS NOT NULL AND x.ended_at > clock_timestamp() - interval '1 hour') >= 5 THEN RETURN 'often'; END IF;
  UPDATE ban_owner x SET ended_at = clock_timestamp(), ended_by = p_by, ended_for = app_tenant()
    WHERE x.tenant_id = v_ban.tenant_id AND x.ban_id = v_ban.id AND x.kind = 'automatic' AND x.ended_at IS NULL;
  PERFORM ban_settle(v_ban.tenant_id, v_ban.id, p_by);
  IF app_tenant() <> v_ban.tenant_id THEN
    PERFORM audit_append(v_ban.tenant_id, 'user', p_by, app_tenant(), 'ban.unblock', 'ban:' || v_ban.id, 'ok', '{}',
      jsonb_build_object('network', abbrev(p_address), 'lifted', true), v_ban.id::text, coalesce(p_own, ''));
  END IF;
  RETURN 'lifted';
END $fn$;

-- How much of a kind there was from a network within the window and since the last ban of it, or of a part of it by a rule, ended:
-- what was counted before is paid for. The minute in which it ended belongs to what is over.
CREATE FUNCTION rule_recent(p_signal text, p_network inet, p_scope text, p_minutes int) RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT coalesce(sum(s.signals), 0)::bigint FROM signal s
  WHERE s.tenant_id = operator_tenant() AND app_tenant() = operator_tenant() AND s.kind = p_signal AND s.source = p_network::text
    AND s.minute > clock_timestamp() - p_minutes * interval '1 minute'
    AND s.minute >= coalesce((SELECT max(coalesce(b.lifted_at, b.expires_at)) FROM ban b
      WHERE b.tenant_id = operator_tenant() AND b.scope = p_scope AND coalesce(b.lifted_at, b.expires_at) <= clock_timestamp()
        AND (b.network = p_network OR (b.network << p_network
          AND EXISTS (SELECT FROM ban_owner o WHERE o.tenant_id = b.tenant_id AND o.ban_id = b.id AND o.kind = 'rule')))), '-infinity')
$$;

-- The addresses in a network where telephones came and went, or that calls were answered from, in the last seven days.
CREATE FUNCTION network_worked(p_network inet) RETURNS TABLE (address inet, what text)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
DECLARE
  v_since timestamptz := clock_timestamp() - interval '7 days';
  v_part text := network_part(p_network);
BEGIN
  IF app_tenant() IS DISTINCT FROM operator_tenant() THEN RAISE EXCEPTION 'bans are the operator''s' USING ERRCODE = 'RF007'; END IF;
  RETURN QUERY SELECT sender_of(x.address), min(x.what) FROM (
      SELECT r.address, e.sip_username AS what FROM tenant t JOIN registration_event r ON r.tenant_id = t.id
        JOIN extension e ON e.tenant_id = r.tenant_id AND e.id = r.extension_id
        WHERE r.at > v_since AND strpos(r.address, v_part) > 0 GROUP BY 1, 2
      UNION SELECT c.source_address, coalesce(e.sip_username, c.kind) FROM call c LEFT JOIN extension e ON e.tenant_id = c.tenant_id AND e.id = c.extension_id
        WHERE c.started_at > v_since AND c.outcome = 'answered' AND c.source_address <> '' AND strpos(c.source_address, v_part) > 0 GROUP BY 1, 2) x
    WHERE address_in(x.address) <<= p_network GROUP BY 1;
END $fn$;

-- The addresses of a network that failed within the window and since they were banned last, where nothing works or worked in a
-- week, and that are not banned already; twenty, those that failed most.
CREATE FUNCTION rule_addresses(p_network inet, p_types text[], p_minutes int) RETURNS TABLE (address inet, failures bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
BEGIN
  IF app_tenant() IS DISTINCT FROM operator_tenant() THEN RAISE EXCEPTION 'bans are the operator''s' USING ERRCODE = 'RF007'; END IF;
  RETURN QUERY WITH failed AS MATERIALIZED (
      SELECT sender_of(s.address) AS net, s.at, coalesce((s.detail ->> 'count')::bigint, 1) AS n FROM tenant t JOIN security_event s ON s.tenant_id = t.id
      WHERE s.at > clock_timestamp() - p_minutes * interval '1 minute' AND s.type = ANY (p_types)
        AND strpos(s.address, network_part(p_network)) > 0 AND address_in(s.address) <<= p_network
    ), since AS (
      SELECT f.net, f.n FROM failed f WHERE NOT EXISTS (SELECT FROM ban b WHERE b.tenant_id = operator_tenant() AND b.scope = 'sip'
        AND b.network >>= f.net AND coalesce(b.lifted_at, b.expires_at) > f.at)
    )
    SELECT s.net, sum(s.n)::bigint FROM since s
    WHERE NOT EXISTS (SELECT FROM network_worked(p_network) w WHERE w.address = s.net) AND NOT EXISTS (SELECT FROM ban_would_cut(s.net, 'sip'))
    GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 20;
END $fn$;

DO $$
DECLARE f text;
BEGIN
  FOREACH f IN ARRAY ARRAY['network_part(inet)', 'rule_recent(text, inet, text, int)', 'network_worked(inet)', 'rule_addresses(inet, text[], int)'] LOOP
    EXECUTE format('ALTER FUNCTION %s OWNER TO portal_system', f);
    EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', f);
    EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO portal_app', f);
  END LOOP;
END $$;
REVOKE CREATE ON SCHEMA public FROM portal_system;
