-- Calls from outside, from the trunk to the ledger: what a repeated question is answered, what a tenant that does not pay is
-- told, and a record of each refusal. Replaces functions of 0004_charging and 0019_charging that it names.
GRANT CREATE ON SCHEMA public TO portal_charge;

-- ---------------------------------------------------------------- numbers
-- Where a number rings is its holder's to say; whose it is, is said from above, and not by a statement of the portal's.
REVOKE INSERT, UPDATE, DELETE ON did FROM portal_app;
GRANT UPDATE (extension_id) ON did TO portal_app;
-- The number of a deleted phone stays with its holder and rings nowhere.
ALTER TABLE did DROP CONSTRAINT did_tenant_id_extension_id_fkey;
ALTER TABLE did ADD CONSTRAINT did_rings_at FOREIGN KEY (tenant_id, extension_id) REFERENCES extension (tenant_id, id) ON DELETE SET NULL (extension_id);
CREATE INDEX did_of_extension ON did (tenant_id, extension_id);

-- ---------------------------------------------------------------- a question that comes again
-- One hold pays for one call: the id of a call from outside is no answer to a phone, nor the other way round, nor to a call
-- to another number (a PBX that began to count anew).
CREATE OR REPLACE FUNCTION call_answer_again(c call, p_endpoint text) RETURNS call_verdict
LANGUAGE plpgsql STABLE AS $fn$
DECLARE x extension; target text := c.to_e164;
BEGIN
  IF c.kind = 'inbound' THEN RETURN (NULL, NULL, 'refuse', 'SYS-01', 0, '', '')::call_verdict; END IF;
  IF c.state = 'ended' THEN RETURN (c.id, c.tenant_id, 'refuse', coalesce(c.reason, 'SYS-01'), 0, '', '')::call_verdict; END IF;
  SELECT * INTO x FROM extension WHERE id = c.extension_id;
  IF x.sip_username IS DISTINCT FROM p_endpoint THEN RETURN (NULL, NULL, 'refuse', 'SYS-01', 0, '', '')::call_verdict; END IF;
  IF c.kind = 'internal' THEN SELECT sip_username INTO target FROM extension WHERE tenant_id = c.tenant_id AND number = c.dialled; END IF;
  RETURN (c.id, c.tenant_id, CASE c.kind WHEN 'external' THEN 'out' ELSE c.kind END, '', c.granted_seconds, coalesce(target, c.dialled),
    CASE c.kind WHEN 'internal' THEN x.number ELSE coalesce(x.caller_id, '') END)::call_verdict;
END $fn$;

CREATE FUNCTION call_inbound_again(p_pbx text, p_pbx_call text, p_did text) RETURNS call_verdict LANGUAGE plpgsql STABLE AS $fn$
DECLARE c call; x extension;
BEGIN
  SELECT * INTO c FROM call WHERE pbx = p_pbx AND pbx_call_id = p_pbx_call;
  IF c.kind <> 'inbound' OR c.dialled <> p_did THEN RETURN (NULL, NULL, 'refuse', 'SYS-01', 0, '', '')::call_verdict; END IF;
  IF c.state = 'ended' THEN RETURN (c.id, c.tenant_id, 'refuse', coalesce(c.reason, 'SYS-01'), 0, '', '')::call_verdict; END IF;
  SELECT * INTO x FROM extension WHERE id = c.extension_id;
  -- Its phone was deleted in between: there is nothing left that could ring.
  IF NOT FOUND THEN RETURN (c.id, c.tenant_id, 'refuse', 'NUM-01', 0, '', '')::call_verdict; END IF;
  RETURN (c.id, c.tenant_id, 'inbound', '', c.granted_seconds, x.sip_username, c.from_number)::call_verdict;
END $fn$;

-- ---------------------------------------------------------------- before anything rings
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

-- Somebody outside calls one of our numbers. It passes whatever the tenant's state and balance, unless the tenant pays for
-- it; then it needs what an outgoing call needs. A number that nobody holds is the operator's to know of, who has the trunk.
CREATE OR REPLACE FUNCTION call_authorise_inbound(p_pbx text, p_pbx_call text, p_did text, p_from text, p_address text, p_at timestamptz)
RETURNS call_verdict LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan AS $fn$
DECLARE c call; x extension; t tenant; paid boolean;
BEGIN
  IF EXISTS (SELECT FROM call WHERE pbx = p_pbx AND pbx_call_id = p_pbx_call) THEN RETURN call_inbound_again(p_pbx, p_pbx_call, left(p_did, 128)); END IF;
  -- The same lock as for an outgoing call, for the same reason.
  SELECT * INTO t FROM tenant WHERE id = (SELECT d.tenant_id FROM did d WHERE d.number = p_did) FOR KEY SHARE;
  IF FOUND THEN
    SELECT e.* INTO x FROM did d JOIN extension e ON e.tenant_id = d.tenant_id AND e.id = d.extension_id WHERE d.number = p_did AND d.tenant_id = t.id;
  ELSE
    SELECT * INTO t FROM tenant WHERE kind = 'operator';
    IF NOT FOUND THEN RETURN (NULL, NULL, 'refuse', 'NUM-01', 0, '', '')::call_verdict; END IF;
  END IF;

  c.tenant_id := t.id; c.id := gen_random_uuid(); c.pbx := p_pbx; c.pbx_call_id := p_pbx_call; c.extension_id := x.id;
  c.extension_number := coalesce(x.number, ''); c.extension_name := coalesce(x.display_name, ''); c.kind := 'inbound'; c.dialled := left(p_did, 128);
  c.to_e164 := CASE WHEN p_did ~ '^[1-9][0-9]{4,14}$' THEN p_did END;
  c.from_number := left(p_from, 64); c.source_address := left(p_address, 64); c.state := 'authorised'; c.trace := '[]';
  c.started_at := p_at; c.last_seen_at := p_at; c.shortfall_micros := 0; c.currency := t.currency; c.granted_seconds := 14400;
  c.trace := c.trace || gate('number', x.id IS NOT NULL, c.dialled, 'rings at an extension');
  IF x.id IS NULL THEN RETURN call_refuse(c, 'NUM-01'); END IF;
  paid := cardinality(rates_bought(t.id, 'in', prefixes_of(p_did), p_at, p_at, 0)) > 0;
  IF paid AND t.kind <> 'operator' THEN
    c.trace := c.trace || gate('tenant', t.state = 'active', t.state, 'active');
    IF t.state <> 'active' THEN RETURN call_refuse(c, 'SEC-02'); END IF;
    c.trace := c.trace || gate('extension', x.state = 'active', x.state, 'active');
    IF x.state <> 'active' THEN RETURN call_refuse(c, 'SEC-01'); END IF;
  END IF;
  RETURN call_place(c, t, x, 'in', prefixes_of(p_did), p_at, 'inbound', x.sip_username, left(p_from, 64));
END $fn$;

-- A call from outside of which the PBX kept a record though call control never heard of it: refused while call control was
-- away, or one that should not have been possible. It is written down, and when somebody talked it is a difference.
CREATE FUNCTION call_record_unheld_inbound(p_pbx text, p_pbx_call text, p_did text, p_from text, p_started timestamptz, p_ended timestamptz, p_talk_ms bigint)
RETURNS text LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
DECLARE x extension; t tenant; v_id uuid := gen_random_uuid();
BEGIN
  SELECT * INTO t FROM tenant WHERE id = coalesce((SELECT d.tenant_id FROM did d WHERE d.number = p_did), (SELECT o.id FROM tenant o WHERE o.kind = 'operator'));
  IF NOT FOUND OR EXISTS (SELECT FROM call WHERE pbx = p_pbx AND pbx_call_id = p_pbx_call) THEN RETURN 'known'; END IF;
  SELECT e.* INTO x FROM did d JOIN extension e ON e.tenant_id = d.tenant_id AND e.id = d.extension_id WHERE d.number = p_did AND d.tenant_id = t.id;
  INSERT INTO call (tenant_id, id, pbx, pbx_call_id, extension_id, extension_number, extension_name, kind, dialled, to_e164, from_number, state, outcome, reason,
      started_at, answered_at, ended_at, talk_ms, billed_seconds, cost_micros, currency, source, trace)
    VALUES (t.id, v_id, p_pbx, p_pbx_call, x.id, coalesce(x.number, ''), coalesce(x.display_name, ''), 'inbound', left(p_did, 128),
      CASE WHEN p_did ~ '^[1-9][0-9]{4,14}$' THEN p_did END, left(p_from, 64), 'ended', CASE WHEN p_talk_ms > 0 THEN 'answered' ELSE 'failed' END,
      CASE WHEN p_talk_ms > 0 THEN NULL ELSE 'SYS-01' END, p_started, CASE WHEN p_talk_ms > 0 THEN p_ended - p_talk_ms * interval '1 millisecond' END,
      p_ended, p_talk_ms, 0, 0, t.currency, 'spool', jsonb_build_array(gate('call control', false, 'away', 'reachable')))
    ON CONFLICT (pbx, pbx_call_id) DO NOTHING;
  IF NOT FOUND THEN RETURN 'known'; END IF;
  IF p_talk_ms > 0 THEN
    INSERT INTO difference (tenant_id, kind, subject, currency, detail)
      VALUES (t.id, 'record_without_charge', v_id::text, t.currency, jsonb_build_object('talkMs', p_talk_ms)) ON CONFLICT DO NOTHING;
  END IF;
  RETURN 'recorded';
END $fn$;

-- Whose a channel is that comes from the trunk, by the number it called: the operator's where nobody holds it.
CREATE FUNCTION call_subject_inbound(p_did text) RETURNS uuid LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT coalesce((SELECT d.tenant_id FROM did d WHERE d.number = p_did), (SELECT o.id FROM tenant o WHERE o.kind = 'operator'))
$$;

DO $$
DECLARE f text;
BEGIN
  FOREACH f IN ARRAY ARRAY['call_inbound_again(text, text, text)', 'call_subject_inbound(text)',
    'call_record_unheld_inbound(text, text, text, text, timestamptz, timestamptz, bigint)'] LOOP
    EXECUTE format('ALTER FUNCTION %s OWNER TO portal_charge', f);
    EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', f);
  END LOOP;
  FOREACH f IN ARRAY ARRAY['call_subject_inbound(text)', 'call_record_unheld_inbound(text, text, text, text, timestamptz, timestamptz, bigint)'] LOOP
    EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO portal_app', f);
  END LOOP;
END $$;
REVOKE CREATE ON SCHEMA public FROM portal_charge;
