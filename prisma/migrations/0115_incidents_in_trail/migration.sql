-- What rules do to incidents is in the trail as what people do to them is: that one was opened, that one got worse. The line of
-- the timeline asks for it, whichever function wrote it. At the commit, so that the head of the chain is held for a moment only.
GRANT CREATE ON SCHEMA public TO portal_system;

CREATE FUNCTION incident_line_audited() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
DECLARE i incident;
BEGIN
  SELECT * INTO i FROM incident x WHERE x.tenant_id = NEW.tenant_id AND x.id = NEW.incident_id;
  IF i.id IS NULL THEN RETURN NULL; END IF;
  IF NEW.kind = 'severity' THEN
    PERFORM audit_append(i.tenant_id, 'job', 'rules', NULL, 'incident.set_severity', 'incident:' || i.id, 'ok',
      jsonb_build_object('severity', NEW.detail -> 'from'),
      jsonb_build_object('incident', i.number, 'severity', NEW.detail -> 'to', 'signal', i.kind), 'incident:' || i.id, '');
  ELSE
    PERFORM audit_append(i.tenant_id, 'job', 'rules', NULL, 'incident.open', 'incident:' || i.id, 'ok', '{}',
      jsonb_build_object('incident', i.number, 'severity', i.severity, 'signal', i.kind, 'source', i.source), 'incident:' || i.id, '');
  END IF;
  RETURN NULL;
END $fn$;
ALTER FUNCTION incident_line_audited() OWNER TO portal_system;
REVOKE ALL ON FUNCTION incident_line_audited() FROM PUBLIC;
CREATE CONSTRAINT TRIGGER incident_line_audited AFTER INSERT ON incident_line DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
  WHEN (NEW.actor = 'system' AND NEW.kind IN ('rule', 'opened', 'severity')) EXECUTE FUNCTION incident_line_audited();
REVOKE CREATE ON SCHEMA public FROM portal_system;
