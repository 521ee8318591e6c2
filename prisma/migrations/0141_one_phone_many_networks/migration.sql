-- Guesses at one phone from ever new networks are one attack: from the third network on they belong to the oldest incident that
-- is about this phone and about nothing else.
GRANT CREATE ON SCHEMA public TO portal_system;
CREATE FUNCTION incident_about_phone(p_desk uuid, p_username text, p_since timestamptz) RETURNS uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  WITH about AS (
    SELECT i.id, i.number FROM incident i JOIN incident_subject x ON x.tenant_id = i.tenant_id AND x.incident_id = i.id
    WHERE i.tenant_id = p_desk AND i.kind = 'sip_attack' AND i.closed_at IS NULL AND i.merged_into IS NULL AND i.source <> 'elsewhere'
      AND x.kind = 'extension' AND x.value = p_username AND x.last_at > p_since
      AND NOT EXISTS (SELECT FROM incident_subject o WHERE o.tenant_id = i.tenant_id AND o.incident_id = i.id AND o.kind IN ('extension', 'username') AND o.value <> p_username))
  SELECT id FROM about WHERE 2 <= (SELECT count(DISTINCT network_of(s.value)) FROM about a JOIN incident_subject s ON s.tenant_id = p_desk AND s.incident_id = a.id
    WHERE s.kind = 'address' AND s.last_at > p_since) ORDER BY number LIMIT 1
$$;
ALTER FUNCTION incident_about_phone(uuid, text, timestamptz) OWNER TO portal_system;
REVOKE ALL ON FUNCTION incident_about_phone(uuid, text, timestamptz) FROM PUBLIC;

DO $do$
DECLARE v text := pg_get_functiondef('signal_take(timestamptz, text, text, text, int, jsonb)'::regprocedure); a text; b text;
BEGIN
  a := '  IF i.id IS NULL THEN
    UPDATE signal SET tried';
  b := '  IF i.id IS NULL AND v_recent >= v_warn THEN
    SELECT * INTO i FROM incident WHERE incident.tenant_id = v_desk AND id = incident_about_phone(v_desk, p_username, p_at - greatest(v_window, interval ''30 minutes''));
    IF i.id IS NOT NULL AND NOT EXISTS (SELECT FROM incident_subject s WHERE s.tenant_id = v_desk AND s.incident_id = i.id AND s.kind = ''address'' AND network_of(s.value) = v_source)
      AND 200 > (SELECT count(*) FROM incident_subject s WHERE s.tenant_id = v_desk AND s.incident_id = i.id AND s.kind = ''address'') THEN
      PERFORM incident_note(v_desk, i.id, ''system'', ''network'', '''', jsonb_build_object(''network'', v_source));
    END IF;
  END IF;
' || a;
  IF strpos(v, a) = 0 THEN RAISE EXCEPTION 'signal_take does not say %', a; END IF;
  v := replace(v, a, b);
  a := '  v_severity := CASE WHEN v_recent';
  b := '  IF i.source <> ''elsewhere'' THEN
    v_names := greatest(v_names, (SELECT count(DISTINCT network_of(s.value)) FROM incident_subject s WHERE s.tenant_id = v_desk AND s.incident_id = i.id AND s.kind = ''address''));
  END IF;
' || a;
  IF strpos(v, a) = 0 THEN RAISE EXCEPTION 'signal_take does not say %', a; END IF;
  EXECUTE replace(v, a, b);
END $do$;
REVOKE CREATE ON SCHEMA public FROM portal_system;
