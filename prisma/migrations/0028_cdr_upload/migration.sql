-- A file of call records is compressed while it is sent, so how many parts it has is known when it is complete.
ALTER TABLE cdr_import ALTER COLUMN parts DROP NOT NULL;
-- Set when its records were taken out again: whatever was found by then says nothing any more.
ALTER TABLE cdr_import ADD COLUMN forgotten_at timestamptz;
GRANT UPDATE (parts) ON cdr_import TO portal_app;

GRANT CREATE ON SCHEMA public TO portal_charge;

-- As before, and the content goes as well, and the file says so: a job that went on from the middle would miss every call.
CREATE OR REPLACE FUNCTION cdr_forget(p_import uuid, p_limit int)
RETURNS int LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
DECLARE n int;
BEGIN
  DELETE FROM cdr_row WHERE (tenant_id, key) IN (SELECT tenant_id, key FROM cdr_row WHERE import_id = p_import LIMIT p_limit);
  GET DIAGNOSTICS n = ROW_COUNT;
  IF n > 0 THEN RETURN n; END IF;
  DELETE FROM cdr_match WHERE import_id = p_import;
  DELETE FROM difference WHERE import_id = p_import AND resolved_by IS NULL;
  PERFORM cdr_drop_content(p_import);
  UPDATE cdr_import SET forgotten_at = coalesce(forgotten_at, clock_timestamp()) WHERE id = p_import;
  RETURN 0;
END $fn$;

-- Lets go of content that nobody will read: of files that were never complete, and of those that failed long ago.
CREATE FUNCTION cdr_let_go()
RETURNS int LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
DECLARE n int;
BEGIN
  DELETE FROM cdr_import_part p USING cdr_import f LEFT JOIN task k ON k.tenant_id = f.tenant_id AND k.id = f.task_id
    WHERE p.tenant_id = app_tenant() AND f.tenant_id = p.tenant_id AND f.id = p.import_id
      AND ((f.task_id IS NULL AND f.created_at < clock_timestamp() - interval '1 day')
        OR (k.state IN ('failed', 'cancelled') AND k.ended_at < clock_timestamp() - interval '30 days'));
  GET DIAGNOSTICS n = ROW_COUNT;
  RETURN n;
END $fn$;

ALTER FUNCTION cdr_let_go() OWNER TO portal_charge;
REVOKE ALL ON FUNCTION cdr_let_go() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION cdr_let_go() TO portal_app;
REVOKE CREATE ON SCHEMA public FROM portal_charge;
