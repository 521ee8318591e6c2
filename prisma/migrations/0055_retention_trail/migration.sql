-- The oldest part of an audit chain may go. What is left begins at an anchor: the number and hash of the last event that went,
-- and a receipt further on in the same chain that says so. A chain whose beginning was cut by anybody else does not verify.
GRANT CREATE ON SCHEMA public TO portal_retention, portal_system;

CREATE TABLE audit_anchor (
  tenant_id uuid PRIMARY KEY REFERENCES tenant (id),
  -- The last event that went.
  seq bigint NOT NULL CHECK (seq > 0),
  hash bytea NOT NULL CHECK (length(hash) = 32),
  -- The event that says so.
  receipt_seq bigint NOT NULL,
  at timestamptz NOT NULL DEFAULT clock_timestamp(),
  CHECK (receipt_seq > seq)
);
ALTER TABLE audit_anchor ENABLE ROW LEVEL SECURITY;
ALTER TABLE audit_anchor FORCE ROW LEVEL SECURITY;
CREATE POLICY own_tenant ON audit_anchor FOR SELECT TO portal_app USING (tenant_id = app_tenant());
CREATE POLICY tenants_below ON audit_anchor FOR SELECT TO portal_app USING (app_subtree() AND tenant_id IN
  (SELECT descendant_id FROM tenant_below WHERE ancestor_id = app_tenant()));
CREATE POLICY retention_functions ON audit_anchor TO portal_retention USING (true) WITH CHECK (true);
CREATE POLICY system_functions ON audit_anchor FOR SELECT TO portal_system USING (true);
GRANT SELECT ON audit_anchor TO portal_app, portal_system;
GRANT SELECT, INSERT, UPDATE ON audit_anchor TO portal_retention;
-- Nobody else takes an event away.
GRANT SELECT, DELETE ON audit_event TO portal_retention;

-- Takes away the first events of a chain that are older, at most so many, up to one that must stay. Events, anchor and receipt
-- change together, so the chain verifies at every moment. Waits for whoever appends to the chain, and the other way round.
CREATE FUNCTION retention_cut_trail(p_tenant uuid, p_sweep uuid, p_before timestamptz, p_persons uuid[], p_limit int) RETURNS int
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
DECLARE v_first bigint; v_last bigint; v_hash bytea; v_receipt bigint; n int;
BEGIN
  v_first := coalesce((SELECT seq FROM audit_anchor WHERE tenant_id = p_tenant), 0) + 1;
  v_last := coalesce((SELECT min(seq) FROM audit_event WHERE tenant_id = p_tenant AND seq >= v_first AND seq < v_first + p_limit
      AND (at >= p_before OR (actor_kind = 'user' AND actor_id = ANY (p_persons::text[]))
        -- Evidence that is there is proved by what the trail says of it and of the one before it.
        OR (action IN ('evidence.take', 'evidence.forget') AND EXISTS (SELECT FROM evidence_snapshot s WHERE s.tenant_id = p_tenant
          AND s.number IN ((after ->> 'snapshot')::int, (after ->> 'snapshot')::int + 1))))),
    least(v_first + p_limit, (SELECT seq + 1 FROM audit_head WHERE tenant_id = p_tenant))) - 1;
  IF v_last < v_first THEN RETURN 0; END IF;
  SELECT hash INTO v_hash FROM audit_event WHERE tenant_id = p_tenant AND seq = v_last;
  IF v_hash IS NULL THEN RAISE EXCEPTION 'the chain has a gap before event %: it is not cut', v_last; END IF;
  v_receipt := audit_append(p_tenant, 'job', 'retention.sweep', NULL, 'retention.cut_trail', 'retention:audit', 'ok', '{}',
    jsonb_build_object('from', v_first, 'through', v_last, 'hash', encode(v_hash, 'hex'), 'sweep', p_sweep), p_sweep::text, '');
  DELETE FROM audit_event WHERE tenant_id = p_tenant AND seq BETWEEN v_first AND v_last;
  GET DIAGNOSTICS n = ROW_COUNT;
  IF n <> v_last - v_first + 1 THEN RAISE EXCEPTION 'the chain has a gap before event %: it is not cut', v_last; END IF;
  INSERT INTO audit_anchor (tenant_id, seq, hash, receipt_seq) VALUES (p_tenant, v_last, v_hash, v_receipt)
    ON CONFLICT (tenant_id) DO UPDATE SET seq = excluded.seq, hash = excluded.hash, receipt_seq = excluded.receipt_seq, at = clock_timestamp();
  RETURN n;
END $fn$;
ALTER FUNCTION retention_cut_trail(uuid, uuid, timestamptz, uuid[], int) OWNER TO portal_retention;
REVOKE ALL ON FUNCTION retention_cut_trail(uuid, uuid, timestamptz, uuid[], int) FROM PUBLIC;

-- As before, from where the chain begins: its first event, or the one after its anchor, whose receipt must say the same.
CREATE OR REPLACE FUNCTION audit_verify(p_tenant uuid)
RETURNS TABLE (events bigint, first_bad_seq bigint, head_hash bytea)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
DECLARE head audit_head; a audit_anchor; n bigint; forged bigint; unlinked bigint; last bytea; v_from bigint := 0; v_hash bytea := sha256(convert_to(p_tenant::text, 'UTF8'));
BEGIN
  SELECT * INTO head FROM audit_head WHERE tenant_id = p_tenant;
  IF NOT FOUND THEN RETURN; END IF;
  SELECT * INTO a FROM audit_anchor WHERE tenant_id = p_tenant;
  IF FOUND THEN
    v_from := a.seq; v_hash := a.hash;
    IF NOT EXISTS (SELECT FROM audit_event e WHERE e.tenant_id = p_tenant AND e.seq = a.receipt_seq AND e.action = 'retention.cut_trail' AND e.outcome = 'ok'
        AND e.after ->> 'through' = a.seq::text AND e.after ->> 'hash' = encode(a.hash, 'hex')) THEN
      forged := a.seq + 1;
    END IF;
  END IF;
  SELECT count(*), least(forged, min(e.seq) FILTER (WHERE e.hash IS DISTINCT FROM audit_hash(e))) INTO n, forged FROM audit_event e WHERE e.tenant_id = p_tenant;
  SELECT min(w.seq) INTO unlinked FROM (
    SELECT e.seq, e.seq = v_from + row_number() OVER o AND e.previous_hash = lag(e.hash, 1, v_hash) OVER o AS good
    FROM audit_event e WHERE e.tenant_id = p_tenant WINDOW o AS (ORDER BY e.seq)) w WHERE NOT w.good;
  SELECT e.hash INTO last FROM audit_event e WHERE e.tenant_id = p_tenant ORDER BY e.seq DESC LIMIT 1;
  RETURN QUERY SELECT n, coalesce(least(forged, unlinked),
    CASE WHEN head.seq <> v_from + n OR (n > 0 AND last <> head.hash) OR (n = 0 AND v_from > 0) THEN v_from + n + 1 END), head.hash;
END $fn$;

-- Which lines of a file outside the database disagree with it. What went by retention is compared where it ended.
CREATE FUNCTION audit_disagrees(p_tenants uuid[], p_seqs bigint[], p_hashes text[])
RETURNS TABLE (tenant_id uuid, seq bigint, missing boolean)
LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
  SELECT a.tenant_id, a.seq, e.hash IS NULL AND k.seq IS NULL
  FROM unnest(p_tenants, p_seqs, p_hashes) AS a (tenant_id, seq, hash)
  LEFT JOIN audit_event e ON e.tenant_id = a.tenant_id AND e.seq = a.seq
  LEFT JOIN audit_anchor k ON k.tenant_id = a.tenant_id AND k.seq >= a.seq
  WHERE CASE WHEN k.seq > a.seq THEN e.hash IS NOT NULL WHEN k.seq = a.seq THEN k.hash <> decode(a.hash, 'hex') ELSE e.hash IS DISTINCT FROM decode(a.hash, 'hex') END
  ORDER BY a.tenant_id, a.seq
$$;
REVOKE CREATE ON SCHEMA public FROM portal_retention, portal_system;
