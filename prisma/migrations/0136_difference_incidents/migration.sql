-- A difference that is still open once the evidence has had its time makes an incident, from the first one on, as bad as there is
-- money at risk. One that healed before is no signal; one that heals later is told in the incident.
GRANT CREATE ON SCHEMA public TO portal_system;

-- When it was handed to the rules; nothing again once they know that it healed.
ALTER TABLE difference ADD COLUMN signalled_at timestamptz;
CREATE INDEX difference_signalled ON difference (tenant_id) WHERE signalled_at IS NOT NULL;
GRANT UPDATE (signalled_at) ON difference TO portal_system;

-- What was found before a moment and is open becomes a signal, once each. What healed since is written into the incident that is open
-- about the tenant. A repeat changes nothing.
CREATE FUNCTION differences_signalled(p_before timestamptz) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
DECLARE v_desk uuid := (SELECT id FROM tenant WHERE kind = 'operator'); r record; i incident;
BEGIN
  WITH told AS (UPDATE difference SET signalled_at = clock_timestamp() WHERE healed_at IS NULL AND signalled_at IS NULL AND found_at < p_before RETURNING tenant_id)
  INSERT INTO signal (tenant_id, kind, source, minute, signals) SELECT tenant_id, 'difference', '', date_trunc('minute', now()), count(*) FROM told GROUP BY 1
    ON CONFLICT (tenant_id, kind, source, minute) DO UPDATE SET signals = signal.signals + excluded.signals;
  FOR r IN
    WITH healed AS (UPDATE difference SET signalled_at = NULL WHERE healed_at IS NOT NULL AND signalled_at IS NOT NULL RETURNING tenant_id)
    SELECT t.id, t.slug, count(*) AS n, (SELECT count(*) FROM difference d WHERE d.tenant_id = t.id AND d.healed_at IS NULL) AS open
    FROM healed h JOIN tenant t ON t.id = h.tenant_id GROUP BY t.id, t.slug
  LOOP
    SELECT * INTO i FROM incident x WHERE x.tenant_id = v_desk AND x.kind = 'difference' AND x.source = r.slug AND x.closed_at IS NULL;
    IF i.merged_into IS NOT NULL THEN SELECT * INTO i FROM incident x WHERE x.tenant_id = v_desk AND x.id = i.merged_into; END IF;
    IF i.id IS NOT NULL THEN PERFORM incident_note(v_desk, i.id, 'system', 'healed', '', jsonb_build_object('healed', r.n, 'open', r.open)); END IF;
  END LOOP;
END $fn$;
DROP FUNCTION signals_of_differences(timestamptz);
DROP INDEX difference_found;

-- As before. Of differences: the money at risk in those that the rules know and that are open, of the currency with the most of it;
-- a micro at least for each. And how many signals there were.
DROP FUNCTION signal_sums(jsonb);
CREATE FUNCTION signal_sums(p_asked jsonb) RETURNS TABLE (tenant_id uuid, kind text, source text, value bigint, counted bigint, first_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT a.tenant, a.kind, a.source, CASE a.kind WHEN 'moves' THEN
      (SELECT count(*) FROM registration_network n WHERE n.tenant_id = a.tenant AND n.extension_id::text = a.source AND n.last_at > a.since)
      WHEN 'difference' THEN coalesce((SELECT sum(greatest(d.money_at_risk_micros, 1)) FROM difference d
        WHERE d.tenant_id = a.tenant AND d.healed_at IS NULL AND d.signalled_at IS NOT NULL GROUP BY d.currency ORDER BY 1 DESC LIMIT 1), 0)
      ELSE coalesce(sum(s.signals), 0) END::bigint, coalesce(sum(s.signals), 0)::bigint, coalesce(min(s.minute), a.since)
  FROM jsonb_to_recordset(p_asked) AS a(tenant uuid, kind text, source text, since timestamptz, over timestamptz)
  LEFT JOIN signal s ON s.tenant_id = a.tenant AND s.kind = a.kind AND s.source = a.source AND s.minute > a.since
    AND (a.over IS NULL OR s.minute >= date_trunc('minute', a.over))
  GROUP BY a.tenant, a.kind, a.source, a.since
$$;

-- As before, but an incident about differences counts them, not their money.
DO $$
DECLARE v text := pg_get_functiondef('rule_hit(jsonb)'::regprocedure); w text;
BEGIN
  w := replace(v, 'WHEN is_new THEN greatest(v_value, added)', 'WHEN is_new AND v_signal <> ''difference'' THEN greatest(v_value, added) WHEN is_new THEN added');
  IF w = v THEN RAISE EXCEPTION 'rule_hit is not what it was'; END IF;
  EXECUTE w;
END $$;
-- What somebody said in counts is no amount of money.
UPDATE rule SET warn = NULL, critical = NULL WHERE signal = 'difference';

DO $$
DECLARE f text;
BEGIN
  FOREACH f IN ARRAY ARRAY['differences_signalled(timestamptz)', 'signal_sums(jsonb)'] LOOP
    EXECUTE format('ALTER FUNCTION %s OWNER TO portal_system', f);
    EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', f);
    EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO portal_app', f);
  END LOOP;
END $$;
REVOKE CREATE ON SCHEMA public FROM portal_system;
