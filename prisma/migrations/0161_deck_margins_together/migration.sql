-- What a large deck means for many sellers, with less work and the same result: the deck's rows are read once for eight sellers that only
-- add to its prices, instead of once for each.
GRANT CREATE ON SCHEMA public TO portal_charge;

-- The plans that add to the deck's and have no price of their own at its moment.
CREATE FUNCTION deck_adding(p_tenant uuid, p_deck uuid) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT o.id FROM deck d JOIN plan mine ON mine.id = d.plan_id CROSS JOIN LATERAL deck_parties(p_tenant, p_deck) x JOIN plan o ON o.id = x.plan_id
  WHERE d.tenant_id = p_tenant AND d.id = p_deck AND x.side = 'below' AND o.currency = mine.currency AND o.kind = 'markup' AND coalesce(o.base_plan_id = d.plan_id, true)
    AND NOT EXISTS (SELECT FROM rate r WHERE r.plan_id = o.id AND r.valid @> greatest(coalesce(d.effective_at, d.compared_at), d.compared_at))
$$;

-- What deck_margin finds for each of some of those plans, together. What they ask and what they pay have the same terms but for the
-- amounts, so nearly always it is plain: each is no less, or the longest call is.
CREATE FUNCTION deck_margins_added(p_tenant uuid, p_deck uuid, p_plans uuid[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET jit = off SET work_mem = '64MB' SET enable_nestloop = off SET enable_mergejoin = off AS $fn$
DECLARE v_effects jsonb;
BEGIN
  PERFORM deck_lock(p_tenant, p_deck);
  WITH seller AS MATERIALIZED (SELECT o FROM plan o WHERE o.id = ANY (p_plans) AND o.id IN (SELECT deck_adding(p_tenant, p_deck))),
    asked AS MATERIALIZED (
      SELECT c.n, c.row_n, f.per_minute_micros AS buy, f.connection_fee_micros AS fee, f.first_seconds AS first, f.next_seconds AS next, f.free_seconds AS free, f.minimum_charge_micros AS minimum,
        f.max_charge_micros IS NOT NULL OR f.step_from IS NOT NULL AS deep
      FROM deck_change c JOIN deck_row f ON f.tenant_id = c.tenant_id AND f.deck_id = c.deck_id AND f.n = c.row_n
      WHERE c.tenant_id = p_tenant AND c.deck_id = p_deck AND c.kind IN ('new', 'up', 'down', 'changed')),
    judged AS MATERIALIZED (
      SELECT a.n, (s.o).id AS plan_id, (s.o).margin_floor_ppm AS floor,
        CASE WHEN m.sell > 0 THEN greatest(((m.sell - a.buy) * 1000000 - CASE WHEN m.sell < a.buy THEN m.sell - 1 ELSE 0 END) / m.sell, -2000000000) WHEN a.buy > 0 THEN -2000000000 ELSE 0 END::int AS margin,
        CASE WHEN NOT a.deep AND m.sell >= a.buy AND m.fee >= a.fee AND m.minimum >= a.minimum THEN false
          WHEN NOT a.deep AND m.sell < a.buy AND price_longest(m.sell, m.fee, a.first, a.next, a.free, m.minimum) < price_longest(a.buy, a.fee, a.first, a.next, a.free, a.minimum) THEN true
          ELSE (SELECT deck_below(rate_marked_up(x.mine, s.o), x.mine)
            FROM (SELECT deck_price(f) AS mine FROM deck_row f WHERE f.tenant_id = p_tenant AND f.deck_id = p_deck AND f.n = a.row_n OFFSET 0) x) END AS cost
      FROM asked a CROSS JOIN seller s CROSS JOIN LATERAL (SELECT
        least(greatest((a.buy * (s.o).factor_ppm + 999999) / 1000000 + (s.o).per_minute_fee_micros, (s.o).floor_per_minute_micros), 1000000000) AS sell,
        least((a.fee * (s.o).factor_ppm + 999999) / 1000000 + (s.o).call_fee_micros, 1000000000) AS fee, least((a.minimum * (s.o).factor_ppm + 999999) / 1000000, 1000000000) AS minimum) m),
    worst AS MATERIALIZED (SELECT n, min(margin) AS margin, bool_or(cost) AS cost, bool_or(cost OR margin < floor) AS low FROM judged GROUP BY n),
    marked AS (
      UPDATE deck_change c SET margin_ppm = least(c.margin_ppm, w.margin), below_cost = c.below_cost OR w.cost, below_floor = c.below_floor OR w.low
      FROM worst w WHERE c.tenant_id = p_tenant AND c.deck_id = p_deck AND c.n = w.n
        AND (coalesce(w.margin < c.margin_ppm, true) OR w.cost AND NOT c.below_cost OR w.low AND NOT c.below_floor)),
    sums AS (SELECT plan_id, count(*) AS compared, count(*) FILTER (WHERE cost) AS cost, count(*) FILTER (WHERE cost OR margin < floor) AS low FROM judged GROUP BY 1)
  SELECT jsonb_agg(jsonb_build_object('side', 'below', 'seller', t.name, 'plan', (s.o).name, 'sellerId', t.id, 'planId', (s.o).id, 'floorPpm', (s.o).margin_floor_ppm,
      'compared', coalesce(m.compared, 0), 'belowCost', coalesce(m.cost, 0), 'belowFloor', coalesce(m.low, 0))) INTO v_effects
    FROM seller s JOIN tenant t ON t.id = (s.o).tenant_id LEFT JOIN sums m ON m.plan_id = (s.o).id;
  UPDATE deck SET effects = effects || coalesce(v_effects, '[]') WHERE tenant_id = p_tenant AND id = p_deck;
END $fn$;

-- Sellers that were looked at together stand among the others, by name.
DO $$
DECLARE v text := pg_get_functiondef('deck_earn(uuid, uuid)'::regprocedure); a text := 'ORDER BY e.n)';
BEGIN
  IF strpos(v, a) = 0 THEN RAISE EXCEPTION 'deck_earn does not say %', a; END IF;
  EXECUTE replace(v, a, 'ORDER BY e.effect ->> ''side'' DESC, e.effect ->> ''seller'', e.effect ->> ''plan'')');
END $$;

DO $$
DECLARE f text;
BEGIN
  FOREACH f IN ARRAY ARRAY['deck_adding(uuid, uuid)', 'deck_margins_added(uuid, uuid, uuid[])'] LOOP
    EXECUTE format('ALTER FUNCTION %s OWNER TO portal_charge', f);
    EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', f);
    EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO portal_app', f);
  END LOOP;
END $$;
REVOKE CREATE ON SCHEMA public FROM portal_charge;
