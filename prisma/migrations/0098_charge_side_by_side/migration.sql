-- Statements for many calls that work side by side. Measured, they waited for each other's wallets, and for each other's commits on
-- the disk, two fifths of their time. Ids in the order of time are found at the end of their index.
GRANT CREATE ON SCHEMA public TO portal_charge;

-- ---------------------------------------------------------------- calls that end together
-- The wallets are locked for a part of the work only: what is priced and written about a call needs its own row alone, so while the
-- money of one statement moves and its commit waits for the disk, the next one does that for its calls.

-- What one level of a call's chain pays, between the two halves of calls_settle.
CREATE TYPE call_charge AS (
  n int, level int, tenant_id uuid, wallet_id uuid, seller uuid, txn uuid, net bigint, tax bigint, held bigint, ended timestamptz, day date, extension_id uuid,
  bundle_id uuid, bundle_period date, bundle_held int, used int
);

-- Lock order as everywhere: calls by id, then wallets by id. Returns what became of each: 'settled', 'repeat' or 'unknown'.
-- The planner settings: with a table that was empty when the plan was made it would read whole tables from then on.
CREATE OR REPLACE FUNCTION calls_settle(p_pbx text, p_calls text[], p_talk_ms bigint[], p_ended_at timestamptz[], p_outcome text[], p_reason text[], p_cause int[],
  p_side text[], p_source text[])
RETURNS TABLE (pbx_call text, result text) LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_mergejoin = off SET enable_hashjoin = off SET jit = off AS $fn$
DECLARE places tid[]; repeats text[]; wallet_ids uuid[]; charges call_charge[]; done text[]; one record;
BEGIN
  SELECT array_agg(l.place) FILTER (WHERE l.state <> 'ended'), array_agg(l.pbx_call_id) FILTER (WHERE l.state = 'ended') INTO places, repeats
    FROM (SELECT c.ctid AS place, c.pbx_call_id, c.state FROM call c WHERE c.pbx = p_pbx AND c.pbx_call_id = ANY (p_calls) ORDER BY c.tenant_id, c.id FOR UPDATE) l;

  -- The calls are locked by now, so they and their holds are found again by their places.
  WITH heard AS MATERIALIZED (
    SELECT u.*, k.ctid AS place, k.id, k.extension_id, k.kind, k.to_e164, k.dialled, k.from_number, k.granted_seconds * 1000::bigint AS granted_ms, k.limit_reason, k.answered_at,
      -- A talk of nothing, where an answer is on record, is a report that lost its figure: the clock decides, within the grant.
      CASE WHEN greatest(coalesce(u.talk, 0), 0) = 0 AND k.state = 'answered' AND u.ended > k.answered_at + interval '2 seconds'
        THEN least((extract(epoch FROM u.ended - k.answered_at) * 1000)::bigint, k.granted_seconds * 1000::bigint)
        ELSE greatest(coalesce(u.talk, 0), 0) END AS talk_ms
    FROM unnest(places) p(place) JOIN call k ON k.ctid = p.place
    CROSS JOIN LATERAL (SELECT i.n, p_talk_ms[i.n] AS talk, p_ended_at[i.n] AS ended, p_outcome[i.n] AS outcome, p_reason[i.n] AS reason, p_cause[i.n] AS cause, p_side[i.n] AS side,
      p_source[i.n] AS source FROM (SELECT array_position(p_calls, k.pbx_call_id) AS n OFFSET 0) i OFFSET 0) u
  ), priced AS MATERIALIZED (
    -- A row for each level that holds; one without a level for a call that nobody holds for.
    SELECT e.n, e.id AS call_id, e.place, e.extension_id, e.ended, e.outcome, e.reason, e.cause, e.side, e.source, e.kind, e.to_e164, e.dialled, e.from_number,
      e.granted_ms, e.limit_reason, e.answered_at, e.talk_ms, h.ctid AS hold_place, h.tenant_id, h.level, h.wallet_id, h.held_micros, h.bundle_id, h.bundle_period, h.bundle_held, b.billed, m.net, x.tax,
      -- Who talked beyond the hold, and an answer that nobody reported where the price was about to change, are cases of their own.
      coalesce(bool_or(m.net + x.tax > h.held_micros OR (h.late IS NOT NULL AND e.talk_ms > 0)) OVER (PARTITION BY e.id), false) AS apart,
      row_number() OVER (PARTITION BY e.id ORDER BY h.level) = 1 AS lowest,
      CASE WHEN b.billed = 0 THEN 0 WHEN h.bundle_unit = 'seconds' THEN least(h.bundle_held, greatest(b.billed - h.free_seconds, 0)) ELSE h.bundle_held END AS used,
      uuidv7() AS txn
    FROM heard e LEFT JOIN hold h ON h.call_id = e.id
    CROSS JOIN LATERAL (SELECT (CASE WHEN e.talk_ms <= e.granted_ms + 1000 THEN least(e.talk_ms, e.granted_ms) ELSE e.talk_ms END + 999) / 1000 AS seconds) s
    CROSS JOIN LATERAL (SELECT CASE WHEN h.level IS NOT NULL THEN price_billed(s.seconds, h.first_seconds, h.next_seconds, h.grace_seconds, h.step_from, h.step_increment) END AS billed OFFSET 0) b
    CROSS JOIN LATERAL (SELECT CASE WHEN b.billed = 0 THEN 0 WHEN h.level IS NOT NULL THEN hold_net(h, s.seconds) END AS net OFFSET 0) m
    CROSS JOIN LATERAL (SELECT tax_on(m.net, h.tax_ppm) AS tax OFFSET 0) x
  ), charged AS MATERIALIZED (
    SELECT p.*, t.parent_id AS seller, (p.ended AT TIME ZONE t.time_zone)::date AS day
    FROM priced p LEFT JOIN tenant t ON t.id = p.tenant_id WHERE NOT p.apart
  ), holds AS (
    UPDATE hold h SET state = CASE WHEN x.net > 0 THEN 'charged' ELSE 'released' END, billed_seconds = x.billed, charged_micros = x.net, tax_micros = x.tax, bundle_used = x.used, late = NULL
    FROM charged x WHERE h.ctid = x.hold_place
  ), transactions AS (
    INSERT INTO ledger_transaction (tenant_id, id, kind, posting_key, call_id, memo, actor, occurred_at)
    SELECT x.tenant_id, x.txn, 'charge', 'call:' || x.call_id || ':' || x.level, x.call_id,
      CASE WHEN x.kind = 'inbound' THEN 'Call from ' || coalesce(nullif(x.from_number, ''), 'outside') ELSE 'Call to ' || coalesce('+' || x.to_e164, x.dialled) END,
      'call control', x.ended FROM charged x WHERE x.net > 0
  ), calls AS (
    UPDATE call c SET state = 'ended', outcome = CASE WHEN e.talk_ms > 0 THEN 'answered' ELSE e.outcome END,
        reason = CASE WHEN e.at_limit THEN coalesce(e.limit_reason, 'SYS-02') WHEN e.talk_ms > 0 THEN NULL ELSE e.reason END,
        answered_at = CASE WHEN e.talk_ms > 0 THEN coalesce(e.answered_at, e.ended - e.talk_ms * interval '1 millisecond') END,
        ended_at = e.ended, talk_ms = e.talk_ms, billed_seconds = coalesce(e.billed, 0), cost_micros = coalesce(e.cost, 0), shortfall_micros = 0,
        hangup_cause = e.cause, hangup_side = CASE WHEN e.at_limit THEN 'limit' ELSE nullif(e.side, '') END, source = e.source
    FROM (SELECT y.place, y.outcome, y.reason, y.ended, y.answered_at, y.talk_ms, y.cause, y.side, y.source, y.limit_reason,
        CASE WHEN y.level = 0 THEN y.billed END AS billed, CASE WHEN y.level = 0 THEN y.net END AS cost,
        y.talk_ms > 0 AND y.talk_ms >= y.granted_ms - 900 AND coalesce(y.side, '') NOT IN ('caller', 'callee') AS at_limit FROM charged y WHERE y.lowest) e
    WHERE c.ctid = e.place
    RETURNING c.pbx_call_id
  )
  SELECT (SELECT array_agg(c.pbx_call_id) FROM calls c),
    (SELECT array_agg(ROW(x.n, x.level, x.tenant_id, x.wallet_id, x.seller, x.txn, x.net, x.tax, x.held_micros, x.ended, x.day, x.extension_id, x.bundle_id, x.bundle_period, x.bundle_held,
      x.used)::call_charge) FROM charged x WHERE x.level IS NOT NULL),
    -- Those of the cases apart as well: all are locked in one order.
    (SELECT array_agg(DISTINCT p.wallet_id) FROM priced p WHERE p.level IS NOT NULL)
    INTO done, charges, wallet_ids;

  PERFORM FROM wallet w WHERE w.id = ANY (wallet_ids) ORDER BY w.id FOR UPDATE;
  IF charges IS NOT NULL THEN
    WITH charged AS MATERIALIZED (
      -- Running balances: the entries of one wallet are chained in the order in which the ends were told.
      SELECT x.*, w.ctid AS wallet_place, w.currency, w.posted_micros - sum(x.net + x.tax) OVER upto AS posted_after, w.last_seq + sum((x.net > 0)::int + (x.tax > 0)::int) OVER upto AS seq_after
      FROM unnest(charges) x JOIN wallet w ON w.id = x.wallet_id
      WINDOW upto AS (PARTITION BY x.wallet_id ORDER BY x.n, x.level)
    ), wallets AS (
      UPDATE wallet w SET held_micros = w.held_micros - x.held, posted_micros = w.posted_micros - x.spent, last_seq = w.last_seq + x.entries
      FROM (SELECT wallet_place, sum(held) AS held, sum(net + tax) AS spent, sum((net > 0)::int + (tax > 0)::int) AS entries FROM charged GROUP BY wallet_place) x WHERE w.ctid = x.wallet_place
    ), bundles AS (
      UPDATE bundle_use u SET held = u.held - x.held, used = u.used + x.used
      FROM (SELECT tenant_id, bundle_id, bundle_period, sum(bundle_held) AS held, sum(used) AS used FROM charged WHERE bundle_id IS NOT NULL GROUP BY 1, 2, 3) x
      WHERE u.tenant_id = x.tenant_id AND u.bundle_id = x.bundle_id AND u.period_start = x.bundle_period
    ), entries AS (
      INSERT INTO ledger_entry (tenant_id, transaction_id, line, account, wallet_id, currency, amount_micros, balance_after_micros, seq, occurred_at)
      SELECT v.tenant_id, x.txn, v.line, v.account, v.wallet_id, x.currency, v.amount, v.balance, v.seq, x.ended FROM charged x CROSS JOIN LATERAL (VALUES
        (x.tenant_id, 1, 'wallet', x.wallet_id, -x.net, (x.posted_after + x.tax)::bigint, (x.seq_after - (x.tax > 0)::int)::bigint), (x.seller, 2, 'revenue', NULL, x.net, NULL, NULL),
        (x.tenant_id, 3, 'wallet', x.wallet_id, -x.tax, x.posted_after::bigint, x.seq_after::bigint), (x.seller, 4, 'tax', NULL, x.tax, NULL, NULL))
        AS v(tenant_id, line, account, wallet_id, amount, balance, seq) WHERE v.amount <> 0
    )
    INSERT INTO spend_day (tenant_id, day, extension_id, charged_micros, calls)
    SELECT x.tenant_id, x.day, x.extension_id, sum(x.net + x.tax), count(*) FROM charged x WHERE x.level = 0 GROUP BY 1, 2, 3
    ON CONFLICT (tenant_id, day, extension_id) DO UPDATE SET charged_micros = spend_day.charged_micros + excluded.charged_micros, calls = spend_day.calls + excluded.calls;
  END IF;

  IF cardinality(done) = cardinality(p_calls) THEN
    RETURN QUERY SELECT u.call, 'settled' FROM unnest(p_calls) u(call);
    RETURN;
  END IF;
  FOR one IN SELECT * FROM unnest(p_calls, p_talk_ms, p_ended_at, p_outcome, p_reason, p_cause, p_side, p_source) u(call, talk, ended, outcome, reason, cause, side, source) LOOP
    pbx_call := one.call;
    result := CASE WHEN one.call = ANY (done) THEN 'settled' WHEN one.call = ANY (repeats) THEN 'repeat'
      ELSE call_settle(p_pbx, one.call, one.talk, one.ended, one.outcome, one.reason, one.cause, one.side, one.source) END;
    RETURN NEXT;
  END LOOP;
END $fn$;

-- ---------------------------------------------------------------- calls that begin together
-- As before, but for the wallets that somebody holds.
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

-- Nobody looks for calls by their trace; to sample its values for the planner took a second and a half of a processor each time.
ALTER TABLE call ALTER COLUMN trace SET STATISTICS 0;
REVOKE CREATE ON SCHEMA public FROM portal_charge;
