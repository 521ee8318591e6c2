-- Nobody sells below cost, wherever that hides: in seconds that are free at first, in another currency, in the price that takes over
-- while it rings, at any level of the chain, after any time of talk.
GRANT CREATE ON SCHEMA public TO portal_charge;

-- For how long a call is paid for at once, by the plan that priced it; what is renewed is renewed by as much.
ALTER TABLE hold ADD COLUMN slice_seconds int NOT NULL DEFAULT 300;

-- ---------------------------------------------------------------- what is sold and what is paid
-- What so many started seconds are charged in the end, without bundles and tax: nothing within the grace. What is held has none.
CREATE FUNCTION hold_charge(h hold, p_seconds bigint) RETURNS bigint LANGUAGE sql IMMUTABLE AS $$
  SELECT price_charge(p_seconds, h.per_minute_micros, h.connection_fee_micros, h.first_seconds, h.next_seconds, h.grace_seconds,
    h.free_seconds, h.minimum_charge_micros, h.max_charge_micros, h.step_from, h.step_per_minute, h.step_increment)
$$;

-- Whether one price, as it is now, brings in what the other costs after every time for which the call can last. Neither ever falls,
-- so what one second brings in covers all seconds that the other sells for as much: it goes on from there, and misses none.
CREATE FUNCTION hold_covers(sold hold, bought hold) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS $fn$
DECLARE
  n bigint := bought.grace_seconds + 1; longest bigint := 14400; earned bigint; last_sold int := cardinality(sold.step_from); last_bought int := cardinality(bought.step_from);
BEGIN
  -- Nearly always: no part of what is asked is less than that part of what is paid, and no second is billed later.
  IF sold.grace_seconds <= bought.grace_seconds AND sold.per_minute_micros >= bought.per_minute_micros AND sold.connection_fee_micros >= bought.connection_fee_micros
    AND sold.minimum_charge_micros >= bought.minimum_charge_micros AND sold.free_seconds <= bought.free_seconds
    AND sold.first_seconds >= bought.first_seconds AND (sold.first_seconds - bought.first_seconds) % bought.next_seconds = 0 AND sold.next_seconds % bought.next_seconds = 0
    AND (sold.max_charge_micros IS NULL OR sold.max_charge_micros >= bought.max_charge_micros)
    AND sold.step_from IS NOT DISTINCT FROM bought.step_from AND sold.step_increment IS NOT DISTINCT FROM bought.step_increment
    AND (sold.step_from IS NULL OR NOT EXISTS (SELECT FROM unnest(sold.step_per_minute, bought.step_per_minute) s(asked, paid) WHERE s.asked < s.paid)) THEN
    RETURN true;
  END IF;
  -- A call that is cut at its maximum charge does not last beyond the time which that pays for.
  IF sold.max_charge_micros IS NOT NULL AND sold.beyond = 'cut' THEN
    longest := least(longest, greatest(price_affordable(sold.max_charge_micros, 14400, sold.per_minute_micros, sold.connection_fee_micros, sold.first_seconds,
      sold.next_seconds, sold.free_seconds, sold.minimum_charge_micros, NULL, 'cut', sold.step_from, sold.step_per_minute, sold.step_increment), sold.first_seconds));
  END IF;
  -- Once everything that happens once is over, both rise by the same amount each period: where the one that is sold rises by no
  -- less, a period shows the rest.
  IF coalesce(sold.step_per_minute[last_sold], sold.per_minute_micros) >= coalesce(bought.step_per_minute[last_bought], bought.per_minute_micros)
    AND (sold.max_charge_micros IS NULL OR sold.beyond = 'cut') THEN
    longest := least(longest, lcm(60::bigint, lcm(coalesce(sold.step_increment[last_sold], sold.next_seconds)::bigint, coalesce(bought.step_increment[last_bought], bought.next_seconds)::bigint))
      + greatest(sold.grace_seconds, bought.grace_seconds, sold.first_seconds, sold.free_seconds, sold.step_from[last_sold], bought.step_from[last_bought],
        price_affordable(sold.minimum_charge_micros, 14400, sold.per_minute_micros, sold.connection_fee_micros, sold.first_seconds, sold.next_seconds, sold.free_seconds, 0,
          NULL, 'cut', sold.step_from, sold.step_per_minute, sold.step_increment)));
  END IF;
  WHILE n <= longest LOOP
    earned := hold_charge(sold, n);
    IF earned < hold_charge(bought, n) THEN RETURN false; END IF;
    IF earned >= bought.max_charge_micros THEN RETURN true; END IF;
    n := 1 + greatest(n, price_affordable(earned, 14400, bought.per_minute_micros, bought.connection_fee_micros, bought.first_seconds, bought.next_seconds,
      bought.free_seconds, bought.minimum_charge_micros, NULL, 'cut', bought.step_from, bought.step_per_minute, bought.step_increment));
  END LOOP;
  RETURN true;
END $fn$;

-- Whether a level sells below what it pays, whenever the call is answered: each side has its own moment at which its price changes.
DROP FUNCTION hold_below(hold, hold, int);
CREATE FUNCTION hold_below(sold hold, bought hold) RETURNS boolean LANGUAGE plpgsql STABLE AS $fn$
DECLARE late_sold hold := sold; late_bought hold := bought;
BEGIN
  IF NOT hold_covers(sold, bought) THEN RETURN true; END IF;
  IF sold.late IS NULL AND bought.late IS NULL THEN RETURN false; END IF;
  IF sold.late IS NOT NULL THEN late_sold := hold_at_late_price(sold); END IF;
  IF bought.late IS NOT NULL THEN late_bought := hold_at_late_price(bought); END IF;
  IF NOT hold_covers(late_sold, late_bought) THEN RETURN true; END IF;
  IF (sold.late ->> 'from')::timestamptz < (bought.late ->> 'from')::timestamptz THEN RETURN NOT hold_covers(late_sold, bought); END IF;
  IF (sold.late ->> 'from')::timestamptz > (bought.late ->> 'from')::timestamptz THEN RETURN NOT hold_covers(sold, late_bought); END IF;
  RETURN false;
END $fn$;

-- ---------------------------------------------------------------- one call
-- As before, with these comparisons. What another level's price ends is told to nobody below it as a matter of its own price.
CREATE OR REPLACE FUNCTION call_place(c call, t tenant, x extension, p_direction text, p_prefixes text[], p_at timestamptz, p_kind text, p_target text, p_caller text)
RETURNS call_verdict LANGUAGE plpgsql AS $fn$
DECLARE
  level record; rates rate[]; r rate; p plan; w wallet; h hold; hs hold[] := '{}'; below_cost boolean[] := '{}'; currencies text[] := '{}'; budgets bigint[];
  v_plan uuid; n int; i int; slice int := 300; granted int; fits int; why text; price bigint; most bigint; cap record; cap_code text; cap_gate text; cap_limit bigint;
  room jsonb; recent int; wallet_ids uuid[] := '{}'; above int := 0; until timestamptz := p_at + interval '2 minutes'; bound bigint; pays boolean;
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
    above := 0;
    h := NULL; h.tenant_id := level.id; h.call_id := c.id; h.call_tenant_id := t.id; h.level := level.depth; h.wallet_id := w.id; h.state := 'open'; h.held_micros := 0;
    h.plan_name := p.name; h.slice_seconds := p.slice_seconds; h.tax_ppm := level.tax_ppm;
    h := hold_priced(h, r);
    IF cardinality(rates) > 1 THEN h.late := hold_late(level.id, p_direction, p_prefixes, r, rates[2], p_at, until); END IF;
    hs := hs || h; wallet_ids := wallet_ids || w.id; currencies := currencies || p.currency::text; below_cost := below_cost || level.sells_below_cost;
    IF cardinality(hs) = 1 THEN slice := p.slice_seconds; END IF;
    IF level.depth = 0 THEN c.currency := p.currency; END IF;
  END LOOP;
  n := cardinality(hs);
  IF n = 0 THEN
    IF p_direction = 'in' THEN
      c.granted_seconds := 14400;
      c.trace := c.trace || gate('incoming', true, 'free', '');
      -- Free or not, calls that come in are counted one after the other, by the lock under which those that are paid are.
      PERFORM FROM wallet WHERE tenant_id = t.id ORDER BY id FOR UPDATE;
      IF EXISTS (SELECT FROM call WHERE pbx = c.pbx AND pbx_call_id = c.pbx_call_id) THEN RETURN call_inbound_again(c.pbx, c.pbx_call_id, c.dialled); END IF;
      room := calls_at_once(t.id, x.id, p_direction, t.max_calls, x.max_calls);
      c.trace := c.trace || room;
      IF NOT (room ->> 'ok')::boolean THEN RETURN call_refuse(c, 'LIM-01'); END IF;
      INSERT INTO call SELECT c.* ON CONFLICT (pbx, pbx_call_id) DO NOTHING;
      IF NOT FOUND THEN RETURN call_inbound_again(c.pbx, c.pbx_call_id, c.dialled); END IF;
      RETURN (c.id, c.tenant_id, p_kind, '', 14400, p_target, p_caller)::call_verdict;
    END IF;
    c.trace := c.trace || gate('price', false, c.to_e164, 'the operator itself has no wallet to pay from');
    RETURN call_refuse(c, 'RAT-01');
  END IF;
  h := hs[1];
  pays := h.level = 0;
  -- What somebody above pays for a call that its tenant has for nothing is not the tenant's to read.
  c.trace := c.trace || CASE WHEN pays THEN gate('price', true, h.prefix, h.plan_name) ELSE gate('incoming', true, 'free', '') END;

  IF pays AND (t.max_per_minute_micros IS NOT NULL OR x.max_per_minute_micros IS NOT NULL) THEN
    bound := least(t.max_per_minute_micros, x.max_per_minute_micros);
    SELECT max(v) INTO most FROM unnest(ARRAY[h.per_minute_micros, (h.late -> 'price' ->> 'per_minute_micros')::bigint] || h.step_per_minute) v;
    c.trace := c.trace || gate('price per minute', most <= bound, most::text, bound::text);
    IF most > bound THEN RETURN call_refuse(c, 'CAP-04'); END IF;
  END IF;

  -- Nobody sells below what they pay, at any level, unless they said so. Amounts of two currencies say nothing about each other.
  FOR i IN 1..n - 1 LOOP
    CONTINUE WHEN below_cost[i + 1];
    IF currencies[i] <> currencies[i + 1] THEN
      c.trace := c.trace || gate('margin', false, 'sold in another currency than it is bought in', 'at least cost');
      RETURN call_refuse(c, 'RAT-02');
    END IF;
    IF hold_below(hs[i], hs[i + 1]) THEN
      c.trace := c.trace || gate('margin', false, 'below cost', 'at least cost');
      RETURN call_refuse(c, 'RAT-02');
    END IF;
  END LOOP;

  -- Money. From here on calls of one wallet queue.
  budgets := array_fill(0::bigint, ARRAY[n]);
  IF NOT pays THEN wallet_ids := wallet_ids || ARRAY(SELECT id FROM wallet WHERE tenant_id = t.id); END IF;
  FOR w IN SELECT * FROM wallet WHERE id = ANY (wallet_ids) ORDER BY id FOR UPDATE LOOP
    FOR i IN 1..n LOOP
      h := hs[i];
      IF h.wallet_id = w.id THEN budgets[i] := w.posted_micros - w.held_micros + w.credit_limit_micros; END IF;
    END LOOP;
  END LOOP;
  -- Somebody else may have answered the same question while this one waited for the lock.
  IF EXISTS (SELECT FROM call WHERE pbx = c.pbx AND pbx_call_id = c.pbx_call_id) THEN
    IF p_direction = 'in' THEN RETURN call_inbound_again(c.pbx, c.pbx_call_id, c.dialled); END IF;
    SELECT * INTO c FROM call WHERE pbx = c.pbx AND pbx_call_id = c.pbx_call_id;
    RETURN call_answer_again(c, x.sip_username);
  END IF;

  room := calls_at_once(t.id, x.id, p_direction, t.max_calls, x.max_calls);
  c.trace := c.trace || room;
  IF NOT (room ->> 'ok')::boolean THEN RETURN call_refuse(c, 'LIM-01'); END IF;
  IF pays THEN
    -- In the order of their index, or all calls that the tenant ever made are read.
    SELECT count(*) INTO recent FROM (SELECT FROM call WHERE tenant_id = t.id AND started_at > p_at - interval '1 minute' AND outcome IS DISTINCT FROM 'blocked'
      AND (kind = 'inbound') = (p_direction = 'in') ORDER BY started_at DESC OFFSET 0) y;
    c.trace := c.trace || gate('calls per minute', recent < t.max_calls_per_minute, (recent + 1)::text, t.max_calls_per_minute::text);
    IF recent >= t.max_calls_per_minute THEN RETURN call_refuse(c, 'LIM-02'); END IF;
  END IF;

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

  granted := greatest(slice, (hs[1]).first_seconds);
  FOR i IN 1..n LOOP
    h := hs[i];
    -- A bundle is sold for calling a group of numbers, not for being called on one of them.
    IF p_direction = 'out' THEN h := hold_bundled(h, p_prefixes, p_at); END IF;
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
      why := CASE WHEN h.level > 0 THEN 'BAL-03' WHEN h.beyond = 'cut' AND h.max_charge_micros < net_within(budgets[i], h.tax_ppm) THEN 'RAT-03' ELSE coalesce(cap_code, 'BAL-02') END;
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
    IF i = 1 AND pays THEN c.trace := c.trace || gate('money', true, h.held_micros::text, budgets[1]::text); END IF;
  END LOOP;
  INSERT INTO call SELECT c.*;
  INSERT INTO hold SELECT * FROM unnest(hs);
  FOREACH h IN ARRAY hs LOOP
    UPDATE wallet SET held_micros = wallet.held_micros + h.held_micros WHERE id = h.wallet_id;
    IF h.bundle_id IS NOT NULL THEN PERFORM bundle_keep(h.tenant_id, h.bundle_id, h.bundle_period, h.bundle_held, 0); END IF;
  END LOOP;
  RETURN (c.id, c.tenant_id, p_kind, '', granted, p_target, p_caller)::call_verdict;
END $fn$;

-- As before; by the slice of the plan that priced the call.
CREATE OR REPLACE FUNCTION call_renew(p_pbx text, p_pbx_call text, p_at timestamptz)
RETURNS TABLE (granted_seconds int, code text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan AS $fn$
DECLARE c call; t tenant; x extension; h hold; hs hold[] := '{}'; w wallet; wanted int; fits int; why text; budget bigint; slice int; cap record; cap_code text; remaining int; more int; price bigint; kept int; v_blocked text;
BEGIN
  SELECT * INTO c FROM call WHERE pbx = p_pbx AND pbx_call_id = p_pbx_call AND state = 'answered' FOR UPDATE;
  IF NOT FOUND THEN RETURN; END IF;
  PERFORM FROM wallet WHERE id IN (SELECT wallet_id FROM hold WHERE call_id = c.id) ORDER BY id FOR UPDATE;
  SELECT array_agg(o ORDER BY o.level) INTO hs FROM hold o WHERE o.call_id = c.id;
  IF hs IS NULL THEN RETURN QUERY SELECT c.granted_seconds, ''; RETURN; END IF;
  SELECT * INTO t FROM tenant WHERE id = c.tenant_id;
  SELECT * INTO x FROM extension WHERE id = c.extension_id;
  slice := (hs[1]).slice_seconds;
  wanted := least(c.granted_seconds + slice, 14400);
  IF t.state <> 'active' OR x.state IS DISTINCT FROM 'active' THEN wanted := c.granted_seconds; why := CASE WHEN t.state <> 'active' THEN 'SEC-02' ELSE 'SEC-01' END;
  ELSE
    v_blocked := call_blocked(t.id, x.id, CASE c.kind WHEN 'inbound' THEN 'in' ELSE 'out' END, CASE c.kind WHEN 'inbound' THEN c.from_number ELSE c.to_e164 END, c.source_address);
    IF v_blocked IS NOT NULL THEN wanted := c.granted_seconds; why := v_blocked; END IF;
  END IF;
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
      why := CASE WHEN h.level > 0 THEN 'BAL-03' WHEN h.beyond = 'cut' AND h.max_charge_micros < net_within(budget, h.tax_ppm) THEN 'RAT-03' ELSE coalesce(cap_code, 'BAL-02') END;
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

-- ---------------------------------------------------------------- calls that begin together
-- As before; what is sold in another currency, or with more grace than it is bought with, is left to call_place.
CREATE OR REPLACE FUNCTION calls_authorise(p_pbx text, p_calls text[], p_endpoints text[], p_dialled text[], p_e164 text[], p_country text[], p_address text[], p_at timestamptz[], p_class text[])
RETURNS TABLE (pbx_call text, call_id uuid, tenant_id uuid, granted_seconds int, caller_id text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_mergejoin = off SET enable_hashjoin = off SET jit = off SET lock_timeout = '50ms' AS $fn$
#variable_conflict use_column
DECLARE callers uuid[]; locked uuid[]; shared uuid[]; alone uuid[]; got uuid[]; busy uuid[]; blocking boolean;
BEGIN
  callers := ARRAY(SELECT e.tenant_id FROM unnest(p_endpoints) u(endpoint) JOIN extension e ON e.sip_username = u.endpoint);
  SELECT array_agg(l.id) INTO locked FROM (
    SELECT t.id FROM tenant t WHERE t.id = ANY (callers) AND t.kind <> 'operator' ORDER BY t.id FOR KEY SHARE SKIP LOCKED) l;
  IF locked IS NULL THEN RETURN; END IF;

  -- A wallet that several of these calls need is waited for. One that a single call needs, and somebody holds, keeps the others
  -- waiting for nothing: that call is left out. Those that are waited for come first, by id, so nobody waits in a circle.
  SELECT array_agg(x.id) FILTER (WHERE x.calls > 1), array_agg(x.id) FILTER (WHERE x.calls = 1) INTO shared, alone FROM (
    SELECT b.ancestor_id AS id, count(*) AS calls FROM unnest(callers) c(id) JOIN tenant_below b ON b.descendant_id = c.id JOIN tenant a ON a.id = b.ancestor_id
      WHERE c.id = ANY (locked) AND a.kind <> 'operator' GROUP BY b.ancestor_id) x;
  PERFORM FROM wallet w WHERE w.tenant_id = ANY (shared) ORDER BY w.id FOR UPDATE;
  IF alone IS NOT NULL THEN
    got := ARRAY(SELECT w.id FROM wallet w WHERE w.tenant_id = ANY (alone) ORDER BY w.id FOR UPDATE SKIP LOCKED);
    busy := ARRAY(SELECT w.tenant_id FROM wallet w WHERE w.tenant_id = ANY (alone) AND w.id <> ALL (got));
    IF cardinality(busy) > 0 THEN
      locked := ARRAY(SELECT l.id FROM unnest(locked) l(id) WHERE NOT EXISTS (SELECT FROM tenant_below b WHERE b.descendant_id = l.id AND b.ancestor_id = ANY (busy)));
      IF cardinality(locked) = 0 THEN RETURN; END IF;
    END IF;
  END IF;
  blocking := EXISTS (SELECT FROM block WHERE lifted_at IS NULL) OR EXISTS (SELECT FROM number_block) OR EXISTS (SELECT FROM hot_list WHERE enabled AND numbers > 0);

  RETURN QUERY WITH told AS MATERIALIZED (
    -- The gates that look at one call alone.
    SELECT u.*, uuidv7() AS id, x.id AS extension_id, x.number, x.display_name, x.caller_id, x.max_calls AS extension_calls,
      t.id AS tenant_id, t.max_calls, t.max_calls_per_minute, row_number() OVER (PARTITION BY t.id ORDER BY u.n) AS of_tenant, row_number() OVER (PARTITION BY x.id ORDER BY u.n) AS of_phone,
      min(u.at) OVER (PARTITION BY t.id) AS since
    FROM unnest(p_calls, p_endpoints, p_dialled, p_e164, p_country, p_address, p_at, p_class) WITH ORDINALITY u(call, endpoint, dialled, e164, country, address, at, class, n)
    JOIN extension x ON x.sip_username = u.endpoint JOIN tenant t ON t.id = x.tenant_id
    WHERE t.id = ANY (locked) AND x.state = 'active' AND length(u.dialled) > 6
      AND coalesce(t.daily_cap_micros, t.monthly_cap_micros, t.call_cap_micros, t.max_per_minute_micros,
        x.daily_cap_micros, x.monthly_cap_micros, x.call_cap_micros, x.max_per_minute_micros) IS NULL
      -- Ordinary are the normal numbers of a country, which nobody from here up has closed.
      AND u.class = 'normal' AND EXISTS (SELECT FROM destination d WHERE d.tenant_id = t.id AND d.country = u.country AND d.normal)
      AND NOT EXISTS (SELECT FROM tenant_below b JOIN destination_closing k ON k.tenant_id = b.ancestor_id WHERE b.descendant_id = t.id AND k.country = u.country AND k.class = 'normal')
      AND NOT EXISTS (SELECT FROM fraud_range f WHERE f.prefix = ANY (prefixes_of(u.e164)))
      AND NOT EXISTS (SELECT FROM call c WHERE c.pbx = p_pbx AND c.pbx_call_id = u.call)
      AND (NOT blocking OR call_blocked(t.id, x.id, 'out', u.e164, u.address) IS NULL)
  ), found AS MATERIALIZED (
    -- What is on record is looked at once for each tenant and each phone, with the first of its calls.
    SELECT t.*, CASE WHEN t.of_tenant = 1 THEN (SELECT count(*) FROM (SELECT FROM call c WHERE c.tenant_id = t.tenant_id AND c.started_at > t.since - interval '1 minute'
        AND c.outcome IS DISTINCT FROM 'blocked' AND c.kind <> 'inbound' ORDER BY c.started_at DESC OFFSET 0) y) END AS recent,
      CASE WHEN t.of_phone = 1 THEN (SELECT ARRAY[count(*), count(*) FILTER (WHERE c.extension_id = t.extension_id)] FROM call c
        WHERE c.tenant_id = t.tenant_id AND c.state <> 'ended' AND c.kind = 'external') END AS open_calls
    FROM told t
  ), counted AS MATERIALIZED (
    -- Calls of one tenant and of one phone count in the order in which they were told.
    SELECT t.*, max(t.open_calls[1]) OVER (PARTITION BY t.tenant_id) + t.of_tenant AS calls, max(t.open_calls[2]) OVER (PARTITION BY t.extension_id) + t.of_phone AS calls_here,
      max(t.recent) OVER (PARTITION BY t.tenant_id) + t.of_tenant AS in_minute
    FROM found t
  ), priced AS MATERIALIZED (
    -- The caller's tenant and the resellers above it, each by the first of its plans. Ordinary is one price that holds for as
    -- long as the call may ring, without steps and without a greatest charge.
    SELECT t.*, b.depth, a.id AS payer_id, a.tax_ppm, p.name AS plan_name, p.currency,
      w.id AS wallet_id, w.posted_micros - w.held_micros + w.credit_limit_micros AS available,
      r.prefix, r.per_minute_micros, r.connection_fee_micros, r.first_seconds, r.next_seconds, r.grace_seconds, r.minimum_charge_micros,
      r.free_seconds, r.beyond, p.slice_seconds, first_value(least(greatest(p.slice_seconds, r.first_seconds), 14400)) OVER chain AS granted,
      t.calls <= t.max_calls AND t.calls_here <= t.extension_calls AND t.in_minute <= t.max_calls_per_minute
        AND a.state = 'active' AND p.kind <> 'markup' AND NOT EXISTS (SELECT FROM tenant_bundle z WHERE z.tenant_id = a.id)
        AND r.hours IS NULL AND lower(r.valid) <= t.at AND coalesce(upper(r.valid) > t.at + interval '2 minutes', true) AND r.max_charge_micros IS NULL AND r.step_from IS NULL
        -- Nobody sells below cost: seen at once where no part of what is asked is less than that part of what is paid.
        AND (b.depth = 0 OR a.sells_below_cost OR (lag(p.currency) OVER chain = p.currency AND lag(r.grace_seconds) OVER chain <= r.grace_seconds
          AND lag(r.per_minute_micros) OVER chain >= r.per_minute_micros AND lag(r.connection_fee_micros) OVER chain >= r.connection_fee_micros
          AND lag(r.minimum_charge_micros) OVER chain >= r.minimum_charge_micros AND lag(r.free_seconds) OVER chain <= r.free_seconds
          AND lag(r.first_seconds) OVER chain >= r.first_seconds AND (lag(r.first_seconds) OVER chain - r.first_seconds) % r.next_seconds = 0
          AND lag(r.next_seconds) OVER chain % r.next_seconds = 0)) AS ordinary
    FROM counted t JOIN tenant_below b ON b.descendant_id = t.tenant_id JOIN tenant a ON a.id = b.ancestor_id
    LEFT JOIN plan p ON p.id = coalesce((SELECT q.plan_id FROM tenant_plan q WHERE q.tenant_id = a.id ORDER BY q.priority LIMIT 1), a.plan_id)
    LEFT JOIN wallet w ON w.tenant_id = a.id AND w.currency = p.currency
    LEFT JOIN LATERAL (SELECT * FROM rate v WHERE v.plan_id = p.id AND v.direction = 'out' AND v.prefix = ANY (prefixes_of(t.e164))
      AND lower(v.valid) <= t.at + interval '2 minutes' AND coalesce(upper(v.valid) > t.at, true)
      ORDER BY v.prefix DESC, (v.hours IS NOT NULL) DESC LIMIT 1) r ON true
    WHERE a.kind <> 'operator'
    WINDOW chain AS (PARTITION BY t.n ORDER BY b.depth)
  ), weighed AS MATERIALIZED (
    SELECT v.*, sum(v.gross) OVER (PARTITION BY v.wallet_id ORDER BY v.n, v.depth) AS upto FROM (
      SELECT p.*, e.net + tax_on(e.net, p.tax_ppm) AS gross FROM priced p CROSS JOIN LATERAL (SELECT price_charge(p.granted, p.per_minute_micros, p.connection_fee_micros,
        p.first_seconds, p.next_seconds, 0, p.free_seconds, p.minimum_charge_micros, NULL, NULL, NULL, NULL) AS net) e) v
  ), judged AS MATERIALIZED (
    -- All calls of a tenant, or none: what the record says of the others, of counts and of money, is then what there was.
    SELECT v.*, bool_and(coalesce(v.ordinary AND v.upto <= v.available, false)) OVER (PARTITION BY v.tenant_id) AS passed FROM weighed v
  ), placed AS MATERIALIZED (
    SELECT j.*, j.available - sum(j.gross) OVER (PARTITION BY j.wallet_id ORDER BY j.n, j.depth) + j.gross AS budget FROM judged j WHERE j.passed
  ), calls AS (
    INSERT INTO call (tenant_id, id, pbx, pbx_call_id, extension_id, extension_number, extension_name, kind, dialled, to_e164, country, source_address, state, granted_seconds,
      started_at, last_seen_at, currency, number_class, trace)
    SELECT c.tenant_id, c.id, p_pbx, c.call, c.extension_id, c.number, c.display_name, 'external', left(c.dialled, 128), c.e164, c.country, left(c.address, 64), 'authorised', c.granted,
      c.at, c.at, c.currency, c.class,
      jsonb_build_array(gate('tenant', true, 'active', 'active'), gate('extension', true, 'active', 'active'), gate('number', true, left(c.dialled, 64), 'a complete number'),
        gate('country', true, c.country, 'open countries'), gate('price', true, c.prefix, c.plan_name),
        gate('calls at once', true, c.calls_here || ' on this extension, ' || c.calls || ' in all', c.extension_calls || ' and ' || c.max_calls),
        gate('calls per minute', true, c.in_minute::text, c.max_calls_per_minute::text), gate('money', true, c.gross::text, c.budget::text)) FROM placed c WHERE c.depth = 0
  ), holds AS (
    INSERT INTO hold (tenant_id, call_id, call_tenant_id, level, wallet_id, state, held_micros, plan_name, prefix, per_minute_micros, connection_fee_micros, first_seconds, next_seconds,
      grace_seconds, minimum_charge_micros, free_seconds, beyond, slice_seconds, tax_ppm)
    SELECT p.payer_id, p.id, p.tenant_id, p.depth, p.wallet_id, 'open', p.gross, p.plan_name, p.prefix, p.per_minute_micros, p.connection_fee_micros, p.first_seconds, p.next_seconds,
      p.grace_seconds, p.minimum_charge_micros, p.free_seconds, p.beyond, p.slice_seconds, p.tax_ppm FROM placed p
  ), wallets AS (
    UPDATE wallet w SET held_micros = w.held_micros + x.gross FROM (SELECT p.wallet_id, sum(p.gross)::bigint AS gross FROM placed p GROUP BY p.wallet_id) x WHERE w.id = x.wallet_id
  )
  SELECT c.call, c.id, c.tenant_id, c.granted, coalesce(c.caller_id, '') FROM placed c WHERE c.depth = 0;
END $fn$;

DO $$
DECLARE f text;
BEGIN
  FOREACH f IN ARRAY ARRAY['hold_charge(hold, bigint)', 'hold_covers(hold, hold)', 'hold_below(hold, hold)'] LOOP
    EXECUTE format('ALTER FUNCTION %s OWNER TO portal_charge', f);
    EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', f);
  END LOOP;
END $$;
REVOKE CREATE ON SCHEMA public FROM portal_charge;
