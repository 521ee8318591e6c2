-- The board of reconciliation: what files of call records add to the list of differences, how a person closes one, and
-- what the workers saw in their last run. Files belong to the operator: what a carrier charges is nobody else's business.
ALTER TABLE difference DROP CONSTRAINT difference_kind_check;
ALTER TABLE difference ADD CONSTRAINT difference_kind_check CHECK (kind IN (
  'hold_without_channel', 'channel_without_hold', 'record_without_charge', 'charge_without_record', 'shortfall', 'wallet_mismatch',
  'cdr_without_call', 'call_missing_in_cdr', 'cdr_duration',
  'carrier_charge_without_call', 'call_missing_at_carrier', 'carrier_duration', 'carrier_price'));
ALTER TABLE difference
  -- Who closed it and why; both NULL for one that evidence healed.
  ADD COLUMN resolved_by text CHECK (length(resolved_by) <= 120),
  ADD COLUMN resolution text CHECK (length(resolution) BETWEEN 3 AND 500),
  ADD CONSTRAINT difference_resolved CHECK ((resolved_by IS NULL) = (resolution IS NULL) AND (resolved_by IS NULL OR healed_at IS NOT NULL));
CREATE INDEX difference_newest ON difference (found_at DESC, id DESC);

-- What the workers saw last. Belongs to a PBX, not to a tenant.
CREATE TABLE reconciliation_state (
  pbx text PRIMARY KEY,
  at timestamptz NOT NULL,
  report jsonb NOT NULL
);
GRANT SELECT, INSERT, UPDATE ON reconciliation_state TO portal_app;

GRANT CREATE ON SCHEMA public TO portal_charge;

-- What ledger_check does not look at: a charge of a call that is not there, and money that stays put aside for a call that
-- is over. Same columns.
CREATE FUNCTION books_check()
RETURNS TABLE (tenant_id uuid, kind text, subject text, amount_micros bigint, currency char(3))
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT x.tenant_id, 'charge_without_record', 'charge:' || x.id, e.amount_micros, e.currency
    FROM ledger_transaction x JOIN ledger_entry e ON e.transaction_id = x.id AND e.line = 1
    WHERE x.kind = 'charge' AND x.posting_key LIKE 'call:%'
      AND NOT EXISTS (SELECT FROM hold h WHERE h.tenant_id = x.tenant_id AND h.call_id = x.call_id)
  UNION ALL
  SELECT h.tenant_id, 'hold_without_channel', 'open:' || h.call_id, h.held_micros, w.currency
    FROM hold h JOIN call c ON c.tenant_id = h.call_tenant_id AND c.id = h.call_id JOIN wallet w ON w.id = h.wallet_id
    WHERE h.state = 'open' AND c.state = 'ended'
$$;

-- Heals what time or better evidence has mended: what adds up again (p_ledger names what does not, as "kind:subject"), a call
-- whose end came after all, a channel of which a record exists by now. A call that was charged for less than may have been
-- talked, or never charged at all, stays listed, for a person to look at.
CREATE OR REPLACE FUNCTION differences_refresh(p_ledger text[])
RETURNS int LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
DECLARE n int;
BEGIN
  UPDATE difference d SET healed_at = clock_timestamp()
  WHERE d.healed_at IS NULL AND (
    (NOT d.kind || ':' || d.subject = ANY (p_ledger) AND (d.kind IN ('wallet_mismatch', 'charge_without_record')
      OR (d.kind = 'hold_without_channel' AND d.subject LIKE 'open:%')
      OR (d.kind = 'record_without_charge' AND d.detail ->> 'talkMs' IS NULL)))
    OR (d.kind = 'hold_without_channel' AND d.detail ->> 'unprovenMs' IS NULL
      AND EXISTS (SELECT FROM call c WHERE c.tenant_id = d.tenant_id AND c.id::text = d.subject AND c.state = 'ended'))
    OR (d.kind = 'channel_without_hold'
      AND EXISTS (SELECT FROM call c WHERE c.tenant_id = d.tenant_id AND c.pbx_call_id = d.subject AND c.state = 'ended')));
  GET DIAGNOSTICS n = ROW_COUNT;
  RETURN n;
END $fn$;

-- A person closes a difference of the acting tenant or below, with a reason. What is still true cannot be closed: books that
-- do not add up stay listed, and a call with money held for it is settled for the talk time that the person decides on
-- (0 releases the money). Locks the difference, then the call and its wallets.
CREATE FUNCTION difference_resolve(p_id uuid, p_by text, p_reason text, p_talk_ms bigint)
RETURNS TABLE (tenant_id uuid, kind text, subject text, money_at_risk_micros bigint, currency char(3), settled boolean)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
#variable_conflict use_column
DECLARE d difference; c call; done boolean := false;
BEGIN
  SELECT * INTO d FROM difference WHERE id = p_id
    AND EXISTS (SELECT FROM tenant_below b WHERE b.ancestor_id = app_tenant() AND b.descendant_id = difference.tenant_id) FOR UPDATE;
  IF NOT FOUND THEN RAISE EXCEPTION 'no such difference' USING ERRCODE = 'RF007'; END IF;
  IF d.healed_at IS NOT NULL THEN RAISE EXCEPTION 'closed already' USING ERRCODE = 'RF001'; END IF;
  IF d.kind IN ('wallet_mismatch', 'charge_without_record', 'record_without_charge', 'hold_without_channel') AND EXISTS (
      SELECT FROM (SELECT * FROM ledger_check() UNION ALL SELECT * FROM books_check()) f WHERE f.kind = d.kind AND f.subject = d.subject) THEN
    RAISE EXCEPTION 'the books still say so' USING ERRCODE = 'RF001';
  END IF;
  SELECT * INTO c FROM call WHERE call.tenant_id = d.tenant_id AND call.id::text = d.subject AND d.kind = 'hold_without_channel' AND state <> 'ended';
  IF FOUND THEN
    IF p_talk_ms IS NULL OR p_talk_ms > c.granted_seconds * 1000::bigint THEN
      RAISE EXCEPTION 'money is held: say how long was talked' USING ERRCODE = 'RF006';
    END IF;
    PERFORM call_settle(c.pbx, c.pbx_call_id, p_talk_ms, coalesce(c.answered_at, c.started_at) + p_talk_ms * interval '1 millisecond',
      'cancelled', NULL, NULL, '', 'person');
    done := true;
  END IF;
  UPDATE difference SET healed_at = clock_timestamp(), resolved_by = p_by, resolution = p_reason
    WHERE difference.tenant_id = d.tenant_id AND id = d.id;
  RETURN QUERY SELECT d.tenant_id, d.kind, d.subject, d.money_at_risk_micros, d.currency, done;
END $fn$;

-- What the workers tell a monitoring system, over all tenants and without naming one. Amounts are text: micros may be
-- larger than what a JSON number keeps.
CREATE FUNCTION money_gauges()
RETURNS jsonb LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT jsonb_build_object(
    'calls', (SELECT coalesce(jsonb_object_agg(state, n), '{}') FROM (SELECT state, count(*) AS n FROM call WHERE state <> 'ended' GROUP BY state) c),
    'unsettled', (SELECT count(*) FROM call WHERE state <> 'ended' AND now() > CASE WHEN answered_at IS NULL THEN started_at + interval '180 seconds'
      ELSE answered_at + (granted_seconds + 15) * interval '1 second' END),
    'held', (SELECT coalesce(jsonb_object_agg(currency, total), '{}') FROM (SELECT currency, sum(held_micros)::text AS total FROM wallet GROUP BY currency) w),
    'differences', (SELECT coalesce(jsonb_agg(jsonb_build_object('kind', kind, 'currency', currency, 'count', n, 'micros', total)), '[]')
      FROM (SELECT kind, currency, count(*) AS n, sum(money_at_risk_micros)::text AS total FROM difference WHERE healed_at IS NULL GROUP BY kind, currency) d))
$$;

CREATE FUNCTION ledger_counts()
RETURNS TABLE (kind text, entries bigint) LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT x.kind, count(*) FROM ledger_entry e JOIN ledger_transaction x ON x.id = e.transaction_id GROUP BY x.kind
$$;

DO $$
DECLARE f text;
BEGIN
  FOREACH f IN ARRAY ARRAY['books_check()', 'difference_resolve(uuid, text, text, bigint)', 'money_gauges()', 'ledger_counts()'] LOOP
    EXECUTE format('ALTER FUNCTION %s OWNER TO portal_charge', f);
    EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', f);
    EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO portal_app', f);
  END LOOP;
END $$;
REVOKE CREATE ON SCHEMA public FROM portal_charge;
