-- A tenant says that it paid outside, by bank, and asks the one directly above to post it. It waits where large top-ups wait.
GRANT CREATE ON SCHEMA public TO portal_charge;

-- Asked for by the one who gets it. Above the operator's limit the first who agrees asks in turn, so that two decide.
ALTER TABLE pending_top_up ADD COLUMN by_receiver boolean NOT NULL DEFAULT false;
CREATE INDEX pending_top_up_of_receiver ON pending_top_up (receiver_id, asked_at DESC) WHERE posting_key LIKE 'request:%';
GRANT UPDATE (by_receiver, asked_by, asked_at) ON pending_top_up TO portal_app;

-- Asks for the tenant acted on. RF001: the operator has nobody above, or five wait already. RF003: the key was used for
-- another amount. RF004: no wallet in its currency. The same key again answers alike. Locks its wallet.
CREATE FUNCTION top_up_request(p_amount bigint, p_key text, p_memo text, p_actor text, OUT request_id uuid, OUT seller_id uuid, OUT currency text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
DECLARE t tenant; p pending_top_up; v_key text := 'request:' || app_tenant() || ':' || p_key;
BEGIN
  SELECT * INTO t FROM tenant WHERE id = app_tenant();
  IF t.parent_id IS NULL THEN RAISE EXCEPTION 'nobody is above' USING ERRCODE = 'RF001'; END IF;
  PERFORM FROM wallet w WHERE w.tenant_id = t.id AND w.currency = t.currency FOR UPDATE;
  IF NOT FOUND THEN RAISE EXCEPTION 'no wallet in %', t.currency USING ERRCODE = 'RF004'; END IF;
  seller_id := t.parent_id; currency := t.currency;
  SELECT * INTO p FROM pending_top_up x WHERE x.tenant_id = t.parent_id AND x.posting_key = v_key;
  IF FOUND THEN
    IF p.amount_micros <> p_amount THEN RAISE EXCEPTION 'posting key reused' USING ERRCODE = 'RF003'; END IF;
    request_id := p.id; RETURN;
  END IF;
  IF 5 <= (SELECT count(*) FROM pending_top_up x WHERE x.receiver_id = t.id AND x.state = 'pending' AND x.posting_key LIKE 'request:%') THEN
    RAISE EXCEPTION 'five wait already' USING ERRCODE = 'RF001';
  END IF;
  INSERT INTO pending_top_up (tenant_id, receiver_id, currency, amount_micros, posting_key, memo, asked_by, by_receiver)
    VALUES (t.parent_id, t.id, t.currency, p_amount, v_key, p_memo, p_actor, true) RETURNING id INTO request_id;
END $fn$;

-- What the tenant acted on asked for lately, and what became of it. Who decided is the seller's business.
CREATE FUNCTION top_up_requests_own()
RETURNS TABLE (id uuid, at timestamptz, amount_micros bigint, currency char(3), memo text, state text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT x.id, x.asked_at, x.amount_micros, x.currency, x.memo, x.state FROM pending_top_up x
  WHERE x.receiver_id = app_tenant() AND x.posting_key LIKE 'request:%' ORDER BY x.asked_at DESC, x.id LIMIT 10
$$;

DO $$
DECLARE f text;
BEGIN
  FOREACH f IN ARRAY ARRAY['top_up_request(bigint, text, text, text)', 'top_up_requests_own()'] LOOP
    EXECUTE format('ALTER FUNCTION %s OWNER TO portal_charge', f);
    EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', f);
    EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO portal_app', f);
  END LOOP;
END $$;
REVOKE CREATE ON SCHEMA public FROM portal_charge;
