GRANT CREATE ON SCHEMA public TO portal_system;

-- Until when somebody's word about a rule holds; without it, until they say otherwise.
ALTER TABLE rule ADD COLUMN ends_at timestamptz;
CREATE INDEX rule_ending ON rule (ends_at) WHERE ends_at IS NOT NULL;

-- As before, without words that are over, whether or not they were tidied away yet. Replaces the functions of 0148_rules_by_currency.
DROP FUNCTION rule_words_of(uuid);
DROP FUNCTION rule_words(uuid[]);
CREATE FUNCTION rule_words(p_tenants uuid[])
RETURNS TABLE (tenant_id uuid, set_by uuid, depth int, about_id uuid, by_operator boolean, signal text, scope text, mode text, action text, window_minutes int, warn bigint, critical bigint,
  said_in text, ends_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT up.descendant_id, r.tenant_id, up.depth, r.about_id, s.kind = 'operator', r.signal, r.scope, r.mode, r.action, r.window_minutes, r.warn, r.critical, a.currency::text, r.ends_at
  FROM tenant_below up JOIN rule r ON r.tenant_id = up.ancestor_id JOIN tenant s ON s.id = r.tenant_id
  JOIN tenant_below near ON near.ancestor_id = r.about_id AND near.descendant_id = up.descendant_id JOIN tenant a ON a.id = r.about_id
  WHERE up.descendant_id = ANY (p_tenants) AND near.depth <= up.depth AND (r.ends_at IS NULL OR r.ends_at > now()) ORDER BY up.descendant_id, up.depth DESC, near.depth DESC
$$;
CREATE FUNCTION rule_words_of(p_tenant uuid)
RETURNS TABLE (tenant_id uuid, set_by uuid, depth int, about_id uuid, by_operator boolean, signal text, scope text, mode text, action text, window_minutes int, warn bigint, critical bigint,
  said_in text, ends_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT w.* FROM rule_words(ARRAY[p_tenant]) w WHERE EXISTS (SELECT FROM tenant_below WHERE ancestor_id = app_tenant() AND descendant_id = p_tenant)
$$;

-- Who has words that are over.
CREATE FUNCTION rules_over() RETURNS SETOF uuid LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT DISTINCT tenant_id FROM rule WHERE ends_at <= now()
$$;

DO $$
DECLARE f text;
BEGIN
  FOREACH f IN ARRAY ARRAY['rule_words(uuid[])', 'rule_words_of(uuid)', 'rules_over()'] LOOP
    EXECUTE format('ALTER FUNCTION %s OWNER TO portal_system', f);
    EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', f);
    EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO portal_app', f);
  END LOOP;
END $$;
REVOKE CREATE ON SCHEMA public FROM portal_system;
