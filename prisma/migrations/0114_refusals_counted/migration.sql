-- A refusal that is not told by an event of its own is told by one about many: the rule about refused permissions counts all
-- of them. Of refusals that are an answer like any other it counts how many more kinds one person had of them in a minute
-- than anybody has by mistake: that is somebody who tries names.
GRANT CREATE ON SCHEMA public TO portal_system;

CREATE FUNCTION audit_refusals(e audit_event) RETURNS bigint LANGUAGE sql IMMUTABLE AS $$
  SELECT CASE WHEN e.action = 'permission.deny' THEN coalesce((e.after ->> 'times')::bigint, 1)
    WHEN e.action = 'access.refuse' THEN (e.after ->> 'kinds')::bigint END
$$;

-- Replaces the function of 0047_rules.
CREATE OR REPLACE FUNCTION signals_of_audit(p_actions text[], p_limit int) RETURNS int LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
DECLARE r record; n int := 0; upto bigint;
BEGIN
  FOR r IN SELECT h.tenant_id, coalesce(c.seq, 0) AS seq, h.seq AS head FROM audit_head h LEFT JOIN rule_audit_cursor c ON c.tenant_id = h.tenant_id
    WHERE h.seq > coalesce(c.seq, 0) ORDER BY h.tenant_id LOOP
    upto := least(r.head, r.seq + p_limit);
    INSERT INTO signal (tenant_id, kind, source, minute, signals)
      SELECT r.tenant_id, k.kind, '', date_trunc('minute', e.at), sum(k.n) FROM audit_event e
      CROSS JOIN LATERAL (SELECT CASE WHEN audit_refusals(e) > 0 THEN 'denied' WHEN e.outcome = 'ok' AND e.action = ANY (p_actions) AND e.actor_kind <> 'job' THEN 'config' END AS kind,
        coalesce(audit_refusals(e), 1) AS n) k
      WHERE e.tenant_id = r.tenant_id AND e.seq > r.seq AND e.seq <= upto AND k.kind IS NOT NULL GROUP BY k.kind, date_trunc('minute', e.at)
      ON CONFLICT (tenant_id, kind, source, minute) DO UPDATE SET signals = signal.signals + excluded.signals;
    INSERT INTO rule_audit_cursor VALUES (r.tenant_id, upto) ON CONFLICT (tenant_id) DO UPDATE SET seq = excluded.seq;
    n := n + (upto - r.seq)::int;
  END LOOP;
  RETURN n;
END $fn$;

DO $$
BEGIN
  EXECUTE 'ALTER FUNCTION audit_refusals(audit_event) OWNER TO portal_system';
  EXECUTE 'REVOKE ALL ON FUNCTION audit_refusals(audit_event) FROM PUBLIC';
END $$;
REVOKE CREATE ON SCHEMA public FROM portal_system;
