-- Who is told of incidents besides the people of the desk: addresses of mail, telephones, and programs that hear a signed
-- message; in levels, of which the later are told when nobody takes an incident in its time. And what a customer may read.
GRANT CREATE ON SCHEMA public TO portal_system;

CREATE TABLE notify_target (
  tenant_id uuid NOT NULL REFERENCES tenant (id),
  id uuid NOT NULL DEFAULT gen_random_uuid(),
  kind text NOT NULL CHECK (kind IN ('mail', 'webhook', 'sms')),
  address text NOT NULL CHECK (length(address) BETWEEN 3 AND 500 AND address !~ '[[:cntrl:][:space:]]'),
  least_severity text NOT NULL CHECK (least_severity IN ('low', 'medium', 'high', 'critical')),
  -- 1 is told at once, 2 when nobody took it in its time, 3 when nobody did in twice that.
  level int NOT NULL CHECK (level BETWEEN 1 AND 3),
  -- A webhook's secret is derived from this and the id, and is stored nowhere.
  secret_version int NOT NULL DEFAULT 1,
  created_by text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  removed_at timestamptz,
  PRIMARY KEY (tenant_id, id)
);
CREATE UNIQUE INDEX notify_target_once ON notify_target (tenant_id, kind, address, level) WHERE removed_at IS NULL;

CREATE TABLE notify_delivery (
  tenant_id uuid NOT NULL,
  id uuid NOT NULL UNIQUE DEFAULT gen_random_uuid(),
  target_id uuid NOT NULL,
  -- What happened, once per target.
  key text NOT NULL CHECK (length(key) BETWEEN 1 AND 200),
  event text NOT NULL CHECK (event ~ '^[a-z]+(\.[a-z_]+)*$'),
  -- What is sent, byte by byte.
  body text NOT NULL CHECK (length(body) <= 20000),
  state text NOT NULL DEFAULT 'queued' CHECK (state IN ('queued', 'held', 'sent', 'failed')),
  attempts int NOT NULL DEFAULT 0,
  -- The other side's answer, or why there was none.
  answer text NOT NULL DEFAULT '' CHECK (length(answer) <= 300),
  taken_at timestamptz,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  ended_at timestamptz,
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, target_id, key),
  FOREIGN KEY (tenant_id, target_id) REFERENCES notify_target (tenant_id, id)
);
CREATE INDEX notify_delivery_newest ON notify_delivery (tenant_id, created_at DESC);

DO $$
DECLARE t text;
BEGIN
  FOREACH t IN ARRAY ARRAY['notify_target', 'notify_delivery'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
    EXECUTE format('CREATE POLICY own_tenant ON %I TO portal_app USING (tenant_id = app_tenant()) WITH CHECK (tenant_id = app_tenant())', t);
    EXECUTE format('CREATE POLICY system_functions ON %I TO portal_system USING (true) WITH CHECK (true)', t);
  END LOOP;
END $$;
GRANT SELECT ON notify_target, notify_delivery TO portal_app;
GRANT INSERT (tenant_id, kind, address, least_severity, level, created_by) ON notify_target TO portal_app;
GRANT UPDATE (secret_version, removed_at) ON notify_target TO portal_app;
GRANT INSERT (tenant_id, target_id, key, event, body) ON notify_delivery TO portal_app;
GRANT UPDATE (state, attempts, answer, taken_at, ended_at) ON notify_delivery TO portal_app;
GRANT SELECT ON notify_target TO portal_system;
GRANT SELECT, INSERT, UPDATE ON notify_delivery TO portal_system;

-- Takes a delivery for one sender. 'go': it is his. 'busy': somebody else is at it. 'over': it is not to be sent (any more).
CREATE FUNCTION delivery_take(p_delivery uuid)
RETURNS TABLE (verdict text, target_id uuid, kind text, address text, secret_version int, event text, body text, created_at timestamptz)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
DECLARE d notify_delivery; t notify_target;
BEGIN
  SELECT * INTO d FROM notify_delivery x WHERE x.id = p_delivery FOR UPDATE;
  SELECT * INTO t FROM notify_target x WHERE x.tenant_id = d.tenant_id AND x.id = d.target_id;
  IF d.id IS NULL OR d.state <> 'queued' OR t.removed_at IS NOT NULL THEN
    verdict := 'over';
  ELSIF d.taken_at > clock_timestamp() - interval '1 minute' THEN
    verdict := 'busy';
  ELSE
    UPDATE notify_delivery x SET taken_at = clock_timestamp(), attempts = x.attempts + 1 WHERE x.id = d.id;
    RETURN QUERY SELECT 'go', t.id, t.kind, t.address, t.secret_version, d.event, d.body, d.created_at;
    RETURN;
  END IF;
  RETURN NEXT;
END $fn$;

-- How an attempt went: 'sent', 'failed' for good, 'held', or 'queued' for another try.
CREATE FUNCTION delivery_end(p_delivery uuid, p_state text, p_answer text)
RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
DECLARE d notify_delivery;
BEGIN
  UPDATE notify_delivery x SET state = p_state, answer = left(p_answer, 300), taken_at = NULL,
      ended_at = CASE WHEN p_state IN ('sent', 'failed') THEN clock_timestamp() END
    WHERE x.id = p_delivery AND x.state = 'queued' RETURNING * INTO d;
  IF FOUND THEN PERFORM pg_notify('live', json_build_object('t', d.tenant_id, 'k', 'incidents')::text); END IF;
END $fn$;

-- The queue gave it up.
CREATE FUNCTION delivery_give_up(p_delivery uuid) RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT delivery_end(p_delivery, 'failed', coalesce((SELECT nullif(answer, '') FROM notify_delivery WHERE id = p_delivery), 'It could not be sent after many tries.'))
$$;

-- What an incident of the operator is to the tenant acted on and to those below it: whose phones it touches, what was done to
-- them and how far it is. Nothing of other tenants, and no word that somebody of the desk wrote.
CREATE FUNCTION incident_notices(p_limit int)
RETURNS TABLE (number bigint, kind text, state text, severity text, tenant_name text, tenant_slug text, first_at timestamptz, last_at timestamptz,
  contained_at timestamptz, closed_at timestamptz, extensions jsonb)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT i.number, i.kind,
    CASE WHEN i.state IN ('triage', 'open') THEN 'open' WHEN i.state IN ('contained', 'monitoring') THEN 'stopped' ELSE 'over' END,
    i.severity, t.name, t.slug, min(s.first_at), max(s.last_at), i.contained_at, i.closed_at,
    jsonb_agg(jsonb_build_object('number', coalesce(x.number, ''), 'name', coalesce(x.display_name, ''), 'signals', s.signals,
      'deleted', x.id IS NULL, 'suspended', coalesce(x.state = 'suspended', false),
      'secretChangedAt', CASE WHEN x.secret_created_at > i.opened_at AND x.secret_created_at > x.created_at THEN x.secret_created_at END,
      'stopped', EXISTS (SELECT FROM block b WHERE b.placed_by = i.tenant_id AND b.incident_id = i.id AND b.lifted_at IS NULL AND b.tenant_id = t.id
        AND (b.kind = 'tenant' OR b.extension_id = s.extension_id))) ORDER BY x.number)
  FROM incident i
  JOIN incident_subject s ON s.tenant_id = i.tenant_id AND s.kind = 'extension'
    AND (s.incident_id = i.id OR s.incident_id IN (SELECT m.id FROM incident m WHERE m.tenant_id = i.tenant_id AND m.merged_into = i.id))
  JOIN tenant_below b ON b.ancestor_id = app_tenant() AND b.descendant_id = s.of_tenant_id
  JOIN tenant t ON t.id = s.of_tenant_id
  LEFT JOIN extension x ON x.tenant_id = s.of_tenant_id AND x.id = s.extension_id
  WHERE i.merged_into IS NULL AND i.state <> 'dismissed'
  GROUP BY i.tenant_id, i.id, t.id
  ORDER BY max(s.last_at) DESC, i.number DESC, t.slug LIMIT p_limit
$$;

-- Tells those below whom an incident of the tenant acted on touches, and those in between, where they asked to be told. They
-- read no more than in their notices. A repeat tells nobody twice. Returns how many messages were queued.
CREATE FUNCTION notify_below(p_incident uuid, p_severity text, p_url text)
RETURNS int LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
DECLARE i incident; r record; v_job uuid; n int := 0;
BEGIN
  SELECT * INTO i FROM incident x WHERE x.tenant_id = app_tenant() AND x.id = p_incident AND x.closed_at IS NULL AND x.merged_into IS NULL;
  IF NOT FOUND THEN RETURN 0; END IF;
  FOR r IN
    SELECT g.*, t.slug, string_agg(DISTINCT o.slug || '-' || x.number, ', ') AS phones
    FROM notify_target g JOIN tenant t ON t.id = g.tenant_id
    JOIN tenant_below b ON b.ancestor_id = g.tenant_id
    JOIN incident_subject s ON s.tenant_id = i.tenant_id AND s.incident_id = i.id AND s.of_tenant_id = b.descendant_id
    JOIN extension x ON x.id = s.extension_id JOIN tenant o ON o.id = x.tenant_id
    WHERE g.removed_at IS NULL AND g.level = 1 AND g.tenant_id <> i.tenant_id AND severity_rank(g.least_severity) <= severity_rank(p_severity)
    GROUP BY g.tenant_id, g.id, t.slug
  LOOP
    INSERT INTO notify_delivery (tenant_id, target_id, key, event, body)
    VALUES (r.tenant_id, r.id, 'notice:' || i.id || ':' || p_severity, 'incident.notice', CASE r.kind WHEN 'webhook' THEN
      jsonb_build_object('type', 'incident.notice', 'timestamp', to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
        'data', jsonb_build_object('incident', i.number::text, 'severity', p_severity, 'extensions', left(r.phones, 1000), 'url', p_url || '/t/' || r.slug || '/notices'))::text
      ELSE left('Incident ' || i.number || ' (' || p_severity || ') touches your phones ' || r.phones, 250) || ': ' || p_url || '/t/' || r.slug || '/notices' END)
    ON CONFLICT DO NOTHING RETURNING id INTO v_job;
    IF FOUND THEN
      INSERT INTO outbox_job (tenant_id, job_name, payload) VALUES (r.tenant_id, 'notify.deliver', jsonb_build_object('deliveryId', v_job));
      n := n + 1;
    END IF;
  END LOOP;
  IF n > 0 THEN PERFORM pg_notify('outbox', ''); END IF;
  RETURN n;
END $fn$;

DO $$
DECLARE f text;
BEGIN
  FOREACH f IN ARRAY ARRAY['delivery_take(uuid)', 'delivery_end(uuid, text, text)', 'delivery_give_up(uuid)', 'incident_notices(int)', 'notify_below(uuid, text, text)'] LOOP
    EXECUTE format('ALTER FUNCTION %s OWNER TO portal_system', f);
    EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', f);
    EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO portal_app', f);
  END LOOP;
END $$;
GRANT SELECT ON block TO portal_system;
REVOKE CREATE ON SCHEMA public FROM portal_system;
