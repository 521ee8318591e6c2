-- A rule may contain only what is much more than a phone ever spends: by its days of the last four weeks.
GRANT CREATE ON SCHEMA public TO portal_system;

ALTER TABLE rule DROP CONSTRAINT rule_action_check;
ALTER TABLE rule ADD CONSTRAINT rule_action_check CHECK (action IN ('notify', 'open', 'contain_unusual', 'contain', 'ban'));

-- On how many of the 28 days before yesterday an extension spent anything, and the most on one of them, in its tenant's currency. What
-- goes wrong now may have begun yesterday, and is not to be its own excuse.
CREATE FUNCTION extension_past(p_tenant uuid, p_extension uuid, p_at timestamptz) RETURNS TABLE (days int, dearest bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT (count(*) FILTER (WHERE d.cost_micros > 0))::int, coalesce(max(d.cost_micros), 0)::bigint
  FROM usage_day d JOIN tenant t ON t.id = d.tenant_id AND t.currency = d.currency
  WHERE d.tenant_id = p_tenant AND d.dim = 'extension' AND d.value = p_extension::text
    AND d.at >= date_trunc('day', p_at, 'UTC') - interval '29 days' AND d.at < date_trunc('day', p_at, 'UTC') - interval '1 day'
$$;
ALTER FUNCTION extension_past(uuid, uuid, timestamptz) OWNER TO portal_system;
REVOKE ALL ON FUNCTION extension_past(uuid, uuid, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION extension_past(uuid, uuid, timestamptz) TO portal_app;
REVOKE CREATE ON SCHEMA public FROM portal_system;
