-- Rehearsal: what a rule would have done over the calls of past days. Read only; a stretch of one tenant at a time, so that
-- no question takes long.
GRANT CREATE ON SCHEMA public TO portal_system;
GRANT SELECT ON dispute TO portal_system;
CREATE POLICY rules_read ON dispute FOR SELECT TO portal_system USING (true);

-- Tenants at or below one, in the order of their ids, with how many there are in all.
CREATE FUNCTION rehearsal_tenants(p_root uuid, p_after uuid) RETURNS TABLE (tenant_id uuid, total int)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT descendant_id, (SELECT count(*)::int FROM tenant_below WHERE ancestor_id = p_root) FROM tenant_below
  WHERE ancestor_id = p_root AND (p_after IS NULL OR descendant_id > p_after) ORDER BY descendant_id LIMIT 1
$$;

-- Where a stretch of so many calls ends, and how many there are in it; NULL when there is none.
CREATE FUNCTION rehearsal_stretch(p_tenant uuid, p_from timestamptz, p_to timestamptz, p_calls int) RETURNS TABLE (until timestamptz, calls int)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT max(started_at), count(*)::int FROM (SELECT started_at FROM call WHERE tenant_id = p_tenant AND started_at > p_from AND started_at <= p_to
    ORDER BY started_at LIMIT p_calls) x
$$;

-- The calls of a stretch at which a subject was at or over the threshold to warn, with how much there was by then.
CREATE FUNCTION rehearsal_crossings(p_tenant uuid, p_signal text, p_by_extension boolean, p_minutes int, p_warn bigint, p_from timestamptz, p_to timestamptz)
RETURNS TABLE (extension_id uuid, at_us bigint, value bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  WITH w AS (
    SELECT c.at, c.number, CASE WHEN p_by_extension THEN c.extension_id END AS ext, CASE p_signal WHEN 'spend' THEN c.spend WHEN 'refused' THEN c.refused
      WHEN 'new_country' THEN c.new_country WHEN 'off_hours' THEN c.off_hours WHEN 'short_calls' THEN c.short_calls WHEN 'sequential' THEN c.sequential
      WHEN 'special' THEN c.special WHEN 'price' THEN c.price ELSE 1 END AS x
    FROM call_weights(p_tenant, p_by_extension, p_from - p_minutes * interval '1 minute', p_to) c),
  v AS (
    SELECT w.*, CASE p_signal WHEN 'price' THEN max(x) OVER r WHEN 'repeated' THEN count(*) OVER (PARTITION BY ext, number ORDER BY at
        RANGE BETWEEN (p_minutes * interval '1 minute' - interval '1 microsecond') PRECEDING AND CURRENT ROW)
      ELSE sum(x) OVER r END AS value
    FROM w WINDOW r AS (PARTITION BY ext ORDER BY at RANGE BETWEEN (p_minutes * interval '1 minute' - interval '1 microsecond') PRECEDING AND CURRENT ROW))
  SELECT ext, (extract(epoch FROM at) * 1000000)::bigint, max(value)::bigint FROM v WHERE x > 0 AND value >= p_warn AND at > p_from GROUP BY ext, at ORDER BY at
$$;

-- Calls of a subject after a moment, and those of its window before: whether they were harmful, and what they cost. Harmful
-- is what is disputed, or belongs to an incident that nobody dismissed.
CREATE FUNCTION rehearsal_outcome(p_tenant uuid, p_extension uuid, p_at_us bigint, p_minutes int, p_until timestamptz)
RETURNS TABLE (after_it boolean, harmful boolean, calls int, cost bigint, currency text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT c.started_at > m.at, h.harmful, count(*)::int, coalesce(sum(c.cost_micros), 0)::bigint, c.currency::text
  FROM (SELECT timestamptz 'epoch' + p_at_us * interval '1 microsecond' AS at) m CROSS JOIN call c CROSS JOIN LATERAL (SELECT EXISTS (SELECT FROM dispute d WHERE d.call_id = c.id AND d.state <> 'rejected')
    OR EXISTS (SELECT FROM incident_subject s JOIN incident i ON i.tenant_id = s.tenant_id AND i.id = s.incident_id
      WHERE ((s.kind = 'extension' AND s.extension_id = c.extension_id) OR (s.kind = 'tenant' AND s.of_tenant_id = c.tenant_id))
        AND i.kind NOT IN ('sip_attack', 'sign_in', 'moves', 'denied', 'config') AND i.state <> 'dismissed' AND c.started_at BETWEEN i.first_at AND i.last_at) AS harmful) h
  WHERE c.tenant_id = p_tenant AND c.kind = 'external' AND c.outcome IS DISTINCT FROM 'blocked' AND (p_extension IS NULL OR c.extension_id = p_extension)
    AND c.started_at > m.at - p_minutes * interval '1 minute' AND c.started_at <= least(m.at + interval '1 day', p_until)
  GROUP BY 1, 2, c.currency
$$;
CREATE INDEX incident_subject_extension ON incident_subject (extension_id) WHERE extension_id IS NOT NULL;
CREATE INDEX incident_subject_tenant ON incident_subject (of_tenant_id) WHERE kind = 'tenant';

DO $$
DECLARE f text;
BEGIN
  FOREACH f IN ARRAY ARRAY['rehearsal_tenants(uuid, uuid)', 'rehearsal_stretch(uuid, timestamptz, timestamptz, int)',
    'rehearsal_crossings(uuid, text, boolean, int, bigint, timestamptz, timestamptz)', 'rehearsal_outcome(uuid, uuid, bigint, int, timestamptz)'] LOOP
    EXECUTE format('ALTER FUNCTION %s OWNER TO portal_system', f);
    EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', f);
    EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO portal_app', f);
  END LOOP;
END $$;
REVOKE CREATE ON SCHEMA public FROM portal_system;
