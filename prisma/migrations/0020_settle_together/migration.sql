-- Many ends of calls in one statement. A wallet that many calls share is locked, changed and committed once for all of them,
-- which is what a hot wallet's charges per second come to. The outcome is that of call_settle for each in turn; a call
-- that talked beyond what it held, and may therefore fall short, is left to call_settle itself.
GRANT CREATE ON SCHEMA public TO portal_charge;

-- Whether a level sells below what it pays: compared where prices can cross, with neither bundles nor tax, and no further
-- than the call can last. A call that is cut at its maximum charge does not last beyond the time which that pays for.
CREATE OR REPLACE FUNCTION hold_below(sold hold, bought hold, p_seconds int) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS $fn$
DECLARE n bigint; longest bigint := 14400;
BEGIN
  IF sold.max_charge_micros IS NOT NULL AND sold.beyond = 'cut' THEN
    longest := greatest(price_affordable(sold.max_charge_micros, 14400, sold.per_minute_micros, sold.connection_fee_micros, sold.first_seconds, sold.next_seconds,
      sold.free_seconds, sold.minimum_charge_micros, NULL, 'cut', sold.step_from, sold.step_per_minute, sold.step_increment), sold.first_seconds);
  END IF;
  FOREACH n IN ARRAY ARRAY[1, 2, sold.grace_seconds + 1, sold.first_seconds, sold.first_seconds + 1, bought.first_seconds, bought.first_seconds + 1, p_seconds, longest]
      || coalesce(sold.step_from, '{}') || coalesce(sold.step_from[1] + 1, 1) || coalesce(bought.step_from, '{}') || coalesce(bought.step_from[1] + 1, 1) LOOP
    n := least(n, longest);
    IF hold_net(sold, n) < hold_net(bought, n) THEN RETURN true; END IF;
  END LOOP;
  -- The same in the long run, where rounding hides it: the increments of the one may be finer than those of the other.
  RETURN sold.max_charge_micros IS NULL AND bought.max_charge_micros IS NULL AND sold.step_from IS NULL AND bought.step_from IS NULL
    AND sold.per_minute_micros < bought.per_minute_micros;
END $fn$;

-- Lock order as everywhere: calls by id, then wallets by id. Returns what became of each: 'settled', 'repeat' or 'unknown'.
-- The planner settings: with a table that was empty when the plan was made it would read whole tables from then on.
CREATE FUNCTION calls_settle(p_pbx text, p_calls text[], p_talk_ms bigint[], p_ended_at timestamptz[], p_outcome text[], p_reason text[], p_cause int[],
  p_side text[], p_source text[])
RETURNS TABLE (pbx_call text, result text) LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_mergejoin = off SET jit = off AS $fn$
DECLARE done text[]; repeats text[]; one record;
BEGIN
  PERFORM FROM call c WHERE c.pbx = p_pbx AND c.pbx_call_id = ANY (p_calls) ORDER BY c.tenant_id, c.id FOR UPDATE;
  SELECT array_agg(c.pbx_call_id) INTO repeats FROM call c WHERE c.pbx = p_pbx AND c.pbx_call_id = ANY (p_calls) AND c.state = 'ended';
  PERFORM FROM wallet w WHERE w.id IN (
      SELECT h.wallet_id FROM call c JOIN hold h ON h.call_id = c.id AND h.state = 'open' WHERE c.pbx = p_pbx AND c.pbx_call_id = ANY (p_calls))
    ORDER BY w.id FOR UPDATE;
  -- An answer that nobody reported is known from the end.
  FOR one IN SELECT c.id, u.ended - u.talk * interval '1 millisecond' AS answered
      FROM unnest(p_calls, p_talk_ms, p_ended_at) u(call, talk, ended) JOIN call c ON c.pbx = p_pbx AND c.pbx_call_id = u.call
      JOIN hold h ON h.call_id = c.id AND h.late IS NOT NULL WHERE c.state = 'authorised' AND u.talk > 0 LOOP
    PERFORM call_choose_price(one.id, one.answered);
  END LOOP;

  WITH told AS MATERIALIZED (
    SELECT * FROM unnest(p_calls, p_talk_ms, p_ended_at, p_outcome, p_reason, p_cause, p_side, p_source)
      WITH ORDINALITY u(call, talk, ended, outcome, reason, cause, side, source, n)
  ), heard AS MATERIALIZED (
    SELECT u.*, c.tenant_id, c.id, c.extension_id, c.kind, c.to_e164, c.dialled, c.from_number, c.granted_seconds * 1000::bigint AS granted_ms, c.limit_reason, c.answered_at,
      -- A talk of nothing, where an answer is on record, is a report that lost its figure: the clock decides, within the grant.
      CASE WHEN greatest(coalesce(u.talk, 0), 0) = 0 AND c.state = 'answered' AND u.ended > c.answered_at + interval '2 seconds'
        THEN least((extract(epoch FROM u.ended - c.answered_at) * 1000)::bigint, c.granted_seconds * 1000::bigint)
        ELSE greatest(coalesce(u.talk, 0), 0) END AS talk_ms
    FROM told u JOIN call c ON c.pbx = p_pbx AND c.pbx_call_id = u.call WHERE c.state <> 'ended'
  ), priced AS MATERIALIZED (
    SELECT e.n, e.id AS call_id, h.tenant_id, h.level, h.wallet_id, h.held_micros, h.bundle_id, h.bundle_period, h.bundle_held, b.billed, m.net, tax_on(m.net, h.tax_ppm) AS tax,
      CASE WHEN b.billed = 0 THEN 0 WHEN h.bundle_unit = 'seconds' THEN least(h.bundle_held, greatest(b.billed - h.free_seconds, 0)) ELSE h.bundle_held END AS used,
      gen_random_uuid() AS txn
    FROM heard e JOIN hold h ON h.call_id = e.id AND h.state = 'open'
    CROSS JOIN LATERAL (SELECT (CASE WHEN e.talk_ms <= e.granted_ms + 1000 THEN least(e.talk_ms, e.granted_ms) ELSE e.talk_ms END + 999) / 1000 AS seconds) s
    CROSS JOIN LATERAL (SELECT price_billed(s.seconds, h.first_seconds, h.next_seconds, h.grace_seconds, h.step_from, h.step_increment) AS billed) b
    CROSS JOIN LATERAL (SELECT CASE WHEN b.billed = 0 THEN 0 ELSE hold_net(h, s.seconds) END AS net) m
  ), clean AS MATERIALIZED (
    SELECT e.* FROM heard e WHERE NOT EXISTS (SELECT FROM priced p WHERE p.call_id = e.id AND p.net + p.tax > p.held_micros)
  ), charged AS MATERIALIZED (
    -- Running balances: the entries of one wallet are chained in the order in which the ends were told.
    SELECT p.*, w.currency, w.posted_micros - sum(p.net + p.tax) OVER upto AS posted_after, w.last_seq + sum((p.net > 0)::int + (p.tax > 0)::int) OVER upto AS seq_after,
      t.parent_id AS seller, e.ended, CASE WHEN e.kind = 'inbound' THEN 'Call from ' || coalesce(nullif(e.from_number, ''), 'outside') ELSE 'Call to ' || coalesce('+' || e.to_e164, e.dialled) END AS memo
    FROM priced p JOIN clean e ON e.id = p.call_id JOIN wallet w ON w.id = p.wallet_id JOIN tenant t ON t.id = p.tenant_id
    WINDOW upto AS (PARTITION BY p.wallet_id ORDER BY p.n, p.level)
  ), holds AS (
    UPDATE hold h SET state = CASE WHEN x.net > 0 THEN 'charged' ELSE 'released' END, billed_seconds = x.billed, charged_micros = x.net, tax_micros = x.tax, bundle_used = x.used, late = NULL
    FROM charged x WHERE h.tenant_id = x.tenant_id AND h.call_id = x.call_id
  ), wallets AS (
    UPDATE wallet w SET held_micros = w.held_micros - x.held, posted_micros = w.posted_micros - x.spent, last_seq = w.last_seq + x.entries
    FROM (SELECT wallet_id, sum(held_micros) AS held, sum(net + tax) AS spent, sum((net > 0)::int + (tax > 0)::int) AS entries FROM charged GROUP BY wallet_id) x WHERE w.id = x.wallet_id
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
    SELECT e.tenant_id, (e.ended AT TIME ZONE t.time_zone)::date, e.extension_id, sum(x.net + x.tax), count(*)
      FROM charged x JOIN clean e ON e.id = x.call_id JOIN tenant t ON t.id = e.tenant_id WHERE x.level = 0 GROUP BY 1, 2, 3
    ON CONFLICT (tenant_id, day, extension_id) DO UPDATE SET charged_micros = spend_day.charged_micros + excluded.charged_micros, calls = spend_day.calls + excluded.calls
  ), calls AS (
    UPDATE call c SET state = 'ended', outcome = CASE WHEN e.talk_ms > 0 THEN 'answered' ELSE e.outcome END,
        reason = CASE WHEN e.at_limit THEN coalesce(e.limit_reason, 'SYS-02') WHEN e.talk_ms > 0 THEN NULL ELSE e.reason END,
        answered_at = CASE WHEN e.talk_ms > 0 THEN coalesce(e.answered_at, e.ended - e.talk_ms * interval '1 millisecond') END,
        ended_at = e.ended, talk_ms = e.talk_ms, billed_seconds = coalesce(x.billed, 0), cost_micros = coalesce(x.net, 0), shortfall_micros = 0,
        hangup_cause = e.cause, hangup_side = CASE WHEN e.at_limit THEN 'limit' ELSE nullif(e.side, '') END, source = e.source
    FROM (SELECT y.*, y.talk_ms > 0 AND y.talk_ms >= y.granted_ms - 900 AND coalesce(y.side, '') NOT IN ('caller', 'callee') AS at_limit FROM clean y) e
    LEFT JOIN charged x ON x.call_id = e.id AND x.level = 0
    WHERE c.tenant_id = e.tenant_id AND c.id = e.id
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

ALTER FUNCTION calls_settle(text, text[], bigint[], timestamptz[], text[], text[], int[], text[], text[]) OWNER TO portal_charge;
REVOKE ALL ON FUNCTION calls_settle(text, text[], bigint[], timestamptz[], text[], text[], int[], text[], text[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION calls_settle(text, text[], bigint[], timestamptz[], text[], text[], int[], text[], text[]) TO portal_app;
REVOKE CREATE ON SCHEMA public FROM portal_charge;
