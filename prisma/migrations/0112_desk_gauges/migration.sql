-- What the workers tell a monitoring system about the incident desk, over all tenants and without naming one. An incident that was
-- merged into another is not one of its own any more.
GRANT CREATE ON SCHEMA public TO portal_system;
CREATE FUNCTION desk_gauges()
RETURNS jsonb LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT jsonb_build_object(
    'incidents', (SELECT coalesce(jsonb_agg(jsonb_build_object('severity', severity, 'state', state, 'count', n, 'waiting', waiting)), '[]')
      FROM (SELECT severity, state, count(*) AS n, max(extract(epoch FROM now() - opened_at)) FILTER (WHERE acknowledged_at IS NULL) AS waiting
        FROM incident WHERE closed_at IS NULL AND merged_into IS NULL GROUP BY severity, state) i),
    'steps', (SELECT coalesce(jsonb_object_agg(state, n), '{}') FROM (SELECT s.state, count(*) AS n
      FROM containment_step s JOIN containment c ON c.tenant_id = s.tenant_id AND c.id = s.containment_id
      WHERE s.state IN ('waiting', 'running', 'failed') AND c.released_at IS NULL GROUP BY s.state) s),
    'signals', (SELECT coalesce(jsonb_object_agg(kind, n), '{}')
      FROM (SELECT kind, sum(signals) AS n FROM signal WHERE minute > now() - interval '1 hour' GROUP BY kind) s),
    'bans', (SELECT coalesce(jsonb_object_agg(scope, n), '{}')
      FROM (SELECT scope, count(*) AS n FROM ban WHERE lifted_at IS NULL AND expires_at > now() GROUP BY scope) b),
    'blocks', (SELECT coalesce(jsonb_object_agg(kind, n), '{}') FROM (SELECT kind, count(*) AS n FROM block WHERE lifted_at IS NULL GROUP BY kind) b))
$$;
ALTER FUNCTION desk_gauges() OWNER TO portal_system;
REVOKE ALL ON FUNCTION desk_gauges() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION desk_gauges() TO portal_app;
REVOKE CREATE ON SCHEMA public FROM portal_system;
