-- What was called and what it came to, summed by the quarter of an hour, so that a month of millions of calls is read from a
-- few thousand rows. A call that ended, and a correction of a charge, leaves one line in usage_pending, in its own transaction;
-- a worker takes lines away and adds them to the sums, in one transaction. What is pending is added when somebody reads, so
-- sums and lines together are the calls on record at every moment, whoever commits late and whichever worker dies.
GRANT CREATE ON SCHEMA public TO portal_system;

-- Without a key: the charging path appends, and one worker at a time takes away.
CREATE TABLE usage_pending (
  tenant_id uuid NOT NULL,
  call_id uuid NOT NULL,
  -- A correction of what tenant_id paid for the call; NULL: the call itself ended.
  transaction_id uuid
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 20000);

-- A tenant's sums hold the calls of all below it, money at its own level only: what it paid, and what the tenant directly below paid it.
CREATE TABLE usage_quarter (
  tenant_id uuid NOT NULL REFERENCES tenant (id),
  -- all; way: direction:outcome; country: of the number called; child: the tenant directly below; extension: of the tenant itself.
  dim text NOT NULL CHECK (dim IN ('all', 'way', 'country', 'child', 'extension')),
  -- When the calls began.
  at timestamptz NOT NULL,
  value text NOT NULL,
  -- Of the money beside it. Calls are counted under the tenant's own.
  currency char(3) NOT NULL,
  calls bigint NOT NULL,
  answered bigint NOT NULL,
  blocked bigint NOT NULL,
  talk_ms bigint NOT NULL,
  billed_seconds bigint NOT NULL,
  -- Without tax. As it was charged, and what corrections moved of it since.
  cost_micros bigint NOT NULL,
  revenue_micros bigint NOT NULL,
  corrected_cost_micros bigint NOT NULL,
  corrected_revenue_micros bigint NOT NULL,
  PRIMARY KEY (tenant_id, dim, at, value, currency)
) WITH (fillfactor = 80);
-- The same by the day of UTC: whole days of a period are read here, its ends from the quarters, whatever the time zone.
CREATE TABLE usage_day (LIKE usage_quarter INCLUDING ALL, FOREIGN KEY (tenant_id) REFERENCES tenant (id)) WITH (fillfactor = 80);

-- The most calls at once that somebody saw within a quarter of an hour. The operator has a row whenever somebody looked.
CREATE TABLE usage_peak (
  tenant_id uuid NOT NULL REFERENCES tenant (id),
  at timestamptz NOT NULL,
  peak int NOT NULL,
  PRIMARY KEY (tenant_id, at)
) WITH (fillfactor = 80);

DO $$
DECLARE t text;
BEGIN
  FOREACH t IN ARRAY ARRAY['usage_pending', 'usage_quarter', 'usage_day', 'usage_peak'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
    -- The portal reads through functions only; it has no right on the tables.
    EXECUTE format('CREATE POLICY own_tenant ON %I FOR SELECT TO portal_app USING (tenant_id = app_tenant())', t);
    EXECUTE format('CREATE POLICY system_functions ON %I TO portal_system USING (true) WITH CHECK (true)', t);
  END LOOP;
END $$;
CREATE POLICY money_functions ON usage_pending TO portal_charge USING (true) WITH CHECK (true);
GRANT INSERT ON usage_pending TO portal_charge;
GRANT SELECT, DELETE ON usage_pending TO portal_system;
GRANT SELECT, INSERT, UPDATE, DELETE ON usage_quarter, usage_day, usage_peak TO portal_system;
GRANT SELECT ON tenant, tenant_below, call, hold, ledger_transaction, ledger_entry, retention_sweep TO portal_system;

-- ---------------------------------------------------------------- what moves
CREATE FUNCTION usage_call_ended() RETURNS trigger LANGUAGE plpgsql AS $fn$
BEGIN
  INSERT INTO public.usage_pending (tenant_id, call_id) VALUES (NEW.tenant_id, NEW.id);
  RETURN NULL;
END $fn$;
CREATE FUNCTION usage_corrected() RETURNS trigger LANGUAGE plpgsql AS $fn$
BEGIN
  INSERT INTO public.usage_pending (tenant_id, call_id, transaction_id) VALUES (NEW.tenant_id, NEW.call_id, NEW.id);
  RETURN NULL;
END $fn$;
CREATE TRIGGER usage_call_refused AFTER INSERT ON call FOR EACH ROW WHEN (NEW.state = 'ended') EXECUTE FUNCTION usage_call_ended();
CREATE TRIGGER usage_call_ended AFTER UPDATE OF state ON call FOR EACH ROW WHEN (NEW.state = 'ended' AND OLD.state <> 'ended') EXECUTE FUNCTION usage_call_ended();
CREATE TRIGGER usage_corrected AFTER INSERT ON ledger_transaction FOR EACH ROW
  WHEN (NEW.kind = 'correction' AND NEW.corrects_id IS NOT NULL AND NEW.call_id IS NOT NULL) EXECUTE FUNCTION usage_corrected();

-- What an ended call adds at each level above and including its own tenant, per dimension. The one place that says so.
CREATE VIEW usage_call_line WITH (security_invoker = true) AS
SELECT c.tenant_id AS call_tenant_id, c.id AS call_id, c.started_at, b.ancestor_id AS tenant_id, d.dim, d.value,
  date_bin('15 minutes', c.started_at, timestamptz 'epoch') AS at, m.currency, m.own::bigint AS calls,
  CASE WHEN c.outcome = 'answered' THEN m.own ELSE 0 END::bigint AS answered, CASE WHEN c.outcome = 'blocked' THEN m.own ELSE 0 END::bigint AS blocked,
  m.own * coalesce(c.talk_ms, 0)::bigint AS talk_ms, m.own * coalesce(CASE b.depth WHEN 0 THEN c.billed_seconds ELSE h.billed_seconds END, 0)::bigint AS billed_seconds,
  m.cost AS cost_micros, m.revenue AS revenue_micros, 0::bigint AS corrected_cost_micros, 0::bigint AS corrected_revenue_micros
FROM call c JOIN tenant_below b ON b.descendant_id = c.tenant_id JOIN tenant t ON t.id = b.ancestor_id
LEFT JOIN tenant_below kb ON kb.descendant_id = c.tenant_id AND kb.depth = b.depth - 1
LEFT JOIN tenant k ON k.id = kb.ancestor_id
-- The lowest level is on the call itself.
LEFT JOIN hold h ON b.depth > 0 AND h.tenant_id = b.ancestor_id AND h.call_id = c.id
LEFT JOIN hold r ON b.depth > 1 AND r.tenant_id = kb.ancestor_id AND r.call_id = c.id
CROSS JOIN LATERAL (SELECT coalesce(CASE b.depth WHEN 0 THEN c.cost_micros ELSE h.charged_micros END, 0) AS cost,
  coalesce(CASE b.depth WHEN 0 THEN 0 WHEN 1 THEN c.cost_micros ELSE r.charged_micros END, 0) AS revenue) x
CROSS JOIN LATERAL (VALUES (t.currency, 1, x.cost, CASE WHEN k.currency = t.currency THEN x.revenue ELSE 0 END),
  (k.currency, 0, 0, CASE WHEN k.currency <> t.currency THEN x.revenue ELSE 0 END)) m (currency, own, cost, revenue)
CROSS JOIN LATERAL (VALUES ('all', ''),
  ('way', CASE c.kind WHEN 'inbound' THEN 'in' WHEN 'internal' THEN 'internal' WHEN 'echo' THEN 'internal' ELSE 'out' END || ':' || coalesce(c.outcome, 'failed')),
  ('country', CASE WHEN c.kind = 'external' THEN coalesce(c.country, '') END), ('child', kb.ancestor_id::text),
  ('extension', CASE b.depth WHEN 0 THEN c.extension_id::text END)) d (dim, value)
WHERE c.state = 'ended' AND d.value IS NOT NULL AND (m.own = 1 OR m.revenue <> 0);

-- What a correction moves: at whoever paid, and at the tenant directly above. It counts in the quarter in which the call began.
CREATE VIEW usage_correction_line WITH (security_invoker = true) AS
SELECT y.tenant_id AS payer_id, y.id AS transaction_id, c.started_at, s.tenant_id, d.dim, d.value,
  date_bin('15 minutes', c.started_at, timestamptz 'epoch') AS at, p.currency, 0::bigint AS calls, 0::bigint AS answered, 0::bigint AS blocked, 0::bigint AS talk_ms,
  0::bigint AS billed_seconds, 0::bigint AS cost_micros, 0::bigint AS revenue_micros,
  CASE WHEN s.sells THEN 0 ELSE n.net END AS corrected_cost_micros, CASE WHEN s.sells THEN n.net ELSE 0 END AS corrected_revenue_micros
FROM ledger_transaction y JOIN tenant p ON p.id = y.tenant_id JOIN hold h ON h.tenant_id = y.tenant_id AND h.call_id = y.call_id
JOIN call c ON c.tenant_id = h.call_tenant_id AND c.id = h.call_id
CROSS JOIN LATERAL (SELECT (coalesce(-sum(e.amount_micros) FILTER (WHERE e.account = 'wallet'), 0) - coalesce(sum(e.amount_micros) FILTER (WHERE e.account = 'tax'), 0))::bigint AS net
  FROM ledger_entry e WHERE e.transaction_id = y.id) n
LEFT JOIN tenant_below kb ON kb.descendant_id = c.tenant_id AND kb.depth = h.level - 1
CROSS JOIN LATERAL (VALUES (p.id, false, kb.ancestor_id), (p.parent_id, true, p.id)) s (tenant_id, sells, child_id)
CROSS JOIN LATERAL (VALUES ('all', ''),
  ('way', CASE c.kind WHEN 'inbound' THEN 'in' WHEN 'internal' THEN 'internal' WHEN 'echo' THEN 'internal' ELSE 'out' END || ':' || coalesce(c.outcome, 'failed')),
  ('country', CASE WHEN c.kind = 'external' THEN coalesce(c.country, '') END), ('child', s.child_id::text),
  ('extension', CASE WHEN s.tenant_id = c.tenant_id THEN c.extension_id::text END)) d (dim, value)
WHERE y.kind = 'correction' AND y.corrects_id IS NOT NULL AND s.tenant_id IS NOT NULL AND d.value IS NOT NULL AND c.state = 'ended';
GRANT SELECT ON usage_call_line, usage_correction_line TO portal_system;

-- ---------------------------------------------------------------- folding
-- One at a time, fold or rebuild; the lock ends with the transaction, so that of a worker that died as well.
CREATE FUNCTION usage_lock() RETURNS bigint LANGUAGE sql IMMUTABLE AS $$ SELECT 7261466102::bigint $$;

-- Takes up to so many pending lines and adds them to the sums. Returns how many; 0 also while another worker is at it.
CREATE FUNCTION usage_fold(p_limit int) RETURNS int LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_mergejoin = off SET enable_hashjoin = off SET jit = off AS $fn$
DECLARE n int;
BEGIN
  IF NOT pg_try_advisory_xact_lock(usage_lock()) THEN RETURN 0; END IF;
  WITH taken AS MATERIALIZED (
    DELETE FROM usage_pending p WHERE p.ctid = ANY (ARRAY(SELECT q.ctid FROM usage_pending q LIMIT p_limit)) RETURNING p.*
  ), sums AS MATERIALIZED (
    SELECT l.tenant_id, l.dim, l.at, l.value, l.currency, sum(l.calls) AS calls, sum(l.answered) AS answered, sum(l.blocked) AS blocked, sum(l.talk_ms) AS talk_ms,
      sum(l.billed_seconds) AS billed, sum(l.cost_micros) AS cost, sum(l.revenue_micros) AS revenue, sum(l.corrected_cost_micros) AS cost_moved, sum(l.corrected_revenue_micros) AS revenue_moved
    FROM (
      SELECT x.tenant_id, x.dim, x.at, x.value, x.currency, x.calls, x.answered, x.blocked, x.talk_ms, x.billed_seconds, x.cost_micros, x.revenue_micros, x.corrected_cost_micros,
        x.corrected_revenue_micros FROM taken k JOIN usage_call_line x ON x.call_tenant_id = k.tenant_id AND x.call_id = k.call_id WHERE k.transaction_id IS NULL
      UNION ALL SELECT x.tenant_id, x.dim, x.at, x.value, x.currency, x.calls, x.answered, x.blocked, x.talk_ms, x.billed_seconds, x.cost_micros, x.revenue_micros,
        x.corrected_cost_micros, x.corrected_revenue_micros FROM taken k JOIN usage_correction_line x ON x.payer_id = k.tenant_id AND x.transaction_id = k.transaction_id
    ) l GROUP BY 1, 2, 3, 4, 5
  ), days AS (
    INSERT INTO usage_day AS u SELECT tenant_id, dim, date_bin('1 day', at, timestamptz 'epoch'), value, currency, sum(calls), sum(answered), sum(blocked), sum(talk_ms), sum(billed),
      sum(cost), sum(revenue), sum(cost_moved), sum(revenue_moved) FROM sums GROUP BY 1, 2, 3, 4, 5
    ON CONFLICT (tenant_id, dim, at, value, currency) DO UPDATE SET calls = u.calls + excluded.calls, answered = u.answered + excluded.answered, blocked = u.blocked + excluded.blocked,
      talk_ms = u.talk_ms + excluded.talk_ms, billed_seconds = u.billed_seconds + excluded.billed_seconds, cost_micros = u.cost_micros + excluded.cost_micros,
      revenue_micros = u.revenue_micros + excluded.revenue_micros, corrected_cost_micros = u.corrected_cost_micros + excluded.corrected_cost_micros,
      corrected_revenue_micros = u.corrected_revenue_micros + excluded.corrected_revenue_micros
  ), quarters AS (
    INSERT INTO usage_quarter AS u SELECT * FROM sums
    ON CONFLICT (tenant_id, dim, at, value, currency) DO UPDATE SET calls = u.calls + excluded.calls, answered = u.answered + excluded.answered, blocked = u.blocked + excluded.blocked,
      talk_ms = u.talk_ms + excluded.talk_ms, billed_seconds = u.billed_seconds + excluded.billed_seconds, cost_micros = u.cost_micros + excluded.cost_micros,
      revenue_micros = u.revenue_micros + excluded.revenue_micros, corrected_cost_micros = u.corrected_cost_micros + excluded.corrected_cost_micros,
      corrected_revenue_micros = u.corrected_revenue_micros + excluded.corrected_revenue_micros
  ) SELECT count(*) INTO n FROM taken;
  RETURN n;
END $fn$;

-- Makes a stretch of one day of UTC anew from the calls and corrections on record, and the sums of that day with it; what is
-- pending stays so. The ends lie on quarters of an hour. The whole house, since the sums of a tenant hold those below. Returns the
-- calls; NULL, and does nothing, when there are more than p_most.
CREATE FUNCTION usage_rebuild(p_from timestamptz, p_until timestamptz, p_most int) RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
SET jit = off SET max_parallel_workers_per_gather = 0 SET work_mem = '64MB' AS $fn$
DECLARE v_day timestamptz := date_bin('1 day', p_from, timestamptz 'epoch'); n bigint;
BEGIN
  IF p_until > v_day + interval '1 day' OR p_from <> date_bin('15 minutes', p_from, timestamptz 'epoch') OR p_until <> date_bin('15 minutes', p_until, timestamptz 'epoch') THEN
    RAISE EXCEPTION 'a stretch of one day, by the quarter of an hour' USING ERRCODE = 'RF006';
  END IF;
  IF (SELECT count(*) FROM (SELECT FROM call c WHERE c.started_at >= p_from AND c.started_at < p_until LIMIT p_most::bigint + 1) few) > p_most THEN RETURN NULL; END IF;
  PERFORM pg_advisory_xact_lock(usage_lock());
  DELETE FROM usage_quarter q USING tenant t CROSS JOIN unnest(ARRAY['all', 'way', 'country', 'child', 'extension']) d (dim)
    WHERE q.tenant_id = t.id AND q.dim = d.dim AND q.at >= p_from AND q.at < p_until;
  DELETE FROM usage_day q USING tenant t CROSS JOIN unnest(ARRAY['all', 'way', 'country', 'child', 'extension']) d (dim)
    WHERE q.tenant_id = t.id AND q.dim = d.dim AND q.at = v_day;
  -- One statement, so one moment: a call that is pending in it is left out and folded later, one that ends after it is pending then.
  INSERT INTO usage_quarter SELECT l.tenant_id, l.dim, l.at, l.value, l.currency, sum(l.calls), sum(l.answered), sum(l.blocked), sum(l.talk_ms), sum(l.billed_seconds),
      sum(l.cost_micros), sum(l.revenue_micros), sum(l.corrected_cost_micros), sum(l.corrected_revenue_micros)
    FROM (
      SELECT x.tenant_id, x.dim, x.at, x.value, x.currency, x.calls, x.answered, x.blocked, x.talk_ms, x.billed_seconds, x.cost_micros, x.revenue_micros, x.corrected_cost_micros,
        x.corrected_revenue_micros FROM usage_call_line x WHERE x.started_at >= p_from AND x.started_at < p_until
        AND NOT EXISTS (SELECT FROM usage_pending k WHERE k.tenant_id = x.call_tenant_id AND k.call_id = x.call_id AND k.transaction_id IS NULL)
      UNION ALL SELECT x.tenant_id, x.dim, x.at, x.value, x.currency, x.calls, x.answered, x.blocked, x.talk_ms, x.billed_seconds, x.cost_micros, x.revenue_micros,
        x.corrected_cost_micros, x.corrected_revenue_micros FROM usage_correction_line x WHERE x.started_at >= p_from AND x.started_at < p_until
        AND NOT EXISTS (SELECT FROM usage_pending k WHERE k.transaction_id = x.transaction_id)
    ) l GROUP BY 1, 2, 3, 4, 5;
  INSERT INTO usage_day SELECT q.tenant_id, q.dim, v_day, q.value, q.currency, sum(q.calls), sum(q.answered), sum(q.blocked), sum(q.talk_ms), sum(q.billed_seconds), sum(q.cost_micros),
      sum(q.revenue_micros), sum(q.corrected_cost_micros), sum(q.corrected_revenue_micros)
    FROM tenant t CROSS JOIN unnest(ARRAY['all', 'way', 'country', 'child', 'extension']) d (dim)
    JOIN usage_quarter q ON q.tenant_id = t.id AND q.dim = d.dim AND q.at >= v_day AND q.at < v_day + interval '1 day' GROUP BY 1, 2, 3, 4, 5;
  SELECT coalesce(sum(u.calls), 0) INTO n FROM usage_quarter u JOIN tenant t ON t.id = u.tenant_id AND t.kind = 'operator' WHERE u.dim = 'all' AND u.at >= p_from AND u.at < p_until;
  RETURN n;
END $fn$;

-- From which day on the sums can be made anew. Days of which retention took
-- calls away keep their sums, because nothing else knows them any more.
CREATE FUNCTION usage_rebuild_from() RETURNS date LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT greatest((SELECT (min(f.started_at) AT TIME ZONE 'UTC')::date FROM tenant t
      CROSS JOIN LATERAL (SELECT c.started_at FROM call c WHERE c.tenant_id = t.id ORDER BY c.started_at LIMIT 1) f),
    (SELECT (max(w.cutoff) AT TIME ZONE 'UTC')::date + 1 FROM retention_sweep w WHERE w.class = 'calls' AND w.action = 'delete' AND w.removed > 0))
$$;

-- ---------------------------------------------------------------- reading
-- What the tenant acted on may know of a stretch of time, by one dimension: rows of the sums and the pending lines beside them,
-- to be summed by whoever asks. The ends of the stretch lie on quarters of an hour. `all` comes by the quarter, the others by the day where a whole one fits.
CREATE FUNCTION usage_rows(p_from timestamptz, p_until timestamptz, p_dim text)
RETURNS TABLE (at timestamptz, value text, currency text, calls bigint, answered bigint, blocked bigint, talk_ms bigint, billed_seconds bigint, cost_micros bigint, revenue_micros bigint,
  corrected_cost_micros bigint, corrected_revenue_micros bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_mergejoin = off SET enable_hashjoin = off SET jit = off AS $fn$
#variable_conflict use_column
DECLARE v_me uuid := app_tenant(); v_first timestamptz; v_last timestamptz;
BEGIN
  -- Whole days of UTC within: [v_first, v_last).
  v_first := date_bin('1 day', p_from + interval '1 day' - interval '1 microsecond', timestamptz 'epoch');
  v_last := date_bin('1 day', p_until, timestamptz 'epoch');
  IF p_dim = 'all' OR v_first >= v_last THEN v_first := p_until; v_last := p_until; END IF;
  RETURN QUERY
    SELECT q.at, q.value, q.currency::text, q.calls, q.answered, q.blocked, q.talk_ms, q.billed_seconds, q.cost_micros, q.revenue_micros, q.corrected_cost_micros, q.corrected_revenue_micros
      FROM usage_quarter q WHERE q.tenant_id = v_me AND q.dim = p_dim AND q.at >= p_from AND q.at < v_first
    UNION ALL SELECT q.at, q.value, q.currency::text, q.calls, q.answered, q.blocked, q.talk_ms, q.billed_seconds, q.cost_micros, q.revenue_micros, q.corrected_cost_micros, q.corrected_revenue_micros
      FROM usage_day q WHERE q.tenant_id = v_me AND q.dim = p_dim AND q.at >= v_first AND q.at < v_last
    UNION ALL SELECT q.at, q.value, q.currency::text, q.calls, q.answered, q.blocked, q.talk_ms, q.billed_seconds, q.cost_micros, q.revenue_micros, q.corrected_cost_micros, q.corrected_revenue_micros
      FROM usage_quarter q WHERE q.tenant_id = v_me AND q.dim = p_dim AND q.at >= v_last AND q.at < p_until
    UNION ALL SELECT l.at, l.value, l.currency::text, l.calls, l.answered, l.blocked, l.talk_ms, l.billed_seconds, l.cost_micros, l.revenue_micros, l.corrected_cost_micros, l.corrected_revenue_micros
      FROM usage_pending k JOIN tenant_below mine ON mine.ancestor_id = v_me AND mine.descendant_id = k.tenant_id
      JOIN usage_call_line l ON l.call_tenant_id = k.tenant_id AND l.call_id = k.call_id
      WHERE k.transaction_id IS NULL AND l.tenant_id = v_me AND l.dim = p_dim AND l.started_at >= p_from AND l.started_at < p_until
    UNION ALL SELECT l.at, l.value, l.currency::text, l.calls, l.answered, l.blocked, l.talk_ms, l.billed_seconds, l.cost_micros, l.revenue_micros, l.corrected_cost_micros, l.corrected_revenue_micros
      FROM usage_pending k JOIN tenant_below mine ON mine.ancestor_id = v_me AND mine.descendant_id = k.tenant_id
      JOIN usage_correction_line l ON l.payer_id = k.tenant_id AND l.transaction_id = k.transaction_id
      WHERE k.transaction_id IS NOT NULL AND l.tenant_id = v_me AND l.dim = p_dim AND l.started_at >= p_from AND l.started_at < p_until;
END $fn$;

-- How many calls there are at once now, noted for everybody who has some, and for the operator in any case.
CREATE FUNCTION usage_sample(p_at timestamptz) RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
  INSERT INTO usage_peak AS u SELECT b.ancestor_id, date_bin('15 minutes', p_at, timestamptz 'epoch'), sum(n.calls)
    FROM (SELECT c.tenant_id, count(*) AS calls FROM call c WHERE c.state <> 'ended' GROUP BY 1
      UNION ALL SELECT t.id, 0 FROM tenant t WHERE t.kind = 'operator') n JOIN tenant_below b ON b.descendant_id = n.tenant_id GROUP BY 1 ORDER BY 1
  ON CONFLICT (tenant_id, at) DO UPDATE SET peak = greatest(u.peak, excluded.peak) WHERE u.peak < excluded.peak
$$;

-- The peaks of the tenant acted on: a row per quarter of an hour in which somebody looked.
CREATE FUNCTION usage_peaks(p_from timestamptz, p_until timestamptz) RETURNS TABLE (at timestamptz, peak int)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT o.at, coalesce(u.peak, 0) FROM usage_peak o LEFT JOIN usage_peak u ON u.tenant_id = app_tenant() AND u.at = o.at
  WHERE o.tenant_id = (SELECT id FROM tenant WHERE kind = 'operator') AND o.at >= p_from AND o.at < p_until ORDER BY o.at
$$;

DO $$
DECLARE f text;
BEGIN
  FOREACH f IN ARRAY ARRAY['usage_fold(int)', 'usage_rebuild(timestamptz, timestamptz, int)', 'usage_rebuild_from()', 'usage_rows(timestamptz, timestamptz, text)', 'usage_sample(timestamptz)',
    'usage_peaks(timestamptz, timestamptz)'] LOOP
    EXECUTE format('ALTER FUNCTION %s OWNER TO portal_system', f);
    EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', f);
    EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO portal_app', f);
  END LOOP;
END $$;
REVOKE CREATE ON SCHEMA public FROM portal_system;

-- What is on record by now.
INSERT INTO usage_pending (tenant_id, call_id) SELECT tenant_id, id FROM call WHERE state = 'ended';
INSERT INTO usage_pending (tenant_id, call_id, transaction_id) SELECT tenant_id, call_id, id FROM ledger_transaction WHERE kind = 'correction' AND corrects_id IS NOT NULL AND call_id IS NOT NULL;
