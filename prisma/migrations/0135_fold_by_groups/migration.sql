-- usage_fold took every single call up the chain of its tenant, and wrote each line of it before it added them up: 0.1 ms of each
-- call, every five seconds, while callers waited for the processor. Calls that are alike but for what they cost are now added up
-- first, by whose they are and who pays, and go up the chain together; and a batch is the lines of twenty-five tenants at most, so that
-- each row of the sums is written once in a run. A batch that takes nothing is the last. Replaces the function of
-- 0104_call_records; what a single call amounts to is still said by usage_call_line.
GRANT CREATE ON SCHEMA public TO portal_system;

CREATE OR REPLACE FUNCTION usage_fold(p_limit int) RETURNS int LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
  SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_mergejoin = off SET enable_hashjoin = off SET jit = off
  SET join_collapse_limit = 20 SET from_collapse_limit = 20 SET geqo = off AS $fn$
DECLARE n int;
BEGIN
  IF NOT pg_try_advisory_xact_lock(usage_lock()) THEN RETURN 0; END IF;
  WITH taken AS MATERIALIZED (
    DELETE FROM usage_pending p WHERE p.ctid = ANY (ARRAY(SELECT r.line FROM (SELECT q.line, dense_rank() OVER (ORDER BY q.tenant_id) AS nth
      FROM (SELECT ctid AS line, tenant_id FROM usage_pending LIMIT 20 * p_limit) q) r WHERE r.nth <= 25 ORDER BY r.nth LIMIT p_limit)) RETURNING p.*
  ), alike AS MATERIALIZED (
    SELECT c.tenant_id, date_bin('15 minutes', c.started_at, timestamptz 'epoch') AS at, c.kind, c.outcome, c.country, c.extension_id, x.payer,
      sum(x.own) AS calls, sum(CASE WHEN x.own = 1 THEN coalesce(c.talk_ms, 0) ELSE 0 END)::bigint AS talk_ms,
      sum(coalesce(x.billed, 0)) AS billed, sum(coalesce(x.cost, 0))::bigint AS cost
    FROM taken k JOIN call c ON c.tenant_id = k.tenant_id AND c.id = k.call_id
    CROSS JOIN LATERAL (SELECT c.tenant_id AS payer, 1 AS own, c.billed_seconds AS billed, c.cost_micros AS cost
      UNION ALL SELECT h.tenant_id, 0, h.billed_seconds, h.charged_micros FROM hold h WHERE h.call_id = c.id AND h.tenant_id <> c.tenant_id) x
    WHERE k.transaction_id IS NULL AND c.state = 'ended' GROUP BY 1, 2, 3, 4, 5, 6, 7
  ), sums AS MATERIALIZED (
    SELECT s.tenant_id, s.dim, s.at, s.value, s.currency, sum(s.calls) AS calls, sum(s.answered) AS answered, sum(s.blocked) AS blocked, sum(s.talk_ms) AS talk_ms, sum(s.billed) AS billed,
      sum(s.cost) AS cost, sum(s.revenue) AS revenue, sum(s.cost_moved) AS cost_moved, sum(s.revenue_moved) AS revenue_moved FROM (
    SELECT l.tenant_id, d.dim, l.at, v.value, l.currency, sum(l.calls) AS calls, sum(l.answered) AS answered, sum(l.blocked) AS blocked, sum(l.talk_ms) AS talk_ms,
      sum(l.billed) AS billed, sum(l.cost) AS cost, sum(l.revenue) AS revenue, 0::bigint AS cost_moved, 0::bigint AS revenue_moved
    FROM (
      -- Everybody above counts the call, and who pays has a cost of it.
      SELECT a.tenant_id AS of, a.at, a.kind, a.outcome, a.country, CASE b.depth WHEN 0 THEN a.extension_id::text END AS extension, b.depth - 1 AS child, b.ancestor_id AS tenant_id, t.currency,
        a.calls, CASE a.outcome WHEN 'answered' THEN a.calls ELSE 0 END AS answered, CASE a.outcome WHEN 'blocked' THEN a.calls ELSE 0 END AS blocked, a.talk_ms,
        CASE WHEN a.payer = b.ancestor_id THEN a.billed ELSE 0 END AS billed, CASE WHEN a.payer = b.ancestor_id THEN a.cost ELSE 0 END AS cost, 0::bigint AS revenue
      FROM alike a JOIN tenant_below b ON b.descendant_id = a.tenant_id JOIN tenant t ON t.id = b.ancestor_id WHERE a.calls > 0 OR a.payer = b.ancestor_id
      -- Who sells to them has it as revenue, in the currency of who pays.
      UNION ALL SELECT a.tenant_id, a.at, a.kind, a.outcome, a.country, NULL, k.depth, b.ancestor_id, t.currency, 0, 0, 0, 0, 0, 0, a.cost
      FROM alike a JOIN tenant_below k ON k.descendant_id = a.tenant_id AND k.ancestor_id = a.payer JOIN tenant t ON t.id = a.payer
      JOIN tenant_below b ON b.descendant_id = a.tenant_id AND b.depth = k.depth + 1 WHERE a.cost <> 0
    ) l CROSS JOIN unnest('{all,way,country,child,extension}'::text[]) d (dim)
    CROSS JOIN LATERAL (SELECT CASE d.dim WHEN 'all' THEN '' WHEN 'way' THEN CASE l.kind WHEN 'inbound' THEN 'in' WHEN 'internal' THEN 'internal' WHEN 'echo' THEN 'internal' ELSE 'out' END || ':' || coalesce(l.outcome, 'failed')
      WHEN 'country' THEN CASE WHEN l.kind = 'external' THEN coalesce(l.country, '') END WHEN 'extension' THEN l.extension
      ELSE (SELECT c.ancestor_id::text FROM tenant_below c WHERE c.descendant_id = l.of AND c.depth = l.child) END) v (value)
    WHERE v.value IS NOT NULL GROUP BY 1, 2, 3, 4, 5
    UNION ALL SELECT x.tenant_id, x.dim, x.at, x.value, x.currency, 0, 0, 0, 0, 0, 0, 0, x.corrected_cost_micros, x.corrected_revenue_micros
    FROM taken k JOIN usage_correction_line x ON x.payer_id = k.tenant_id AND x.transaction_id = k.transaction_id WHERE k.transaction_id IS NOT NULL) s GROUP BY 1, 2, 3, 4, 5
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
ALTER FUNCTION usage_fold(int) OWNER TO portal_system;

REVOKE CREATE ON SCHEMA public FROM portal_system;
