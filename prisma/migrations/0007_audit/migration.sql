-- The audit trail: written only here, so a hash can neither be forged by the portal nor forgotten by a caller.
GRANT CREATE ON SCHEMA public TO portal_system;

CREATE FUNCTION audit_hash(e audit_event) RETURNS bytea LANGUAGE sql IMMUTABLE AS $$
  SELECT sha256(e.previous_hash || convert_to(jsonb_build_array(e.tenant_id, e.seq, extract(epoch FROM e.at)::numeric(20, 6)::text, e.actor_kind, e.actor_id,
    e.acting_tenant_id, e.action, e.subject, e.outcome, e.before, e.after, e.request_id, e.address)::text, 'UTF8'))
$$;

-- Appends one event to a tenant's chain and returns its number. Locks the chain's head, so events of one tenant queue.
CREATE FUNCTION audit_append(p_tenant uuid, p_actor_kind text, p_actor_id text, p_acting uuid, p_action text, p_subject text, p_outcome text,
  p_before jsonb, p_after jsonb, p_request text, p_address text)
RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
DECLARE head audit_head; e audit_event;
BEGIN
  SELECT * INTO head FROM audit_head WHERE tenant_id = p_tenant FOR UPDATE;
  e := (p_tenant, head.seq + 1, clock_timestamp(), p_actor_kind, p_actor_id, nullif(p_acting, p_tenant), p_action, p_subject, p_outcome, p_before, p_after,
    p_request, p_address, head.hash, ''::bytea)::audit_event;
  e.hash := audit_hash(e);
  INSERT INTO audit_event SELECT e.*;
  UPDATE audit_head SET seq = e.seq, hash = e.hash WHERE tenant_id = p_tenant;
  RETURN e.seq;
END $fn$;

-- Walks one tenant's chain. Finds an edit, a deletion, a reordering, an insertion and a cut-off end.
CREATE FUNCTION audit_verify(p_tenant uuid)
RETURNS TABLE (events bigint, first_bad_seq bigint, head_hash bytea)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  WITH walked AS (
    SELECT e.seq, e.hash,
      e.hash = audit_hash(e) AND e.seq = row_number() OVER w
      AND e.previous_hash = lag(e.hash, 1, sha256(convert_to(p_tenant::text, 'UTF8'))) OVER w AS good
    FROM audit_event e WHERE e.tenant_id = p_tenant WINDOW w AS (ORDER BY e.seq)),
  ends AS (SELECT h.seq, h.hash, (SELECT count(*) FROM walked) AS n, (SELECT w.hash FROM walked w ORDER BY w.seq DESC LIMIT 1) AS last FROM audit_head h WHERE h.tenant_id = p_tenant)
  SELECT n, coalesce((SELECT min(seq) FROM walked WHERE NOT good), CASE WHEN ends.seq <> n OR (n > 0 AND last <> ends.hash) THEN n + 1 END), ends.hash FROM ends
$$;

-- Events of any tenant after a number, for the file that keeps a second copy.
CREATE FUNCTION audit_export(p_tenant uuid, p_after_seq bigint, p_limit int)
RETURNS SETOF audit_event LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT * FROM audit_event WHERE tenant_id = p_tenant AND seq > p_after_seq ORDER BY seq LIMIT p_limit
$$;

-- Jobs waiting to be handed to the queue, over all tenants; done ones go after a day.
CREATE FUNCTION outbox_waiting(p_limit int)
RETURNS TABLE (tenant_id uuid, id uuid, job_name text, payload jsonb)
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
  UPDATE outbox_job o SET sent_at = clock_timestamp()
  WHERE (o.tenant_id, o.id) IN (
    SELECT w.tenant_id, w.id FROM outbox_job w
    WHERE w.done_at IS NULL AND (w.sent_at IS NULL OR w.sent_at < clock_timestamp() - interval '1 minute')
    ORDER BY w.created_at LIMIT p_limit FOR UPDATE SKIP LOCKED)
  RETURNING o.tenant_id, o.id, o.job_name, o.payload
$$;
CREATE FUNCTION outbox_done(p_ids uuid[]) RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
  UPDATE outbox_job SET done_at = clock_timestamp() WHERE id = ANY (p_ids)
$$;

-- Deletes one bounded batch of what retention lets go; returns how many rows. Repeat until 0.
CREATE FUNCTION sweep(p_what text, p_before timestamptz, p_limit int)
RETURNS int LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
DECLARE n int;
BEGIN
  IF p_what = 'security_event' THEN
    DELETE FROM security_event WHERE (tenant_id, id) IN (SELECT tenant_id, id FROM security_event WHERE at < p_before LIMIT p_limit);
  ELSIF p_what = 'session' THEN
    DELETE FROM session WHERE id IN (SELECT id FROM session WHERE expires_at < p_before OR revoked_at < p_before LIMIT p_limit);
  ELSIF p_what = 'invitation' THEN
    DELETE FROM invitation WHERE (tenant_id, id) IN (SELECT tenant_id, id FROM invitation WHERE expires_at < p_before LIMIT p_limit);
  ELSIF p_what = 'outbox_job' THEN
    DELETE FROM outbox_job WHERE (tenant_id, id) IN (SELECT tenant_id, id FROM outbox_job WHERE done_at < p_before LIMIT p_limit);
  ELSE
    RAISE EXCEPTION 'nothing called % is swept', p_what USING ERRCODE = 'RF006';
  END IF;
  GET DIAGNOSTICS n = ROW_COUNT;
  RETURN n;
END $fn$;

-- A security event belongs to the tenant whose phone was tried; a name nobody has belongs to the operator.
CREATE FUNCTION security_event_store(p_at timestamptz, p_type text, p_username text, p_address text, p_transport text, p_detail jsonb)
RETURNS uuid LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
  INSERT INTO security_event (tenant_id, at, type, username, address, transport, detail)
  SELECT coalesce((SELECT tenant_id FROM extension WHERE sip_username = p_username), (SELECT id FROM tenant WHERE kind = 'operator')),
    p_at, p_type, left(p_username, 128), left(p_address, 64), left(p_transport, 16), p_detail
  RETURNING tenant_id
$$;

DO $$
DECLARE f text;
BEGIN
  FOREACH f IN ARRAY ARRAY['audit_hash(audit_event)', 'audit_append(uuid, text, text, uuid, text, text, text, jsonb, jsonb, text, text)', 'audit_verify(uuid)',
    'audit_export(uuid, bigint, int)', 'outbox_waiting(int)', 'outbox_done(uuid[])', 'sweep(text, timestamptz, int)',
    'security_event_store(timestamptz, text, text, text, text, jsonb)'] LOOP
    EXECUTE format('ALTER FUNCTION %s OWNER TO portal_system', f);
    EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', f);
    EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO portal_app', f);
  END LOOP;
END $$;
REVOKE CREATE ON SCHEMA public FROM portal_system;
