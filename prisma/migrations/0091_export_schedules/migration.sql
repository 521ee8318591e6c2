-- Files that are made by themselves, every day, week or month, of the period before. Whoever asked for one gets a mail with the
-- way to the page, never with what is in the file, and is told when one could not be made.
GRANT CREATE ON SCHEMA public TO portal_system;

CREATE TABLE export_schedule (
  tenant_id uuid NOT NULL REFERENCES tenant (id),
  id uuid NOT NULL DEFAULT gen_random_uuid(),
  -- Who asked for it, whose right to it is looked at each time, and who is told.
  person_id uuid NOT NULL REFERENCES person (id),
  every text NOT NULL CHECK (every IN ('day', 'week', 'month')),
  what text NOT NULL CHECK (what ~ '^[a-z_]{3,30}$'),
  -- Filter and style, as they were asked for; the days come with each time.
  settings jsonb NOT NULL,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  next_at timestamptz NOT NULL,
  last_at timestamptz,
  paused_at timestamptz,
  -- Why it was paused by itself.
  note text NOT NULL DEFAULT '' CHECK (length(note) <= 300),
  PRIMARY KEY (tenant_id, id)
);
CREATE INDEX export_schedule_due ON export_schedule (next_at) WHERE paused_at IS NULL;
ALTER TABLE export_schedule ENABLE ROW LEVEL SECURITY;
ALTER TABLE export_schedule FORCE ROW LEVEL SECURITY;
CREATE POLICY own_tenant ON export_schedule TO portal_app USING (tenant_id = app_tenant()) WITH CHECK (tenant_id = app_tenant());
CREATE POLICY system_functions ON export_schedule TO portal_system USING (true) WITH CHECK (true);
GRANT SELECT, DELETE ON export_schedule TO portal_app;
GRANT INSERT (tenant_id, person_id, every, what, settings, next_at) ON export_schedule TO portal_app;
GRANT UPDATE (next_at, last_at, paused_at, note) ON export_schedule TO portal_app;
GRANT SELECT ON export_schedule TO portal_system;

ALTER TABLE export_file ADD COLUMN schedule_id uuid, ADD COLUMN told_at timestamptz;
CREATE INDEX export_file_untold ON export_file (as_of) WHERE schedule_id IS NOT NULL AND told_at IS NULL;
GRANT UPDATE (schedule_id, told_at) ON export_file TO portal_app;

-- The next time after a moment: two in the morning of the tenant's first day of a day, week (Monday) or month.
CREATE FUNCTION schedule_next(p_every text, p_zone text, p_after timestamptz) RETURNS timestamptz LANGUAGE sql STABLE AS $$
  SELECT min(m.at) FROM (SELECT (date_trunc(p_every, p_after AT TIME ZONE p_zone) + n * ('1 ' || p_every)::interval + interval '2 hours') AT TIME ZONE p_zone AS at
    FROM generate_series(0, 2) n) m WHERE m.at > p_after
$$;

-- What is due, and what ended and nobody was told of; for a worker, which then acts for each tenant.
CREATE FUNCTION export_schedules_due(p_limit int) RETURNS TABLE (tenant_id uuid, id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT s.tenant_id, s.id FROM export_schedule s JOIN tenant t ON t.id = s.tenant_id AND t.state = 'active'
  WHERE s.paused_at IS NULL AND s.next_at <= clock_timestamp() ORDER BY s.next_at, s.id LIMIT p_limit
$$;
CREATE FUNCTION export_untold(p_limit int) RETURNS TABLE (tenant_id uuid, id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT f.tenant_id, f.id FROM export_file f JOIN task k ON k.tenant_id = f.tenant_id AND k.id = f.task_id
  WHERE f.schedule_id IS NOT NULL AND f.told_at IS NULL AND (f.ready_at IS NOT NULL OR k.state = 'failed') ORDER BY f.as_of LIMIT p_limit
$$;
-- Whoever asked for a schedule of the tenant acted on, with the role that they have there now, from a seat there or above; no role:
-- they have none any more.
CREATE FUNCTION export_schedule_person(p_schedule uuid) RETURNS TABLE (person_id uuid, email text, role text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT p.id, p.email, (SELECT f.role FROM tenant t CROSS JOIN LATERAL find_seat(p.id, t.slug) f WHERE t.id = s.tenant_id)
  FROM export_schedule s JOIN person p ON p.id = s.person_id WHERE s.tenant_id = app_tenant() AND s.id = p_schedule
$$;

DO $$
DECLARE f text;
BEGIN
  FOREACH f IN ARRAY ARRAY['export_schedules_due(int)', 'export_untold(int)', 'export_schedule_person(uuid)'] LOOP
    EXECUTE format('ALTER FUNCTION %s OWNER TO portal_system', f);
    EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', f);
    EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO portal_app', f);
  END LOOP;
END $$;
GRANT EXECUTE ON FUNCTION find_seat(uuid, text) TO portal_system;
CREATE POLICY retention_functions ON export_schedule TO portal_retention USING (true) WITH CHECK (true);
GRANT SELECT, UPDATE (settings, note) ON export_schedule TO portal_retention;
INSERT INTO erasure_target (relation, rank, class, at_column, texts, jsons) VALUES ('export_schedule', 355, 'exports', 'created_at', '{note}', '{settings}');
REVOKE CREATE ON SCHEMA public FROM portal_system;
