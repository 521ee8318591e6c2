-- Files that people ask for: calls, movements, the trail and other lists, as a long job. A file stands here in parts, each
-- written once with where the next one begins, so that whoever goes on after a dead worker makes the same bytes.
GRANT CREATE ON SCHEMA public TO portal_system, portal_retention, portal_charge;

CREATE TABLE export_file (
  tenant_id uuid NOT NULL REFERENCES tenant (id),
  id uuid NOT NULL DEFAULT gen_random_uuid(),
  task_id uuid NOT NULL,
  what text NOT NULL CHECK (what ~ '^[a-z_]{3,30}$'),
  format text NOT NULL CHECK (format ~ '^[a-z_]{3,30}$'),
  -- Filter, columns, zone and style, as they were asked for.
  settings jsonb NOT NULL,
  file_name text NOT NULL CHECK (file_name ~ '^[A-Za-z0-9._-]{1,120}$'),
  -- What is in the file was true at this moment.
  as_of timestamptz NOT NULL DEFAULT clock_timestamp(),
  -- The same as a number: of the last movement or event that is in it, or of the first transaction that is not.
  bound bigint NOT NULL,
  created_by text NOT NULL,
  lines bigint,
  bytes bigint,
  sha256 text CHECK (sha256 ~ '^[0-9a-f]{64}$'),
  ready_at timestamptz,
  expires_at timestamptz,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, task_id) REFERENCES task (tenant_id, id) ON DELETE CASCADE,
  CHECK (ready_at IS NULL OR (lines IS NOT NULL AND bytes IS NOT NULL AND sha256 IS NOT NULL AND expires_at IS NOT NULL))
);
CREATE UNIQUE INDEX export_file_of_task ON export_file (tenant_id, task_id);
CREATE INDEX export_file_newest ON export_file (tenant_id, as_of DESC);

CREATE TABLE export_part (
  tenant_id uuid NOT NULL,
  export_id uuid NOT NULL,
  part int NOT NULL CHECK (part >= 0),
  lines int NOT NULL,
  -- Before it was packed.
  bytes int NOT NULL,
  -- Where the next part goes on; NULL for the last one.
  after text,
  -- A member of a gzip file, or the bytes of a document.
  data bytea NOT NULL,
  PRIMARY KEY (tenant_id, export_id, part),
  FOREIGN KEY (tenant_id, export_id) REFERENCES export_file (tenant_id, id) ON DELETE CASCADE
);

DO $$
DECLARE t text;
BEGIN
  FOREACH t IN ARRAY ARRAY['export_file', 'export_part'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
    EXECUTE format('CREATE POLICY own_tenant ON %I TO portal_app USING (tenant_id = app_tenant()) WITH CHECK (tenant_id = app_tenant())', t);
    EXECUTE format('CREATE POLICY system_functions ON %I TO portal_system USING (true) WITH CHECK (true)', t);
    EXECUTE format('CREATE POLICY retention_functions ON %I TO portal_retention USING (true) WITH CHECK (true)', t);
  END LOOP;
END $$;
GRANT SELECT, INSERT ON export_file TO portal_app;
GRANT SELECT ON export_part TO portal_app;
GRANT SELECT, UPDATE (lines, bytes, sha256, ready_at, expires_at) ON export_file TO portal_system;
GRANT SELECT, INSERT, DELETE ON export_part TO portal_system;
GRANT SELECT ON export_file TO portal_retention;
GRANT SELECT, DELETE ON export_part TO portal_retention;

-- Writes one part of a file that is being made; the same part again changes nothing.
CREATE FUNCTION export_add_part(p_tenant uuid, p_export uuid, p_part int, p_lines int, p_bytes int, p_after text, p_data bytea) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
  INSERT INTO export_part (tenant_id, export_id, part, lines, bytes, after, data)
    SELECT f.tenant_id, f.id, p_part, p_lines, p_bytes, p_after, p_data FROM export_file f
    WHERE f.tenant_id = p_tenant AND f.id = p_export AND f.ready_at IS NULL
  ON CONFLICT DO NOTHING
$$;

-- Takes the parts of a file away that is not whole, so that it begins anew.
CREATE FUNCTION export_drop_parts(p_tenant uuid, p_export uuid) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
  DELETE FROM export_part p USING export_file f
  WHERE f.tenant_id = p_tenant AND f.id = p_export AND f.ready_at IS NULL AND p.tenant_id = f.tenant_id AND p.export_id = f.id
$$;

-- From now on the file can be had: at once and as a whole. Whether it was this call that made it so. RF001: parts are missing.
CREATE FUNCTION export_ready(p_tenant uuid, p_export uuid, p_parts int, p_lines bigint, p_bytes bigint, p_sha256 text, p_days int) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
BEGIN
  IF (SELECT count(*) FROM export_part WHERE tenant_id = p_tenant AND export_id = p_export AND part < p_parts) <> p_parts THEN
    RAISE EXCEPTION 'parts of the file are missing' USING ERRCODE = 'RF001';
  END IF;
  UPDATE export_file SET lines = p_lines, bytes = p_bytes, sha256 = p_sha256, ready_at = clock_timestamp(),
      expires_at = clock_timestamp() + p_days * interval '1 day'
    WHERE tenant_id = p_tenant AND id = p_export AND ready_at IS NULL;
  RETURN FOUND;
END $fn$;

-- Movements of the wallet of the tenant acted on, oldest first: so many after one number and up to another.
CREATE FUNCTION wallet_movements(p_after bigint, p_until bigint, p_limit int)
RETURNS TABLE (seq bigint, transaction_id uuid, kind text, memo text, call_id uuid, actor text, amount_micros bigint, balance_after_micros bigint, occurred_at timestamptz, currency char(3))
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT e.seq, x.id, CASE WHEN e.line = 3 AND x.kind IN ('charge', 'correction') THEN 'tax' ELSE x.kind END, x.memo,
    CASE WHEN x.tenant_id = e.tenant_id THEN x.call_id END, CASE WHEN x.tenant_id = e.tenant_id THEN x.actor ELSE 'provider' END,
    e.amount_micros, e.balance_after_micros, e.occurred_at, e.currency
  FROM wallet w JOIN ledger_entry e ON e.wallet_id = w.id JOIN ledger_transaction x ON x.id = e.transaction_id
  WHERE w.tenant_id = app_tenant() AND w.currency = (SELECT currency FROM tenant WHERE id = app_tenant())
    AND e.seq > p_after AND e.seq <= p_until
  ORDER BY e.seq LIMIT p_limit
$$;

-- Whether a row's version was written by transaction number p_bound or a later one. Numbers on rows go round after four milliards,
-- so this is true of rows of the last two milliards only. Plain, so that it becomes part of the query that uses it.
CREATE FUNCTION written_since(p_xmin xid, p_bound bigint) RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT (p_xmin::text::bigint - p_bound % 4294967296 + 4294967296) % 4294967296 < 2147483648
$$;
REVOKE ALL ON FUNCTION written_since(xid, bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION written_since(xid, bigint) TO portal_app;

-- How long a file can be had. Its settings stay with its job, so that it can be made again.
INSERT INTO retention_class VALUES ('exports', 75, 'tenant', '{delete}', 'delete', 7, 1, 90);
-- As before, with the parts of files.
ALTER FUNCTION retention_source(text) RENAME TO retention_source_with_calls;
CREATE FUNCTION retention_source(p_class text, OUT relation text, OUT keys text, OUT due text, OUT held text, OUT oldest text, OUT change text)
LANGUAGE sql IMMUTABLE AS $$
  SELECT 'export_part', 'tenant_id, export_id, part',
    'tenant_id = $1 AND export_id IN (SELECT f.id FROM export_file f WHERE f.tenant_id = $1 AND coalesce(f.ready_at, f.as_of) < $2)', 'false',
    'SELECT min(coalesce(f.ready_at, f.as_of)) FROM export_file f WHERE f.tenant_id = $1 AND EXISTS (SELECT FROM export_part p '
      'WHERE p.tenant_id = f.tenant_id AND p.export_id = f.id)', ''
  WHERE p_class = 'exports'
  UNION ALL SELECT s.relation, s.keys, s.due, s.held, s.oldest, s.change FROM retention_source_with_calls(p_class) s WHERE p_class <> 'exports'
$$;

DO $$
DECLARE f text;
BEGIN
  FOREACH f IN ARRAY ARRAY['export_add_part(uuid, uuid, int, int, int, text, bytea)', 'export_drop_parts(uuid, uuid)',
    'export_ready(uuid, uuid, int, bigint, bigint, text, int)'] LOOP
    EXECUTE format('ALTER FUNCTION %s OWNER TO portal_system', f);
    EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', f);
    EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO portal_app', f);
  END LOOP;
  ALTER FUNCTION wallet_movements(bigint, bigint, int) OWNER TO portal_charge;
  REVOKE ALL ON FUNCTION wallet_movements(bigint, bigint, int) FROM PUBLIC;
  GRANT EXECUTE ON FUNCTION wallet_movements(bigint, bigint, int) TO portal_app;
  ALTER FUNCTION retention_source(text) OWNER TO portal_retention;
  REVOKE ALL ON FUNCTION retention_source(text) FROM PUBLIC;
END $$;
REVOKE CREATE ON SCHEMA public FROM portal_system, portal_retention, portal_charge;
