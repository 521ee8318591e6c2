-- Credit limits handed down the chain, and transfers that move money only, never credit.
GRANT CREATE ON SCHEMA public TO portal_charge;

-- Locks two tenants against suspension, the upper one first, then their wallets in the one order of all wallets: who comes
-- from elsewhere with the same two waits at the first lock, and nobody waits for somebody who waits for them.
CREATE FUNCTION wallet_pair_lock(p_upper uuid, p_lower uuid, p_currency text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
BEGIN
  PERFORM FROM tenant WHERE id = p_upper FOR KEY SHARE;
  PERFORM FROM tenant WHERE id = p_lower FOR KEY SHARE;
  PERFORM FROM wallet WHERE tenant_id IN (p_upper, p_lower) AND currency = p_currency ORDER BY id FOR UPDATE;
END $fn$;

-- How far a tenant below the one acted on may go below nothing. What a tenant gives to those directly below it adds up to at
-- most its own limit; the operator is free. RF010: more than the one directly above has left to give. RF011: less than is
-- used, or than was given on. Answers with the limit before.
CREATE FUNCTION wallet_credit_limit_set(p_tenant uuid, p_currency text, p_limit bigint) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
DECLARE seller tenant; w wallet; up wallet; v_used bigint; v_given bigint;
BEGIN
  IF NOT EXISTS (SELECT FROM tenant_below WHERE ancestor_id = app_tenant() AND descendant_id = p_tenant AND depth > 0) THEN
    RAISE EXCEPTION 'that tenant is not below' USING ERRCODE = 'RF002';
  END IF;
  IF p_limit < 0 THEN RAISE EXCEPTION 'a limit is not negative' USING ERRCODE = 'RF006'; END IF;
  SELECT u.* INTO seller FROM tenant t JOIN tenant u ON u.id = t.parent_id WHERE t.id = p_tenant;
  PERFORM wallet_pair_lock(seller.id, p_tenant, p_currency);
  SELECT * INTO w FROM wallet WHERE tenant_id = p_tenant AND currency = p_currency;
  SELECT * INTO up FROM wallet WHERE tenant_id = seller.id AND currency = p_currency;
  IF w.id IS NULL OR (up.id IS NULL AND seller.kind <> 'operator') THEN RAISE EXCEPTION 'no wallet in %', p_currency USING ERRCODE = 'RF004'; END IF;
  IF p_limit > w.credit_limit_micros AND seller.kind <> 'operator' THEN
    SELECT coalesce(sum(x.credit_limit_micros), 0) INTO v_given FROM tenant c JOIN wallet x ON x.tenant_id = c.id AND x.currency = p_currency
      WHERE c.parent_id = seller.id AND c.id <> p_tenant;
    IF v_given + p_limit > up.credit_limit_micros THEN
      RAISE EXCEPTION 'more than its seller may give [own=% given=% asked=%]', up.credit_limit_micros, v_given, p_limit USING ERRCODE = 'RF010';
    END IF;
  END IF;
  v_used := greatest(w.held_micros - w.posted_micros, 0);
  SELECT coalesce(sum(x.credit_limit_micros), 0) INTO v_given FROM tenant c JOIN wallet x ON x.tenant_id = c.id AND x.currency = p_currency
    WHERE c.parent_id = p_tenant;
  IF p_limit < w.credit_limit_micros AND p_limit < greatest(v_used, v_given) THEN
    RAISE EXCEPTION 'less than is in use [used=% given=% asked=%]', v_used, v_given, p_limit USING ERRCODE = 'RF011';
  END IF;
  UPDATE wallet SET credit_limit_micros = p_limit WHERE id = w.id;
  RETURN w.credit_limit_micros;
END $fn$;

-- Moves money between a tenant and the one directly above it. The caller acts on either of the two's common branch. Only
-- money that was paid in travels: what a credit limit would allow does not, in neither direction. RF005 then.
CREATE OR REPLACE FUNCTION wallet_transfer(p_from uuid, p_to uuid, p_amount bigint, p_currency text, p_key text, p_memo text, p_actor text)
RETURNS uuid LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
DECLARE a wallet; b wallet; v_id uuid; v_amount bigint; v_to uuid; v_currency text;
BEGIN
  PERFORM require_below(p_from), require_below(p_to);
  IF EXISTS (SELECT FROM tenant WHERE id = p_to AND parent_id = p_from) THEN PERFORM wallet_pair_lock(p_from, p_to, p_currency);
  ELSIF EXISTS (SELECT FROM tenant WHERE id = p_from AND parent_id = p_to) THEN PERFORM wallet_pair_lock(p_to, p_from, p_currency);
  ELSE RAISE EXCEPTION 'credit moves between a tenant and the one directly above it' USING ERRCODE = 'RF002';
  END IF;
  IF p_amount <= 0 THEN RAISE EXCEPTION 'a transfer is positive' USING ERRCODE = 'RF006'; END IF;
  SELECT * INTO a FROM wallet WHERE tenant_id = p_from AND currency = p_currency;
  SELECT * INTO b FROM wallet WHERE tenant_id = p_to AND currency = p_currency;
  IF a.id IS NULL OR b.id IS NULL THEN RAISE EXCEPTION 'no wallet in %', p_currency USING ERRCODE = 'RF004'; END IF;
  SELECT x.id, e.amount_micros, e.tenant_id, e.currency INTO v_id, v_amount, v_to, v_currency FROM ledger_transaction x JOIN ledger_entry e ON e.transaction_id = x.id AND e.line = 2
    WHERE x.tenant_id = p_from AND x.posting_key = p_key;
  IF FOUND THEN
    IF v_amount <> p_amount OR v_to <> p_to OR v_currency <> p_currency THEN RAISE EXCEPTION 'posting key reused' USING ERRCODE = 'RF003'; END IF;
    RETURN v_id;
  END IF;
  RETURN wallet_move(a.id, b.id, p_amount, p_key, p_memo, p_actor, NULL);
END $fn$;

-- The move itself, between two wallets that are locked and of one currency.
CREATE FUNCTION wallet_move(p_from uuid, p_to uuid, p_amount bigint, p_key text, p_memo text, p_actor text, p_corrects uuid)
RETURNS uuid LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
DECLARE a wallet; b wallet; v_id uuid;
BEGIN
  SELECT * INTO a FROM wallet WHERE id = p_from;
  IF a.posted_micros - a.held_micros < p_amount THEN
    RAISE EXCEPTION 'insufficient funds [money=% asked=%]', greatest(a.posted_micros - a.held_micros, 0), p_amount USING ERRCODE = 'RF005';
  END IF;
  UPDATE wallet SET posted_micros = posted_micros - p_amount, last_seq = last_seq + 1 WHERE id = p_from RETURNING * INTO a;
  UPDATE wallet SET posted_micros = posted_micros + p_amount, last_seq = last_seq + 1 WHERE id = p_to RETURNING * INTO b;
  INSERT INTO ledger_transaction (tenant_id, kind, posting_key, memo, actor, occurred_at, corrects_id)
    VALUES (a.tenant_id, 'transfer', p_key, p_memo, p_actor, clock_timestamp(), p_corrects) RETURNING id INTO v_id;
  INSERT INTO ledger_entry (tenant_id, transaction_id, line, account, wallet_id, currency, amount_micros, balance_after_micros, seq, occurred_at)
    VALUES (a.tenant_id, v_id, 1, 'wallet', a.id, a.currency, -p_amount, a.posted_micros, a.last_seq, clock_timestamp()),
           (b.tenant_id, v_id, 2, 'wallet', b.id, b.currency, p_amount, b.posted_micros, b.last_seq, clock_timestamp());
  RETURN v_id;
END $fn$;

-- Takes a transfer back within 15 minutes, while the money is still there; by somebody at or above both. Once: a repeat
-- answers alike. RF007: no such transfer here. RF001: too late. RF005: spent.
CREATE FUNCTION wallet_transfer_undo(p_transaction uuid, p_actor text, OUT transaction_id uuid, OUT from_tenant uuid, OUT to_tenant uuid, OUT upper_tenant uuid,
  OUT amount bigint, OUT currency text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
DECLARE x ledger_transaction; e ledger_entry; v_from uuid; v_to uuid;
BEGIN
  SELECT * INTO x FROM ledger_transaction t WHERE t.id = p_transaction AND t.kind = 'transfer' AND t.corrects_id IS NULL;
  SELECT * INTO e FROM ledger_entry l WHERE l.transaction_id = x.id AND l.line = 2;
  IF x.id IS NULL OR 2 <> (SELECT count(*) FROM tenant_below WHERE ancestor_id = app_tenant() AND descendant_id IN (x.tenant_id, e.tenant_id)) THEN
    RAISE EXCEPTION 'no such transfer' USING ERRCODE = 'RF007';
  END IF;
  from_tenant := e.tenant_id; to_tenant := x.tenant_id; amount := e.amount_micros; currency := e.currency;
  SELECT u.id INTO upper_tenant FROM tenant u WHERE u.id IN (from_tenant, to_tenant) AND NOT EXISTS (
    SELECT FROM tenant o WHERE o.id = u.parent_id AND o.id IN (from_tenant, to_tenant));
  PERFORM wallet_pair_lock(upper_tenant, CASE upper_tenant WHEN from_tenant THEN to_tenant ELSE from_tenant END, e.currency);
  SELECT t.id INTO transaction_id FROM ledger_transaction t WHERE t.tenant_id = from_tenant AND t.posting_key = 'undo:' || x.id;
  IF FOUND THEN RETURN; END IF;
  IF clock_timestamp() > x.recorded_at + interval '15 minutes' THEN RAISE EXCEPTION 'too late to take it back' USING ERRCODE = 'RF001'; END IF;
  SELECT w.id INTO v_from FROM wallet w WHERE w.tenant_id = from_tenant AND w.currency = e.currency;
  SELECT w.id INTO v_to FROM wallet w WHERE w.tenant_id = to_tenant AND w.currency = e.currency;
  transaction_id := wallet_move(v_from, v_to, e.amount_micros, 'undo:' || x.id, 'Taken back', p_actor, x.id);
END $fn$;

DO $$
DECLARE f text;
BEGIN
  FOREACH f IN ARRAY ARRAY['wallet_pair_lock(uuid, uuid, text)', 'wallet_credit_limit_set(uuid, text, bigint)',
    'wallet_move(uuid, uuid, bigint, text, text, text, uuid)', 'wallet_transfer_undo(uuid, text)'] LOOP
    EXECUTE format('ALTER FUNCTION %s OWNER TO portal_charge', f);
    EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', f);
  END LOOP;
END $$;
-- Locking and moving are steps of the others, and for nobody else.
GRANT EXECUTE ON FUNCTION wallet_credit_limit_set(uuid, text, bigint), wallet_transfer_undo(uuid, text) TO portal_app;
REVOKE CREATE ON SCHEMA public FROM portal_charge;
