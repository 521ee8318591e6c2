-- A rule that contains asks first whether it did, or somebody else did.
GRANT CREATE ON SCHEMA public TO portal_system;

-- When a rule contained this subject for this incident, and whether somebody let go of it since. A rule does not fight a
-- person: after a release it takes as much anew.
CREATE FUNCTION rule_containment(p_incident uuid, p_of uuid, p_extension uuid) RETURNS TABLE (released_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT c.released_at FROM containment c WHERE c.tenant_id = (SELECT id FROM tenant WHERE kind = 'operator') AND c.incident_id = p_incident
    AND c.of_tenant_id = p_of AND c.extension_id IS NOT DISTINCT FROM p_extension ORDER BY c.released_at DESC NULLS FIRST LIMIT 1
$$;

ALTER FUNCTION rule_containment(uuid, uuid, uuid) OWNER TO portal_system;
REVOKE ALL ON FUNCTION rule_containment(uuid, uuid, uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION rule_containment(uuid, uuid, uuid) TO portal_app;
REVOKE CREATE ON SCHEMA public FROM portal_system;
