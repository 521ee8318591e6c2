-- The life of a call in money, with prices in depth: steps, least and most charge, free seconds, bundles, tax, caps by day,
-- month and call, several plans and markups, and calls from outside. It replaces the functions of 0004_charging that it
-- names. Lock order as before: the call's row, then wallets by id. Bundles are read and written under their wallet's lock.
GRANT CREATE ON SCHEMA public TO portal_charge;

-- 'seconds' or 'calls', of the bundle that pays first.
ALTER TABLE hold ADD COLUMN bundle_unit text CHECK (bundle_unit IN ('seconds', 'calls'));

-- ---------------------------------------------------------------- a hold and its price
CREATE FUNCTION hold_net(h hold, p_seconds bigint) RETURNS bigint LANGUAGE plpgsql IMMUTABLE AS $fn$
BEGIN
  RETURN price_charge(p_seconds, h.per_minute_micros, h.connection_fee_micros, h.first_seconds, h.next_seconds, 0,
    h.free_seconds + CASE WHEN h.bundle_unit = 'seconds' THEN h.bundle_held ELSE 0 END, h.minimum_charge_micros, h.max_charge_micros,
    h.step_from, h.step_per_minute, h.step_increment);
END $fn$;

-- What must be put aside for so many seconds: with tax, and at the dearer price while it is open which one will hold.
CREATE FUNCTION hold_gross(h hold, p_seconds bigint) RETURNS bigint LANGUAGE plpgsql IMMUTABLE AS $fn$
DECLARE net bigint := hold_net(h, p_seconds);
BEGIN
  IF h.late IS NOT NULL THEN net := greatest(net, hold_net(hold_at_late_price(h), p_seconds)); END IF;
  RETURN net + tax_on(net, h.tax_ppm);
END $fn$;

-- The seconds that a gross budget pays for.
CREATE FUNCTION hold_affordable(h hold, p_budget bigint, p_most int) RETURNS int LANGUAGE plpgsql IMMUTABLE AS $fn$
DECLARE net bigint := net_within(least(p_budget, 1000000000000), h.tax_ppm); fits int; l hold;
BEGIN
  fits := price_affordable(net, p_most, h.per_minute_micros, h.connection_fee_micros, h.first_seconds, h.next_seconds,
    h.free_seconds + CASE WHEN h.bundle_unit = 'seconds' THEN h.bundle_held ELSE 0 END, h.minimum_charge_micros, h.max_charge_micros, h.beyond,
    h.step_from, h.step_per_minute, h.step_increment);
  IF h.late IS NOT NULL THEN
    l := hold_at_late_price(h);
    fits := least(fits, price_affordable(net, p_most, l.per_minute_micros, l.connection_fee_micros, l.first_seconds, l.next_seconds,
      l.free_seconds + CASE WHEN l.bundle_unit = 'seconds' THEN l.bundle_held ELSE 0 END, l.minimum_charge_micros, l.max_charge_micros, l.beyond,
      l.step_from, l.step_per_minute, l.step_increment));
  END IF;
  RETURN fits;
END $fn$;

-- Copies the price of a rate into a hold.
CREATE FUNCTION hold_priced(h hold, r rate) RETURNS hold LANGUAGE plpgsql IMMUTABLE AS $fn$
BEGIN
  h.prefix := r.prefix; h.per_minute_micros := r.per_minute_micros; h.connection_fee_micros := r.connection_fee_micros;
  h.first_seconds := r.first_seconds; h.next_seconds := r.next_seconds; h.grace_seconds := r.grace_seconds; h.free_seconds := r.free_seconds;
  h.minimum_charge_micros := r.minimum_charge_micros; h.max_charge_micros := r.max_charge_micros; h.beyond := r.beyond;
  h.step_from := r.step_from; h.step_per_minute := r.step_per_minute; h.step_increment := r.step_increment;
  RETURN h;
END $fn$;

CREATE FUNCTION hold_at_late_price(h hold) RETURNS hold LANGUAGE plpgsql IMMUTABLE AS $fn$
BEGIN
  RETURN jsonb_populate_record(h, (h.late -> 'price') || '{"late": null}');
END $fn$;

-- The price that takes over while the call may still be ringing, and the moment when it does.
CREATE FUNCTION hold_late(p_tenant uuid, p_direction text, p_prefixes text[], p_now rate, p_late rate, p_at timestamptz, p_until timestamptz)
RETURNS jsonb LANGUAGE plpgsql STABLE AS $fn$
DECLARE moment timestamptz; found_rates rate[]; r rate;
BEGIN
  FOR moment IN SELECT m FROM (
      SELECT lower(p_late.valid) AS m UNION SELECT upper(p_now.valid)
      UNION SELECT date_trunc('minute', p_at) + n * interval '1 minute' FROM generate_series(1, 3) n) x
      WHERE m > p_at AND m <= p_until ORDER BY m LOOP
    found_rates := rates_bought(p_tenant, p_direction, p_prefixes, moment, moment, 0);
    r := found_rates[1];
    EXIT WHEN r.id = p_late.id;
  END LOOP;
  RETURN jsonb_build_object('from', coalesce(moment, p_until), 'price', jsonb_build_object('prefix', p_late.prefix, 'per_minute_micros', p_late.per_minute_micros,
    'connection_fee_micros', p_late.connection_fee_micros, 'first_seconds', p_late.first_seconds, 'next_seconds', p_late.next_seconds,
    'grace_seconds', p_late.grace_seconds, 'free_seconds', p_late.free_seconds, 'minimum_charge_micros', p_late.minimum_charge_micros,
    'max_charge_micros', p_late.max_charge_micros, 'beyond', p_late.beyond, 'step_from', p_late.step_from, 'step_per_minute', p_late.step_per_minute,
    'step_increment', p_late.step_increment));
END $fn$;

-- The price is chosen at the answer, for the whole call. What is held stays: it is enough for either.
CREATE FUNCTION call_choose_price(p_call uuid, p_answered timestamptz) RETURNS void LANGUAGE plpgsql AS $fn$
DECLARE h hold;
BEGIN
  FOR h IN SELECT * FROM hold WHERE call_id = p_call AND late IS NOT NULL LOOP
    IF p_answered >= (h.late ->> 'from')::timestamptz THEN h := hold_at_late_price(h); END IF;
    UPDATE hold SET (late, prefix, per_minute_micros, connection_fee_micros, first_seconds, next_seconds, grace_seconds, free_seconds, minimum_charge_micros,
        max_charge_micros, beyond, step_from, step_per_minute, step_increment)
      = (NULL, h.prefix, h.per_minute_micros, h.connection_fee_micros, h.first_seconds, h.next_seconds, h.grace_seconds, h.free_seconds, h.minimum_charge_micros,
        h.max_charge_micros, h.beyond, h.step_from, h.step_per_minute, h.step_increment)
      WHERE tenant_id = h.tenant_id AND call_id = h.call_id;
  END LOOP;
END $fn$;

-- Whether a level sells below what it pays: compared where prices can cross, with neither bundles nor tax.
CREATE FUNCTION hold_below(sold hold, bought hold, p_seconds int) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS $fn$
DECLARE n bigint;
BEGIN
  FOREACH n IN ARRAY ARRAY[1, sold.grace_seconds + 1, sold.first_seconds, sold.first_seconds + 1, bought.first_seconds, bought.first_seconds + 1, p_seconds]
      || coalesce(sold.step_from, '{}') || coalesce(bought.step_from, '{}') || coalesce(bought.step_from, '{}') LOOP
    IF hold_net(sold, n) < hold_net(bought, n) OR hold_net(sold, n + 1) < hold_net(bought, n + 1) THEN RETURN true; END IF;
  END LOOP;
  -- The same in the long run, where nothing bounds the price of either.
  IF sold.max_charge_micros IS NULL AND bought.max_charge_micros IS NULL AND sold.step_from IS NULL AND bought.step_from IS NULL THEN
    RETURN sold.per_minute_micros < bought.per_minute_micros;
  END IF;
  RETURN hold_net(sold, 14400) < hold_net(bought, 14400);
END $fn$;

-- ---------------------------------------------------------------- bundles
CREATE FUNCTION bundle_period_start(p_period text, p_at timestamptz, p_zone text) RETURNS date LANGUAGE sql STABLE AS $$
  SELECT CASE p_period WHEN 'month' THEN date_trunc('month', p_at AT TIME ZONE p_zone)::date ELSE (p_at AT TIME ZONE p_zone)::date END
$$;

-- Lets the first bundle that fits the number pay: for a bundle of calls this one is free for a while, of one of seconds the
-- call may keep all that is left. Whoever calls this holds the wallet's lock.
CREATE FUNCTION hold_bundled(h hold, p_prefixes text[], p_at timestamptz) RETURNS hold LANGUAGE plpgsql STABLE AS $fn$
DECLARE b record;
BEGIN
  SELECT x.id, x.unit, x.amount - coalesce(u.used + u.held, 0) AS remaining, x.seconds_per_call, period.start INTO b
    FROM tenant_bundle tb JOIN bundle x ON x.id = tb.bundle_id JOIN tenant t ON t.id = tb.tenant_id
    CROSS JOIN LATERAL (SELECT bundle_period_start(x.period, p_at, t.time_zone) AS start) period
    LEFT JOIN bundle_use u ON u.tenant_id = tb.tenant_id AND u.bundle_id = x.id AND u.period_start = period.start
    WHERE tb.tenant_id = h.tenant_id AND tb.valid @> p_at AND x.prefixes && p_prefixes AND x.amount > coalesce(u.used + u.held, 0)
    ORDER BY lower(tb.valid), x.id LIMIT 1;
  IF NOT FOUND THEN RETURN h; END IF;
  h.bundle_id := b.id; h.bundle_period := b.start; h.bundle_unit := b.unit;
  IF b.unit = 'calls' THEN
    h.bundle_held := 1; h.free_seconds := h.free_seconds + b.seconds_per_call; h.connection_fee_micros := 0; h.minimum_charge_micros := 0;
    IF h.late IS NOT NULL THEN
      h.late := jsonb_set(h.late, '{price}', (h.late -> 'price') || jsonb_build_object('connection_fee_micros', 0, 'minimum_charge_micros', 0,
        'free_seconds', (h.late -> 'price' ->> 'free_seconds')::int + b.seconds_per_call));
    END IF;
  ELSE
    h.bundle_held := b.remaining;
  END IF;
  RETURN h;
END $fn$;

-- The seconds of its bundle that a call of so many granted seconds needs at most.
CREATE FUNCTION hold_bundle_need(h hold, p_seconds bigint) RETURNS int LANGUAGE plpgsql IMMUTABLE AS $fn$
BEGIN
  IF h.bundle_unit IS DISTINCT FROM 'seconds' THEN RETURN h.bundle_held; END IF;
  IF h.late IS NOT NULL THEN RETURN greatest(hold_bundle_need(hold_at_late_price(h), p_seconds),
    price_billed(p_seconds, h.first_seconds, h.next_seconds, 0, h.step_from, h.step_increment) - h.free_seconds, 0); END IF;
  RETURN greatest(price_billed(p_seconds, h.first_seconds, h.next_seconds, 0, h.step_from, h.step_increment) - h.free_seconds, 0);
END $fn$;

CREATE FUNCTION bundle_keep(p_tenant uuid, p_bundle uuid, p_period date, p_held int, p_used int) RETURNS void LANGUAGE plpgsql AS $fn$
BEGIN
  UPDATE bundle_use SET held = held + p_held, used = used + p_used WHERE tenant_id = p_tenant AND bundle_id = p_bundle AND period_start = p_period;
  IF NOT FOUND THEN INSERT INTO bundle_use (tenant_id, bundle_id, period_start, held, used) VALUES (p_tenant, p_bundle, p_period, p_held, p_used); END IF;
END $fn$;

-- ---------------------------------------------------------------- caps
-- What today's and this month's caps of tenant and extension still allow, held money counted as spent; a row per cap.
CREATE FUNCTION caps_left(t tenant, x extension, p_at timestamptz)
RETURNS TABLE (gate text, code text, cap bigint, remaining bigint) LANGUAGE plpgsql STABLE AS $fn$
DECLARE today date := (p_at AT TIME ZONE t.time_zone)::date; s record; h record;
BEGIN
  SELECT coalesce(sum(charged_micros), 0) AS month, coalesce(sum(charged_micros) FILTER (WHERE day = today), 0) AS day,
      coalesce(sum(charged_micros) FILTER (WHERE extension_id = x.id), 0) AS x_month, coalesce(sum(charged_micros) FILTER (WHERE extension_id = x.id AND day = today), 0) AS x_day INTO s
    FROM spend_day WHERE tenant_id = t.id AND day BETWEEN date_trunc('month', today::timestamp)::date AND today;
  SELECT coalesce(sum(o.held_micros), 0) AS total, coalesce(sum(o.held_micros) FILTER (WHERE c.extension_id = x.id), 0) AS own INTO h
    FROM hold o JOIN call c ON c.tenant_id = o.call_tenant_id AND c.id = o.call_id WHERE o.tenant_id = t.id AND o.state = 'open' AND o.level = 0;
  RETURN QUERY SELECT v.gate, v.code, v.cap, (v.cap - v.spent - v.held)::bigint FROM (VALUES
      ('daily cap', 'CAP-01', t.daily_cap_micros, s.day, h.total), ('extension daily cap', 'CAP-01', x.daily_cap_micros, s.x_day, h.own),
      ('monthly cap', 'CAP-02', t.monthly_cap_micros, s.month, h.total), ('extension monthly cap', 'CAP-02', x.monthly_cap_micros, s.x_month, h.own))
    AS v(gate, code, cap, spent, held) WHERE v.cap IS NOT NULL;
END $fn$;

CREATE FUNCTION has_caps(t tenant, x extension) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
  SELECT coalesce(t.daily_cap_micros, t.monthly_cap_micros, x.daily_cap_micros, x.monthly_cap_micros) IS NOT NULL
$$;

-- ---------------------------------------------------------------- step 1: before anything is dialled
-- The part that costs money, for both directions: finds the price at every level of the chain, walks the gates of price,
-- number of calls, caps and money, puts aside at every level the price of the granted time, and writes the call down.
-- An incoming call that nobody pays for passes all of them.
CREATE FUNCTION call_place(c call, t tenant, x extension, p_direction text, p_prefixes text[], p_at timestamptz, p_kind text, p_target text, p_caller text)
RETURNS call_verdict LANGUAGE plpgsql AS $fn$
DECLARE
  level record; rates rate[]; r rate; p plan; w wallet; h hold; hs hold[] := '{}'; below_cost boolean[] := '{}'; currencies text[] := '{}'; budgets bigint[];
  v_plan uuid; n int; i int; slice int := 300; granted int; fits int; why text; price bigint; most bigint; cap record; cap_code text; cap_gate text; cap_limit bigint;
  open_calls int; open_here int; recent int; above int := 0; until timestamptz := p_at + interval '2 minutes'; bound bigint;
BEGIN
  -- The chain: the caller's tenant, then each reseller above; the operator sells and does not pay.
  FOR level IN SELECT a.id, a.state, a.plan_id, a.sells_below_cost, a.tax_ppm, b.depth FROM tenant_below b JOIN tenant a ON a.id = b.ancestor_id
    WHERE b.descendant_id = t.id AND a.kind <> 'operator' ORDER BY b.depth LOOP
    rates := '{}'; p := NULL; w := NULL; r := NULL; v_plan := NULL;
    FOREACH v_plan IN ARRAY plans_bought(level.id) LOOP
      rates := rates_of_plan(v_plan, p_direction, p_prefixes, p_at, until, 0);
      EXIT WHEN cardinality(rates) > 0;
    END LOOP;
    r := rates[1];
    IF r.id IS NULL AND p_direction = 'in' THEN above := above + 1; CONTINUE; END IF;
    IF level.state <> 'active' AND level.depth > 0 THEN
      c.trace := c.trace || gate('provider', false, 'suspended', 'active');
      RETURN call_refuse(c, 'BAL-03');
    END IF;
    SELECT * INTO p FROM plan WHERE id = v_plan;
    SELECT * INTO w FROM wallet WHERE wallet.tenant_id = level.id AND wallet.currency = p.currency;
    IF r.id IS NULL OR w.id IS NULL THEN
      c.trace := c.trace || gate('price', false, coalesce(c.to_e164, c.dialled), CASE WHEN v_plan IS NULL THEN 'no plan' ELSE 'no rate' END);
      RETURN call_refuse(c, 'RAT-01');
    END IF;
    -- Somebody below gets this call for less than it costs here: for nothing.
    IF above > 0 AND NOT level.sells_below_cost THEN
      c.trace := c.trace || gate('margin', false, 'below cost', 'at least cost');
      RETURN call_refuse(c, 'RAT-02');
    END IF;
    h := NULL; h.tenant_id := level.id; h.call_id := c.id; h.call_tenant_id := t.id; h.level := level.depth; h.wallet_id := w.id; h.state := 'open'; h.held_micros := 0;
    h.plan_name := p.name; h.tax_ppm := level.tax_ppm;
    h := hold_priced(h, r);
    IF cardinality(rates) > 1 THEN h.late := hold_late(level.id, p_direction, p_prefixes, r, rates[2], p_at, until); END IF;
    hs := hs || h; currencies := currencies || p.currency::text; below_cost := below_cost || level.sells_below_cost;
    IF cardinality(hs) = 1 THEN slice := p.slice_seconds; c.currency := p.currency; END IF;
  END LOOP;
  n := cardinality(hs);
  IF n = 0 THEN
    IF p_direction = 'in' THEN
      c.granted_seconds := 14400;
      INSERT INTO call SELECT c.* ON CONFLICT (pbx, pbx_call_id) DO NOTHING;
      RETURN (c.id, c.tenant_id, p_kind, '', 14400, p_target, p_caller)::call_verdict;
    END IF;
    c.trace := c.trace || gate('price', false, c.to_e164, 'the operator itself has no wallet to pay from');
    RETURN call_refuse(c, 'RAT-01');
  END IF;
  h := hs[1];
  c.trace := c.trace || gate('price', true, h.prefix, h.plan_name);

  IF t.max_per_minute_micros IS NOT NULL OR x.max_per_minute_micros IS NOT NULL THEN
    bound := least(t.max_per_minute_micros, x.max_per_minute_micros);
    SELECT max(v) INTO most FROM unnest(ARRAY[h.per_minute_micros, (h.late -> 'price' ->> 'per_minute_micros')::bigint] || h.step_per_minute) v;
    c.trace := c.trace || gate('price per minute', most <= bound, most::text, bound::text);
    IF most > bound THEN RETURN call_refuse(c, 'CAP-04'); END IF;
  END IF;

  -- Nobody sells below what they pay, unless they said so.
  granted := greatest(slice, h.first_seconds);
  FOR i IN 1..n - 1 LOOP
    IF NOT below_cost[i + 1] AND currencies[i] = currencies[i + 1] AND hold_below(hs[i], hs[i + 1], granted) THEN
      c.trace := c.trace || gate('margin', false, 'below cost', 'at least cost');
      RETURN call_refuse(c, 'RAT-02');
    END IF;
  END LOOP;

  -- Money. From here on calls of one wallet queue.
  budgets := array_fill(0::bigint, ARRAY[n]);
  FOR w IN SELECT * FROM wallet WHERE id IN (SELECT y.wallet_id FROM unnest(hs) y) ORDER BY id FOR UPDATE LOOP
    FOR i IN 1..n LOOP
      h := hs[i];
      IF h.wallet_id = w.id THEN budgets[i] := w.posted_micros - w.held_micros + w.credit_limit_micros; END IF;
    END LOOP;
  END LOOP;
  -- Somebody else may have answered the same question while this one waited for the lock.
  IF EXISTS (SELECT FROM call WHERE pbx = c.pbx AND pbx_call_id = c.pbx_call_id) THEN
    SELECT * INTO c FROM call WHERE pbx = c.pbx AND pbx_call_id = c.pbx_call_id;
    RETURN call_answer_again(c, x.sip_username);
  END IF;

  SELECT count(*), count(*) FILTER (WHERE extension_id = x.id) INTO open_calls, open_here
    FROM call WHERE tenant_id = t.id AND state <> 'ended' AND (kind = 'external' OR (p_direction = 'in' AND kind = 'inbound'));
  c.trace := c.trace || gate('calls at once', open_calls < t.max_calls AND open_here < x.max_calls,
    open_here + 1 || ' on this extension, ' || open_calls + 1 || ' in all', x.max_calls || ' and ' || t.max_calls);
  IF open_calls >= t.max_calls OR open_here >= x.max_calls THEN RETURN call_refuse(c, 'LIM-01'); END IF;
  SELECT count(*) INTO recent FROM call WHERE tenant_id = t.id AND started_at > p_at - interval '1 minute' AND outcome IS DISTINCT FROM 'blocked';
  c.trace := c.trace || gate('calls per minute', recent < t.max_calls_per_minute, (recent + 1)::text, t.max_calls_per_minute::text);
  IF recent >= t.max_calls_per_minute THEN RETURN call_refuse(c, 'LIM-02'); END IF;

  -- Caps count what is held, so that parallel calls cannot pass them together. The tightest one bounds the call.
  h := hs[1];
  IF h.level = 0 THEN
    IF has_caps(t, x) THEN
      FOR cap IN SELECT * FROM caps_left(t, x, p_at) ORDER BY remaining DESC LOOP
        c.trace := c.trace || gate(cap.gate, true, '', cap.remaining::text);
        IF cap.remaining < budgets[1] THEN budgets[1] := greatest(cap.remaining, 0); cap_code := cap.code; cap_gate := cap.gate; cap_limit := cap.cap; END IF;
      END LOOP;
    END IF;
    IF t.call_cap_micros IS NOT NULL OR x.call_cap_micros IS NOT NULL THEN
      bound := least(t.call_cap_micros, x.call_cap_micros);
      most := bound;
      c.trace := c.trace || gate(CASE WHEN bound = x.call_cap_micros THEN 'extension call cap' ELSE 'call cap' END, true, '', bound::text);
      IF bound < budgets[1] THEN
        budgets[1] := bound; cap_code := 'CAP-03'; cap_gate := CASE WHEN bound = x.call_cap_micros THEN 'extension call cap' ELSE 'call cap' END; cap_limit := bound;
      END IF;
    END IF;
  END IF;

  FOR i IN 1..n LOOP
    h := hold_bundled(hs[i], p_prefixes, p_at);
    fits := hold_affordable(h, budgets[i], granted);
    -- A maximum charge below the first increment is what that increment costs.
    IF fits = 0 AND h.max_charge_micros IS NOT NULL AND hold_gross(h, h.first_seconds) <= budgets[i] THEN fits := h.first_seconds; END IF;
    IF fits = 0 THEN
      IF i = 1 AND h.level = 0 AND cap_code IS NOT NULL THEN
        c.trace := (SELECT jsonb_agg(e.g ORDER BY e.at) FROM jsonb_array_elements(c.trace) WITH ORDINALITY e(g, at) WHERE e.g ->> 'gate' <> cap_gate) || gate(cap_gate, false, CASE WHEN cap_code = 'CAP-03' THEN hold_gross(h, 1) ELSE cap_limit - budgets[1] END::text, cap_limit::text);
        RETURN call_refuse(c, cap_code);
      END IF;
      IF h.level = 0 THEN
        c.trace := c.trace || gate('money', false, greatest(budgets[i], 0)::text, hold_gross(h, 1)::text);
        RETURN call_refuse(c, 'BAL-01');
      END IF;
      c.trace := c.trace || gate('provider', false, 'no credit', 'credit');
      RETURN call_refuse(c, 'BAL-03');
    END IF;
    IF fits < granted THEN
      granted := fits;
      why := CASE WHEN h.beyond = 'cut' AND h.max_charge_micros < net_within(budgets[i], h.tax_ppm) THEN 'RAT-03' WHEN h.level > 0 THEN 'BAL-03' ELSE coalesce(cap_code, 'BAL-02') END;
    END IF;
    hs[i] := h;
  END LOOP;
  granted := least(granted, 14400);

  c.granted_seconds := granted; c.limit_reason := why;
  FOR i IN 1..n LOOP
    h := hs[i];
    IF h.bundle_unit = 'seconds' THEN h.bundle_held := least(h.bundle_held, hold_bundle_need(h, granted)); END IF;
    h.held_micros := hold_gross(h, granted);
    hs[i] := h;
    IF i = 1 THEN c.trace := c.trace || gate('money', true, h.held_micros::text, budgets[1]::text); END IF;
  END LOOP;
  INSERT INTO call SELECT c.*;
  INSERT INTO hold SELECT * FROM unnest(hs);
  FOREACH h IN ARRAY hs LOOP
    UPDATE wallet SET held_micros = wallet.held_micros + h.held_micros WHERE id = h.wallet_id;
    IF h.bundle_id IS NOT NULL THEN PERFORM bundle_keep(h.tenant_id, h.bundle_id, h.bundle_period, h.bundle_held, 0); END IF;
  END LOOP;
  RETURN (c.id, c.tenant_id, p_kind, '', granted, p_target, p_caller)::call_verdict;
END $fn$;

-- A phone calls somebody. Walks the gates in order and records each with value and limit. p_kind is what the dialling rules
-- made of the number; p_e164 has no plus sign. A repeat of the same (pbx, call) returns what was answered the first time.
CREATE OR REPLACE FUNCTION call_authorise(p_pbx text, p_pbx_call text, p_endpoint text, p_dialled text, p_kind text, p_e164 text, p_country text,
  p_address text, p_at timestamptz)
RETURNS call_verdict LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan AS $fn$
DECLARE c call; x extension; t tenant; other extension;
BEGIN
  SELECT * INTO c FROM call WHERE pbx = p_pbx AND pbx_call_id = p_pbx_call;
  IF FOUND THEN RETURN call_answer_again(c, p_endpoint); END IF;

  -- The lock is the one that the call's row takes for its foreign key anyway, only sooner: whoever suspends the tenant or a
  -- phone of it waits for this call, and then finds it; or is waited for, and then seen in what is read from here on.
  SELECT * INTO t FROM tenant WHERE id = (SELECT e.tenant_id FROM extension e WHERE e.sip_username = p_endpoint) FOR KEY SHARE;
  SELECT * INTO x FROM extension WHERE sip_username = p_endpoint AND tenant_id = t.id;
  IF NOT FOUND THEN RETURN (NULL, NULL, 'refuse', 'AUT-02', 0, '', '')::call_verdict; END IF;

  c.tenant_id := t.id; c.id := gen_random_uuid(); c.pbx := p_pbx; c.pbx_call_id := p_pbx_call; c.extension_id := x.id;
  c.extension_number := x.number; c.extension_name := x.display_name; c.kind := p_kind; c.dialled := left(p_dialled, 128);
  c.to_e164 := p_e164; c.country := p_country; c.source_address := left(p_address, 64); c.state := 'authorised'; c.trace := '[]';
  c.started_at := p_at; c.last_seen_at := p_at; c.shortfall_micros := 0; c.currency := t.currency; c.granted_seconds := 14400;

  -- Emergency first: nothing below may stand in its way.
  IF p_kind = 'emergency' THEN
    c.trace := jsonb_build_array(gate('emergency', true, p_dialled, ''));
    INSERT INTO call SELECT c.* ON CONFLICT (pbx, pbx_call_id) DO NOTHING;
    RETURN (c.id, c.tenant_id, 'emergency', '', 14400, p_dialled, coalesce(x.caller_id, ''))::call_verdict;
  END IF;

  c.trace := c.trace || gate('tenant', t.state = 'active', t.state, 'active');
  IF t.state <> 'active' THEN RETURN call_refuse(c, 'SEC-02'); END IF;
  c.trace := c.trace || gate('extension', x.state = 'active', x.state, 'active');
  IF x.state <> 'active' THEN RETURN call_refuse(c, 'SEC-01'); END IF;

  IF p_kind = 'echo' THEN
    INSERT INTO call SELECT c.* ON CONFLICT (pbx, pbx_call_id) DO NOTHING;
    RETURN (c.id, c.tenant_id, 'echo', '', 14400, p_dialled, '')::call_verdict;
  END IF;
  IF length(p_dialled) <= 6 THEN
    SELECT * INTO other FROM extension WHERE tenant_id = t.id AND number = p_dialled;
    IF FOUND THEN
      c.kind := 'internal'; c.to_e164 := NULL; c.country := NULL;
      c.trace := c.trace || gate('number', true, p_dialled, 'own extension');
      INSERT INTO call SELECT c.* ON CONFLICT (pbx, pbx_call_id) DO NOTHING;
      RETURN (c.id, c.tenant_id, 'internal', '', 14400, other.sip_username, x.number)::call_verdict;
    END IF;
  END IF;

  c.trace := c.trace || gate('number', p_kind = 'external', left(p_dialled, 64), 'a complete number');
  IF p_kind <> 'external' THEN c.kind := 'invalid'; RETURN call_refuse(c, 'DST-04'); END IF;
  IF NOT EXISTS (SELECT FROM destination WHERE tenant_id = t.id AND country = p_country) THEN
    c.trace := c.trace || gate('country', false, coalesce(p_country, '?'), 'open countries');
    RETURN call_refuse(c, 'DST-01');
  END IF;
  c.trace := c.trace || gate('country', true, p_country, 'open countries');
  RETURN call_place(c, t, x, 'out', prefixes_of(p_e164), p_at, 'out', p_e164, coalesce(x.caller_id, ''));
END $fn$;

-- Somebody outside calls one of our numbers. It passes whatever the tenant's state and balance, unless the tenant pays for
-- it; then it needs what an outgoing call needs.
CREATE FUNCTION call_authorise_inbound(p_pbx text, p_pbx_call text, p_did text, p_from text, p_address text, p_at timestamptz)
RETURNS call_verdict LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan AS $fn$
DECLARE c call; x extension; t tenant; paid boolean;
BEGIN
  SELECT * INTO c FROM call WHERE pbx = p_pbx AND pbx_call_id = p_pbx_call;
  IF FOUND THEN
    SELECT * INTO x FROM extension WHERE id = c.extension_id;
    RETURN call_answer_again(c, x.sip_username);
  END IF;
  SELECT * INTO t FROM tenant WHERE id = (SELECT d.tenant_id FROM did d WHERE d.number = p_did) FOR KEY SHARE;
  SELECT e.* INTO x FROM did d JOIN extension e ON e.tenant_id = d.tenant_id AND e.id = d.extension_id WHERE d.number = p_did AND d.tenant_id = t.id;
  IF t.id IS NULL THEN RETURN (NULL, NULL, 'refuse', 'NUM-01', 0, '', '')::call_verdict; END IF;

  c.tenant_id := t.id; c.id := gen_random_uuid(); c.pbx := p_pbx; c.pbx_call_id := p_pbx_call; c.extension_id := x.id;
  c.extension_number := coalesce(x.number, ''); c.extension_name := coalesce(x.display_name, ''); c.kind := 'inbound'; c.dialled := p_did; c.to_e164 := p_did;
  c.from_number := left(p_from, 64); c.source_address := left(p_address, 64); c.state := 'authorised'; c.trace := '[]';
  c.started_at := p_at; c.last_seen_at := p_at; c.shortfall_micros := 0; c.currency := t.currency; c.granted_seconds := 14400;
  c.trace := c.trace || gate('number', x.id IS NOT NULL, p_did, 'rings at an extension');
  IF x.id IS NULL THEN RETURN call_refuse(c, 'NUM-01'); END IF;
  paid := cardinality(rates_bought(t.id, 'in', prefixes_of(p_did), p_at, p_at, 0)) > 0;
  IF paid THEN
    c.trace := c.trace || gate('tenant', t.state = 'active', t.state, 'active');
    IF t.state <> 'active' THEN RETURN call_refuse(c, 'SEC-02'); END IF;
    c.trace := c.trace || gate('extension', x.state = 'active', x.state, 'active');
    IF x.state <> 'active' THEN RETURN call_refuse(c, 'SEC-01'); END IF;
  END IF;
  RETURN call_place(c, t, x, 'in', prefixes_of(p_did), p_at, 'inbound', x.sip_username, left(p_from, 64));
END $fn$;

-- What was answered before, for a repeated question. Another phone that comes with the same id of a call (a PBX that began
-- to count anew) is refused: one hold pays for one call.
CREATE OR REPLACE FUNCTION call_answer_again(c call, p_endpoint text) RETURNS call_verdict
LANGUAGE plpgsql STABLE AS $fn$
DECLARE x extension; target text := c.to_e164;
BEGIN
  IF c.state = 'ended' THEN RETURN (c.id, c.tenant_id, 'refuse', coalesce(c.reason, 'SYS-01'), 0, '', '')::call_verdict; END IF;
  SELECT * INTO x FROM extension WHERE id = c.extension_id;
  IF x.sip_username IS DISTINCT FROM p_endpoint THEN RETURN (NULL, NULL, 'refuse', 'SYS-01', 0, '', '')::call_verdict; END IF;
  IF c.kind = 'inbound' THEN RETURN (c.id, c.tenant_id, 'inbound', '', c.granted_seconds, x.sip_username, coalesce(c.from_number, ''))::call_verdict; END IF;
  IF c.kind = 'internal' THEN SELECT sip_username INTO target FROM extension WHERE tenant_id = c.tenant_id AND number = c.dialled; END IF;
  RETURN (c.id, c.tenant_id, CASE c.kind WHEN 'external' THEN 'out' ELSE c.kind END, '', c.granted_seconds, coalesce(target, c.dialled),
    CASE c.kind WHEN 'internal' THEN x.number ELSE coalesce(x.caller_id, '') END)::call_verdict;
END $fn$;

-- ---------------------------------------------------------------- step 2: the answer
-- The grant starts to run, and the price is chosen for the whole call. Returns false when the call is not waiting for an
-- answer (a repeat, or ended already).
CREATE OR REPLACE FUNCTION call_answered(p_pbx text, p_pbx_call text, p_at timestamptz)
RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
DECLARE v_call uuid;
BEGIN
  UPDATE call SET state = 'answered', answered_at = p_at, last_seen_at = greatest(last_seen_at, p_at)
    WHERE pbx = p_pbx AND pbx_call_id = p_pbx_call AND state = 'authorised' RETURNING id INTO v_call;
  IF NOT FOUND THEN RETURN false; END IF;
  PERFORM call_choose_price(v_call, p_at);
  RETURN true;
END $fn$;

-- ---------------------------------------------------------------- step 3: renewal
-- Extends the holds by up to one slice. Returns the seconds now granted in all, counted from the answer, and why there was
-- no more ('' when there was). The PBX is told afterwards: held first, then prolonged.
CREATE OR REPLACE FUNCTION call_renew(p_pbx text, p_pbx_call text, p_at timestamptz)
RETURNS TABLE (granted_seconds int, code text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan AS $fn$
DECLARE c call; t tenant; x extension; h hold; hs hold[] := '{}'; w wallet; wanted int; fits int; why text; budget bigint; slice int; cap record; cap_code text; remaining int; more int; price bigint; kept int;
BEGIN
  SELECT * INTO c FROM call WHERE pbx = p_pbx AND pbx_call_id = p_pbx_call AND state = 'answered' FOR UPDATE;
  IF NOT FOUND THEN RETURN; END IF;
  PERFORM FROM wallet WHERE id IN (SELECT wallet_id FROM hold WHERE call_id = c.id) ORDER BY id FOR UPDATE;
  SELECT array_agg(o ORDER BY o.level) INTO hs FROM hold o WHERE o.call_id = c.id;
  IF hs IS NULL THEN RETURN QUERY SELECT c.granted_seconds, ''; RETURN; END IF;
  SELECT * INTO t FROM tenant WHERE id = c.tenant_id;
  SELECT * INTO x FROM extension WHERE id = c.extension_id;
  SELECT coalesce(max(p.slice_seconds), 300) INTO slice FROM plan p WHERE p.id = t.plan_id;
  wanted := least(c.granted_seconds + slice, 14400);
  IF t.state <> 'active' OR x.state IS DISTINCT FROM 'active' THEN wanted := c.granted_seconds; why := 'SEC-01'; END IF;
  FOR i IN 1..cardinality(hs) LOOP
    h := hs[i]; cap_code := NULL;
    SELECT * INTO w FROM wallet WHERE id = h.wallet_id;
    budget := h.held_micros + w.posted_micros - w.held_micros + w.credit_limit_micros;
    IF h.level = 0 THEN
      IF has_caps(t, x) THEN
        FOR cap IN SELECT * FROM caps_left(t, x, p_at) l ORDER BY l.remaining DESC LOOP
          IF h.held_micros + greatest(cap.remaining, 0) < budget THEN budget := h.held_micros + greatest(cap.remaining, 0); cap_code := cap.code; END IF;
        END LOOP;
      END IF;
      IF least(t.call_cap_micros, x.call_cap_micros) < budget THEN budget := least(t.call_cap_micros, x.call_cap_micros); cap_code := 'CAP-03'; END IF;
    END IF;
    IF h.bundle_unit = 'seconds' THEN
      SELECT b.amount - u.used - u.held INTO remaining FROM bundle b JOIN bundle_use u ON u.bundle_id = b.id
        WHERE b.id = h.bundle_id AND u.tenant_id = h.tenant_id AND u.period_start = h.bundle_period;
      h.bundle_held := h.bundle_held + greatest(coalesce(remaining, 0), 0);
    END IF;
    fits := hold_affordable(h, budget, wanted);
    IF fits < wanted THEN
      wanted := greatest(fits, c.granted_seconds);
      why := CASE WHEN h.beyond = 'cut' AND h.max_charge_micros < net_within(budget, h.tax_ppm) THEN 'RAT-03' WHEN h.level > 0 THEN 'BAL-03' ELSE coalesce(cap_code, 'BAL-02') END;
    END IF;
    hs[i] := h;
  END LOOP;
  IF wanted > c.granted_seconds THEN
    FOREACH h IN ARRAY hs LOOP
      SELECT held_micros, bundle_held INTO price, kept FROM hold WHERE tenant_id = h.tenant_id AND call_id = h.call_id;
      IF h.bundle_unit = 'seconds' THEN
        h.bundle_held := greatest(least(h.bundle_held, hold_bundle_need(h, wanted)), kept);
        PERFORM bundle_keep(h.tenant_id, h.bundle_id, h.bundle_period, h.bundle_held - kept, 0);
      END IF;
      -- What is held never shrinks before the end: with a price still open it may be more than this one asks.
      h.held_micros := greatest(hold_gross(h, wanted), price);
      UPDATE hold SET held_micros = h.held_micros, bundle_held = h.bundle_held WHERE tenant_id = h.tenant_id AND call_id = h.call_id;
      UPDATE wallet SET held_micros = wallet.held_micros + h.held_micros - price WHERE id = h.wallet_id;
    END LOOP;
  END IF;
  UPDATE call SET granted_seconds = greatest(wanted, c.granted_seconds), limit_reason = why, last_seen_at = greatest(last_seen_at, p_at) WHERE tenant_id = c.tenant_id AND id = c.id;
  RETURN QUERY SELECT greatest(wanted, c.granted_seconds), coalesce(why, '');
END $fn$;

-- ---------------------------------------------------------------- step 4: the end
-- Charges the real talk time at every level, with tax as lines of its own, releases the holds, completes the record: once,
-- whoever reports it. p_talk_ms is NULL only for evidence that no second was answered. Returns 'settled', 'repeat' or
-- 'unknown'. The PBX cuts at the grant; its timers are a few milliseconds late, and up to one second of that is not charged.
CREATE OR REPLACE FUNCTION call_settle(p_pbx text, p_pbx_call text, p_talk_ms bigint, p_ended_at timestamptz, p_outcome text, p_reason text, p_cause int,
  p_side text, p_source text)
RETURNS text LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan AS $fn$
DECLARE
  c call; t tenant; h hold; w wallet; paid_ms bigint; seconds bigint; billed int; net bigint; tax bigint; room bigint; short bigint; total_short bigint := 0;
  txn uuid; seller uuid; at_limit boolean; used int;
BEGIN
  SELECT * INTO c FROM call WHERE pbx = p_pbx AND pbx_call_id = p_pbx_call FOR UPDATE;
  IF NOT FOUND THEN RETURN 'unknown'; END IF;
  IF c.state = 'ended' THEN RETURN 'repeat'; END IF;
  c.talk_ms := greatest(coalesce(p_talk_ms, 0), 0);
  -- A talk of nothing, where an answer is on record, is a report that lost its figure: the clock decides, within the grant.
  IF c.talk_ms = 0 AND c.state = 'answered' AND p_ended_at > c.answered_at + interval '2 seconds' THEN
    c.talk_ms := least((extract(epoch FROM p_ended_at - c.answered_at) * 1000)::bigint, c.granted_seconds * 1000::bigint);
  END IF;
  paid_ms := CASE WHEN c.talk_ms <= c.granted_seconds * 1000::bigint + 1000 THEN least(c.talk_ms, c.granted_seconds * 1000::bigint) ELSE c.talk_ms END;
  at_limit := c.talk_ms > 0 AND c.talk_ms >= c.granted_seconds * 1000::bigint - 900 AND coalesce(p_side, '') NOT IN ('caller', 'callee');
  c.billed_seconds := 0; c.cost_micros := 0;
  seconds := (paid_ms + 999) / 1000;

  PERFORM FROM wallet WHERE id IN (SELECT wallet_id FROM hold WHERE call_id = c.id) ORDER BY id FOR UPDATE;
  -- An answer that nobody reported is known from the end.
  IF c.state = 'authorised' AND c.talk_ms > 0 THEN PERFORM call_choose_price(c.id, p_ended_at - c.talk_ms * interval '1 millisecond'); END IF;
  FOR h IN SELECT * FROM hold WHERE call_id = c.id AND state = 'open' ORDER BY level LOOP
    SELECT * INTO w FROM wallet WHERE id = h.wallet_id;
    billed := price_billed(seconds, h.first_seconds, h.next_seconds, h.grace_seconds, h.step_from, h.step_increment);
    net := CASE WHEN billed = 0 THEN 0 ELSE hold_net(h, seconds) END;
    tax := tax_on(net, h.tax_ppm);
    room := w.posted_micros - w.held_micros + w.credit_limit_micros + h.held_micros;
    short := greatest(net + tax - room, 0);
    IF short > 0 THEN net := net_within(greatest(room, 0), h.tax_ppm); short := short + room - net - tax_on(net, h.tax_ppm); tax := tax_on(net, h.tax_ppm); END IF;
    total_short := total_short + short;
    used := CASE WHEN billed = 0 THEN 0 WHEN h.bundle_unit = 'seconds' THEN least(h.bundle_held, greatest(billed - h.free_seconds, 0)) ELSE h.bundle_held END;
    IF h.bundle_id IS NOT NULL THEN PERFORM bundle_keep(h.tenant_id, h.bundle_id, h.bundle_period, -h.bundle_held, used); END IF;
    UPDATE hold SET state = CASE WHEN net > 0 THEN 'charged' ELSE 'released' END, billed_seconds = billed, charged_micros = net, tax_micros = tax, bundle_used = used, late = NULL
      WHERE tenant_id = h.tenant_id AND call_id = h.call_id;
    UPDATE wallet SET held_micros = held_micros - h.held_micros, posted_micros = posted_micros - net - tax, last_seq = last_seq + (net > 0)::int + (tax > 0)::int
      WHERE id = h.wallet_id RETURNING * INTO w;
    IF net > 0 THEN
      SELECT parent_id INTO seller FROM tenant WHERE id = h.tenant_id;
      INSERT INTO ledger_transaction (tenant_id, kind, posting_key, call_id, memo, actor, occurred_at)
        VALUES (h.tenant_id, 'charge', 'call:' || c.id || ':' || h.level, c.id,
          CASE WHEN c.kind = 'inbound' THEN 'Call from ' || coalesce(nullif(c.from_number, ''), 'outside') ELSE 'Call to ' || coalesce('+' || c.to_e164, c.dialled) END, 'call control', p_ended_at)
        RETURNING id INTO txn;
      IF tax > 0 THEN
        INSERT INTO ledger_entry (tenant_id, transaction_id, line, account, wallet_id, currency, amount_micros, balance_after_micros, seq, occurred_at)
          VALUES (h.tenant_id, txn, 1, 'wallet', h.wallet_id, w.currency, -net, w.posted_micros + tax, w.last_seq - 1, p_ended_at),
                 (seller, txn, 2, 'revenue', NULL, w.currency, net, NULL, NULL, p_ended_at),
                 (h.tenant_id, txn, 3, 'wallet', h.wallet_id, w.currency, -tax, w.posted_micros, w.last_seq, p_ended_at),
                 (seller, txn, 4, 'tax', NULL, w.currency, tax, NULL, NULL, p_ended_at);
      ELSE
        INSERT INTO ledger_entry (tenant_id, transaction_id, line, account, wallet_id, currency, amount_micros, balance_after_micros, seq, occurred_at)
          VALUES (h.tenant_id, txn, 1, 'wallet', h.wallet_id, w.currency, -net, w.posted_micros, w.last_seq, p_ended_at),
                 (seller, txn, 2, 'revenue', NULL, w.currency, net, NULL, NULL, p_ended_at);
      END IF;
    END IF;
    IF h.level = 0 THEN
      c.billed_seconds := billed; c.cost_micros := net;
      SELECT * INTO t FROM tenant WHERE id = c.tenant_id;
      INSERT INTO spend_day (tenant_id, day, extension_id, charged_micros, calls)
        VALUES (c.tenant_id, (p_ended_at AT TIME ZONE t.time_zone)::date, c.extension_id, net + tax, 1)
        ON CONFLICT (tenant_id, day, extension_id) DO UPDATE SET charged_micros = spend_day.charged_micros + excluded.charged_micros, calls = spend_day.calls + 1;
    END IF;
  END LOOP;

  UPDATE call SET state = 'ended', outcome = CASE WHEN c.talk_ms > 0 THEN 'answered' ELSE p_outcome END,
      reason = CASE WHEN at_limit THEN coalesce(c.limit_reason, 'SYS-02') WHEN c.talk_ms > 0 THEN NULL ELSE p_reason END,
      answered_at = CASE WHEN c.talk_ms > 0 THEN coalesce(c.answered_at, p_ended_at - c.talk_ms * interval '1 millisecond') END,
      ended_at = p_ended_at, talk_ms = c.talk_ms, billed_seconds = c.billed_seconds, cost_micros = c.cost_micros, shortfall_micros = total_short,
      hangup_cause = p_cause, hangup_side = CASE WHEN at_limit THEN 'limit' ELSE nullif(p_side, '') END, source = p_source
    WHERE tenant_id = c.tenant_id AND id = c.id;
  IF total_short > 0 THEN
    INSERT INTO difference (tenant_id, kind, subject, money_at_risk_micros, currency, detail)
      VALUES (c.tenant_id, 'shortfall', c.id::text, total_short, c.currency, jsonb_build_object('talkMs', c.talk_ms, 'grantedSeconds', c.granted_seconds))
      ON CONFLICT DO NOTHING;
  END IF;
  RETURN 'settled';
END $fn$;

-- Does the money add up? One row per disagreement; no rows is the proof. Bundles add up like wallets.
CREATE OR REPLACE FUNCTION ledger_check()
RETURNS TABLE (tenant_id uuid, kind text, subject text, amount_micros bigint, currency char(3))
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT w.tenant_id, 'wallet_mismatch', 'posted:' || w.id, w.posted_micros - coalesce(s.total, 0), w.currency
    FROM wallet w LEFT JOIN LATERAL (SELECT sum(amount_micros)::bigint AS total FROM ledger_entry e WHERE e.wallet_id = w.id) s ON true
    WHERE w.posted_micros <> coalesce(s.total, 0)
  UNION ALL
  SELECT w.tenant_id, 'wallet_mismatch', 'held:' || w.id, w.held_micros - coalesce(s.total, 0), w.currency
    FROM wallet w LEFT JOIN LATERAL (SELECT sum(held_micros)::bigint AS total FROM hold h WHERE h.wallet_id = w.id AND h.state = 'open') s ON true
    WHERE w.held_micros <> coalesce(s.total, 0)
  UNION ALL
  SELECT w.tenant_id, 'wallet_mismatch', 'chain:' || w.id, 0, w.currency
    FROM wallet w JOIN LATERAL (SELECT count(*) AS n, max(seq) AS top FROM ledger_entry e WHERE e.wallet_id = w.id) s ON true
    WHERE s.n <> w.last_seq OR coalesce(s.top, 0) <> w.last_seq
  UNION ALL
  SELECT u.tenant_id, 'wallet_mismatch', 'bundle:' || u.bundle_id || ':' || u.period_start, 0, t.currency
    FROM bundle_use u JOIN tenant t ON t.id = u.tenant_id LEFT JOIN LATERAL (
      SELECT coalesce(sum(h.bundle_held) FILTER (WHERE h.state = 'open'), 0) AS held, coalesce(sum(h.bundle_used) FILTER (WHERE h.state <> 'open'), 0) AS used
      FROM hold h WHERE h.tenant_id = u.tenant_id AND h.bundle_id = u.bundle_id AND h.bundle_period = u.period_start) s ON true
    WHERE u.held <> s.held OR u.used <> s.used
  UNION ALL
  SELECT c.tenant_id, 'record_without_charge', c.id::text, c.cost_micros, c.currency
    FROM call c WHERE c.state = 'ended' AND c.cost_micros > 0
      AND NOT EXISTS (SELECT FROM ledger_transaction x WHERE x.tenant_id = c.tenant_id AND x.posting_key = 'call:' || c.id || ':0')
  UNION ALL
  SELECT h.tenant_id, 'charge_without_record', h.call_id::text, coalesce(h.charged_micros, 0), w.currency
    FROM hold h JOIN call c ON c.tenant_id = h.call_tenant_id AND c.id = h.call_id JOIN wallet w ON w.id = h.wallet_id
    WHERE h.state = 'charged' AND c.state <> 'ended'
$$;
CREATE INDEX hold_of_bundle ON hold (tenant_id, bundle_id, bundle_period) WHERE bundle_id IS NOT NULL;

-- ---------------------------------------------------------------- the wallet's history, with tax named as what it is
CREATE OR REPLACE FUNCTION wallet_history(p_before_seq bigint, p_limit int)
RETURNS TABLE (seq bigint, transaction_id uuid, kind text, memo text, call_id uuid, actor text, amount_micros bigint, balance_after_micros bigint, occurred_at timestamptz, currency char(3))
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT e.seq, x.id, CASE WHEN e.line = 3 AND x.kind IN ('charge', 'correction') THEN 'tax' ELSE x.kind END, x.memo,
    CASE WHEN x.tenant_id = e.tenant_id THEN x.call_id END, CASE WHEN x.tenant_id = e.tenant_id THEN x.actor ELSE 'provider' END,
    e.amount_micros, e.balance_after_micros, e.occurred_at, e.currency
  FROM wallet w JOIN ledger_entry e ON e.wallet_id = w.id JOIN ledger_transaction x ON x.id = e.transaction_id
  WHERE w.tenant_id = app_tenant() AND w.currency = (SELECT currency FROM tenant WHERE id = app_tenant())
    AND (p_before_seq IS NULL OR e.seq < p_before_seq)
  ORDER BY e.seq DESC LIMIT p_limit
$$;

DROP FUNCTION call_cap_left(tenant, extension, timestamptz);
DROP FUNCTION call_spent_today(tenant, timestamptz);
DROP FUNCTION price_billed_seconds(bigint, int, int, int);
DROP FUNCTION price_micros(int, bigint, bigint);
DROP FUNCTION price_affordable_seconds(bigint, bigint, bigint, int, int, int);

DO $$
DECLARE f text;
BEGIN
  FOREACH f IN ARRAY ARRAY['hold_net(hold, bigint)', 'hold_gross(hold, bigint)', 'hold_affordable(hold, bigint, int)', 'hold_priced(hold, rate)',
    'hold_at_late_price(hold)', 'hold_late(uuid, text, text[], rate, rate, timestamptz, timestamptz)', 'call_choose_price(uuid, timestamptz)',
    'hold_below(hold, hold, int)', 'bundle_period_start(text, timestamptz, text)', 'hold_bundled(hold, text[], timestamptz)', 'hold_bundle_need(hold, bigint)',
    'bundle_keep(uuid, uuid, date, int, int)', 'caps_left(tenant, extension, timestamptz)', 'has_caps(tenant, extension)',
    'call_place(call, tenant, extension, text, text[], timestamptz, text, text, text)', 'call_authorise_inbound(text, text, text, text, text, timestamptz)'] LOOP
    EXECUTE format('ALTER FUNCTION %s OWNER TO portal_charge', f);
    EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', f);
  END LOOP;
  FOREACH f IN ARRAY ARRAY['call_authorise_inbound(text, text, text, text, text, timestamptz)', 'bundle_period_start(text, timestamptz, text)'] LOOP
    EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO portal_app', f);
  END LOOP;
END $$;
REVOKE CREATE ON SCHEMA public FROM portal_charge;
