-- A connection that has not charged a call yet reads and plans thirty statements with the first one, while somebody listens to
-- silence: ten times what the next call takes. This makes that call beforehand, in a house of its own, says what came of it,
-- and nothing of it stays.
GRANT CREATE ON SCHEMA public TO portal_system;
GRANT INSERT ON plan, rate TO portal_system;

CREATE FUNCTION call_rehearse() RETURNS text[] LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
DECLARE v_operator uuid := (SELECT id FROM tenant WHERE kind = 'operator'); v_plan uuid; v_tenant uuid; name text := 'rehearsal-' || left(gen_random_uuid()::text, 18); i text; v_at timestamptz := clock_timestamp(); done text[] := '{}';
BEGIN
  IF v_operator IS NULL THEN RETURN done; END IF;
  BEGIN
    PERFORM set_config('app.tenant_id', v_operator::text, true);
    INSERT INTO plan (tenant_id, name, currency) VALUES (v_operator, name, 'EUR') RETURNING id INTO v_plan;
    INSERT INTO rate (tenant_id, plan_id, prefix, per_minute_micros, valid) VALUES (v_operator, v_plan, '49', 1, '[2020-01-01,)');
    v_tenant := tenant_create(name, name, 'customer', 'EUR', 'UTC', 'DE', v_plan);
    UPDATE wallet SET credit_limit_micros = 1000000 WHERE tenant_id = v_tenant;
    INSERT INTO extension (tenant_id, number, display_name, sip_username, max_calls) VALUES (v_tenant, '100', name, name, 9);
    done := done || (SELECT country::text FROM call_subject(name));
    -- One that ends without an answer, one that goes on once and is charged.
    FOREACH i IN ARRAY ARRAY[name || '-1', name || '-2'] LOOP
      done := done || (SELECT kind FROM call_authorise(name, i, name, '4930901820', 'external', '4930901820', 'DE', '', v_at, 'normal'));
    END LOOP;
    done := done || call_settle(name, name || '-1', 0, v_at, 'cancelled', NULL, 16, 'caller', 'hangup');
    done := done || call_answered(name, name || '-2', v_at)::text;
    done := done || (SELECT granted_seconds::text FROM call_renew(name, name || '-2', v_at));
    done := done || call_settle(name, name || '-2', 1000, v_at + interval '1 second', 'answered', NULL, 16, 'caller', 'hangup');
    -- And two of each at once.
    done := done || ARRAY(SELECT granted_seconds::text FROM calls_authorise(name, ARRAY[name || '-3', name || '-4'], ARRAY[name, name], ARRAY['4930901820', '4930901820'], ARRAY['4930901820', '4930901820'], ARRAY['DE', 'DE'],
      ARRAY['', ''], ARRAY[v_at, v_at], ARRAY['normal', 'normal']));
    done := done || ARRAY(SELECT result FROM calls_settle(name, ARRAY[name || '-3', name || '-4'], ARRAY[1000, 0]::bigint[], ARRAY[v_at, v_at], ARRAY['answered', 'cancelled'], ARRAY[NULL, NULL]::text[],
      ARRAY[16, 16], ARRAY['caller', 'caller'], ARRAY['hangup', 'hangup']));
    SET CONSTRAINTS ALL IMMEDIATE;
    RAISE EXCEPTION 'that was the rehearsal' USING ERRCODE = 'RF099';
  EXCEPTION WHEN SQLSTATE 'RF099' THEN RETURN done;
  END;
END $fn$;

DO $$
DECLARE f record;
BEGIN
  FOR f IN SELECT p.oid::regprocedure AS signature FROM pg_proc p WHERE p.pronamespace = 'public'::regnamespace AND p.proname IN ('call_subject', 'call_authorise', 'calls_authorise',
      'call_answered', 'call_renew', 'call_settle', 'calls_settle') LOOP
    EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO portal_system', f.signature);
  END LOOP;
END $$;
ALTER FUNCTION call_rehearse() OWNER TO portal_system;
REVOKE ALL ON FUNCTION call_rehearse() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION call_rehearse() TO portal_app;
REVOKE CREATE ON SCHEMA public FROM portal_system;
