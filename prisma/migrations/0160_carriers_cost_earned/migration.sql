-- What carriers ask, where the operator's plan for it tells, is a cost of the operator's: of each answered call that left the house by
-- the prices of the moment of its answer, added up by the tenant directly below that sold it. It has sums of its own, `carrier`, since
-- the other ones are what was held and charged: `calls` are those that left the house, `answered` those of which the plan has a price.
GRANT CREATE ON SCHEMA public TO portal_charge, portal_system;
ALTER TABLE usage_quarter DROP CONSTRAINT usage_quarter_dim_check, ADD CONSTRAINT usage_quarter_dim_check CHECK (dim IN ('all', 'way', 'country', 'child', 'extension', 'carrier'));
ALTER TABLE usage_day DROP CONSTRAINT usage_quarter_dim_check, ADD CONSTRAINT usage_quarter_dim_check CHECK (dim IN ('all', 'way', 'country', 'child', 'extension', 'carrier'));

-- No micros: the plan has no price for the number.
CREATE FUNCTION carrier_cost(p_plan uuid, p_number text, p_at timestamptz, p_talk_ms bigint, OUT currency char(3), OUT micros bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
DECLARE rates rate[];
BEGIN
  SELECT q.currency INTO currency FROM plan q WHERE q.id = p_plan;
  rates := rates_of_plan(p_plan, 'out', prefixes_of(p_number), p_at, p_at, 0);
  IF cardinality(rates) > 0 THEN micros := deck_charge(rates[1], (p_talk_ms + 999) / 1000); END IF;
END $fn$;
ALTER FUNCTION carrier_cost(uuid, text, timestamptz, bigint) OWNER TO portal_charge;
REVOKE ALL ON FUNCTION carrier_cost(uuid, text, timestamptz, bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION carrier_cost(uuid, text, timestamptz, bigint) TO portal_system;

CREATE VIEW usage_carrier_line WITH (security_invoker = true) AS
SELECT c.tenant_id AS call_tenant_id, c.id AS call_id, c.started_at, t.id AS tenant_id, 'carrier'::text AS dim, kb.ancestor_id::text AS value,
  date_bin('15 minutes', c.started_at, timestamptz 'epoch') AS at, m.currency::char(3) AS currency, 1::bigint AS calls, (m.micros IS NOT NULL)::int::bigint AS answered, 0::bigint AS blocked,
  c.talk_ms::bigint AS talk_ms, 0::bigint AS billed_seconds, coalesce(m.micros, 0)::bigint AS cost_micros, 0::bigint AS revenue_micros, 0::bigint AS corrected_cost_micros,
  0::bigint AS corrected_revenue_micros, c.filed
FROM call_record c JOIN tenant_below b ON b.descendant_id = c.tenant_id AND b.depth > 0 JOIN tenant t ON t.id = b.ancestor_id
JOIN tenant_below kb ON kb.descendant_id = c.tenant_id AND kb.depth = b.depth - 1
CROSS JOIN LATERAL carrier_cost(t.cost_plan_id, c.to_e164, coalesce(c.answered_at, c.started_at), c.talk_ms) m
WHERE t.cost_plan_id IS NOT NULL AND c.state = 'ended' AND c.kind = 'external' AND c.talk_ms > 0;
GRANT SELECT ON usage_carrier_line TO portal_system;

CREATE FUNCTION pg_temp.put(p_function text, p_find text, p_put text) RETURNS void LANGUAGE plpgsql AS $fn$
DECLARE v text := pg_get_functiondef(p_function::regproc);
BEGIN
  IF strpos(v, p_find) = 0 THEN RAISE EXCEPTION '% does not say %', p_function, p_find; END IF;
  EXECUTE replace(v, p_find, p_put);
END $fn$;
DO $$
BEGIN
  EXECUTE 'CREATE OR REPLACE VIEW usage_call_line WITH (security_invoker = true) AS ' || rtrim(pg_get_viewdef('usage_call_line'::regclass), '; ') || ' UNION ALL SELECT * FROM usage_carrier_line';
END $$;
-- Nothing is looked for where no plan says what carriers ask.
SELECT pg_temp.put('usage_fold', 'WHERE k.transaction_id IS NOT NULL) s GROUP BY', 'WHERE k.transaction_id IS NOT NULL
    UNION ALL SELECT x.tenant_id, x.dim, x.at, x.value, x.currency, x.calls, x.answered, 0, x.talk_ms, 0, x.cost_micros, 0, 0, 0
    FROM taken k JOIN usage_carrier_line x ON x.call_tenant_id = k.tenant_id AND x.call_id = k.call_id
    WHERE (SELECT bool_or(o.cost_plan_id IS NOT NULL) FROM tenant o WHERE o.kind = ''operator'') AND x.filed IS NULL AND k.transaction_id IS NULL) s GROUP BY');
SELECT pg_temp.put('usage_rebuild', '''child'', ''extension'']', '''child'', ''extension'', ''carrier'']');
-- Of a number that is no longer there nobody can tell what it cost.
SELECT pg_temp.put('usage_rebuild_from', 'w.action = ''delete''',
  '(w.action = ''delete'' OR w.action = ''pseudonymise'' AND EXISTS (SELECT FROM tenant o WHERE o.cost_plan_id IS NOT NULL))');
DROP FUNCTION pg_temp.put(text, text, text);

-- What those directly below paid the tenant acted on, and what the same calls cost it, corrections in both.
CREATE FUNCTION usage_earned(p_from timestamptz, p_until timestamptz) RETURNS TABLE (value text, currency text, calls bigint, revenue_micros bigint, cost_micros bigint)
LANGUAGE sql STABLE AS $$
  SELECT u.value, u.currency, u.calls, u.revenue_micros + u.corrected_revenue_micros, u.cost_micros + u.corrected_cost_micros FROM usage_rows(p_from, p_until, 'child') u
  UNION ALL SELECT u.value, u.currency, 0, 0, u.cost_micros FROM usage_rows(p_from, p_until, 'carrier') u
$$;
REVOKE ALL ON FUNCTION usage_earned(timestamptz, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION usage_earned(timestamptz, timestamptz) TO portal_app;
REVOKE CREATE ON SCHEMA public FROM portal_charge, portal_system;
