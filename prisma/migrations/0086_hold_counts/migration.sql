-- What a hold keeps from retention, counted when somebody asks.
GRANT CREATE ON SCHEMA public TO portal_retention;
DO $$
DECLARE t text;
BEGIN
  FOREACH t IN ARRAY ARRAY['mail', 'invitation', 'task', 'call', 'cdr_row', 'session', 'security_event', 'audit_event', 'evidence_snapshot', 'registration_event'] LOOP
    IF NOT EXISTS (SELECT FROM pg_policy WHERE polrelid = to_regclass('public.' || t) AND polname = 'retention_functions') THEN
      EXECUTE format('CREATE POLICY retention_functions ON %I FOR SELECT TO portal_retention USING (true)', t);
    END IF;
    EXECUTE format('GRANT SELECT ON %I TO portal_retention', t);
  END LOOP;
END $$;

-- By class; only for the operator, whose holds they are. A hold of a person or number counts what is about them at every tenant.
CREATE FUNCTION hold_counts(p_hold text) RETURNS TABLE (class text, rows bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
DECLARE c record; n bigint;
BEGIN
  IF app_tenant() IS DISTINCT FROM operator_tenant() THEN RETURN; END IF;
  FOR c IN SELECT * FROM (VALUES
      ('calls', 'r.tenant_id = h.tenant_id AND r.started_at >= h.from_at',
        'r.to_e164 = h.number OR regexp_replace(r.dialled, ''\D'', '''', ''g'') = h.number OR regexp_replace(r.from_number, ''\D'', '''', ''g'') = h.number', 'false', 'call'),
      ('security_events', 'r.tenant_id = h.tenant_id AND r.at >= h.from_at', 'false', 'false', 'security_event'),
      ('registrations', 'r.tenant_id = h.tenant_id AND r.at >= h.from_at', 'false', 'false', 'registration_event'),
      ('audit', 'r.tenant_id = h.tenant_id AND r.at >= h.from_at', 'false', 'r.actor_kind = ''user'' AND r.actor_id = h.person_id::text', 'audit_event'),
      ('evidence', 'r.tenant_id = h.tenant_id AND r.taken_at >= h.from_at', 'false', 'false', 'evidence_snapshot'),
      ('mail', 'r.tenant_id = h.tenant_id AND r.created_at >= h.from_at', 'false', 'r.recipient IN (SELECT p.email FROM person p WHERE p.id = h.person_id)', 'mail'),
      ('invitations', 'r.tenant_id = h.tenant_id AND r.created_at >= h.from_at', 'false', 'r.email IN (SELECT p.email FROM person p WHERE p.id = h.person_id)', 'invitation'),
      ('tasks', 'r.tenant_id = h.tenant_id AND r.created_at >= h.from_at', 'false', 'r.created_by IN (h.person_id::text, ''user:'' || h.person_id)', 'task'),
      ('cdr_rows', 'r.tenant_id = h.tenant_id AND r.started_at >= h.from_at', 'r.number = h.number', 'false', 'cdr_row'),
      ('sessions', 'false', 'false', 'r.user_id = h.person_id', 'session')
    ) v (class, of_tenant, of_number, of_person, relation)
  LOOP
    -- Holds are read once for a question, not once for a row.
    EXECUTE format('WITH held AS MATERIALIZED (SELECT * FROM retention_holds()) SELECT count(*) FROM %I r WHERE EXISTS (SELECT FROM held h WHERE h.hold = $1 AND (h.classes = ''{}'' OR $2 = ANY (h.classes))
        AND CASE WHEN h.number IS NOT NULL THEN %s WHEN h.person_id IS NOT NULL THEN %s ELSE %s END)', c.relation, c.of_number, c.of_person, c.of_tenant)
      INTO n USING p_hold, c.class;
    IF n > 0 THEN class := c.class; rows := n; RETURN NEXT; END IF;
  END LOOP;
END $fn$;
ALTER FUNCTION hold_counts(text) OWNER TO portal_retention;
REVOKE ALL ON FUNCTION hold_counts(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION hold_counts(text) TO portal_app;
GRANT EXECUTE ON FUNCTION operator_tenant() TO portal_retention;
REVOKE CREATE ON SCHEMA public FROM portal_retention;
