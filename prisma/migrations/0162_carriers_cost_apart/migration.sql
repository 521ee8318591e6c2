-- What carriers ask was a second SELECT of usage_call_line. The database does not take such a view apart, so whoever read the sums had
-- all calls that are not filed yet taken up the chain before those that are pending were picked. The view is one SELECT again, as
-- before 0160, and what carriers ask is added by those who want it.
CREATE OR REPLACE VIEW usage_call_line WITH (security_invoker = true) AS
SELECT c.tenant_id AS call_tenant_id, c.id AS call_id, c.started_at, b.ancestor_id AS tenant_id, d.dim, d.value,
  date_bin('15 minutes', c.started_at, timestamptz 'epoch') AS at, m.currency, m.own::bigint AS calls,
  CASE WHEN c.outcome = 'answered' THEN m.own ELSE 0 END::bigint AS answered, CASE WHEN c.outcome = 'blocked' THEN m.own ELSE 0 END::bigint AS blocked,
  m.own * coalesce(c.talk_ms, 0)::bigint AS talk_ms, m.own * coalesce(CASE b.depth WHEN 0 THEN c.billed_seconds ELSE h.billed_seconds END, 0)::bigint AS billed_seconds,
  m.cost AS cost_micros, m.revenue AS revenue_micros, 0::bigint AS corrected_cost_micros, 0::bigint AS corrected_revenue_micros, c.filed
FROM call_record c JOIN tenant_below b ON b.descendant_id = c.tenant_id JOIN tenant t ON t.id = b.ancestor_id
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

CREATE FUNCTION pg_temp.put(p_function text, p_find text, p_put text) RETURNS void LANGUAGE plpgsql AS $fn$
DECLARE v text := pg_get_functiondef(p_function::regproc);
BEGIN
  IF strpos(v, p_find) = 0 THEN RAISE EXCEPTION '% does not say %', p_function, p_find; END IF;
  EXECUTE replace(v, p_find, p_put);
END $fn$;
SELECT pg_temp.put('usage_rows', 'WHERE k.transaction_id IS NOT NULL AND l.tenant_id = v_me AND l.dim = p_dim AND l.started_at >= p_from AND l.started_at < p_until;',
  'WHERE k.transaction_id IS NOT NULL AND l.tenant_id = v_me AND l.dim = p_dim AND l.started_at >= p_from AND l.started_at < p_until
    UNION ALL SELECT l.at, l.value, l.currency::text, l.calls, l.answered, l.blocked, l.talk_ms, l.billed_seconds, l.cost_micros, l.revenue_micros, l.corrected_cost_micros, l.corrected_revenue_micros
      FROM usage_pending k JOIN tenant_below mine ON mine.ancestor_id = v_me AND mine.descendant_id = k.tenant_id
      JOIN usage_carrier_line l ON l.call_tenant_id = k.tenant_id AND l.call_id = k.call_id
      WHERE p_dim = ''carrier'' AND l.filed IS NULL AND k.transaction_id IS NULL AND l.tenant_id = v_me AND l.started_at >= p_from AND l.started_at < p_until;');
SELECT pg_temp.put('usage_rebuild', 'AND NOT EXISTS (SELECT FROM usage_pending k WHERE k.transaction_id = x.transaction_id)',
  'AND NOT EXISTS (SELECT FROM usage_pending k WHERE k.transaction_id = x.transaction_id)
      UNION ALL SELECT x.tenant_id, x.dim, x.at, x.value, x.currency, x.calls, x.answered, x.blocked, x.talk_ms, x.billed_seconds, x.cost_micros, x.revenue_micros,
        x.corrected_cost_micros, x.corrected_revenue_micros FROM usage_carrier_line x WHERE x.started_at >= p_from AND x.started_at < p_until
        AND NOT EXISTS (SELECT FROM usage_pending k WHERE k.tenant_id = x.call_tenant_id AND k.call_id = x.call_id AND k.transaction_id IS NULL)');
DROP FUNCTION pg_temp.put(text, text, text);
