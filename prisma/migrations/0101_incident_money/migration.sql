-- Whom an incident is about, told in one place: the phones and tenants that its signals name, and those that it contains. From
-- that come the notices of customers, who are told of what was stopped as well, and what an incident has cost so far.
GRANT CREATE ON SCHEMA public TO portal_system;

-- The phones and tenants (extension NULL) of these incidents of one tenant, all without, with the parts of each. `why`: the kind
-- of the incident whose signals name it, or 'contained'.
CREATE FUNCTION incident_about(p_desk uuid, p_incidents uuid[])
RETURNS TABLE (incident_id uuid, of_tenant_id uuid, extension_id uuid, why text, signals bigint, first_at timestamptz, last_at timestamptz)
LANGUAGE sql STABLE AS $$
  SELECT coalesce(i.merged_into, i.id), x.of_tenant_id, x.extension_id, coalesce(x.why, i.kind), sum(x.signals)::bigint, min(x.first_at), max(x.last_at)
  FROM incident i JOIN (
    SELECT s.tenant_id, s.incident_id, s.of_tenant_id, s.extension_id, NULL AS why, s.signals, s.first_at, s.last_at FROM incident_subject s
      WHERE s.of_tenant_id IS NOT NULL AND (s.extension_id IS NOT NULL OR s.kind = 'tenant')
    UNION ALL SELECT c.tenant_id, c.incident_id, c.of_tenant_id, c.extension_id, 'contained', 0, c.created_at, c.created_at FROM containment c) x
    ON x.tenant_id = i.tenant_id AND x.incident_id = i.id
  WHERE i.tenant_id = p_desk AND (p_incidents IS NULL OR i.id = ANY (p_incidents) OR i.merged_into = ANY (p_incidents))
  GROUP BY 1, 2, 3, 4
$$;

-- What an incident of the operator is to the tenant acted on and to those below it: their phones that it touches or contains, or
-- all of a tenant (`whole`), what was done to them and how far it is. Nothing of other tenants, no word that somebody of the desk
-- wrote, and nothing about the operator's own system. Replaces the function of 0051_notifications.
DROP FUNCTION incident_notices(int);
CREATE FUNCTION incident_notices(p_limit int)
RETURNS TABLE (number bigint, kind text, state text, severity text, tenant_name text, tenant_slug text, first_at timestamptz, last_at timestamptz,
  contained_at timestamptz, closed_at timestamptz, whole boolean, stopped boolean, extensions jsonb)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  WITH about AS (
    SELECT a.incident_id, a.of_tenant_id, a.extension_id, sum(a.signals)::bigint AS signals, min(a.first_at) AS first_at, max(a.last_at) AS last_at
    FROM incident_about(operator_tenant(), NULL) a JOIN tenant_below b ON b.ancestor_id = app_tenant() AND b.descendant_id = a.of_tenant_id
    WHERE a.extension_id IS NOT NULL OR a.why NOT IN ('difference', 'ami_login', 'ami_silence', 'retention')
    GROUP BY 1, 2, 3)
  SELECT i.number, i.kind,
    CASE WHEN i.state IN ('triage', 'open') THEN 'open' WHEN i.state IN ('contained', 'monitoring') THEN 'stopped' ELSE 'over' END,
    i.severity, t.name, t.slug, min(s.first_at), max(s.last_at), i.contained_at, i.closed_at, bool_or(s.extension_id IS NULL),
    EXISTS (SELECT FROM block b WHERE b.placed_by = i.tenant_id AND b.lifted_at IS NULL AND b.tenant_id = t.id AND b.kind = 'tenant'
      AND b.incident_id IN (SELECT p.id FROM incident p WHERE p.tenant_id = i.tenant_id AND (p.id = i.id OR p.merged_into = i.id))),
    coalesce(jsonb_agg(jsonb_build_object('number', coalesce(x.number, ''), 'name', coalesce(x.display_name, ''), 'signals', s.signals,
      'deleted', x.id IS NULL, 'suspended', coalesce(x.state = 'suspended', false),
      'secretChangedAt', CASE WHEN x.secret_created_at > i.opened_at AND x.secret_created_at > x.created_at THEN x.secret_created_at END,
      'stopped', EXISTS (SELECT FROM block b WHERE b.placed_by = i.tenant_id AND b.lifted_at IS NULL AND b.tenant_id = t.id
        AND b.incident_id IN (SELECT p.id FROM incident p WHERE p.tenant_id = i.tenant_id AND (p.id = i.id OR p.merged_into = i.id))
        AND (b.kind = 'tenant' OR b.extension_id = s.extension_id))) ORDER BY x.number) FILTER (WHERE s.extension_id IS NOT NULL), '[]')
  FROM about s JOIN incident i ON i.tenant_id = operator_tenant() AND i.id = s.incident_id
  JOIN tenant t ON t.id = s.of_tenant_id
  LEFT JOIN extension x ON x.tenant_id = s.of_tenant_id AND x.id = s.extension_id
  WHERE i.state <> 'dismissed'
  GROUP BY i.tenant_id, i.id, t.id
  ORDER BY max(s.last_at) DESC, i.number DESC, t.slug LIMIT p_limit
$$;

-- As before, of whom the incident contains as well, and of tenants as a whole. Replaces the function of 0051_notifications.
CREATE OR REPLACE FUNCTION notify_below(p_incident uuid, p_severity text, p_url text)
RETURNS int LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
DECLARE i incident; r record; v_job uuid; n int := 0;
BEGIN
  SELECT * INTO i FROM incident x WHERE x.tenant_id = app_tenant() AND x.id = p_incident AND x.closed_at IS NULL AND x.merged_into IS NULL;
  IF NOT FOUND THEN RETURN 0; END IF;
  FOR r IN
    SELECT g.*, t.slug, coalesce(string_agg(DISTINCT o.slug || '-' || x.number, ', '), '') AS phones,
      coalesce(string_agg(DISTINCT o.slug, ', ') FILTER (WHERE s.extension_id IS NULL), '') AS tenants
    FROM notify_target g JOIN tenant t ON t.id = g.tenant_id
    JOIN tenant_below b ON b.ancestor_id = g.tenant_id
    JOIN incident_about(app_tenant(), ARRAY[i.id]) s ON s.of_tenant_id = b.descendant_id
      AND (s.extension_id IS NOT NULL OR s.why NOT IN ('difference', 'ami_login', 'ami_silence', 'retention'))
    JOIN tenant o ON o.id = s.of_tenant_id
    LEFT JOIN extension x ON x.tenant_id = s.of_tenant_id AND x.id = s.extension_id
    WHERE g.removed_at IS NULL AND g.level = 1 AND g.tenant_id <> i.tenant_id AND severity_rank(g.least_severity) <= severity_rank(p_severity)
    GROUP BY g.tenant_id, g.id, t.slug HAVING count(x.id) > 0 OR bool_or(s.extension_id IS NULL)
  LOOP
    INSERT INTO notify_delivery (tenant_id, target_id, key, event, body)
    VALUES (r.tenant_id, r.id, 'notice:' || i.id || ':' || p_severity, 'incident.notice', CASE r.kind WHEN 'webhook' THEN
      jsonb_build_object('type', 'incident.notice', 'timestamp', to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
        'data', jsonb_build_object('incident', i.number::text, 'severity', p_severity, 'extensions', left(r.phones, 1000), 'tenants', left(r.tenants, 1000),
          'url', p_url || '/t/' || r.slug || '/notices'))::text
      ELSE left('Incident ' || i.number || ' (' || p_severity || ') touches ' || concat_ws(' and ', 'your phones ' || nullif(r.phones, ''), 'all calls of ' || nullif(r.tenants, '')), 250)
        || ': ' || p_url || '/t/' || r.slug || '/notices' END)
    ON CONFLICT DO NOTHING RETURNING id INTO v_job;
    IF FOUND THEN
      INSERT INTO outbox_job (tenant_id, job_name, payload) VALUES (r.tenant_id, 'notify.deliver', jsonb_build_object('deliveryId', v_job));
      n := n + 1;
    END IF;
  END LOOP;
  IF n > 0 THEN PERFORM pg_notify('outbox', ''); END IF;
  RETURN n;
END $fn$;

-- What the calls of whom these incidents are about cost since each began, at whoever buys from the operator, until it was over:
-- charged; held for calls that go on, and how much of that is talked by now; and what those cost per minute. A row per currency,
-- none where there is no money in it. Whom signals name that are not about calls counts when it is contained. What a person opened
-- has no first signal, and is taken to have begun a day before, as for bans.
CREATE FUNCTION incident_loss(p_incidents uuid[])
RETURNS TABLE (incident_id uuid, currency text, since timestamptz, charged bigint, held bigint, talked bigint, per_minute bigint, calls int, live int)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  WITH w AS MATERIALIZED (
    SELECT i.id, coalesce(min(p.first_at) FILTER (WHERE p.kind <> 'manual'), min(p.first_at) - interval '1 day') AS since, coalesce(i.closed_at, 'infinity') AS until
    FROM incident i JOIN incident p ON p.tenant_id = i.tenant_id AND (p.id = i.id OR p.merged_into = i.id)
    WHERE i.tenant_id = app_tenant() AND i.id = ANY (p_incidents) AND i.tenant_id = operator_tenant() GROUP BY i.id, i.closed_at
  ), named AS MATERIALIZED (
    SELECT DISTINCT a.incident_id, a.of_tenant_id, a.extension_id FROM incident_about(app_tenant(), p_incidents) a
    WHERE a.why NOT IN ('sip_attack', 'sip_failure', 'sign_in', 'denied', 'config', 'difference', 'ami_login', 'ami_silence', 'retention')
  ), who AS MATERIALIZED (
    -- All of a tenant is its phones as well.
    SELECT n.*, w.since, w.until FROM named n JOIN w ON w.id = n.incident_id
    WHERE n.extension_id IS NULL OR NOT EXISTS (SELECT FROM named o WHERE o.incident_id = n.incident_id AND o.of_tenant_id = n.of_tenant_id AND o.extension_id IS NULL)
  ), c AS (
    SELECT o.incident_id, o.since, c.id, c.answered_at, false AS live FROM who o
      JOIN call c ON c.tenant_id = o.of_tenant_id AND c.extension_id = o.extension_id AND c.state = 'ended' AND c.started_at >= o.since AND c.started_at <= o.until
    UNION ALL SELECT o.incident_id, o.since, c.id, c.answered_at, false FROM who o
      JOIN call c ON c.tenant_id = o.of_tenant_id AND c.state = 'ended' AND c.started_at >= o.since AND c.started_at <= o.until WHERE o.extension_id IS NULL
    UNION ALL SELECT o.incident_id, o.since, c.id, c.answered_at, true FROM who o
      JOIN call c ON c.tenant_id = o.of_tenant_id AND c.state <> 'ended' AND c.started_at <= o.until AND (o.extension_id IS NULL OR c.extension_id = o.extension_id)
  ), priced AS (
    SELECT c.incident_id, p.currency, c.since, c.live, h.charged_micros, CASE WHEN h.state = 'open' THEN h.held_micros ELSE 0 END AS held,
      CASE WHEN h.state = 'open' AND c.answered_at IS NOT NULL THEN least(h.held_micros, hold_gross(h, t.seconds)) ELSE 0 END AS talked,
      CASE WHEN h.state = 'open' AND c.answered_at IS NOT NULL THEN t.price + tax_on(t.price, h.tax_ppm) ELSE 0 END AS per_minute
    FROM c JOIN hold h ON h.call_id = c.id JOIN tenant p ON p.id = h.tenant_id AND p.parent_id = app_tenant()
    CROSS JOIN LATERAL (SELECT greatest(0, extract(epoch FROM clock_timestamp() - c.answered_at))::bigint AS seconds) s
    CROSS JOIN LATERAL (SELECT s.seconds, coalesce((SELECT x.price FROM unnest(h.step_from, h.step_per_minute) x(since, price) WHERE x.since <= s.seconds
      ORDER BY x.since DESC LIMIT 1), h.per_minute_micros) AS price) t)
  SELECT p.incident_id, p.currency::text, min(p.since), coalesce(sum(p.charged_micros), 0)::bigint, sum(p.held)::bigint, sum(p.talked)::bigint, sum(p.per_minute)::bigint,
    count(*)::int, count(*) FILTER (WHERE p.live)::int
  FROM priced p GROUP BY 1, 2 ORDER BY 1, 2
$$;

DO $$
DECLARE f text;
BEGIN
  -- What so many seconds cost at the price of a hold: none of these reads anything.
  FOR f IN SELECT p.oid::regprocedure FROM pg_proc p WHERE p.pronamespace = 'public'::regnamespace
      AND p.proname IN ('hold_gross', 'hold_net', 'hold_at_late_price', 'price_charge', 'price_billed', 'tax_on') LOOP
    EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO portal_system', f);
  END LOOP;
  FOREACH f IN ARRAY ARRAY['incident_notices(int)', 'incident_loss(uuid[])'] LOOP
    EXECUTE format('ALTER FUNCTION %s OWNER TO portal_system', f);
    EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', f);
    EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO portal_app', f);
  END LOOP;
  ALTER FUNCTION incident_about(uuid, uuid[]) OWNER TO portal_system;
  REVOKE ALL ON FUNCTION incident_about(uuid, uuid[]) FROM PUBLIC;
END $$;
REVOKE CREATE ON SCHEMA public FROM portal_system;
