-- Money that comes from outside through a payment provider, and goes back. It enters and leaves the house at the operator,
-- whose provider it is. For a customer of a reseller it is credited to each reseller on the way and passed on in the same
-- transaction: every wallet of the chain shows it, none of them keeps it. Lock order: the payment, then wallets by id.
GRANT CREATE ON SCHEMA public TO portal_charge;

ALTER DOMAIN posting_kind DROP CONSTRAINT posting_kind_check;
ALTER DOMAIN posting_kind ADD CONSTRAINT posting_kind_check
  CHECK (VALUE IN ('top_up', 'charge', 'correction', 'voucher', 'transfer', 'refund', 'fee', 'payment', 'dispute', 'debt'));
ALTER DOMAIN ledger_account DROP CONSTRAINT ledger_account_check;
ALTER DOMAIN ledger_account ADD CONSTRAINT ledger_account_check
  CHECK (VALUE IN ('wallet', 'revenue', 'payments', 'adjustments', 'carrier_cost', 'tax', 'receivable'));

-- What a reversed payment left open because it was spent already: the sum of the open receivables. While there is any,
-- whatever becomes available goes there first, so that nothing is available for a call.
ALTER TABLE wallet ADD COLUMN debt_micros not_negative NOT NULL DEFAULT 0;

-- What the provider calls a card, and what a person recognises it by. Never a number.
CREATE TABLE saved_card (
  tenant_id uuid NOT NULL REFERENCES tenant (id),
  id uuid NOT NULL DEFAULT gen_random_uuid(),
  provider text NOT NULL CHECK (provider IN ('stripe', 'test')),
  customer_ref text NOT NULL CHECK (length(customer_ref) BETWEEN 1 AND 200),
  method_ref text NOT NULL CHECK (length(method_ref) BETWEEN 1 AND 200),
  brand text NOT NULL CHECK (length(brand) BETWEEN 1 AND 40),
  last4 text NOT NULL CHECK (last4 ~ '^[0-9]{4}$'),
  exp_month int NOT NULL CHECK (exp_month BETWEEN 1 AND 12),
  exp_year int NOT NULL CHECK (exp_year BETWEEN 2000 AND 2200),
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  removed_at timestamptz,
  PRIMARY KEY (tenant_id, id),
  UNIQUE (provider, method_ref)
);

CREATE TABLE payment (
  tenant_id uuid NOT NULL REFERENCES tenant (id),
  id uuid NOT NULL UNIQUE DEFAULT gen_random_uuid(),
  provider text NOT NULL CHECK (provider IN ('stripe', 'test')),
  -- A person at the provider's page, or the saved card without anybody.
  purpose text NOT NULL CHECK (purpose IN ('checkout', 'auto')),
  session_ref text CHECK (length(session_ref) <= 200),
  -- What the provider calls the money itself; known once it moved.
  provider_ref text CHECK (length(provider_ref) <= 200),
  currency char(3) NOT NULL,
  amount_micros bigint NOT NULL CHECK (amount_micros > 0),
  refunded_micros not_negative NOT NULL DEFAULT 0,
  disputed_micros not_negative NOT NULL DEFAULT 0,
  state text NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'paid', 'failed', 'refunded', 'partly_refunded', 'disputed')),
  failure text NOT NULL DEFAULT '' CHECK (length(failure) <= 200),
  save_card boolean NOT NULL DEFAULT false,
  card_id uuid,
  actor text NOT NULL,
  transaction_id uuid REFERENCES ledger_transaction (id),
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  paid_at timestamptz,
  PRIMARY KEY (tenant_id, id),
  UNIQUE (provider, session_ref),
  UNIQUE (provider, provider_ref),
  FOREIGN KEY (tenant_id, card_id) REFERENCES saved_card (tenant_id, id)
);
CREATE INDEX payment_newest ON payment (tenant_id, created_at DESC, id);

-- Every event that a provider told, once. One about a payment that is not ours belongs to the operator.
CREATE TABLE payment_event (
  tenant_id uuid NOT NULL REFERENCES tenant (id),
  provider text NOT NULL,
  event_id text NOT NULL CHECK (length(event_id) BETWEEN 1 AND 200),
  type text NOT NULL CHECK (length(type) <= 100),
  payment_id uuid,
  outcome text NOT NULL DEFAULT '',
  received_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (tenant_id, provider, event_id),
  UNIQUE (provider, event_id),
  FOREIGN KEY (tenant_id, payment_id) REFERENCES payment (tenant_id, id)
);

-- Money of a payment that went back: asked for by a person, or taken by the provider.
CREATE TABLE payment_reversal (
  tenant_id uuid NOT NULL,
  id uuid NOT NULL UNIQUE DEFAULT gen_random_uuid(),
  payment_id uuid NOT NULL,
  kind text NOT NULL CHECK (kind IN ('refund', 'dispute')),
  -- asked: booked here, the provider is yet to be told. failed and won: the money is back in the wallet.
  state text NOT NULL CHECK (state IN ('asked', 'done', 'failed', 'open', 'lost', 'won')),
  provider_ref text CHECK (length(provider_ref) <= 200),
  -- The key of whoever asked: the same key twice refunds once.
  request_key posting_key,
  amount_micros bigint NOT NULL CHECK (amount_micros > 0),
  actor text NOT NULL,
  note text NOT NULL DEFAULT '' CHECK (length(note) <= 200),
  transaction_id uuid REFERENCES ledger_transaction (id),
  back_transaction_id uuid REFERENCES ledger_transaction (id),
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, request_key),
  UNIQUE (payment_id, kind, provider_ref),
  FOREIGN KEY (tenant_id, payment_id) REFERENCES payment (tenant_id, id)
);

-- What the provider took and the wallet did not have.
CREATE TABLE receivable (
  tenant_id uuid NOT NULL,
  id uuid NOT NULL DEFAULT gen_random_uuid(),
  reversal_id uuid NOT NULL UNIQUE,
  wallet_id uuid NOT NULL,
  amount_micros bigint NOT NULL CHECK (amount_micros > 0),
  open_micros bigint NOT NULL CHECK (open_micros BETWEEN 0 AND amount_micros),
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, reversal_id) REFERENCES payment_reversal (tenant_id, id),
  FOREIGN KEY (tenant_id, wallet_id) REFERENCES wallet (tenant_id, id)
);
CREATE INDEX receivable_open ON receivable (wallet_id, created_at) WHERE open_micros > 0;

DO $$
DECLARE t text;
BEGIN
  FOREACH t IN ARRAY ARRAY['saved_card', 'payment', 'payment_event', 'payment_reversal', 'receivable'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
    EXECUTE format('CREATE POLICY own_tenant ON %I TO portal_app USING (tenant_id = app_tenant()) WITH CHECK (tenant_id = app_tenant())', t);
    EXECUTE format('CREATE POLICY tenants_below ON %I FOR SELECT TO portal_app USING (app_subtree() AND tenant_id IN '
      '(SELECT descendant_id FROM tenant_below WHERE ancestor_id = app_tenant()))', t);
    EXECUTE format('CREATE POLICY money_functions ON %I TO portal_charge USING (true) WITH CHECK (true)', t);
    EXECUTE format('CREATE POLICY system_functions ON %I TO portal_system USING (true) WITH CHECK (true)', t);
    EXECUTE format('GRANT SELECT ON %I TO portal_app', t);
    EXECUTE format('GRANT SELECT, INSERT, UPDATE ON %I TO portal_charge', t);
  END LOOP;
END $$;
GRANT UPDATE (removed_at) ON saved_card TO portal_app;

-- ---------------------------------------------------------------- the one way money passes down or up a chain
-- Locks the wallets from p_tenant up to p_from, by id. Whoever looks at a balance first locks with this.
CREATE FUNCTION money_lock(p_tenant uuid, p_from uuid, p_currency text) RETURNS void
LANGUAGE sql SET search_path = public, pg_temp AS $$
  SELECT FROM wallet w WHERE w.currency = p_currency AND w.tenant_id IN (
    SELECT b.ancestor_id FROM tenant_below b JOIN tenant_below f ON f.ancestor_id = p_from AND f.descendant_id = b.ancestor_id
    JOIN tenant t ON t.id = b.ancestor_id AND t.kind <> 'operator' WHERE b.descendant_id = p_tenant)
  ORDER BY w.id FOR UPDATE
$$;

-- Moves p_amount from p_from down to p_tenant, or up when negative. Each wallet between shows it coming and going; one that
-- has no wallet in the currency is passed over. At the operator the other side is the account 'payments', at a reseller its
-- wallet. p_owed is what p_tenant owes instead of paying (less when negative). RF003: the key was used for something else.
CREATE FUNCTION money_pass(p_tenant uuid, p_from uuid, p_amount bigint, p_owed bigint, p_currency text, p_kind text, p_key text, p_memo text,
  p_actor text, p_corrects uuid)
RETURNS uuid LANGUAGE plpgsql SET search_path = public, pg_temp AS $fn$
DECLARE
  v_id uuid; v_kind text; step record; w wallet; v_depth int; v_now timestamptz := clock_timestamp(); v_size bigint := abs(p_amount);
  tenants uuid[] := '{}'; accounts text[] := '{}'; wallets uuid[] := '{}'; amounts bigint[] := '{}'; balances bigint[] := '{}'; seqs bigint[] := '{}';
BEGIN
  PERFORM money_lock(p_tenant, p_from, p_currency);
  SELECT id, kind INTO v_id, v_kind FROM ledger_transaction WHERE tenant_id = p_tenant AND posting_key = p_key;
  IF FOUND THEN
    IF v_kind <> p_kind THEN RAISE EXCEPTION 'posting key reused' USING ERRCODE = 'RF003'; END IF;
    RETURN v_id;
  END IF;
  SELECT depth INTO v_depth FROM tenant_below WHERE ancestor_id = p_from AND descendant_id = p_tenant AND depth > 0;
  IF NOT FOUND THEN RAISE EXCEPTION 'that tenant is not below' USING ERRCODE = 'RF002'; END IF;
  FOR step IN SELECT b.depth, t.id, t.kind, x.id AS wallet_id FROM tenant_below b JOIN tenant t ON t.id = b.ancestor_id
      LEFT JOIN wallet x ON x.tenant_id = t.id AND x.currency = p_currency
      WHERE b.descendant_id = p_tenant AND b.depth <= v_depth ORDER BY b.depth LOOP
    IF step.kind = 'operator' THEN
      tenants := tenants || step.id; accounts := accounts || 'payments'::text; wallets := wallets || NULL::uuid; amounts := amounts || p_owed - p_amount;
      balances := balances || NULL::bigint; seqs := seqs || NULL::bigint;
      IF p_owed <> 0 THEN
        tenants := tenants || step.id; accounts := accounts || 'receivable'::text; wallets := wallets || NULL::uuid; amounts := amounts || -p_owed;
        balances := balances || NULL::bigint; seqs := seqs || NULL::bigint;
      END IF;
    ELSIF step.wallet_id IS NULL THEN
      IF step.depth IN (0, v_depth) THEN RAISE EXCEPTION 'no wallet in %', p_currency USING ERRCODE = 'RF004'; END IF;
    ELSIF p_amount = 0 THEN CONTINUE;
    ELSIF step.depth IN (0, v_depth) THEN
      UPDATE wallet SET posted_micros = posted_micros + CASE step.depth WHEN 0 THEN p_amount ELSE -p_amount END, last_seq = last_seq + 1
        WHERE id = step.wallet_id RETURNING * INTO w;
      tenants := tenants || step.id; accounts := accounts || 'wallet'::text; wallets := wallets || w.id; balances := balances || w.posted_micros; seqs := seqs || w.last_seq;
      amounts := amounts || CASE step.depth WHEN 0 THEN p_amount ELSE -p_amount END;
    ELSE
      UPDATE wallet SET last_seq = last_seq + 2 WHERE id = step.wallet_id RETURNING * INTO w;
      tenants := tenants || step.id || step.id; accounts := accounts || 'wallet'::text || 'wallet'::text; wallets := wallets || w.id || w.id;
      amounts := amounts || v_size || -v_size; balances := balances || (w.posted_micros + v_size) || w.posted_micros; seqs := seqs || (w.last_seq - 1) || w.last_seq;
    END IF;
  END LOOP;
  INSERT INTO ledger_transaction (tenant_id, kind, posting_key, memo, actor, occurred_at, corrects_id)
    VALUES (p_tenant, p_kind, p_key, p_memo, p_actor, v_now, p_corrects) RETURNING id INTO v_id;
  INSERT INTO ledger_entry (tenant_id, transaction_id, line, account, wallet_id, currency, amount_micros, balance_after_micros, seq, occurred_at)
    SELECT e.tenant, v_id, e.line, e.account, e.wallet, p_currency, e.amount, e.balance, e.seq, v_now
    FROM unnest(tenants, accounts, wallets, amounts, balances, seqs) WITH ORDINALITY AS e(tenant, account, wallet, amount, balance, seq, line)
    WHERE e.amount <> 0;
  RETURN v_id;
END $fn$;

-- ---------------------------------------------------------------- debts
-- Applies what is available to what is owed, the oldest first.
CREATE FUNCTION debt_collect(p_wallet uuid) RETURNS void
LANGUAGE plpgsql SET search_path = public, pg_temp AS $fn$
DECLARE w wallet; r receivable; v_take bigint; v_id uuid; v_operator uuid;
BEGIN
  SELECT * INTO w FROM wallet WHERE id = p_wallet FOR UPDATE;
  SELECT id INTO v_operator FROM tenant WHERE kind = 'operator';
  FOR r IN SELECT * FROM receivable WHERE wallet_id = p_wallet AND open_micros > 0 ORDER BY created_at, id FOR UPDATE LOOP
    v_take := least(r.open_micros, w.posted_micros - w.held_micros + w.credit_limit_micros);
    EXIT WHEN v_take <= 0;
    UPDATE wallet SET posted_micros = posted_micros - v_take, debt_micros = debt_micros - v_take, last_seq = last_seq + 1
      WHERE id = p_wallet RETURNING * INTO w;
    UPDATE receivable SET open_micros = open_micros - v_take WHERE tenant_id = r.tenant_id AND id = r.id;
    INSERT INTO ledger_transaction (tenant_id, kind, posting_key, memo, actor, occurred_at)
      VALUES (r.tenant_id, 'debt', 'debt:' || r.id || ':' || w.last_seq, 'Pays what a reversed payment left open', 'ledger', clock_timestamp()) RETURNING id INTO v_id;
    INSERT INTO ledger_entry (tenant_id, transaction_id, line, account, wallet_id, currency, amount_micros, balance_after_micros, seq, occurred_at)
      VALUES (r.tenant_id, v_id, 1, 'wallet', w.id, w.currency, -v_take, w.posted_micros, w.last_seq, clock_timestamp()),
             (v_operator, v_id, 2, 'receivable', NULL, w.currency, v_take, NULL, NULL, clock_timestamp());
  END LOOP;
END $fn$;

-- At the end of the transaction that made something available, whatever that was: a top-up, a transfer, the end of a call.
-- Others never see the money in between, and functions that move money need not know of debts.
CREATE FUNCTION wallet_watch() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
BEGIN
  PERFORM debt_collect(NEW.id);
  RETURN NULL;
END $fn$;
CREATE CONSTRAINT TRIGGER wallet_watch AFTER UPDATE ON wallet DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
  WHEN (NEW.debt_micros > 0 AND NEW.posted_micros - NEW.held_micros + NEW.credit_limit_micros > 0)
  EXECUTE FUNCTION wallet_watch();

-- ---------------------------------------------------------------- payments
-- Writes down that a payment begins. The tenant acted on pays; the operator has nobody to pay.
CREATE FUNCTION payment_start(p_id uuid, p_provider text, p_amount bigint, p_currency text, p_save_card boolean, p_actor text)
RETURNS uuid LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
BEGIN
  IF EXISTS (SELECT FROM tenant WHERE id = app_tenant() AND kind = 'operator') THEN
    RAISE EXCEPTION 'the operator has nobody to pay' USING ERRCODE = 'RF001';
  END IF;
  IF NOT EXISTS (SELECT FROM wallet WHERE tenant_id = app_tenant() AND currency = p_currency) THEN
    RAISE EXCEPTION 'no wallet in %', p_currency USING ERRCODE = 'RF004';
  END IF;
  INSERT INTO payment (tenant_id, id, provider, purpose, currency, amount_micros, save_card, actor)
    VALUES (app_tenant(), p_id, p_provider, 'checkout', p_currency, p_amount, p_save_card, p_actor);
  RETURN p_id;
END $fn$;

-- What the provider calls the visit to its page; or, with no name, why there is none. Only of a payment still waiting.
CREATE FUNCTION payment_session(p_payment uuid, p_session text, p_failure text) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
  UPDATE payment SET session_ref = coalesce(session_ref, p_session), state = CASE WHEN p_session IS NULL THEN 'failed' ELSE state END, failure = left(p_failure, 200)
  WHERE id = p_payment AND state = 'pending'
$$;

-- Whose payment an event speaks of: by our own id, else by what the provider calls it.
CREATE FUNCTION payment_find(p_provider text, p_payment uuid, p_ref text)
RETURNS TABLE (tenant_id uuid, payment_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT tenant_id, id FROM payment WHERE provider = p_provider AND (id = p_payment OR (p_payment IS NULL AND provider_ref = p_ref))
$$;

CREATE FUNCTION payment_event_known(p_provider text, p_event text) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT EXISTS (SELECT FROM payment_event WHERE provider = p_provider AND event_id = p_event)
$$;

-- An event about no payment of ours: kept, so that it can be looked for.
CREATE FUNCTION payment_event_foreign(p_provider text, p_event text, p_type text) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
  INSERT INTO payment_event (tenant_id, provider, event_id, type, outcome)
    SELECT id, p_provider, p_event, left(p_type, 100), 'unknown' FROM tenant WHERE kind = 'operator' ON CONFLICT DO NOTHING
$$;

CREATE FUNCTION payment_refresh(p_tenant uuid, p_payment uuid) RETURNS void
LANGUAGE sql SET search_path = public, pg_temp AS $$
  UPDATE payment p SET refunded_micros = s.refunded, disputed_micros = s.disputed,
    state = CASE WHEN s.disputed > 0 THEN 'disputed' WHEN s.refunded >= p.amount_micros THEN 'refunded' WHEN s.refunded > 0 THEN 'partly_refunded' ELSE 'paid' END
  FROM (SELECT coalesce(sum(amount_micros) FILTER (WHERE state IN ('asked', 'done')), 0) AS refunded,
      coalesce(sum(amount_micros) FILTER (WHERE state IN ('open', 'lost')), 0) AS disputed
    FROM payment_reversal WHERE tenant_id = p_tenant AND payment_id = p_payment) s
  WHERE p.tenant_id = p_tenant AND p.id = p_payment
$$;

-- The money is there. 'paid'; 'repeat' when that was known; 'mismatch' when it is not what was asked for: nothing is
-- credited then, and the payment says why. The payment's row is locked by the caller.
CREATE FUNCTION payment_mark_paid(p payment, p_ref text, p_amount bigint, p_currency text, p_actor text)
RETURNS text LANGUAGE plpgsql SET search_path = public, pg_temp AS $fn$
DECLARE v_tx uuid;
BEGIN
  IF p.state NOT IN ('pending', 'failed') THEN RETURN CASE WHEN p.provider_ref = p_ref THEN 'repeat' ELSE 'mismatch' END; END IF;
  IF p_amount IS DISTINCT FROM p.amount_micros OR p_currency IS DISTINCT FROM p.currency::text THEN
    UPDATE payment SET failure = format('The provider reported %s micros of %s, not what was asked for.', p_amount, p_currency)
      WHERE tenant_id = p.tenant_id AND id = p.id;
    RETURN 'mismatch';
  END IF;
  v_tx := money_pass(p.tenant_id, (SELECT id FROM tenant WHERE kind = 'operator'), p.amount_micros, 0, p.currency, 'payment', 'payment:' || p.id,
    CASE p.purpose WHEN 'auto' THEN 'Automatic top-up by card' ELSE 'Payment by card' END, p_actor, NULL);
  UPDATE payment SET state = 'paid', failure = '', provider_ref = p_ref, transaction_id = v_tx, paid_at = clock_timestamp()
    WHERE tenant_id = p.tenant_id AND id = p.id;
  RETURN 'paid';
END $fn$;

-- Takes a reversal's money out of the wallet: what is available, and the rest becomes a debt. Wallets are locked here.
CREATE FUNCTION payment_take_back(p payment, r payment_reversal) RETURNS void
LANGUAGE plpgsql SET search_path = public, pg_temp AS $fn$
DECLARE v_operator uuid; w wallet; v_take bigint; v_tx uuid;
BEGIN
  SELECT id INTO v_operator FROM tenant WHERE kind = 'operator';
  PERFORM money_lock(p.tenant_id, v_operator, p.currency);
  SELECT * INTO w FROM wallet WHERE tenant_id = p.tenant_id AND currency = p.currency;
  v_take := least(r.amount_micros, greatest(w.posted_micros - w.held_micros + w.credit_limit_micros, 0));
  v_tx := money_pass(p.tenant_id, v_operator, -v_take, r.amount_micros - v_take, p.currency, r.kind, 'reversal:' || r.id,
    CASE r.kind WHEN 'refund' THEN 'Refund of a payment by card' ELSE 'Payment by card disputed' END, r.actor, p.transaction_id);
  UPDATE payment_reversal SET transaction_id = v_tx WHERE tenant_id = r.tenant_id AND id = r.id;
  IF v_take < r.amount_micros THEN
    INSERT INTO receivable (tenant_id, reversal_id, wallet_id, amount_micros, open_micros)
      VALUES (p.tenant_id, r.id, w.id, r.amount_micros - v_take, r.amount_micros - v_take);
    UPDATE wallet SET debt_micros = debt_micros + r.amount_micros - v_take WHERE id = w.id;
  END IF;
  PERFORM payment_refresh(p.tenant_id, p.id);
END $fn$;

-- Puts a reversal's money back, once: a refund that failed, a dispute that was won. What is still owed of it is let go, the
-- rest returns to the wallet.
CREATE FUNCTION payment_give_back(p payment, r payment_reversal, p_state text, p_note text) RETURNS void
LANGUAGE plpgsql SET search_path = public, pg_temp AS $fn$
DECLARE v_operator uuid; v_open bigint; v_tx uuid;
BEGIN
  SELECT id INTO v_operator FROM tenant WHERE kind = 'operator';
  PERFORM money_lock(p.tenant_id, v_operator, p.currency);
  IF r.transaction_id IS NOT NULL AND r.back_transaction_id IS NULL THEN
    SELECT open_micros INTO v_open FROM receivable WHERE reversal_id = r.id FOR UPDATE;
    v_open := coalesce(v_open, 0);
    UPDATE receivable SET open_micros = 0 WHERE reversal_id = r.id;
    UPDATE wallet SET debt_micros = debt_micros - v_open WHERE tenant_id = p.tenant_id AND currency = p.currency AND v_open > 0;
    v_tx := money_pass(p.tenant_id, v_operator, r.amount_micros - v_open, -v_open, p.currency, r.kind, 'reversal:' || r.id || ':back',
      CASE r.kind WHEN 'refund' THEN 'Refund did not go through, money is back' ELSE 'Dispute won, money is back' END, r.actor, r.transaction_id);
  END IF;
  UPDATE payment_reversal SET state = p_state, back_transaction_id = coalesce(back_transaction_id, v_tx), note = left(p_note, 200)
    WHERE tenant_id = r.tenant_id AND id = r.id;
  PERFORM payment_refresh(p.tenant_id, p.id);
END $fn$;

-- One refund as the provider tells it: {ref, amount, status, ours}. `ours` is the id of the one that was asked for here.
CREATE FUNCTION payment_told_refund(p payment, p_refund jsonb, p_actor text) RETURNS text
LANGUAGE plpgsql SET search_path = public, pg_temp AS $fn$
DECLARE r payment_reversal; v_ref text := p_refund ->> 'ref'; v_over boolean := p_refund ->> 'status' IN ('failed', 'canceled');
BEGIN
  SELECT * INTO r FROM payment_reversal WHERE tenant_id = p.tenant_id AND payment_id = p.id AND kind = 'refund'
    AND (provider_ref = v_ref OR id = (p_refund ->> 'ours')::uuid) ORDER BY provider_ref NULLS LAST LIMIT 1 FOR UPDATE;
  IF NOT FOUND THEN
    IF v_over THEN RETURN 'ignored'; END IF;
    INSERT INTO payment_reversal (tenant_id, payment_id, kind, state, provider_ref, amount_micros, actor)
      VALUES (p.tenant_id, p.id, 'refund', 'done', v_ref, (p_refund ->> 'amount')::bigint, p_actor) RETURNING * INTO r;
    PERFORM payment_take_back(p, r);
    RETURN 'refunded';
  END IF;
  UPDATE payment_reversal SET provider_ref = coalesce(provider_ref, v_ref) WHERE tenant_id = r.tenant_id AND id = r.id;
  IF v_over AND r.state IN ('asked', 'done') THEN
    PERFORM payment_give_back(p, r, 'failed', coalesce(p_refund ->> 'why', ''));
    RETURN 'refund_failed';
  END IF;
  IF r.state = 'asked' THEN UPDATE payment_reversal SET state = 'done' WHERE tenant_id = r.tenant_id AND id = r.id; END IF;
  RETURN 'repeat';
END $fn$;

-- A dispute as the provider tells it: {ref, amount, currency, status: open, won or lost}. The end may come before the beginning.
CREATE FUNCTION payment_told_dispute(p payment, p_dispute jsonb, p_actor text) RETURNS text
LANGUAGE plpgsql SET search_path = public, pg_temp AS $fn$
DECLARE r payment_reversal; v_status text := p_dispute ->> 'status';
BEGIN
  SELECT * INTO r FROM payment_reversal WHERE payment_id = p.id AND kind = 'dispute' AND provider_ref = p_dispute ->> 'ref' FOR UPDATE;
  IF NOT FOUND THEN
    IF p_dispute ->> 'currency' <> p.currency::text THEN RETURN 'mismatch'; END IF;
    INSERT INTO payment_reversal (tenant_id, payment_id, kind, state, provider_ref, amount_micros, actor)
      VALUES (p.tenant_id, p.id, 'dispute', v_status, p_dispute ->> 'ref', (p_dispute ->> 'amount')::bigint, p_actor) RETURNING * INTO r;
    IF v_status <> 'won' THEN PERFORM payment_take_back(p, r); END IF;
    RETURN 'dispute_' || v_status;
  END IF;
  IF r.state <> 'open' OR v_status = 'open' THEN RETURN 'repeat'; END IF;
  IF v_status = 'won' THEN PERFORM payment_give_back(p, r, 'won', '');
  ELSE UPDATE payment_reversal SET state = 'lost' WHERE tenant_id = r.tenant_id AND id = r.id;
  END IF;
  RETURN 'dispute_' || v_status;
END $fn$;

-- Applies one event of a provider to a payment of the tenant acted on, once whatever is repeated, in any order.
-- p_what: {kind: paid, failed, refunds or dispute, …}, with `paid` beside it when the provider knows the money to be there:
-- what came before may be lost or late.
CREATE FUNCTION payment_event_apply(p_provider text, p_event text, p_type text, p_payment uuid, p_what jsonb, p_actor text)
RETURNS text LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
DECLARE p payment; v_paid jsonb := p_what -> 'paid'; v_outcome text := 'ignored'; one jsonb; v_said text;
BEGIN
  SELECT * INTO p FROM payment WHERE tenant_id = app_tenant() AND id = p_payment AND provider = p_provider FOR UPDATE;
  IF NOT FOUND THEN RAISE EXCEPTION 'no such payment' USING ERRCODE = 'RF007'; END IF;
  INSERT INTO payment_event (tenant_id, provider, event_id, type, payment_id) VALUES (p.tenant_id, p_provider, p_event, left(p_type, 100), p.id)
    ON CONFLICT DO NOTHING;
  IF NOT FOUND THEN RETURN 'repeat'; END IF;
  IF v_paid IS NOT NULL THEN
    v_outcome := payment_mark_paid(p, v_paid ->> 'ref', (v_paid ->> 'amount')::bigint, v_paid ->> 'currency', p_actor);
    SELECT * INTO p FROM payment WHERE tenant_id = p.tenant_id AND id = p.id;
    IF v_outcome IN ('paid', 'repeat') AND p.save_card AND p_what -> 'card' IS NOT NULL THEN PERFORM card_save(p, p_what -> 'card'); END IF;
  END IF;
  IF p_what ->> 'kind' = 'failed' AND p.state = 'pending' THEN
    UPDATE payment SET state = 'failed', failure = left(p_what ->> 'why', 200) WHERE tenant_id = p.tenant_id AND id = p.id;
    v_outcome := 'failed';
  ELSIF p_what ->> 'kind' = 'refunds' AND p.transaction_id IS NOT NULL THEN
    FOR one IN SELECT * FROM jsonb_array_elements(p_what -> 'refunds') LOOP
      v_said := payment_told_refund(p, one, p_actor);
      IF v_said <> 'repeat' OR v_outcome IN ('ignored', 'repeat') THEN v_outcome := v_said; END IF;
    END LOOP;
  ELSIF p_what ->> 'kind' = 'dispute' AND p.transaction_id IS NOT NULL THEN
    v_outcome := payment_told_dispute(p, p_what -> 'dispute', p_actor);
  END IF;
  UPDATE payment_event SET outcome = v_outcome WHERE tenant_id = p.tenant_id AND provider = p_provider AND event_id = p_event;
  RETURN v_outcome;
END $fn$;

-- Keeps the card that a person paid with, as the provider names it.
CREATE FUNCTION card_save(p payment, p_card jsonb) RETURNS void
LANGUAGE sql SET search_path = public, pg_temp AS $$
  INSERT INTO saved_card (tenant_id, provider, customer_ref, method_ref, brand, last4, exp_month, exp_year)
    VALUES (p.tenant_id, p.provider, p_card ->> 'customerRef', p_card ->> 'methodRef', left(p_card ->> 'brand', 40), p_card ->> 'last4',
      (p_card ->> 'expMonth')::int, (p_card ->> 'expYear')::int)
    ON CONFLICT (provider, method_ref) DO NOTHING
$$;

-- ---------------------------------------------------------------- refunds that a person asks for
-- Takes the money out of the wallet at once; the provider is told afterwards. 'asked' also for a key used before. Else why
-- not, and how much could be: 'unpaid', 'disputed', 'too_large' (more than is left of the payment), 'spent' (more than the
-- wallet has of its own; a credit limit is not paid out).
CREATE FUNCTION payment_refund_ask(p_payment uuid, p_amount bigint, p_key text, p_actor text, p_note text)
RETURNS TABLE (verdict text, possible_micros bigint, reversal_id uuid, currency char(3))
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
DECLARE p payment; r payment_reversal; w wallet; v_left bigint;
BEGIN
  SELECT * INTO p FROM payment x WHERE x.tenant_id = app_tenant() AND x.id = p_payment FOR UPDATE;
  IF NOT FOUND THEN RAISE EXCEPTION 'no such payment' USING ERRCODE = 'RF007'; END IF;
  SELECT * INTO r FROM payment_reversal x WHERE x.tenant_id = p.tenant_id AND x.request_key = p_key;
  IF FOUND THEN
    IF r.payment_id <> p.id OR r.amount_micros <> p_amount THEN RAISE EXCEPTION 'posting key reused' USING ERRCODE = 'RF003'; END IF;
    RETURN QUERY SELECT 'asked', 0::bigint, r.id, p.currency; RETURN;
  END IF;
  IF p.transaction_id IS NULL THEN RETURN QUERY SELECT 'unpaid', 0::bigint, NULL::uuid, p.currency; RETURN; END IF;
  IF p.state = 'disputed' THEN RETURN QUERY SELECT 'disputed', 0::bigint, NULL::uuid, p.currency; RETURN; END IF;
  v_left := greatest(p.amount_micros - p.refunded_micros, 0);
  IF p_amount > v_left THEN RETURN QUERY SELECT 'too_large', v_left, NULL::uuid, p.currency; RETURN; END IF;
  PERFORM money_lock(p.tenant_id, (SELECT id FROM tenant WHERE kind = 'operator'), p.currency);
  SELECT * INTO w FROM wallet x WHERE x.tenant_id = p.tenant_id AND x.currency = p.currency;
  IF p_amount > w.posted_micros - w.held_micros THEN
    RETURN QUERY SELECT 'spent', least(v_left, greatest(w.posted_micros - w.held_micros, 0)), NULL::uuid, p.currency; RETURN;
  END IF;
  INSERT INTO payment_reversal (tenant_id, payment_id, kind, state, request_key, amount_micros, actor, note)
    VALUES (p.tenant_id, p.id, 'refund', 'asked', p_key, p_amount, p_actor, left(p_note, 200)) RETURNING * INTO r;
  PERFORM payment_take_back(p, r);
  RETURN QUERY SELECT 'asked', v_left - p_amount, r.id, p.currency;
END $fn$;

-- What the provider said to a refund that was asked for here. A repeat changes nothing.
CREATE FUNCTION payment_refund_told(p_reversal uuid, p_ref text, p_failed boolean, p_why text, p_actor text)
RETURNS text LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
DECLARE p payment;
BEGIN
  SELECT x.* INTO p FROM payment x JOIN payment_reversal r ON r.payment_id = x.id
    WHERE r.id = p_reversal AND r.tenant_id = app_tenant() AND x.tenant_id = app_tenant() FOR UPDATE OF x;
  IF NOT FOUND THEN RAISE EXCEPTION 'no such refund' USING ERRCODE = 'RF007'; END IF;
  RETURN payment_told_refund(p, jsonb_build_object('ref', p_ref, 'ours', p_reversal, 'status', CASE WHEN p_failed THEN 'failed' ELSE 'done' END,
    'why', p_why), p_actor);
END $fn$;

-- Do payments, debts and the ledger agree? One row per disagreement; no rows is the proof.
CREATE FUNCTION payments_check()
RETURNS TABLE (tenant_id uuid, kind text, subject text, amount_micros bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT w.tenant_id, 'debt_mismatch', w.id::text, w.debt_micros - coalesce(s.open, 0)
    FROM wallet w LEFT JOIN LATERAL (SELECT sum(open_micros)::bigint AS open FROM receivable r WHERE r.wallet_id = w.id) s ON true
    WHERE w.debt_micros <> coalesce(s.open, 0)
  UNION ALL
  SELECT x.tenant_id, 'receivable_mismatch', e.currency::text, sum(e.amount_micros)::bigint + coalesce(min(w.debt_micros), 0)
    FROM ledger_entry e JOIN ledger_transaction x ON x.id = e.transaction_id LEFT JOIN wallet w ON w.tenant_id = x.tenant_id AND w.currency = e.currency
    WHERE e.account = 'receivable' GROUP BY x.tenant_id, e.currency HAVING sum(e.amount_micros) + coalesce(min(w.debt_micros), 0) <> 0
  UNION ALL
  SELECT p.tenant_id, 'payment_mismatch', p.id::text, p.amount_micros
    FROM payment p WHERE (p.state NOT IN ('pending', 'failed')) <> (p.transaction_id IS NOT NULL)
      OR (p.transaction_id IS NOT NULL AND p.amount_micros <> (SELECT sum(e.amount_micros) FROM ledger_entry e
        WHERE e.transaction_id = p.transaction_id AND e.tenant_id = p.tenant_id AND e.account = 'wallet'))
  UNION ALL
  SELECT w.tenant_id, 'debt_not_collected', w.id::text, w.debt_micros
    FROM wallet w WHERE w.debt_micros > 0 AND w.posted_micros - w.held_micros + w.credit_limit_micros > 0
$$;

DO $$
DECLARE f text;
BEGIN
  FOREACH f IN ARRAY ARRAY['money_lock(uuid, uuid, text)', 'money_pass(uuid, uuid, bigint, bigint, text, text, text, text, text, uuid)', 'debt_collect(uuid)',
    'wallet_watch()', 'payment_start(uuid, text, bigint, text, boolean, text)', 'payment_session(uuid, text, text)', 'payment_find(text, uuid, text)',
    'payment_event_known(text, text)', 'payment_event_foreign(text, text, text)', 'payment_refresh(uuid, uuid)',
    'payment_mark_paid(payment, text, bigint, text, text)', 'payment_take_back(payment, payment_reversal)',
    'payment_give_back(payment, payment_reversal, text, text)', 'payment_told_refund(payment, jsonb, text)', 'payment_told_dispute(payment, jsonb, text)',
    'payment_event_apply(text, text, text, uuid, jsonb, text)', 'card_save(payment, jsonb)', 'payment_refund_ask(uuid, bigint, text, text, text)',
    'payment_refund_told(uuid, text, boolean, text, text)', 'payments_check()'] LOOP
    EXECUTE format('ALTER FUNCTION %s OWNER TO portal_charge', f);
    EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', f);
  END LOOP;
  FOREACH f IN ARRAY ARRAY['payment_start(uuid, text, bigint, text, boolean, text)', 'payment_session(uuid, text, text)', 'payment_find(text, uuid, text)',
    'payment_event_known(text, text)', 'payment_event_foreign(text, text, text)', 'payment_event_apply(text, text, text, uuid, jsonb, text)',
    'payment_refund_ask(uuid, bigint, text, text, text)', 'payment_refund_told(uuid, text, boolean, text, text)', 'payments_check()'] LOOP
    EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO portal_app', f);
  END LOOP;
END $$;
REVOKE CREATE ON SCHEMA public FROM portal_charge;
