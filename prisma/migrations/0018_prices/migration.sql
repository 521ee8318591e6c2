-- What a talk costs, and by which rate. The same arithmetic stands in server/domain/rating/price.rules.ts; a test holds
-- the two together. Everything here is exact: micros and seconds are whole numbers, and the only rounding is up, to the
-- next micro, once per call (tax: to the nearest, half up).
GRANT CREATE ON SCHEMA public TO portal_charge;

-- ---------------------------------------------------------------- seconds and money
-- The seconds that are billed, all steps together, before anything free is taken off. Each step's seconds are rounded up
-- to its own increment.
CREATE FUNCTION price_billed(p_seconds bigint, p_first int, p_next int, p_grace int, p_step_from int[], p_step_increment int[])
RETURNS int LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $fn$
DECLARE n bigint := p_seconds; billed bigint;
BEGIN
  IF p_seconds <= 0 OR p_seconds <= p_grace THEN RETURN 0; END IF;
  IF p_step_from IS NOT NULL AND n > p_step_from[1] THEN n := p_step_from[1]; END IF;
  billed := CASE WHEN n <= p_first THEN p_first ELSE p_first + ((n - p_first + p_next - 1) / p_next) * p_next END;
  IF p_step_from IS NOT NULL THEN
    FOR i IN 1..cardinality(p_step_from) LOOP
      n := least(p_seconds, coalesce(p_step_from[i + 1], p_seconds)) - p_step_from[i];
      EXIT WHEN n <= 0;
      billed := billed + ((n + p_step_increment[i] - 1) / p_step_increment[i]) * p_step_increment[i];
    END LOOP;
  END IF;
  RETURN billed;
END $fn$;

-- What so many started seconds cost, without tax. Free seconds are taken off the beginning; the fee is due all the same.
CREATE FUNCTION price_charge(p_seconds bigint, p_per_minute bigint, p_fee bigint, p_first int, p_next int, p_grace int, p_free int, p_minimum bigint,
  p_max bigint, p_step_from int[], p_step_per_minute bigint[], p_step_increment int[])
RETURNS bigint LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $fn$
DECLARE n bigint := p_seconds; billed bigint; free bigint := p_free; owed bigint; cost bigint;
BEGIN
  IF p_seconds <= 0 OR p_seconds <= p_grace THEN RETURN 0; END IF;
  IF p_step_from IS NOT NULL AND n > p_step_from[1] THEN n := p_step_from[1]; END IF;
  billed := CASE WHEN n <= p_first THEN p_first ELSE p_first + ((n - p_first + p_next - 1) / p_next) * p_next END;
  owed := greatest(billed - free, 0) * p_per_minute;
  IF p_step_from IS NOT NULL THEN
    free := greatest(free - billed, 0);
    FOR i IN 1..cardinality(p_step_from) LOOP
      n := least(p_seconds, coalesce(p_step_from[i + 1], p_seconds)) - p_step_from[i];
      EXIT WHEN n <= 0;
      billed := ((n + p_step_increment[i] - 1) / p_step_increment[i]) * p_step_increment[i];
      owed := owed + greatest(billed - free, 0) * p_step_per_minute[i];
      free := greatest(free - billed, 0);
    END LOOP;
  END IF;
  cost := greatest(p_fee + (owed + 59) / 60, p_minimum);
  RETURN CASE WHEN cost > p_max THEN p_max ELSE cost END;
END $fn$;

-- The longest time from the answer that a budget (without tax) pays for, and no more than the first increment beyond
-- p_most. 0 when not even the first second is paid for. Beyond a maximum charge that cuts nothing is granted.
CREATE FUNCTION price_affordable(p_budget bigint, p_most int, p_per_minute bigint, p_fee bigint, p_first int, p_next int, p_free int, p_minimum bigint,
  p_max bigint, p_beyond text, p_step_from int[], p_step_per_minute bigint[], p_step_increment int[])
RETURNS int LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $fn$
DECLARE enough bigint := greatest(p_most, p_first); budget bigint := least(p_budget, 1000000000000); paid bigint; low bigint; high bigint; middle bigint;
BEGIN
  IF p_max IS NOT NULL AND budget >= p_max THEN
    IF p_beyond = 'free' THEN RETURN enough; END IF;
    budget := p_max;
  END IF;
  IF budget < p_fee OR budget < p_minimum THEN RETURN 0; END IF;
  IF p_step_from IS NULL THEN
    IF p_per_minute = 0 THEN RETURN enough; END IF;
    paid := (budget - p_fee) * 60 / p_per_minute + p_free;
    IF paid < p_first THEN RETURN 0; END IF;
    RETURN p_first + ((least(paid, enough + p_next) - p_first) / p_next) * p_next;
  END IF;
  low := 0; high := enough;
  WHILE low < high LOOP
    middle := (low + high + 1) / 2;
    IF price_charge(middle, p_per_minute, p_fee, p_first, p_next, 0, p_free, p_minimum, NULL, p_step_from, p_step_per_minute, p_step_increment) <= budget
      THEN low := middle; ELSE high := middle - 1; END IF;
  END LOOP;
  RETURN low;
END $fn$;

CREATE FUNCTION tax_on(p_net bigint, p_ppm int) RETURNS bigint LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $fn$
BEGIN
  IF p_ppm = 0 THEN RETURN 0; END IF;
  RETURN div(p_net::numeric * p_ppm + 500000, 1000000);
END $fn$;

-- The largest net amount that fits into a gross one.
CREATE FUNCTION net_within(p_gross bigint, p_ppm int) RETURNS bigint LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $fn$
DECLARE net bigint;
BEGIN
  IF p_ppm = 0 OR p_gross <= 0 THEN RETURN p_gross; END IF;
  net := div(p_gross::numeric * 1000000, 1000000 + p_ppm);
  WHILE net + tax_on(net, p_ppm) > p_gross LOOP net := net - 1; END LOOP;
  WHILE net + 1 + tax_on(net + 1, p_ppm) <= p_gross LOOP net := net + 1; END LOOP;
  RETURN net;
END $fn$;

-- ---------------------------------------------------------------- which rate
-- Minutes since Monday 00:00 in a zone.
CREATE FUNCTION minute_of_week(p_at timestamptz, p_zone text) RETURNS int LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT ((extract(isodow FROM p_at AT TIME ZONE p_zone) - 1) * 1440 + extract(hour FROM p_at AT TIME ZONE p_zone) * 60 + extract(minute FROM p_at AT TIME ZONE p_zone))::int
$$;

CREATE FUNCTION prefixes_of(p_digits text) RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT array(SELECT left(p_digits, n) FROM generate_series(1, least(length(p_digits), 15)) n)
$$;

-- Times a factor in millionths, rounded up.
CREATE FUNCTION times_ppm(p_amount bigint, p_ppm int) RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT ceil(p_amount::numeric * p_ppm / 1000000)::bigint
$$;

-- The price of a markup plan, made from the price it starts from.
CREATE FUNCTION rate_marked_up(r rate, p plan) RETURNS rate LANGUAGE plpgsql IMMUTABLE AS $fn$
BEGIN
  r.per_minute_micros := least(greatest(times_ppm(r.per_minute_micros, p.factor_ppm) + p.per_minute_fee_micros, p.floor_per_minute_micros), 1000000000);
  r.connection_fee_micros := least(times_ppm(r.connection_fee_micros, p.factor_ppm) + p.call_fee_micros, 1000000000);
  r.minimum_charge_micros := least(times_ppm(r.minimum_charge_micros, p.factor_ppm), 1000000000);
  -- A maximum below the minimum would be none.
  IF r.max_charge_micros IS NOT NULL THEN
    r.max_charge_micros := greatest(times_ppm(r.max_charge_micros, p.factor_ppm) + p.call_fee_micros, r.minimum_charge_micros, 1);
  END IF;
  IF r.step_per_minute IS NOT NULL THEN
    r.step_per_minute := ARRAY(SELECT least(greatest(times_ppm(s, p.factor_ppm) + p.per_minute_fee_micros, p.floor_per_minute_micros), 1000000000)
      FROM unnest(r.step_per_minute) WITH ORDINALITY AS u(s, n) ORDER BY n);
  END IF;
  RETURN r;
END $fn$;

-- What a plan asks for a number: the longest prefix wins, of one prefix the rate with hours that hold. The second element
-- is the rate at p_until, when that is another one. A markup plan asks its base and adds to it, unless it prices an equally
-- long prefix itself. Empty: no price.
-- Validity is spelt out, because the range operator would draw the planner to the exclusion constraint's index, which
-- reads a whole plan.
CREATE FUNCTION rates_of_plan(p_plan uuid, p_direction text, p_prefixes text[], p_at timestamptz, p_until timestamptz, p_depth int)
RETURNS rate[] LANGUAGE plpgsql STABLE AS $fn$
DECLARE p plan; r rate; now_rate rate; late_rate rate; base rate[]; minute_now int; minute_late int;
BEGIN
  FOR r IN SELECT * FROM rate WHERE plan_id = p_plan AND direction = p_direction AND prefix = ANY (p_prefixes)
      AND lower(valid) <= p_until AND coalesce(upper(valid) > p_at, true)
      ORDER BY length(prefix) DESC, hours IS NULL LOOP
    IF r.hours IS NOT NULL AND minute_now IS NULL THEN
      SELECT * INTO p FROM plan WHERE id = p_plan;
      minute_now := minute_of_week(p_at, p.time_zone); minute_late := minute_of_week(p_until, p.time_zone);
    END IF;
    IF now_rate.id IS NULL AND lower(r.valid) <= p_at AND (r.hours IS NULL OR r.hours @> minute_now) THEN now_rate := r; END IF;
    IF late_rate.id IS NULL AND coalesce(upper(r.valid) > p_until, true) AND (r.hours IS NULL OR r.hours @> minute_late) THEN late_rate := r; END IF;
    EXIT WHEN now_rate.id IS NOT NULL AND late_rate.id IS NOT NULL;
  END LOOP;
  IF p.id IS NULL THEN SELECT * INTO p FROM plan WHERE id = p_plan; END IF;
  IF p.kind = 'markup' AND p_depth < 10 THEN
    base := CASE WHEN p.base_plan_id IS NULL THEN rates_bought(p.tenant_id, p_direction, p_prefixes, p_at, p_until, p_depth + 1)
      ELSE rates_of_plan(p.base_plan_id, p_direction, p_prefixes, p_at, p_until, p_depth + 1) END;
    r := base[1];
    IF r.id IS NOT NULL AND (now_rate.id IS NULL OR length(r.prefix) > length(now_rate.prefix)) THEN now_rate := rate_marked_up(r, p); END IF;
    IF cardinality(base) > 1 THEN r := base[2]; END IF;
    IF r.id IS NOT NULL AND (late_rate.id IS NULL OR length(r.prefix) > length(late_rate.prefix)) THEN late_rate := rate_marked_up(r, p); END IF;
  END IF;
  IF now_rate.id IS NULL THEN RETURN '{}'; END IF;
  IF late_rate.id IS NULL OR late_rate.id = now_rate.id THEN RETURN ARRAY[now_rate]; END IF;
  RETURN ARRAY[now_rate, late_rate];
END $fn$;

-- The plans that a tenant buys by, in the order in which they are asked.
CREATE FUNCTION plans_bought(p_tenant uuid) RETURNS uuid[] LANGUAGE sql STABLE AS $$
  SELECT array(SELECT plan_id FROM tenant_plan WHERE tenant_id = p_tenant ORDER BY priority)
    || (SELECT CASE WHEN plan_id IS NULL THEN '{}'::uuid[] ELSE ARRAY[plan_id] END FROM tenant WHERE id = p_tenant)
$$;

-- What a tenant pays for a number: by the first of its plans that prices it.
CREATE FUNCTION rates_bought(p_tenant uuid, p_direction text, p_prefixes text[], p_at timestamptz, p_until timestamptz, p_depth int)
RETURNS rate[] LANGUAGE plpgsql STABLE AS $fn$
DECLARE v_plan uuid; found_rates rate[];
BEGIN
  FOREACH v_plan IN ARRAY plans_bought(p_tenant) LOOP
    found_rates := rates_of_plan(v_plan, p_direction, p_prefixes, p_at, p_until, p_depth);
    IF cardinality(found_rates) > 0 THEN RETURN found_rates; END IF;
  END LOOP;
  RETURN '{}';
END $fn$;

-- For people's questions and for re-rating: the one rate of a plan for a number at a moment; all NULL when there is none.
CREATE FUNCTION rate_for(p_plan uuid, p_direction text, p_digits text, p_at timestamptz)
RETURNS rate LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
DECLARE found_rates rate[]; r rate;
BEGIN
  IF NOT plan_is_seen(p_plan) THEN RETURN NULL; END IF;
  found_rates := rates_of_plan(p_plan, p_direction, prefixes_of(p_digits), p_at, p_at, 0);
  r := found_rates[1];
  RETURN r;
END $fn$;

-- Whether the tenant acted on may know a plan's prices: it owns the plan, buys by it, or stands above its owner. A markup
-- is calculated from prices that its buyer must not see, so this is asked before and the base is read with more rights.
CREATE FUNCTION plan_is_seen(p_plan uuid) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT EXISTS (SELECT FROM plan p JOIN tenant_below b ON b.descendant_id = p.tenant_id AND b.ancestor_id = app_tenant() WHERE p.id = p_plan)
    OR p_plan = ANY (plans_bought(app_tenant()))
$$;

-- What a talk of so many milliseconds costs by a rate, without tax, and the seconds billed.
CREATE FUNCTION price_of(r rate, p_talk_ms bigint, p_free_more int DEFAULT 0, OUT billed_seconds int, OUT net_micros bigint)
LANGUAGE plpgsql IMMUTABLE AS $fn$
BEGIN
  billed_seconds := price_billed((p_talk_ms + 999) / 1000, r.first_seconds, r.next_seconds, r.grace_seconds, r.step_from, r.step_increment);
  net_micros := price_charge((p_talk_ms + 999) / 1000, r.per_minute_micros, r.connection_fee_micros, r.first_seconds, r.next_seconds, r.grace_seconds,
    r.free_seconds + p_free_more, r.minimum_charge_micros, r.max_charge_micros, r.step_from, r.step_per_minute, r.step_increment);
END $fn$;

DROP FUNCTION rate_find(uuid, text, timestamptz);

DO $$
DECLARE f text;
BEGIN
  FOREACH f IN ARRAY ARRAY['price_billed(bigint, int, int, int, int[], int[])',
    'price_charge(bigint, bigint, bigint, int, int, int, int, bigint, bigint, int[], bigint[], int[])',
    'price_affordable(bigint, int, bigint, bigint, int, int, int, bigint, bigint, text, int[], bigint[], int[])', 'tax_on(bigint, int)', 'net_within(bigint, int)',
    'minute_of_week(timestamptz, text)', 'prefixes_of(text)', 'times_ppm(bigint, int)', 'rate_marked_up(rate, plan)',
    'rates_of_plan(uuid, text, text[], timestamptz, timestamptz, int)', 'plans_bought(uuid)', 'rates_bought(uuid, text, text[], timestamptz, timestamptz, int)',
    'rate_for(uuid, text, text, timestamptz)', 'plan_is_seen(uuid)', 'price_of(rate, bigint, int)'] LOOP
    EXECUTE format('ALTER FUNCTION %s OWNER TO portal_charge', f);
    EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', f);
  END LOOP;
  FOREACH f IN ARRAY ARRAY['price_billed(bigint, int, int, int, int[], int[])',
    'price_charge(bigint, bigint, bigint, int, int, int, int, bigint, bigint, int[], bigint[], int[])',
    'price_affordable(bigint, int, bigint, bigint, int, int, int, bigint, bigint, text, int[], bigint[], int[])', 'tax_on(bigint, int)', 'net_within(bigint, int)',
    'rate_for(uuid, text, text, timestamptz)', 'price_of(rate, bigint, int)'] LOOP
    EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO portal_app', f);
  END LOOP;
END $$;
REVOKE CREATE ON SCHEMA public FROM portal_charge;
