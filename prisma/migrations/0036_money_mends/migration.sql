-- Two mends about money: one order of locks for whatever posts to a wallet, and a price for calls that nobody held money for.
GRANT CREATE ON SCHEMA public TO portal_charge;

-- As before, and the tenants are locked before the wallet, the upper one first: whoever suspends one of them holds its row,
-- and nobody may wait for that row with a wallet in hand.
CREATE OR REPLACE FUNCTION wallet_post(p_tenant uuid, p_kind text, p_amount bigint, p_currency text, p_key text, p_account text, p_memo text, p_actor text, p_corrects uuid)
RETURNS uuid LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
DECLARE w wallet; v_id uuid; v_amount bigint; v_kind text; v_currency text; v_seller uuid;
BEGIN
  PERFORM require_below(p_tenant);
  -- Money enters and leaves the house at the operator only; below, it moves from wallet to wallet.
  IF NOT EXISTS (SELECT FROM tenant WHERE id = app_tenant() AND kind = 'operator') THEN
    RAISE EXCEPTION 'only the operator posts money from outside' USING ERRCODE = 'RF002';
  END IF;
  SELECT coalesce(parent_id, id) INTO v_seller FROM tenant WHERE id = p_tenant;
  PERFORM FROM tenant WHERE id = v_seller FOR KEY SHARE;
  PERFORM FROM tenant WHERE id = p_tenant FOR KEY SHARE;
  SELECT * INTO w FROM wallet WHERE tenant_id = p_tenant AND currency = p_currency FOR UPDATE;
  IF NOT FOUND THEN RAISE EXCEPTION 'no wallet in %', p_currency USING ERRCODE = 'RF004'; END IF;
  SELECT x.id, x.kind, e.amount_micros, e.currency INTO v_id, v_kind, v_amount, v_currency FROM ledger_transaction x JOIN ledger_entry e ON e.transaction_id = x.id AND e.line = 1
    WHERE x.tenant_id = p_tenant AND x.posting_key = p_key;
  IF FOUND THEN
    IF v_amount <> p_amount OR v_kind <> p_kind OR v_currency <> p_currency THEN RAISE EXCEPTION 'posting key reused' USING ERRCODE = 'RF003'; END IF;
    RETURN v_id;
  END IF;
  IF w.posted_micros - w.held_micros + w.credit_limit_micros + p_amount < 0 THEN RAISE EXCEPTION 'insufficient funds' USING ERRCODE = 'RF005'; END IF;
  UPDATE wallet SET posted_micros = posted_micros + p_amount, last_seq = last_seq + 1 WHERE id = w.id RETURNING * INTO w;
  INSERT INTO ledger_transaction (tenant_id, kind, posting_key, memo, actor, occurred_at, corrects_id)
    VALUES (p_tenant, p_kind, p_key, p_memo, p_actor, clock_timestamp(), p_corrects) RETURNING id INTO v_id;
  INSERT INTO ledger_entry (tenant_id, transaction_id, line, account, wallet_id, currency, amount_micros, balance_after_micros, seq, occurred_at)
    VALUES (p_tenant, v_id, 1, 'wallet', w.id, p_currency, p_amount, w.posted_micros, w.last_seq, clock_timestamp()),
           (v_seller, v_id, 2, p_account, NULL, p_currency, -p_amount, NULL, NULL, clock_timestamp());
  RETURN v_id;
END $fn$;

-- What a talk that nobody held money for would have cost, with tax, at all levels of its chain that pay in one currency; NULL
-- where nobody has a price for the number.
CREATE FUNCTION unheld_price(p_tenant uuid, p_currency char(3), p_e164 text, p_answered timestamptz, p_talk_ms bigint) RETURNS bigint
LANGUAGE plpgsql STABLE AS $fn$
DECLARE l tenant; r rate; v_net bigint; v_sum bigint;
BEGIN
  FOR l IN SELECT t.* FROM tenant_below b JOIN tenant t ON t.id = b.ancestor_id
      WHERE b.descendant_id = p_tenant AND t.parent_id IS NOT NULL AND t.currency = p_currency ORDER BY b.depth LOOP
    r := (rates_bought(l.id, 'out', prefixes_of(p_e164), p_answered, p_answered, 0))[1];
    CONTINUE WHEN r.id IS NULL;
    v_net := (price_of(r, p_talk_ms)).net_micros;
    v_sum := coalesce(v_sum, 0) + v_net + tax_on(v_net, l.tax_ppm);
  END LOOP;
  RETURN v_sum;
END $fn$;

-- As before; it knows the number by the dialling rules, so that a carrier's record of the call finds it, and says what is
-- at risk. A repeat answers with what is listed.
DROP FUNCTION call_record_unheld(text, text, text, text, text, timestamptz, timestamptz, bigint);
CREATE FUNCTION call_record_unheld(p_pbx text, p_pbx_call text, p_endpoint text, p_dialled text, p_kind text, p_started timestamptz, p_ended timestamptz, p_talk_ms bigint,
  p_e164 text, p_country text)
RETURNS TABLE (result text, risk_micros bigint, currency char(3)) LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
#variable_conflict use_column
DECLARE x extension; t tenant; v_id uuid := gen_random_uuid(); v_answered timestamptz := p_ended - p_talk_ms * interval '1 millisecond'; v_risk bigint; v_known uuid;
BEGIN
  SELECT * INTO x FROM extension WHERE sip_username = p_endpoint;
  SELECT id INTO v_known FROM call WHERE pbx = p_pbx AND pbx_call_id = p_pbx_call;
  IF x.id IS NULL OR v_known IS NOT NULL THEN
    RETURN QUERY SELECT 'known', d.money_at_risk_micros, d.currency FROM (SELECT 1) one
      LEFT JOIN difference d ON d.kind = 'record_without_charge' AND d.subject = v_known::text AND d.healed_at IS NULL;
    RETURN;
  END IF;
  SELECT * INTO t FROM tenant WHERE id = x.tenant_id;
  INSERT INTO call (tenant_id, id, pbx, pbx_call_id, extension_id, extension_number, extension_name, kind, dialled, to_e164, country, state, outcome, started_at, answered_at,
      ended_at, talk_ms, billed_seconds, cost_micros, currency, source, trace)
    VALUES (t.id, v_id, p_pbx, p_pbx_call, x.id, x.number, x.display_name, p_kind, left(p_dialled, 128), p_e164, p_country, 'ended',
      CASE WHEN p_talk_ms > 0 THEN 'answered' ELSE 'failed' END, p_started, CASE WHEN p_talk_ms > 0 THEN v_answered END,
      p_ended, p_talk_ms, 0, 0, t.currency, 'spool', jsonb_build_array(gate('call control', p_kind = 'emergency', 'away', 'reachable')))
    ON CONFLICT (pbx, pbx_call_id) DO NOTHING;
  IF p_kind NOT IN ('emergency', 'internal', 'echo') AND p_talk_ms > 0 THEN
    v_risk := CASE WHEN p_e164 IS NOT NULL THEN unheld_price(t.id, t.currency, p_e164, v_answered, p_talk_ms) END;
    -- XXX is the currency of what nobody knows the price of.
    INSERT INTO difference (tenant_id, kind, subject, money_at_risk_micros, currency, detail)
      VALUES (t.id, 'record_without_charge', v_id::text, coalesce(v_risk, 0), CASE WHEN v_risk IS NULL THEN 'XXX' ELSE t.currency END,
        jsonb_build_object('talkMs', p_talk_ms, 'number', coalesce(p_e164, left(p_dialled, 128)))) ON CONFLICT DO NOTHING;
    RETURN QUERY SELECT 'recorded', coalesce(v_risk, 0), (CASE WHEN v_risk IS NULL THEN 'XXX' ELSE t.currency END)::char(3);
    RETURN;
  END IF;
  RETURN QUERY SELECT 'recorded', NULL::bigint, NULL::char(3);
END $fn$;

DO $$
DECLARE f text;
BEGIN
  FOREACH f IN ARRAY ARRAY['unheld_price(uuid, char, text, timestamptz, bigint)',
    'call_record_unheld(text, text, text, text, text, timestamptz, timestamptz, bigint, text, text)'] LOOP
    EXECUTE format('ALTER FUNCTION %s OWNER TO portal_charge', f);
    EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', f);
  END LOOP;
END $$;
GRANT EXECUTE ON FUNCTION call_record_unheld(text, text, text, text, text, timestamptz, timestamptz, bigint, text, text) TO portal_app;
REVOKE CREATE ON SCHEMA public FROM portal_charge;
