-- As it was; the calls of a month are walked through once, not once for each address.
CREATE OR REPLACE FUNCTION containment_sources(p_incident uuid, p_of uuid, p_extension uuid) RETURNS TABLE (network inet, kept text)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
DECLARE v_desk uuid := operator_tenant();
BEGIN
  IF app_tenant() IS DISTINCT FROM v_desk THEN RAISE EXCEPTION 'bans are the operator''s' USING ERRCODE = 'RF007'; END IF;
  RETURN QUERY WITH mine AS (
    SELECT e.id, e.sip_username FROM extension e WHERE e.tenant_id = p_of AND (p_extension IS NULL OR e.id = p_extension)
  ), seen AS (
    SELECT sender_of(s.value) AS net FROM incident_subject s WHERE s.tenant_id = v_desk AND s.incident_id = p_incident AND s.kind = 'address'
    UNION SELECT sender_of(c.source_address) FROM call c WHERE c.tenant_id = p_of AND c.extension_id IN (SELECT m.id FROM mine m)
      AND c.started_at > clock_timestamp() - interval '1 hour' AND c.kind <> 'inbound'
  ), before AS MATERIALIZED (
    SELECT DISTINCT c.source_address FROM call c WHERE c.tenant_id = p_of AND c.extension_id IN (SELECT m.id FROM mine m)
      AND c.started_at BETWEEN clock_timestamp() - interval '30 days' AND clock_timestamp() - interval '1 day' AND c.outcome = 'answered'
  )
  SELECT s.net, CASE WHEN EXISTS (SELECT FROM before b WHERE address_in(b.source_address) <<= s.net) THEN 'usual'
    ELSE (SELECT string_agg(w.kind || ' ' || w.what, ', ') FROM ban_would_cut(s.net, 'sip') w
      WHERE NOT (w.kind = 'extension' AND w.what IN (SELECT m.sip_username FROM mine m))) END
  FROM seen s WHERE s.net IS NOT NULL ORDER BY s.net LIMIT 20;
END $fn$;
