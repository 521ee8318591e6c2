-- Bundles pay for calls to a group of numbers. A call from outside to a number of that group found the same prefixes and was
-- paid out of them as well: the tenant lost minutes that it had bought for calling. Replaces the function of 0032_inbound.
-- The part that costs money, for both directions: finds the price at every level of the chain, walks the gates of price,
-- number of calls, caps and money, puts aside at every level the price of the granted time, and writes the call down.
-- An incoming call that its tenant does not pay for passes those of the tenant's; one that nobody pays for passes all.
CREATE OR REPLACE FUNCTION call_place(c call, t tenant, x extension, p_direction text, p_prefixes text[], p_at timestamptz, p_kind text, p_target text, p_caller text)
RETURNS call_verdict LANGUAGE plpgsql AS $fn$
DECLARE
  level record; rates rate[]; r rate; p plan; w wallet; h hold; hs hold[] := '{}'; below_cost boolean[] := '{}'; currencies text[] := '{}'; budgets bigint[];
  v_plan uuid; n int; i int; slice int := 300; granted int; fits int; why text; price bigint; most bigint; cap record; cap_code text; cap_gate text; cap_limit bigint;
  open_calls int; open_here int; recent int; above int := 0; until timestamptz := p_at + interval '2 minutes'; bound bigint; pays boolean;
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
    IF cardinality(hs) = 1 THEN slice := p.slice_seconds; END IF;
    IF level.depth = 0 THEN c.currency := p.currency; END IF;
  END LOOP;
  n := cardinality(hs);
  IF n = 0 THEN
    IF p_direction = 'in' THEN
      c.granted_seconds := 14400;
      c.trace := c.trace || gate('incoming', true, 'free', '');
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
    IF p_direction = 'in' THEN RETURN call_inbound_again(c.pbx, c.pbx_call_id, c.dialled); END IF;
    SELECT * INTO c FROM call WHERE pbx = c.pbx AND pbx_call_id = c.pbx_call_id;
    RETURN call_answer_again(c, x.sip_username);
  END IF;

  -- Whoever calls in must not use up what a tenant may call out: each direction counts its own. Both count the calls that are
  -- going on and paid for.
  IF pays THEN
    SELECT count(*), count(*) FILTER (WHERE extension_id = x.id) INTO open_calls, open_here
      FROM call WHERE tenant_id = t.id AND state <> 'ended' AND (kind = 'external' OR (p_direction = 'in' AND kind = 'inbound'));
    c.trace := c.trace || gate('calls at once', open_calls < t.max_calls AND open_here < x.max_calls,
      open_here + 1 || ' on this extension, ' || open_calls + 1 || ' in all', x.max_calls || ' and ' || t.max_calls);
    IF open_calls >= t.max_calls OR open_here >= x.max_calls THEN RETURN call_refuse(c, 'LIM-01'); END IF;
    SELECT count(*) INTO recent FROM call WHERE tenant_id = t.id AND started_at > p_at - interval '1 minute' AND outcome IS DISTINCT FROM 'blocked'
      AND (kind = 'inbound') = (p_direction = 'in');
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
