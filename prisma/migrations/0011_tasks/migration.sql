-- Long jobs that people wait for: an import, a re-rating. The row is what they look at; the queue only carries its id.
-- A call that leaves has no caller outside.
ALTER TABLE call ALTER COLUMN from_number DROP NOT NULL, ALTER COLUMN from_number DROP DEFAULT;

GRANT CREATE ON SCHEMA public TO portal_system;

CREATE TABLE task (
  tenant_id uuid NOT NULL REFERENCES tenant (id),
  id uuid NOT NULL UNIQUE DEFAULT gen_random_uuid(),
  kind text NOT NULL,
  title text NOT NULL CHECK (length(title) BETWEEN 1 AND 200),
  state text NOT NULL DEFAULT 'queued' CHECK (state IN ('queued', 'running', 'done', 'failed', 'cancelled')),
  done bigint NOT NULL DEFAULT 0,
  -- NULL while nobody knows how much there is to do.
  total bigint,
  note text NOT NULL DEFAULT '',
  input jsonb NOT NULL DEFAULT '{}',
  -- Where the work goes on after a cancel, a failure or the death of its worker.
  checkpoint jsonb,
  result jsonb,
  error text,
  cancel_requested boolean NOT NULL DEFAULT false,
  created_by text NOT NULL,
  -- Who runs it, while they keep saying so: a second worker leaves it alone for half a minute after the last word.
  runner uuid,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  started_at timestamptz,
  heartbeat_at timestamptz,
  ended_at timestamptz,
  PRIMARY KEY (tenant_id, id)
);
CREATE INDEX task_newest ON task (tenant_id, created_at DESC);

ALTER TABLE task ENABLE ROW LEVEL SECURITY;
ALTER TABLE task FORCE ROW LEVEL SECURITY;
CREATE POLICY own_tenant ON task TO portal_app USING (tenant_id = app_tenant()) WITH CHECK (tenant_id = app_tenant());
CREATE POLICY system_functions ON task TO portal_system USING (true) WITH CHECK (true);
GRANT SELECT, INSERT ON task TO portal_app;
GRANT UPDATE (state, cancel_requested, note, error, ended_at) ON task TO portal_app;
GRANT SELECT, UPDATE ON task TO portal_system;

-- Takes a task for one runner. No row: it is over, or somebody else is at it.
CREATE FUNCTION task_take(p_task uuid, p_runner uuid)
RETURNS TABLE (kind text, input jsonb, checkpoint jsonb, created_by text, cancel_requested boolean)
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
  UPDATE task t SET state = 'running', runner = p_runner, started_at = coalesce(t.started_at, clock_timestamp()), heartbeat_at = clock_timestamp(), error = NULL
  WHERE t.id = p_task AND (t.state = 'queued' OR (t.state = 'running' AND (t.runner = p_runner OR t.heartbeat_at < clock_timestamp() - interval '30 seconds')))
  RETURNING t.kind, t.input, t.checkpoint, t.created_by, t.cancel_requested
$$;

-- What came of a step. Returns 'go on', 'cancel', or 'lost' for a runner whose task is another's by now.
CREATE FUNCTION task_report(p_task uuid, p_runner uuid, p_done bigint, p_total bigint, p_note text, p_checkpoint jsonb)
RETURNS text LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
DECLARE v_cancel boolean;
BEGIN
  UPDATE task SET done = coalesce(p_done, done), total = coalesce(p_total, total), note = coalesce(left(p_note, 500), note),
      checkpoint = coalesce(p_checkpoint, checkpoint), heartbeat_at = clock_timestamp()
    WHERE id = p_task AND runner = p_runner AND state = 'running' RETURNING cancel_requested INTO v_cancel;
  IF NOT FOUND THEN RETURN 'lost'; END IF;
  RETURN CASE WHEN v_cancel THEN 'cancel' ELSE 'go on' END;
END $fn$;

CREATE FUNCTION task_end(p_task uuid, p_runner uuid, p_state text, p_result jsonb, p_error text)
RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
BEGIN
  UPDATE task SET state = p_state, result = coalesce(p_result, result), error = left(p_error, 1000), runner = NULL, ended_at = clock_timestamp()
    WHERE id = p_task AND runner = p_runner AND state = 'running';
  RETURN FOUND;
END $fn$;

-- Gives a task back that is to be tried again, so that the next runner need not wait.
CREATE FUNCTION task_release(p_task uuid, p_runner uuid)
RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
  UPDATE task SET state = 'queued', runner = NULL WHERE id = p_task AND runner = p_runner AND state = 'running'
$$;

CREATE FUNCTION task_running(p_task uuid)
RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT EXISTS (SELECT FROM task WHERE id = p_task AND state = 'running')
$$;

-- The queue gave it up: people must see that, and may let it go on.
CREATE FUNCTION task_give_up(p_task uuid, p_error text)
RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
  UPDATE task SET state = 'failed', error = left(p_error, 1000), runner = NULL, ended_at = clock_timestamp()
  WHERE id = p_task AND (state = 'queued' OR (state = 'running' AND heartbeat_at < clock_timestamp() - interval '30 seconds'))
$$;

DO $$
DECLARE f text;
BEGIN
  FOREACH f IN ARRAY ARRAY['task_release(uuid, uuid)', 'task_running(uuid)', 'task_give_up(uuid, text)', 'task_take(uuid, uuid)', 'task_report(uuid, uuid, bigint, bigint, text, jsonb)', 'task_end(uuid, uuid, text, jsonb, text)'] LOOP
    EXECUTE format('ALTER FUNCTION %s OWNER TO portal_system', f);
    EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', f);
    EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO portal_app', f);
  END LOOP;
END $$;
REVOKE CREATE ON SCHEMA public FROM portal_system;
