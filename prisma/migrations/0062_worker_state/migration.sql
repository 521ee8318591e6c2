-- What each worker process says of itself, every few seconds: the operator sees from it whether the parts work. Of the
-- system, not of a tenant; written and read through functions only.
CREATE TABLE worker_state (
  id text PRIMARY KEY CHECK (length(id) BETWEEN 1 AND 100),
  pbx text NOT NULL CHECK (length(pbx) <= 100),
  started_at timestamptz NOT NULL,
  beat_at timestamptz NOT NULL,
  report jsonb NOT NULL CHECK (length(report::text) <= 100000)
);
REVOKE ALL ON worker_state FROM PUBLIC;
GRANT SELECT, INSERT, UPDATE, DELETE ON worker_state TO portal_system;

GRANT CREATE ON SCHEMA public TO portal_system;

-- A beat on the database's clock, so that ages of all workers compare. Workers that said nothing for a day are forgotten.
CREATE FUNCTION worker_beat(p_id text, p_pbx text, p_started_at timestamptz, p_report jsonb) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
  INSERT INTO worker_state (id, pbx, started_at, beat_at, report) VALUES (p_id, p_pbx, p_started_at, clock_timestamp(), p_report)
  ON CONFLICT (id) DO UPDATE SET beat_at = excluded.beat_at, report = excluded.report;
  DELETE FROM worker_state WHERE beat_at < clock_timestamp() - interval '1 day'
$$;

-- A worker that ended as it was told to is not missing.
CREATE FUNCTION worker_gone(p_id text) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$ DELETE FROM worker_state WHERE id = p_id $$;

-- The operator's alone.
CREATE FUNCTION workers_state() RETURNS TABLE (id text, pbx text, started_at timestamptz, beat_at timestamptz, report jsonb)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT w.id, w.pbx, w.started_at, w.beat_at, w.report FROM worker_state w
  WHERE EXISTS (SELECT FROM tenant t WHERE t.id = app_tenant() AND t.kind = 'operator') ORDER BY w.started_at DESC LIMIT 50
$$;

-- What lies in the database and waits to be done, and how the database itself is. The operator's alone.
CREATE FUNCTION system_state() RETURNS jsonb
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT jsonb_build_object(
    'version', current_setting('server_version'),
    'bytes', pg_database_size(current_database()),
    'connections', (SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()),
    'connectionsMost', current_setting('max_connections')::int,
    'outbox', (SELECT count(*) FROM (SELECT FROM outbox_job WHERE done_at IS NULL LIMIT 10001) x),
    'outboxOldest', (SELECT min(created_at) FROM outbox_job WHERE done_at IS NULL),
    'mails', (SELECT count(*) FROM (SELECT FROM mail WHERE state = 'queued' LIMIT 10001) x),
    'mailsFailed', (SELECT count(*) FROM (SELECT FROM mail WHERE state = 'failed' AND created_at > now() - interval '1 day' LIMIT 10001) x))
  WHERE EXISTS (SELECT FROM tenant t WHERE t.id = app_tenant() AND t.kind = 'operator')
$$;

-- Long jobs of every tenant: those that wait or run, then those that failed, then the others of the last week, the newest
-- first. The operator's alone; what a job was given and what came of it stay its tenant's.
CREATE FUNCTION tasks_of_all(p_limit int) RETURNS TABLE (id uuid, kind text, title text, state text, done bigint, total bigint, error text,
  tenant_name text, tenant_slug text, created_at timestamptz, started_at timestamptz, ended_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT k.id, k.kind, k.title, k.state, k.done, k.total, k.error, t.name, t.slug, k.created_at, k.started_at, k.ended_at
  FROM task k JOIN tenant t ON t.id = k.tenant_id
  WHERE EXISTS (SELECT FROM tenant o WHERE o.id = app_tenant() AND o.kind = 'operator')
    AND (k.state IN ('queued', 'running') OR k.created_at > now() - interval '7 days')
  ORDER BY CASE WHEN k.state IN ('queued', 'running') THEN 0 WHEN k.state = 'failed' THEN 1 ELSE 2 END, k.created_at DESC, k.id
  LIMIT p_limit
$$;

DO $$
DECLARE f text;
BEGIN
  FOREACH f IN ARRAY ARRAY['worker_beat(text, text, timestamptz, jsonb)', 'worker_gone(text)', 'workers_state()', 'system_state()', 'tasks_of_all(int)'] LOOP
    EXECUTE format('ALTER FUNCTION %s OWNER TO portal_system', f);
    EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', f);
    EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO portal_app', f);
  END LOOP;
END $$;
REVOKE CREATE ON SCHEMA public FROM portal_system;
