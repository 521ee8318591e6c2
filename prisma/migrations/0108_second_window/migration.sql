-- How many calls may begin in one second, beside those of a minute; and who means to sell below cost says so.
GRANT CREATE ON SCHEMA public TO portal_charge, portal_system;

-- NULL sets no limit.
ALTER TABLE tenant ADD COLUMN max_calls_per_second int CHECK (max_calls_per_second BETWEEN 0 AND 1000);
ALTER TABLE tenant_limit ADD COLUMN max_calls_per_second int CHECK (max_calls_per_second BETWEEN 0 AND 1000);

-- As before, with that limit.
CREATE OR REPLACE FUNCTION tenant_limit_set(p_tenant uuid, p_patch jsonb) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
DECLARE t tenant; k text; v_allowed bigint; v_asked bigint; v_before jsonb;
BEGIN
  IF NOT EXISTS (SELECT FROM tenant_below WHERE ancestor_id = app_tenant() AND descendant_id = p_tenant) THEN
    RAISE EXCEPTION 'that tenant is not below' USING ERRCODE = 'RF002';
  END IF;
  -- Calls on their way hold a weaker lock and go on; two who set limits queue.
  SELECT * INTO t FROM tenant WHERE id = p_tenant FOR NO KEY UPDATE;
  -- What the tenant wished before anybody wrote a row is what stands in its columns.
  INSERT INTO tenant_limit (tenant_id, set_by, daily_cap_micros, monthly_cap_micros, call_cap_micros, max_per_minute_micros, max_calls, max_calls_per_minute, max_calls_per_second)
    VALUES (t.id, t.id, t.daily_cap_micros, t.monthly_cap_micros, t.call_cap_micros, t.max_per_minute_micros, t.max_calls, t.max_calls_per_minute, t.max_calls_per_second)
    ON CONFLICT DO NOTHING;
  INSERT INTO tenant_limit (tenant_id, set_by) VALUES (t.id, app_tenant()) ON CONFLICT DO NOTHING;
  SELECT to_jsonb(l) INTO v_before FROM tenant_limit l WHERE l.tenant_id = t.id AND l.set_by = app_tenant();
  FOR k IN SELECT jsonb_object_keys(p_patch) LOOP
    EXECUTE format('UPDATE tenant_limit SET %I = $1 WHERE tenant_id = $2 AND set_by = $3', k) USING (p_patch ->> k)::bigint, t.id, app_tenant();
    -- Nobody is told a limit is theirs that somebody above keeps tighter.
    EXECUTE format('SELECT min(l.%I) FROM tenant_limit l JOIN tenant_below b ON b.ancestor_id = l.set_by AND b.descendant_id = $2 AND b.depth > 0
      WHERE l.tenant_id = $1', k) INTO v_allowed USING t.id, app_tenant();
    v_asked := (p_patch ->> k)::bigint;
    IF v_asked > v_allowed THEN
      RAISE EXCEPTION 'more than a tenant above allows [limit=% allowed=% asked=%]', k, v_allowed, v_asked USING ERRCODE = 'RF008';
    END IF;
  END LOOP;
  UPDATE tenant SET daily_cap_micros = e.day, monthly_cap_micros = e.month, call_cap_micros = e.call, max_per_minute_micros = e.minute,
      max_calls = coalesce(e.calls, 20), max_calls_per_minute = coalesce(e.rate, 120), max_calls_per_second = e.second
    FROM (SELECT min(daily_cap_micros) AS day, min(monthly_cap_micros) AS month, min(call_cap_micros) AS call, min(max_per_minute_micros) AS minute,
        min(max_calls) AS calls, min(max_calls_per_minute) AS rate, min(max_calls_per_second) AS second FROM tenant_limit WHERE tenant_id = p_tenant) e
    WHERE id = p_tenant;
  RETURN v_before;
END $fn$;

-- Whether the tenant acted on sells below what it pays; answers with what it was. RF002: it sells to nobody.
CREATE FUNCTION tenant_below_cost_set(p_allowed boolean) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
DECLARE v_before boolean;
BEGIN
  SELECT sells_below_cost INTO v_before FROM tenant WHERE id = app_tenant() AND kind <> 'customer' FOR NO KEY UPDATE;
  IF NOT FOUND THEN RAISE EXCEPTION 'it sells to nobody' USING ERRCODE = 'RF002'; END IF;
  UPDATE tenant SET sells_below_cost = p_allowed WHERE id = app_tenant();
  RETURN v_before;
END $fn$;

-- As before, with that second window.
CREATE OR REPLACE FUNCTION call_place(c call, t tenant, x extension, p_direction text, p_prefixes text[], p_at timestamptz, p_kind text, p_target text, p_caller text)
RETURNS call_verdict LANGUAGE plpgsql AS $fn$
DECLARE
  level record; rates rate[]; r rate; p plan; w wallet; h hold; hs hold[] := '{}'; below_cost boolean[] := '{}'; currencies text[] := '{}'; budgets bigint[];
  v_plan uuid; n int; i int; slice int := 300; granted int; fits int; why text; price bigint; most bigint; cap record; cap_code text; cap_gate text; cap_limit bigint;
  room jsonb; recent int; second int; wallet_ids uuid[] := '{}'; above int := 0; until timestamptz := p_at + interval '2 minutes'; bound bigint; pays boolean;
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
    SELECT count(*), count(*) FILTER (WHERE y.started_at > p_at - interval '1 second') INTO recent, second FROM (SELECT started_at FROM call WHERE tenant_id = t.id AND started_at > p_at - interval '1 minute' AND outcome IS DISTINCT FROM 'blocked'
      AND (kind = 'inbound') = (p_direction = 'in') ORDER BY started_at DESC OFFSET 0) y;
    c.trace := c.trace || gate('calls per minute', recent < t.max_calls_per_minute, (recent + 1)::text, t.max_calls_per_minute::text);
    IF recent >= t.max_calls_per_minute THEN RETURN call_refuse(c, 'LIM-02'); END IF;
    IF t.max_calls_per_second IS NOT NULL THEN
      c.trace := c.trace || gate('calls per second', second < t.max_calls_per_second, (second + 1)::text, t.max_calls_per_second::text);
      IF second >= t.max_calls_per_second THEN RETURN call_refuse(c, 'LIM-02'); END IF;
    END IF;
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

-- As before; where calls of a second are counted, call_place counts them.
CREATE OR REPLACE FUNCTION calls_authorise(p_pbx text, p_calls text[], p_endpoints text[], p_dialled text[], p_e164 text[], p_country text[], p_address text[], p_at timestamptz[], p_class text[])
RETURNS TABLE (pbx_call text, call_id uuid, tenant_id uuid, granted_seconds int, caller_id text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_mergejoin = off SET enable_hashjoin = off SET jit = off SET lock_timeout = '50ms' AS $fn$
#variable_conflict use_column
DECLARE house uuid; callers uuid[]; locked uuid[]; shared uuid[]; alone uuid[]; wallets uuid[]; blocking boolean; closing boolean;
BEGIN
  house := (SELECT t.id FROM tenant t WHERE t.kind = 'operator');
  callers := ARRAY(SELECT e.tenant_id FROM unnest(p_endpoints) u(endpoint) JOIN extension e ON e.sip_username = u.endpoint);
  SELECT array_agg(l.id) INTO locked FROM (
    SELECT t.id FROM tenant t WHERE t.id = ANY (callers) AND t.id <> house ORDER BY t.id FOR KEY SHARE SKIP LOCKED) l;
  IF locked IS NULL THEN RETURN; END IF;

  -- A wallet that several of these calls need is waited for. One that a single call needs, and somebody holds, keeps the others
  -- waiting for nothing: that call is left out. Those that are waited for come first, by id, so nobody waits in a circle.
  SELECT array_agg(x.id) FILTER (WHERE x.calls > 1), array_agg(x.id) FILTER (WHERE x.calls = 1) INTO shared, alone FROM (
    SELECT b.ancestor_id AS id, count(*) AS calls FROM unnest(callers) c(id) JOIN tenant_below b ON b.descendant_id = c.id
      WHERE c.id = ANY (locked) AND b.ancestor_id <> house GROUP BY b.ancestor_id) x;
  wallets := ARRAY(SELECT w.id FROM wallet w WHERE w.tenant_id = ANY (shared) ORDER BY w.id FOR UPDATE);
  wallets := wallets || ARRAY(SELECT w.id FROM wallet w WHERE w.tenant_id = ANY (alone) ORDER BY w.id FOR UPDATE SKIP LOCKED);
  blocking := EXISTS (SELECT FROM block WHERE lifted_at IS NULL) OR EXISTS (SELECT FROM number_block) OR EXISTS (SELECT FROM hot_list WHERE enabled AND numbers > 0);
  closing := EXISTS (SELECT FROM destination_closing);

  RETURN QUERY WITH told AS MATERIALIZED (
    -- The gates that look at one call alone.
    SELECT u.*, uuidv7() AS id, x.id AS extension_id, x.number, x.display_name, x.caller_id, x.max_calls AS extension_calls,
      t.id AS tenant_id, t.max_calls, t.max_calls_per_minute, row_number() OVER (PARTITION BY t.id ORDER BY u.n) AS of_tenant, row_number() OVER (PARTITION BY x.id ORDER BY u.n) AS of_phone,
      min(u.at) OVER (PARTITION BY t.id) AS since
    FROM unnest(p_calls, p_endpoints, p_dialled, p_e164, p_country, p_address, p_at, p_class) WITH ORDINALITY u(call, endpoint, dialled, e164, country, address, at, class, n)
    JOIN extension x ON x.sip_username = u.endpoint JOIN tenant t ON t.id = x.tenant_id
    WHERE t.id = ANY (locked) AND x.state = 'active' AND length(u.dialled) > 6
      AND t.max_calls_per_second IS NULL AND coalesce(t.daily_cap_micros, t.monthly_cap_micros, t.call_cap_micros, t.max_per_minute_micros,
        x.daily_cap_micros, x.monthly_cap_micros, x.call_cap_micros, x.max_per_minute_micros) IS NULL
      -- Ordinary are the normal numbers of a country, which nobody from here up has closed.
      AND u.class = 'normal' AND EXISTS (SELECT FROM destination d WHERE d.tenant_id = t.id AND d.country = u.country AND d.normal)
      AND (NOT closing OR NOT EXISTS (SELECT FROM tenant_below b JOIN destination_closing k ON k.tenant_id = b.ancestor_id WHERE b.descendant_id = t.id AND k.country = u.country AND k.class = 'normal'))
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
      w.id AS wallet_id, w.ctid AS wallet_place, w.posted_micros - w.held_micros + w.credit_limit_micros AS available,
      r.prefix, r.per_minute_micros, r.connection_fee_micros, r.first_seconds, r.next_seconds, r.grace_seconds, r.minimum_charge_micros,
      r.free_seconds, r.beyond, p.slice_seconds, first_value(least(greatest(p.slice_seconds, r.first_seconds), 14400)) OVER chain AS granted,
      w.id = ANY (wallets) AND t.calls <= t.max_calls AND t.calls_here <= t.extension_calls AND t.in_minute <= t.max_calls_per_minute
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
    WHERE b.ancestor_id <> house
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
  ), held AS (
    UPDATE wallet w SET held_micros = w.held_micros + x.gross FROM (SELECT p.wallet_place, sum(p.gross)::bigint AS gross FROM placed p GROUP BY p.wallet_place) x WHERE w.ctid = x.wallet_place
  )
  SELECT c.call, c.id, c.tenant_id, c.granted, coalesce(c.caller_id, '') FROM placed c WHERE c.depth = 0;
END $fn$;

ALTER FUNCTION tenant_below_cost_set(boolean) OWNER TO portal_system;
REVOKE ALL ON FUNCTION tenant_below_cost_set(boolean) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION tenant_below_cost_set(boolean) TO portal_app;
REVOKE CREATE ON SCHEMA public FROM portal_charge, portal_system;
