-- What the calls of the last thirty days earn each seller at the prices that hold, and at those of a deck; and how much of it is lost
-- on calls that would then be sold below cost. Both sides of a seller are priced by the talk, without tax and without bundles.
GRANT CREATE ON SCHEMA public TO portal_charge;

-- A seller and its plan are found again by what they are, and not by what they are called.
DO $$
DECLARE v text := pg_get_functiondef('deck_margin'::regproc); a text := '''plan'', o.name, ''floorPpm'', v_floor,';
BEGIN
  IF strpos(v, a) = 0 THEN RAISE EXCEPTION 'deck_margin does not say %', a; END IF;
  EXECUTE replace(v, a, '''plan'', o.name, ''sellerId'', p_seller, ''planId'', p_plan, ''floorPpm'', v_floor,');
END $$;

CREATE FUNCTION deck_charge(r rate, p_seconds bigint) RETURNS bigint LANGUAGE sql IMMUTABLE AS $$
  SELECT price_charge(p_seconds, r.per_minute_micros, r.connection_fee_micros, r.first_seconds, r.next_seconds, r.grace_seconds, r.free_seconds, r.minimum_charge_micros,
    r.max_charge_micros, r.step_from, r.step_per_minute, r.step_increment)
$$;

-- What a plan that adds to another one asks, where that one asks p_base and it has p_own itself; as rates_of_plan decides it.
CREATE FUNCTION deck_marked(p_own rate, p_base rate, p plan) RETURNS rate LANGUAGE plpgsql IMMUTABLE AS $fn$
BEGIN
  IF p.kind <> 'markup' OR p_base.prefix IS NULL OR length(p_own.prefix) >= length(p_base.prefix) THEN RETURN p_own; END IF;
  RETURN rate_marked_up(p_base, p);
END $fn$;

-- Adds it to the effects that deck_margin found. A call that nobody can price today is left out; one without a price under the deck
-- earns nothing then. Where prices have hours, a call counts in the week after the deck's moment, at the minute of its answer.
CREATE FUNCTION deck_earn(p_tenant uuid, p_deck uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET jit = off SET work_mem = '64MB' AS $fn$
DECLARE d deck; mine plan; v_at timestamptz; v_since timestamptz; v_hours boolean; v_plans uuid[]; v_sellers uuid[]; v_own boolean; v_effects jsonb;
BEGIN
  d := deck_lock(p_tenant, p_deck);
  SELECT * INTO mine FROM plan WHERE id = d.plan_id;
  SELECT array_agg(x.plan_id), array_agg(x.seller_id), bool_or(x.side = 'own') INTO v_plans, v_sellers, v_own
    FROM deck_parties(p_tenant, p_deck) x JOIN plan p ON p.id = x.plan_id WHERE p.currency = mine.currency;
  IF v_plans IS NULL THEN RETURN; END IF;
  v_at := greatest(coalesce(d.effective_at, d.compared_at), d.compared_at);
  v_since := d.compared_at - interval '30 days';
  v_hours := EXISTS (SELECT FROM deck_row WHERE tenant_id = p_tenant AND deck_id = p_deck AND hours IS NOT NULL)
    OR EXISTS (SELECT FROM rate WHERE hours IS NOT NULL AND plan_id = ANY (v_plans || d.plan_id || mine.base_plan_id));
  WITH buyer AS MATERIALIZED (
      SELECT b.id FROM (SELECT id FROM tenant WHERE plan_id = d.plan_id UNION SELECT tenant_id FROM tenant_plan WHERE plan_id = d.plan_id) b
      WHERE v_own OR b.id = ANY (v_sellers)),
    talk AS MATERIALIZED (
      SELECT h.tenant_id AS buyer, CASE c.kind WHEN 'inbound' THEN 'in' ELSE 'out' END AS direction,
        left(CASE c.kind WHEN 'inbound' THEN regexp_replace(c.dialled, '\D', '', 'g') ELSE c.to_e164 END, 15) AS number,
        CASE WHEN v_hours THEN v_at + (minute_of_week(c.answered_at, mine.time_zone) - minute_of_week(v_at, mine.time_zone) + 10080) % 10080 * interval '1 minute' ELSE v_at END AS at,
        above.plan_id AS above, below.plan_id AS below, least((c.talk_ms + 999) / 1000, coalesce(h.paid_seconds, 2147483647)) AS seconds, count(*) AS calls
      FROM buyer b JOIN tenant_below t ON t.ancestor_id = b.id
        JOIN call c ON c.tenant_id = t.descendant_id AND c.started_at > v_since AND c.state = 'ended' AND c.kind IN ('external', 'inbound') AND c.talk_ms > 0
        JOIN hold h ON h.tenant_id = b.id AND h.call_id = c.id AND h.plan_id = d.plan_id
        LEFT JOIN hold above ON above.tenant_id = d.tenant_id AND above.call_id = c.id AND above.plan_id = ANY (v_plans)
        LEFT JOIN hold below ON below.call_id = c.id AND below.level = h.level - 1 AND below.plan_id = ANY (v_plans)
      WHERE above.plan_id IS NOT NULL OR below.plan_id IS NOT NULL
      GROUP BY 1, 2, 3, 4, 5, 6, 7),
    spot AS MATERIALIZED (SELECT DISTINCT direction, number, at FROM talk),
    was AS MATERIALIZED (
      SELECT direction, prefix, hours, id AS rate_id FROM rate WHERE plan_id = d.plan_id AND lower(valid) <= v_at AND coalesce(upper(valid) > v_at, true)),
    would AS MATERIALIZED (
      SELECT w.*, NULL::int AS row_n FROM was w
        WHERE NOT EXISTS (SELECT FROM deck_change g WHERE g.tenant_id = p_tenant AND g.deck_id = p_deck AND g.rate_id = w.rate_id AND g.kind <> 'same')
      UNION ALL
      SELECT direction, prefix, hours, NULL, row_n FROM deck_change WHERE tenant_id = p_tenant AND deck_id = p_deck AND kind IN ('new', 'up', 'down', 'changed')),
    met_now AS MATERIALIZED (
      SELECT DISTINCT ON (s.direction, s.number, s.at) s.*, w.rate_id
      FROM spot s CROSS JOIN LATERAL generate_series(1, length(s.number)) k
        JOIN was w ON w.direction = s.direction AND w.prefix = left(s.number, k) AND (w.hours IS NULL OR w.hours @> minute_of_week(s.at, mine.time_zone))
      ORDER BY s.direction, s.number, s.at, k DESC, (w.hours IS NOT NULL) DESC),
    met_then AS MATERIALIZED (
      SELECT DISTINCT ON (s.direction, s.number, s.at) s.*, w.rate_id, w.row_n
      FROM spot s CROSS JOIN LATERAL generate_series(1, length(s.number)) k
        JOIN would w ON w.direction = s.direction AND w.prefix = left(s.number, k) AND (w.hours IS NULL OR w.hours @> minute_of_week(s.at, mine.time_zone))
      ORDER BY s.direction, s.number, s.at, k DESC, (w.hours IS NOT NULL) DESC),
    priced AS MATERIALIZED (
      SELECT s.*, deck_marked(r, b.base, mine) AS now, deck_marked(CASE WHEN f.n IS NULL THEN q ELSE deck_price(f) END, b.base, mine) AS later
      FROM spot s LEFT JOIN met_now USING (direction, number, at) LEFT JOIN met_then USING (direction, number, at)
        LEFT JOIN rate r ON r.tenant_id = d.tenant_id AND r.id = met_now.rate_id LEFT JOIN rate q ON q.tenant_id = d.tenant_id AND q.id = met_then.rate_id
        LEFT JOIN deck_row f ON f.tenant_id = p_tenant AND f.deck_id = p_deck AND f.n = met_then.row_n
        LEFT JOIN LATERAL (SELECT (CASE WHEN mine.base_plan_id IS NULL THEN rates_bought(mine.tenant_id, s.direction, prefixes_of(s.number), s.at, s.at, 1)
          ELSE rates_of_plan(mine.base_plan_id, s.direction, prefixes_of(s.number), s.at, s.at, 1) END)[1] AS base WHERE mine.kind = 'markup') b ON true),
    -- The other side: what a plan that adds to this one has itself, what any other asks.
    others AS MATERIALIZED (
      SELECT x.*, p.adds, CASE WHEN p.adds
          THEN (SELECT r FROM rate r WHERE r.plan_id = x.plan_id AND r.direction = x.direction AND r.prefix = ANY (prefixes_of(x.number)) AND lower(r.valid) <= x.at
            AND coalesce(upper(r.valid) > x.at, true) AND (r.hours IS NULL OR r.hours @> minute_of_week(x.at, p.time_zone)) ORDER BY length(r.prefix) DESC, r.hours IS NULL LIMIT 1)
          ELSE (rates_of_plan(x.plan_id, x.direction, prefixes_of(x.number), x.at, x.at, 0))[1] END AS price
      FROM (SELECT direction, number, at, above AS plan_id FROM talk WHERE above IS NOT NULL UNION SELECT direction, number, at, below FROM talk WHERE below IS NOT NULL) x
        JOIN (SELECT id, time_zone, kind = 'markup' AND coalesce(base_plan_id = d.plan_id, true) AND tenant_id IN (SELECT id FROM buyer) AS adds FROM plan) p ON p.id = x.plan_id),
    sides AS MATERIALIZED (
      SELECT 'own' AS side, d.tenant_id AS seller_id, t.above AS plan_id, t.calls, t.seconds, m.now AS sold_now, m.later AS sold_then, o.price AS bought_now, o.price AS bought_then
      FROM talk t JOIN priced m USING (direction, number, at) JOIN others o ON o.plan_id = t.above AND o.direction = t.direction AND o.number = t.number AND o.at = t.at
      UNION ALL
      SELECT 'below', t.buyer, t.below, t.calls, t.seconds, CASE WHEN o.adds THEN deck_marked(o.price, m.now, p) ELSE o.price END,
        CASE WHEN o.adds THEN deck_marked(o.price, m.later, p) ELSE o.price END, m.now, m.later
      FROM talk t JOIN priced m USING (direction, number, at) JOIN others o ON o.plan_id = t.below AND o.direction = t.direction AND o.number = t.number AND o.at = t.at
        JOIN plan p ON p.id = t.below),
    charged AS MATERIALIZED (
      SELECT side, seller_id, plan_id, calls, deck_charge(sold_now, seconds) - deck_charge(bought_now, seconds) AS now,
        CASE WHEN (sold_then).prefix IS NOT NULL AND (bought_then).prefix IS NOT NULL THEN deck_charge(sold_then, seconds) - deck_charge(bought_then, seconds) END AS later
      FROM sides WHERE (sold_now).prefix IS NOT NULL AND (bought_now).prefix IS NOT NULL),
    sums AS (
      SELECT side, seller_id, plan_id, sum(calls) AS calls, sum(calls * now) AS now, sum(calls * later) AS later, sum(calls) FILTER (WHERE later < 0) AS losing,
        -sum(calls * later) FILTER (WHERE later < 0) AS loss, sum(calls) FILTER (WHERE later IS NULL) AS unpriced
      FROM charged GROUP BY 1, 2, 3)
  SELECT jsonb_agg(CASE WHEN e.effect ? 'currency' THEN e.effect ELSE e.effect || jsonb_build_object('earned', jsonb_build_object('calls', coalesce(s.calls, 0),
      'now', coalesce(s.now, 0)::text, 'later', coalesce(s.later, 0)::text, 'losing', coalesce(s.losing, 0), 'loss', coalesce(s.loss, 0)::text, 'unpriced', coalesce(s.unpriced, 0))) END ORDER BY e.n)
    INTO v_effects
    FROM jsonb_array_elements(d.effects) WITH ORDINALITY e(effect, n)
      LEFT JOIN sums s ON s.side = e.effect ->> 'side' AND s.seller_id = (e.effect ->> 'sellerId')::uuid AND s.plan_id = (e.effect ->> 'planId')::uuid;
  UPDATE deck SET effects = coalesce(v_effects, '[]') WHERE tenant_id = p_tenant AND id = p_deck;
END $fn$;

DO $$
DECLARE f text;
BEGIN
  FOREACH f IN ARRAY ARRAY['deck_charge(rate, bigint)', 'deck_marked(rate, rate, plan)', 'deck_earn(uuid, uuid)'] LOOP
    EXECUTE format('ALTER FUNCTION %s OWNER TO portal_charge', f);
    EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', f);
  END LOOP;
END $$;
GRANT EXECUTE ON FUNCTION deck_earn(uuid, uuid) TO portal_app;
REVOKE CREATE ON SCHEMA public FROM portal_charge;
