-- Limits that several levels set, suspension that only its author lifts, and the tax that a seller adds.
GRANT CREATE ON SCHEMA public TO portal_system;

-- One row for each tenant that limits another: the tenant itself says what it wishes, those above it what they allow. The
-- tightest of each counts and stands in the tenant's own columns, where the gates of a call read it. NULL sets no limit.
CREATE TABLE tenant_limit (
  tenant_id uuid NOT NULL REFERENCES tenant (id),
  set_by uuid NOT NULL REFERENCES tenant (id),
  daily_cap_micros bigint CHECK (daily_cap_micros >= 0),
  monthly_cap_micros bigint CHECK (monthly_cap_micros >= 0),
  call_cap_micros bigint CHECK (call_cap_micros >= 0),
  max_per_minute_micros bigint CHECK (max_per_minute_micros >= 0),
  max_calls int CHECK (max_calls BETWEEN 0 AND 10000),
  max_calls_per_minute int CHECK (max_calls_per_minute BETWEEN 0 AND 100000),
  PRIMARY KEY (tenant_id, set_by)
);
ALTER TABLE tenant_limit ENABLE ROW LEVEL SECURITY;
ALTER TABLE tenant_limit FORCE ROW LEVEL SECURITY;
CREATE POLICY own_tenant ON tenant_limit TO portal_app USING (tenant_id = app_tenant()) WITH CHECK (tenant_id = app_tenant());
CREATE POLICY tenants_below ON tenant_limit FOR SELECT TO portal_app USING (app_subtree() AND tenant_id IN
  (SELECT descendant_id FROM tenant_below WHERE ancestor_id = app_tenant()));
CREATE POLICY money_functions ON tenant_limit TO portal_charge USING (true) WITH CHECK (true);
CREATE POLICY system_functions ON tenant_limit TO portal_system USING (true) WITH CHECK (true);
GRANT SELECT ON tenant_limit TO portal_app;
GRANT SELECT, INSERT, UPDATE ON tenant_limit TO portal_system;

-- Who suspended it. Somebody below that tenant cannot lift it.
ALTER TABLE tenant ADD COLUMN suspended_by uuid REFERENCES tenant (id);

-- From here on these are changed by the functions below only.
REVOKE UPDATE (state, max_calls, max_calls_per_minute, daily_cap_micros, monthly_cap_micros, call_cap_micros, max_per_minute_micros, tax_ppm, tax_name)
  ON tenant FROM portal_app;

-- Sets what the tenant acted on allows p_tenant, which is itself or below it. p_patch holds what changes: a number as text,
-- or null for no limit (a count then falls back to its standard). Answers with what it allowed before. RF002: not below.
-- RF008: more than a tenant above allows.
CREATE FUNCTION tenant_limit_set(p_tenant uuid, p_patch jsonb) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
DECLARE t tenant; k text; v_allowed bigint; v_asked bigint; v_before jsonb;
BEGIN
  IF NOT EXISTS (SELECT FROM tenant_below WHERE ancestor_id = app_tenant() AND descendant_id = p_tenant) THEN
    RAISE EXCEPTION 'that tenant is not below' USING ERRCODE = 'RF002';
  END IF;
  -- Calls on their way hold a weaker lock and go on; two who set limits queue.
  SELECT * INTO t FROM tenant WHERE id = p_tenant FOR NO KEY UPDATE;
  -- What the tenant wished before anybody wrote a row is what stands in its columns.
  INSERT INTO tenant_limit VALUES (t.id, t.id, t.daily_cap_micros, t.monthly_cap_micros, t.call_cap_micros, t.max_per_minute_micros, t.max_calls, t.max_calls_per_minute)
    ON CONFLICT DO NOTHING;
  INSERT INTO tenant_limit (tenant_id, set_by) VALUES (t.id, app_tenant()) ON CONFLICT DO NOTHING;
  SELECT to_jsonb(l) INTO v_before FROM tenant_limit l WHERE l.tenant_id = t.id AND l.set_by = app_tenant();
  FOR k IN SELECT jsonb_object_keys(p_patch) LOOP
    EXECUTE format('UPDATE tenant_limit SET %I = $1 WHERE tenant_id = $2 AND set_by = $3', k) USING (p_patch ->> k)::bigint, t.id, app_tenant();
    -- Nobody is told a limit is theirs that somebody above keeps tighter.
    EXECUTE format('SELECT min(l.%I) FROM tenant_limit l JOIN tenant_below b ON b.ancestor_id = l.set_by AND b.descendant_id = $2 AND b.depth > 0
      WHERE l.tenant_id = $1', k) INTO v_allowed USING t.id, app_tenant();
    v_asked := (p_patch ->> k)::bigint;
    IF v_asked > v_allowed THEN
      RAISE EXCEPTION 'more than a tenant above allows [limit=% allowed=% asked=%]', k, v_allowed, v_asked USING ERRCODE = 'RF008';
    END IF;
  END LOOP;
  UPDATE tenant SET daily_cap_micros = e.day, monthly_cap_micros = e.month, call_cap_micros = e.call, max_per_minute_micros = e.minute,
      max_calls = coalesce(e.calls, 20), max_calls_per_minute = coalesce(e.rate, 120)
    FROM (SELECT min(daily_cap_micros) AS day, min(monthly_cap_micros) AS month, min(call_cap_micros) AS call, min(max_per_minute_micros) AS minute,
        min(max_calls) AS calls, min(max_calls_per_minute) AS rate FROM tenant_limit WHERE tenant_id = p_tenant) e
    WHERE id = p_tenant;
  RETURN v_before;
END $fn$;

-- Suspends a tenant below the one acted on, or lets it call again; answers with the state before. Of two who suspend it the
-- upper one counts. RF002: not below. RF009: somebody above the one acted on suspended it.
CREATE FUNCTION tenant_state_set(p_tenant uuid, p_state text) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
DECLARE t tenant;
BEGIN
  IF NOT EXISTS (SELECT FROM tenant_below WHERE ancestor_id = app_tenant() AND descendant_id = p_tenant AND depth > 0) THEN
    RAISE EXCEPTION 'that tenant is not below' USING ERRCODE = 'RF002';
  END IF;
  SELECT * INTO t FROM tenant WHERE id = p_tenant FOR UPDATE;
  IF t.suspended_by IS NULL OR EXISTS (SELECT FROM tenant_below WHERE ancestor_id = app_tenant() AND descendant_id = t.suspended_by) THEN
    UPDATE tenant SET state = p_state, suspended_by = CASE p_state WHEN 'suspended' THEN app_tenant() END WHERE id = p_tenant;
  ELSIF p_state = 'active' THEN
    RAISE EXCEPTION 'suspended from above' USING ERRCODE = 'RF009';
  END IF;
  RETURN t.state;
END $fn$;

-- What the seller adds to each charge of p_tenant, which stands strictly below the one acted on: nobody taxes themselves.
-- Answers with what it was. Calls in progress keep the tax they began with.
CREATE FUNCTION tenant_tax_set(p_tenant uuid, p_ppm int, p_name text, OUT ppm int, OUT name text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
BEGIN
  IF NOT EXISTS (SELECT FROM tenant_below WHERE ancestor_id = app_tenant() AND descendant_id = p_tenant AND depth > 0) THEN
    RAISE EXCEPTION 'that tenant is not below' USING ERRCODE = 'RF002';
  END IF;
  SELECT t.tax_ppm, t.tax_name INTO ppm, name FROM tenant t WHERE t.id = p_tenant FOR NO KEY UPDATE;
  UPDATE tenant SET tax_ppm = p_ppm, tax_name = p_name WHERE id = p_tenant;
END $fn$;

DO $$
DECLARE f text;
BEGIN
  FOREACH f IN ARRAY ARRAY['tenant_limit_set(uuid, jsonb)', 'tenant_state_set(uuid, text)', 'tenant_tax_set(uuid, int, text)'] LOOP
    EXECUTE format('ALTER FUNCTION %s OWNER TO portal_system', f);
    EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', f);
    EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO portal_app', f);
  END LOOP;
END $$;
REVOKE CREATE ON SCHEMA public FROM portal_system;
