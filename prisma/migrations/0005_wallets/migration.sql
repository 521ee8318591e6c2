-- Money that people move: top-ups, corrections, transfers. Same rules as calls: idempotent by key, double entry, one lock order.
GRANT CREATE ON SCHEMA public TO portal_charge;

-- Raises unless p_tenant is the tenant acted on, or below it.
CREATE FUNCTION require_below(p_tenant uuid) RETURNS void
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
BEGIN
  IF NOT EXISTS (SELECT FROM tenant_below WHERE ancestor_id = app_tenant() AND descendant_id = p_tenant) THEN
    RAISE EXCEPTION 'that tenant is not below' USING ERRCODE = 'RF002';
  END IF;
END $fn$;

-- Adds to a wallet (or takes, when negative) against an account of the tenant above: 'payments' for a top-up,
-- 'adjustments' for a correction. RF003: the key was used for something else. RF004: no wallet in that currency.
-- RF005: the money is not there. Returns the transaction, also when the key was used before for the same thing.
CREATE FUNCTION wallet_post(p_tenant uuid, p_kind text, p_amount bigint, p_currency text, p_key text, p_account text, p_memo text, p_actor text, p_corrects uuid)
RETURNS uuid LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
DECLARE w wallet; v_id uuid; v_amount bigint; v_kind text; v_currency text; v_seller uuid;
BEGIN
  PERFORM require_below(p_tenant);
  -- Money enters and leaves the house at the operator only; below, it moves from wallet to wallet.
  IF NOT EXISTS (SELECT FROM tenant WHERE id = app_tenant() AND kind = 'operator') THEN
    RAISE EXCEPTION 'only the operator posts money from outside' USING ERRCODE = 'RF002';
  END IF;
  SELECT * INTO w FROM wallet WHERE tenant_id = p_tenant AND currency = p_currency FOR UPDATE;
  IF NOT FOUND THEN RAISE EXCEPTION 'no wallet in %', p_currency USING ERRCODE = 'RF004'; END IF;
  SELECT x.id, x.kind, e.amount_micros, e.currency INTO v_id, v_kind, v_amount, v_currency FROM ledger_transaction x JOIN ledger_entry e ON e.transaction_id = x.id AND e.line = 1
    WHERE x.tenant_id = p_tenant AND x.posting_key = p_key;
  IF FOUND THEN
    IF v_amount <> p_amount OR v_kind <> p_kind OR v_currency <> p_currency THEN RAISE EXCEPTION 'posting key reused' USING ERRCODE = 'RF003'; END IF;
    RETURN v_id;
  END IF;
  IF w.posted_micros - w.held_micros + w.credit_limit_micros + p_amount < 0 THEN RAISE EXCEPTION 'insufficient funds' USING ERRCODE = 'RF005'; END IF;
  SELECT coalesce(parent_id, id) INTO v_seller FROM tenant WHERE id = p_tenant;
  UPDATE wallet SET posted_micros = posted_micros + p_amount, last_seq = last_seq + 1 WHERE id = w.id RETURNING * INTO w;
  INSERT INTO ledger_transaction (tenant_id, kind, posting_key, memo, actor, occurred_at, corrects_id)
    VALUES (p_tenant, p_kind, p_key, p_memo, p_actor, clock_timestamp(), p_corrects) RETURNING id INTO v_id;
  INSERT INTO ledger_entry (tenant_id, transaction_id, line, account, wallet_id, currency, amount_micros, balance_after_micros, seq, occurred_at)
    VALUES (p_tenant, v_id, 1, 'wallet', w.id, p_currency, p_amount, w.posted_micros, w.last_seq, clock_timestamp()),
           (v_seller, v_id, 2, p_account, NULL, p_currency, -p_amount, NULL, NULL, clock_timestamp());
  RETURN v_id;
END $fn$;

-- Moves credit between a tenant and the one directly above it. The caller acts on either of the two's common branch.
CREATE FUNCTION wallet_transfer(p_from uuid, p_to uuid, p_amount bigint, p_currency text, p_key text, p_memo text, p_actor text)
RETURNS uuid LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
DECLARE a wallet; b wallet; v_id uuid; v_amount bigint; v_to uuid; v_currency text;
BEGIN
  PERFORM require_below(p_from), require_below(p_to);
  IF NOT EXISTS (SELECT FROM tenant WHERE (id = p_to AND parent_id = p_from) OR (id = p_from AND parent_id = p_to)) THEN
    RAISE EXCEPTION 'credit moves between a tenant and the one directly above it' USING ERRCODE = 'RF002';
  END IF;
  IF p_amount <= 0 THEN RAISE EXCEPTION 'a transfer is positive' USING ERRCODE = 'RF006'; END IF;
  PERFORM FROM wallet WHERE tenant_id IN (p_from, p_to) AND currency = p_currency ORDER BY id FOR UPDATE;
  SELECT * INTO a FROM wallet WHERE tenant_id = p_from AND currency = p_currency;
  SELECT * INTO b FROM wallet WHERE tenant_id = p_to AND currency = p_currency;
  IF a.id IS NULL OR b.id IS NULL THEN RAISE EXCEPTION 'no wallet in %', p_currency USING ERRCODE = 'RF004'; END IF;
  SELECT x.id, e.amount_micros, e.tenant_id, e.currency INTO v_id, v_amount, v_to, v_currency FROM ledger_transaction x JOIN ledger_entry e ON e.transaction_id = x.id AND e.line = 2
    WHERE x.tenant_id = p_from AND x.posting_key = p_key;
  IF FOUND THEN
    IF v_amount <> p_amount OR v_to <> p_to OR v_currency <> p_currency THEN RAISE EXCEPTION 'posting key reused' USING ERRCODE = 'RF003'; END IF;
    RETURN v_id;
  END IF;
  IF a.posted_micros - a.held_micros + a.credit_limit_micros < p_amount THEN RAISE EXCEPTION 'insufficient funds' USING ERRCODE = 'RF005'; END IF;
  UPDATE wallet SET posted_micros = posted_micros - p_amount, last_seq = last_seq + 1 WHERE id = a.id RETURNING * INTO a;
  UPDATE wallet SET posted_micros = posted_micros + p_amount, last_seq = last_seq + 1 WHERE id = b.id RETURNING * INTO b;
  INSERT INTO ledger_transaction (tenant_id, kind, posting_key, memo, actor, occurred_at)
    VALUES (p_from, 'transfer', p_key, p_memo, p_actor, clock_timestamp()) RETURNING id INTO v_id;
  INSERT INTO ledger_entry (tenant_id, transaction_id, line, account, wallet_id, currency, amount_micros, balance_after_micros, seq, occurred_at)
    VALUES (p_from, v_id, 1, 'wallet', a.id, p_currency, -p_amount, a.posted_micros, a.last_seq, clock_timestamp()),
           (p_to, v_id, 2, 'wallet', b.id, p_currency, p_amount, b.posted_micros, b.last_seq, clock_timestamp());
  RETURN v_id;
END $fn$;

-- A wallet's history, newest first. A function, because the other side of a transfer belongs to another tenant and a
-- reader must learn the kind and memo of the transaction without seeing that side.
CREATE FUNCTION wallet_history(p_before_seq bigint, p_limit int)
RETURNS TABLE (seq bigint, transaction_id uuid, kind text, memo text, call_id uuid, actor text, amount_micros bigint, balance_after_micros bigint, occurred_at timestamptz, currency char(3))
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT e.seq, x.id, x.kind, x.memo, CASE WHEN x.tenant_id = e.tenant_id THEN x.call_id END,
    CASE WHEN x.tenant_id = e.tenant_id THEN x.actor ELSE 'provider' END, e.amount_micros, e.balance_after_micros, e.occurred_at, e.currency
  FROM wallet w JOIN ledger_entry e ON e.wallet_id = w.id JOIN ledger_transaction x ON x.id = e.transaction_id
  WHERE w.tenant_id = app_tenant() AND w.currency = (SELECT currency FROM tenant WHERE id = app_tenant())
    AND (p_before_seq IS NULL OR e.seq < p_before_seq)
  ORDER BY e.seq DESC LIMIT p_limit
$$;

DO $$
DECLARE f text;
BEGIN
  FOREACH f IN ARRAY ARRAY['require_below(uuid)', 'wallet_post(uuid, text, bigint, text, text, text, text, text, uuid)',
    'wallet_transfer(uuid, uuid, bigint, text, text, text, text)', 'wallet_history(bigint, int)'] LOOP
    EXECUTE format('ALTER FUNCTION %s OWNER TO portal_charge', f);
    EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', f);
    EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO portal_app', f);
  END LOOP;
END $$;
REVOKE CREATE ON SCHEMA public FROM portal_charge;
