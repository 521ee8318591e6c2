-- What happens by itself when credit gets low: a mail to the owners, and a charge of the saved card. The levels stand at the
-- wallet, so that whatever moves its money notices at its end, and a wallet without levels costs nothing more. Lock order:
-- the payment, then wallets by id, then the settings here.
GRANT CREATE ON SCHEMA public TO portal_charge;

ALTER TABLE wallet
  -- Armed: the owners are told when less than this is available; NULL once they were.
  ADD COLUMN alert_at_micros bigint CHECK (alert_at_micros > 0),
  -- Armed: they are told as well when it lasts less than so many days. Each charge looks at the pace, because it changes it.
  ADD COLUMN alert_days int CHECK (alert_days BETWEEN 1 AND 60),
  -- Told: armed anew once this much is available.
  ADD COLUMN rearm_at_micros bigint CHECK (rearm_at_micros >= 0),
  -- Armed: the saved card is charged when less than this is available; NULL while that is under way, or may not be.
  ADD COLUMN top_up_at_micros bigint CHECK (top_up_at_micros > 0);

CREATE TABLE balance_alert (
  tenant_id uuid NOT NULL PRIMARY KEY,
  wallet_id uuid NOT NULL UNIQUE,
  below_micros bigint CHECK (below_micros > 0),
  below_days int CHECK (below_days BETWEEN 1 AND 60),
  armed boolean NOT NULL DEFAULT true,
  -- The last time that it went off, with what was there and what the level was then.
  fired_at timestamptz,
  fired_available_micros bigint,
  fired_level_micros bigint,
  -- The firing of which the owners know.
  told_at timestamptz,
  actor text NOT NULL,
  updated_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  FOREIGN KEY (tenant_id, wallet_id) REFERENCES wallet (tenant_id, id),
  CHECK (below_micros IS NOT NULL OR below_days IS NOT NULL)
);

CREATE TABLE auto_top_up (
  tenant_id uuid NOT NULL PRIMARY KEY,
  wallet_id uuid NOT NULL UNIQUE,
  card_id uuid NOT NULL,
  threshold_micros bigint NOT NULL CHECK (threshold_micros > 0),
  amount_micros bigint NOT NULL CHECK (amount_micros > 0),
  -- The most that is charged in a month of the tenant's calendar.
  monthly_micros bigint NOT NULL CHECK (monthly_micros >= amount_micros),
  state text NOT NULL DEFAULT 'on' CHECK (state IN ('on', 'paused', 'off')),
  -- Charges that failed since the last one that did not; the third pauses it.
  failures int NOT NULL DEFAULT 0,
  note text NOT NULL DEFAULT '' CHECK (length(note) <= 200),
  next_try_at timestamptz,
  -- The month whose maximum is reached.
  capped_month date,
  -- What the owners are yet to be told: 'paused' or 'capped'.
  untold text CHECK (untold IN ('paused', 'capped')),
  actor text NOT NULL,
  updated_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  FOREIGN KEY (tenant_id, wallet_id) REFERENCES wallet (tenant_id, id),
  FOREIGN KEY (tenant_id, card_id) REFERENCES saved_card (tenant_id, id)
);

-- One charge at a time, whatever runs in parallel.
CREATE UNIQUE INDEX payment_one_auto ON payment (tenant_id) WHERE purpose = 'auto' AND state = 'pending';
-- When the provider is asked about a payment of which it told nothing; each time later than the last.
ALTER TABLE payment
  ADD COLUMN looks int NOT NULL DEFAULT 0,
  ADD COLUMN next_look_at timestamptz NOT NULL DEFAULT clock_timestamp() + interval '2 minutes';
CREATE INDEX payment_to_look_at ON payment (next_look_at) WHERE state = 'pending';
-- When a refund whose job was given up is told to the provider again.
ALTER TABLE payment_reversal ADD COLUMN next_try_at timestamptz NOT NULL DEFAULT clock_timestamp() + interval '1 day';
CREATE INDEX payment_reversal_asked ON payment_reversal (next_try_at) WHERE state = 'asked';

DO $$
DECLARE t text;
BEGIN
  FOREACH t IN ARRAY ARRAY['balance_alert', 'auto_top_up'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
    EXECUTE format('CREATE POLICY own_tenant ON %I TO portal_app USING (tenant_id = app_tenant()) WITH CHECK (tenant_id = app_tenant())', t);
    EXECUTE format('CREATE POLICY tenants_below ON %I FOR SELECT TO portal_app USING (app_subtree() AND tenant_id IN '
      '(SELECT descendant_id FROM tenant_below WHERE ancestor_id = app_tenant()))', t);
    EXECUTE format('CREATE POLICY money_functions ON %I TO portal_charge USING (true) WITH CHECK (true)', t);
    EXECUTE format('GRANT SELECT ON %I TO portal_app', t);
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %I TO portal_charge', t);
  END LOOP;
END $$;
GRANT SELECT, INSERT ON outbox_job TO portal_charge;

-- Asks for a job in the transaction that needs it, as the outbox of the portal does.
CREATE FUNCTION job_ask(p_tenant uuid, p_job text, p_payload jsonb) RETURNS void
LANGUAGE plpgsql SET search_path = public, pg_temp AS $fn$
BEGIN
  INSERT INTO outbox_job (tenant_id, job_name, payload) VALUES (p_tenant, p_job, p_payload);
  PERFORM pg_notify('outbox', '');
END $fn$;

-- ---------------------------------------------------------------- alerts
-- Below how much the owners want to know: the amount, or what so many days cost at the pace of the last seven.
CREATE FUNCTION alert_level(a balance_alert) RETURNS bigint
LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
  SELECT greatest(coalesce(a.below_micros, 0), CASE WHEN a.below_days IS NULL THEN 0 ELSE (
    SELECT ceil(coalesce(sum(d.charged_micros), 0) * a.below_days / 7)::bigint
    FROM tenant t CROSS JOIN LATERAL (SELECT (now() AT TIME ZONE t.time_zone)::date AS day) today
      JOIN spend_day d ON d.tenant_id = t.id AND d.day BETWEEN today.day - 6 AND today.day
    WHERE t.id = a.tenant_id) END)
$$;

-- A tenth above the level: what goes up and down around it tells nobody twice.
CREATE FUNCTION alert_rearm_level(p_level bigint) RETURNS bigint LANGUAGE sql IMMUTABLE AS $$ SELECT p_level + (p_level + 9) / 10 $$;

-- Fires or arms the alert of a wallet. The wallet is locked by the caller, or was changed by it.
CREATE FUNCTION alert_look(p_wallet uuid) RETURNS void
LANGUAGE plpgsql SET search_path = public, pg_temp AS $fn$
DECLARE w wallet; a balance_alert; v_free bigint; v_level bigint; v_again bigint;
BEGIN
  SELECT * INTO a FROM balance_alert WHERE wallet_id = p_wallet FOR UPDATE;
  IF NOT FOUND THEN RETURN; END IF;
  SELECT * INTO w FROM wallet WHERE id = p_wallet;
  v_free := w.posted_micros - w.held_micros + w.credit_limit_micros;
  v_level := alert_level(a);
  v_again := alert_rearm_level(v_level);
  IF a.armed AND v_free < v_level THEN
    UPDATE balance_alert SET armed = false, fired_at = clock_timestamp(), fired_available_micros = v_free, fired_level_micros = v_level
      WHERE tenant_id = a.tenant_id;
    UPDATE wallet SET alert_at_micros = NULL, alert_days = NULL, rearm_at_micros = v_again WHERE id = w.id;
    PERFORM job_ask(a.tenant_id, 'balance.tell_owners', '{}'), pg_notify('live', json_build_object('t', a.tenant_id, 'k', 'balance')::text);
  ELSIF NOT a.armed AND v_free >= v_again THEN
    UPDATE balance_alert SET armed = true WHERE tenant_id = a.tenant_id;
    UPDATE wallet SET alert_at_micros = a.below_micros, alert_days = a.below_days, rearm_at_micros = NULL WHERE id = w.id;
  ELSIF NOT a.armed AND w.rearm_at_micros IS DISTINCT FROM v_again THEN
    UPDATE wallet SET rearm_at_micros = v_again WHERE id = w.id;
  END IF;
END $fn$;

-- Sets the alert of the tenant acted on; both NULL: none. What is set anew is armed anew. RF001: the operator has no wallet.
CREATE FUNCTION balance_alert_set(p_below bigint, p_days int, p_actor text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
DECLARE w wallet; a balance_alert;
BEGIN
  SELECT x.* INTO w FROM wallet x JOIN tenant t ON t.id = x.tenant_id AND t.currency = x.currency
    WHERE t.id = app_tenant() AND t.kind <> 'operator' FOR UPDATE OF x;
  IF NOT FOUND THEN RAISE EXCEPTION 'nobody is told about the operator''s own balance' USING ERRCODE = 'RF001'; END IF;
  SELECT * INTO a FROM balance_alert WHERE wallet_id = w.id FOR UPDATE;
  IF FOUND AND a.below_micros IS NOT DISTINCT FROM p_below AND a.below_days IS NOT DISTINCT FROM p_days THEN RETURN; END IF;
  UPDATE wallet SET alert_at_micros = p_below, alert_days = p_days, rearm_at_micros = NULL WHERE id = w.id;
  IF p_below IS NULL AND p_days IS NULL THEN DELETE FROM balance_alert WHERE wallet_id = w.id; RETURN; END IF;
  INSERT INTO balance_alert (tenant_id, wallet_id, below_micros, below_days, actor) VALUES (w.tenant_id, w.id, p_below, p_days, p_actor)
    ON CONFLICT (tenant_id) DO UPDATE SET below_micros = p_below, below_days = p_days, armed = true, actor = p_actor, updated_at = clock_timestamp();
  PERFORM alert_look(w.id);
END $fn$;

-- ---------------------------------------------------------------- automatic top-ups
-- Asks for a charge, or arms the level anew. The wallet is locked by the caller, or was changed by it. The job looks again.
CREATE FUNCTION top_up_look(p_wallet uuid) RETURNS void
LANGUAGE plpgsql SET search_path = public, pg_temp AS $fn$
DECLARE w wallet; a auto_top_up; v_free bigint;
BEGIN
  SELECT * INTO a FROM auto_top_up WHERE wallet_id = p_wallet;
  SELECT * INTO w FROM wallet WHERE id = p_wallet;
  v_free := w.posted_micros - w.held_micros + w.credit_limit_micros;
  IF a.state = 'on' AND v_free >= a.threshold_micros THEN
    IF w.top_up_at_micros IS NULL AND NOT EXISTS (SELECT FROM payment WHERE tenant_id = a.tenant_id AND purpose = 'auto' AND state = 'pending') THEN
      UPDATE wallet SET top_up_at_micros = a.threshold_micros WHERE id = w.id;
    END IF;
  ELSIF a.state = 'on' THEN
    UPDATE wallet SET top_up_at_micros = NULL WHERE id = w.id AND top_up_at_micros IS NOT NULL;
    PERFORM job_ask(a.tenant_id, 'payments.auto_top_up', '{}');
  END IF;
END $fn$;

-- At the end of the transaction that moved money past a level.
CREATE FUNCTION wallet_levels() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
DECLARE w wallet;
BEGIN
  PERFORM alert_look(NEW.id);
  SELECT * INTO w FROM wallet WHERE id = NEW.id;
  IF w.top_up_at_micros > w.posted_micros - w.held_micros + w.credit_limit_micros THEN PERFORM top_up_look(NEW.id); END IF;
  RETURN NULL;
END $fn$;
CREATE CONSTRAINT TRIGGER wallet_levels AFTER UPDATE ON wallet DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
  WHEN (NEW.alert_at_micros > NEW.posted_micros - NEW.held_micros + NEW.credit_limit_micros
    OR NEW.top_up_at_micros > NEW.posted_micros - NEW.held_micros + NEW.credit_limit_micros
    OR NEW.rearm_at_micros <= NEW.posted_micros - NEW.held_micros + NEW.credit_limit_micros
    OR (NEW.alert_days IS NOT NULL AND NEW.posted_micros < OLD.posted_micros))
  EXECUTE FUNCTION wallet_levels();

-- Turns it on for the tenant acted on, as asked for, with no failure and no reached maximum remembered. RF007: no such card.
CREATE FUNCTION auto_top_up_set(p_card uuid, p_threshold bigint, p_amount bigint, p_monthly bigint, p_actor text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
DECLARE w wallet;
BEGIN
  SELECT x.* INTO w FROM wallet x JOIN tenant t ON t.id = x.tenant_id AND t.currency = x.currency
    WHERE t.id = app_tenant() AND t.kind <> 'operator' FOR UPDATE OF x;
  IF NOT FOUND THEN RAISE EXCEPTION 'the operator has nobody to pay' USING ERRCODE = 'RF001'; END IF;
  IF NOT EXISTS (SELECT FROM saved_card WHERE tenant_id = w.tenant_id AND id = p_card AND removed_at IS NULL) THEN
    RAISE EXCEPTION 'no such card' USING ERRCODE = 'RF007';
  END IF;
  INSERT INTO auto_top_up (tenant_id, wallet_id, card_id, threshold_micros, amount_micros, monthly_micros, actor)
    VALUES (w.tenant_id, w.id, p_card, p_threshold, p_amount, p_monthly, p_actor)
    ON CONFLICT (tenant_id) DO UPDATE SET card_id = p_card, threshold_micros = p_threshold, amount_micros = p_amount, monthly_micros = p_monthly,
      state = 'on', failures = 0, note = '', next_try_at = NULL, capped_month = NULL, untold = NULL, actor = p_actor, updated_at = clock_timestamp();
  UPDATE wallet SET top_up_at_micros = p_threshold WHERE id = w.id;
END $fn$;

-- Stops it ('off'), or lets it go on after a pause ('on'), for the tenant acted on. RF001: it was never set up.
CREATE FUNCTION auto_top_up_switch(p_state text, p_actor text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
DECLARE w wallet; a auto_top_up;
BEGIN
  SELECT x.* INTO w FROM wallet x JOIN auto_top_up s ON s.wallet_id = x.id WHERE s.tenant_id = app_tenant() FOR UPDATE OF x;
  IF NOT FOUND THEN RAISE EXCEPTION 'it was never set up' USING ERRCODE = 'RF001'; END IF;
  UPDATE auto_top_up SET state = p_state, failures = 0, note = '', next_try_at = NULL, capped_month = NULL, untold = NULL, actor = p_actor,
    updated_at = clock_timestamp() WHERE tenant_id = app_tenant() RETURNING * INTO a;
  UPDATE wallet SET top_up_at_micros = CASE WHEN p_state = 'on' THEN a.threshold_micros END WHERE id = w.id;
END $fn$;

-- What the tenant acted on was charged by itself in the month of p_at on its calendar; what went back counts as charged.
CREATE FUNCTION auto_top_up_charged(p_at timestamptz) RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT coalesce(sum(p.amount_micros), 0)::bigint FROM payment p JOIN tenant t ON t.id = p.tenant_id
  WHERE p.tenant_id = app_tenant() AND p.purpose = 'auto' AND p.state <> 'failed'
    AND p.created_at >= date_trunc('month', p_at AT TIME ZONE t.time_zone) AT TIME ZONE t.time_zone
$$;

-- Begins the charge of a saved card for the tenant acted on. 'charge': this payment begins; 'again': it began before, and its
-- id is the provider's key, so that asking again charges nothing twice. Else why not: 'off', 'enough', 'later' (a failure is
-- fresh), 'waits' (the provider is to be asked how the last one ended), 'suspended'. 'paused' and 'capped' are changes, and
-- the owners are told.
CREATE FUNCTION auto_top_up_begin(p_provider text, p_at timestamptz)
RETURNS TABLE (verdict text, wallet_id uuid, payment_id uuid, amount_micros bigint, currency char(3), customer_ref text, method_ref text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
#variable_conflict use_column
DECLARE w wallet; a auto_top_up; c saved_card; p payment; v_month date;
BEGIN
  SELECT x.* INTO w FROM wallet x JOIN auto_top_up s ON s.wallet_id = x.id WHERE s.tenant_id = app_tenant() FOR UPDATE OF x;
  wallet_id := w.id;
  SELECT * INTO a FROM auto_top_up WHERE tenant_id = app_tenant() FOR UPDATE;
  SELECT * INTO p FROM payment WHERE tenant_id = app_tenant() AND purpose = 'auto' AND state = 'pending';
  IF p.id IS NOT NULL THEN
    SELECT * INTO c FROM saved_card WHERE tenant_id = p.tenant_id AND id = p.card_id;
    -- A provider forgets its keys after a day.
    IF p.provider <> p_provider OR p.created_at < p_at - interval '20 hours' THEN verdict := 'waits'; RETURN NEXT; RETURN; END IF;
    RETURN QUERY SELECT 'again', w.id, p.id, p.amount_micros, p.currency, c.customer_ref, c.method_ref; RETURN;
  END IF;
  IF a.state IS DISTINCT FROM 'on' THEN verdict := 'off'; RETURN NEXT; RETURN; END IF;
  IF w.posted_micros - w.held_micros + w.credit_limit_micros >= a.threshold_micros THEN verdict := 'enough'; RETURN NEXT; RETURN; END IF;
  IF a.next_try_at > p_at THEN verdict := 'later'; RETURN NEXT; RETURN; END IF;
  IF EXISTS (SELECT FROM tenant_below b JOIN tenant t ON t.id = b.ancestor_id WHERE b.descendant_id = a.tenant_id AND t.state = 'suspended') THEN
    verdict := 'suspended'; RETURN NEXT; RETURN;
  END IF;
  SELECT * INTO c FROM saved_card WHERE tenant_id = a.tenant_id AND id = a.card_id AND removed_at IS NULL AND provider = p_provider;
  IF NOT FOUND THEN
    UPDATE auto_top_up SET state = 'paused', note = 'The saved card is not there any more.', untold = 'paused' WHERE tenant_id = a.tenant_id;
    PERFORM job_ask(a.tenant_id, 'balance.tell_owners', '{}');
    verdict := 'paused'; RETURN NEXT; RETURN;
  END IF;
  SELECT date_trunc('month', p_at AT TIME ZONE t.time_zone)::date INTO v_month FROM tenant t WHERE t.id = a.tenant_id;
  IF auto_top_up_charged(p_at) + a.amount_micros > a.monthly_micros THEN
    verdict := CASE WHEN a.capped_month IS DISTINCT FROM v_month THEN 'capped' ELSE 'later' END;
    IF verdict = 'capped' THEN
      UPDATE auto_top_up SET capped_month = v_month, untold = 'capped' WHERE tenant_id = a.tenant_id;
      PERFORM job_ask(a.tenant_id, 'balance.tell_owners', '{}');
    END IF;
    RETURN NEXT; RETURN;
  END IF;
  INSERT INTO payment (tenant_id, provider, purpose, currency, amount_micros, card_id, actor, created_at)
    VALUES (a.tenant_id, p_provider, 'auto', w.currency, a.amount_micros, c.id, 'auto', p_at) RETURNING * INTO p;
  UPDATE wallet SET top_up_at_micros = NULL WHERE id = w.id;
  RETURN QUERY SELECT 'charge', w.id, p.id, p.amount_micros, p.currency, c.customer_ref, c.method_ref;
END $fn$;

-- How an automatic charge ended, whoever told it: counted here, once. And whatever happens to a payment, its page hears of it.
CREATE FUNCTION payment_moved() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
DECLARE a auto_top_up;
BEGIN
  PERFORM pg_notify('live', json_build_object('t', NEW.tenant_id, 'k', 'balance')::text);
  IF NEW.purpose <> 'auto' THEN RETURN NULL; END IF;
  PERFORM FROM wallet w JOIN auto_top_up s ON s.wallet_id = w.id WHERE s.tenant_id = NEW.tenant_id FOR UPDATE OF w;
  IF NEW.state = 'failed' AND OLD.state = 'pending' THEN
    UPDATE auto_top_up SET failures = failures + 1, note = left(NEW.failure, 200), next_try_at = clock_timestamp() + interval '10 minutes' * (failures + 1),
      state = CASE WHEN state = 'on' AND failures + 1 >= 3 THEN 'paused' ELSE state END,
      untold = CASE WHEN state = 'on' AND failures + 1 >= 3 THEN 'paused' ELSE untold END
      WHERE tenant_id = NEW.tenant_id RETURNING * INTO a;
    IF a.untold IS NOT NULL THEN PERFORM job_ask(a.tenant_id, 'balance.tell_owners', '{}'); END IF;
  ELSIF OLD.state IN ('pending', 'failed') THEN
    UPDATE auto_top_up SET failures = 0, note = '', next_try_at = NULL WHERE tenant_id = NEW.tenant_id AND state = 'on' RETURNING * INTO a;
    UPDATE wallet SET top_up_at_micros = a.threshold_micros WHERE id = a.wallet_id;
  END IF;
  RETURN NULL;
END $fn$;
CREATE TRIGGER payment_moved AFTER UPDATE OF state ON payment FOR EACH ROW WHEN (NEW.state <> OLD.state) EXECUTE FUNCTION payment_moved();

-- ---------------------------------------------------------------- what the owners are told, once
-- What is new for the owners of the tenant acted on; it is told with this. No row: nothing.
CREATE FUNCTION owners_news()
RETURNS TABLE (news text, available_micros bigint, level_micros bigint, below_days int, amount_micros bigint, monthly_micros bigint, note text, currency char(3))
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
#variable_conflict use_column
BEGIN
  -- As everybody who comes to the settings: whoever moves the money looks at them last, with all else locked.
  PERFORM FROM wallet w JOIN tenant t ON t.id = w.tenant_id AND t.currency = w.currency WHERE t.id = app_tenant() FOR UPDATE OF w;
  RETURN QUERY WITH told AS (UPDATE balance_alert SET told_at = fired_at WHERE tenant_id = app_tenant() AND fired_at IS NOT NULL
      AND told_at IS DISTINCT FROM fired_at RETURNING *)
    SELECT 'low'::text, a.fired_available_micros, a.fired_level_micros, a.below_days, NULL::bigint, NULL::bigint, ''::text, w.currency
    FROM told a JOIN wallet w ON w.id = a.wallet_id;
  RETURN QUERY WITH old AS (SELECT * FROM auto_top_up WHERE tenant_id = app_tenant() AND untold IS NOT NULL FOR UPDATE),
      told AS (UPDATE auto_top_up a SET untold = NULL FROM old WHERE a.tenant_id = old.tenant_id RETURNING old.*)
    SELECT a.untold, w.posted_micros - w.held_micros + w.credit_limit_micros, a.threshold_micros, NULL::int, a.amount_micros, a.monthly_micros, a.note, w.currency
    FROM told a JOIN wallet w ON w.id = a.wallet_id;
END $fn$;

-- ---------------------------------------------------------------- looked at once a minute, because time passes and words get lost
-- Wallets at which something is due: a level passed by time, a failure old enough to try again, news that nobody told.
CREATE FUNCTION levels_due(p_at timestamptz) RETURNS TABLE (wallet_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT w.id FROM balance_alert a JOIN wallet w ON w.id = a.wallet_id CROSS JOIN LATERAL alert_level(a) AS level
    WHERE CASE WHEN a.armed THEN w.posted_micros - w.held_micros + w.credit_limit_micros < level
      ELSE w.posted_micros - w.held_micros + w.credit_limit_micros >= alert_rearm_level(level) END
      OR (a.told_at IS DISTINCT FROM a.fired_at AND a.fired_at < p_at - interval '1 minute')
  UNION
  SELECT w.id FROM auto_top_up a JOIN wallet w ON w.id = a.wallet_id JOIN tenant t ON t.id = a.tenant_id
    WHERE a.untold IS NOT NULL OR (a.state = 'on' AND w.top_up_at_micros IS NULL AND coalesce(a.next_try_at <= p_at, true)
      AND (w.posted_micros - w.held_micros + w.credit_limit_micros >= a.threshold_micros
        OR a.capped_month IS DISTINCT FROM date_trunc('month', p_at AT TIME ZONE t.time_zone)::date))
  LIMIT 1000
$$;

-- Looks at one of them. Locks the wallet.
CREATE FUNCTION levels_look(p_wallet uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
DECLARE w wallet;
BEGIN
  SELECT * INTO w FROM wallet WHERE id = p_wallet FOR UPDATE;
  PERFORM alert_look(w.id);
  PERFORM top_up_look(w.id);
  IF EXISTS (SELECT FROM balance_alert WHERE wallet_id = w.id AND told_at IS DISTINCT FROM fired_at)
    OR EXISTS (SELECT FROM auto_top_up WHERE wallet_id = w.id AND untold IS NOT NULL) THEN
    PERFORM job_ask(w.tenant_id, 'balance.tell_owners', '{}');
  END IF;
END $fn$;

-- Payments of which the provider told nothing yet: taken for one look each, the next one later. A visit that never reached
-- the provider's page cannot be paid any more and has failed after an hour.
CREATE FUNCTION payments_take_unsettled(p_provider text, p_at timestamptz, p_limit int)
RETURNS TABLE (tenant_id uuid, payment_id uuid, purpose text, session_ref text, customer_ref text, currency char(3), amount_micros bigint, save_card boolean, created_at timestamptz)
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
  WITH due AS (SELECT p.tenant_id, p.id FROM payment p WHERE p.state = 'pending' AND p.provider = p_provider AND p.next_look_at <= p_at
      ORDER BY p.next_look_at LIMIT p_limit FOR UPDATE SKIP LOCKED)
  UPDATE payment p SET looks = p.looks + 1, next_look_at = p_at + least(interval '1 minute' * 2 ^ least(p.looks, 6), interval '1 hour')
  FROM due WHERE p.tenant_id = due.tenant_id AND p.id = due.id
  RETURNING p.tenant_id, p.id, p.purpose, p.session_ref, (SELECT c.customer_ref FROM saved_card c WHERE c.tenant_id = p.tenant_id AND c.id = p.card_id),
    p.currency, p.amount_micros, p.save_card, p.created_at
$$;

-- Refunds that are booked here and of which the provider knows nothing, a day after their job began: asked again, every six hours.
CREATE FUNCTION refunds_ask_again(p_at timestamptz) RETURNS int
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
DECLARE r record; n int := 0;
BEGIN
  FOR r IN SELECT tenant_id, id FROM payment_reversal WHERE kind = 'refund' AND state = 'asked' AND next_try_at <= p_at ORDER BY next_try_at LIMIT 100
      FOR UPDATE SKIP LOCKED LOOP
    UPDATE payment_reversal SET next_try_at = p_at + interval '6 hours' WHERE tenant_id = r.tenant_id AND id = r.id;
    PERFORM job_ask(r.tenant_id, 'payments.refund', jsonb_build_object('reversalId', r.id));
    n := n + 1;
  END LOOP;
  RETURN n;
END $fn$;

DO $$
DECLARE f text;
BEGIN
  FOREACH f IN ARRAY ARRAY['job_ask(uuid, text, jsonb)', 'alert_level(balance_alert)', 'alert_rearm_level(bigint)', 'alert_look(uuid)',
    'balance_alert_set(bigint, int, text)', 'top_up_look(uuid)', 'wallet_levels()', 'auto_top_up_set(uuid, bigint, bigint, bigint, text)',
    'auto_top_up_switch(text, text)', 'auto_top_up_charged(timestamptz)', 'auto_top_up_begin(text, timestamptz)', 'payment_moved()', 'owners_news()',
    'levels_due(timestamptz)', 'levels_look(uuid)', 'payments_take_unsettled(text, timestamptz, int)', 'refunds_ask_again(timestamptz)'] LOOP
    EXECUTE format('ALTER FUNCTION %s OWNER TO portal_charge', f);
    EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', f);
  END LOOP;
  FOREACH f IN ARRAY ARRAY['balance_alert_set(bigint, int, text)', 'auto_top_up_set(uuid, bigint, bigint, bigint, text)', 'auto_top_up_switch(text, text)',
    'auto_top_up_charged(timestamptz)', 'auto_top_up_begin(text, timestamptz)', 'owners_news()', 'levels_due(timestamptz)', 'levels_look(uuid)',
    'payments_take_unsettled(text, timestamptz, int)', 'refunds_ask_again(timestamptz)'] LOOP
    EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO portal_app', f);
  END LOOP;
END $$;
REVOKE CREATE ON SCHEMA public FROM portal_charge;
