GRANT CREATE ON SCHEMA public TO portal_system;

-- As before, and of which currency the thresholds of money are that somebody said: of the tenant that they were said about. Replaces
-- the functions of 0047_rules.
DROP FUNCTION rule_words_of(uuid);
DROP FUNCTION rule_words(uuid[]);
CREATE FUNCTION rule_words(p_tenants uuid[])
RETURNS TABLE (tenant_id uuid, set_by uuid, depth int, about_id uuid, by_operator boolean, signal text, scope text, mode text, action text, window_minutes int, warn bigint, critical bigint,
  said_in text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT up.descendant_id, r.tenant_id, up.depth, r.about_id, s.kind = 'operator', r.signal, r.scope, r.mode, r.action, r.window_minutes, r.warn, r.critical, a.currency::text
  FROM tenant_below up JOIN rule r ON r.tenant_id = up.ancestor_id JOIN tenant s ON s.id = r.tenant_id
  JOIN tenant_below near ON near.ancestor_id = r.about_id AND near.descendant_id = up.descendant_id JOIN tenant a ON a.id = r.about_id
  WHERE up.descendant_id = ANY (p_tenants) AND near.depth <= up.depth ORDER BY up.descendant_id, up.depth DESC, near.depth DESC
$$;
CREATE FUNCTION rule_words_of(p_tenant uuid)
RETURNS TABLE (tenant_id uuid, set_by uuid, depth int, about_id uuid, by_operator boolean, signal text, scope text, mode text, action text, window_minutes int, warn bigint, critical bigint,
  said_in text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT w.* FROM rule_words(ARRAY[p_tenant]) w WHERE EXISTS (SELECT FROM tenant_below WHERE ancestor_id = app_tenant() AND descendant_id = p_tenant)
$$;

-- In what these tenants count, and the operator.
CREATE FUNCTION rule_currencies(p_tenants uuid[]) RETURNS TABLE (tenant_id uuid, currency text, house text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT t.id, t.currency::text, (SELECT o.currency::text FROM tenant o WHERE o.kind = 'operator') FROM tenant t WHERE t.id = ANY (p_tenants)
$$;
-- The same for a person, of the tenant acted on and those below it.
CREATE FUNCTION rule_currencies_of(p_tenant uuid) RETURNS TABLE (currency text, house text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT c.currency, c.house FROM rule_currencies(ARRAY[p_tenant]) c WHERE EXISTS (SELECT FROM tenant_below WHERE ancestor_id = app_tenant() AND descendant_id = p_tenant)
$$;

DO $$
DECLARE f text;
BEGIN
  FOREACH f IN ARRAY ARRAY['rule_words(uuid[])', 'rule_words_of(uuid)', 'rule_currencies(uuid[])', 'rule_currencies_of(uuid)'] LOOP
    EXECUTE format('ALTER FUNCTION %s OWNER TO portal_system', f);
    EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', f);
    EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO portal_app', f);
  END LOOP;
END $$;
REVOKE CREATE ON SCHEMA public FROM portal_system;
