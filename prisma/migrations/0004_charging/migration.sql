-- The life of a call in money. Every function here is one round trip, safe to repeat, and owned by portal_charge, the
-- only role that writes across tenants. Lock order is always: the call's row, then wallets by id. Two calls that share
-- wallets therefore queue; they cannot deadlock.
-- Plans are generic: every lookup is by key, and planning anew for each call would cost more than running it.
GRANT CREATE ON SCHEMA public TO portal_charge;

-- ---------------------------------------------------------------- price (the same arithmetic as price.rules.ts)
-- (PL/pgSQL, not SQL: nested calls of the latter are not inlined and start an executor each.)
CREATE FUNCTION price_billed_seconds(p_talk_ms bigint, p_first int, p_next int, p_grace int)
RETURNS int LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $fn$
DECLARE seconds bigint := (p_talk_ms + 999) / 1000;
BEGIN
  IF p_talk_ms <= 0 OR seconds <= p_grace THEN RETURN 0; END IF;
  IF seconds <= p_first THEN RETURN p_first; END IF;
  RETURN p_first + ((seconds - p_first + p_next - 1) / p_next) * p_next;
END $fn$;

CREATE FUNCTION price_micros(p_billed_seconds int, p_per_minute bigint, p_fee bigint)
RETURNS bigint LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $fn$
BEGIN
  IF p_billed_seconds <= 0 THEN RETURN 0; END IF;
  RETURN p_fee + (p_billed_seconds * p_per_minute + 59) / 60;
END $fn$;

-- The longest billed time a budget pays for: the first increment plus whole next ones, and no more of them than p_most
-- needs. 0 when not even the first fits.
CREATE FUNCTION price_affordable_seconds(p_budget bigint, p_per_minute bigint, p_fee bigint, p_first int, p_next int, p_most int)
RETURNS int LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $fn$
DECLARE paid bigint;
BEGIN
  IF p_budget < p_fee THEN RETURN 0; END IF;
  IF p_per_minute = 0 THEN RETURN greatest(p_most, p_first); END IF;
  paid := (p_budget - p_fee) * 60 / p_per_minute;
  IF paid < p_first THEN RETURN 0; END IF;
  RETURN p_first + ((least(paid, greatest(p_most, p_first) + p_next) - p_first) / p_next) * p_next;
END $fn$;

-- Longest prefix wins. Validity is spelt out, because the range operator would draw the planner to the exclusion
-- constraint's index, which reads a whole plan: 140 µs instead of 8.
CREATE FUNCTION rate_find(p_plan uuid, p_digits text, p_at timestamptz)
RETURNS SETOF rate LANGUAGE sql STABLE AS $$
  SELECT * FROM rate
  WHERE plan_id = p_plan AND prefix = ANY (ARRAY(SELECT left(p_digits, n) FROM generate_series(1, least(length(p_digits), 15)) n))
    AND lower(valid) <= p_at AND coalesce(upper(valid) > p_at, true)
  ORDER BY length(prefix) DESC LIMIT 1
$$;

CREATE FUNCTION gate(p_gate text, p_ok boolean, p_value text, p_limit text)
RETURNS jsonb LANGUAGE sql STABLE AS $$ SELECT jsonb_build_object('gate', p_gate, 'ok', p_ok, 'value', p_value, 'limit', p_limit) $$;

-- ---------------------------------------------------------------- who is calling
CREATE FUNCTION call_subject(p_endpoint text)
RETURNS TABLE (tenant_id uuid, country text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT t.id, t.country FROM extension e JOIN tenant t ON t.id = e.tenant_id WHERE e.sip_username = p_endpoint
$$;

-- One row of the answer that authorise gives, new or repeated.
CREATE TYPE call_verdict AS (
  call_id uuid, tenant_id uuid, kind text, code text, granted_seconds int, target text, caller_id text
);

-- Writes the record of a call that was refused. It is in the same list as every other call.
CREATE FUNCTION call_refuse(p_call call, p_code text) RETURNS call_verdict
LANGUAGE plpgsql AS $fn$
BEGIN
  p_call.state := 'ended'; p_call.outcome := 'blocked'; p_call.reason := p_code; p_call.ended_at := p_call.started_at;
  p_call.talk_ms := 0; p_call.billed_seconds := 0; p_call.cost_micros := 0; p_call.source := 'refused'; p_call.granted_seconds := 0;
  INSERT INTO call SELECT p_call.* ON CONFLICT (pbx, pbx_call_id) DO NOTHING;
  RETURN (p_call.id, p_call.tenant_id, 'refuse', p_code, 0, '', '')::call_verdict;
END $fn$;

-- Step 1 of a call's life. Walks the gates in order, records each with value and limit, and puts aside at every level of
-- the chain the price of the granted time. p_kind is what the dialling rules made of the number; p_e164 has no plus sign.
-- A repeat of the same (pbx, call) returns what was answered the first time.
CREATE FUNCTION call_authorise(p_pbx text, p_pbx_call text, p_endpoint text, p_dialled text, p_kind text, p_e164 text, p_country text,
  p_address text, p_at timestamptz)
RETURNS call_verdict LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan AS $fn$
DECLARE
  c call; x extension; t tenant; v jsonb := '[]'; other extension; w wallet; r rate; p plan;
  level record; n int; i int; spent bigint; open_calls int; open_here int; recent int;
  tenants uuid[] := '{}'; wallets uuid[] := '{}'; plans text[] := '{}'; budgets bigint[] := '{}'; below_cost boolean[] := '{}'; currencies text[] := '{}';
  -- The rate of each level, field by field: arrays of numbers are quick to read, arrays of rows are not.
  matched text[] := '{}'; per_minute bigint[] := '{}'; fee bigint[] := '{}'; first_s int[] := '{}'; next_s int[] := '{}'; grace int[] := '{}';
  prefixes text[] := '{}';
  slice int; granted int; fits int; budget bigint; cap_left bigint; cap_binds boolean := false; why text; price bigint;
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

  FOR i IN 1..least(length(p_e164), 15) LOOP prefixes := prefixes || left(p_e164, i); END LOOP;
  -- The chain: the caller's tenant, then each reseller above; the operator sells and does not pay.
  FOR level IN SELECT a.id, a.state, a.plan_id, a.sells_below_cost, a.currency FROM tenant_below b JOIN tenant a ON a.id = b.ancestor_id
    WHERE b.descendant_id = t.id AND a.kind <> 'operator' ORDER BY b.depth LOOP
    IF level.state <> 'active' THEN
      c.trace := c.trace || gate('provider', false, 'suspended', 'active');
      RETURN call_refuse(c, 'BAL-03');
    END IF;
    SELECT * INTO p FROM plan WHERE id = level.plan_id;
    SELECT * INTO r FROM rate WHERE plan_id = level.plan_id AND prefix = ANY (prefixes) AND lower(valid) <= p_at AND coalesce(upper(valid) > p_at, true)
      ORDER BY length(prefix) DESC LIMIT 1;
    SELECT * INTO w FROM wallet WHERE wallet.tenant_id = level.id AND wallet.currency = p.currency;
    IF r.id IS NULL OR w.id IS NULL THEN
      c.trace := c.trace || gate('price', false, p_e164, CASE WHEN level.plan_id IS NULL THEN 'no plan' ELSE 'no rate' END);
      RETURN call_refuse(c, 'RAT-01');
    END IF;
    tenants := tenants || level.id; wallets := wallets || w.id; plans := plans || p.name;
    matched := matched || r.prefix; per_minute := per_minute || r.per_minute_micros; fee := fee || r.connection_fee_micros;
    first_s := first_s || r.first_seconds; next_s := next_s || r.next_seconds; grace := grace || r.grace_seconds;
    currencies := currencies || p.currency::text; below_cost := below_cost || level.sells_below_cost;
    IF cardinality(tenants) = 1 THEN slice := p.slice_seconds; c.currency := p.currency; END IF;
  END LOOP;
  n := cardinality(tenants);
  IF n = 0 THEN
    c.trace := c.trace || gate('price', false, p_e164, 'the operator itself has no wallet to pay from');
    RETURN call_refuse(c, 'RAT-01');
  END IF;
  c.trace := c.trace || gate('price', true, matched[1], plans[1]);

  -- Money. From here on calls of one wallet queue.
  budgets := array_fill(0::bigint, ARRAY[n]);
  FOR w IN SELECT * FROM wallet WHERE id = ANY (wallets) ORDER BY id FOR UPDATE LOOP
    budgets[array_position(wallets, w.id)] := w.posted_micros - w.held_micros + w.credit_limit_micros;
    IF w.id = wallets[1] THEN spent := w.held_micros; END IF;
  END LOOP;
  -- Somebody else may have answered the same question while this one waited for the lock.
  IF EXISTS (SELECT FROM call WHERE pbx = p_pbx AND pbx_call_id = p_pbx_call) THEN
    SELECT * INTO c FROM call WHERE pbx = p_pbx AND pbx_call_id = p_pbx_call;
    RETURN call_answer_again(c, p_endpoint);
  END IF;

  SELECT count(*), count(*) FILTER (WHERE extension_id = x.id) INTO open_calls, open_here
    FROM call WHERE tenant_id = t.id AND state <> 'ended' AND kind = 'external';
  c.trace := c.trace || gate('calls at once', open_calls < t.max_calls AND open_here < x.max_calls,
    open_here + 1 || ' on this extension, ' || open_calls + 1 || ' in all', x.max_calls || ' and ' || t.max_calls);
  IF open_calls >= t.max_calls OR open_here >= x.max_calls THEN RETURN call_refuse(c, 'LIM-01'); END IF;
  SELECT count(*) INTO recent FROM call WHERE tenant_id = t.id AND started_at > p_at - interval '1 minute' AND outcome IS DISTINCT FROM 'blocked';
  c.trace := c.trace || gate('calls per minute', recent < t.max_calls_per_minute, (recent + 1)::text, t.max_calls_per_minute::text);
  IF recent >= t.max_calls_per_minute THEN RETURN call_refuse(c, 'LIM-02'); END IF;

  -- Caps count what is held, so that parallel calls cannot pass them together.
  IF t.daily_cap_micros IS NOT NULL OR x.daily_cap_micros IS NOT NULL THEN cap_left := call_cap_left(t, x, p_at); END IF;
  IF cap_left IS NOT NULL AND cap_left < budgets[1] THEN budgets[1] := greatest(cap_left, 0); cap_binds := true; END IF;

  granted := greatest(slice, first_s[1]);
  FOR i IN 1..n LOOP
    fits := price_affordable_seconds(budgets[i], per_minute[i], fee[i], first_s[i], next_s[i], granted);
    IF fits = 0 THEN
      IF i = 1 AND cap_binds THEN
        c.trace := c.trace || gate('daily cap', false, call_spent_today(t, p_at)::text, coalesce(t.daily_cap_micros, x.daily_cap_micros)::text);
        RETURN call_refuse(c, 'CAP-01');
      END IF;
      IF i = 1 THEN
        c.trace := c.trace || gate('money', false, greatest(budgets[1], 0)::text,
          price_micros(first_s[1], per_minute[1], fee[1])::text);
        RETURN call_refuse(c, 'BAL-01');
      END IF;
      c.trace := c.trace || gate('provider', false, 'no credit', 'credit');
      RETURN call_refuse(c, 'BAL-03');
    END IF;
    IF fits < granted THEN
      granted := fits;
      why := CASE WHEN i > 1 THEN 'BAL-03' WHEN cap_binds THEN 'CAP-01' ELSE 'BAL-02' END;
    END IF;
  END LOOP;

  -- Nobody sells below what they pay, unless they said so. Compared for the first increment and for the whole grant.
  FOR i IN 1..n - 1 LOOP
    IF NOT below_cost[i + 1] AND currencies[i] = currencies[i + 1] AND (
      price_micros(price_billed_seconds(1000, first_s[i], next_s[i], 0), per_minute[i], fee[i])
      < price_micros(price_billed_seconds(1000, first_s[i + 1], next_s[i + 1], 0), per_minute[i + 1], fee[i + 1])
      OR per_minute[i] < per_minute[i + 1]) THEN
      c.trace := c.trace || gate('margin', false, 'below cost', 'at least cost');
      RETURN call_refuse(c, 'RAT-02');
    END IF;
  END LOOP;

  c.granted_seconds := granted; c.limit_reason := why;
  price := price_micros(price_billed_seconds(granted * 1000::bigint, first_s[1], next_s[1], 0), per_minute[1], fee[1]);
  c.trace := c.trace || gate('daily cap', true, '', coalesce(cap_left::text, 'none')) || gate('money', true, price::text, budgets[1]::text);
  INSERT INTO call SELECT c.*;
  FOR i IN 1..n LOOP
    price := price_micros(price_billed_seconds(granted * 1000::bigint, first_s[i], next_s[i], 0), per_minute[i], fee[i]);
    INSERT INTO hold (tenant_id, call_id, call_tenant_id, level, wallet_id, held_micros, plan_name, prefix, per_minute_micros, connection_fee_micros,
        first_seconds, next_seconds, grace_seconds)
      VALUES (tenants[i], c.id, t.id, i - 1, wallets[i], price, plans[i], matched[i], per_minute[i], fee[i],
        first_s[i], next_s[i], grace[i]);
    UPDATE wallet SET held_micros = wallet.held_micros + price WHERE id = wallets[i];
  END LOOP;
  RETURN (c.id, c.tenant_id, 'out', '', granted, p_e164, coalesce(x.caller_id, ''))::call_verdict;
END $fn$;

-- What was answered before, for a repeated question. Another phone that comes with the same id of a call (a PBX that began
-- to count anew) is refused: one hold pays for one call.
CREATE FUNCTION call_answer_again(c call, p_endpoint text) RETURNS call_verdict
LANGUAGE plpgsql STABLE AS $fn$
DECLARE x extension; target text := c.to_e164;
BEGIN
  IF c.state = 'ended' THEN RETURN (c.id, c.tenant_id, 'refuse', coalesce(c.reason, 'SYS-01'), 0, '', '')::call_verdict; END IF;
  SELECT * INTO x FROM extension WHERE id = c.extension_id;
  IF x.sip_username IS DISTINCT FROM p_endpoint THEN RETURN (NULL, NULL, 'refuse', 'SYS-01', 0, '', '')::call_verdict; END IF;
  IF c.kind = 'internal' THEN SELECT sip_username INTO target FROM extension WHERE tenant_id = c.tenant_id AND number = c.dialled; END IF;
  RETURN (c.id, c.tenant_id, CASE c.kind WHEN 'external' THEN 'out' ELSE c.kind END, '', c.granted_seconds, coalesce(target, c.dialled),
    CASE c.kind WHEN 'internal' THEN x.number ELSE coalesce(x.caller_id, '') END)::call_verdict;
END $fn$;

CREATE FUNCTION call_spent_today(t tenant, p_at timestamptz) RETURNS bigint
LANGUAGE sql STABLE AS $$
  SELECT coalesce(sum(charged_micros), 0)::bigint FROM spend_day WHERE tenant_id = t.id AND day = (p_at AT TIME ZONE t.time_zone)::date
$$;

-- What today's caps of tenant and extension still allow, held money counted as spent. NULL when there is no cap.
CREATE FUNCTION call_cap_left(t tenant, x extension, p_at timestamptz) RETURNS bigint
LANGUAGE plpgsql STABLE AS $fn$
DECLARE cap bigint; v_left bigint;
BEGIN
  IF t.daily_cap_micros IS NOT NULL THEN
    SELECT t.daily_cap_micros - call_spent_today(t, p_at) - coalesce(sum(h.held_micros), 0) INTO v_left
      FROM hold h WHERE h.tenant_id = t.id AND h.state = 'open' AND h.level = 0;
  END IF;
  IF x.daily_cap_micros IS NOT NULL THEN
    SELECT x.daily_cap_micros - coalesce(sum(h.held_micros), 0) INTO cap
      FROM hold h JOIN call c ON c.tenant_id = h.call_tenant_id AND c.id = h.call_id
      WHERE h.tenant_id = t.id AND h.state = 'open' AND h.level = 0 AND c.extension_id = x.id;
    SELECT cap - coalesce(sum(charged_micros), 0) INTO cap FROM spend_day
      WHERE tenant_id = t.id AND day = (p_at AT TIME ZONE t.time_zone)::date AND extension_id = x.id;
    v_left := least(coalesce(v_left, cap), cap);
  END IF;
  RETURN v_left;
END $fn$;

-- Step 2. The grant starts to run. Returns false when the call is not waiting for an answer (a repeat, or ended already).
CREATE FUNCTION call_answered(p_pbx text, p_pbx_call text, p_at timestamptz)
RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
BEGIN
  UPDATE call SET state = 'answered', answered_at = p_at, last_seen_at = greatest(last_seen_at, p_at)
    WHERE pbx = p_pbx AND pbx_call_id = p_pbx_call AND state = 'authorised';
  RETURN FOUND;
END $fn$;

-- Step 3. Extends the holds by up to one slice. Returns the seconds now granted in all, counted from the answer, and why
-- there was no more ('' when there was). The PBX is told afterwards: held first, then prolonged.
CREATE FUNCTION call_renew(p_pbx text, p_pbx_call text, p_at timestamptz)
RETURNS TABLE (granted_seconds int, code text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan AS $fn$
DECLARE c call; t tenant; x extension; h hold; w wallet; wanted int; fits int; why text; cap_left bigint; budget bigint; slice int;
BEGIN
  SELECT * INTO c FROM call WHERE pbx = p_pbx AND pbx_call_id = p_pbx_call AND state = 'answered' FOR UPDATE;
  IF NOT FOUND THEN RETURN; END IF;
  IF c.kind <> 'external' THEN RETURN QUERY SELECT c.granted_seconds, ''; RETURN; END IF;
  SELECT * INTO t FROM tenant WHERE id = c.tenant_id;
  SELECT * INTO x FROM extension WHERE id = c.extension_id;
  PERFORM FROM wallet WHERE id IN (SELECT wallet_id FROM hold WHERE call_id = c.id) ORDER BY id FOR UPDATE;
  SELECT coalesce(max(p.slice_seconds), 300) INTO slice FROM plan p WHERE p.id = t.plan_id;
  wanted := least(c.granted_seconds + slice, 14400);
  IF t.state <> 'active' OR x.state IS DISTINCT FROM 'active' THEN wanted := c.granted_seconds; why := 'SEC-01'; END IF;
  cap_left := call_cap_left(t, x, p_at);
  FOR h IN SELECT * FROM hold WHERE call_id = c.id ORDER BY level LOOP
    SELECT * INTO w FROM wallet WHERE id = h.wallet_id;
    budget := w.posted_micros - w.held_micros + w.credit_limit_micros;
    IF h.level = 0 AND cap_left IS NOT NULL AND cap_left < budget THEN budget := greatest(cap_left, 0); END IF;
    fits := price_affordable_seconds(h.held_micros + budget, h.per_minute_micros, h.connection_fee_micros, h.first_seconds, h.next_seconds, wanted);
    IF fits < wanted THEN
      wanted := greatest(fits, c.granted_seconds);
      why := CASE WHEN h.level > 0 THEN 'BAL-03' WHEN cap_left IS NOT NULL AND budget = greatest(cap_left, 0) THEN 'CAP-01' ELSE 'BAL-02' END;
    END IF;
  END LOOP;
  IF wanted > c.granted_seconds THEN
    UPDATE wallet SET held_micros = wallet.held_micros + price.more FROM (
        SELECT wallet_id, price_micros(price_billed_seconds(wanted * 1000::bigint, first_seconds, next_seconds, 0), per_minute_micros, connection_fee_micros) - held_micros AS more
        FROM hold WHERE call_id = c.id) price
      WHERE wallet.id = price.wallet_id;
    UPDATE hold SET held_micros = price_micros(price_billed_seconds(wanted * 1000::bigint, first_seconds, next_seconds, 0), per_minute_micros, connection_fee_micros)
      WHERE call_id = c.id;
  END IF;
  UPDATE call SET granted_seconds = wanted, limit_reason = why, last_seen_at = greatest(last_seen_at, p_at) WHERE tenant_id = c.tenant_id AND id = c.id;
  RETURN QUERY SELECT wanted, coalesce(why, '');
END $fn$;

-- Step 4. Charges the real talk time at every level, releases the holds, completes the record: once, whoever reports it.
-- p_talk_ms is NULL only for evidence that no second was answered. Returns 'settled', 'repeat' or 'unknown'.
-- The PBX cuts at the grant; its timers are a few milliseconds late, and up to one second of that is not charged.
CREATE FUNCTION call_settle(p_pbx text, p_pbx_call text, p_talk_ms bigint, p_ended_at timestamptz, p_outcome text, p_reason text, p_cause int,
  p_side text, p_source text)
RETURNS text LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan AS $fn$
DECLARE
  c call; t tenant; h hold; w wallet; paid_ms bigint; billed int; cost bigint; short bigint; total_short bigint := 0; txn uuid; seller uuid; at_limit boolean;
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

  PERFORM FROM wallet WHERE id IN (SELECT wallet_id FROM hold WHERE call_id = c.id) ORDER BY id FOR UPDATE;
  FOR h IN SELECT * FROM hold WHERE call_id = c.id AND state = 'open' ORDER BY level LOOP
    SELECT * INTO w FROM wallet WHERE id = h.wallet_id;
    billed := price_billed_seconds(paid_ms, h.first_seconds, h.next_seconds, h.grace_seconds);
    cost := price_micros(billed, h.per_minute_micros, h.connection_fee_micros);
    short := greatest(cost - (w.posted_micros - w.held_micros + w.credit_limit_micros + h.held_micros), 0);
    cost := cost - short; total_short := total_short + short;
    UPDATE hold SET state = CASE WHEN cost > 0 THEN 'charged' ELSE 'released' END, billed_seconds = billed, charged_micros = cost
      WHERE tenant_id = h.tenant_id AND call_id = h.call_id;
    UPDATE wallet SET held_micros = held_micros - h.held_micros, posted_micros = posted_micros - cost, last_seq = last_seq + (cost > 0)::int
      WHERE id = h.wallet_id RETURNING * INTO w;
    IF cost > 0 THEN
      SELECT parent_id INTO seller FROM tenant WHERE id = h.tenant_id;
      INSERT INTO ledger_transaction (tenant_id, kind, posting_key, call_id, memo, actor, occurred_at)
        VALUES (h.tenant_id, 'charge', 'call:' || c.id || ':' || h.level, c.id, 'Call to ' || coalesce('+' || c.to_e164, c.dialled), 'call control', p_ended_at)
        RETURNING id INTO txn;
      INSERT INTO ledger_entry (tenant_id, transaction_id, line, account, wallet_id, currency, amount_micros, balance_after_micros, seq, occurred_at)
        VALUES (h.tenant_id, txn, 1, 'wallet', h.wallet_id, w.currency, -cost, w.posted_micros, w.last_seq, p_ended_at),
               (seller, txn, 2, 'revenue', NULL, w.currency, cost, NULL, NULL, p_ended_at);
    END IF;
    IF h.level = 0 THEN
      c.billed_seconds := billed; c.cost_micros := cost;
      SELECT * INTO t FROM tenant WHERE id = c.tenant_id;
      INSERT INTO spend_day (tenant_id, day, extension_id, charged_micros, calls)
        VALUES (c.tenant_id, (p_ended_at AT TIME ZONE t.time_zone)::date, c.extension_id, cost, 1)
        ON CONFLICT (tenant_id, day, extension_id) DO UPDATE SET charged_micros = spend_day.charged_micros + cost, calls = spend_day.calls + 1;
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

-- ---------------------------------------------------------------- the worker's view across tenants
-- Calls that are not over, for one PBX: to re-arm renewals and to compare with live channels.
CREATE FUNCTION calls_open(p_pbx text)
RETURNS TABLE (tenant_id uuid, call_id uuid, pbx_call_id text, kind text, state text, granted_seconds int, limit_reason text, started_at timestamptz,
  answered_at timestamptz, last_seen_at timestamptz, held_micros bigint, currency char(3), extension_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT c.tenant_id, c.id, c.pbx_call_id, c.kind, c.state, c.granted_seconds, c.limit_reason, c.started_at, c.answered_at, c.last_seen_at,
    coalesce((SELECT sum(h.held_micros) FROM hold h WHERE h.call_id = c.id AND h.state = 'open'), 0)::bigint, c.currency, c.extension_id
  FROM call c WHERE c.pbx = p_pbx AND c.state <> 'ended'
$$;

-- A sweep saw these channels alive at that moment: the evidence that is left when a PBX dies.
CREATE FUNCTION calls_seen(p_pbx text, p_calls text[], p_at timestamptz)
RETURNS int LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
  WITH seen AS (UPDATE call SET last_seen_at = p_at WHERE pbx = p_pbx AND pbx_call_id = ANY (p_calls) AND state <> 'ended' RETURNING 1)
  SELECT count(*)::int FROM seen
$$;

-- A call of which the PBX kept a record though call control never heard of it: an emergency call made while the worker was
-- away, or a call that should not have been possible. It is written down, and unless free it is a difference.
CREATE FUNCTION call_record_unheld(p_pbx text, p_pbx_call text, p_endpoint text, p_dialled text, p_kind text, p_started timestamptz, p_ended timestamptz, p_talk_ms bigint)
RETURNS text LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
DECLARE x extension; t tenant; v_id uuid := gen_random_uuid();
BEGIN
  SELECT * INTO x FROM extension WHERE sip_username = p_endpoint;
  IF NOT FOUND OR EXISTS (SELECT FROM call WHERE pbx = p_pbx AND pbx_call_id = p_pbx_call) THEN RETURN 'known'; END IF;
  SELECT * INTO t FROM tenant WHERE id = x.tenant_id;
  INSERT INTO call (tenant_id, id, pbx, pbx_call_id, extension_id, extension_number, extension_name, kind, dialled, state, outcome, started_at, answered_at,
      ended_at, talk_ms, billed_seconds, cost_micros, currency, source, trace)
    VALUES (t.id, v_id, p_pbx, p_pbx_call, x.id, x.number, x.display_name, p_kind, left(p_dialled, 128), 'ended',
      CASE WHEN p_talk_ms > 0 THEN 'answered' ELSE 'failed' END, p_started, CASE WHEN p_talk_ms > 0 THEN p_ended - p_talk_ms * interval '1 millisecond' END,
      p_ended, p_talk_ms, 0, 0, t.currency, 'spool', jsonb_build_array(gate('call control', p_kind = 'emergency', 'away', 'reachable')))
    ON CONFLICT (pbx, pbx_call_id) DO NOTHING;
  IF p_kind NOT IN ('emergency', 'internal', 'echo') AND p_talk_ms > 0 THEN
    INSERT INTO difference (tenant_id, kind, subject, currency, detail)
      VALUES (t.id, 'record_without_charge', v_id::text, t.currency, jsonb_build_object('talkMs', p_talk_ms)) ON CONFLICT DO NOTHING;
  END IF;
  RETURN 'recorded';
END $fn$;

-- Lists a difference, or heals the open one of that kind and subject when p_risk is NULL.
CREATE FUNCTION difference_note(p_tenant uuid, p_kind text, p_subject text, p_risk bigint, p_currency text, p_detail jsonb)
RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
BEGIN
  IF p_risk IS NULL THEN
    UPDATE difference SET healed_at = clock_timestamp() WHERE kind = p_kind AND subject = p_subject AND healed_at IS NULL;
  ELSE
    INSERT INTO difference (tenant_id, kind, subject, money_at_risk_micros, currency, detail) VALUES (p_tenant, p_kind, p_subject, p_risk, p_currency, p_detail)
      ON CONFLICT (kind, subject) WHERE healed_at IS NULL DO UPDATE SET money_at_risk_micros = excluded.money_at_risk_micros, detail = excluded.detail;
  END IF;
END $fn$;

-- Does the money add up? One row per disagreement; no rows is the proof.
CREATE FUNCTION ledger_check()
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
  SELECT c.tenant_id, 'record_without_charge', c.id::text, c.cost_micros, c.currency
    FROM call c WHERE c.state = 'ended' AND c.cost_micros > 0
      AND NOT EXISTS (SELECT FROM ledger_transaction x WHERE x.tenant_id = c.tenant_id AND x.posting_key = 'call:' || c.id || ':0')
  UNION ALL
  SELECT h.tenant_id, 'charge_without_record', h.call_id::text, coalesce(h.charged_micros, 0), w.currency
    FROM hold h JOIN call c ON c.tenant_id = h.call_tenant_id AND c.id = h.call_id JOIN wallet w ON w.id = h.wallet_id
    WHERE h.state = 'charged' AND c.state <> 'ended'
$$;

DO $$
DECLARE f text;
BEGIN
  FOREACH f IN ARRAY ARRAY['price_billed_seconds(bigint, int, int, int)', 'price_micros(int, bigint, bigint)',
    'price_affordable_seconds(bigint, bigint, bigint, int, int, int)', 'rate_find(uuid, text, timestamptz)', 'gate(text, boolean, text, text)',
    'call_subject(text)', 'call_refuse(call, text)', 'call_authorise(text, text, text, text, text, text, text, text, timestamptz)', 'call_answer_again(call, text)',
    'call_spent_today(tenant, timestamptz)', 'call_cap_left(tenant, extension, timestamptz)', 'call_answered(text, text, timestamptz)',
    'call_renew(text, text, timestamptz)', 'call_settle(text, text, bigint, timestamptz, text, text, int, text, text)', 'calls_open(text)',
    'calls_seen(text, text[], timestamptz)', 'call_record_unheld(text, text, text, text, text, timestamptz, timestamptz, bigint)',
    'difference_note(uuid, text, text, bigint, text, jsonb)', 'ledger_check()'] LOOP
    EXECUTE format('ALTER FUNCTION %s OWNER TO portal_charge', f);
    EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', f);
  END LOOP;
  FOREACH f IN ARRAY ARRAY['price_billed_seconds(bigint, int, int, int)', 'price_micros(int, bigint, bigint)',
    'price_affordable_seconds(bigint, bigint, bigint, int, int, int)', 'rate_find(uuid, text, timestamptz)',
    'call_subject(text)', 'call_authorise(text, text, text, text, text, text, text, text, timestamptz)', 'call_answered(text, text, timestamptz)',
    'call_renew(text, text, timestamptz)', 'call_settle(text, text, bigint, timestamptz, text, text, int, text, text)', 'calls_open(text)',
    'calls_seen(text, text[], timestamptz)', 'call_record_unheld(text, text, text, text, text, timestamptz, timestamptz, bigint)',
    'difference_note(uuid, text, text, bigint, text, jsonb)', 'ledger_check()'] LOOP
    EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO portal_app', f);
  END LOOP;
END $$;
REVOKE CREATE ON SCHEMA public FROM portal_charge;
