-- What the operator's page of PBXs and trunks counts. The operator's alone.
GRANT CREATE ON SCHEMA public TO portal_system;

-- By PBX: phones registered at it, calls that go on, and calls that began within the last minute.
CREATE FUNCTION pbx_counts() RETURNS TABLE (pbx text, contacts int, live int, begun int)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
BEGIN
  IF app_tenant() IS DISTINCT FROM operator_tenant() THEN RAISE EXCEPTION 'PBXs are the operator''s' USING ERRCODE = 'RF007'; END IF;
  RETURN QUERY SELECT x.pbx, sum(x.contacts)::int, sum(x.live)::int, sum(x.begun)::int FROM (
      SELECT c.reg_server AS pbx, 1 AS contacts, 0 AS live, 0 AS begun FROM pbx.ps_contacts c
      WHERE to_timestamp(c.expiration_time::double precision) > clock_timestamp()
    UNION ALL SELECT c.pbx, 0, 1, (c.started_at > now() - interval '1 minute')::int FROM call c WHERE c.state <> 'ended'
    UNION ALL SELECT c.pbx, 0, 0, 1 FROM call c
      WHERE c.state = 'ended' AND c.started_at > now() - interval '1 minute' AND c.started_at > '-infinity') x
    WHERE x.pbx IS NOT NULL GROUP BY x.pbx ORDER BY x.pbx;
END $fn$;

-- By trunk, direction and cause: calls that go on, and the ended ones since p_from that the portal itself let through. A call that
-- goes out leaves by p_out; one that comes in belongs to the trunk whose networks its address is in.
CREATE FUNCTION trunk_calls(p_out text, p_from timestamptz) RETURNS TABLE (trunk text, direction text, cause int, live int,
  calls int, answered int, talk_ms bigint, last_answered timestamptz, last_unanswered timestamptz)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
BEGIN
  IF app_tenant() IS DISTINCT FROM operator_tenant() THEN RAISE EXCEPTION 'trunks are the operator''s' USING ERRCODE = 'RF007'; END IF;
  RETURN QUERY WITH each AS (
      SELECT c.kind, CASE c.kind WHEN 'inbound' THEN c.source_address ELSE '' END AS source_address, NULL::int AS cause, count(*) AS live, 0::bigint AS calls, 0::bigint AS answered, 0::numeric AS talk_ms,
        NULL::timestamptz AS last_answered, NULL::timestamptz AS last_unanswered
      FROM call c WHERE c.state <> 'ended' AND c.kind IN ('external', 'emergency', 'inbound') GROUP BY 1, 2
    UNION ALL
      SELECT c.kind, CASE c.kind WHEN 'inbound' THEN c.source_address ELSE '' END, CASE WHEN c.answered_at IS NULL THEN c.hangup_cause END, 0,
        count(*), count(c.answered_at), coalesce(sum(c.talk_ms), 0), max(c.answered_at), max(c.ended_at) FILTER (WHERE c.answered_at IS NULL)
      FROM call c WHERE c.state = 'ended' AND c.started_at >= p_from AND c.started_at > '-infinity' AND c.reason IS NULL
        AND c.kind IN ('external', 'emergency', 'inbound') GROUP BY 1, 2, 3
  ), known AS MATERIALIZED (SELECT i.endpoint, network_in(i.match) AS network FROM pbx.identifies i)
  SELECT w.trunk, w.direction, e.cause, sum(e.live)::int, sum(e.calls)::int, sum(e.answered)::int, sum(e.talk_ms)::bigint,
    max(e.last_answered), max(e.last_unanswered)
  FROM each e CROSS JOIN LATERAL (SELECT CASE e.kind WHEN 'inbound' THEN 'in' ELSE 'out' END AS direction, CASE WHEN e.kind <> 'inbound' THEN p_out
    ELSE (SELECT k.endpoint FROM known k WHERE address_in(e.source_address) <<= k.network ORDER BY masklen(k.network) DESC, k.endpoint LIMIT 1) END AS trunk) w
  WHERE w.trunk IS NOT NULL GROUP BY w.trunk, w.direction, e.cause ORDER BY w.trunk, w.direction, e.cause;
END $fn$;

DO $$
DECLARE f text;
BEGIN
  FOREACH f IN ARRAY ARRAY['pbx_counts()', 'trunk_calls(text, timestamptz)'] LOOP
    EXECUTE format('ALTER FUNCTION %s OWNER TO portal_system', f);
    EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', f);
    EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO portal_app', f);
  END LOOP;
END $$;
REVOKE CREATE ON SCHEMA public FROM portal_system;
