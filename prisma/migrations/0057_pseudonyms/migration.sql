-- Calls keep their money and lose their numbers: what was dialled, who called and from where gives way to a token, the same for
-- the same number within a tenant. The token is made outside, by a key that never comes here, so nothing here leads back.
GRANT CREATE ON SCHEMA public TO portal_retention;

ALTER TABLE call ADD COLUMN pseudonymised_at timestamptz;
ALTER TABLE retention_sweep
  ADD COLUMN done_id uuid,
  -- The oldest row that had to be left: the next sweep begins there.
  ADD COLUMN left_from timestamptz;
INSERT INTO retention_class VALUES ('calls', 5, 'tenant', '{keep,pseudonymise,delete}', 'pseudonymise', 400, 180, 3650);

DO $$
DECLARE t text;
BEGIN
  FOREACH t IN ARRAY ARRAY['call', 'hold', 'ledger_transaction', 'dispute'] LOOP
    EXECUTE format('CREATE POLICY retention_functions ON %I TO portal_retention USING (true) WITH CHECK (true)', t);
  END LOOP;
END $$;
GRANT SELECT ON call, hold, ledger_transaction, dispute TO portal_retention;
-- Of money only the words that name a number, and of calls never the money.
GRANT UPDATE (dialled, to_e164, from_number, extension_name, source_address, trace, pseudonymised_at), DELETE ON call TO portal_retention;
GRANT UPDATE (memo) ON ledger_transaction TO portal_retention;
GRANT UPDATE (evidence) ON dispute TO portal_retention;

-- Up to where a tenant's calls have lost their numbers: what is before was looked at by a sweep that did at least as much.
CREATE FUNCTION retention_mark(p_tenant uuid, p_action text) RETURNS timestamptz
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT coalesce((SELECT coalesce(least(w.left_from, w.cutoff), w.cutoff) FROM retention_sweep w
    WHERE w.tenant_id = p_tenant AND w.class = 'calls' AND w.state = 'done' AND (w.action = p_action OR w.action = 'delete')
    ORDER BY w.ended_at DESC LIMIT 1), '-infinity')
$$;

-- As before, with the calls. What is pseudonymised and cannot be deleted is not due any more.
ALTER FUNCTION retention_source(text) RENAME TO retention_source_of_rows;
CREATE FUNCTION retention_source(p_class text, OUT relation text, OUT keys text, OUT due text, OUT held text, OUT oldest text, OUT change text)
LANGUAGE sql IMMUTABLE AS $$
  SELECT 'call', '', 'tenant_id = $1 AND started_at >= (SELECT retention_mark($1, e.action) FROM retention_effective($1, ''calls'') e) AND started_at < $2 '
      'AND state = ''ended'' AND (pseudonymised_at IS NULL OR (SELECT e.action FROM retention_effective($1, ''calls'') e) = ''delete'' AND NOT EXISTS '
      '(SELECT FROM hold o WHERE o.call_id = call.id))',
    'retention_about(call, $3)',
    'SELECT started_at FROM call WHERE tenant_id = $1 AND started_at >= (SELECT retention_mark($1, e.action) FROM retention_effective($1, ''calls'') e) '
      'AND pseudonymised_at IS NULL ORDER BY started_at LIMIT 1', ''
  WHERE p_class = 'calls'
  UNION ALL SELECT s.relation, s.keys, s.due, s.held, s.oldest, s.change FROM retention_source_of_rows(p_class) s WHERE p_class <> 'calls'
$$;

-- Whether a call must keep its numbers: it is to or from one of these, or its charge is disputed and not decided.
CREATE FUNCTION retention_about(c call, p_numbers text[]) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT coalesce(c.to_e164 = ANY (p_numbers) OR regexp_replace(c.dialled, '\D', '', 'g') = ANY (p_numbers)
      OR regexp_replace(c.from_number, '\D', '', 'g') = ANY (p_numbers), false)
    OR EXISTS (SELECT FROM dispute d WHERE d.call_id = c.id AND d.state = 'open')
$$;

-- The next calls of a sweep, oldest first, with what is to become a token and the longest prefix that priced them. Calls that
-- must be left are passed over. No row: the sweep is through.
CREATE FUNCTION retention_calls_next(p_sweep uuid, p_limit int)
RETURNS TABLE (id uuid, kind text, dialled text, to_e164 text, from_number text, prefix text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET lock_timeout = '2s' AS $fn$
#variable_conflict use_column
DECLARE w retention_sweep; e record; h record; v_before timestamptz;
BEGIN
  SELECT * INTO w FROM retention_sweep x WHERE x.id = p_sweep AND x.state = 'running' AND x.class = 'calls';
  IF NOT FOUND THEN RETURN; END IF;
  SELECT * INTO e FROM retention_effective(w.tenant_id, 'calls');
  IF e.action = 'keep' THEN RETURN; END IF;
  SELECT * INTO h FROM retention_holding(w.tenant_id, 'calls');
  v_before := least(w.cutoff, retention_cutoff(e.days), h.from_at);
  RETURN QUERY SELECT c.id, c.kind::text, c.dialled::text, c.to_e164, c.from_number,
      coalesce((SELECT o.prefix FROM hold o WHERE o.call_id = c.id ORDER BY length(o.prefix) DESC LIMIT 1), '')
    FROM call c WHERE c.tenant_id = w.tenant_id AND c.started_at < v_before AND c.state = 'ended'
      AND (c.started_at, c.id) > (coalesce(w.done_to, retention_mark(w.tenant_id, w.action) - interval '1 microsecond'), coalesce(w.done_id, '00000000-0000-0000-0000-000000000000'))
      AND NOT retention_about(c, h.numbers)
      AND (c.pseudonymised_at IS NULL OR w.action = 'delete' AND NOT EXISTS (SELECT FROM hold o WHERE o.call_id = c.id))
    ORDER BY c.started_at, c.id LIMIT p_limit;
END $fn$;

-- Does one batch: these calls of the sweep get the tokens given, in their own record, in what the ledger says of them at every
-- level, and in what decided disputes keep; a call without money goes as a whole where the policy is to delete. Amounts are not
-- touched. Who was here first has done it: a call that lost its numbers is not counted twice.
CREATE FUNCTION retention_calls_done(p_sweep uuid, p_ids uuid[], p_to text[], p_from text[]) RETURNS int
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET lock_timeout = '2s' AS $fn$
DECLARE w retention_sweep; n int; m int := 0;
BEGIN
  SELECT * INTO w FROM retention_sweep x WHERE x.id = p_sweep AND x.state = 'running' AND x.class = 'calls' FOR UPDATE;
  IF NOT FOUND THEN RETURN 0; END IF;
  IF w.action = 'delete' THEN
    DELETE FROM call c WHERE c.tenant_id = w.tenant_id AND c.id = ANY (p_ids) AND c.state = 'ended' AND NOT EXISTS (SELECT FROM hold o WHERE o.call_id = c.id);
    GET DIAGNOSTICS m = ROW_COUNT;
  END IF;
  WITH given AS MATERIALIZED (
    SELECT c.id, c.kind, c.to_e164, c.dialled, c.from_number, g.to_token, g.from_token FROM unnest(p_ids, p_to, p_from) AS g (id, to_token, from_token)
    JOIN call c ON c.tenant_id = w.tenant_id AND c.id = g.id WHERE c.pseudonymised_at IS NULL AND c.state = 'ended'
      AND NOT EXISTS (SELECT FROM dispute d WHERE d.call_id = c.id AND d.state = 'open')),
  told AS (
    UPDATE ledger_transaction x SET memo = CASE WHEN g.kind = 'inbound' THEN replace(x.memo, nullif(g.from_number, ''), g.from_token)
        ELSE replace(x.memo, coalesce('+' || g.to_e164, g.dialled), g.to_token) END
    FROM given g JOIN hold o ON o.call_id = g.id
    WHERE x.tenant_id = o.tenant_id AND x.posting_key = 'call:' || o.call_id || ':' || o.level AND CASE g.kind WHEN 'inbound' THEN g.from_number <> '' AND g.from_token IS NOT NULL ELSE g.to_token IS NOT NULL END),
  kept AS (
    UPDATE dispute d SET evidence = jsonb_set(d.evidence, '{call}', (d.evidence -> 'call') || jsonb_build_object('source', '')
        || CASE WHEN g.kind = 'inbound' THEN jsonb_build_object('from', coalesce(g.from_token, '')) WHEN g.to_token IS NULL THEN '{}' ELSE jsonb_build_object('to', g.to_token, 'dialled', g.to_token) END)
      || jsonb_build_object('trace', retention_trace(d.evidence -> 'trace', ARRAY[g.to_e164, '+' || g.to_e164, g.dialled], g.to_token))
    FROM given g WHERE d.call_id = g.id AND d.evidence ? 'call')
  UPDATE call c SET to_e164 = CASE WHEN c.to_e164 IS NULL OR g.kind = 'inbound' THEN c.to_e164 ELSE g.to_token END,
      dialled = coalesce(g.to_token, c.dialled), from_number = CASE WHEN c.from_number IS NULL THEN NULL ELSE coalesce(g.from_token, '') END,
      extension_name = '', source_address = '', pseudonymised_at = clock_timestamp(),
      trace = retention_trace(c.trace, ARRAY[c.to_e164, '+' || c.to_e164, c.dialled], g.to_token)
    FROM given g WHERE c.tenant_id = w.tenant_id AND c.id = g.id;
  GET DIAGNOSTICS n = ROW_COUNT;
  UPDATE retention_sweep x SET removed = removed + n + m, batches = batches + 1, done_to = l.started_at, done_id = l.id
    FROM (SELECT c.started_at, c.id FROM call c WHERE c.tenant_id = w.tenant_id AND c.id = ANY (p_ids) ORDER BY c.started_at DESC, c.id DESC LIMIT 1) l
    WHERE x.tenant_id = w.tenant_id AND x.id = w.id;
  IF NOT FOUND THEN UPDATE retention_sweep x SET removed = removed + n + m, batches = batches + 1 WHERE x.tenant_id = w.tenant_id AND x.id = w.id; END IF;
  RETURN n + m;
END $fn$;

-- The decisions of a call without the numbers in them. Without a token nothing was a number.
CREATE FUNCTION retention_trace(p_trace jsonb, p_numbers text[], p_token text) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
  SELECT CASE WHEN p_token IS NULL OR jsonb_typeof(p_trace) <> 'array' THEN p_trace ELSE coalesce((SELECT jsonb_agg(
    CASE WHEN t.g ->> 'value' = ANY (p_numbers) THEN t.g || jsonb_build_object('value', p_token) ELSE t.g END ORDER BY t.at)
    FROM jsonb_array_elements(p_trace) WITH ORDINALITY AS t (g, at)), '[]') END
$$;

-- What had to be left, for the next sweep to begin at.
CREATE FUNCTION retention_calls_left(p_sweep uuid) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
  UPDATE retention_sweep w SET left_from = (SELECT c.started_at FROM call c WHERE c.tenant_id = w.tenant_id AND c.started_at >= retention_mark(w.tenant_id, w.action)
      AND c.started_at < w.cutoff AND (c.pseudonymised_at IS NULL OR w.action = 'delete' AND NOT EXISTS (SELECT FROM hold o WHERE o.call_id = c.id))
      ORDER BY c.started_at LIMIT 1)
    WHERE w.id = p_sweep AND w.state = 'running' AND w.class = 'calls'
$$;

DO $$
DECLARE f text;
BEGIN
  FOREACH f IN ARRAY ARRAY['retention_mark(uuid, text)', 'retention_source(text)', 'retention_about(call, text[])', 'retention_calls_next(uuid, int)',
    'retention_calls_done(uuid, uuid[], text[], text[])', 'retention_trace(jsonb, text[], text)', 'retention_calls_left(uuid)'] LOOP
    EXECUTE format('ALTER FUNCTION %s OWNER TO portal_retention', f);
    EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', f);
  END LOOP;
  GRANT EXECUTE ON FUNCTION retention_calls_next(uuid, int), retention_calls_done(uuid, uuid[], text[], text[]), retention_calls_left(uuid) TO portal_app;
END $$;
REVOKE CREATE ON SCHEMA public FROM portal_retention;
