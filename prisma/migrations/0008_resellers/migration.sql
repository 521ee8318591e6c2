-- A customer becomes a reseller when somebody above it says so; it keeps its phones, its wallet and its plan.
GRANT CREATE ON SCHEMA public TO portal_system;

-- RF002 unless the tenant stands strictly below the one acted on: nobody makes a reseller of themselves.
CREATE FUNCTION tenant_make_reseller(p_tenant uuid) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
BEGIN
  IF NOT EXISTS (SELECT FROM tenant_below WHERE ancestor_id = app_tenant() AND descendant_id = p_tenant AND depth > 0) THEN
    RAISE EXCEPTION 'that tenant is not below' USING ERRCODE = 'RF002';
  END IF;
  UPDATE tenant SET kind = 'reseller' WHERE id = p_tenant AND kind = 'customer';
  RETURN FOUND;
END $fn$;
ALTER FUNCTION tenant_make_reseller(uuid) OWNER TO portal_system;
REVOKE ALL ON FUNCTION tenant_make_reseller(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION tenant_make_reseller(uuid) TO portal_app;
REVOKE CREATE ON SCHEMA public FROM portal_system;
