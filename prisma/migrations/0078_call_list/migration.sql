-- The list of calls by what people filter by, in the order of the list. Each holds calls that are over, for until then a call
-- changes; and all but the first two leave out the ordinary one: outgoing, answered, to its end, neither long nor dear.
CREATE INDEX call_of_extension ON call (tenant_id, extension_id, started_at DESC, id DESC) WHERE state = 'ended' AND extension_id IS NOT NULL;
CREATE INDEX call_to_country ON call (tenant_id, country, started_at DESC, id DESC) WHERE state = 'ended' AND country IS NOT NULL;
CREATE INDEX call_outcome ON call (tenant_id, outcome, started_at DESC, id DESC) WHERE state = 'ended' AND outcome <> 'answered';
CREATE INDEX call_reason ON call (tenant_id, reason, started_at DESC, id DESC) WHERE state = 'ended' AND reason IS NOT NULL;
CREATE INDEX call_inbound ON call (tenant_id, started_at DESC, id DESC) WHERE state = 'ended' AND kind = 'inbound';
CREATE INDEX call_inside ON call (tenant_id, started_at DESC, id DESC) WHERE state = 'ended' AND kind IN ('internal', 'echo');
CREATE INDEX call_dear ON call (tenant_id, started_at DESC, id DESC) WHERE state = 'ended' AND cost_micros >= 500000;
CREATE INDEX call_long ON call (tenant_id, started_at DESC, id DESC) WHERE state = 'ended' AND talk_ms >= 600000;
-- What was dialled and is no number: those that are have call_to.
CREATE INDEX call_dialled ON call (tenant_id, dialled text_pattern_ops, started_at DESC) WHERE state = 'ended' AND to_e164 IS NULL;

-- The call of the tenant acted on that is called so, by its own id or by the PBX's. Each PBX is asked by the key; there are few.
CREATE FUNCTION call_named(p_name text) RETURNS uuid LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  WITH RECURSIVE place AS (
    SELECT min(c.pbx) AS pbx FROM call c
    UNION ALL SELECT (SELECT min(c.pbx) FROM call c WHERE c.pbx > p.pbx) FROM place p WHERE p.pbx IS NOT NULL)
  SELECT c.id FROM place p JOIN call c ON c.pbx = p.pbx AND c.pbx_call_id = p_name WHERE c.tenant_id = app_tenant()
  UNION ALL SELECT c.id FROM call c WHERE c.tenant_id = app_tenant()
    AND c.id = CASE WHEN p_name ~* '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$' THEN p_name::uuid END
  LIMIT 1
$$;
GRANT CREATE ON SCHEMA public TO portal_system;
ALTER FUNCTION call_named(text) OWNER TO portal_system;
REVOKE ALL ON FUNCTION call_named(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION call_named(text) TO portal_app;
REVOKE CREATE ON SCHEMA public FROM portal_system;

-- The sums of the tenant acted on over a stretch of time, of some values of a dimension (NULL: of all), by the hour or day of a time
-- zone, or as one ('whole', with an empty key). The ends lie on quarters of an hour. Money as charged, of the tenant's own currency.
GRANT CREATE ON SCHEMA public TO portal_system;
CREATE FUNCTION usage_series(p_from timestamptz, p_until timestamptz, p_dim text, p_values text[], p_zone text, p_bucket text)
RETURNS TABLE (key text, calls bigint, answered bigint, talk_ms bigint, cost_micros bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_mergejoin = off SET enable_hashjoin = off SET jit = off SET join_collapse_limit = 20 SET from_collapse_limit = 20 SET geqo = off AS $fn$
#variable_conflict use_column
DECLARE v_me uuid := app_tenant(); v_currency text := (SELECT t.currency FROM tenant t WHERE t.id = app_tenant()); v_first timestamptz := p_until; v_last timestamptz := p_until;
BEGIN
  IF p_bucket = 'whole' THEN
    v_first := date_bin('1 day', p_from + interval '1 day' - interval '1 microsecond', timestamptz 'epoch');
    v_last := date_bin('1 day', p_until, timestamptz 'epoch');
    IF v_first >= v_last THEN v_first := p_until; v_last := p_until; END IF;
  END IF;
  RETURN QUERY
    SELECT CASE p_bucket WHEN 'whole' THEN '' WHEN 'day' THEN to_char(r.at AT TIME ZONE p_zone, 'YYYY-MM-DD')
        ELSE to_char(date_bin('1 hour', r.at, p_from) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI"Z"') END,
      sum(r.calls)::bigint, sum(r.answered)::bigint, sum(r.talk_ms)::bigint, sum(r.cost_micros)::bigint
    FROM (
      SELECT q.at, q.value, q.currency, q.calls, q.answered, q.talk_ms, q.cost_micros FROM usage_quarter q
        WHERE q.tenant_id = v_me AND q.dim = p_dim AND q.at >= p_from AND q.at < v_first
      UNION ALL SELECT d.at, d.value, d.currency, d.calls, d.answered, d.talk_ms, d.cost_micros FROM usage_day d
        WHERE d.tenant_id = v_me AND d.dim = p_dim AND d.at >= v_first AND d.at < v_last
      UNION ALL SELECT q.at, q.value, q.currency, q.calls, q.answered, q.talk_ms, q.cost_micros FROM usage_quarter q
        WHERE q.tenant_id = v_me AND q.dim = p_dim AND q.at >= v_last AND q.at < p_until
      UNION ALL SELECT l.at, l.value, l.currency, l.calls, l.answered, l.talk_ms, l.cost_micros FROM usage_pending k
        JOIN tenant_below mine ON mine.ancestor_id = v_me AND mine.descendant_id = k.tenant_id
        JOIN usage_call_line l ON l.call_tenant_id = k.tenant_id AND l.call_id = k.call_id
        WHERE k.transaction_id IS NULL AND l.tenant_id = v_me AND l.dim = p_dim AND l.started_at >= p_from AND l.started_at < p_until) r
    WHERE r.currency = v_currency AND (p_values IS NULL OR r.value = ANY (p_values)) GROUP BY 1;
END $fn$;
ALTER FUNCTION usage_series(timestamptz, timestamptz, text, text[], text, text) OWNER TO portal_system;
REVOKE ALL ON FUNCTION usage_series(timestamptz, timestamptz, text, text[], text, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION usage_series(timestamptz, timestamptz, text, text[], text, text) TO portal_app;
REVOKE CREATE ON SCHEMA public FROM portal_system;

-- What a call adds is said in a view of more tables than are put in the best order at once by themselves; it was then made of all
-- calls, and only after that of those that wait.
ALTER FUNCTION usage_fold(int) SET join_collapse_limit = 20;
ALTER FUNCTION usage_fold(int) SET from_collapse_limit = 20;
ALTER FUNCTION usage_fold(int) SET geqo = off;
ALTER FUNCTION usage_rows(timestamptz, timestamptz, text) SET join_collapse_limit = 20;
ALTER FUNCTION usage_rows(timestamptz, timestamptz, text) SET from_collapse_limit = 20;
ALTER FUNCTION usage_rows(timestamptz, timestamptz, text) SET geqo = off;
