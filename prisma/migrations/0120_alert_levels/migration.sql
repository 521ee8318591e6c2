-- Low credit is told at up to three levels, each an amount or days that are left, each armed by itself.
GRANT CREATE ON SCHEMA public TO portal_charge;

ALTER TABLE balance_alert ADD COLUMN level smallint NOT NULL DEFAULT 1 CHECK (level BETWEEN 1 AND 3);
ALTER TABLE balance_alert DROP CONSTRAINT balance_alert_pkey;
ALTER TABLE balance_alert DROP CONSTRAINT balance_alert_wallet_id_key;
ALTER TABLE balance_alert ADD PRIMARY KEY (tenant_id, level);
CREATE INDEX balance_alert_wallet ON balance_alert (wallet_id);
-- What was an amount or days, whichever came first, becomes one level of each; they are as armed as it was.
INSERT INTO balance_alert (tenant_id, wallet_id, level, below_days, armed, fired_at, fired_available_micros, fired_level_micros, told_at, actor, updated_at)
  SELECT tenant_id, wallet_id, 2, below_days, armed, fired_at, fired_available_micros, fired_level_micros, told_at, actor, updated_at FROM balance_alert
  WHERE below_micros IS NOT NULL AND below_days IS NOT NULL;
UPDATE balance_alert SET below_days = NULL WHERE below_micros IS NOT NULL AND below_days IS NOT NULL;
ALTER TABLE balance_alert ALTER COLUMN level DROP DEFAULT;
ALTER TABLE balance_alert ADD CHECK (num_nonnulls(below_micros, below_days) = 1);
ALTER TABLE balance_alert ADD UNIQUE NULLS NOT DISTINCT (tenant_id, below_micros, below_days);

-- Fires and arms the levels of a wallet, each by itself; what passes several at once asks for one mail. The wallet is locked by the
-- caller, or was changed by it.
CREATE OR REPLACE FUNCTION alert_look(p_wallet uuid) RETURNS void
LANGUAGE plpgsql SET search_path = public, pg_temp AS $fn$
DECLARE w wallet; a balance_alert; v_free bigint; v_level bigint; v_fired boolean := false; v_at bigint; v_days int; v_rearm bigint;
BEGIN
  PERFORM FROM balance_alert WHERE wallet_id = p_wallet ORDER BY level FOR UPDATE;
  IF NOT FOUND THEN RETURN; END IF;
  SELECT * INTO w FROM wallet WHERE id = p_wallet;
  v_free := w.posted_micros - w.held_micros + w.credit_limit_micros;
  FOR a IN SELECT * FROM balance_alert WHERE wallet_id = p_wallet ORDER BY level LOOP
    v_level := alert_level(a);
    IF a.armed AND v_free < v_level THEN
      UPDATE balance_alert SET armed = false, fired_at = clock_timestamp(), fired_available_micros = v_free, fired_level_micros = v_level
        WHERE tenant_id = a.tenant_id AND level = a.level;
      a.armed := false; v_fired := true;
    ELSIF NOT a.armed AND v_free >= alert_rearm_level(v_level) THEN
      UPDATE balance_alert SET armed = true WHERE tenant_id = a.tenant_id AND level = a.level;
      a.armed := true;
    END IF;
    -- The wallet notices the first of those that it falls through, and the first of those that it rises to.
    IF a.armed THEN
      v_at := greatest(v_at, a.below_micros); v_days := greatest(v_days, a.below_days);
    ELSE
      v_rearm := least(v_rearm, alert_rearm_level(v_level));
    END IF;
  END LOOP;
  UPDATE wallet SET alert_at_micros = v_at, alert_days = v_days, rearm_at_micros = v_rearm
    WHERE id = w.id AND (alert_at_micros, alert_days, rearm_at_micros) IS DISTINCT FROM (v_at, v_days, v_rearm);
  IF v_fired THEN
    PERFORM job_ask(w.tenant_id, 'balance.tell_owners', '{}'), pg_notify('live', json_build_object('t', w.tenant_id, 'k', 'balance')::text);
  END IF;
END $fn$;

-- Sets the levels of the tenant acted on, an amount or days each, in their order; none: nobody is told. A level that was there stays as
-- armed as it is, a new one is armed. Locks the wallet, then the levels. RF001: the operator has no wallet.
DROP FUNCTION balance_alert_set(bigint, int, text);
CREATE FUNCTION balance_alerts_set(p_below bigint[], p_days int[], p_actor text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
DECLARE w wallet; old balance_alert[];
BEGIN
  SELECT x.* INTO w FROM wallet x JOIN tenant t ON t.id = x.tenant_id AND t.currency = x.currency
    WHERE t.id = app_tenant() AND t.kind <> 'operator' FOR UPDATE OF x;
  IF NOT FOUND THEN RAISE EXCEPTION 'nobody is told about the operator''s own balance' USING ERRCODE = 'RF001'; END IF;
  PERFORM FROM balance_alert WHERE wallet_id = w.id ORDER BY level FOR UPDATE;
  old := ARRAY(SELECT a FROM balance_alert a WHERE a.wallet_id = w.id ORDER BY a.level);
  IF ARRAY(SELECT (u.below, u.days)::text FROM unnest(p_below, p_days) WITH ORDINALITY u(below, days, n) ORDER BY u.n)
    = ARRAY(SELECT (o.below_micros, o.below_days)::text FROM unnest(old) o ORDER BY o.level) THEN RETURN; END IF;
  DELETE FROM balance_alert WHERE wallet_id = w.id;
  INSERT INTO balance_alert (tenant_id, wallet_id, level, below_micros, below_days, armed, fired_at, fired_available_micros, fired_level_micros, told_at, actor)
    SELECT w.tenant_id, w.id, u.n, u.below, u.days, coalesce(o.armed, true), o.fired_at, o.fired_available_micros, o.fired_level_micros, o.told_at, p_actor
    FROM unnest(p_below, p_days) WITH ORDINALITY u(below, days, n)
      LEFT JOIN unnest(old) o ON o.below_micros IS NOT DISTINCT FROM u.below AND o.below_days IS NOT DISTINCT FROM u.days;
  UPDATE wallet SET alert_at_micros = NULL, alert_days = NULL, rearm_at_micros = NULL WHERE id = w.id;
  PERFORM alert_look(w.id);
END $fn$;

-- What is new for the owners of the tenant acted on; it is told with this. No row: nothing. Of low credit: the levels that were passed,
-- and which comes next.
DROP FUNCTION owners_news();
CREATE FUNCTION owners_news()
RETURNS TABLE (news text, available_micros bigint, threshold_micros bigint, levels jsonb, next jsonb, amount_micros bigint, monthly_micros bigint, note text, currency char(3))
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
#variable_conflict use_column
DECLARE v_next jsonb; v_of int;
BEGIN
  -- As everybody who comes to the settings: whoever moves the money looks at them last, with all else locked.
  PERFORM FROM wallet w JOIN tenant t ON t.id = w.tenant_id AND t.currency = w.currency WHERE t.id = app_tenant() FOR UPDATE OF w;
  SELECT jsonb_build_object('belowMicros', a.below_micros::text, 'belowDays', a.below_days) INTO v_next FROM balance_alert a
    WHERE a.tenant_id = app_tenant() AND a.armed ORDER BY alert_level(a) DESC, a.level LIMIT 1;
  SELECT count(*) INTO v_of FROM balance_alert WHERE tenant_id = app_tenant();
  RETURN QUERY WITH told AS (UPDATE balance_alert SET told_at = fired_at WHERE tenant_id = app_tenant() AND fired_at IS NOT NULL
      AND told_at IS DISTINCT FROM fired_at RETURNING *)
    SELECT 'low'::text, min(a.fired_available_micros), NULL::bigint,
      jsonb_agg(jsonb_build_object('level', a.level, 'of', v_of, 'levelMicros', a.fired_level_micros::text, 'belowDays', a.below_days) ORDER BY a.level),
      v_next, NULL::bigint, NULL::bigint, ''::text, w.currency
    FROM told a JOIN wallet w ON w.id = a.wallet_id GROUP BY w.currency;
  RETURN QUERY WITH old AS (SELECT * FROM auto_top_up WHERE tenant_id = app_tenant() AND untold IS NOT NULL FOR UPDATE),
      told AS (UPDATE auto_top_up a SET untold = NULL FROM old WHERE a.tenant_id = old.tenant_id RETURNING old.*)
    SELECT a.untold, w.posted_micros - w.held_micros + w.credit_limit_micros, a.threshold_micros, '[]'::jsonb, NULL::jsonb, a.amount_micros, a.monthly_micros, a.note, w.currency
    FROM told a JOIN wallet w ON w.id = a.wallet_id;
END $fn$;

-- As before, level by level.
CREATE OR REPLACE FUNCTION levels_due(p_at timestamptz) RETURNS TABLE (wallet_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT w.id FROM balance_alert a JOIN wallet w ON w.id = a.wallet_id CROSS JOIN LATERAL alert_level(a) AS due(below)
    WHERE CASE WHEN a.armed THEN w.posted_micros - w.held_micros + w.credit_limit_micros < due.below
      ELSE w.posted_micros - w.held_micros + w.credit_limit_micros >= alert_rearm_level(due.below) END
      OR (a.told_at IS DISTINCT FROM a.fired_at AND a.fired_at < p_at - interval '1 minute')
  UNION
  SELECT w.id FROM auto_top_up a JOIN wallet w ON w.id = a.wallet_id JOIN tenant t ON t.id = a.tenant_id
    WHERE a.untold IS NOT NULL OR (a.state = 'on' AND w.top_up_at_micros IS NULL AND coalesce(a.next_try_at <= p_at, true)
      AND (w.posted_micros - w.held_micros + w.credit_limit_micros >= a.threshold_micros
        OR a.capped_month IS DISTINCT FROM date_trunc('month', p_at AT TIME ZONE t.time_zone)::date))
  LIMIT 1000
$$;

DO $$
DECLARE f text;
BEGIN
  FOREACH f IN ARRAY ARRAY['balance_alerts_set(bigint[], int[], text)', 'owners_news()'] LOOP
    EXECUTE format('ALTER FUNCTION %s OWNER TO portal_charge', f);
    EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', f);
    EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO portal_app', f);
  END LOOP;
END $$;
REVOKE CREATE ON SCHEMA public FROM portal_charge;
