-- What was told or stopped in an incident that became part of another one stays in its customer's notice also where the whole turned
-- out to be a false alarm; and a deck's effect counts the seconds that charging counts.
GRANT CREATE ON SCHEMA public TO portal_system, portal_charge;
DO $$
DECLARE
  v text := pg_get_functiondef('incident_notices(int)'::regprocedure);
  parts text := ' IN (SELECT p.id FROM incident p WHERE p.tenant_id = i.tenant_id AND (p.id = i.id OR p.merged_into = i.id))';
  held text := 'c.incident_id = i.id AND c.of_tenant_id = t.id';
  told text := 'l.incident_id = i.id AND l.kind = ''told''';
BEGIN
  IF strpos(v, held) = 0 OR strpos(v, told) = 0 THEN RAISE EXCEPTION 'incident_notices is another one'; END IF;
  v := replace(v, held, 'c.incident_id' || parts || ' AND c.of_tenant_id = t.id');
  EXECUTE replace(v, told, 'l.incident_id' || parts || ' AND l.kind = ''told''');

  v := pg_get_functiondef('deck_earn(uuid, uuid)'::regprocedure);
  held := 'least((c.talk_ms + 999) / 1000, coalesce(h.paid_seconds, 2147483647))';
  IF strpos(v, held) = 0 THEN RAISE EXCEPTION 'deck_earn is another one'; END IF;
  EXECUTE replace(v, held, 'least((CASE WHEN c.talk_ms <= c.granted_seconds * 1000::bigint + 1000 THEN least(c.talk_ms, c.granted_seconds * 1000::bigint) ELSE c.talk_ms END + 999) / 1000, '
    'coalesce(h.paid_seconds, 2147483647))');
END $$;
REVOKE CREATE ON SCHEMA public FROM portal_system, portal_charge;
