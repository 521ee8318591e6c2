-- Two things that a person would not understand: a rescue service that calls back and finds the phone "busy" by a limit of ours,
-- and a ban that looks as if its tenant could take it back until they try.
GRANT CREATE ON SCHEMA public TO portal_charge, portal_system;

-- ---------------------------------------------------------------- calls at once
-- As before; but a phone that called for help within the hour is rung, whatever is going on there: the rescue service calls back
-- from a number that nobody knows beforehand. The line of the trace still says how many there were.
CREATE OR REPLACE FUNCTION calls_at_once(p_tenant uuid, p_extension uuid, p_direction text, p_most int, p_most_here int) RETURNS jsonb LANGUAGE plpgsql AS $fn$
DECLARE n int; here int; ok boolean;
BEGIN
  SELECT count(*), count(*) FILTER (WHERE extension_id = p_extension) INTO n, here
    FROM call WHERE tenant_id = p_tenant AND state <> 'ended' AND (kind = 'external' OR (p_direction = 'in' AND kind = 'inbound'));
  ok := n < p_most AND here < p_most_here;
  IF NOT ok AND p_direction = 'in' THEN
    ok := EXISTS (SELECT FROM call WHERE tenant_id = p_tenant AND started_at > clock_timestamp() - interval '1 hour' AND extension_id = p_extension AND kind = 'emergency');
  END IF;
  RETURN gate('calls at once', ok, here + 1 || ' on this extension, ' || n + 1 || ' in all', p_most_here || ' and ' || p_most);
END $fn$;

-- ---------------------------------------------------------------- bans that are not a tenant's own
-- Whether a ban of an address is not for the mistakes of this tenant's phones alone: somebody placed it or a wider one, or it failed
-- at accounts of others or at names that nobody has.
CREATE FUNCTION ban_beyond_own(p_ban ban, p_address inet) RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT p_ban.network <> p_address
    OR EXISTS (SELECT FROM ban_owner o WHERE o.tenant_id = p_ban.tenant_id AND o.ban_id = p_ban.id AND o.kind <> 'automatic' AND o.ended_at IS NULL
      AND o.until > clock_timestamp())
    OR EXISTS (SELECT FROM tenant t JOIN security_event s ON s.tenant_id = t.id
      WHERE s.at >= p_ban.created_at - make_interval(secs => (ban_rule('sip')).window_seconds) AND s.type <> 'SuccessfulAuth' AND s.address <> ''
        AND strpos(s.address, network_part(p_address)) > 0 AND sender_of(s.address) = p_address
        AND NOT EXISTS (SELECT FROM extension e WHERE e.tenant_id = app_tenant() AND e.sip_username = s.username))
$$;

-- As before, of which the tenant is told what taking back would say.
CREATE OR REPLACE FUNCTION own_bans(p_own text) RETURNS TABLE (address inet, banned_at timestamptz, expires_at timestamptz, works boolean, own boolean, by_provider boolean,
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
    bool_or(ban_beyond_own(b, k.address)),
    k.failures, coalesce(k.extensions[1:10], '{}')
  FROM known k JOIN ban b ON b.network >>= k.address AND b.scope = 'sip' AND b.lifted_at IS NULL AND b.expires_at > clock_timestamp()
  GROUP BY k.address, k.works, k.own, k.failures, k.extensions ORDER BY k.own DESC, k.works DESC, max(b.expires_at) DESC, k.address LIMIT 200
$$;

-- As before, by the same rule.
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
  IF NOT FOUND OR ban_beyond_own(v_ban, p_address)
    OR EXISTS (SELECT FROM ban b WHERE b.scope = 'sip' AND b.network >>= p_address AND b.id <> v_ban.id AND b.lifted_at IS NULL AND b.expires_at > clock_timestamp())
    THEN RETURN 'provider'; END IF;
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

ALTER FUNCTION ban_beyond_own(ban, inet) OWNER TO portal_system;
REVOKE ALL ON FUNCTION ban_beyond_own(ban, inet) FROM PUBLIC;
REVOKE CREATE ON SCHEMA public FROM portal_charge, portal_system;
