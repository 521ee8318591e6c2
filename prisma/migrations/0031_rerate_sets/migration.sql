-- Re-rating looks at the calls of a page together instead of one after the other, and prices are the deep ones only: what
-- asked for the plain ones of before is gone. A page is small and the tables are not: each row is looked up in its index, whatever the planner believed of the
-- tables when the plan was made.
GRANT CREATE ON SCHEMA public TO portal_charge;

CREATE OR REPLACE FUNCTION rerate_look(p_buyer uuid, p_calls uuid[], p_plan uuid)
RETURNS TABLE (call_id uuid, level int, wallet_id uuid, charge_id uuid, net_now bigint, tax_now bigint, net_then bigint, tax_then bigint, outcome text)
LANGUAGE plpgsql STABLE SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET jit = off AS $fn$
#variable_conflict use_column
DECLARE v_price_currency text;
BEGIN
  SELECT currency INTO v_price_currency FROM plan WHERE id = p_plan;
  RETURN QUERY
  WITH item AS MATERIALIZED (
    SELECT i.place, h.call_id, h.level, h.wallet_id, h.plan_name, h.tax_ppm, h.bundle_id, h.bundle_used, x.id AS charge, w.currency, c.kind, c.to_e164, c.answered_at,
      c.shortfall_micros,
      -- The PBX cuts at the grant; its timers are up to a second late, which nobody pays for.
      (CASE WHEN c.talk_ms <= c.granted_seconds * 1000::bigint + 1000 THEN least(c.talk_ms, c.granted_seconds * 1000::bigint) ELSE c.talk_ms END + 999) / 1000 AS seconds
    FROM unnest(p_calls) WITH ORDINALITY AS i (call, place)
    CROSS JOIN LATERAL (SELECT * FROM hold y WHERE y.tenant_id = p_buyer AND y.call_id = i.call AND y.state = 'charged' LIMIT 1) h
    CROSS JOIN LATERAL (SELECT * FROM call y WHERE y.tenant_id = h.call_tenant_id AND y.id = h.call_id LIMIT 1) c
    CROSS JOIN LATERAL (SELECT y.id FROM ledger_transaction y WHERE y.tenant_id = p_buyer AND y.posting_key = 'call:' || h.call_id || ':' || h.level LIMIT 1) x
    CROSS JOIN LATERAL (SELECT y.currency FROM wallet y WHERE y.tenant_id = p_buyer AND y.id = h.wallet_id LIMIT 1) w),
  -- Calls of a page are mostly of one plan.
  named AS MATERIALIZED (
    SELECT n.plan_name, n.currency, CASE WHEN p_plan IS NULL THEN rerate_plan(p_buyer, n.plan_name, n.currency) WHEN v_price_currency = n.currency THEN p_plan END AS plan_id
    FROM (SELECT DISTINCT plan_name, currency FROM item) n),
  priced AS MATERIALIZED (
    SELECT i.*, s.paid - s.tax AS net_now, s.tax AS tax_now,
      -- What a bundle paid of it stays paid by the bundle.
      CASE WHEN r.id IS NULL THEN NULL ELSE price_charge(i.seconds, r.per_minute_micros, CASE b.unit WHEN 'calls' THEN 0 ELSE r.connection_fee_micros END, r.first_seconds,
        r.next_seconds, r.grace_seconds, r.free_seconds + CASE b.unit WHEN 'calls' THEN b.seconds_per_call ELSE coalesce(i.bundle_used, 0) END,
        CASE b.unit WHEN 'calls' THEN 0 ELSE r.minimum_charge_micros END, r.max_charge_micros, r.step_from, r.step_per_minute, r.step_increment) END AS net_then
    FROM item i JOIN named n ON n.plan_name = i.plan_name AND n.currency = i.currency
    -- As charge_comes_to: the charge with everything that corrects it.
    CROSS JOIN LATERAL (
      SELECT coalesce(-sum(e.amount_micros) FILTER (WHERE e.account = 'wallet'), 0)::bigint AS paid, coalesce(sum(e.amount_micros) FILTER (WHERE e.account = 'tax'), 0)::bigint AS tax
      FROM (SELECT i.charge AS id UNION ALL SELECT y.id FROM ledger_transaction y WHERE y.corrects_id = i.charge) linked
      JOIN ledger_entry e ON e.transaction_id = linked.id) s
    LEFT JOIN LATERAL (SELECT * FROM plan y WHERE y.id = n.plan_id LIMIT 1) p ON true
    LEFT JOIN LATERAL (SELECT * FROM bundle y WHERE y.id = i.bundle_id LIMIT 1) b ON true
    -- As rates_of_plan for one moment; a markup plan asks its base and adds to it, which only that function knows.
    LEFT JOIN LATERAL (
      SELECT (found.rate).* FROM (
        SELECT CASE WHEN p.kind = 'markup' THEN (rates_of_plan(p.id, CASE i.kind WHEN 'inbound' THEN 'in' ELSE 'out' END, prefixes_of(i.to_e164), i.answered_at, i.answered_at, 0))[1]
          ELSE (SELECT q FROM rate q WHERE q.plan_id = p.id AND q.direction = CASE i.kind WHEN 'inbound' THEN 'in' ELSE 'out' END AND q.prefix = ANY (prefixes_of(i.to_e164))
            AND lower(q.valid) <= i.answered_at AND coalesce(upper(q.valid) > i.answered_at, true)
            AND (q.hours IS NULL OR q.hours @> minute_of_week(i.answered_at, p.time_zone))
            ORDER BY length(q.prefix) DESC, q.hours IS NULL LIMIT 1) END AS rate OFFSET 0) found) r ON true)
  SELECT l.call_id, l.level, l.wallet_id, l.charge, l.net_now, l.tax_now, coalesce(l.net_then, l.net_now), CASE WHEN l.net_then IS NULL THEN l.tax_now ELSE tax_on(l.net_then, l.tax_ppm) END,
    CASE WHEN l.net_then IS NULL THEN 'no_price' WHEN l.net_then = l.net_now AND tax_on(l.net_then, l.tax_ppm) = l.tax_now THEN 'same'
      WHEN l.net_then + tax_on(l.net_then, l.tax_ppm) > l.net_now + l.tax_now AND (l.shortfall_micros > 0 OR EXISTS (SELECT FROM dispute d WHERE d.call_id = l.call_id AND d.level = l.level
        AND d.state IN ('open', 'credited', 'partly_credited'))) THEN 'kept'
      ELSE 'change' END
  FROM priced l ORDER BY l.place;
END $fn$;
DROP FUNCTION rerate_net(call, hold, uuid);
DROP FUNCTION rerate_tax(bigint, int);

-- As before, by the indexes.
ALTER FUNCTION rerate_page(uuid, uuid, timestamptz, timestamptz, text, text, uuid, bigint, uuid, int)
  SET enable_seqscan = off;
ALTER FUNCTION rerate_page(uuid, uuid, timestamptz, timestamptz, text, text, uuid, bigint, uuid, int)
  SET enable_hashjoin = off;

-- As before: looks again, under the wallet's lock, at what the charges come to, in the order given. Which of them the wallet
-- can pay is decided one after the other, over numbers only; what follows from it is written for all of them together.
CREATE OR REPLACE FUNCTION rerate_post(p_task uuid, p_buyer uuid, p_calls uuid[], p_actor text)
RETURNS TABLE (corrected int, uncollected int, up_micros bigint, down_micros bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET jit = off AS $fn$
#variable_conflict use_column
DECLARE k task; w wallet; room bigint; more bigint; v_calls uuid[]; taken boolean[]; ids uuid[];
  charges uuid[]; calls uuid[]; levels int[]; nets bigint[]; taxes bigint[]; befores bigint[]; afters bigint[]; keys text[];
BEGIN
  SELECT * INTO k FROM task WHERE task.id = p_task AND task.tenant_id = app_tenant() AND task.kind = 'rating.rerate' AND task.state = 'running'
    AND NOT coalesce((task.input ->> 'preview')::boolean, true);
  IF NOT FOUND THEN RAISE EXCEPTION 'no such job is running' USING ERRCODE = 'RF007'; END IF;
  IF NOT EXISTS (SELECT FROM tenant t WHERE t.id = p_buyer AND t.parent_id = k.tenant_id) THEN
    RAISE EXCEPTION 'that tenant is not directly below' USING ERRCODE = 'RF002';
  END IF;
  corrected := 0; uncollected := 0; up_micros := 0; down_micros := 0;
  FOR w IN SELECT * FROM wallet WHERE wallet.tenant_id = p_buyer ORDER BY wallet.id FOR UPDATE LOOP
    room := w.posted_micros - w.held_micros + w.credit_limit_micros;
    v_calls := ARRAY(SELECT i.call FROM unnest(p_calls) WITH ORDINALITY AS i (call, place)
      WHERE (SELECT h.wallet_id FROM hold h WHERE h.tenant_id = p_buyer AND h.call_id = i.call) = w.id
        AND (SELECT d.level FROM rerate_item d WHERE d.tenant_id = k.tenant_id AND d.task_id = k.id AND d.call_id = i.call AND d.buyer_id = p_buyer
          AND d.outcome = 'corrected' LIMIT 1) IS NULL
      ORDER BY i.place);
    SELECT array_agg(l.charge_id), array_agg(l.call_id), array_agg(l.level), array_agg(l.net_now - l.net_then), array_agg(l.tax_now - l.tax_then),
        array_agg(l.net_now + l.tax_now), array_agg(l.net_then + l.tax_then), array_fill(true, ARRAY[count(*)::int])
      INTO charges, calls, levels, nets, taxes, befores, afters, taken
      FROM rerate_look(p_buyer, v_calls, (k.input ->> 'pricePlanId')::uuid) l WHERE l.outcome = 'change';
    CONTINUE WHEN calls IS NULL;
    FOR i IN 1..cardinality(calls) LOOP
      more := afters[i] - befores[i];
      IF more > 0 AND more > room THEN
        taken[i] := false;
        uncollected := uncollected + 1;
      ELSE
        room := room - more;
        up_micros := up_micros + greatest(more, 0); down_micros := down_micros + greatest(-more, 0);
        corrected := corrected + 1;
      END IF;
    END LOOP;
    INSERT INTO rerate_item AS r (tenant_id, task_id, call_id, level, buyer_id, before_micros, after_micros, outcome)
      SELECT k.tenant_id, k.id, i.call, i.level, p_buyer, i.before, i.after, 'uncollected'
      FROM unnest(calls, levels, befores, afters, taken) AS i (call, level, before, after, taken) WHERE NOT i.taken
      ON CONFLICT (tenant_id, task_id, call_id, level) DO UPDATE SET before_micros = excluded.before_micros, after_micros = excluded.after_micros;
    SELECT array_agg(i.charge ORDER BY i.place), array_agg(i.call ORDER BY i.place), array_agg(i.level ORDER BY i.place), array_agg(i.net ORDER BY i.place),
        array_agg(i.tax ORDER BY i.place), array_agg(i.before ORDER BY i.place), array_agg(i.after ORDER BY i.place),
        array_agg('correct:rerate:' || k.id || ':' || i.call || ':' || i.level ORDER BY i.place)
      INTO charges, calls, levels, nets, taxes, befores, afters, keys
      FROM unnest(charges, calls, levels, nets, taxes, befores, afters, taken) WITH ORDINALITY AS i (charge, call, level, net, tax, before, after, taken, place) WHERE i.taken;
    CONTINUE WHEN calls IS NULL;
    ids := corrections_post(w.id, charges, nets, taxes, keys, 'Re-rated', p_actor);
    INSERT INTO rerate_item (tenant_id, task_id, call_id, level, buyer_id, before_micros, after_micros, outcome, transaction_id)
      SELECT k.tenant_id, k.id, i.call, i.level, p_buyer, i.before, i.after, 'corrected', i.id FROM unnest(calls, levels, befores, afters, ids) AS i (call, level, before, after, id)
      ON CONFLICT (tenant_id, task_id, call_id, level) DO UPDATE SET before_micros = excluded.before_micros, after_micros = excluded.after_micros,
        outcome = excluded.outcome, transaction_id = excluded.transaction_id, at = clock_timestamp();
  END LOOP;
  RETURN NEXT;
END $fn$;

DO $$
DECLARE f text;
BEGIN
  FOREACH f IN ARRAY ARRAY['rerate_look(uuid, uuid[], uuid)', 'rerate_post(uuid, uuid, uuid[], text)'] LOOP
    EXECUTE format('ALTER FUNCTION %s OWNER TO portal_charge', f);
    EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', f);
  END LOOP;
END $$;
GRANT EXECUTE ON FUNCTION rerate_post(uuid, uuid, uuid[], text) TO portal_app;
REVOKE CREATE ON SCHEMA public FROM portal_charge;
