-- The trail is verified part by part: several at a time, each in a moment, and none of them holds more than its own events.
GRANT CREATE ON SCHEMA public TO portal_system;

-- The same bytes as before, put together in a third of the time where no word has anything that JSON escapes.
CREATE OR REPLACE FUNCTION audit_hash(e audit_event) RETURNS bytea LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT sha256(e.previous_hash || convert_to(
    CASE WHEN octet_length(to_json(e.actor_kind || e.actor_id || e.action || e.subject || e.outcome || e.request_id || e.address)::text)
      = octet_length(e.actor_kind || e.actor_id || e.action || e.subject || e.outcome || e.request_id || e.address) + 2
    THEN ('["' || e.tenant_id || '", ' || e.seq || ', "' || extract(epoch FROM e.at)::numeric(20, 6))
      || ('", "' || e.actor_kind || '", "' || e.actor_id)
      || (coalesce('", "' || e.acting_tenant_id || '", "', '", null, "') || e.action || '", "' || e.subject)
      || ('", "' || e.outcome || '", ' || e.before || ', ' || e.after)
      || (', "' || e.request_id || '", "' || e.address || '"]')
    ELSE jsonb_build_array(e.tenant_id, e.seq, extract(epoch FROM e.at)::numeric(20, 6)::text, e.actor_kind, e.actor_id,
      e.acting_tenant_id, e.action, e.subject, e.outcome, e.before, e.after, e.request_id, e.address)::text END, 'UTF8'))
$$;

-- Walks a tenant's chain, or the part after an event and through another. Finds an edit, a deletion, a reordering, an insertion, and
-- in the last part (through nothing) a cut-off end. A part begins at the hash of the event before it, the chain at its first event or at
-- the anchor whose receipt says the same; a redacted event is whole when what it says now hashes to what its receipt says. What went by
-- retention since the parts were told apart is left out.
DROP FUNCTION audit_verify(uuid);
CREATE FUNCTION audit_verify(p_tenant uuid, p_after bigint DEFAULT 0, p_through bigint DEFAULT NULL)
RETURNS TABLE (events bigint, first_bad_seq bigint, head_hash bytea)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
DECLARE head audit_head; a audit_anchor; n bigint; last bytea; v_told bigint[];
  v_from bigint := p_after; v_hash bytea; v_above bigint := p_after; v_through bigint := coalesce(p_through, 9223372036854775807); v_bad bigint; v_unlike bigint;
BEGIN
  SELECT * INTO head FROM audit_head WHERE tenant_id = p_tenant;
  IF NOT FOUND THEN RETURN; END IF;
  SELECT * INTO a FROM audit_anchor WHERE tenant_id = p_tenant AND seq >= p_after;
  IF FOUND THEN
    v_from := least(a.seq, v_through); v_hash := a.hash;
    IF NOT EXISTS (SELECT FROM audit_event e WHERE e.tenant_id = p_tenant AND e.seq = a.receipt_seq AND e.action = 'retention.cut_trail' AND e.outcome = 'ok'
        AND e.after ->> 'through' = a.seq::text AND e.after ->> 'hash' = encode(a.hash, 'hex')) THEN
      v_bad := a.seq + 1;
    END IF;
  ELSIF p_after = 0 THEN
    v_hash := sha256(convert_to(p_tenant::text, 'UTF8'));
  ELSE
    SELECT e.hash INTO v_hash FROM audit_event e WHERE e.tenant_id = p_tenant AND e.seq = p_after;
  END IF;
  -- Before the first event there is nothing, under no number.
  IF p_after = 0 THEN v_above := -9223372036854775808; END IF;
  SELECT coalesce(array_agg(e.seq), '{}') INTO v_told FROM audit_redaction r JOIN audit_event e ON e.tenant_id = r.tenant_id AND e.seq = r.seq
    JOIN audit_event s ON s.tenant_id = r.tenant_id AND s.seq = r.receipt_seq
    WHERE r.tenant_id = p_tenant AND r.seq > v_above AND r.seq <= v_through AND s.action = 'subject.erase_trail' AND s.outcome = 'ok' AND s.hash = audit_hash(s)
      AND s.after -> 'events' ->> r.seq::text = encode(r.hash, 'hex') AND r.hash = audit_hash(e);
  -- Hashed before they are put in order, so that only numbers and hashes go through it.
  SELECT count(*), min(w.seq) FILTER (WHERE w.good IS NOT TRUE) INTO n, v_unlike FROM (
    SELECT h.seq, h.whole AND h.seq = v_from + row_number() OVER o AND h.previous_hash = lag(h.hash, 1, v_hash) OVER o AS good
    FROM (SELECT e.seq, e.hash, e.previous_hash, e.hash = audit_hash(e) OR e.seq = ANY (v_told) AS whole FROM audit_event e
      WHERE e.tenant_id = p_tenant AND e.seq > v_above AND e.seq <= v_through OFFSET 0) h WINDOW o AS (ORDER BY h.seq)) w;
  v_bad := least(v_bad, v_unlike);
  IF p_through IS NULL THEN
    SELECT e.hash INTO last FROM audit_event e WHERE e.tenant_id = p_tenant ORDER BY e.seq DESC LIMIT 1;
    v_bad := coalesce(v_bad, CASE WHEN head.seq <> v_from + n OR last <> head.hash OR (n = 0 AND v_from > p_after) THEN v_from + n + 1 END);
  ELSIF v_from + n <> p_through THEN
    v_bad := coalesce(v_bad, v_from + n + 1);
  END IF;
  RETURN QUERY SELECT n, v_bad, head.hash;
END $fn$;
ALTER FUNCTION audit_verify(uuid, bigint, bigint) OWNER TO portal_system;
REVOKE ALL ON FUNCTION audit_verify(uuid, bigint, bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION audit_verify(uuid, bigint, bigint) TO portal_app;
REVOKE CREATE ON SCHEMA public FROM portal_system;
