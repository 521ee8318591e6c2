-- What an extension spends in a day, against its own days: a stolen phone that loses less than critical an hour is stopped by that. It
-- feeds the incident about what it spends in an hour, because it is the same money.
GRANT CREATE ON SCHEMA public TO portal_system;

CREATE INDEX call_weight_of_extension ON call_weight (tenant_id, extension_id, at);

-- What these extensions spent since, where that is the least asked for or more, and what they spent before.
CREATE FUNCTION day_measures(p_asked jsonb, p_at timestamptz)
RETURNS TABLE (tenant_id uuid, extension_id uuid, signal text, value bigint, calls bigint, first_at timestamptz, last_at timestamptz, days int, dearest bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp SET enable_seqscan = off SET jit = off AS $$
  SELECT a.tenant, a.extension, 'spend_day', m.value, m.calls, m.first_at, m.last_at, p.days, p.dearest
  FROM jsonb_to_recordset(p_asked) AS a(tenant uuid, extension uuid, since timestamptz, least bigint)
  CROSS JOIN LATERAL (
    SELECT coalesce(sum(s.spend), 0)::bigint AS value, count(*) AS calls, min(s.at) AS first_at, max(s.at) AS last_at FROM (
      SELECT w.at, CASE WHEN w.live THEN (SELECT x.spend FROM call_weighed x WHERE x.tenant_id = w.tenant_id AND x.id = w.id) ELSE w.spend END AS spend
        FROM call_weight w WHERE w.tenant_id = a.tenant AND w.extension_id = a.extension AND w.at > a.since AND w.at <= p_at) s WHERE s.spend > 0) m
  CROSS JOIN LATERAL extension_past(a.tenant, a.extension, p_at) p WHERE m.value >= a.least
$$;
ALTER FUNCTION day_measures(jsonb, timestamptz) OWNER TO portal_system;
REVOKE ALL ON FUNCTION day_measures(jsonb, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION day_measures(jsonb, timestamptz) TO portal_app;

-- A signal may belong to the incidents of another one.
DO $$
DECLARE
  v text := pg_get_functiondef('rule_hit(jsonb)'::regprocedure);
  part text[];
BEGIN
  FOREACH part SLICE 1 IN ARRAY ARRAY[
    ['v_signal text := h ->> ''signal'';', 'v_signal text := h ->> ''signal''; v_kind text := coalesce(h ->> ''kind'', h ->> ''signal'');'],
    ['hashtextextended(''rule:'' || v_signal', 'hashtextextended(''rule:'' || v_kind'],
    ['x.kind = v_signal AND x.source = v_source AND x.closed_at IS NULL', 'x.kind = v_kind AND x.source = v_source AND x.closed_at IS NULL'],
    ['VALUES (v_desk, v_signal, v_source,', 'VALUES (v_desk, v_kind, v_source,'],
    ['''extension'', ''counter'']', '''extension'', ''counter'', ''kind'']']] LOOP
    IF strpos(v, part[1]) = 0 THEN RAISE EXCEPTION 'rule_hit does not say %', part[1]; END IF;
    v := replace(v, part[1], part[2]);
  END LOOP;
  EXECUTE v;
END $$;
REVOKE CREATE ON SCHEMA public FROM portal_system;
