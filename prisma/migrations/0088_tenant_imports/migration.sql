-- Many tenants from one file, by a long job. Each row is a tenant of its own, made as a whole or not at all, and is known by its
-- key: whoever sends a file again makes nobody twice.
GRANT CREATE ON SCHEMA public TO portal_system;

CREATE TABLE tenant_import (
  tenant_id uuid NOT NULL REFERENCES tenant (id),
  id uuid NOT NULL DEFAULT gen_random_uuid(),
  task_id uuid,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  created_by text NOT NULL,
  PRIMARY KEY (tenant_id, id)
);
CREATE TABLE tenant_import_row (
  tenant_id uuid NOT NULL,
  import_id uuid NOT NULL,
  -- Of the file.
  line int NOT NULL CHECK (line > 0),
  key text NOT NULL CHECK (length(key) BETWEEN 1 AND 100),
  slug text NOT NULL,
  -- What is to be made; emptied once it is.
  asked jsonb NOT NULL,
  state text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'made', 'refused')),
  problem text,
  done_at timestamptz,
  PRIMARY KEY (tenant_id, import_id, line),
  FOREIGN KEY (tenant_id, import_id) REFERENCES tenant_import (tenant_id, id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX tenant_import_key ON tenant_import_row (tenant_id, key) WHERE state = 'made';

DO $$
DECLARE t text;
BEGIN
  FOREACH t IN ARRAY ARRAY['tenant_import', 'tenant_import_row'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
    EXECUTE format('CREATE POLICY own_tenant ON %I TO portal_app USING (tenant_id = app_tenant()) WITH CHECK (tenant_id = app_tenant())', t);
    EXECUTE format('CREATE POLICY system_functions ON %I TO portal_system USING (true) WITH CHECK (true)', t);
  END LOOP;
END $$;
GRANT SELECT, INSERT, UPDATE (task_id) ON tenant_import TO portal_app;
GRANT SELECT, INSERT, UPDATE (asked, state, problem, done_at) ON tenant_import_row TO portal_app;
GRANT SELECT, UPDATE ON tenant_import_row TO portal_system;
GRANT SELECT ON tenant_import TO portal_system;

-- What was asked for and not made is forgotten after a month; the keys stay, so that nobody is made twice. How many rows.
CREATE FUNCTION tenant_import_wipe() RETURNS int
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
DECLARE n int;
BEGIN
  UPDATE tenant_import_row r SET asked = '{}' FROM tenant_import i
    WHERE i.tenant_id = r.tenant_id AND i.id = r.import_id AND r.asked <> '{}' AND i.created_at < clock_timestamp() - interval '30 days'
    AND NOT EXISTS (SELECT FROM task k WHERE k.tenant_id = i.tenant_id AND k.id = i.task_id AND k.state IN ('queued', 'running'));
  GET DIAGNOSTICS n = ROW_COUNT;
  RETURN n;
END $fn$;
ALTER FUNCTION tenant_import_wipe() OWNER TO portal_system;
REVOKE ALL ON FUNCTION tenant_import_wipe() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION tenant_import_wipe() TO portal_app;
REVOKE CREATE ON SCHEMA public FROM portal_system;
