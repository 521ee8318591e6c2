-- Where money of payments could lie about unseen: money that came and was not credited, a dispute told in another currency,
-- a refund that the provider never heard of, and books of payments that do not agree are on the board of reconciliation.
ALTER TABLE difference DROP CONSTRAINT difference_kind_check;
ALTER TABLE difference ADD CONSTRAINT difference_kind_check CHECK (kind IN (
  'hold_without_channel', 'channel_without_hold', 'record_without_charge', 'charge_without_record', 'shortfall', 'wallet_mismatch',
  'cdr_without_call', 'call_missing_in_cdr', 'cdr_duration',
  'carrier_charge_without_call', 'call_missing_at_carrier', 'carrier_duration', 'carrier_price',
  'payment_mismatch', 'payment_uncredited', 'refund_untold'));

GRANT CREATE ON SCHEMA public TO portal_charge;

-- As before; money that came and is not what was asked for is listed until a person has looked.
CREATE OR REPLACE FUNCTION payment_mark_paid(p payment, p_ref text, p_amount bigint, p_currency text, p_actor text)
RETURNS text LANGUAGE plpgsql SET search_path = public, pg_temp AS $fn$
DECLARE v_tx uuid;
BEGIN
  IF p.state NOT IN ('pending', 'failed') THEN
    IF p.provider_ref = p_ref THEN RETURN 'repeat'; END IF;
    PERFORM difference_note(p.tenant_id, 'payment_uncredited', p_ref, p_amount, p_currency, jsonb_build_object('payment', p.id, 'why', 'A second payment came for the same order.'));
    RETURN 'mismatch';
  END IF;
  IF p_amount IS DISTINCT FROM p.amount_micros OR p_currency IS DISTINCT FROM p.currency::text THEN
    UPDATE payment SET failure = format('The provider reported %s micros of %s, not what was asked for.', p_amount, p_currency)
      WHERE tenant_id = p.tenant_id AND id = p.id;
    PERFORM difference_note(p.tenant_id, 'payment_uncredited', p_ref, p_amount, p_currency, jsonb_build_object('payment', p.id, 'why', 'Another sum came than was asked for.'));
    RETURN 'mismatch';
  END IF;
  v_tx := money_pass(p.tenant_id, (SELECT id FROM tenant WHERE kind = 'operator'), p.amount_micros, 0, p.currency, 'payment', 'payment:' || p.id,
    CASE p.purpose WHEN 'auto' THEN 'Automatic top-up by card' ELSE 'Payment by card' END, p_actor, NULL);
  UPDATE payment SET state = 'paid', failure = '', provider_ref = p_ref, transaction_id = v_tx, paid_at = clock_timestamp()
    WHERE tenant_id = p.tenant_id AND id = p.id;
  RETURN 'paid';
END $fn$;

-- As before; one told in another currency than the payment's takes back what is left of the payment, because nobody here
-- knows the provider's rate. Its end is booked like any other's.
CREATE OR REPLACE FUNCTION payment_told_dispute(p payment, p_dispute jsonb, p_actor text) RETURNS text
LANGUAGE plpgsql SET search_path = public, pg_temp AS $fn$
DECLARE r payment_reversal; v_status text := p_dispute ->> 'status'; v_amount bigint := (p_dispute ->> 'amount')::bigint; v_note text := '';
BEGIN
  SELECT * INTO r FROM payment_reversal WHERE payment_id = p.id AND kind = 'dispute' AND provider_ref = p_dispute ->> 'ref' FOR UPDATE;
  IF NOT FOUND THEN
    IF p_dispute ->> 'currency' <> p.currency::text THEN
      v_note := format('Told as %s micros of %s; all that is left of the payment was taken back.', v_amount, p_dispute ->> 'currency');
      v_amount := p.amount_micros - p.refunded_micros - p.disputed_micros;
      IF v_amount <= 0 THEN RETURN 'mismatch'; END IF;
    END IF;
    INSERT INTO payment_reversal (tenant_id, payment_id, kind, state, provider_ref, amount_micros, actor, note)
      VALUES (p.tenant_id, p.id, 'dispute', v_status, p_dispute ->> 'ref', v_amount, p_actor, left(v_note, 200)) RETURNING * INTO r;
    IF v_status <> 'won' THEN PERFORM payment_take_back(p, r); END IF;
    RETURN 'dispute_' || v_status;
  END IF;
  IF r.state <> 'open' OR v_status = 'open' THEN RETURN 'repeat'; END IF;
  IF v_status = 'won' THEN PERFORM payment_give_back(p, r, 'won', r.note);
  ELSE UPDATE payment_reversal SET state = 'lost' WHERE tenant_id = r.tenant_id AND id = r.id;
  END IF;
  RETURN 'dispute_' || v_status;
END $fn$;

-- As before, and what payments, debts and refunds say against each other.
CREATE OR REPLACE FUNCTION books_check()
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
  UNION ALL
  SELECT f.tenant_id, 'payment_mismatch', f.kind || ':' || CASE f.kind WHEN 'receivable_mismatch' THEN f.tenant_id || ':' ELSE '' END || f.subject,
      f.amount_micros, t.currency FROM payments_check() f JOIN tenant t ON t.id = f.tenant_id
  UNION ALL
  SELECT r.tenant_id, 'refund_untold', r.id::text, r.amount_micros, p.currency
    FROM payment_reversal r JOIN payment p ON p.tenant_id = r.tenant_id AND p.id = r.payment_id
    WHERE r.kind = 'refund' AND r.state = 'asked' AND r.created_at < now() - interval '1 day'
$$;

-- As before; what is found in the books of payments closes by itself, and not before.
CREATE OR REPLACE FUNCTION differences_refresh(p_ledger text[])
RETURNS int LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
DECLARE n int;
BEGIN
  UPDATE difference d SET healed_at = clock_timestamp()
  WHERE d.healed_at IS NULL AND (
    (NOT d.kind || ':' || d.subject = ANY (p_ledger) AND (d.kind IN ('wallet_mismatch', 'charge_without_record', 'payment_mismatch', 'refund_untold')
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
CREATE OR REPLACE FUNCTION difference_resolve(p_id uuid, p_by text, p_reason text, p_talk_ms bigint)
RETURNS TABLE (tenant_id uuid, kind text, subject text, money_at_risk_micros bigint, currency char(3), settled boolean)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
#variable_conflict use_column
DECLARE d difference; c call; done boolean := false;
BEGIN
  SELECT * INTO d FROM difference WHERE id = p_id
    AND EXISTS (SELECT FROM tenant_below b WHERE b.ancestor_id = app_tenant() AND b.descendant_id = difference.tenant_id) FOR UPDATE;
  IF NOT FOUND THEN RAISE EXCEPTION 'no such difference' USING ERRCODE = 'RF007'; END IF;
  IF d.healed_at IS NOT NULL THEN RAISE EXCEPTION 'closed already' USING ERRCODE = 'RF001'; END IF;
  IF d.kind IN ('wallet_mismatch', 'charge_without_record', 'record_without_charge', 'hold_without_channel', 'payment_mismatch', 'refund_untold') AND EXISTS (
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
REVOKE CREATE ON SCHEMA public FROM portal_charge;
