-- Carriers' records find their calls set by set: a record with one candidate that is no other record's candidate is matched
-- where it stands, and only the others are weighed against each other, outside. What is compared later stands beside the
-- match, so that nothing is looked up twice.
GRANT CREATE ON SCHEMA public TO portal_charge;

-- Our talk time, and what the operator took without tax; both are final once a call is over.
ALTER TABLE cdr_match ADD COLUMN talk_ms bigint, ADD COLUMN taken_micros bigint, ADD COLUMN taken_currency char(3);
UPDATE cdr_match m SET talk_ms = coalesce(c.talk_ms, 0), taken_micros = coalesce(x.micros, 0), taken_currency = coalesce(x.currency, c.currency)
  FROM call c LEFT JOIN LATERAL (SELECT coalesce(h.charged_micros, 0) AS micros, w.currency FROM hold h JOIN wallet w ON w.tenant_id = h.tenant_id AND w.id = h.wallet_id
    WHERE h.call_id = c.id ORDER BY h.level DESC LIMIT 1) x ON true
  WHERE c.tenant_id = m.call_tenant_id AND c.id = m.call_id;
ALTER TABLE cdr_match ALTER COLUMN talk_ms SET NOT NULL, ALTER COLUMN taken_micros SET NOT NULL;

-- The calls that records may mean: to the same number, begun or answered within the tolerance, and in no match yet. p_before
-- reaches back as far as a telephone may ring.
CREATE OR REPLACE FUNCTION cdr_candidates(p_lines int[], p_numbers text[], p_started timestamptz[], p_before interval, p_after interval)
RETURNS TABLE (line int, tenant_id uuid, call_id uuid, started_at timestamptz, answered_at timestamptz, talk_ms bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT g.line, c.tenant_id, c.id, c.started_at, c.answered_at, coalesce(c.talk_ms, 0)
  FROM unnest(p_lines, p_numbers, p_started) AS g (line, number, started)
  CROSS JOIN LATERAL (SELECT * FROM call WHERE to_e164 = g.number AND started_at BETWEEN g.started - p_before AND g.started + p_after
    AND state = 'ended' AND kind = 'external' AND outcome <> 'blocked'
    AND (started_at >= g.started - p_after OR answered_at BETWEEN g.started - p_after AND g.started + p_after) ORDER BY started_at LIMIT 200) c
  WHERE NOT EXISTS (SELECT FROM cdr_match x WHERE x.call_id = c.id)
$$;

-- Gives records their calls, and heals what was missing at the carrier until now.
CREATE OR REPLACE FUNCTION cdr_match(p_import uuid, p_lines int[], p_tenants uuid[], p_calls uuid[])
RETURNS int LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
DECLARE n int;
BEGIN
  INSERT INTO cdr_match (tenant_id, import_id, line, call_tenant_id, call_id, talk_ms, taken_micros, taken_currency)
    SELECT f.tenant_id, f.id, g.line, c.tenant_id, c.id, coalesce(c.talk_ms, 0), coalesce(x.micros, 0), coalesce(x.currency, c.currency)
    FROM cdr_import f CROSS JOIN unnest(p_lines, p_tenants, p_calls) AS g (line, tenant, call) JOIN call c ON c.tenant_id = g.tenant AND c.id = g.call
    LEFT JOIN LATERAL (SELECT coalesce(h.charged_micros, 0) AS micros, w.currency FROM hold h JOIN wallet w ON w.tenant_id = h.tenant_id AND w.id = h.wallet_id
      WHERE h.call_id = c.id ORDER BY h.level DESC LIMIT 1) x ON true
    WHERE f.id = p_import ON CONFLICT DO NOTHING;
  GET DIAGNOSTICS n = ROW_COUNT;
  UPDATE difference SET healed_at = clock_timestamp()
    WHERE healed_at IS NULL AND kind = 'call_missing_at_carrier' AND subject = ANY (SELECT g::text FROM unnest(p_calls) g);
  RETURN n;
END $fn$;

-- Matches the next records of a carrier that have one candidate and no rival, whole numbers at a time because rivals have
-- one number, and gives those that must be weighed, by number and time. `last_number` is NULL when there are no more. A
-- repeat finds what is left.
CREATE FUNCTION cdr_match_plain(p_import uuid, p_after text, p_before interval, p_tolerance interval, p_limit int)
RETURNS TABLE (last_number text, lines int[], numbers text[], starts timestamptz[], talks bigint[])
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET jit = off SET work_mem = '64MB' AS $fn$
DECLARE v_calls uuid[];
BEGIN
  SELECT max(s.number) INTO last_number
    FROM (SELECT r.number FROM cdr_row r WHERE r.import_id = p_import AND r.number IS NOT NULL AND r.number > p_after ORDER BY r.number LIMIT p_limit) s;
  IF last_number IS NULL THEN RETURN; END IF;
  WITH pair AS MATERIALIZED (
    SELECT r.line, r.number, r.started_at, r.talk_ms, c.tenant_id AS call_tenant_id, c.id AS call_id, c.talk_ms AS our_ms, c.currency,
      count(*) OVER (PARTITION BY r.line) AS calls, count(*) OVER (PARTITION BY c.id) AS records
    FROM cdr_row r CROSS JOIN LATERAL (SELECT d.tenant_id, d.id, d.talk_ms, d.currency FROM call d
      WHERE d.to_e164 = r.number AND d.started_at BETWEEN r.started_at - p_before AND r.started_at + p_tolerance
        AND d.state = 'ended' AND d.kind = 'external' AND d.outcome <> 'blocked'
        AND (d.started_at >= r.started_at - p_tolerance OR d.answered_at BETWEEN r.started_at - p_tolerance AND r.started_at + p_tolerance)
      ORDER BY d.started_at LIMIT 200) c
    WHERE r.import_id = p_import AND r.number > p_after AND r.number <= last_number
      -- One look into the index for each, which a join with a table that grows meanwhile would not always be.
      AND (SELECT m.line FROM cdr_match m WHERE m.import_id = p_import AND m.line = r.line) IS NULL
      AND (SELECT m.line FROM cdr_match m WHERE m.call_id = c.id) IS NULL),
  matched AS (
    INSERT INTO cdr_match (tenant_id, import_id, line, call_tenant_id, call_id, talk_ms, taken_micros, taken_currency)
      SELECT f.tenant_id, f.id, p.line, p.call_tenant_id, p.call_id, coalesce(p.our_ms, 0), coalesce(x.micros, 0), coalesce(x.currency, p.currency)
      FROM cdr_import f CROSS JOIN pair p
      LEFT JOIN LATERAL (SELECT coalesce(h.charged_micros, 0) AS micros, w.currency FROM hold h JOIN wallet w ON w.tenant_id = h.tenant_id AND w.id = h.wallet_id
        WHERE h.call_id = p.call_id ORDER BY h.level DESC LIMIT 1) x ON true
      WHERE f.id = p_import AND p.calls = 1 AND p.records = 1
      ON CONFLICT DO NOTHING RETURNING call_id)
  SELECT (SELECT array_agg(m.call_id) FROM matched m), array_agg(w.line ORDER BY w.number, w.started_at, w.line), array_agg(w.number ORDER BY w.number, w.started_at, w.line),
      array_agg(w.started_at ORDER BY w.number, w.started_at, w.line), array_agg(w.talk_ms ORDER BY w.number, w.started_at, w.line)
    INTO v_calls, lines, numbers, starts, talks
    FROM (SELECT DISTINCT ON (p.line) p.line, p.number, p.started_at, p.talk_ms FROM pair p WHERE p.calls > 1 OR p.records > 1 ORDER BY p.line) w;
  IF EXISTS (SELECT FROM difference WHERE healed_at IS NULL AND kind = 'call_missing_at_carrier') THEN
    UPDATE difference SET healed_at = clock_timestamp()
      WHERE healed_at IS NULL AND kind = 'call_missing_at_carrier' AND subject = ANY (ARRAY(SELECT c::text FROM unnest(v_calls) c));
  END IF;
  RETURN NEXT;
END $fn$;
DROP FUNCTION cdr_seeking(uuid, text, timestamptz, int, int);

-- Records of a carrier in a stretch of lines that have no call, or may disagree with theirs.
CREATE OR REPLACE FUNCTION cdr_carrier_doubts(p_import uuid, p_from int, p_to int, p_talk_ms bigint, p_cost bigint)
RETURNS TABLE (line int, key text, number text, started_at timestamptz, talk_ms bigint, cost_micros bigint, currency char(3), call_id uuid, tenant text,
  our_talk_ms bigint, taken_micros bigint, taken_currency char(3))
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT r.line, r.key::text, r.number, r.started_at, r.talk_ms, r.cost_micros, r.currency, m.call_id, (SELECT t.slug FROM tenant t WHERE t.id = m.call_tenant_id),
    m.talk_ms, coalesce(m.taken_micros, 0), m.taken_currency
  FROM cdr_row r LEFT JOIN LATERAL (SELECT * FROM cdr_match x WHERE x.import_id = p_import AND x.line = r.line LIMIT 1) m ON true
  WHERE r.import_id = p_import AND r.line BETWEEN p_from AND p_to AND r.number IS NOT NULL
    AND ((m.call_id IS NULL AND (r.cost_micros > 0 OR r.talk_ms > 0)) OR abs(r.talk_ms - m.talk_ms) > p_talk_ms
      OR (r.cost_micros - m.taken_micros > p_cost AND r.currency = m.taken_currency))
  ORDER BY r.line
$$;

ALTER FUNCTION cdr_match_plain(uuid, text, interval, interval, int) OWNER TO portal_charge;
REVOKE ALL ON FUNCTION cdr_match_plain(uuid, text, interval, interval, int) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION cdr_match_plain(uuid, text, interval, interval, int) TO portal_app;
REVOKE CREATE ON SCHEMA public FROM portal_charge;
