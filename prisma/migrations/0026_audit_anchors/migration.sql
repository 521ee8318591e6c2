-- The trail is walked faster, and its heads can be kept where the database cannot reach them.
GRANT CREATE ON SCHEMA public TO portal_system;

-- It builds JSON, which PostgreSQL calls stable; said so, it is put in line and shared among processes.
ALTER FUNCTION audit_hash(audit_event) STABLE PARALLEL SAFE;

-- Walks one tenant's chain. Finds an edit, a deletion, a reordering, an insertion and a cut-off end. Two passes: each event
-- against its own hash, which processes can share, and each against the one before, which is only a comparison.
CREATE OR REPLACE FUNCTION audit_verify(p_tenant uuid)
RETURNS TABLE (events bigint, first_bad_seq bigint, head_hash bytea)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
DECLARE head audit_head; n bigint; forged bigint; unlinked bigint; last bytea;
BEGIN
  SELECT * INTO head FROM audit_head WHERE tenant_id = p_tenant;
  IF NOT FOUND THEN RETURN; END IF;
  SELECT count(*), min(e.seq) FILTER (WHERE e.hash IS DISTINCT FROM audit_hash(e)) INTO n, forged FROM audit_event e WHERE e.tenant_id = p_tenant;
  SELECT min(w.seq) INTO unlinked FROM (
    SELECT e.seq, e.seq = row_number() OVER o AND e.previous_hash = lag(e.hash, 1, sha256(convert_to(p_tenant::text, 'UTF8'))) OVER o AS good
    FROM audit_event e WHERE e.tenant_id = p_tenant WINDOW o AS (ORDER BY e.seq)) w WHERE NOT w.good;
  SELECT e.hash INTO last FROM audit_event e WHERE e.tenant_id = p_tenant ORDER BY e.seq DESC LIMIT 1;
  RETURN QUERY SELECT n, coalesce(least(forged, unlinked), CASE WHEN head.seq <> n OR (n > 0 AND last <> head.hash) THEN n + 1 END), head.hash;
END $fn$;

-- The head of every chain, for the file that keeps them.
CREATE FUNCTION audit_heads()
RETURNS TABLE (tenant_id uuid, seq bigint, hash bytea) LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT h.tenant_id, h.seq, h.hash FROM audit_head h WHERE h.seq > 0 ORDER BY h.tenant_id
$$;

-- What a monitoring system keeps of the trail: how many events there are, which may never fall; 48 bits of a hash over all
-- heads, which stays the same while nothing is recorded; and how many chains are shorter now than a file outside knows them.
CREATE FUNCTION audit_gauges()
RETURNS TABLE (events float8, fingerprint float8, cut int) LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT coalesce(sum(h.seq), 0)::float8,
    ('x' || left(encode(sha256(convert_to(coalesce(string_agg(h.tenant_id || ':' || h.seq || ':' || encode(h.hash, 'hex'), ',' ORDER BY h.tenant_id), ''), 'UTF8')), 'hex'), 12))::bit(48)::bigint::float8,
    (SELECT count(DISTINCT c.tenant_id)::int FROM audit_head c JOIN spool_position p ON p.file LIKE 'audit%:' || c.tenant_id AND p.read_to > c.seq)
  FROM audit_head h
$$;
GRANT SELECT ON spool_position TO portal_system;

DO $$
DECLARE f text;
BEGIN
  FOREACH f IN ARRAY ARRAY['audit_heads()', 'audit_gauges()'] LOOP
    EXECUTE format('ALTER FUNCTION %s OWNER TO portal_system', f);
    EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', f);
    EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO portal_app', f);
  END LOOP;
END $$;
REVOKE CREATE ON SCHEMA public FROM portal_system;
