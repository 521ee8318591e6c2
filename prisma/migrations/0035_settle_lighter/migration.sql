-- The end of a call with less work, and the same outcome. A call that is not over has open holds only, so holds are found by
-- their call: asked for their state as well, a planner that knows little of a young table reads all open holds there are.
-- A wallet is looked at beforehand only when a talk cost more than was held, and what ends together is not joined to itself.
GRANT CREATE ON SCHEMA public TO portal_charge;

-- Charges the real talk time at every level, with tax as lines of its own, releases the holds, completes the record: once,
-- whoever reports it. p_talk_ms is NULL only for evidence that no second was answered. Returns 'settled', 'repeat' or
-- 'unknown'. The PBX cuts at the grant; its timers are a few milliseconds late, and up to one second of that is not charged.
CREATE OR REPLACE FUNCTION call_settle(p_pbx text, p_pbx_call text, p_talk_ms bigint, p_ended_at timestamptz, p_outcome text, p_reason text, p_cause int,
  p_side text, p_source text)
RETURNS text LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan AS $fn$
DECLARE
  c call; zone text; h hold; w wallet; paid_ms bigint; seconds bigint; billed int; net bigint; tax bigint; room bigint; short bigint; total_short bigint := 0;
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
  FOR h IN SELECT * FROM hold WHERE call_id = c.id ORDER BY level LOOP
    SELECT parent_id, time_zone INTO seller, zone FROM tenant WHERE id = h.tenant_id;
    billed := price_billed(seconds, h.first_seconds, h.next_seconds, h.grace_seconds, h.step_from, h.step_increment);
    net := CASE WHEN billed = 0 THEN 0 ELSE hold_net(h, seconds) END;
    tax := tax_on(net, h.tax_ppm);
    -- What is held is there. Whether more is has to be looked at.
    IF net + tax > h.held_micros THEN
      SELECT * INTO w FROM wallet WHERE id = h.wallet_id;
      room := w.posted_micros - w.held_micros + w.credit_limit_micros + h.held_micros;
      short := greatest(net + tax - room, 0);
      IF short > 0 THEN net := net_within(greatest(room, 0), h.tax_ppm); short := short + room - net - tax_on(net, h.tax_ppm); tax := tax_on(net, h.tax_ppm); END IF;
      total_short := total_short + short;
    END IF;
    used := CASE WHEN billed = 0 THEN 0 WHEN h.bundle_unit = 'seconds' THEN least(h.bundle_held, greatest(billed - h.free_seconds, 0)) ELSE h.bundle_held END;
    IF h.bundle_id IS NOT NULL THEN PERFORM bundle_keep(h.tenant_id, h.bundle_id, h.bundle_period, -h.bundle_held, used); END IF;
    UPDATE hold SET state = CASE WHEN net > 0 THEN 'charged' ELSE 'released' END, billed_seconds = billed, charged_micros = net, tax_micros = tax, bundle_used = used, late = NULL
      WHERE tenant_id = h.tenant_id AND call_id = h.call_id;
    UPDATE wallet SET held_micros = held_micros - h.held_micros, posted_micros = posted_micros - net - tax, last_seq = last_seq + (net > 0)::int + (tax > 0)::int
      WHERE id = h.wallet_id RETURNING * INTO w;
    IF net > 0 THEN
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
      INSERT INTO spend_day (tenant_id, day, extension_id, charged_micros, calls)
        VALUES (c.tenant_id, (p_ended_at AT TIME ZONE zone)::date, c.extension_id, net + tax, 1)
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

-- Lock order as everywhere: calls by id, then wallets by id. Returns what became of each: 'settled', 'repeat' or 'unknown'.
-- The planner settings: with a table that was empty when the plan was made it would read whole tables from then on.
CREATE OR REPLACE FUNCTION calls_settle(p_pbx text, p_calls text[], p_talk_ms bigint[], p_ended_at timestamptz[], p_outcome text[], p_reason text[], p_cause int[],
  p_side text[], p_source text[])
RETURNS TABLE (pbx_call text, result text) LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_mergejoin = off SET jit = off AS $fn$
DECLARE done text[]; repeats text[]; one record;
BEGIN
  PERFORM FROM call c WHERE c.pbx = p_pbx AND c.pbx_call_id = ANY (p_calls) ORDER BY c.tenant_id, c.id FOR UPDATE;
  SELECT array_agg(c.pbx_call_id) INTO repeats FROM call c WHERE c.pbx = p_pbx AND c.pbx_call_id = ANY (p_calls) AND c.state = 'ended';
  PERFORM FROM wallet w WHERE w.id IN (
      SELECT h.wallet_id FROM call c JOIN hold h ON h.call_id = c.id WHERE c.pbx = p_pbx AND c.pbx_call_id = ANY (p_calls))
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
    SELECT e.n, e.id AS call_id, e.extension_id, e.ended, e.kind, e.to_e164, e.dialled, e.from_number, h.tenant_id, h.level, h.wallet_id, h.held_micros,
      h.bundle_id, h.bundle_period, h.bundle_held, b.billed, m.net, x.tax, bool_or(m.net + x.tax > h.held_micros) OVER (PARTITION BY e.id) AS beyond,
      CASE WHEN b.billed = 0 THEN 0 WHEN h.bundle_unit = 'seconds' THEN least(h.bundle_held, greatest(b.billed - h.free_seconds, 0)) ELSE h.bundle_held END AS used,
      gen_random_uuid() AS txn
    FROM heard e JOIN hold h ON h.call_id = e.id
    CROSS JOIN LATERAL (SELECT (CASE WHEN e.talk_ms <= e.granted_ms + 1000 THEN least(e.talk_ms, e.granted_ms) ELSE e.talk_ms END + 999) / 1000 AS seconds) s
    CROSS JOIN LATERAL (SELECT price_billed(s.seconds, h.first_seconds, h.next_seconds, h.grace_seconds, h.step_from, h.step_increment) AS billed) b
    CROSS JOIN LATERAL (SELECT CASE WHEN b.billed = 0 THEN 0 ELSE hold_net(h, s.seconds) END AS net) m
    CROSS JOIN LATERAL (SELECT tax_on(m.net, h.tax_ppm) AS tax) x
  ), clean AS MATERIALIZED (
    SELECT e.* FROM heard e WHERE NOT EXISTS (SELECT FROM priced p WHERE p.call_id = e.id AND p.beyond)
  ), charged AS MATERIALIZED (
    -- Running balances: the entries of one wallet are chained in the order in which the ends were told.
    SELECT p.*, w.currency, w.posted_micros - sum(p.net + p.tax) OVER upto AS posted_after, w.last_seq + sum((p.net > 0)::int + (p.tax > 0)::int) OVER upto AS seq_after,
      t.parent_id AS seller, t.time_zone,
      CASE WHEN p.kind = 'inbound' THEN 'Call from ' || coalesce(nullif(p.from_number, ''), 'outside') ELSE 'Call to ' || coalesce('+' || p.to_e164, p.dialled) END AS memo
    FROM priced p JOIN wallet w ON w.id = p.wallet_id JOIN tenant t ON t.id = p.tenant_id WHERE NOT p.beyond
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
    SELECT x.tenant_id, (x.ended AT TIME ZONE x.time_zone)::date, x.extension_id, sum(x.net + x.tax), count(*) FROM charged x WHERE x.level = 0 GROUP BY 1, 2, 3
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

REVOKE CREATE ON SCHEMA public FROM portal_charge;
