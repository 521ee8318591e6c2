-- What a review of the money found.
GRANT CREATE ON SCHEMA public TO portal_system;

-- As before, but of the ended calls only those are left out that the portal blocked: a call that the carrier or the far end failed
-- has a reason as well, and is what one looks for here.
CREATE OR REPLACE FUNCTION trunk_calls(p_out text, p_from timestamptz) RETURNS TABLE (trunk text, direction text, cause int, live int,
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
      FROM call c WHERE c.state = 'ended' AND c.started_at >= p_from AND c.started_at > '-infinity' AND c.outcome IS DISTINCT FROM 'blocked'
        AND c.kind IN ('external', 'emergency', 'inbound') GROUP BY 1, 2, 3
  ), known AS MATERIALIZED (SELECT i.endpoint, network_in(i.match) AS network FROM pbx.identifies i)
  SELECT w.trunk, w.direction, e.cause, sum(e.live)::int, sum(e.calls)::int, sum(e.answered)::int, sum(e.talk_ms)::bigint,
    max(e.last_answered), max(e.last_unanswered)
  FROM each e CROSS JOIN LATERAL (SELECT CASE e.kind WHEN 'inbound' THEN 'in' ELSE 'out' END AS direction, CASE WHEN e.kind <> 'inbound' THEN p_out
    ELSE (SELECT k.endpoint FROM known k WHERE address_in(e.source_address) <<= k.network ORDER BY masklen(k.network) DESC, k.endpoint LIMIT 1) END AS trunk) w
  WHERE w.trunk IS NOT NULL GROUP BY w.trunk, w.direction, e.cause ORDER BY w.trunk, w.direction, e.cause;
END $fn$;

-- Two that add the same calls take them in the same order: one waits for the other, never both.
CREATE OR REPLACE FUNCTION calls_weigh() RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
  SET enable_seqscan = off SET enable_mergejoin = off SET enable_hashjoin = off SET jit = off AS $fn$
BEGIN
  DELETE FROM call_weight w WHERE w.ctid = ANY (ARRAY(SELECT o.ctid FROM call_weight o WHERE o.at < clock_timestamp() - interval '25 hours' LIMIT 2000));
  UPDATE call_weight w SET live = false, placed = x.placed, spend = x.spend, price = x.price, short = x.short, special = w.special AND x.placed
    FROM (SELECT o.tenant_id, o.id FROM call_weight o JOIN call c ON c.tenant_id = o.tenant_id AND c.id = o.id WHERE o.live AND c.state = 'ended' OFFSET 0) o
    JOIN call_weighed x ON x.tenant_id = o.tenant_id AND x.id = o.id WHERE w.tenant_id = o.tenant_id AND w.id = o.id AND w.live AND NOT x.live;
  INSERT INTO call_weight SELECT x.tenant_id, x.id, x.extension_id, x.at, x.spend, x.price, x.digits, x.number, x.country, x.live, x.placed,
      x.placed AND coalesce(is_special(x.country, x.number), false), x.short
    FROM (SELECT c.tenant_id, c.id FROM call c WHERE c.state <> 'ended' UNION ALL SELECT p.tenant_id, p.call_id FROM usage_pending p WHERE p.transaction_id IS NULL) f
    JOIN call_weighed x ON x.tenant_id = f.tenant_id AND x.id = f.id
    WHERE NOT EXISTS (SELECT FROM call_weight w WHERE w.tenant_id = f.tenant_id AND w.id = f.id OFFSET 0) ORDER BY x.tenant_id, x.id ON CONFLICT DO NOTHING;
END $fn$;
DO $$
DECLARE v text := pg_get_functiondef('usage_fold'::regproc); v_new text;
BEGIN
  v_new := replace(v, 'w.id = k.call_id OFFSET 0) ON CONFLICT', 'w.id = k.call_id OFFSET 0) ORDER BY x.tenant_id, x.id ON CONFLICT');
  IF v_new = v THEN RAISE EXCEPTION 'usage_fold is another one'; END IF;
  EXECUTE v_new;
END $$;

-- Lists in an incident what a network tried while it belonged to none, and forgets it there. Returns how many that were.
CREATE FUNCTION incident_tried(i incident, p_source text, p_since timestamptz, p_at timestamptz) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
DECLARE s record; t record; v_sum bigint := 0;
BEGIN
  FOR s IN UPDATE signal x SET tried = '{}' FROM signal before WHERE before.tenant_id = i.tenant_id AND before.kind = 'sip_failure' AND before.source = p_source
      AND before.minute > p_since AND before.tried <> '{}' AND (x.tenant_id, x.kind, x.source, x.minute) = (before.tenant_id, before.kind, before.source, before.minute)
      RETURNING before.minute, before.tried LOOP
    FOR t IN SELECT * FROM jsonb_each_text(coalesce(s.tried -> 'address', '{}')) LOOP
      PERFORM incident_touch(i, 'address', t.key, NULL, NULL, t.value::bigint, greatest(s.minute, least(p_at, s.minute + interval '59 seconds')));
      v_sum := v_sum + t.value::bigint;
    END LOOP;
    FOR t IN SELECT * FROM jsonb_each_text(coalesce(s.tried -> 'name', '{}')) LOOP PERFORM incident_touch_name(i, t.key, t.value::bigint, greatest(s.minute, least(p_at, s.minute + interval '59 seconds'))); END LOOP;
  END LOOP;
  RETURN v_sum;
END $fn$;

-- As before; a network that is found to belong to an incident brings with it what it tried before.
CREATE OR REPLACE FUNCTION signal_take(p_at timestamptz, p_type text, p_username text, p_address text, p_count int,
  p_rule jsonb DEFAULT '{"mode": "enforce", "action": "open", "window": 5, "warn": 5, "critical": 50}')
RETURNS TABLE (tenant_id uuid, incident_id uuid, opened boolean, raised boolean)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
#variable_conflict use_column
DECLARE
  v_desk uuid := (SELECT id FROM tenant WHERE kind = 'operator'); v_minute timestamptz := date_trunc('minute', p_at); v_source text := network_of(p_address);
  v_window interval := (p_rule ->> 'window')::int * interval '1 minute'; v_warn bigint := (p_rule ->> 'warn')::bigint; v_critical bigint := (p_rule ->> 'critical')::bigint;
  v_recent bigint; v_before bigint := 0; v_names int; v_severity text; i incident; is_new boolean := false; higher boolean := false;
BEGIN
  IF v_desk IS NULL OR v_source = '' OR p_count < 1 THEN RETURN; END IF;
  v_source := signal_source(v_desk, 'sip_failure', v_source, v_minute);
  PERFORM pg_advisory_xact_lock(hashtextextended('signal:' || v_source, 0));
  SELECT * INTO i FROM incident WHERE incident.tenant_id = v_desk AND kind = 'sip_attack' AND source = v_source AND closed_at IS NULL;
  IF i.merged_into IS NOT NULL THEN SELECT * INTO i FROM incident WHERE incident.tenant_id = v_desk AND id = i.merged_into; END IF;
  INSERT INTO signal (tenant_id, kind, source, minute, signals, judged) VALUES (v_desk, 'sip_failure', v_source, v_minute, p_count, p_count)
    ON CONFLICT (tenant_id, kind, source, minute) DO UPDATE SET signals = signal.signals + excluded.signals, judged = signal.judged + excluded.judged;
  SELECT coalesce(sum(signals), 0) INTO v_recent FROM signal
    WHERE signal.tenant_id = v_desk AND kind = 'sip_failure' AND source = v_source AND minute > p_at - v_window;
  IF p_rule ->> 'mode' = 'off' THEN RETURN; END IF;
  IF p_rule ->> 'mode' = 'shadow' OR p_rule ->> 'action' = 'notify' THEN
    IF v_recent >= v_warn THEN
      PERFORM rule_hit(p_rule || jsonb_build_object('tenant', v_desk, 'signal', 'sip_failure', 'scope', 'network', 'source', v_source, 'counted', false, 'severity', 'low',
        'level', CASE WHEN v_recent >= v_critical THEN 'critical' ELSE 'warn' END, 'value', v_recent, 'firstAt', v_minute, 'lastAt', p_at));
    END IF;
    RETURN;
  END IF;
  IF i.id IS NULL AND v_recent >= v_warn THEN
    SELECT * INTO i FROM incident WHERE incident.tenant_id = v_desk AND id = incident_about_phone(v_desk, p_username, p_at - greatest(v_window, interval '30 minutes'));
    IF i.id IS NOT NULL AND NOT EXISTS (SELECT FROM incident_subject s WHERE s.tenant_id = v_desk AND s.incident_id = i.id AND s.kind = 'address' AND network_of(s.value) = v_source)
      AND 200 > (SELECT count(*) FROM incident_subject s WHERE s.tenant_id = v_desk AND s.incident_id = i.id AND s.kind = 'address') THEN
      PERFORM incident_note(v_desk, i.id, 'system', 'network', '', jsonb_build_object('network', v_source));
    END IF;
    -- What this network tried before it was known to belong there.
    IF i.id IS NOT NULL THEN v_before := incident_tried(i, v_source, p_at - v_window, p_at); END IF;
  END IF;
  IF i.id IS NULL THEN
    UPDATE signal SET tried = tried_with(tried_with(tried, 'address', left(p_address, 64), p_count), 'name', left(p_username, 128), p_count)
      WHERE signal.tenant_id = v_desk AND kind = 'sip_failure' AND source = v_source AND minute = v_minute;
    IF v_recent < v_warn THEN RETURN; END IF;
    INSERT INTO incident (tenant_id, kind, source, title, severity, first_at, last_at)
      VALUES (v_desk, 'sip_attack', v_source, 'Failed sign-ins from ' || CASE v_source WHEN 'elsewhere' THEN 'more networks than can be told apart' ELSE v_source END, 'low', p_at, p_at) RETURNING * INTO i;
    PERFORM incident_note(v_desk, i.id, 'system', 'opened', '', jsonb_build_object('signals', v_recent, 'minutes', (p_rule ->> 'window')::int, 'threshold', v_warn));
    is_new := true;
    PERFORM incident_tried(i, v_source, p_at - v_window, p_at);
  ELSE
    SELECT * INTO i FROM incident WHERE incident.tenant_id = v_desk AND id = i.id FOR UPDATE;
    PERFORM incident_touch(i, 'address', left(p_address, 64), NULL, NULL, p_count, p_at);
    PERFORM incident_touch_name(i, p_username, p_count, p_at);
  END IF;
  SELECT count(*) INTO v_names FROM incident_subject s WHERE s.tenant_id = v_desk AND s.incident_id = i.id AND s.kind IN ('extension', 'username');
  IF i.source <> 'elsewhere' THEN
    v_names := greatest(v_names, (SELECT count(DISTINCT network_of(s.value)) FROM incident_subject s WHERE s.tenant_id = v_desk AND s.incident_id = i.id AND s.kind = 'address'));
  END IF;
  v_severity := CASE WHEN v_recent >= v_critical OR v_names >= 8 THEN 'high' WHEN v_recent >= 4 * v_warn OR v_names >= 3 THEN 'medium' ELSE 'low' END;
  higher := severity_rank(v_severity) > severity_rank(i.severity) AND i.closed_at IS NULL;
  UPDATE incident SET signals = signals + CASE WHEN is_new THEN v_recent ELSE p_count + v_before END, last_at = greatest(last_at, p_at), first_at = least(first_at, p_at),
      severity = CASE WHEN higher THEN v_severity ELSE severity END
    WHERE incident.tenant_id = v_desk AND id = i.id;
  IF higher AND NOT is_new THEN
    PERFORM incident_note(v_desk, i.id, 'system', 'severity', '', jsonb_build_object('from', i.severity, 'to', v_severity, 'signals', v_recent, 'names', v_names));
  END IF;
  -- A telephone with an old password wakes nobody.
  IF (is_new OR higher) AND v_severity <> 'low' THEN
    INSERT INTO outbox_job (tenant_id, job_name, payload) VALUES (v_desk, 'incident.notify', jsonb_build_object('incidentId', i.id, 'severity', v_severity));
  END IF;
  RETURN QUERY SELECT v_desk, i.id, is_new, higher;
END $fn$;

-- As before. Of differences: the money at risk in those that the rules know, that are open, and that they were told of since the
-- last incident about them was closed; of the currency with the most of it, a micro at least for each. And how many there are open,
-- what is at risk and of which currency, for people.
DROP FUNCTION signal_sums(jsonb);
CREATE FUNCTION signal_sums(p_asked jsonb)
RETURNS TABLE (tenant_id uuid, kind text, source text, value bigint, counted bigint, first_at timestamptz, open bigint, risk bigint, currency text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT a.tenant, a.kind, a.source, CASE a.kind WHEN 'moves' THEN
      (SELECT count(*) FROM registration_network n WHERE n.tenant_id = a.tenant AND n.extension_id::text = a.source AND n.last_at > a.since)
      WHEN 'difference' THEN coalesce(d.value, 0) ELSE s.counted END::bigint, s.counted, coalesce(s.first_at, a.since), d.open, d.risk, d.currency
  FROM jsonb_to_recordset(p_asked) AS a(tenant uuid, kind text, source text, since timestamptz, over timestamptz)
  CROSS JOIN LATERAL (SELECT coalesce(sum(s.signals), 0)::bigint AS counted, min(s.minute) AS first_at FROM signal s
    WHERE s.tenant_id = a.tenant AND s.kind = a.kind AND s.source = a.source AND s.minute > a.since AND (a.over IS NULL OR s.minute >= date_trunc('minute', a.over))) s
  LEFT JOIN LATERAL (
    SELECT sum(greatest(d.money_at_risk_micros, 1))::bigint AS value, sum(count(*)) OVER ()::bigint AS open, sum(d.money_at_risk_micros)::bigint AS risk, d.currency::text AS currency
    FROM difference d WHERE a.kind = 'difference' AND d.tenant_id = a.tenant AND d.healed_at IS NULL AND d.signalled_at IS NOT NULL
      AND (a.over IS NULL OR d.signalled_at >= date_trunc('minute', a.over)) GROUP BY d.currency ORDER BY 1 DESC, 4 LIMIT 1) d ON true
$$;

-- A finding, for the mail about it; of differences, the currency of which there is the most at risk.
DROP FUNCTION rule_finding_of(uuid, uuid);
CREATE FUNCTION rule_finding_of(p_tenant uuid, p_id uuid)
RETURNS TABLE (signal text, scope text, source text, value bigint, critical bigint, minutes int, name text, slug text, currency text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT f.signal, f.scope, f.source, f.value, f.critical, f.window_minutes, t.name, t.slug, CASE f.signal WHEN 'difference' THEN
      (SELECT d.currency::text FROM difference d WHERE d.tenant_id = p_tenant AND d.healed_at IS NULL AND d.signalled_at IS NOT NULL
        GROUP BY d.currency ORDER BY sum(greatest(d.money_at_risk_micros, 1)) DESC, 1 LIMIT 1) END
  FROM rule_finding f JOIN tenant t ON t.id = f.tenant_id
  WHERE f.tenant_id = p_tenant AND f.id = p_id AND EXISTS (SELECT FROM tenant_below WHERE ancestor_id = app_tenant() AND descendant_id = p_tenant)
$$;

-- Findings about differences that were made in counts are no amounts of money.
DELETE FROM rule_finding WHERE signal = 'difference';

DO $$
DECLARE f text;
BEGIN
  FOREACH f IN ARRAY ARRAY['incident_tried(incident, text, timestamptz, timestamptz)', 'signal_sums(jsonb)', 'rule_finding_of(uuid, uuid)'] LOOP
    EXECUTE format('ALTER FUNCTION %s OWNER TO portal_system', f);
    EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', f);
  END LOOP;
  FOREACH f IN ARRAY ARRAY['signal_sums(jsonb)', 'rule_finding_of(uuid, uuid)'] LOOP
    EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO portal_app', f);
  END LOOP;
END $$;
REVOKE CREATE ON SCHEMA public FROM portal_system;
