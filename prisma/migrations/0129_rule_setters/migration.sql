-- Who, beside the operator, said something about the rule that a finding is of, for whoever it is about: they asked for it, and are
-- told. Near: it is them, or they sell to them, so that what was spent is theirs to read.
GRANT CREATE ON SCHEMA public TO portal_system;
CREATE FUNCTION rule_finding_setters(p_tenant uuid, p_id uuid) RETURNS TABLE (id uuid, near boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT DISTINCT s.id, s.id = o.id OR s.id = o.parent_id FROM rule_finding f JOIN tenant o ON o.id = f.tenant_id
    JOIN tenant_below above ON above.descendant_id = o.id JOIN rule r ON r.tenant_id = above.ancestor_id AND r.signal = f.signal AND r.scope = f.scope
    JOIN tenant_below about ON about.ancestor_id = r.about_id AND about.descendant_id = o.id JOIN tenant s ON s.id = r.tenant_id
  WHERE f.tenant_id = p_tenant AND f.id = p_id AND s.kind <> 'operator' AND f.scope <> 'network'
    AND EXISTS (SELECT FROM tenant_below b WHERE b.ancestor_id = app_tenant() AND b.descendant_id = p_tenant)
  ORDER BY 1
$$;

-- Who was told of a finding: each once, also when the job that tells is done again.
ALTER TABLE rule_finding ADD COLUMN told uuid[] NOT NULL DEFAULT '{}';
CREATE FUNCTION rule_finding_claim(p_tenant uuid, p_id uuid) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
BEGIN
  UPDATE rule_finding SET told = told || app_tenant() WHERE tenant_id = p_tenant AND id = p_id AND app_tenant() <> ALL (told)
    AND EXISTS (SELECT FROM tenant_below b WHERE b.ancestor_id = app_tenant() AND b.descendant_id = p_tenant);
  RETURN FOUND;
END $fn$;
ALTER FUNCTION rule_finding_claim(uuid, uuid) OWNER TO portal_system;
REVOKE ALL ON FUNCTION rule_finding_claim(uuid, uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION rule_finding_claim(uuid, uuid) TO portal_app;
ALTER FUNCTION rule_finding_setters(uuid, uuid) OWNER TO portal_system;
REVOKE ALL ON FUNCTION rule_finding_setters(uuid, uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION rule_finding_setters(uuid, uuid) TO portal_app;
REVOKE CREATE ON SCHEMA public FROM portal_system;
