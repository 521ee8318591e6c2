-- A phone that called for help and is called back is put through, and stays so. It is paid for as long as whoever pays may call and
-- has the money, and from there on by nobody: until here such a call was let in by its first slice and then cut by the next.
GRANT CREATE ON SCHEMA public TO portal_charge;

-- So many seconds of a call are charged at most; what was talked beyond them nobody pays. NULL: there is no such end.
ALTER TABLE hold ADD COLUMN paid_seconds int;

-- Whether that is such a call: its own trace says so.
CREATE FUNCTION call_helps(c call) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$ SELECT c.kind = 'inbound' AND c.trace @> '[{"gate": "emergency", "ok": true}]' $$;

CREATE FUNCTION pg_temp.put(p_function text, VARIADIC p_changes text[]) RETURNS void LANGUAGE plpgsql AS $fn$
DECLARE v text := pg_get_functiondef(p_function::regproc);
BEGIN
  FOR i IN 1..cardinality(p_changes) BY 2 LOOP
    IF strpos(v, p_changes[i]) = 0 THEN RAISE EXCEPTION '% does not say %', p_function, p_changes[i]; END IF;
    v := replace(v, p_changes[i], p_changes[i + 1]);
  END LOOP;
  EXECUTE v;
END $fn$;

-- What keeps others from being let in keeps this one from being paid for.
SELECT pg_temp.put('call_authorise_inbound', '  IF helped THEN
    BEGIN
      v := call_place(', '  IF helped THEN
    c.trace := c.trace || gate(''emergency'', true, '''', '''');
    BEGIN
      IF t.state <> ''active'' OR x.state <> ''active'' OR call_blocked(t.id, x.id, ''in'', p_from, p_address) IS NOT NULL THEN
        RAISE EXCEPTION ''nobody pays for it'' USING ERRCODE = ''RF098'';
      END IF;
      v := call_place(',
  'c.trace := c.trace || gate(''emergency'', true, '''', '''') || gate(''incoming'', true, ''free'', '''');', 'c.trace := c.trace || gate(''incoming'', true, ''free'', '''');');

SELECT pg_temp.put('call_renew',
  'IF hs IS NULL THEN', 'IF hs IS NULL OR (hs[1]).paid_seconds IS NOT NULL THEN',
  '  IF wanted > c.granted_seconds THEN', '  IF why IS NOT NULL AND call_helps(c) THEN
    UPDATE hold SET paid_seconds = c.granted_seconds WHERE call_id = c.id;
    UPDATE call SET granted_seconds = 14400, limit_reason = NULL, trace = trace || gate(''incoming'', true, ''nobody pays for the rest'', ''''),
      last_seen_at = greatest(last_seen_at, p_at) WHERE tenant_id = c.tenant_id AND id = c.id;
    RETURN QUERY SELECT 14400, '''';
    RETURN;
  END IF;
  IF wanted > c.granted_seconds THEN');

-- What was talked is charged up to there: at the end, of many ends at once, and where it is charged anew.
SELECT pg_temp.put('call_settle', '    billed := price_billed(seconds,', '    seconds := least(seconds, h.paid_seconds);
    billed := price_billed(seconds,');
SELECT pg_temp.put('calls_settle',
  '(SELECT (CASE WHEN e.talk_ms <= e.granted_ms + 1000 THEN least(e.talk_ms, e.granted_ms) ELSE e.talk_ms END + 999) / 1000 AS seconds) s',
  '(SELECT least((CASE WHEN e.talk_ms <= e.granted_ms + 1000 THEN least(e.talk_ms, e.granted_ms) ELSE e.talk_ms END + 999) / 1000, h.paid_seconds) AS seconds) s');
SELECT pg_temp.put('rerate_look',
  '(CASE WHEN c.talk_ms <= c.granted_seconds * 1000::bigint + 1000 THEN least(c.talk_ms, c.granted_seconds * 1000::bigint) ELSE c.talk_ms END + 999) / 1000 AS seconds',
  'least((CASE WHEN c.talk_ms <= c.granted_seconds * 1000::bigint + 1000 THEN least(c.talk_ms, c.granted_seconds * 1000::bigint) ELSE c.talk_ms END + 999) / 1000, h.paid_seconds) AS seconds');
DROP FUNCTION pg_temp.put(text, text[]);

-- Who ends the calls of a phone or a tenant has to know them.
DROP FUNCTION calls_open(text);
CREATE FUNCTION calls_open(p_pbx text)
RETURNS TABLE(tenant_id uuid, call_id uuid, pbx_call_id text, kind text, state text, granted_seconds int, limit_reason text, started_at timestamptz, answered_at timestamptz,
  last_seen_at timestamptz, held_micros bigint, currency char(3), extension_id uuid, helps boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT c.tenant_id, c.id, c.pbx_call_id, c.kind, c.state, c.granted_seconds, c.limit_reason, c.started_at, c.answered_at, c.last_seen_at,
    coalesce((SELECT sum(h.held_micros) FROM hold h WHERE h.call_id = c.id AND h.state = 'open'), 0)::bigint, c.currency, c.extension_id, call_helps(c)
  FROM call c WHERE c.pbx = p_pbx AND c.state <> 'ended'
$$;

ALTER FUNCTION call_helps(call) OWNER TO portal_charge;
REVOKE ALL ON FUNCTION call_helps(call) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION call_helps(call) TO portal_app;
ALTER FUNCTION calls_open(text) OWNER TO portal_charge;
REVOKE ALL ON FUNCTION calls_open(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION calls_open(text) TO portal_app;
REVOKE CREATE ON SCHEMA public FROM portal_charge;
