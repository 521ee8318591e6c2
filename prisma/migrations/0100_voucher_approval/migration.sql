-- Vouchers of the operator are money out of nothing, as its top-ups are: a batch worth more than one person may post counts only
-- when a second person said yes. Its codes are told to whoever made it, once, and are worth nothing until then.
GRANT CREATE ON SCHEMA public TO portal_charge;

ALTER TABLE voucher_batch
  ADD COLUMN waits boolean NOT NULL DEFAULT false,
  ADD COLUMN approved_by text,
  ADD COLUMN approved_at timestamptz,
  ADD CONSTRAINT voucher_batch_two_people CHECK ((approved_by IS NULL) = (approved_at IS NULL) AND NOT (waits AND approved_by IS NOT NULL) AND approved_by <> actor);

DROP FUNCTION voucher_batch_create(text, text, bigint, timestamptz, text, bytea[], text);
-- As before; p_waits: it counts when a second person approves it.
CREATE FUNCTION voucher_batch_create(p_prefix text, p_currency text, p_amount bigint, p_expires timestamptz, p_note text, p_digests bytea[], p_actor text, p_waits boolean)
RETURNS uuid LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
DECLARE v_id uuid;
BEGIN
  IF NOT EXISTS (SELECT FROM tenant WHERE id = app_tenant() AND kind IN ('operator', 'reseller')) THEN
    RAISE EXCEPTION 'a customer sells nothing' USING ERRCODE = 'RF001';
  END IF;
  IF NOT EXISTS (SELECT FROM wallet WHERE tenant_id = app_tenant() AND currency = p_currency) THEN
    RAISE EXCEPTION 'no wallet in %', p_currency USING ERRCODE = 'RF004';
  END IF;
  INSERT INTO voucher_batch (tenant_id, prefix, currency, amount_micros, count, expires_at, note, actor, waits)
    VALUES (app_tenant(), p_prefix, p_currency, p_amount, cardinality(p_digests), p_expires, p_note, p_actor, p_waits) RETURNING id INTO v_id;
  INSERT INTO voucher (tenant_id, batch_id, code_digest) SELECT app_tenant(), v_id, d FROM unnest(p_digests) d;
  RETURN v_id;
END $fn$;

-- A second person says yes to a batch of the tenant acted on. 'approved' with what it is worth; 'decided' when it does not wait
-- any more, 'own' for whoever made it; no row when there is none.
CREATE FUNCTION voucher_batch_approve(p_batch uuid, p_actor text) RETURNS TABLE (verdict text, amount_micros bigint, count int, currency text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
#variable_conflict use_column
DECLARE b voucher_batch; v_verdict text;
BEGIN
  SELECT * INTO b FROM voucher_batch WHERE tenant_id = app_tenant() AND id = p_batch FOR UPDATE;
  IF NOT FOUND THEN RETURN; END IF;
  v_verdict := CASE WHEN NOT b.waits THEN 'decided' WHEN b.actor = p_actor THEN 'own' ELSE 'approved' END;
  IF v_verdict = 'approved' THEN
    UPDATE voucher_batch SET waits = false, approved_by = p_actor, approved_at = clock_timestamp() WHERE tenant_id = b.tenant_id AND id = b.id;
  END IF;
  RETURN QUERY SELECT v_verdict, b.amount_micros, b.count, b.currency::text;
END $fn$;

-- As before, and 'waits' while nobody else has approved its batch.
CREATE OR REPLACE FUNCTION voucher_redeem(p_digest bytea, p_actor text, p_at timestamptz)
RETURNS TABLE (verdict text, amount_micros bigint, currency char(3), transaction_id uuid)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
DECLARE v voucher; b voucher_batch; w wallet; v_tx uuid; v_why text;
BEGIN
  SELECT x.* INTO v FROM voucher x WHERE x.code_digest = p_digest
    AND EXISTS (SELECT FROM tenant_below t WHERE t.ancestor_id = x.tenant_id AND t.descendant_id = app_tenant() AND t.depth > 0) FOR UPDATE;
  IF NOT FOUND THEN RETURN QUERY SELECT 'wrong', 0::bigint, NULL::char(3), NULL::uuid; RETURN; END IF;
  SELECT x.* INTO b FROM voucher_batch x WHERE x.tenant_id = v.tenant_id AND x.id = v.batch_id;
  v_why := CASE WHEN v.state <> 'open' THEN v.state WHEN b.expires_at <= p_at THEN 'expired' WHEN b.waits THEN 'waits'
    WHEN NOT EXISTS (SELECT FROM wallet x WHERE x.tenant_id = app_tenant() AND x.currency = b.currency) THEN 'currency' END;
  IF v_why IS NULL THEN
    PERFORM money_lock(app_tenant(), v.tenant_id, b.currency);
    SELECT x.* INTO w FROM wallet x JOIN tenant t ON t.id = x.tenant_id WHERE x.tenant_id = v.tenant_id AND x.currency = b.currency AND t.kind <> 'operator';
    IF FOUND AND w.posted_micros - w.held_micros < b.amount_micros THEN v_why := 'unfunded'; END IF;
  END IF;
  IF v_why IS NOT NULL THEN RETURN QUERY SELECT v_why, b.amount_micros, b.currency, NULL::uuid; RETURN; END IF;
  v_tx := money_pass(app_tenant(), v.tenant_id, b.amount_micros, 0, b.currency, 'voucher', 'voucher:' || v.id, 'Voucher', p_actor, NULL);
  UPDATE voucher x SET state = 'used', used_by_tenant_id = app_tenant(), used_at = p_at, transaction_id = v_tx WHERE x.tenant_id = v.tenant_id AND x.id = v.id;
  RETURN QUERY SELECT 'redeemed', b.amount_micros, b.currency, v_tx;
END $fn$;

DO $$
DECLARE f text;
BEGIN
  FOREACH f IN ARRAY ARRAY['voucher_batch_create(text, text, bigint, timestamptz, text, bytea[], text, boolean)', 'voucher_batch_approve(uuid, text)'] LOOP
    EXECUTE format('ALTER FUNCTION %s OWNER TO portal_charge', f);
    EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', f);
    EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO portal_app', f);
  END LOOP;
END $$;
REVOKE CREATE ON SCHEMA public FROM portal_charge;
