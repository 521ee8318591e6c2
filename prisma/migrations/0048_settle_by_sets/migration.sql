-- What every charge does, with less work and the same outcome: measured, most of it went into the foreign keys of ledger lines
-- checked one by one, into joining what ends together with itself, and into starting functions that are one expression.
GRANT CREATE ON SCHEMA public TO portal_charge;

-- ---------------------------------------------------------------- lines of the ledger
-- Where a line points to is seen for all lines of a statement at once, beside their sum: a foreign key asks for each line.
ALTER TABLE ledger_entry DROP CONSTRAINT ledger_entry_transaction_id_fkey, DROP CONSTRAINT ledger_entry_tenant_id_wallet_id_fkey;
CREATE OR REPLACE FUNCTION ledger_sums_to_zero() RETURNS trigger LANGUAGE plpgsql
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $fn$
BEGIN
  IF EXISTS (SELECT FROM written GROUP BY transaction_id, currency HAVING sum(amount_micros) <> 0) THEN
    RAISE EXCEPTION 'a ledger transaction does not sum to zero' USING ERRCODE = 'check_violation';
  END IF;
  IF EXISTS (SELECT FROM (SELECT DISTINCT transaction_id FROM written) e WHERE (SELECT x.id FROM ledger_transaction x WHERE x.id = e.transaction_id) IS NULL)
      OR EXISTS (SELECT FROM (SELECT DISTINCT tenant_id, wallet_id FROM written WHERE wallet_id IS NOT NULL) e
        WHERE (SELECT w.id FROM wallet w WHERE w.tenant_id = e.tenant_id AND w.id = e.wallet_id) IS NULL) THEN
    RAISE EXCEPTION 'a ledger entry without its transaction or its wallet' USING ERRCODE = 'foreign_key_violation';
  END IF;
  RETURN NULL;
END $fn$;
-- No role of the portal may delete either; whoever owns the tables may not by mistake.
CREATE FUNCTION ledger_keeps_parents() RETURNS trigger LANGUAGE plpgsql AS $fn$
BEGIN
  IF TG_TABLE_NAME = 'wallet' AND EXISTS (SELECT FROM gone g JOIN ledger_entry e ON e.wallet_id = g.id)
      OR TG_TABLE_NAME = 'ledger_transaction' AND EXISTS (SELECT FROM gone g JOIN ledger_entry e ON e.transaction_id = g.id) THEN
    RAISE EXCEPTION 'ledger entries belong to it' USING ERRCODE = 'foreign_key_violation';
  END IF;
  RETURN NULL;
END $fn$;
CREATE TRIGGER ledger_keeps_wallet AFTER DELETE ON wallet REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION ledger_keeps_parents();
CREATE TRIGGER ledger_keeps_transaction AFTER DELETE ON ledger_transaction REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION ledger_keeps_parents();

-- ---------------------------------------------------------------- one expression each, which PostgreSQL puts where it is called
CREATE OR REPLACE FUNCTION tax_on(p_net bigint, p_ppm int) RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE WHEN p_ppm = 0 THEN 0 ELSE div(p_net::numeric * p_ppm + 500000, 1000000)::bigint END
$$;
CREATE OR REPLACE FUNCTION hold_net(h hold, p_seconds bigint) RETURNS bigint LANGUAGE sql IMMUTABLE AS $$
  SELECT price_charge(p_seconds, h.per_minute_micros, h.connection_fee_micros, h.first_seconds, h.next_seconds, 0,
    h.free_seconds + CASE WHEN h.bundle_unit = 'seconds' THEN h.bundle_held ELSE 0 END, h.minimum_charge_micros, h.max_charge_micros,
    h.step_from, h.step_per_minute, h.step_increment)
$$;
-- A number shorter than fifteen digits comes more than once; who looks for prefixes does not mind.
CREATE OR REPLACE FUNCTION prefixes_of(p_digits text) RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT ARRAY[left(p_digits, 1), left(p_digits, 2), left(p_digits, 3), left(p_digits, 4), left(p_digits, 5), left(p_digits, 6), left(p_digits, 7), left(p_digits, 8),
    left(p_digits, 9), left(p_digits, 10), left(p_digits, 11), left(p_digits, 12), left(p_digits, 13), left(p_digits, 14), left(p_digits, 15)]
$$;

-- As before. Nearly always the longest prefix has one price, which holds all the while: the index gives it first.
CREATE OR REPLACE FUNCTION rates_of_plan(p_plan uuid, p_direction text, p_prefixes text[], p_at timestamptz, p_until timestamptz, p_depth int)
RETURNS rate[] LANGUAGE plpgsql STABLE AS $fn$
DECLARE p plan; r rate; now_rate rate; late_rate rate; base rate[]; minute_now int; minute_late int; v_kind text;
BEGIN
  SELECT kind INTO v_kind FROM plan WHERE id = p_plan;
  IF v_kind <> 'markup' THEN
    SELECT * INTO r FROM rate WHERE plan_id = p_plan AND direction = p_direction AND prefix = ANY (p_prefixes)
        AND lower(valid) <= p_until AND coalesce(upper(valid) > p_at, true)
        ORDER BY prefix DESC, (hours IS NOT NULL) DESC LIMIT 1;
    IF NOT FOUND THEN RETURN '{}'; END IF;
    IF r.hours IS NULL AND lower(r.valid) <= p_at AND coalesce(upper(r.valid) > p_until, true) THEN RETURN ARRAY[r]; END IF;
  END IF;
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

-- ---------------------------------------------------------------- the end of many calls
-- Lock order as everywhere: calls by id, then wallets by id. Returns what became of each: 'settled', 'repeat' or 'unknown'.
-- The planner settings: with a table that was empty when the plan was made it would read whole tables from then on.
CREATE OR REPLACE FUNCTION calls_settle(p_pbx text, p_calls text[], p_talk_ms bigint[], p_ended_at timestamptz[], p_outcome text[], p_reason text[], p_cause int[],
  p_side text[], p_source text[])
RETURNS TABLE (pbx_call text, result text) LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_mergejoin = off SET enable_hashjoin = off SET jit = off AS $fn$
DECLARE ids uuid[]; repeats text[]; wallet_ids uuid[]; done text[]; undecided boolean; one record;
BEGIN
  SELECT array_agg(l.id) FILTER (WHERE l.state <> 'ended'), array_agg(l.pbx_call_id) FILTER (WHERE l.state = 'ended') INTO ids, repeats
    FROM (SELECT c.id, c.pbx_call_id, c.state FROM call c WHERE c.pbx = p_pbx AND c.pbx_call_id = ANY (p_calls) ORDER BY c.tenant_id, c.id FOR UPDATE) l;
  SELECT array_agg(DISTINCT h.wallet_id), bool_or(h.late IS NOT NULL) INTO wallet_ids, undecided FROM hold h WHERE h.call_id = ANY (ids);
  PERFORM FROM wallet w WHERE w.id = ANY (wallet_ids) ORDER BY w.id FOR UPDATE;
  -- An answer that nobody reported is known from the end.
  IF undecided THEN
    FOR one IN SELECT DISTINCT c.id, u.ended - u.talk * interval '1 millisecond' AS answered
        FROM unnest(p_calls, p_talk_ms, p_ended_at) u(call, talk, ended) JOIN call c ON c.pbx = p_pbx AND c.pbx_call_id = u.call
        WHERE c.state = 'authorised' AND u.talk > 0 LOOP
      PERFORM call_choose_price(one.id, one.answered);
    END LOOP;
  END IF;

  WITH told AS MATERIALIZED (
    SELECT * FROM unnest(p_calls, p_talk_ms, p_ended_at, p_outcome, p_reason, p_cause, p_side, p_source)
      WITH ORDINALITY u(call, talk, ended, outcome, reason, cause, side, source, n)
  ), heard AS MATERIALIZED (
    SELECT u.*, c.place, c.id, c.extension_id, c.kind, c.to_e164, c.dialled, c.from_number, c.granted_seconds * 1000::bigint AS granted_ms, c.limit_reason, c.answered_at,
      -- A talk of nothing, where an answer is on record, is a report that lost its figure: the clock decides, within the grant.
      CASE WHEN greatest(coalesce(u.talk, 0), 0) = 0 AND c.state = 'answered' AND u.ended > c.answered_at + interval '2 seconds'
        THEN least((extract(epoch FROM u.ended - c.answered_at) * 1000)::bigint, c.granted_seconds * 1000::bigint)
        ELSE greatest(coalesce(u.talk, 0), 0) END AS talk_ms
    -- By its key, and not by the index of open calls, of which there may be many.
    FROM told u CROSS JOIN LATERAL (SELECT k.ctid AS place, k.* FROM call k WHERE k.pbx = p_pbx AND k.pbx_call_id = u.call OFFSET 0) c WHERE c.state <> 'ended'
  ), priced AS MATERIALIZED (
    -- All rows are locked by now, so they are found again by their places.
    -- A row for each level that holds; one without a level for a call that nobody holds for.
    SELECT e.n, e.id AS call_id, e.place, e.extension_id, e.ended, e.outcome, e.reason, e.cause, e.side, e.source, e.kind, e.to_e164, e.dialled, e.from_number,
      e.granted_ms, e.limit_reason, e.answered_at, e.talk_ms, h.ctid AS hold_place, h.tenant_id, h.level, h.wallet_id, h.held_micros, h.bundle_id, h.bundle_period, h.bundle_held, b.billed, m.net, x.tax,
      coalesce(bool_or(m.net + x.tax > h.held_micros) OVER (PARTITION BY e.id), false) AS beyond, row_number() OVER (PARTITION BY e.id ORDER BY h.level) = 1 AS lowest,
      CASE WHEN b.billed = 0 THEN 0 WHEN h.bundle_unit = 'seconds' THEN least(h.bundle_held, greatest(b.billed - h.free_seconds, 0)) ELSE h.bundle_held END AS used,
      gen_random_uuid() AS txn
    FROM heard e LEFT JOIN hold h ON h.call_id = e.id
    CROSS JOIN LATERAL (SELECT (CASE WHEN e.talk_ms <= e.granted_ms + 1000 THEN least(e.talk_ms, e.granted_ms) ELSE e.talk_ms END + 999) / 1000 AS seconds) s
    CROSS JOIN LATERAL (SELECT CASE WHEN h.level IS NOT NULL THEN price_billed(s.seconds, h.first_seconds, h.next_seconds, h.grace_seconds, h.step_from, h.step_increment) END AS billed OFFSET 0) b
    CROSS JOIN LATERAL (SELECT CASE WHEN b.billed = 0 THEN 0 WHEN h.level IS NOT NULL THEN hold_net(h, s.seconds) END AS net OFFSET 0) m
    CROSS JOIN LATERAL (SELECT tax_on(m.net, h.tax_ppm) AS tax OFFSET 0) x
  ), charged AS MATERIALIZED (
    -- Running balances: the entries of one wallet are chained in the order in which the ends were told.
    SELECT p.*, w.ctid AS wallet_place, w.currency, w.posted_micros - sum(p.net + p.tax) OVER upto AS posted_after, w.last_seq + sum((p.net > 0)::int + (p.tax > 0)::int) OVER upto AS seq_after,
      t.parent_id AS seller, t.time_zone,
      CASE WHEN p.kind = 'inbound' THEN 'Call from ' || coalesce(nullif(p.from_number, ''), 'outside') ELSE 'Call to ' || coalesce('+' || p.to_e164, p.dialled) END AS memo
    FROM priced p LEFT JOIN wallet w ON w.id = p.wallet_id LEFT JOIN tenant t ON t.id = p.tenant_id WHERE NOT p.beyond
    WINDOW upto AS (PARTITION BY p.wallet_id ORDER BY p.n, p.level)
  ), holds AS (
    UPDATE hold h SET state = CASE WHEN x.net > 0 THEN 'charged' ELSE 'released' END, billed_seconds = x.billed, charged_micros = x.net, tax_micros = x.tax, bundle_used = x.used, late = NULL
    FROM charged x WHERE h.ctid = x.hold_place
  ), wallets AS (
    UPDATE wallet w SET held_micros = w.held_micros - x.held, posted_micros = w.posted_micros - x.spent, last_seq = w.last_seq + x.entries
    FROM (SELECT wallet_place, sum(held_micros) AS held, sum(net + tax) AS spent, sum((net > 0)::int + (tax > 0)::int) AS entries FROM charged GROUP BY wallet_place) x WHERE w.ctid = x.wallet_place
  ), bundles AS (
    UPDATE bundle_use u SET held = u.held - x.held, used = u.used + x.used
    FROM (SELECT tenant_id, bundle_id, bundle_period, sum(bundle_held) AS held, sum(used) AS used FROM charged WHERE bundle_id IS NOT NULL GROUP BY 1, 2, 3) x
    WHERE u.tenant_id = x.tenant_id AND u.bundle_id = x.bundle_id AND u.period_start = x.bundle_period
  ), transactions AS (
    INSERT INTO ledger_transaction (tenant_id, id, kind, posting_key, call_id, memo, actor, occurred_at)
    SELECT tenant_id, txn, 'charge', 'call:' || call_id || ':' || level, call_id, memo, 'call control', ended FROM charged WHERE net > 0
  ), entries AS (
    INSERT INTO ledger_entry (tenant_id, transaction_id, line, account, wallet_id, currency, amount_micros, balance_after_micros, seq, occurred_at)
    SELECT v.tenant_id, x.txn, v.line, v.account, v.wallet_id, x.currency, v.amount, v.balance, v.seq, x.ended FROM charged x CROSS JOIN LATERAL (VALUES
      (x.tenant_id, 1, 'wallet', x.wallet_id, -x.net, (x.posted_after + x.tax)::bigint, (x.seq_after - (x.tax > 0)::int)::bigint), (x.seller, 2, 'revenue', NULL, x.net, NULL, NULL),
      (x.tenant_id, 3, 'wallet', x.wallet_id, -x.tax, x.posted_after::bigint, x.seq_after::bigint), (x.seller, 4, 'tax', NULL, x.tax, NULL, NULL))
      AS v(tenant_id, line, account, wallet_id, amount, balance, seq) WHERE v.amount <> 0
  ), days AS (
    INSERT INTO spend_day (tenant_id, day, extension_id, charged_micros, calls)
    SELECT x.tenant_id, (x.ended AT TIME ZONE x.time_zone)::date, x.extension_id, sum(x.net + x.tax), count(*) FROM charged x WHERE x.level = 0 GROUP BY 1, 2, 3
    ON CONFLICT (tenant_id, day, extension_id) DO UPDATE SET charged_micros = spend_day.charged_micros + excluded.charged_micros, calls = spend_day.calls + excluded.calls
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
  SELECT array_agg(calls.pbx_call_id) INTO done FROM calls;

  FOR one IN SELECT * FROM unnest(p_calls, p_talk_ms, p_ended_at, p_outcome, p_reason, p_cause, p_side, p_source) u(call, talk, ended, outcome, reason, cause, side, source) LOOP
    pbx_call := one.call;
    result := CASE WHEN one.call = ANY (done) THEN 'settled' WHEN one.call = ANY (repeats) THEN 'repeat'
      ELSE call_settle(p_pbx, one.call, one.talk, one.ended, one.outcome, one.reason, one.cause, one.side, one.source) END;
    RETURN NEXT;
  END LOOP;
END $fn$;
REVOKE CREATE ON SCHEMA public FROM portal_charge;
