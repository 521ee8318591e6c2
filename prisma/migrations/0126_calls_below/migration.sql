-- The calls of a whole branch in the order of the list. Few tenants are asked one by one, by the indexes that begin with the tenant;
-- where there are many, the calls are gone through in order, and row security leaves those of the branch.
-- Only a question that names the beginning of time is answered by it: what looks up single calls, as the fold of the sums, would
-- otherwise go through all of it when it knows little about how many it looks up.
CREATE INDEX call_in_order ON call (started_at DESC, id DESC) WHERE state = 'ended' AND started_at > '-infinity';

-- The months that are there, and those that come: as before, with that index as well.
DO $$
DECLARE o record;
BEGIN
  FOR o IN SELECT c.oid::regclass AS part FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
      WHERE i.inhparent = 'call_record'::regclass AND c.relnamespace = 'months'::regnamespace LOOP
    EXECUTE format('CREATE INDEX ON %s (started_at DESC, id DESC) WHERE started_at > ''-infinity''', o.part);
  END LOOP;
END $$;
GRANT CREATE ON SCHEMA public TO portal_retention;
DO $$
DECLARE v text := pg_get_functiondef('month_make_filed(text, text, text, timestamptz, timestamptz)'::regprocedure);
  v_after text := 'EXECUTE format(''CREATE INDEX ON months.%I (tenant_id, started_at DESC, id DESC)'', p_part);';
BEGIN
  IF strpos(v, v_after) = 0 THEN RAISE EXCEPTION 'month_make_filed makes other indexes than it did'; END IF;
  EXECUTE replace(v, v_after, v_after || E'\n  EXECUTE format(''CREATE INDEX ON months.%I (started_at DESC, id DESC) WHERE started_at > ''''-infinity'''''', p_part);');
END $$;
REVOKE CREATE ON SCHEMA public FROM portal_retention;

-- The call of the tenant acted on, or of one below it, that is called so: by its own id or by the PBX's.
GRANT CREATE ON SCHEMA public TO portal_system;
CREATE FUNCTION call_named_below(p_name text) RETURNS uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  WITH RECURSIVE place AS (
    SELECT min(c.pbx) AS pbx FROM call c
    UNION ALL SELECT (SELECT min(c.pbx) FROM call c WHERE c.pbx > p.pbx) FROM place p WHERE p.pbx IS NOT NULL),
  named AS (SELECT CASE WHEN p_name ~* '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$' THEN p_name::uuid END AS id),
  found AS (
    SELECT c.id, c.tenant_id FROM place p JOIN call c ON c.pbx = p.pbx AND c.pbx_call_id = p_name
    UNION ALL SELECT c.id, c.tenant_id FROM call_record c WHERE c.id = (SELECT n.id FROM named n)
    UNION ALL SELECT c.id, c.tenant_id FROM call_record c WHERE c.pbx_call_id = p_name AND c.filed IS NOT NULL)
  SELECT f.id FROM found f JOIN tenant_below b ON b.ancestor_id = app_tenant() AND b.descendant_id = f.tenant_id LIMIT 1
$$;
ALTER FUNCTION call_named_below(text) OWNER TO portal_system;
REVOKE ALL ON FUNCTION call_named_below(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION call_named_below(text) TO portal_app;
REVOKE CREATE ON SCHEMA public FROM portal_system;
