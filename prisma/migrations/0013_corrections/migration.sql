-- Corrections of what calls were charged: credits out of disputes, and re-rating. A correction is a transaction of its own,
-- linked to the charge; the charge, its hold and the call's record stay as they are, and what the charge comes to now is
-- the sum over the linked transactions. Lock order as everywhere: the dispute, then wallets by id.
GRANT CREATE ON SCHEMA public TO portal_charge;

CREATE INDEX ledger_transaction_corrects ON ledger_transaction (corrects_id) WHERE corrects_id IS NOT NULL;

-- ---------------------------------------------------------------- disputes
CREATE TABLE dispute (
  -- Who bought the call. The seller is the tenant directly above.
  tenant_id uuid NOT NULL REFERENCES tenant (id),
  id uuid NOT NULL UNIQUE DEFAULT gen_random_uuid(),
  seller_id uuid NOT NULL REFERENCES tenant (id),
  -- Counted per seller, without a gap: D-000042.
  number int NOT NULL CHECK (number > 0),
  call_id uuid NOT NULL,
  level int NOT NULL,
  charge_id uuid NOT NULL REFERENCES ledger_transaction (id),
  currency char(3) NOT NULL,
  reason text NOT NULL DEFAULT '' CHECK (length(reason) <= 40),
  state text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'credited', 'partly_credited', 'rejected', 'withdrawn')),
  -- What the charge came to, with tax, when it was disputed; and what was given back of it.
  charged_micros bigint NOT NULL CHECK (charged_micros > 0),
  credited_micros bigint NOT NULL DEFAULT 0 CHECK (credited_micros >= 0 AND (credited_micros > 0) = (state IN ('credited', 'partly_credited'))),
  correction_id uuid REFERENCES ledger_transaction (id),
  -- The receipt and the decisions as the buyer saw them at that moment.
  evidence jsonb NOT NULL,
  opened_by text NOT NULL,
  opened_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  decided_by text,
  decided_at timestamptz,
  PRIMARY KEY (tenant_id, id),
  UNIQUE (seller_id, number),
  FOREIGN KEY (tenant_id, call_id) REFERENCES hold (tenant_id, call_id),
  CHECK ((state = 'open') = (decided_at IS NULL)),
  CHECK ((correction_id IS NOT NULL) = (credited_micros > 0))
);
CREATE UNIQUE INDEX dispute_one_open ON dispute (call_id, level) WHERE state = 'open';
CREATE INDEX dispute_of_call ON dispute (call_id, level);
CREATE INDEX dispute_newest ON dispute (tenant_id, opened_at DESC, id DESC);
CREATE INDEX dispute_newest_sold ON dispute (seller_id, opened_at DESC, id DESC);

-- What was said and done, in order. Both sides read it.
CREATE TABLE dispute_event (
  tenant_id uuid NOT NULL,
  dispute_id uuid NOT NULL,
  seq int NOT NULL,
  seller_id uuid NOT NULL REFERENCES tenant (id),
  at timestamptz NOT NULL DEFAULT clock_timestamp(),
  side text NOT NULL CHECK (side IN ('buyer', 'seller')),
  actor text NOT NULL,
  kind text NOT NULL CHECK (kind IN ('opened', 'comment', 'credited', 'partly_credited', 'rejected', 'withdrawn')),
  body text NOT NULL DEFAULT '' CHECK (length(body) <= 2000),
  PRIMARY KEY (tenant_id, dispute_id, seq),
  FOREIGN KEY (tenant_id, dispute_id) REFERENCES dispute (tenant_id, id)
);

-- The last number a seller gave. Its lock makes two presses of one button one dispute.
CREATE TABLE dispute_counter (
  tenant_id uuid PRIMARY KEY REFERENCES tenant (id),
  last_number int NOT NULL DEFAULT 0
);

DO $$
DECLARE t text;
BEGIN
  FOREACH t IN ARRAY ARRAY['dispute', 'dispute_event', 'dispute_counter'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
    EXECUTE format('CREATE POLICY own_tenant ON %I FOR SELECT TO portal_app USING (tenant_id = app_tenant())', t);
    EXECUTE format('CREATE POLICY money_functions ON %I TO portal_charge USING (true) WITH CHECK (true)', t);
  END LOOP;
  FOREACH t IN ARRAY ARRAY['dispute', 'dispute_event'] LOOP
    EXECUTE format('CREATE POLICY sold_by ON %I FOR SELECT TO portal_app USING (seller_id = app_tenant())', t);
  END LOOP;
END $$;
-- Read by both sides, written by the functions below only.
GRANT SELECT ON dispute, dispute_event, dispute_counter TO portal_app;
GRANT SELECT, INSERT, UPDATE ON dispute, dispute_counter TO portal_charge;
GRANT SELECT, INSERT ON dispute_event TO portal_charge;

-- ---------------------------------------------------------------- corrections
-- What a charge comes to by now: net and tax, as the sum over it and everything that corrects it.
CREATE FUNCTION charge_comes_to(p_charge uuid, OUT net bigint, OUT tax bigint)
LANGUAGE sql STABLE AS $$
  SELECT coalesce(sum(s.paid - s.tax), 0)::bigint, coalesce(sum(s.tax), 0)::bigint
  FROM (SELECT p_charge AS id UNION ALL SELECT x.id FROM ledger_transaction x WHERE x.corrects_id = p_charge) linked
  CROSS JOIN LATERAL (
    SELECT coalesce(-sum(e.amount_micros) FILTER (WHERE e.account = 'wallet'), 0) AS paid,
      coalesce(sum(e.amount_micros) FILTER (WHERE e.account = 'tax'), 0) AS tax
    FROM ledger_entry e WHERE e.transaction_id = linked.id) s
$$;

-- Writes corrections of charges of one wallet, in the order given; positive gives back, negative takes. Lines as a charge
-- has them: 1 wallet, 2 revenue, 3 wallet and 4 tax. The wallet is locked by the caller, who has read under that lock what
-- the charges come to and seen that the money is there; the wallet's own constraint sees it again. The day of each call
-- follows, so that what was given back does not count against its caps.
CREATE FUNCTION corrections_post(p_wallet uuid, p_charges uuid[], p_net bigint[], p_tax bigint[], p_keys text[], p_memo text, p_actor text)
RETURNS uuid[] LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan AS $fn$
DECLARE w wallet; seller uuid; ids uuid[]; v_lines bigint; v_moved bigint; now_at timestamptz := clock_timestamp();
BEGIN
  ids := ARRAY(SELECT gen_random_uuid() FROM generate_subscripts(p_charges, 1));
  SELECT * INTO w FROM wallet WHERE id = p_wallet;
  SELECT parent_id INTO seller FROM tenant WHERE id = w.tenant_id;
  INSERT INTO ledger_transaction (tenant_id, id, kind, posting_key, call_id, corrects_id, memo, actor, occurred_at)
    SELECT w.tenant_id, i.id, 'correction', i.key, x.call_id, x.id, p_memo || ': ' || x.memo, p_actor, now_at
    FROM unnest(ids, p_charges, p_keys) AS i (id, charge, key) JOIN ledger_transaction x ON x.id = i.charge AND x.tenant_id = w.tenant_id;
  WITH item AS (SELECT * FROM unnest(ids, p_net, p_tax) WITH ORDINALITY AS i (id, net, tax, place)),
  line AS (
    SELECT i.id, i.place, l.* FROM item i
    CROSS JOIN LATERAL (VALUES (1, 'wallet', i.net), (2, 'revenue', -i.net), (3, 'wallet', i.tax), (4, 'tax', -i.tax)) AS l (line, account, amount)
    WHERE l.amount <> 0),
  counted AS (
    SELECT line.*, count(*) FILTER (WHERE account = 'wallet') OVER upto AS step, sum(amount) FILTER (WHERE account = 'wallet') OVER upto AS moved
    FROM line WINDOW upto AS (ORDER BY place, line)),
  written AS (
    INSERT INTO ledger_entry (tenant_id, transaction_id, line, account, wallet_id, currency, amount_micros, balance_after_micros, seq, occurred_at)
      SELECT CASE account WHEN 'wallet' THEN w.tenant_id ELSE seller END, c.id, c.line, account, CASE account WHEN 'wallet' THEN w.id END, w.currency, amount,
        CASE account WHEN 'wallet' THEN w.posted_micros + c.moved END, CASE account WHEN 'wallet' THEN w.last_seq + c.step END, now_at
      FROM counted c
      RETURNING account, amount_micros)
  SELECT count(*), coalesce(sum(amount_micros), 0) INTO v_lines, v_moved FROM written WHERE account = 'wallet';
  UPDATE wallet SET posted_micros = posted_micros + v_moved, last_seq = last_seq + v_lines WHERE id = w.id;

  -- A plain sum: whatever day it falls on, all days together add up to what the calls came to.
  INSERT INTO spend_day AS s (tenant_id, day, extension_id, charged_micros)
    SELECT c.tenant_id, (c.ended_at AT TIME ZONE t.time_zone)::date, c.extension_id, -sum(i.net + i.tax)
    FROM unnest(p_charges, p_net, p_tax) AS i (charge, net, tax) JOIN ledger_transaction x ON x.id = i.charge
    JOIN call c ON c.tenant_id = w.tenant_id AND c.id = x.call_id JOIN tenant t ON t.id = c.tenant_id
    WHERE c.extension_id IS NOT NULL
    GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
    ON CONFLICT (tenant_id, day, extension_id) DO UPDATE SET charged_micros = s.charged_micros + excluded.charged_micros;
  RETURN ids;
END $fn$;

-- Gives back a part of what one level paid for one call, tax in proportion; NULL is all that is left of it. The seller of
-- that level acts. RF007: no such charge, or not sold by the tenant acted on. RF006: nothing, or more than the charge comes
-- to. RF003: the key was used for another charge. The same key again moves nothing and answers alike.
CREATE FUNCTION charge_credit(p_tenant uuid, p_call uuid, p_amount bigint, p_key text, p_memo text, p_actor text)
RETURNS TABLE (transaction_id uuid, credited_micros bigint, left_micros bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
DECLARE h hold; x ledger_transaction; c record; v_id uuid; v_of uuid; v_amount bigint; v_tax bigint;
BEGIN
  SELECT hold.* INTO h FROM hold JOIN tenant ON tenant.id = hold.tenant_id
    WHERE hold.tenant_id = p_tenant AND hold.call_id = p_call AND hold.state = 'charged' AND tenant.parent_id = app_tenant();
  SELECT * INTO x FROM ledger_transaction WHERE tenant_id = h.tenant_id AND posting_key = 'call:' || h.call_id || ':' || h.level;
  IF x.id IS NULL THEN RAISE EXCEPTION 'no such charge' USING ERRCODE = 'RF007'; END IF;
  -- Whatever corrects a charge holds this lock while it reads and writes.
  PERFORM FROM wallet WHERE id = h.wallet_id FOR UPDATE;
  SELECT * INTO c FROM charge_comes_to(x.id);
  SELECT y.id, y.corrects_id, (SELECT sum(e.amount_micros)::bigint FROM ledger_entry e WHERE e.transaction_id = y.id AND e.account = 'wallet') INTO v_id, v_of, v_amount
    FROM ledger_transaction y WHERE y.tenant_id = p_tenant AND y.posting_key = 'correct:' || p_key;
  IF FOUND THEN
    IF v_of IS DISTINCT FROM x.id OR v_amount <> coalesce(p_amount, v_amount) THEN RAISE EXCEPTION 'posting key reused' USING ERRCODE = 'RF003'; END IF;
    RETURN QUERY SELECT v_id, v_amount, c.net + c.tax;
    RETURN;
  END IF;
  v_amount := coalesce(p_amount, c.net + c.tax);
  IF v_amount <= 0 OR v_amount > c.net + c.tax THEN RAISE EXCEPTION 'a credit is more than nothing and at most what is left of the charge' USING ERRCODE = 'RF006'; END IF;
  v_tax := trunc(v_amount::numeric * c.tax / (c.net + c.tax));
  v_id := (corrections_post(h.wallet_id, ARRAY[x.id], ARRAY[v_amount - v_tax], ARRAY[v_tax], ARRAY['correct:' || p_key], p_memo, p_actor))[1];
  RETURN QUERY SELECT v_id, v_amount, c.net + c.tax - v_amount;
END $fn$;

-- ---------------------------------------------------------------- the life of a dispute
CREATE FUNCTION dispute_note(p_dispute dispute, p_side text, p_kind text, p_body text, p_actor text) RETURNS void
LANGUAGE plpgsql AS $fn$
DECLARE n int;
BEGIN
  SELECT coalesce(max(seq), 0) + 1 INTO n FROM dispute_event WHERE tenant_id = p_dispute.tenant_id AND dispute_id = p_dispute.id;
  -- A case is not a chat: whoever needs more lines than this needs a telephone.
  IF n > 200 AND p_kind = 'comment' THEN RAISE EXCEPTION 'a case holds 200 comments' USING ERRCODE = 'RF001'; END IF;
  INSERT INTO dispute_event (tenant_id, dispute_id, seq, seller_id, side, actor, kind, body)
    VALUES (p_dispute.tenant_id, p_dispute.id, n, p_dispute.seller_id, p_side, p_actor, p_kind, p_body);
END $fn$;

-- The tenant acted on disputes what it paid for a call, with its seller. RF007: it paid for no such call. RF001: the call is
-- older than 90 days, or nothing is left of its charge. While one is open for the call it is the answer, and nothing is made.
CREATE FUNCTION dispute_open(p_call uuid, p_reason text, p_body text, p_evidence jsonb, p_actor text)
RETURNS TABLE (id uuid, number int, seller_id uuid, repeated boolean)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
#variable_conflict use_column
DECLARE h hold; x ledger_transaction; w wallet; c record; d dispute; v_seller uuid; n int; v_ended timestamptz;
BEGIN
  SELECT * INTO h FROM hold WHERE tenant_id = app_tenant() AND call_id = p_call AND state = 'charged';
  SELECT * INTO x FROM ledger_transaction WHERE tenant_id = h.tenant_id AND posting_key = 'call:' || h.call_id || ':' || h.level;
  SELECT parent_id INTO v_seller FROM tenant WHERE tenant.id = h.tenant_id;
  IF x.id IS NULL OR v_seller IS NULL THEN RAISE EXCEPTION 'no such charge' USING ERRCODE = 'RF007'; END IF;
  INSERT INTO dispute_counter (tenant_id) VALUES (v_seller) ON CONFLICT DO NOTHING;
  SELECT last_number + 1 INTO n FROM dispute_counter WHERE tenant_id = v_seller FOR UPDATE;
  SELECT * INTO d FROM dispute WHERE call_id = h.call_id AND level = h.level AND state = 'open';
  IF FOUND THEN
    RETURN QUERY SELECT d.id, d.number, d.seller_id, true;
    RETURN;
  END IF;
  SELECT ended_at INTO v_ended FROM call WHERE tenant_id = h.call_tenant_id AND call.id = h.call_id;
  SELECT * INTO c FROM charge_comes_to(x.id);
  IF v_ended < clock_timestamp() - interval '90 days' OR c.net + c.tax <= 0 THEN
    RAISE EXCEPTION 'too old, or nothing is left of the charge' USING ERRCODE = 'RF001';
  END IF;
  SELECT * INTO w FROM wallet WHERE wallet.id = h.wallet_id;
  UPDATE dispute_counter SET last_number = n WHERE tenant_id = v_seller;
  INSERT INTO dispute (tenant_id, seller_id, number, call_id, level, charge_id, currency, reason, charged_micros, evidence, opened_by)
    VALUES (h.tenant_id, v_seller, n, h.call_id, h.level, x.id, w.currency, p_reason, c.net + c.tax, p_evidence, p_actor) RETURNING * INTO d;
  PERFORM dispute_note(d, 'buyer', 'opened', p_body, p_actor);
  RETURN QUERY SELECT d.id, d.number, d.seller_id, false;
END $fn$;

-- Locks an open dispute of one side. RF007: there is none, or the tenant acted on is not that side. RF001: it is over.
CREATE FUNCTION dispute_take(p_dispute uuid, p_side text) RETURNS dispute
LANGUAGE plpgsql AS $fn$
DECLARE d dispute;
BEGIN
  SELECT * INTO d FROM dispute WHERE id = p_dispute AND app_tenant() = CASE p_side WHEN 'buyer' THEN tenant_id WHEN 'seller' THEN seller_id END FOR UPDATE;
  IF NOT FOUND THEN RAISE EXCEPTION 'no such dispute' USING ERRCODE = 'RF007'; END IF;
  IF d.state <> 'open' THEN RAISE EXCEPTION 'the dispute is over' USING ERRCODE = 'RF001'; END IF;
  RETURN d;
END $fn$;

-- Something to say, from either side. A buyer may also name or change the reason.
CREATE FUNCTION dispute_say(p_dispute uuid, p_side text, p_reason text, p_body text, p_actor text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
DECLARE d dispute := dispute_take(p_dispute, p_side);
BEGIN
  IF p_reason IS NOT NULL AND p_side = 'buyer' THEN UPDATE dispute SET reason = p_reason WHERE tenant_id = d.tenant_id AND id = d.id; END IF;
  IF p_body <> '' THEN PERFORM dispute_note(d, p_side, 'comment', p_body, p_actor); END IF;
END $fn$;

CREATE FUNCTION dispute_withdraw(p_dispute uuid, p_actor text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
DECLARE d dispute := dispute_take(p_dispute, 'buyer');
BEGIN
  UPDATE dispute SET state = 'withdrawn', decided_by = p_actor, decided_at = clock_timestamp() WHERE tenant_id = d.tenant_id AND id = d.id;
  PERFORM dispute_note(d, 'buyer', 'withdrawn', '', p_actor);
END $fn$;

-- The seller decides: p_credit NULL gives back all that is left of the charge, 0 rejects, anything between is a part. Money
-- and state change together. RF001: decided already. RF006: more than is left of the charge.
CREATE FUNCTION dispute_decide(p_dispute uuid, p_credit bigint, p_body text, p_actor text)
RETURNS TABLE (state text, credited_micros bigint, transaction_id uuid)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
#variable_conflict use_column
DECLARE d dispute := dispute_take(p_dispute, 'seller'); v_state text := 'rejected'; v_credit bigint := 0; v_txn uuid; v_left bigint;
BEGIN
  IF p_credit IS DISTINCT FROM 0 THEN
    SELECT c.transaction_id, c.credited_micros, c.left_micros INTO v_txn, v_credit, v_left
      FROM charge_credit(d.tenant_id, d.call_id, p_credit, 'dispute:' || d.id, 'Credit D-' || lpad(d.number::text, 6, '0'), p_actor) c;
    v_state := CASE WHEN v_left = 0 THEN 'credited' ELSE 'partly_credited' END;
  END IF;
  UPDATE dispute SET state = v_state, credited_micros = v_credit, correction_id = v_txn, decided_by = p_actor, decided_at = clock_timestamp()
    WHERE tenant_id = d.tenant_id AND id = d.id;
  PERFORM dispute_note(d, 'seller', v_state, p_body, p_actor);
  RETURN QUERY SELECT v_state, v_credit, v_txn;
END $fn$;

DO $$
DECLARE f text;
BEGIN
  FOREACH f IN ARRAY ARRAY['charge_comes_to(uuid)', 'corrections_post(uuid, uuid[], bigint[], bigint[], text[], text, text)',
    'charge_credit(uuid, uuid, bigint, text, text, text)', 'dispute_note(dispute, text, text, text, text)', 'dispute_open(uuid, text, text, jsonb, text)',
    'dispute_take(uuid, text)', 'dispute_say(uuid, text, text, text, text)', 'dispute_withdraw(uuid, text)', 'dispute_decide(uuid, bigint, text, text)'] LOOP
    EXECUTE format('ALTER FUNCTION %s OWNER TO portal_charge', f);
    EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', f);
  END LOOP;
  FOREACH f IN ARRAY ARRAY['charge_credit(uuid, uuid, bigint, text, text, text)', 'dispute_open(uuid, text, text, jsonb, text)',
    'dispute_say(uuid, text, text, text, text)', 'dispute_withdraw(uuid, text)', 'dispute_decide(uuid, bigint, text, text)'] LOOP
    EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO portal_app', f);
  END LOOP;
END $$;
-- What a charge comes to is no secret to who may read its lines: it reads with the rights of whoever asks.
GRANT EXECUTE ON FUNCTION charge_comes_to(uuid) TO portal_app;
REVOKE CREATE ON SCHEMA public FROM portal_charge;
