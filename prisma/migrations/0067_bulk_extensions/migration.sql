-- Extensions in bulk. What a long job makes is told once: its secrets are put into a box that only the key of whoever asked
-- opens, and the box is emptied when it is opened, or a day later.
GRANT CREATE ON SCHEMA public TO portal_system;

CREATE TABLE extension_batch (
  tenant_id uuid NOT NULL REFERENCES tenant (id),
  id uuid NOT NULL DEFAULT gen_random_uuid(),
  task_id uuid,
  -- Whether good rows are made although others turn out to be taken; else all or none.
  partly boolean NOT NULL,
  -- X25519; the other half is in the answer to whoever asked, and nowhere else.
  public_key bytea NOT NULL CHECK (length(public_key) = 32),
  -- What is to be made; emptied with the box.
  asked jsonb NOT NULL,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  created_by text NOT NULL,
  taken_at timestamptz,
  PRIMARY KEY (tenant_id, id)
);
-- A part is made as a whole or not at all, with its secrets: whoever goes on after a runner that died sees which are done.
CREATE TABLE extension_batch_part (
  tenant_id uuid NOT NULL,
  batch_id uuid NOT NULL,
  part int NOT NULL CHECK (part >= 0),
  made int NOT NULL,
  -- Numbers that somebody else took in between.
  taken text[] NOT NULL,
  sealed bytea,
  PRIMARY KEY (tenant_id, batch_id, part),
  FOREIGN KEY (tenant_id, batch_id) REFERENCES extension_batch (tenant_id, id) ON DELETE CASCADE
);

DO $$
DECLARE t text;
BEGIN
  FOREACH t IN ARRAY ARRAY['extension_batch', 'extension_batch_part'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
    EXECUTE format('CREATE POLICY own_tenant ON %I TO portal_app USING (tenant_id = app_tenant()) WITH CHECK (tenant_id = app_tenant())', t);
    EXECUTE format('CREATE POLICY tenants_below ON %I FOR SELECT TO portal_app USING (app_subtree() AND tenant_id IN '
      '(SELECT descendant_id FROM tenant_below WHERE ancestor_id = app_tenant()))', t);
    EXECUTE format('CREATE POLICY money_functions ON %I TO portal_charge USING (true) WITH CHECK (true)', t);
    EXECUTE format('CREATE POLICY system_functions ON %I TO portal_system USING (true) WITH CHECK (true)', t);
  END LOOP;
END $$;
GRANT SELECT, INSERT, UPDATE ON extension_batch TO portal_app;
GRANT SELECT, INSERT, UPDATE (sealed) ON extension_batch_part TO portal_app;
GRANT SELECT, DELETE ON extension_batch TO portal_system;
GRANT SELECT ON extension_batch_part TO portal_system;

-- Batches of more than a day ago, with whatever nobody came for. How many.
CREATE FUNCTION extension_batch_wipe() RETURNS int
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
DECLARE n int;
BEGIN
  DELETE FROM extension_batch b WHERE b.created_at < clock_timestamp() - interval '1 day'
    AND NOT EXISTS (SELECT FROM task k WHERE k.tenant_id = b.tenant_id AND k.id = b.task_id AND k.state IN ('queued', 'running'));
  GET DIAGNOSTICS n = ROW_COUNT;
  RETURN n;
END $fn$;
ALTER FUNCTION extension_batch_wipe() OWNER TO portal_system;
REVOKE ALL ON FUNCTION extension_batch_wipe() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION extension_batch_wipe() TO portal_app;

-- Lists are paged by number: shorter ones first, as people count.
CREATE INDEX extension_by_number ON extension (tenant_id, length(number), number);
REVOKE CREATE ON SCHEMA public FROM portal_system;
