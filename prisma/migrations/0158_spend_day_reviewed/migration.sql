-- A finding belongs to one incident: what comes after that incident is over is another finding, so that a rule's record counts what the
-- desk decided of each.
GRANT CREATE ON SCHEMA public TO portal_system;
DO $$
DECLARE
  v text := pg_get_functiondef('rule_hit(jsonb)'::regprocedure);
  a text := 'ORDER BY x.last_at DESC LIMIT 1 FOR UPDATE;';
BEGIN
  IF strpos(v, a) = 0 THEN RAISE EXCEPTION 'rule_hit does not say %', a; END IF;
  EXECUTE replace(v, a, 'AND NOT EXISTS (SELECT FROM incident o LEFT JOIN incident m ON m.tenant_id = o.tenant_id AND m.id = o.merged_into
      WHERE o.tenant_id = v_desk AND o.id = x.incident_id AND coalesce(m.closed_at, o.closed_at) IS NOT NULL)
    ' || a);
END $$;
REVOKE CREATE ON SCHEMA public FROM portal_system;

-- Who said that an hour's spending is only to be told of, or not looked at, meant that no phone is cut off for money: the same holds of
-- a day's, until they say otherwise.
INSERT INTO rule (tenant_id, about_id, signal, scope, mode, action, ends_at, changed_by)
SELECT tenant_id, about_id, 'spend_day', scope, CASE WHEN mode IN ('off', 'shadow') THEN mode END, CASE WHEN action IN ('notify', 'open') THEN action END, ends_at, changed_by
FROM rule WHERE signal = 'spend' AND scope = 'extension' AND (mode IN ('off', 'shadow') OR action IN ('notify', 'open'))
ON CONFLICT DO NOTHING;
