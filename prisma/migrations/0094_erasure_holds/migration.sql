-- An erasure leaves what a hold keeps, whoever the hold is about; it leaves times and amounts; counts what it did, not what it saw;
-- and answers nobody but the operator. Functions are replaced whole.
GRANT CREATE ON SCHEMA public TO portal_retention;

-- As before; a text that is wholly a time or an amount, and what stands under a name of money, are nobody's number.
CREATE OR REPLACE FUNCTION erasure_json(p_json jsonb, p_pattern text, p_token text) RETURNS jsonb LANGUAGE plpgsql IMMUTABLE AS $fn$
BEGIN
  RETURN CASE jsonb_typeof(p_json)
    WHEN 'string' THEN CASE WHEN p_json #>> '{}' ~ '^(-?[0-9]+\.[0-9]+|[0-9]{4}-[0-9]{2}-[0-9]{2}([T ][0-9]{2}:[0-9]{2}(:[0-9]{2}([.,][0-9]+)?)?( ?(Z|[+-][0-9]{2}(:?[0-9]{2})?))?)?)$'
      THEN p_json ELSE to_jsonb(regexp_replace(p_json #>> '{}', p_pattern, p_token, 'gi')) END
    WHEN 'array' THEN (SELECT coalesce(jsonb_agg(erasure_json(a.v, p_pattern, p_token) ORDER BY a.n), '[]') FROM jsonb_array_elements(p_json) WITH ORDINALITY a (v, n))
    WHEN 'object' THEN (SELECT coalesce(jsonb_object_agg(regexp_replace(o.key, p_pattern, p_token, 'gi'),
        CASE WHEN o.key ~* '(micros|cap|credit|amount|price|cost|balance|fee|total)s?$' AND o.value #>> '{}' ~ '^-?[0-9]+(\.[0-9]+)?$' THEN o.value
          ELSE erasure_json(o.value, p_pattern, p_token) END), '{}')
      FROM jsonb_each(p_json) o)
    ELSE p_json END;
END $fn$;

-- What stands against it: a hold on them, or on a tenant where they have a seat, or an incident there that evidence was taken of; a
-- number that is in use; the last owner of a tenant. No row: nothing does. RF007: another tenant asks.
CREATE OR REPLACE FUNCTION erasure_refusal(p_kind text, p_subject text, p_person uuid) RETURNS TABLE (code text, what text)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
#variable_conflict use_column
BEGIN
  IF app_tenant() <> operator_tenant() THEN RAISE EXCEPTION 'only the operator forgets' USING ERRCODE = 'RF007'; END IF;
  RETURN QUERY SELECT 'held', h.why FROM retention_holds() h WHERE (p_kind = 'number' AND h.number = p_subject) OR (p_kind = 'person' AND h.person_id = p_person)
      OR (p_kind = 'person' AND h.number IS NULL AND h.person_id IS NULL AND (h.classes = '{}' OR h.classes && '{sessions,audit}')
        AND EXISTS (SELECT FROM seat s WHERE s.user_id = p_person AND s.tenant_id = h.tenant_id))
    UNION ALL SELECT 'number', t.slug FROM did d JOIN tenant t ON t.id = d.tenant_id WHERE p_kind = 'number' AND d.number = p_subject
    UNION ALL SELECT 'caller_id', t.slug || ' ' || x.number FROM extension x JOIN tenant t ON t.id = x.tenant_id
      WHERE p_kind = 'number' AND ltrim(x.caller_id, '+') = p_subject
    UNION ALL SELECT 'last_owner', t.slug FROM seat s JOIN tenant t ON t.id = s.tenant_id
      WHERE p_kind = 'person' AND s.user_id = p_person AND s.role = 'owner'
        AND NOT EXISTS (SELECT FROM seat o WHERE o.tenant_id = s.tenant_id AND o.role = 'owner' AND o.user_id <> s.user_id)
    LIMIT 20;
END $fn$;
CREATE OR REPLACE FUNCTION erasure_person_of(p_email text) RETURNS uuid
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
BEGIN
  IF app_tenant() IS DISTINCT FROM operator_tenant() THEN RAISE EXCEPTION 'only the operator forgets' USING ERRCODE = 'RF007'; END IF;
  RETURN (SELECT id FROM person WHERE email = p_email);
END $fn$;

-- As before, for erasures of the operator; workers act for no tenant, whoever acts for another one finds none.
CREATE OR REPLACE FUNCTION erasure_of_task(p_task uuid) RETURNS TABLE (id uuid, kind text, subject text, counts_only boolean, done_rank int, done_part text, done_block bigint,
  ended boolean, tenants uuid[])
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT e.id, e.kind, e.subject, e.counts_only, e.done_rank, e.done_part, e.done_block, e.ended_at IS NOT NULL,
    ARRAY(SELECT b.descendant_id FROM tenant_below b WHERE b.ancestor_id = e.tenant_id) FROM erasure e
  WHERE e.task_id = p_task AND e.tenant_id = operator_tenant() AND coalesce(app_tenant(), operator_tenant()) = operator_tenant()
$$;
CREATE OR REPLACE FUNCTION erasure_sums(p_erasure uuid) RETURNS TABLE (erased float8, held float8, kept float8)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT coalesce(sum(erased), 0)::float8, coalesce(sum(held), 0)::float8, coalesce(sum(kept), 0)::float8 FROM erasure_count
  WHERE erasure_id = p_erasure AND tenant_id = operator_tenant() AND coalesce(app_tenant(), operator_tenant()) = operator_tenant()
$$;
CREATE FUNCTION erasure_operators(p_erasure uuid) RETURNS void LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
BEGIN
  IF app_tenant() <> operator_tenant() OR NOT EXISTS (SELECT FROM erasure x WHERE x.id = p_erasure AND x.tenant_id = operator_tenant()) THEN
    RAISE EXCEPTION 'only the operator forgets' USING ERRCODE = 'RF007';
  END IF;
END $fn$;
CREATE OR REPLACE FUNCTION erasure_name(p_erasure uuid, p_pattern text, p_token text, p_tenants uuid[], p_tokens text[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
DECLARE w erasure;
BEGIN
  PERFORM erasure_operators(p_erasure);
  UPDATE erasure SET pattern = p_pattern, token = p_token WHERE id = p_erasure AND ended_at IS NULL AND subject IS NOT NULL RETURNING * INTO w;
  IF NOT FOUND THEN RAISE EXCEPTION 'what it was about is gone' USING ERRCODE = 'RF001'; END IF;
  INSERT INTO erasure_token SELECT w.tenant_id, w.id, g.of_tenant, g.token FROM unnest(p_tenants, p_tokens) g (of_tenant, token) ON CONFLICT DO NOTHING;
END $fn$;
CREATE OR REPLACE FUNCTION erasure_lock(p_erasure uuid) RETURNS erasure LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
DECLARE w erasure; r record;
BEGIN
  PERFORM erasure_operators(p_erasure);
  SELECT * INTO w FROM erasure x WHERE x.id = p_erasure AND x.ended_at IS NULL AND x.pattern IS NOT NULL FOR UPDATE;
  IF NOT FOUND THEN RETURN NULL; END IF;
  PERFORM pg_advisory_xact_lock_shared(hashtextextended('hold:' || w.tenant_id, 0));
  IF w.counts_only THEN RETURN w; END IF;
  SELECT * INTO r FROM erasure_refusal(w.kind, w.subject, w.person_id);
  IF FOUND AND r.code = 'held' THEN RAISE EXCEPTION 'a legal hold keeps it' USING ERRCODE = 'RF041'; END IF;
  IF FOUND THEN RAISE EXCEPTION 'it is in use' USING ERRCODE = 'RF042'; END IF;
  RETURN w;
END $fn$;

-- Which numbers and which persons a row r of a table is about, as expressions: a hold on any of them keeps it, as it does from
-- retention.
CREATE FUNCTION erasure_about(p_relation text, OUT numbers text, OUT persons text) LANGUAGE sql IMMUTABLE AS $$
  WITH of_call AS (SELECT 'ARRAY[c.to_e164::text, regexp_replace(c.dialled, ''\D'', '''', ''g''), regexp_replace(c.from_number, ''\D'', '''', ''g'')]' AS numbers),
  charged AS (SELECT '(SELECT ' || numbers || ' FROM hold o JOIN call c ON c.tenant_id = o.call_tenant_id AND c.id = o.call_id WHERE o.tenant_id = %1$s.tenant_id '
    'AND o.call_id = %1$s.call_id LIMIT 1)' AS numbers FROM of_call)
  SELECT CASE p_relation WHEN 'call' THEN (SELECT replace(of_call.numbers, 'c.', 'r.') FROM of_call)
      WHEN 'cdr_row' THEN 'ARRAY[r.number::text, regexp_replace(r.dialled, ''\D'', '''', ''g'')]'
      WHEN 'ledger_transaction' THEN (SELECT format(charged.numbers, 'r') FROM charged)
      WHEN 'dispute' THEN (SELECT format(charged.numbers, 'r') FROM charged)
      WHEN 'dispute_event' THEN (SELECT '(SELECT ' || format(charged.numbers, 'd') || ' FROM dispute d WHERE d.tenant_id = r.tenant_id AND d.id = r.dispute_id)' FROM charged)
      ELSE 'NULL::text[]' END,
    CASE p_relation WHEN 'mail' THEN '(SELECT array_agg(p.id::text) FROM person p WHERE p.email = r.recipient)'
      WHEN 'invitation' THEN '(SELECT array_agg(p.id::text) FROM person p WHERE p.email = r.email)'
      WHEN 'task' THEN 'ARRAY[regexp_replace(r.created_by, ''^user:'', '''')]'
      WHEN 'session' THEN 'ARRAY[r.user_id::text]'
      WHEN 'audit_event' THEN 'CASE r.actor_kind WHEN ''user'' THEN ARRAY[r.actor_id] END'
      ELSE 'NULL::text[]' END
$$;

-- Rows of one part of a table that name somebody: where they are, whose, and whether they must be left. A row of which nothing
-- would change is none of them.
CREATE OR REPLACE FUNCTION erasure_find(w erasure, t erasure_target, p_part text, p_from bigint, p_until bigint) RETURNS TABLE (tid tid, of_tenant uuid, held boolean)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
DECLARE v_match text; v_of text; v_about record;
BEGIN
  SELECT * INTO v_about FROM erasure_about(t.relation);
  v_match := (SELECT string_agg(m, ' OR ') FROM (
    SELECT CASE WHEN c LIKE '%(%' THEN format('%s ~* $1', c) ELSE format('r.%I ~* $1', c) END AS m FROM unnest(t.texts) c
    UNION ALL SELECT format('(r.%1$I::text ~* $1 AND erasure_json(r.%1$I, $1, ''~'') IS DISTINCT FROM r.%1$I)', c) FROM unnest(t.jsons) c) x);
  -- Receipts name nobody.
  IF t.how = 'trail' THEN v_match := '(' || v_match || ') AND r.action NOT IN (''subject.erase_trail'', ''retention.cut_trail'')'; END IF;
  v_of := CASE WHEN t.relation = 'tenant' THEN 'r.id' WHEN EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = p_part::regclass AND a.attname = 'tenant_id')
    THEN 'r.tenant_id' ELSE 'NULL::uuid' END;
  -- A call has to be over, its charge not disputed, and with no number that is held; an open dispute keeps its words.
  RETURN QUERY EXECUTE format('WITH found AS MATERIALIZED (SELECT r.ctid AS tid, %s AS of, %s AS at, %s AS busy, %s AS numbers, %s AS persons FROM ONLY %s r
        WHERE r.ctid >= $2 AND r.ctid < $3 AND (%s)),
      holding AS MATERIALIZED (SELECT o.of, min(h.from_at) AS from_at, coalesce(array_agg(DISTINCT n) FILTER (WHERE n IS NOT NULL), ''{}'') AS numbers,
          coalesce(array_agg(DISTINCT p::text) FILTER (WHERE p IS NOT NULL), ''{}'') AS persons
        FROM (SELECT DISTINCT of FROM found) o CROSS JOIN unnest($4) k CROSS JOIN LATERAL retention_holding(o.of, k) h
        LEFT JOIN LATERAL unnest(h.numbers) n ON true LEFT JOIN LATERAL unnest(h.persons) p ON true GROUP BY o.of)
      SELECT f.tid, f.of, coalesce(f.at >= h.from_at, h.from_at IS NOT NULL) OR f.busy OR coalesce(f.numbers && h.numbers, false) OR coalesce(f.persons && h.persons, false)
        FROM found f JOIN holding h ON h.of IS NOT DISTINCT FROM f.of',
      v_of, CASE t.at_column WHEN '' THEN 'NULL::timestamptz' ELSE format('r.%I', t.at_column) END,
      CASE t.relation WHEN 'call' THEN 'r.state <> ''ended'' OR EXISTS (SELECT FROM dispute d WHERE d.call_id = r.id AND d.state = ''open'')'
        WHEN 'ledger_transaction' THEN 'EXISTS (SELECT FROM dispute d WHERE d.call_id = r.call_id AND d.state = ''open'')'
        WHEN 'dispute' THEN 'r.state = ''open'''
        WHEN 'dispute_event' THEN 'EXISTS (SELECT FROM dispute d WHERE d.tenant_id = r.tenant_id AND d.id = r.dispute_id AND d.state = ''open'')' ELSE 'false' END,
      v_about.numbers, v_about.persons, p_part::regclass, v_match)
    -- The words of a mail may be held where the mail is not.
    USING w.pattern, format('(%s,0)', p_from)::tid, format('(%s,0)', p_until)::tid, CASE t.class WHEN 'mail' THEN ARRAY['mail', 'mail_content'] ELSE ARRAY[t.class] END;
END $fn$;

DROP FUNCTION erasure_trail(erasure, uuid, tid[], text);
-- Events of one trail get the token, keep their hashes, and are named in a receipt with what they hash to now. How many.
CREATE FUNCTION erasure_trail(w erasure, p_tenant uuid, p_tids tid[], p_token text) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
DECLARE v_events jsonb; v_receipt bigint; n bigint;
BEGIN
  WITH told AS (
    UPDATE audit_event e SET actor_id = erasure_text(e.actor_id, w.pattern, p_token), subject = erasure_text(e.subject, w.pattern, p_token),
        before = erasure_json(e.before, w.pattern, p_token), after = erasure_json(e.after, w.pattern, p_token)
      WHERE e.ctid = ANY (p_tids) RETURNING e.seq, audit_hash(e) AS hash)
  SELECT jsonb_object_agg(seq, encode(hash, 'hex')), count(*) INTO v_events, n FROM told;
  IF v_events IS NULL THEN RETURN 0; END IF;
  v_receipt := audit_append(p_tenant, 'job', 'subject.erase', NULL, 'subject.erase_trail', 'erasure:' || w.id, 'ok', '{}', jsonb_build_object('events', v_events), w.task_id::text, '');
  INSERT INTO audit_redaction SELECT p_tenant, k::bigint, decode(h, 'hex'), v_receipt FROM jsonb_each_text(v_events) x (k, h)
    ON CONFLICT (tenant_id, seq) DO UPDATE SET hash = excluded.hash, receipt_seq = excluded.receipt_seq;
  RETURN n;
END $fn$;

-- Rows of one tenant go or get its token. How many did: less than were given, when some were changed meanwhile and stand elsewhere.
CREATE FUNCTION erasure_rows(w erasure, t erasure_target, p_part text, p_of uuid, p_tids tid[], p_calls uuid[], p_to text[], p_from_tokens text[]) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
DECLARE v_sets text; v_token text; v_go tid[] := p_tids; v_ids uuid[]; n bigint := 0; m bigint;
BEGIN
  SELECT coalesce((SELECT k.token FROM erasure_token k WHERE k.tenant_id = w.tenant_id AND k.erasure_id = w.id AND k.of_tenant_id = p_of), w.token) INTO v_token;
  IF t.how = 'trail' THEN RETURN erasure_trail(w, p_of, p_tids, v_token); END IF;
  IF t.how = 'calls' THEN
    SELECT array_agg(c.id) INTO v_ids FROM call c WHERE c.ctid = ANY (p_tids);
    PERFORM retention_pseudonymise(p_of, array_agg(g.id), array_agg(g.to_token), array_agg(g.from_token))
      FROM unnest(p_calls, p_to, p_from_tokens) g (id, to_token, from_token) WHERE g.id = ANY (v_ids);
    -- What retention leaves in words, and calls that lost their numbers before.
    SELECT array_agg(c.ctid) INTO v_go FROM call c WHERE c.tenant_id = p_of AND c.id = ANY (v_ids);
  END IF;
  IF t.goes <> '' THEN
    EXECUTE format('DELETE FROM %s r WHERE r.ctid = ANY ($1) AND r.%I ~* $2', p_part::regclass, t.goes) USING v_go, w.pattern;
    GET DIAGNOSTICS n = ROW_COUNT;
  END IF;
  SELECT string_agg(s, ', ') INTO v_sets FROM (
    SELECT format('%1$I = CASE WHEN %2$s THEN $3 ELSE erasure_text(r.%1$I, $2, $3) END', c,
      CASE WHEN c = ANY (t.also) THEN (SELECT string_agg(format('r.%I ~* $2', x), ' OR ') FROM unnest(t.texts) x WHERE NOT x = ANY (t.also)) ELSE 'false' END) AS s
      FROM unnest(t.texts) c WHERE (t.relation, c) <> ('tenant_import_row', 'problem')
    UNION ALL SELECT format('%1$I = erasure_json(r.%1$I, $2, $3)', c) FROM unnest(t.jsons) c) x;
  -- Nobody is told at an address that is none, and no tenant is made for one.
  IF t.relation = 'notify_target' THEN v_sets := v_sets || ', removed_at = coalesce(r.removed_at, clock_timestamp())'; END IF;
  IF t.relation = 'tenant_import_row' THEN
    v_sets := v_sets || ', problem = CASE WHEN r.state = ''waiting'' THEN ''It names somebody who was to be forgotten. Ask for it anew with somebody else.'' '
      'ELSE erasure_text(r.problem, $2, $3) END, state = CASE r.state WHEN ''waiting'' THEN ''refused'' ELSE r.state END, done_at = coalesce(r.done_at, clock_timestamp())';
  END IF;
  BEGIN
    EXECUTE format('UPDATE %s r SET %s WHERE r.ctid = ANY ($1)', p_part::regclass, v_sets) USING v_go, w.pattern, v_token;
    GET DIAGNOSTICS m = ROW_COUNT;
  EXCEPTION WHEN check_violation THEN
    -- With a token that is longer than the words it stands for, some are too long for their column: they end earlier.
    EXECUTE format('UPDATE %s r SET %s WHERE r.ctid = ANY ($1)', p_part::regclass, replace(v_sets, ' ELSE erasure_text(', ' ELSE erasure_clipped(')) USING v_go, w.pattern, v_token;
    GET DIAGNOSTICS m = ROW_COUNT;
  END;
  RETURN n + m;
END $fn$;

-- Goes through some blocks of a table: counts what names somebody, lets it go or gives it the token of its tenant, and notes how
-- far it is. Calls come with the tokens made for them. A row that somebody changes between the look and the change is somewhere
-- else in the part by then, so the step looks everywhere until nothing escapes it. A repeat finds nothing more. Trails are locked
-- as everybody locks them: the root first, then by id.
CREATE OR REPLACE FUNCTION erasure_step(p_erasure uuid, p_relation text, p_part text, p_from bigint, p_until bigint, p_calls uuid[], p_to text[], p_from_tokens text[])
RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET lock_timeout = '5s' AS $fn$
DECLARE w erasure; t erasure_target; o record; v_from bigint := p_from; v_until bigint := p_until; v_round int := 0; v_missed bigint; v_done bigint; n bigint := 0;
BEGIN
  w := erasure_lock(p_erasure);
  SELECT * INTO t FROM erasure_target WHERE relation = p_relation;
  IF w.id IS NULL OR t.relation IS NULL OR (w.done_rank, w.done_part) > (t.rank, p_part) OR ((w.done_rank, w.done_part) = (t.rank, p_part) AND w.done_block >= p_until) THEN RETURN 0; END IF;
  UPDATE erasure SET done_rank = t.rank, done_part = p_part, done_block = p_until WHERE id = w.id;
  -- A month may have been let go meanwhile.
  IF NOT EXISTS (SELECT FROM erasure_parts() p WHERE p.relation = p_relation AND p.part = p_part) THEN RETURN 0; END IF;
  LOOP
    v_round := v_round + 1; v_missed := 0;
    FOR o IN SELECT f.of_tenant, array_agg(f.tid) FILTER (WHERE NOT f.held) AS tids, count(*) FILTER (WHERE NOT f.held) AS free,
        count(*) FILTER (WHERE f.held AND v_round = 1) AS held
      FROM erasure_find(w, t, p_part, v_from, v_until) f LEFT JOIN tenant_below b ON b.ancestor_id = w.tenant_id AND b.descendant_id = f.of_tenant
      -- Other calls have no tokens yet; their step comes.
      WHERE v_round = 1 OR t.how <> 'calls' OR f.tid >= format('(%s,0)', p_from)::tid AND f.tid < format('(%s,0)', p_until)::tid
        OR (SELECT c.id FROM call c WHERE c.ctid = f.tid) = ANY (p_calls)
      GROUP BY f.of_tenant, b.depth ORDER BY b.depth, f.of_tenant
    LOOP
      IF t.how = 'keep' OR w.counts_only OR o.tids IS NULL THEN
        v_done := o.free;
      ELSE
        v_done := erasure_rows(w, t, p_part, o.of_tenant, o.tids, p_calls, p_to, p_from_tokens);
        v_missed := v_missed + o.free - v_done;
      END IF;
      n := n + v_done + o.held;
      PERFORM erasure_add(w.tenant_id, w.id, p_relation, coalesce(o.of_tenant, w.tenant_id), CASE t.how WHEN 'keep' THEN 0 ELSE v_done END,
        CASE t.how WHEN 'keep' THEN 0 ELSE o.held END, CASE t.how WHEN 'keep' THEN v_done + o.held ELSE 0 END);
    END LOOP;
    EXIT WHEN v_missed <= 0;
    IF v_round = 20 THEN RAISE EXCEPTION 'rows of % change faster than they are forgotten', p_relation USING ERRCODE = '40001'; END IF;
    v_from := 0; v_until := 4294967294;
  END LOOP;
  RETURN n;
END $fn$;

-- Ends it, once, whoever calls: files of lists of whoever had rows go, since nobody can look into them, but for those that are held;
-- a receipt stands in the trail of each, the root's first; and nothing of what was asked for is left here or with an earlier one
-- that stopped.
CREATE OR REPLACE FUNCTION erasure_end(p_erasure uuid) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET lock_timeout = '5s' AS $fn$
DECLARE w erasure; o record;
BEGIN
  w := erasure_lock(p_erasure);
  IF w.id IS NULL THEN RETURN; END IF;
  IF w.kind = 'number' THEN
    FOR o IN SELECT 'number_block' AS relation, b.tenant_id, count(*) AS n FROM number_block b WHERE b.digits = w.subject GROUP BY 2
      UNION ALL SELECT 'hot_number', b.tenant_id, count(*) FROM hot_number b WHERE b.digits = w.subject GROUP BY 2
    LOOP
      PERFORM erasure_add(w.tenant_id, w.id, o.relation, o.tenant_id, 0, 0, o.n);
    END LOOP;
  ELSIF w.person_id IS NOT NULL THEN
    FOR o IN SELECT e.tenant_id, count(*) AS n FROM audit_event e WHERE e.actor_kind = 'user' AND e.actor_id = w.person_id::text GROUP BY 1 LOOP
      PERFORM erasure_add(w.tenant_id, w.id, 'audit_event', o.tenant_id, 0, 0, o.n);
    END LOOP;
  END IF;
  FOR o IN WITH file AS MATERIALIZED (SELECT f.tenant_id, f.id, coalesce(f.ready_at, f.as_of) AS at FROM export_file f
      WHERE f.tenant_id IN (SELECT b.ancestor_id FROM erasure_count c JOIN tenant_below b ON b.descendant_id = c.of_tenant_id
        WHERE c.tenant_id = w.tenant_id AND c.erasure_id = w.id AND c.erased > 0)
        AND EXISTS (SELECT FROM export_part p WHERE p.tenant_id = f.tenant_id AND p.export_id = f.id)),
    holding AS MATERIALIZED (SELECT g.tenant_id, h.from_at FROM (SELECT DISTINCT tenant_id FROM file) g CROSS JOIN LATERAL retention_holding(g.tenant_id, 'exports') h)
    SELECT f.tenant_id, array_agg(f.id) FILTER (WHERE (f.at >= h.from_at) IS NOT TRUE) AS ids, count(*) FILTER (WHERE (f.at >= h.from_at) IS NOT TRUE) AS n,
      count(*) FILTER (WHERE f.at >= h.from_at) AS held
    FROM file f JOIN holding h ON h.tenant_id = f.tenant_id GROUP BY 1
  LOOP
    PERFORM erasure_add(w.tenant_id, w.id, 'export_part', o.tenant_id, o.n, o.held, 0);
    IF NOT w.counts_only THEN DELETE FROM export_part p WHERE p.tenant_id = o.tenant_id AND p.export_id = ANY (o.ids); END IF;
  END LOOP;
  UPDATE erasure x SET subject = NULL, pattern = NULL WHERE x.tenant_id = w.tenant_id AND x.subject = w.subject AND x.kind = w.kind AND x.id <> w.id AND NOT w.counts_only
    AND EXISTS (SELECT FROM task k WHERE k.tenant_id = x.tenant_id AND k.id = x.task_id AND k.state IN ('cancelled', 'failed'));
  UPDATE erasure SET subject = NULL, pattern = NULL, ended_at = clock_timestamp() WHERE id = w.id;
  IF NOT w.counts_only THEN
    FOR o IN SELECT c.of_tenant_id, sum(c.erased) AS erased, sum(c.held) AS held, sum(c.kept) AS kept,
        string_agg(c.relation || ' ' || c.erased, ', ' ORDER BY c.relation) FILTER (WHERE c.erased > 0) AS parts
      FROM (SELECT * FROM erasure_count UNION ALL SELECT w.tenant_id, w.id, '', w.tenant_id, 0, 0, 0) c
      LEFT JOIN tenant_below b ON b.ancestor_id = w.tenant_id AND b.descendant_id = c.of_tenant_id
      WHERE c.tenant_id = w.tenant_id AND c.erasure_id = w.id
      GROUP BY 1, b.depth HAVING sum(c.erased) > 0 OR c.of_tenant_id = w.tenant_id ORDER BY b.depth, 1
    LOOP
      PERFORM audit_append(o.of_tenant_id, 'job', 'subject.erase', NULL, 'subject.erase', 'erasure:' || w.id, 'ok', '{}', jsonb_build_object('kind', w.kind,
        'token', coalesce((SELECT k.token FROM erasure_token k WHERE k.tenant_id = w.tenant_id AND k.erasure_id = w.id AND k.of_tenant_id = o.of_tenant_id
          AND k.of_tenant_id <> w.tenant_id), w.token),
        'erased', o.erased, 'held', o.held, 'kept', o.kept, 'parts', coalesce(o.parts, '')), w.task_id::text, '');
    END LOOP;
  END IF;
  DELETE FROM erasure_token WHERE tenant_id = w.tenant_id AND erasure_id = w.id;
END $fn$;

CREATE OR REPLACE FUNCTION erasure_calls(p_erasure uuid, p_part text, p_from bigint, p_until bigint)
RETURNS TABLE (tenant_id uuid, id uuid, kind text, dialled text, to_e164 text, from_number text, prefix text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT c.tenant_id, c.id, c.kind::text, c.dialled::text, c.to_e164, c.from_number,
    coalesce((SELECT o.prefix FROM hold o WHERE o.call_id = c.id ORDER BY length(o.prefix) DESC LIMIT 1), '')
  FROM erasure w JOIN erasure_target t ON t.relation = 'call' CROSS JOIN LATERAL erasure_find(w, t, p_part, p_from, p_until) f JOIN call c ON c.ctid = f.tid
  WHERE w.id = p_erasure AND w.tenant_id = operator_tenant() AND coalesce(app_tenant(), operator_tenant()) = operator_tenant()
    AND NOT w.counts_only AND NOT f.held AND c.pseudonymised_at IS NULL
$$;

-- What one that failed or was stopped is about is forgotten after a week: whoever wants it still asks anew. How many.
CREATE FUNCTION erasure_forget() RETURNS int LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
DECLARE n int;
BEGIN
  WITH gone AS (
    UPDATE erasure e SET subject = NULL, pattern = NULL FROM task k
      WHERE k.tenant_id = e.tenant_id AND k.id = e.task_id AND e.subject IS NOT NULL AND k.state IN ('failed', 'cancelled')
        AND coalesce(k.ended_at, k.created_at) < clock_timestamp() - interval '7 days' RETURNING e.tenant_id, e.id),
  tokens AS (DELETE FROM erasure_token t USING gone g WHERE t.tenant_id = g.tenant_id AND t.erasure_id = g.id)
  SELECT count(*) INTO n FROM gone;
  RETURN n;
END $fn$;

GRANT UPDATE (state, done_at) ON tenant_import_row TO portal_retention;
DO $$
DECLARE f text;
BEGIN
  FOREACH f IN ARRAY ARRAY['erasure_operators(uuid)', 'erasure_about(text)', 'erasure_trail(erasure, uuid, tid[], text)',
    'erasure_rows(erasure, erasure_target, text, uuid, tid[], uuid[], text[], text[])', 'erasure_forget()'] LOOP
    EXECUTE format('ALTER FUNCTION %s OWNER TO portal_retention', f);
    EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', f);
  END LOOP;
  GRANT EXECUTE ON FUNCTION erasure_forget() TO portal_app;
END $$;
REVOKE CREATE ON SCHEMA public FROM portal_retention;
