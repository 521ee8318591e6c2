GRANT CREATE ON SCHEMA public TO portal_system;

-- What the desk wrote to a tenant is looked for by incident, among lines that are nobody's but the desk's.
CREATE INDEX incident_line_told ON incident_line (tenant_id, incident_id) WHERE kind = 'told';

-- As before, with what was done as the tenant may read it: when it began, what was stopped and let go of this tenant, what the desk
-- wrote to it, and when it was over; and under whose name. Of the desk's own timeline only lines that were written to this very
-- tenant. What was told or stopped stays after it turned out to be a false alarm. Replaces the function of 0101_incident_money.
DROP FUNCTION incident_notices(int);
CREATE FUNCTION incident_notices(p_limit int)
RETURNS TABLE (number bigint, kind text, state text, severity text, tenant_name text, tenant_slug text, first_at timestamptz, last_at timestamptz,
  contained_at timestamptz, closed_at timestamptz, whole boolean, stopped boolean, extensions jsonb, company text, history jsonb)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  WITH about AS (
    SELECT a.incident_id, a.of_tenant_id, a.extension_id, sum(a.signals)::bigint AS signals, min(a.first_at) AS first_at, max(a.last_at) AS last_at
    FROM incident_about(operator_tenant(), NULL) a JOIN tenant_below b ON b.ancestor_id = app_tenant() AND b.descendant_id = a.of_tenant_id
    WHERE a.extension_id IS NOT NULL OR a.why NOT IN ('difference', 'ami_login', 'ami_silence', 'retention')
    GROUP BY 1, 2, 3
  ), listed AS (
    SELECT i.tenant_id AS desk, i.id, i.number, i.kind, i.severity, i.opened_at, i.contained_at, i.closed_at, t.id AS of_id, t.parent_id, t.name, t.slug,
      CASE WHEN i.state IN ('triage', 'open') THEN 'open' WHEN i.state IN ('contained', 'monitoring') THEN 'stopped' ELSE 'over' END AS state,
      min(s.first_at) AS first_at, max(s.last_at) AS last_at, bool_or(s.extension_id IS NULL) AS whole,
      EXISTS (SELECT FROM block b WHERE b.placed_by = i.tenant_id AND b.lifted_at IS NULL AND b.tenant_id = t.id AND b.kind = 'tenant'
        AND b.incident_id IN (SELECT p.id FROM incident p WHERE p.tenant_id = i.tenant_id AND (p.id = i.id OR p.merged_into = i.id))) AS stopped,
      coalesce(jsonb_agg(jsonb_build_object('number', coalesce(x.number, ''), 'name', coalesce(x.display_name, ''), 'signals', s.signals,
        'deleted', x.id IS NULL, 'suspended', coalesce(x.state = 'suspended', false),
        'secretChangedAt', CASE WHEN x.secret_created_at > i.opened_at AND x.secret_created_at > x.created_at THEN x.secret_created_at END,
        'stopped', EXISTS (SELECT FROM block b WHERE b.placed_by = i.tenant_id AND b.lifted_at IS NULL AND b.tenant_id = t.id
          AND b.incident_id IN (SELECT p.id FROM incident p WHERE p.tenant_id = i.tenant_id AND (p.id = i.id OR p.merged_into = i.id))
          AND (b.kind = 'tenant' OR b.extension_id = s.extension_id))) ORDER BY x.number) FILTER (WHERE s.extension_id IS NOT NULL), '[]') AS extensions
    FROM about s JOIN incident i ON i.tenant_id = operator_tenant() AND i.id = s.incident_id
    JOIN tenant t ON t.id = s.of_tenant_id
    LEFT JOIN extension x ON x.tenant_id = s.of_tenant_id AND x.id = s.extension_id
    WHERE i.state <> 'dismissed'
      OR EXISTS (SELECT FROM containment c WHERE c.tenant_id = i.tenant_id AND c.incident_id = i.id AND c.of_tenant_id = t.id)
      OR EXISTS (SELECT FROM incident_line l WHERE l.tenant_id = i.tenant_id AND l.incident_id = i.id AND l.kind = 'told' AND l.detail ->> 'tenantId' = t.id::text)
    GROUP BY i.tenant_id, i.id, t.id
    ORDER BY max(s.last_at) DESC, i.number DESC, t.slug LIMIT p_limit
  ), part AS (
    SELECT n.id, n.of_id, p.tenant_id AS desk, p.id AS part_id FROM listed n JOIN incident p ON p.tenant_id = n.desk AND (p.id = n.id OR p.merged_into = n.id)
  ), held AS (
    SELECT p.id, p.of_id, c.created_at, c.released_at,
      jsonb_build_object('phone', CASE WHEN c.extension_id IS NOT NULL THEN coalesce(x.number, '') END,
        'calls', (SELECT coalesce(sum(s.count), 0) FROM containment_step s WHERE s.tenant_id = c.tenant_id AND s.containment_id = c.id AND s.step = 'hang_up'),
        'secrets', (SELECT coalesce(sum(s.count), 0) FROM containment_step s WHERE s.tenant_id = c.tenant_id AND s.containment_id = c.id AND s.step = 'rotate')) AS what
    FROM part p JOIN containment c ON c.tenant_id = p.desk AND c.incident_id = p.part_id AND c.of_tenant_id = p.of_id
    LEFT JOIN extension x ON x.tenant_id = c.of_tenant_id AND x.id = c.extension_id
  ), event AS (
    SELECT n.id, n.of_id, 1 AS place, greatest(n.opened_at, n.first_at) AS at, jsonb_build_object('what', 'opened') AS body FROM listed n
    UNION ALL SELECT h.id, h.of_id, 2, h.created_at, h.what || '{"what": "stopped"}' FROM held h
    UNION ALL SELECT h.id, h.of_id, 3, h.released_at, h.what || '{"what": "let_go"}' FROM held h WHERE h.released_at IS NOT NULL
    UNION ALL SELECT p.id, p.of_id, 4, l.at, jsonb_build_object('what', 'told', 'text', l.body) FROM part p
      JOIN incident_line l ON l.tenant_id = p.desk AND l.incident_id = p.part_id AND l.kind = 'told' AND l.detail ->> 'tenantId' = p.of_id::text
    UNION ALL SELECT n.id, n.of_id, 5, n.closed_at, jsonb_build_object('what', 'over') FROM listed n WHERE n.closed_at IS NOT NULL
  )
  SELECT n.number, n.kind, n.state, n.severity, n.name, n.slug, n.first_at, n.last_at, n.contained_at, n.closed_at, n.whole, n.stopped, n.extensions,
    coalesce((SELECT b.name FROM brand_nearest(n.parent_id) b), (SELECT o.name FROM tenant o WHERE o.id = n.desk)),
    (SELECT jsonb_agg(e.body || jsonb_build_object('at', e.at) ORDER BY e.at, e.place) FROM event e WHERE e.id = n.id AND e.of_id = n.of_id)
  FROM listed n ORDER BY n.last_at DESC, n.number DESC, n.slug
$$;
ALTER FUNCTION incident_notices(int) OWNER TO portal_system;
REVOKE ALL ON FUNCTION incident_notices(int) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION incident_notices(int) TO portal_app;
REVOKE CREATE ON SCHEMA public FROM portal_system;
