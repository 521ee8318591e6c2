-- What carriers ask is a plan of the operator's like any other: who sells at the top of a chain below it is refused as anybody is
-- who sells below cost. Nothing is held or charged there.
GRANT CREATE ON SCHEMA public TO portal_charge, portal_system;
ALTER TABLE tenant ADD COLUMN cost_plan_id uuid, ADD FOREIGN KEY (id, cost_plan_id) REFERENCES plan (tenant_id, id);

-- Which plan that is; NULL for none. Answers with what the one before is called. RF001: only the operator pays carriers. RF007: it
-- has no such plan with prices of its own.
CREATE FUNCTION tenant_cost_plan_set(p_plan uuid) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
DECLARE v_before uuid;
BEGIN
  IF p_plan IS NOT NULL AND NOT EXISTS (SELECT FROM plan WHERE id = p_plan AND tenant_id = app_tenant() AND kind <> 'markup') THEN
    RAISE EXCEPTION 'no such plan' USING ERRCODE = 'RF007';
  END IF;
  SELECT cost_plan_id INTO v_before FROM tenant WHERE id = app_tenant() AND kind = 'operator' FOR NO KEY UPDATE;
  IF NOT FOUND THEN RAISE EXCEPTION 'only the operator pays carriers' USING ERRCODE = 'RF001'; END IF;
  UPDATE tenant SET cost_plan_id = p_plan WHERE id = app_tenant();
  RETURN (SELECT name FROM plan WHERE id = v_before);
END $fn$;

-- What such a plan asks for a number, and for as long as it may ring, as one level of a chain has it.
CREATE FUNCTION carrier_price(p_plan uuid, p_prefixes text[], p_at timestamptz, p_until timestamptz) RETURNS hold LANGUAGE plpgsql STABLE AS $fn$
DECLARE rates rate[] := rates_of_plan(p_plan, 'out', p_prefixes, p_at, p_until, 0); late rate; h hold; moment timestamptz; found_rates rate[]; r rate;
BEGIN
  IF cardinality(rates) = 0 THEN RETURN NULL; END IF;
  h := hold_priced(NULL::hold, rates[1]);
  IF cardinality(rates) > 1 THEN
    late := rates[2];
    FOR moment IN SELECT m FROM (SELECT lower(late.valid) AS m UNION SELECT upper((rates[1]).valid)
        UNION SELECT date_trunc('minute', p_at) + n * interval '1 minute' FROM generate_series(1, 3) n) x WHERE m > p_at AND m <= p_until ORDER BY m LOOP
      found_rates := rates_of_plan(p_plan, 'out', p_prefixes, moment, moment, 0);
      r := found_rates[1];
      EXIT WHEN r.id = late.id;
    END LOOP;
    h.late := jsonb_build_object('from', coalesce(moment, p_until), 'price', to_jsonb(hold_priced(NULL::hold, late)));
  END IF;
  RETURN h;
END $fn$;

CREATE FUNCTION pg_temp.put(p_function text, VARIADIC p_changes text[]) RETURNS void LANGUAGE plpgsql AS $fn$
DECLARE v text := pg_get_functiondef(p_function::regproc);
BEGIN
  FOR i IN 1..cardinality(p_changes) BY 2 LOOP
    IF strpos(v, p_changes[i]) = 0 THEN RAISE EXCEPTION '% does not say %', p_function, p_changes[i]; END IF;
    v := replace(v, p_changes[i], p_changes[i + 1]);
  END LOOP;
  EXECUTE v;
END $fn$;
SELECT pg_temp.put('call_place', '  -- Money. From here on calls of one wallet queue.', '  -- Nor does the operator sell below what its carriers ask.
  IF p_direction = ''out'' THEN
    SELECT o.cost_plan_id, q.currency::text AS currency INTO level FROM tenant o JOIN plan q ON q.id = o.cost_plan_id WHERE o.kind = ''operator'' AND NOT o.sells_below_cost;
    IF FOUND THEN
      h := carrier_price(level.cost_plan_id, p_prefixes, p_at, until);
      IF h.prefix IS NULL THEN
        c.trace := c.trace || gate(''margin'', true, ''no cost known'', ''at least cost'');
      ELSIF currencies[n] <> level.currency THEN
        c.trace := c.trace || gate(''margin'', false, ''sold in another currency than carriers are paid in'', ''at least cost'');
        RETURN call_refuse(c, ''RAT-02'');
      ELSIF hold_below(hs[n], h) THEN
        c.trace := c.trace || gate(''margin'', false, ''below what carriers ask'', ''at least cost'');
        RETURN call_refuse(c, ''RAT-02'');
      END IF;
      h := hs[1];
    END IF;
  END IF;

  -- Money. From here on calls of one wallet queue.');
-- Of many at once the plain case; where no cost is known, or it is not seen at once, the call is left to call_place.
SELECT pg_temp.put('calls_authorise', 'blocking boolean;', 'blocking boolean; v_cost uuid; v_cost_currency text;',
  '  blocking := EXISTS', '  SELECT o.cost_plan_id, q.currency::text INTO v_cost, v_cost_currency FROM tenant o JOIN plan q ON q.id = o.cost_plan_id WHERE o.kind = ''operator'' AND NOT o.sells_below_cost;
  blocking := EXISTS',
  'lag(r.next_seconds) OVER chain % r.next_seconds = 0)) AS ordinary', 'lag(r.next_seconds) OVER chain % r.next_seconds = 0))
        AND (v_cost IS NULL OR lead(a.id) OVER chain IS NOT NULL OR (p.currency = v_cost_currency AND k.hours IS NULL AND lower(k.valid) <= t.at
          AND coalesce(upper(k.valid) > t.at + interval ''2 minutes'', true) AND k.max_charge_micros IS NULL AND k.step_from IS NULL
          AND r.grace_seconds <= k.grace_seconds AND r.per_minute_micros >= k.per_minute_micros AND r.connection_fee_micros >= k.connection_fee_micros
          AND r.minimum_charge_micros >= k.minimum_charge_micros AND r.free_seconds <= k.free_seconds
          AND r.first_seconds >= k.first_seconds AND (r.first_seconds - k.first_seconds) % k.next_seconds = 0 AND r.next_seconds % k.next_seconds = 0)) AS ordinary',
  'LIMIT 1) r ON true', 'LIMIT 1) r ON true
    LEFT JOIN LATERAL (SELECT * FROM rate e WHERE v_cost IS NOT NULL AND e.plan_id = v_cost AND e.direction = ''out'' AND e.prefix = ANY (prefixes_of(t.e164))
      AND lower(e.valid) <= t.at + interval ''2 minutes'' AND coalesce(upper(e.valid) > t.at, true)
      ORDER BY e.prefix DESC, (e.hours IS NOT NULL) DESC LIMIT 1) k ON true');
-- The call that is rehearsed is not refused for what carriers ask.
SELECT pg_temp.put('call_rehearse', 'done text[] := ''{}'';',
  'done text[] := ''{}''; v_currency text := coalesce((SELECT q.currency::text FROM tenant o JOIN plan q ON q.id = o.cost_plan_id WHERE o.kind = ''operator''), ''EUR'');',
  'name, ''EUR'') RETURNING', 'name, v_currency) RETURNING', '''customer'', ''EUR'',', '''customer'', v_currency,', '''49'', 1, ', '''49'', 1000000000, ',
  'credit_limit_micros = 1000000 ', 'credit_limit_micros = 1000000000000 ');
DROP FUNCTION pg_temp.put(text, text[]);

ALTER FUNCTION carrier_price(uuid, text[], timestamptz, timestamptz) OWNER TO portal_charge;
REVOKE ALL ON FUNCTION carrier_price(uuid, text[], timestamptz, timestamptz) FROM PUBLIC;
ALTER FUNCTION tenant_cost_plan_set(uuid) OWNER TO portal_system;
REVOKE ALL ON FUNCTION tenant_cost_plan_set(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION tenant_cost_plan_set(uuid) TO portal_app;
REVOKE CREATE ON SCHEMA public FROM portal_charge, portal_system;
