-- Whose a number is: taken into service by the operator, who has the trunk, and handed down and back by those above its
-- holder. No function tells who holds a number to somebody who is not above.
GRANT CREATE ON SCHEMA public TO portal_charge, portal_system;
GRANT INSERT, UPDATE, DELETE ON did TO portal_system;

-- The operator, who has the trunk, takes a number into service. false when it is in service already, whoever holds it.
-- RF001: the tenant acted on is not the operator.
CREATE FUNCTION number_add(p_number text) RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
BEGIN
  IF NOT EXISTS (SELECT FROM tenant WHERE id = app_tenant() AND kind = 'operator') THEN RAISE EXCEPTION 'only the operator adds numbers' USING ERRCODE = 'RF001'; END IF;
  INSERT INTO did (tenant_id, number) VALUES (app_tenant(), p_number) ON CONFLICT DO NOTHING;
  RETURN FOUND;
END $fn$;

-- Hands a number of the tenant acted on to one below it, or takes one that is held below back to it: never from one tenant
-- below to another, so that no trail names a stranger. It rings nowhere until the new holder says where; a repeat changes
-- nothing. Returns who held it. RF007: none of this branch, whether or not it exists; RF002: the receiver is not below;
-- RF001: somebody else below holds it.
CREATE FUNCTION number_give(p_number text, p_to uuid) RETURNS uuid LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
DECLARE v_holder uuid;
BEGIN
  SELECT d.tenant_id INTO v_holder FROM did d WHERE d.number = p_number
    AND EXISTS (SELECT FROM tenant_below b WHERE b.ancestor_id = app_tenant() AND b.descendant_id = d.tenant_id) FOR UPDATE;
  IF NOT FOUND THEN RAISE EXCEPTION 'no such number' USING ERRCODE = 'RF007'; END IF;
  IF NOT EXISTS (SELECT FROM tenant_below WHERE ancestor_id = app_tenant() AND descendant_id = p_to) THEN RAISE EXCEPTION 'not below' USING ERRCODE = 'RF002'; END IF;
  IF v_holder <> app_tenant() AND p_to NOT IN (app_tenant(), v_holder) THEN RAISE EXCEPTION 'held by somebody else below' USING ERRCODE = 'RF001'; END IF;
  IF v_holder <> p_to THEN UPDATE did SET tenant_id = p_to, extension_id = NULL WHERE number = p_number; END IF;
  RETURN v_holder;
END $fn$;

-- What a tenant below the one acted on is called; NULL for any other.
CREATE FUNCTION tenant_slug_below(p_tenant uuid) RETURNS text LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT t.slug FROM tenant t JOIN tenant_below b ON b.descendant_id = t.id WHERE t.id = p_tenant AND b.ancestor_id = app_tenant() AND b.depth > 0
$$;

-- The operator takes a number out of service. Returns who held it. RF001 and RF007 as above.
CREATE FUNCTION number_remove(p_number text) RETURNS uuid LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
DECLARE v_holder uuid;
BEGIN
  IF NOT EXISTS (SELECT FROM tenant WHERE id = app_tenant() AND kind = 'operator') THEN RAISE EXCEPTION 'only the operator removes numbers' USING ERRCODE = 'RF001'; END IF;
  DELETE FROM did WHERE number = p_number RETURNING tenant_id INTO v_holder;
  IF NOT FOUND THEN RAISE EXCEPTION 'no such number' USING ERRCODE = 'RF007'; END IF;
  RETURN v_holder;
END $fn$;

-- What the tenant acted on pays for calls to these numbers now; no row for one it pays nothing for.
CREATE FUNCTION number_prices(p_numbers text[])
RETURNS TABLE (number text, currency char(3), per_minute_micros bigint, connection_fee_micros bigint, first_seconds int, next_seconds int)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
DECLARE v_number text; r rate;
BEGIN
  IF EXISTS (SELECT FROM tenant WHERE id = app_tenant() AND kind = 'operator') THEN RETURN; END IF;
  FOREACH v_number IN ARRAY p_numbers LOOP
    r := (rates_bought(app_tenant(), 'in', prefixes_of(v_number), now(), now(), 0))[1];
    CONTINUE WHEN r.id IS NULL;
    RETURN QUERY SELECT v_number, p.currency, r.per_minute_micros, r.connection_fee_micros, r.first_seconds, r.next_seconds FROM plan p WHERE p.id = r.plan_id;
  END LOOP;
END $fn$;

DO $$
DECLARE f text;
BEGIN
  FOREACH f IN ARRAY ARRAY['number_add(text)', 'number_give(text, uuid)', 'number_remove(text)', 'tenant_slug_below(uuid)'] LOOP
    EXECUTE format('ALTER FUNCTION %s OWNER TO portal_system', f);
  END LOOP;
  ALTER FUNCTION number_prices(text[]) OWNER TO portal_charge;
  FOREACH f IN ARRAY ARRAY['number_add(text)', 'number_give(text, uuid)', 'number_remove(text)', 'tenant_slug_below(uuid)', 'number_prices(text[])'] LOOP
    EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', f);
    EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO portal_app', f);
  END LOOP;
END $$;
REVOKE CREATE ON SCHEMA public FROM portal_charge, portal_system;
