-- What a deck means for margins, whole: prices with hours of their own and of calls that come in are compared as well, those whose
-- terms are more than a price and a first increment at talks of several lengths, and a plan in another currency is named instead of
-- left out.
GRANT CREATE ON SCHEMA public TO portal_charge;

-- As before; also where the currency is another one, which nobody can compare.
CREATE OR REPLACE FUNCTION deck_parties(p_tenant uuid, p_deck uuid)
RETURNS TABLE (side text, seller_id uuid, seller text, plan_id uuid, plan text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  WITH d AS (SELECT k.tenant_id, k.plan_id FROM deck k WHERE k.tenant_id = p_tenant AND k.id = p_deck),
    buys AS (SELECT id AS tenant_id, plan_id FROM tenant WHERE plan_id IS NOT NULL UNION SELECT tenant_id, plan_id FROM tenant_plan)
  SELECT 'own', t.id, t.name, p.id, p.name FROM d JOIN buys b ON b.tenant_id = d.tenant_id JOIN plan p ON p.id = b.plan_id JOIN tenant t ON t.id = d.tenant_id
  UNION ALL
  SELECT 'below', t.id, t.name, p.id, p.name FROM d JOIN buys b ON b.plan_id = d.plan_id JOIN tenant t ON t.id = b.tenant_id JOIN plan p ON p.tenant_id = t.id
  ORDER BY 1 DESC, 3, 5
$$;

-- Whether a talk of some length brings less than it costs. Looked at just within and just beyond every turn of both prices.
CREATE FUNCTION deck_short(f deck_row, r rate, p_sells_deck boolean) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS $fn$
DECLARE s int; here bigint; there bigint;
BEGIN
  FOR s IN SELECT DISTINCT x FROM unnest(ARRAY[1, 60, 300, 600, 3600, f.first_seconds, r.first_seconds, f.first_seconds + 1, r.first_seconds + 1, f.grace_seconds, r.grace_seconds,
      f.grace_seconds + 1, r.grace_seconds + 1, f.free_seconds, r.free_seconds, f.free_seconds + 1, r.free_seconds + 1] || f.step_from || r.step_from
      || (SELECT array_agg(g + 1) FROM unnest(f.step_from || r.step_from) g)) x WHERE x > 0 ORDER BY x LOOP
    here := price_charge(s, f.per_minute_micros, f.connection_fee_micros, f.first_seconds, f.next_seconds, f.grace_seconds, f.free_seconds, f.minimum_charge_micros, f.max_charge_micros,
      f.step_from, f.step_per_minute, f.step_increment);
    there := price_charge(s, r.per_minute_micros, r.connection_fee_micros, r.first_seconds, r.next_seconds, r.grace_seconds, r.free_seconds, r.minimum_charge_micros, r.max_charge_micros,
      r.step_from, r.step_per_minute, r.step_increment);
    IF (CASE WHEN p_sells_deck THEN here < there ELSE there < here END) THEN RETURN true; END IF;
  END LOOP;
  RETURN false;
END $fn$;

-- Finds the margin that one of those plans leaves under the deck's prices, prefix by prefix: the longest match decides on both
-- sides. A price with hours of its own is set against every price that some hour of the week has beside it.
CREATE OR REPLACE FUNCTION deck_margin(p_tenant uuid, p_deck uuid, p_side text, p_seller uuid, p_plan uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET jit = off SET work_mem = '64MB' AS $fn$
DECLARE d deck; o plan; v_at timestamptz; v_floor int; v_effect jsonb; v_currency text;
BEGIN
  d := deck_lock(p_tenant, p_deck);
  IF NOT EXISTS (SELECT FROM deck_parties(p_tenant, p_deck) x WHERE x.side = p_side AND x.plan_id = p_plan AND x.seller_id = p_seller) THEN RETURN; END IF;
  SELECT * INTO o FROM plan WHERE id = p_plan;
  SELECT currency INTO v_currency FROM plan WHERE id = d.plan_id;
  SELECT margin_floor_ppm INTO v_floor FROM plan WHERE id = CASE p_side WHEN 'own' THEN d.plan_id ELSE p_plan END;
  IF o.currency <> v_currency THEN
    UPDATE deck SET effects = effects || jsonb_build_object('side', p_side, 'seller', (SELECT name FROM tenant WHERE id = p_seller), 'plan', o.name, 'floorPpm', v_floor,
      'compared', 0, 'belowCost', 0, 'belowFloor', 0, 'currency', o.currency) WHERE tenant_id = p_tenant AND id = p_deck;
    RETURN;
  END IF;
  v_at := greatest(coalesce(d.effective_at, d.compared_at), d.compared_at);
  WITH c AS MATERIALIZED (
      SELECT c.n, c.row_n, c.direction, c.prefix, c.hours, f.per_minute_micros AS price, f.connection_fee_micros + ceil(f.first_seconds * f.per_minute_micros / 60.0) AS least,
        f.grace_seconds > 0 OR f.free_seconds > 0 OR f.minimum_charge_micros > 0 OR f.max_charge_micros IS NOT NULL OR f.step_from IS NOT NULL AS deep
      FROM deck_change c JOIN deck_row f ON f.tenant_id = c.tenant_id AND f.deck_id = c.deck_id AND f.n = c.row_n
      WHERE c.tenant_id = p_tenant AND c.deck_id = p_deck AND c.kind IN ('new', 'up', 'down', 'changed')),
    y AS MATERIALIZED (
      SELECT id, direction, prefix, hours, per_minute_micros AS price, connection_fee_micros + ceil(first_seconds * per_minute_micros / 60.0) AS least,
        grace_seconds > 0 OR free_seconds > 0 OR minimum_charge_micros > 0 OR max_charge_micros IS NOT NULL OR step_from IS NOT NULL AS deep FROM rate
      WHERE plan_id = p_plan AND valid @> v_at),
    stays AS MATERIALIZED (
      SELECT r.direction, r.prefix FROM rate r WHERE r.plan_id = d.plan_id AND r.hours IS NULL AND r.valid @> v_at
        AND NOT EXISTS (SELECT FROM deck_change g WHERE g.tenant_id = p_tenant AND g.deck_id = p_deck AND g.rate_id = r.id AND g.kind <> 'same')),
    a AS (
      SELECT DISTINCT ON (c.n) c.n, y.id AS rate_id
      FROM c CROSS JOIN LATERAL generate_series(1, length(c.prefix)) k JOIN y ON y.direction = c.direction AND y.prefix = left(c.prefix, k) AND y.hours IS NULL ORDER BY c.n, k DESC),
    a_hours AS (
      SELECT c.n, y.id AS rate_id
      FROM c CROSS JOIN LATERAL generate_series(1, length(c.prefix)) k JOIN y ON y.direction = c.direction AND y.prefix = left(c.prefix, k)
      WHERE y.hours IS NOT NULL AND (c.hours IS NULL OR c.hours && y.hours)),
    b AS (
      SELECT DISTINCT ON (y.id) x.n, y.id AS rate_id
      FROM y CROSS JOIN LATERAL generate_series(1, length(y.prefix)) k
        JOIN (SELECT direction, prefix, n FROM c WHERE hours IS NULL UNION ALL SELECT direction, prefix, NULL FROM stays) x ON x.direction = y.direction AND x.prefix = left(y.prefix, k)
      ORDER BY y.id, k DESC),
    b_hours AS (
      SELECT c.n, y.id AS rate_id FROM y CROSS JOIN LATERAL generate_series(1, length(y.prefix)) k JOIN c ON c.direction = y.direction AND c.prefix = left(y.prefix, k)
      WHERE c.hours IS NOT NULL AND (y.hours IS NULL OR c.hours && y.hours)),
    met AS (SELECT * FROM a UNION SELECT * FROM a_hours UNION SELECT * FROM b WHERE n IS NOT NULL UNION SELECT * FROM b_hours),
    pairs AS (
      SELECT m.n, CASE p_side WHEN 'own' THEN c.price ELSE y.price END AS sell, CASE p_side WHEN 'own' THEN y.price ELSE c.price END AS buy,
        CASE WHEN c.deep OR y.deep THEN deck_short(f, r, p_side = 'own') ELSE CASE p_side WHEN 'own' THEN c.least < y.least ELSE y.least < c.least END END AS short, c.deep OR y.deep AS deep
      FROM met m JOIN c ON c.n = m.n JOIN y ON y.id = m.rate_id
        LEFT JOIN deck_row f ON (c.deep OR y.deep) AND f.tenant_id = p_tenant AND f.deck_id = p_deck AND f.n = c.row_n LEFT JOIN rate r ON (c.deep OR y.deep) AND r.id = y.id
      UNION ALL
      -- A plan that adds to what it pays sells what it has no price for at a factor and a fee.
      SELECT c.n, greatest(ceil(c.price::numeric * o.factor_ppm / 1000000) + o.per_minute_fee_micros, o.floor_per_minute_micros)::bigint, c.price, false, false
      FROM c WHERE p_side = 'below' AND o.kind = 'markup' AND (o.base_plan_id IS NULL OR o.base_plan_id = d.plan_id) AND NOT EXISTS (SELECT FROM a WHERE a.n = c.n)),
    worst AS (
      SELECT n, min(CASE WHEN sell > 0 THEN greatest(floor((sell - buy) * 1000000.0 / sell), -2000000000) WHEN buy > 0 THEN -2000000000 ELSE 0 END)::int AS margin,
        bool_or((sell < buy AND NOT deep) OR short) AS cost
      FROM pairs GROUP BY n),
    marked AS (
      UPDATE deck_change c SET margin_ppm = least(coalesce(c.margin_ppm, w.margin), w.margin), below_cost = c.below_cost OR w.cost,
        below_floor = c.below_floor OR w.cost OR w.margin < v_floor
      FROM worst w WHERE c.tenant_id = p_tenant AND c.deck_id = p_deck AND c.n = w.n RETURNING w.cost, w.margin)
  SELECT jsonb_build_object('side', p_side, 'seller', (SELECT name FROM tenant WHERE id = p_seller), 'plan', o.name, 'floorPpm', v_floor, 'compared', count(*),
      'belowCost', count(*) FILTER (WHERE cost), 'belowFloor', count(*) FILTER (WHERE cost OR margin < v_floor)) INTO v_effect FROM marked;
  UPDATE deck SET effects = effects || v_effect WHERE tenant_id = p_tenant AND id = p_deck;
END $fn$;

-- What the calls of the last thirty days would have cost more, or less, for those who buy by the plan: those that came in as well,
-- and by the hour at which they were answered where the deck has prices for hours.
CREATE OR REPLACE FUNCTION deck_weigh(p_tenant uuid, p_deck uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET jit = off SET work_mem = '64MB' AS $fn$
DECLARE d deck; o plan; v_longest int; v_since timestamptz; v_total jsonb; v_hours boolean;
BEGIN
  d := deck_lock(p_tenant, p_deck);
  SELECT * INTO o FROM plan WHERE id = d.plan_id;
  SELECT coalesce(max(length(prefix)), 1), coalesce(bool_or(hours IS NOT NULL), false) INTO v_longest, v_hours FROM deck_change WHERE tenant_id = p_tenant AND deck_id = p_deck AND kind <> 'same';
  v_since := d.compared_at - interval '30 days';
  WITH buyer AS (SELECT id FROM tenant WHERE plan_id = d.plan_id UNION SELECT tenant_id FROM tenant_plan WHERE plan_id = d.plan_id),
    talk AS MATERIALIZED (
      SELECT h.tenant_id, CASE c.kind WHEN 'inbound' THEN 'in' ELSE 'out' END AS direction,
        left(CASE c.kind WHEN 'inbound' THEN regexp_replace(c.dialled, '\D', '', 'g') ELSE c.to_e164 END, v_longest) AS number, h.prefix,
        CASE WHEN v_hours THEN minute_of_week(coalesce(c.answered_at, c.started_at), o.time_zone) END AS minute, count(*) AS calls, sum(h.billed_seconds)::bigint AS seconds,
        sum(h.billed_seconds::numeric * h.per_minute_micros) AS paid
      FROM buyer b JOIN tenant_below t ON t.ancestor_id = b.id
        JOIN call c ON c.tenant_id = t.descendant_id AND c.started_at > v_since AND c.state = 'ended' AND c.kind IN ('external', 'inbound')
        JOIN hold h ON h.tenant_id = b.id AND h.call_id = c.id AND h.billed_seconds > 0 AND h.plan_name = o.name
      GROUP BY 1, 2, 3, 4, 5),
    met AS MATERIALIZED (
      SELECT DISTINCT ON (t.tenant_id, t.direction, t.number, t.prefix, t.minute) c.n, c.kind, t.*, t.seconds * c.new_per_minute_micros::numeric - t.paid AS more
      FROM talk t CROSS JOIN LATERAL generate_series(length(t.prefix), length(t.number)) k
        JOIN deck_change c ON c.tenant_id = p_tenant AND c.deck_id = p_deck AND c.direction = t.direction AND c.kind <> 'same' AND c.prefix = left(t.number, k)
          AND (c.hours IS NULL OR c.hours @> t.minute)
      ORDER BY t.tenant_id, t.direction, t.number, t.prefix, t.minute, k DESC, (c.hours IS NOT NULL) DESC),
    marked AS (
      UPDATE deck_change c SET buyers = x.buyers, exposure_micros = x.more
      FROM (SELECT n, count(DISTINCT tenant_id) AS buyers, ceil(sum(more) / 60)::bigint AS more FROM met GROUP BY n) x
      WHERE c.tenant_id = p_tenant AND c.deck_id = p_deck AND c.n = x.n)
  SELECT jsonb_build_object('since', v_since, 'calls', coalesce(sum(calls), 0), 'seconds', coalesce(sum(seconds), 0), 'buyers', count(DISTINCT tenant_id),
      'micros', coalesce(ceil(sum(more) / 60), 0)::text, 'removedCalls', coalesce(sum(calls) FILTER (WHERE kind = 'removed'), 0)) INTO v_total FROM met;
  UPDATE deck SET exposure = v_total WHERE tenant_id = p_tenant AND id = p_deck;
END $fn$;

ALTER FUNCTION deck_short(deck_row, rate, boolean) OWNER TO portal_charge;
REVOKE ALL ON FUNCTION deck_short(deck_row, rate, boolean) FROM PUBLIC;
REVOKE CREATE ON SCHEMA public FROM portal_charge;
