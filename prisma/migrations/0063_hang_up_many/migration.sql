-- Asks for the end of many calls at once, of the tenant acted on and those below it. Emergency calls and calls that are over
-- are left alone. Told back with their tenants from the root down: whoever records it in several trails locks them in one order.
GRANT CREATE ON SCHEMA public TO portal_system;
CREATE FUNCTION calls_hang_up(p_calls uuid[]) RETURNS TABLE (call_id uuid, tenant_id uuid)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
#variable_conflict use_column
BEGIN
  RETURN QUERY
    WITH live AS MATERIALIZED (
      SELECT c.id, c.tenant_id FROM call c JOIN tenant_below b ON b.descendant_id = c.tenant_id AND b.ancestor_id = app_tenant()
      WHERE c.id = ANY (p_calls) AND c.state <> 'ended' AND c.kind <> 'emergency'),
    asked AS (
      INSERT INTO outbox_job (tenant_id, job_name, payload)
      SELECT live.tenant_id, 'call.hang_up_of_subject', jsonb_build_object('subject', 'call', 'id', live.id) FROM live RETURNING 1)
    SELECT live.id, live.tenant_id FROM live
    ORDER BY (SELECT count(*) FROM tenant_below a WHERE a.descendant_id = live.tenant_id), live.tenant_id, live.id;
  PERFORM pg_notify('outbox', '');
END $fn$;
ALTER FUNCTION calls_hang_up(uuid[]) OWNER TO portal_system;
REVOKE ALL ON FUNCTION calls_hang_up(uuid[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION calls_hang_up(uuid[]) TO portal_app;
REVOKE CREATE ON SCHEMA public FROM portal_system;
