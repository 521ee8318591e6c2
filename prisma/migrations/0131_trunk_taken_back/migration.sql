-- Other trunks that a network of the list belongs to already: a call from there could be either's. An empty list means the addresses
-- that are configured, which another may have got while the list took their place.
GRANT CREATE ON SCHEMA public TO portal_system;
CREATE OR REPLACE FUNCTION trunk_overlaps(p_trunk text, p_networks inet[]) RETURNS TABLE (trunk text, network text, theirs text)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
DECLARE v_new inet[];
BEGIN
  IF app_tenant() IS DISTINCT FROM operator_tenant() THEN RAISE EXCEPTION 'trunks are the operator''s' USING ERRCODE = 'RF007'; END IF;
  v_new := CASE WHEN cardinality(p_networks) > 0 THEN p_networks
    ELSE ARRAY(SELECT network_in(i.match) FROM pbx.ps_endpoint_id_ips i WHERE i.endpoint = p_trunk AND network_in(i.match) IS NOT NULL) END;
  RETURN QUERY SELECT i.endpoint, abbrev(n), i.match FROM pbx.identifies i JOIN unnest(v_new) n ON network_in(i.match) && n
    WHERE i.endpoint <> p_trunk ORDER BY 1, 2 LIMIT 20;
END $fn$;
REVOKE CREATE ON SCHEMA public FROM portal_system;
