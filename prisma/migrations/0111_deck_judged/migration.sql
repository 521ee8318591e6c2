-- What a deck says of cost is what a call would be told: the same comparison decides, at every length of talk and with every term.
GRANT CREATE ON SCHEMA public TO portal_charge;

-- A row of a deck as the price that it will be.
CREATE FUNCTION deck_price(f deck_row) RETURNS rate LANGUAGE plpgsql IMMUTABLE AS $fn$
DECLARE r rate;
BEGIN
  r.direction := f.direction; r.prefix := f.prefix; r.hours := f.hours; r.per_minute_micros := f.per_minute_micros; r.connection_fee_micros := f.connection_fee_micros;
  r.first_seconds := f.first_seconds; r.next_seconds := f.next_seconds; r.grace_seconds := f.grace_seconds; r.free_seconds := f.free_seconds;
  r.minimum_charge_micros := f.minimum_charge_micros; r.max_charge_micros := f.max_charge_micros; r.beyond := f.beyond;
  r.step_from := f.step_from; r.step_per_minute := f.step_per_minute; r.step_increment := f.step_increment;
  RETURN r;
END $fn$;

-- What the longest call costs by a price without steps and without a greatest charge; no grace is as long.
CREATE FUNCTION price_longest(p_per_minute bigint, p_fee bigint, p_first int, p_next int, p_free int, p_minimum bigint) RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT greatest(p_minimum, p_fee + (greatest(p_first + (14400 - p_first + p_next - 1) / p_next * p_next - p_free, 0)::bigint * p_per_minute + 59) / 60)
$$;

-- Whether a call that is sold at one price and bought at the other is refused for it.
CREATE FUNCTION deck_below(sold rate, bought rate) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
  SELECT NOT hold_covers(hold_priced(NULL::hold, sold), hold_priced(NULL::hold, bought))
$$;

-- The prices that a markup plan has at a moment: its own, and those of its base with what it adds, except where it has one of its own
-- for the same prefix. Where it starts from all plans that its owner buys, the first one that prices a number decides.
CREATE FUNCTION deck_prices(p_plan uuid, p_at timestamptz, p_depth int) RETURNS SETOF rate LANGUAGE plpgsql STABLE AS $fn$
DECLARE p plan; v_base uuid; v_bases uuid[]; v_before uuid[] := '{}';
BEGIN
  RETURN QUERY SELECT r.* FROM rate r WHERE r.plan_id = p_plan AND r.valid @> p_at;
  SELECT * INTO p FROM plan WHERE id = p_plan;
  IF p.kind <> 'markup' OR p_depth >= 10 THEN RETURN; END IF;
  v_bases := CASE WHEN p.base_plan_id IS NULL THEN plans_bought(p.tenant_id) ELSE ARRAY[p.base_plan_id] END;
  FOREACH v_base IN ARRAY v_bases LOOP
    RETURN QUERY SELECT (rate_marked_up(b, p)).* FROM deck_prices(v_base, p_at, p_depth + 1) b
      WHERE NOT EXISTS (SELECT FROM rate o WHERE o.plan_id = p_plan AND o.direction = b.direction AND o.prefix = b.prefix AND o.hours IS NULL AND o.valid @> p_at)
        AND NOT EXISTS (SELECT FROM rate o WHERE o.plan_id = ANY (v_before) AND o.direction = b.direction AND o.prefix = ANY (prefixes_of(b.prefix)) AND o.hours IS NULL AND o.valid @> p_at);
    v_before := v_before || v_base;
  END LOOP;
END $fn$;

-- Finds the margin that one of those plans leaves under the deck's prices, prefix by prefix: the longest match decides on both
-- sides. A price with hours of its own is set against every price that some hour of the week has beside it. A plan that adds to
-- another's prices gives way to a longer prefix of that other one.
CREATE OR REPLACE FUNCTION deck_margin(p_tenant uuid, p_deck uuid, p_side text, p_seller uuid, p_plan uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET jit = off SET work_mem = '64MB' AS $fn$
DECLARE d deck; o plan; mine plan; v_at timestamptz; v_floor int; v_effect jsonb; v_own boolean; v_made boolean; v_adds boolean; v_added boolean;
BEGIN
  d := deck_lock(p_tenant, p_deck);
  IF NOT EXISTS (SELECT FROM deck_parties(p_tenant, p_deck) x WHERE x.side = p_side AND x.plan_id = p_plan AND x.seller_id = p_seller) THEN RETURN; END IF;
  SELECT * INTO o FROM plan WHERE id = p_plan;
  SELECT * INTO mine FROM plan WHERE id = d.plan_id;
  v_own := p_side = 'own';
  v_floor := CASE WHEN v_own THEN mine.margin_floor_ppm ELSE o.margin_floor_ppm END;
  IF o.currency <> mine.currency THEN
    UPDATE deck SET effects = effects || jsonb_build_object('side', p_side, 'seller', (SELECT name FROM tenant WHERE id = p_seller), 'plan', o.name, 'floorPpm', v_floor,
      'compared', 0, 'belowCost', 0, 'belowFloor', 0, 'currency', o.currency) WHERE tenant_id = p_tenant AND id = p_deck;
    RETURN;
  END IF;
  v_at := greatest(coalesce(d.effective_at, d.compared_at), d.compared_at);
  -- The other plan adds to this one; or has prices made from a third; or this one adds to the other.
  v_adds := NOT v_own AND o.kind = 'markup' AND coalesce(o.base_plan_id = d.plan_id, true);
  v_made := o.kind = 'markup' AND NOT v_adds;
  v_added := v_own AND mine.kind = 'markup' AND coalesce(mine.base_plan_id = p_plan, true);
  WITH c AS MATERIALIZED (
      SELECT c.n, c.row_n, c.direction, c.prefix, c.hours, f.per_minute_micros AS price, f.connection_fee_micros AS fee, f.first_seconds AS first, f.next_seconds AS next,
        f.grace_seconds AS grace, f.free_seconds AS free, f.minimum_charge_micros AS minimum, f.max_charge_micros IS NOT NULL OR f.step_from IS NOT NULL AS deep,
        price_longest(f.per_minute_micros, f.connection_fee_micros, f.first_seconds, f.next_seconds, f.free_seconds, f.minimum_charge_micros) AS longest
      FROM deck_change c JOIN deck_row f ON f.tenant_id = c.tenant_id AND f.deck_id = c.deck_id AND f.n = c.row_n
      WHERE c.tenant_id = p_tenant AND c.deck_id = p_deck AND c.kind IN ('new', 'up', 'down', 'changed')),
    y AS MATERIALIZED (
      SELECT id, direction, prefix, hours, per_minute_micros AS price, connection_fee_micros AS fee, first_seconds AS first, next_seconds AS next,
        grace_seconds AS grace, free_seconds AS free, minimum_charge_micros AS minimum, max_charge_micros IS NOT NULL OR step_from IS NOT NULL AS deep,
        price_longest(per_minute_micros, connection_fee_micros, first_seconds, next_seconds, free_seconds, minimum_charge_micros) AS longest, NULL::rate AS made
      FROM rate WHERE NOT v_made AND plan_id = p_plan AND valid @> v_at
      UNION ALL
      SELECT id, direction, prefix, hours, per_minute_micros, connection_fee_micros, first_seconds, next_seconds, grace_seconds, free_seconds, minimum_charge_micros,
        max_charge_micros IS NOT NULL OR step_from IS NOT NULL,
        price_longest(per_minute_micros, connection_fee_micros, first_seconds, next_seconds, free_seconds, minimum_charge_micros), r FROM deck_prices(p_plan, v_at, 0) r WHERE v_made),
    stays AS MATERIALIZED (
      SELECT r.direction, r.prefix FROM rate r WHERE r.plan_id = d.plan_id AND r.hours IS NULL AND r.valid @> v_at
        AND NOT EXISTS (SELECT FROM deck_change g WHERE g.tenant_id = p_tenant AND g.deck_id = p_deck AND g.rate_id = r.id AND g.kind <> 'same')),
    a AS MATERIALIZED (
      SELECT DISTINCT ON (c.n) c.n, y.id AS rate_id, k AS digits
      FROM c CROSS JOIN LATERAL generate_series(1, length(c.prefix)) k JOIN y ON y.direction = c.direction AND y.prefix = left(c.prefix, k) AND y.hours IS NULL
      WHERE NOT v_adds OR k = length(c.prefix) ORDER BY c.n, k DESC),
    a_hours AS (
      SELECT c.n, y.id AS rate_id
      FROM c CROSS JOIN LATERAL generate_series(1, length(c.prefix)) k JOIN y ON y.direction = c.direction AND y.prefix = left(c.prefix, k)
        LEFT JOIN a ON a.n = c.n
      WHERE y.hours IS NOT NULL AND (c.hours IS NULL OR c.hours && y.hours) AND k >= coalesce(a.digits, CASE WHEN v_adds THEN length(c.prefix) END, 1)),
    b AS MATERIALIZED (
      SELECT DISTINCT ON (y.id) x.n, y.id AS rate_id, k AS digits
      FROM y CROSS JOIN LATERAL generate_series(1, length(y.prefix)) k
        JOIN (SELECT direction, prefix, n FROM c WHERE hours IS NULL UNION ALL SELECT direction, prefix, NULL FROM stays) x ON x.direction = y.direction AND x.prefix = left(y.prefix, k)
      WHERE NOT v_added OR k = length(y.prefix) ORDER BY y.id, k DESC),
    b_hours AS (
      SELECT c.n, y.id AS rate_id FROM y CROSS JOIN LATERAL generate_series(1, length(y.prefix)) k JOIN c ON c.direction = y.direction AND c.prefix = left(y.prefix, k)
        LEFT JOIN b ON b.rate_id = y.id
      WHERE c.hours IS NOT NULL AND (y.hours IS NULL OR c.hours && y.hours) AND k >= coalesce(b.digits, CASE WHEN v_added THEN length(y.prefix) END, 1)),
    met AS (SELECT n, rate_id FROM a UNION SELECT * FROM a_hours UNION SELECT n, rate_id FROM b WHERE n IS NOT NULL UNION SELECT * FROM b_hours),
    sides AS (
      SELECT m.n, m.rate_id, c.row_n, y.made, CASE WHEN v_own THEN c.price ELSE y.price END AS sell, CASE WHEN v_own THEN y.price ELSE c.price END AS buy,
        -- Nearly always the answer is plain: no part of what is asked is less than that part of what is paid, and no second is billed
        -- later; or the longest call tells.
        CASE WHEN c.deep OR y.deep THEN NULL
          WHEN v_own AND c.price >= y.price AND c.fee >= y.fee AND c.minimum >= y.minimum AND c.grace <= y.grace AND c.free <= y.free
            AND c.first >= y.first AND (c.first - y.first) % y.next = 0 AND c.next % y.next = 0 THEN false
          WHEN NOT v_own AND y.price >= c.price AND y.fee >= c.fee AND y.minimum >= c.minimum AND y.grace <= c.grace AND y.free <= c.free
            AND y.first >= c.first AND (y.first - c.first) % c.next = 0 AND y.next % c.next = 0 THEN false
          WHEN v_own AND c.price < y.price AND c.longest < y.longest OR NOT v_own AND y.price < c.price AND y.longest < c.longest THEN true
        END AS plain
      FROM met m JOIN c ON c.n = m.n JOIN y ON y.id = m.rate_id),
    pairs AS (
      SELECT s.n, s.sell, s.buy, coalesce(s.plain, CASE WHEN v_own THEN deck_below(deck_price(f), coalesce(s.made, r)) ELSE deck_below(coalesce(s.made, r), deck_price(f)) END) AS short
      FROM sides s LEFT JOIN deck_row f ON s.plain IS NULL AND f.tenant_id = p_tenant AND f.deck_id = p_deck AND f.n = s.row_n
        LEFT JOIN rate r ON s.plain IS NULL AND r.plan_id = p_plan AND r.id = s.rate_id
      UNION ALL
      -- A plan that adds to what it pays sells what it has no price for at a factor and a fee.
      SELECT c.n, (m.sold).per_minute_micros, c.price, deck_below(m.sold, m.bought)
      FROM c JOIN deck_row f ON f.tenant_id = p_tenant AND f.deck_id = p_deck AND f.n = c.row_n
        CROSS JOIN LATERAL (SELECT rate_marked_up(deck_price(f), o) AS sold, deck_price(f) AS bought OFFSET 0) m
      WHERE v_adds AND NOT EXISTS (SELECT FROM a WHERE a.n = c.n)),
    worst AS (
      SELECT n, min(CASE WHEN sell > 0 THEN greatest(floor((sell - buy) * 1000000.0 / sell), -2000000000) WHEN buy > 0 THEN -2000000000 ELSE 0 END)::int AS margin,
        bool_or(short) AS cost
      FROM pairs GROUP BY n),
    marked AS (
      UPDATE deck_change c SET margin_ppm = least(coalesce(c.margin_ppm, w.margin), w.margin), below_cost = c.below_cost OR w.cost,
        below_floor = c.below_floor OR w.cost OR w.margin < v_floor
      FROM worst w WHERE c.tenant_id = p_tenant AND c.deck_id = p_deck AND c.n = w.n RETURNING w.cost, w.margin)
  SELECT jsonb_build_object('side', p_side, 'seller', (SELECT name FROM tenant WHERE id = p_seller), 'plan', o.name, 'floorPpm', v_floor, 'compared', count(*),
      'belowCost', count(*) FILTER (WHERE cost), 'belowFloor', count(*) FILTER (WHERE cost OR margin < v_floor)) INTO v_effect FROM marked;
  UPDATE deck SET effects = effects || v_effect WHERE tenant_id = p_tenant AND id = p_deck;
END $fn$;

DROP FUNCTION deck_short(deck_row, rate, boolean);

DO $$
DECLARE f text;
BEGIN
  FOREACH f IN ARRAY ARRAY['deck_price(deck_row)', 'deck_below(rate, rate)', 'deck_prices(uuid, timestamptz, int)',
    'price_longest(bigint, bigint, int, int, int, bigint)'] LOOP
    EXECUTE format('ALTER FUNCTION %s OWNER TO portal_charge', f);
    EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', f);
  END LOOP;
END $$;
REVOKE CREATE ON SCHEMA public FROM portal_charge;
