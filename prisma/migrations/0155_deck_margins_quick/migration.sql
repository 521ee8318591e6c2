-- The margins that a large deck leaves many sellers, quickly, with the same result. What the planner knows nothing about is not looked
-- through once for each row; prefixes are met by as many digits as the other plan has; where only the increments differ, the second
-- at which one side bills most beside the other is found once for each pair of increments; and only what becomes worse is written.
GRANT CREATE ON SCHEMA public TO portal_charge;

-- The second of talk after which the billed seconds of one side are most beside those of the other, and both of them. What is billed
-- grows in steps, so it is the first second of a step of the side that is bought.
CREATE FUNCTION increments_apart(sold_first int, sold_next int, bought_first int, bought_next int, OUT at bigint, OUT sold bigint, OUT bought bigint)
LANGUAGE sql IMMUTABLE AS $$
  SELECT n, s, b FROM (
    SELECT n, sold_first + greatest(n - sold_first + sold_next - 1, 0) / sold_next * sold_next AS s, bought_first + greatest(n - bought_first + bought_next - 1, 0) / bought_next * bought_next AS b
    FROM (SELECT 1::bigint UNION ALL SELECT generate_series(bought_first + 1::bigint, 14400, bought_next)) x (n)) y
  ORDER BY b::float8 / s DESC, n LIMIT 1
$$;

-- Finds the margin that one of those plans leaves under the deck's prices, prefix by prefix: the longest match decides on both
-- sides. A price with hours of its own is set against every price that some hour of the week has beside it. A plan that adds to
-- another's prices gives way to a longer prefix of that other one.
CREATE OR REPLACE FUNCTION deck_margin(p_tenant uuid, p_deck uuid, p_side text, p_seller uuid, p_plan uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET jit = off SET work_mem = '64MB' SET enable_nestloop = off SET enable_mergejoin = off AS $fn$
DECLARE d deck; o plan; mine plan; v_at timestamptz; v_floor int; v_effect jsonb; v_own boolean; v_made boolean; v_adds boolean; v_added boolean;
BEGIN
  d := deck_lock(p_tenant, p_deck);
  IF NOT EXISTS (SELECT FROM deck_parties(p_tenant, p_deck) x WHERE x.side = p_side AND x.plan_id = p_plan AND x.seller_id = p_seller) THEN RETURN; END IF;
  SELECT * INTO o FROM plan WHERE id = p_plan;
  SELECT * INTO mine FROM plan WHERE id = d.plan_id;
  v_own := p_side = 'own';
  v_floor := CASE WHEN v_own THEN mine.margin_floor_ppm ELSE o.margin_floor_ppm END;
  IF o.currency <> mine.currency THEN
    UPDATE deck SET effects = effects || jsonb_build_object('side', p_side, 'seller', (SELECT name FROM tenant WHERE id = p_seller), 'plan', o.name, 'sellerId', p_seller, 'planId', p_plan,
      'floorPpm', v_floor, 'compared', 0, 'belowCost', 0, 'belowFloor', 0, 'currency', o.currency) WHERE tenant_id = p_tenant AND id = p_deck;
    RETURN;
  END IF;
  v_at := greatest(coalesce(d.effective_at, d.compared_at), d.compared_at);
  -- The other plan adds to this one; or has prices made from a third; or this one adds to the other.
  v_adds := NOT v_own AND o.kind = 'markup' AND coalesce(o.base_plan_id = d.plan_id, true);
  v_made := o.kind = 'markup' AND NOT v_adds;
  v_added := v_own AND mine.kind = 'markup' AND coalesce(mine.base_plan_id = p_plan, true);
  WITH y AS MATERIALIZED (
      SELECT id, direction, prefix, hours, per_minute_micros AS price, connection_fee_micros AS fee, first_seconds AS first, next_seconds AS next,
        grace_seconds AS grace, free_seconds AS free, minimum_charge_micros AS minimum, max_charge_micros IS NOT NULL OR step_from IS NOT NULL AS deep, NULL::rate AS made
      FROM rate WHERE NOT v_made AND plan_id = p_plan AND valid @> v_at
      UNION ALL
      SELECT id, direction, prefix, hours, per_minute_micros, connection_fee_micros, first_seconds, next_seconds, grace_seconds, free_seconds, minimum_charge_micros,
        max_charge_micros IS NOT NULL OR step_from IS NOT NULL, r FROM deck_prices(p_plan, v_at, 0) r WHERE v_made),
    y_part AS MATERIALIZED (SELECT y.id, y.direction, y.prefix, y.hours, k, left(y.prefix, k) AS part FROM y CROSS JOIN LATERAL generate_series(1, length(y.prefix)) k),
    reach AS MATERIALIZED (SELECT coalesce(max(length(prefix)), 0) AS digits, coalesce(bool_or(hours IS NOT NULL), false) AS hours FROM y),
    -- The deck's prices. Of a prefix no more digits are looked at than the longest of the other plan has.
    c AS MATERIALIZED (
      SELECT c.n, c.row_n, c.direction, c.prefix, CASE WHEN v_adds THEN c.prefix ELSE left(c.prefix, (SELECT digits FROM reach)) END AS head, c.hours, f.per_minute_micros AS price,
        f.connection_fee_micros AS fee, f.first_seconds AS first, f.next_seconds AS next, f.grace_seconds AS grace, f.free_seconds AS free, f.minimum_charge_micros AS minimum,
        f.max_charge_micros IS NOT NULL OR f.step_from IS NOT NULL AS deep
      FROM deck_change c JOIN deck_row f ON f.tenant_id = c.tenant_id AND f.deck_id = c.deck_id AND f.n = c.row_n
      WHERE c.tenant_id = p_tenant AND c.deck_id = p_deck AND c.kind IN ('new', 'up', 'down', 'changed')),
    best AS MATERIALIZED (
      (SELECT DISTINCT ON (h.direction, h.head) h.direction, h.head, y.id AS rate_id, h.k AS digits
      FROM (SELECT e.direction, e.head, k, left(e.head, k) AS part FROM (SELECT DISTINCT direction, head FROM c WHERE NOT v_adds) e CROSS JOIN LATERAL generate_series(1, length(e.head)) k OFFSET 0) h
        JOIN y ON y.direction = h.direction AND y.prefix = h.part AND y.hours IS NULL
      ORDER BY h.direction, h.head, h.k DESC)
      UNION ALL
      SELECT direction, prefix, id, length(prefix) FROM y WHERE v_adds AND hours IS NULL),
    near AS MATERIALIZED (SELECT c.*, b.rate_id, b.digits FROM c LEFT JOIN best b ON b.direction = c.direction AND b.head = c.head),
    near_hours AS (
      SELECT c.n, y.id AS rate_id
      FROM (SELECT c.*, k, left(c.prefix, k) AS part FROM near c CROSS JOIN LATERAL generate_series(1, least(length(c.prefix), (SELECT digits FROM reach))) k WHERE (SELECT hours FROM reach) OFFSET 0) c
        JOIN y ON y.direction = c.direction AND y.prefix = c.part
      WHERE y.hours IS NOT NULL AND (c.hours IS NULL OR c.hours && y.hours) AND c.k >= coalesce(c.digits, CASE WHEN v_adds THEN length(c.prefix) END, 1)),
    short AS MATERIALIZED (
      SELECT direction, prefix, n FROM c WHERE hours IS NULL AND length(prefix) <= (SELECT digits FROM reach)
      UNION ALL
      SELECT r.direction, r.prefix, NULL FROM rate r WHERE r.plan_id = d.plan_id AND r.hours IS NULL AND r.valid @> v_at AND length(r.prefix) <= (SELECT digits FROM reach)
        AND NOT EXISTS (SELECT FROM deck_change g WHERE g.tenant_id = p_tenant AND g.deck_id = p_deck AND g.rate_id = r.id AND g.kind <> 'same')),
    back AS MATERIALIZED (
      SELECT DISTINCT ON (y.id) x.n, y.id AS rate_id, y.k AS digits
      FROM y_part y JOIN short x ON x.direction = y.direction AND x.prefix = y.part
      WHERE NOT v_added OR y.part = y.prefix ORDER BY y.id, y.k DESC),
    back_hours AS (
      SELECT c.n, y.id AS rate_id FROM y_part y JOIN c ON c.direction = y.direction AND c.prefix = y.part LEFT JOIN back b ON b.rate_id = y.id
      WHERE c.hours IS NOT NULL AND (y.hours IS NULL OR c.hours && y.hours) AND y.k >= coalesce(b.digits, CASE WHEN v_added THEN length(y.prefix) END, 1)),
    met AS (
      SELECT c.*, y.id, y.price AS y_price, y.fee AS y_fee, y.first AS y_first, y.next AS y_next, y.grace AS y_grace, y.free AS y_free, y.minimum AS y_minimum, y.deep AS y_deep, y.made
      FROM near c JOIN y ON y.id = c.rate_id
      UNION ALL
      SELECT c.*, y.id, y.price, y.fee, y.first, y.next, y.grace, y.free, y.minimum, y.deep, y.made
      FROM (SELECT * FROM near_hours UNION ALL SELECT n, rate_id FROM back WHERE n IS NOT NULL UNION ALL SELECT * FROM back_hours) m JOIN near c ON c.n = m.n JOIN y ON y.id = m.rate_id),
    sides AS MATERIALIZED (
      SELECT n, row_n, id, made, deep OR y_deep AS deep, price AS sell, fee AS s_fee, first AS s_first, next AS s_next, grace AS s_grace, free AS s_free, minimum AS s_min,
        y_price AS buy, y_fee AS b_fee, y_first AS b_first, y_next AS b_next, y_grace AS b_grace, y_free AS b_free, y_minimum AS b_min FROM met WHERE v_own
      UNION ALL
      SELECT n, row_n, id, made, deep OR y_deep, y_price, y_fee, y_first, y_next, y_grace, y_free, y_minimum, price, fee, first, next, grace, free, minimum FROM met WHERE NOT v_own
      UNION ALL
      -- A plan that adds to what it pays sells what it has no price for at a factor and a fee, as rate_marked_up has it.
      SELECT n, row_n, NULL, NULL, deep, least(greatest(times_ppm(price, o.factor_ppm) + o.per_minute_fee_micros, o.floor_per_minute_micros), 1000000000),
        least(times_ppm(fee, o.factor_ppm) + o.call_fee_micros, 1000000000), first, next, grace, free, least(times_ppm(minimum, o.factor_ppm), 1000000000),
        price, fee, first, next, grace, free, minimum
      FROM near WHERE v_adds AND rate_id IS NULL),
    apart AS MATERIALIZED (
      SELECT x.s_first, x.s_next, x.b_first, x.b_next, (i).at, (i).sold, (i).bought
      FROM (SELECT DISTINCT s_first, s_next, b_first, b_next FROM sides WHERE NOT deep) x CROSS JOIN LATERAL (SELECT increments_apart(x.s_first, x.s_next, x.b_first, x.b_next) AS i OFFSET 0) l),
    judged AS (
      SELECT s.*,
        -- Nearly always the answer is plain: no part of what is asked is less than that part of what is paid, also where the increments
        -- are furthest apart; or that second, or the longest call, tells.
        CASE WHEN s.deep THEN NULL
          WHEN s.s_fee >= s.b_fee AND s.s_min >= s.b_min AND s.s_grace <= s.b_grace AND s.sell >= s.buy AND (s.s_free <= s.b_free AND i.bought <= i.sold
            AND s.s_first >= s.b_first AND (s.s_first - s.b_first) % s.b_next = 0 AND s.s_next % s.b_next = 0 OR s.s_free = 0 AND s.sell * i.sold >= s.buy * i.bought) THEN false
          WHEN i.at > greatest(s.s_grace, s.b_grace) AND greatest(s.s_min, s.s_fee + (greatest(i.sold - s.s_free, 0) * s.sell + 59) / 60)
            < greatest(s.b_min, s.b_fee + (greatest(i.bought - s.b_free, 0) * s.buy + 59) / 60) THEN true
          WHEN s.sell < s.buy AND price_longest(s.sell, s.s_fee, s.s_first, s.s_next, s.s_free, s.s_min) < price_longest(s.buy, s.b_fee, s.b_first, s.b_next, s.b_free, s.b_min) THEN true
        END AS plain
      FROM sides s LEFT JOIN apart i ON i.s_first = s.s_first AND i.s_next = s.s_next AND i.b_first = s.b_first AND i.b_next = s.b_next),
    pairs AS (
      SELECT s.n, s.sell, s.buy, coalesce(s.plain, (
          SELECT CASE WHEN s.id IS NULL THEN deck_below(rate_marked_up(x.mine, o), x.mine) WHEN v_own THEN deck_below(x.mine, x.other) ELSE deck_below(x.other, x.mine) END
          FROM (SELECT deck_price(f) AS mine, coalesce(s.made, (SELECT r FROM rate r WHERE r.tenant_id = o.tenant_id AND r.id = s.id)) AS other
            FROM deck_row f WHERE f.tenant_id = p_tenant AND f.deck_id = p_deck AND f.n = s.row_n OFFSET 0) x)) AS short
      FROM judged s),
    worst AS MATERIALIZED (
      SELECT n, min(CASE WHEN sell > 0 THEN greatest(floor((sell - buy) * 1000000.0 / sell), -2000000000) WHEN buy > 0 THEN -2000000000 ELSE 0 END)::int AS margin,
        bool_or(short) AS cost
      FROM pairs GROUP BY n),
    marked AS (
      UPDATE deck_change c SET margin_ppm = least(c.margin_ppm, w.margin), below_cost = c.below_cost OR w.cost, below_floor = c.below_floor OR w.cost OR w.margin < v_floor
      FROM worst w WHERE c.tenant_id = p_tenant AND c.deck_id = p_deck AND c.n = w.n
        AND (coalesce(w.margin < c.margin_ppm, true) OR w.cost AND NOT c.below_cost OR (w.cost OR w.margin < v_floor) AND NOT c.below_floor))
  SELECT jsonb_build_object('side', p_side, 'seller', (SELECT name FROM tenant WHERE id = p_seller), 'plan', o.name, 'sellerId', p_seller, 'planId', p_plan, 'floorPpm', v_floor,
      'compared', count(*), 'belowCost', count(*) FILTER (WHERE cost), 'belowFloor', count(*) FILTER (WHERE cost OR margin < v_floor)) INTO v_effect FROM worst;
  UPDATE deck SET effects = effects || v_effect WHERE tenant_id = p_tenant AND id = p_deck;
END $fn$;

-- The calls that a deck's plan priced since a moment, for buyers of it, as deck_earn sums them: what was charged above and below by the
-- given plans, and the seconds. Found call by call through the indices, since these tables hold everybody's calls.
CREATE FUNCTION deck_talks(p_plan plan, p_buyers uuid[], p_at timestamptz, p_since timestamptz, p_hours boolean, p_plans uuid[])
RETURNS TABLE (buyer uuid, direction text, number text, at timestamptz, above uuid, below uuid, seconds bigint, calls bigint)
LANGUAGE plpgsql STABLE ROWS 50000 SET enable_nestloop = on AS $fn$
BEGIN
  RETURN QUERY SELECT h.tenant_id, CASE c.kind WHEN 'inbound' THEN 'in' ELSE 'out' END,
      left(CASE c.kind WHEN 'inbound' THEN regexp_replace(c.dialled, '\D', '', 'g') ELSE c.to_e164 END, 15),
      CASE WHEN p_hours THEN p_at + (minute_of_week(c.answered_at, p_plan.time_zone) - minute_of_week(p_at, p_plan.time_zone) + 10080) % 10080 * interval '1 minute' ELSE p_at END,
      u.plan_id, b.plan_id,
      least((CASE WHEN c.talk_ms <= c.granted_seconds * 1000::bigint + 1000 THEN least(c.talk_ms, c.granted_seconds * 1000::bigint) ELSE c.talk_ms END + 999) / 1000,
        coalesce(h.paid_seconds, 2147483647)), count(*)
    FROM tenant_below t
      JOIN call c ON c.tenant_id = t.descendant_id AND c.started_at > p_since AND c.state = 'ended' AND c.kind IN ('external', 'inbound') AND c.talk_ms > 0
      JOIN hold h ON h.tenant_id = t.ancestor_id AND h.call_id = c.id AND h.plan_id = p_plan.id
      LEFT JOIN hold u ON u.tenant_id = p_plan.tenant_id AND u.call_id = c.id AND u.plan_id = ANY (p_plans)
      LEFT JOIN hold b ON b.call_id = c.id AND b.level = h.level - 1 AND b.plan_id = ANY (p_plans)
    WHERE t.ancestor_id = ANY (p_buyers) AND (u.plan_id IS NOT NULL OR b.plan_id IS NOT NULL)
    GROUP BY 1, 2, 3, 4, 5, 6, 7;
END $fn$;

-- What the calls earn: with them from there, and each number's prefixes taken apart once.
DO $$
DECLARE
  v text := pg_get_functiondef('deck_earn(uuid, uuid)'::regprocedure); a int := strpos(v, '    talk AS MATERIALIZED ('); z int := strpos(v, '    spot AS MATERIALIZED (');
  spots text := '    spot AS MATERIALIZED (SELECT DISTINCT direction, number, at FROM talk),'; met text; side text;
BEGIN
  IF a = 0 OR z < a OR strpos(v, spots) = 0 THEN RAISE EXCEPTION 'deck_earn is another one'; END IF;
  v := left(v, a - 1) || '    talk AS MATERIALIZED (SELECT * FROM deck_talks(mine, (SELECT array_agg(id) FROM buyer), v_at, v_since, v_hours, v_plans)),' || chr(10) || substr(v, z);
  v := replace(v, spots, spots || chr(10) || '    part AS MATERIALIZED (SELECT s.*, k, left(s.number, k) AS part FROM spot s CROSS JOIN LATERAL generate_series(1, length(s.number)) k),');
  FOREACH side IN ARRAY ARRAY['was w', 'would w'] LOOP
    met := 'FROM spot s CROSS JOIN LATERAL generate_series(1, length(s.number)) k' || chr(10) || '        JOIN ' || side || ' ON w.direction = s.direction AND w.prefix = left(s.number, k)';
    IF strpos(v, met) = 0 THEN RAISE EXCEPTION 'deck_earn is another one'; END IF;
    v := replace(v, met, 'FROM part s JOIN ' || side || ' ON w.direction = s.direction AND w.prefix = s.part');
  END LOOP;
  v := replace(v, 'SELECT DISTINCT ON (s.direction, s.number, s.at) s.*, w.', 'SELECT DISTINCT ON (s.direction, s.number, s.at) s.direction, s.number, s.at, w.');
  EXECUTE replace(v, 'ORDER BY s.direction, s.number, s.at, k DESC', 'ORDER BY s.direction, s.number, s.at, s.k DESC');
END $$;
ALTER FUNCTION deck_earn(uuid, uuid) SET enable_nestloop = off;
ALTER FUNCTION deck_earn(uuid, uuid) SET enable_mergejoin = off;

DO $$
DECLARE f text;
BEGIN
  FOREACH f IN ARRAY ARRAY['increments_apart(int, int, int, int)', 'deck_talks(plan, uuid[], timestamptz, timestamptz, boolean, uuid[])'] LOOP
    EXECUTE format('ALTER FUNCTION %s OWNER TO portal_charge', f);
    EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', f);
  END LOOP;
END $$;
REVOKE CREATE ON SCHEMA public FROM portal_charge;
