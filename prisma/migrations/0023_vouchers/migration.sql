-- Vouchers: codes that are worth credit, sold by the operator or a reseller. A reseller's are backed by its own wallet at
-- the moment of use. A code is known here only as a keyed digest. Lock order: the voucher, then wallets by id.
-- And top-ups that wait for a second person.
GRANT CREATE ON SCHEMA public TO portal_charge;

CREATE TABLE voucher_batch (
  tenant_id uuid NOT NULL REFERENCES tenant (id),
  id uuid NOT NULL UNIQUE DEFAULT gen_random_uuid(),
  prefix text NOT NULL CHECK (prefix ~ '^[A-Z0-9]{0,8}$'),
  currency char(3) NOT NULL,
  amount_micros bigint NOT NULL CHECK (amount_micros > 0),
  count int NOT NULL CHECK (count BETWEEN 1 AND 10000),
  expires_at timestamptz NOT NULL,
  note text NOT NULL DEFAULT '' CHECK (length(note) <= 140),
  actor text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (tenant_id, id)
);

CREATE TABLE voucher (
  tenant_id uuid NOT NULL,
  id uuid NOT NULL DEFAULT gen_random_uuid(),
  batch_id uuid NOT NULL,
  code_digest bytea NOT NULL UNIQUE CHECK (length(code_digest) = 32),
  state text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'used', 'revoked')),
  used_by_tenant_id uuid REFERENCES tenant (id),
  used_at timestamptz,
  transaction_id uuid REFERENCES ledger_transaction (id),
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, batch_id) REFERENCES voucher_batch (tenant_id, id),
  CHECK ((state = 'used') = (used_by_tenant_id IS NOT NULL AND used_at IS NOT NULL AND transaction_id IS NOT NULL))
);
CREATE INDEX voucher_of_batch ON voucher (batch_id, state);

-- Money that a person says came by bank, above the limit of one pair of eyes: it waits for a second person.
CREATE TABLE pending_top_up (
  -- Who posts it: the operator.
  tenant_id uuid NOT NULL REFERENCES tenant (id),
  id uuid NOT NULL DEFAULT gen_random_uuid(),
  receiver_id uuid NOT NULL REFERENCES tenant (id),
  currency char(3) NOT NULL,
  amount_micros bigint NOT NULL CHECK (amount_micros > 0),
  posting_key posting_key NOT NULL,
  memo text NOT NULL DEFAULT '' CHECK (length(memo) <= 200),
  asked_by text NOT NULL,
  asked_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  state text NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'approved', 'rejected')),
  decided_by text,
  decided_at timestamptz,
  transaction_id uuid REFERENCES ledger_transaction (id),
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, posting_key),
  CONSTRAINT pending_top_up_two_people CHECK (state = 'pending' OR (decided_by IS NOT NULL AND decided_at IS NOT NULL AND (state = 'rejected' OR decided_by <> asked_by))),
  CHECK ((state = 'approved') = (transaction_id IS NOT NULL))
);
CREATE INDEX pending_top_up_newest ON pending_top_up (tenant_id, asked_at DESC);

DO $$
DECLARE t text;
BEGIN
  FOREACH t IN ARRAY ARRAY['voucher_batch', 'voucher', 'pending_top_up'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
    EXECUTE format('CREATE POLICY own_tenant ON %I TO portal_app USING (tenant_id = app_tenant()) WITH CHECK (tenant_id = app_tenant())', t);
    EXECUTE format('CREATE POLICY tenants_below ON %I FOR SELECT TO portal_app USING (app_subtree() AND tenant_id IN '
      '(SELECT descendant_id FROM tenant_below WHERE ancestor_id = app_tenant()))', t);
    EXECUTE format('CREATE POLICY money_functions ON %I TO portal_charge USING (true) WITH CHECK (true)', t);
    EXECUTE format('CREATE POLICY system_functions ON %I TO portal_system USING (true) WITH CHECK (true)', t);
    EXECUTE format('GRANT SELECT, INSERT, UPDATE ON %I TO portal_charge', t);
  END LOOP;
END $$;
GRANT SELECT ON voucher_batch TO portal_app;
GRANT SELECT, INSERT ON pending_top_up TO portal_app;
GRANT UPDATE (state, decided_by, decided_at, transaction_id) ON pending_top_up TO portal_app;
-- Not the digest: whoever reads the database learns nothing to try.
GRANT SELECT (tenant_id, id, batch_id, state, used_by_tenant_id, used_at, transaction_id) ON voucher TO portal_app;

-- Makes a batch for the tenant acted on. RF001: a customer sells nothing. RF004: no wallet of its own in that currency.
CREATE FUNCTION voucher_batch_create(p_prefix text, p_currency text, p_amount bigint, p_expires timestamptz, p_note text, p_digests bytea[], p_actor text)
RETURNS uuid LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
DECLARE v_id uuid;
BEGIN
  IF NOT EXISTS (SELECT FROM tenant WHERE id = app_tenant() AND kind IN ('operator', 'reseller')) THEN
    RAISE EXCEPTION 'a customer sells nothing' USING ERRCODE = 'RF001';
  END IF;
  IF NOT EXISTS (SELECT FROM wallet WHERE tenant_id = app_tenant() AND currency = p_currency) THEN
    RAISE EXCEPTION 'no wallet in %', p_currency USING ERRCODE = 'RF004';
  END IF;
  INSERT INTO voucher_batch (tenant_id, prefix, currency, amount_micros, count, expires_at, note, actor)
    VALUES (app_tenant(), p_prefix, p_currency, p_amount, cardinality(p_digests), p_expires, p_note, p_actor) RETURNING id INTO v_id;
  INSERT INTO voucher (tenant_id, batch_id, code_digest) SELECT app_tenant(), v_id, d FROM unnest(p_digests) d;
  RETURN v_id;
END $fn$;

-- Revokes what is unused of a batch of the tenant acted on. Returns how many; NULL when there is no such batch.
CREATE FUNCTION voucher_batch_revoke(p_batch uuid)
RETURNS int LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
DECLARE n int;
BEGIN
  IF NOT EXISTS (SELECT FROM voucher_batch WHERE tenant_id = app_tenant() AND id = p_batch) THEN RETURN NULL; END IF;
  UPDATE voucher SET state = 'revoked' WHERE tenant_id = app_tenant() AND batch_id = p_batch AND state = 'open';
  GET DIAGNOSTICS n = ROW_COUNT;
  RETURN n;
END $fn$;

-- Uses a code up for the tenant acted on. Only one of somebody above it counts: any other is 'wrong', like one that never
-- was. 'redeemed', or why not: 'wrong', 'used', 'revoked', 'expired', 'currency', 'unfunded' (the seller has not the money
-- of its own; the code stays good).
CREATE FUNCTION voucher_redeem(p_digest bytea, p_actor text, p_at timestamptz)
RETURNS TABLE (verdict text, amount_micros bigint, currency char(3), transaction_id uuid)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
DECLARE v voucher; b voucher_batch; w wallet; v_tx uuid; v_why text;
BEGIN
  SELECT x.* INTO v FROM voucher x WHERE x.code_digest = p_digest
    AND EXISTS (SELECT FROM tenant_below t WHERE t.ancestor_id = x.tenant_id AND t.descendant_id = app_tenant() AND t.depth > 0) FOR UPDATE;
  IF NOT FOUND THEN RETURN QUERY SELECT 'wrong', 0::bigint, NULL::char(3), NULL::uuid; RETURN; END IF;
  SELECT x.* INTO b FROM voucher_batch x WHERE x.tenant_id = v.tenant_id AND x.id = v.batch_id;
  v_why := CASE WHEN v.state <> 'open' THEN v.state WHEN b.expires_at <= p_at THEN 'expired'
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
  FOREACH f IN ARRAY ARRAY['voucher_batch_create(text, text, bigint, timestamptz, text, bytea[], text)', 'voucher_batch_revoke(uuid)',
    'voucher_redeem(bytea, text, timestamptz)'] LOOP
    EXECUTE format('ALTER FUNCTION %s OWNER TO portal_charge', f);
    EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', f);
    EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO portal_app', f);
  END LOOP;
END $$;
REVOKE CREATE ON SCHEMA public FROM portal_charge;
