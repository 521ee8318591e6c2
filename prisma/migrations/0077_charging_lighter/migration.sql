-- What calls that begin together cost, with less work and the same outcome: measured, a fifth of it went into comparing every
-- call of a statement with every other, where nothing but the first call of its tenant and of its phone was looked for.
GRANT CREATE ON SCHEMA public TO portal_charge;

CREATE OR REPLACE FUNCTION calls_authorise(p_pbx text, p_calls text[], p_endpoints text[], p_dialled text[], p_e164 text[], p_country text[], p_address text[], p_at timestamptz[], p_class text[])
RETURNS TABLE (pbx_call text, call_id uuid, tenant_id uuid, granted_seconds int, caller_id text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_mergejoin = off SET enable_hashjoin = off SET jit = off SET lock_timeout = '50ms' AS $fn$
#variable_conflict use_column
DECLARE locked uuid[]; blocking boolean;
BEGIN
  SELECT array_agg(l.id) INTO locked FROM (
    SELECT t.id FROM tenant t WHERE t.id = ANY (ARRAY(SELECT e.tenant_id FROM extension e WHERE e.sip_username = ANY (p_endpoints))) AND t.kind <> 'operator'
      ORDER BY t.id FOR KEY SHARE SKIP LOCKED) l;
  IF locked IS NULL THEN RETURN; END IF;
  PERFORM FROM wallet w WHERE w.tenant_id = ANY (ARRAY(SELECT b.ancestor_id FROM tenant_below b JOIN tenant a ON a.id = b.ancestor_id
      WHERE b.descendant_id = ANY (locked) AND a.kind <> 'operator')) ORDER BY w.id FOR UPDATE;
  blocking := EXISTS (SELECT FROM block WHERE lifted_at IS NULL) OR EXISTS (SELECT FROM number_block) OR EXISTS (SELECT FROM hot_list WHERE enabled AND numbers > 0);

  RETURN QUERY WITH told AS MATERIALIZED (
    -- The gates that look at one call alone.
    SELECT u.*, gen_random_uuid() AS id, x.id AS extension_id, x.number, x.display_name, x.caller_id, x.max_calls AS extension_calls,
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
      r.free_seconds, r.beyond, first_value(least(greatest(p.slice_seconds, r.first_seconds), 14400)) OVER chain AS granted,
      t.calls <= t.max_calls AND t.calls_here <= t.extension_calls AND t.in_minute <= t.max_calls_per_minute
        AND a.state = 'active' AND p.kind <> 'markup' AND NOT EXISTS (SELECT FROM tenant_bundle z WHERE z.tenant_id = a.id)
        AND r.hours IS NULL AND lower(r.valid) <= t.at AND coalesce(upper(r.valid) > t.at + interval '2 minutes', true) AND r.max_charge_micros IS NULL AND r.step_from IS NULL
        -- Nobody sells below cost: seen at once where no part of what is asked is less than that part of what is paid.
        AND (b.depth = 0 OR a.sells_below_cost OR lag(p.currency) OVER chain <> p.currency OR (
          lag(r.per_minute_micros) OVER chain >= r.per_minute_micros AND lag(r.connection_fee_micros) OVER chain >= r.connection_fee_micros
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
      grace_seconds, minimum_charge_micros, free_seconds, beyond, tax_ppm)
    SELECT p.payer_id, p.id, p.tenant_id, p.depth, p.wallet_id, 'open', p.gross, p.plan_name, p.prefix, p.per_minute_micros, p.connection_fee_micros, p.first_seconds, p.next_seconds,
      p.grace_seconds, p.minimum_charge_micros, p.free_seconds, p.beyond, p.tax_ppm FROM placed p
  ), wallets AS (
    UPDATE wallet w SET held_micros = w.held_micros + x.gross FROM (SELECT p.wallet_id, sum(p.gross)::bigint AS gross FROM placed p GROUP BY p.wallet_id) x WHERE w.id = x.wallet_id
  )
  SELECT c.call, c.id, c.tenant_id, c.granted, coalesce(c.caller_id, '') FROM placed c WHERE c.depth = 0;
END $fn$;

-- ---------------------------------------------------------------- one call, and how many there may be
-- Whether a tenant and a phone of it have room for one more call, as the line of the trace that says so. Whoever calls in must not
-- use up what a tenant may call out, so calls going out count those alone; calls coming in count both, those that are free as well.
CREATE FUNCTION calls_at_once(p_tenant uuid, p_extension uuid, p_direction text, p_most int, p_most_here int) RETURNS jsonb LANGUAGE plpgsql AS $fn$
DECLARE n int; here int;
BEGIN
  SELECT count(*), count(*) FILTER (WHERE extension_id = p_extension) INTO n, here
    FROM call WHERE tenant_id = p_tenant AND state <> 'ended' AND (kind = 'external' OR (p_direction = 'in' AND kind = 'inbound'));
  RETURN gate('calls at once', n < p_most AND here < p_most_here, here + 1 || ' on this extension, ' || n + 1 || ' in all', p_most_here || ' and ' || p_most);
END $fn$;

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
    h := NULL; h.tenant_id := level.id; h.call_id := c.id; h.call_tenant_id := t.id; h.level := level.depth; h.wallet_id := w.id; h.state := 'open'; h.held_micros := 0;
    h.plan_name := p.name; h.tax_ppm := level.tax_ppm;
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

CREATE OR REPLACE FUNCTION call_authorise(p_pbx text, p_pbx_call text, p_endpoint text, p_dialled text, p_kind text, p_e164 text, p_country text,
  p_address text, p_at timestamptz, p_class text)
RETURNS call_verdict LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan SET enable_seqscan = off AS $fn$
DECLARE c call; x extension; t tenant; other extension; v_blocked text; v_range text; v_open boolean; v_closed int; v_inside boolean := false;
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
  -- A phone of the house has no number outside, also where it reads like one.
  IF length(p_dialled) <= 6 THEN
    SELECT * INTO other FROM extension WHERE tenant_id = t.id AND number = p_dialled;
    v_inside := FOUND;
  END IF;
  v_blocked := call_blocked(t.id, x.id, 'out', CASE WHEN v_inside THEN NULL ELSE p_e164 END, p_address);
  IF v_blocked IS NOT NULL THEN
    c.trace := c.trace || gate('block', false, CASE v_blocked WHEN 'INC-01' THEN '' ELSE coalesce(p_e164, '') END, '');
    RETURN call_refuse(c, v_blocked);
  END IF;

  IF p_kind = 'echo' THEN
    INSERT INTO call SELECT c.* ON CONFLICT (pbx, pbx_call_id) DO NOTHING;
    RETURN (c.id, c.tenant_id, 'echo', '', 14400, p_dialled, '')::call_verdict;
  END IF;
  IF v_inside THEN
    c.kind := 'internal'; c.to_e164 := NULL; c.country := NULL;
    c.trace := c.trace || gate('number', true, p_dialled, 'own extension');
    INSERT INTO call SELECT c.* ON CONFLICT (pbx, pbx_call_id) DO NOTHING;
    RETURN (c.id, c.tenant_id, 'internal', '', 14400, other.sip_username, x.number)::call_verdict;
  END IF;

  c.trace := c.trace || gate('number', p_kind = 'external', left(p_dialled, 64), 'a complete number');
  IF p_kind <> 'external' THEN c.kind := 'invalid'; RETURN call_refuse(c, 'DST-04'); END IF;
  -- Which class of the country's numbers it is of, and whether everybody from here up lets that class be called.
  SELECT f.prefix INTO v_range FROM fraud_range f WHERE f.prefix = ANY (prefixes_of(p_e164)) AND NOT (f.whole AND f.country = t.country)
    ORDER BY f.prefix DESC LIMIT 1;
  c.number_class := CASE WHEN v_range IS NOT NULL THEN 'fraud' ELSE coalesce(p_class, 'special') END;
  SELECT CASE c.number_class WHEN 'normal' THEN d.normal WHEN 'special' THEN d.special ELSE d.fraud END INTO v_open
    FROM destination d WHERE d.tenant_id = t.id AND d.country = p_country;
  SELECT max(b.depth) INTO v_closed FROM tenant_below b JOIN destination_closing k ON k.tenant_id = b.ancestor_id
    WHERE b.descendant_id = t.id AND k.country = p_country AND k.class = c.number_class;
  IF v_open IS NULL OR (c.number_class = 'normal' AND (NOT v_open OR v_closed IS NOT NULL)) THEN
    c.trace := c.trace || gate('country', false, coalesce(p_country, '?'), CASE WHEN v_open AND v_closed > 0 THEN 'countries open above' ELSE 'open countries' END);
    RETURN call_refuse(c, 'DST-01');
  END IF;
  c.trace := c.trace || gate('country', true, p_country, 'open countries');
  IF c.number_class IS DISTINCT FROM 'normal' THEN
    c.trace := c.trace || gate(CASE c.number_class WHEN 'special' THEN 'special numbers' ELSE 'fraud-prone range' END, v_open AND v_closed IS NULL,
      coalesce(v_range, p_country), CASE WHEN NOT v_open OR v_closed = 0 THEN 'closed' WHEN v_closed > 0 THEN 'closed above' ELSE 'open' END);
    IF NOT v_open OR v_closed IS NOT NULL THEN RETURN call_refuse(c, CASE c.number_class WHEN 'special' THEN 'DST-02' ELSE 'DST-06' END); END IF;
  END IF;
  RETURN call_place(c, t, x, 'out', prefixes_of(p_e164), p_at, 'out', p_e164, coalesce(x.caller_id, ''));
END $fn$;

ALTER FUNCTION call_authorise_inbound(text, text, text, text, text, timestamptz) SET enable_seqscan = off;
ALTER FUNCTION calls_at_once(uuid, uuid, text, int, int) OWNER TO portal_charge;
REVOKE ALL ON FUNCTION calls_at_once(uuid, uuid, text, int, int) FROM PUBLIC;
REVOKE CREATE ON SCHEMA public FROM portal_charge;
