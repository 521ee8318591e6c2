-- Calls by month from now on. The table `call` stays what charging knows: calls that go on, and those of the last weeks. It is one
-- part of `call_record`; the months that are over are the others, so what looks at calls of any age reads `call_record`, and no
-- function of charging names it. A call moves when its month has been over for five weeks. There is no part for the rest: making
-- or dropping a month locks its own table and `call_record` for a moment, and `call` never.
GRANT CREATE ON SCHEMA public TO portal_retention;

-- Where the record of a call is kept: nothing while it is in `call`, then its month, with money or without.
ALTER TABLE call ADD COLUMN filed text COLLATE "C";
CREATE TABLE call_record (LIKE call INCLUDING DEFAULTS INCLUDING CONSTRAINTS) PARTITION BY LIST (filed);
DO $$
BEGIN
  EXECUTE 'ALTER TABLE call_record ENABLE ROW LEVEL SECURITY';
  EXECUTE 'ALTER TABLE call_record FORCE ROW LEVEL SECURITY';
  EXECUTE 'CREATE POLICY own_tenant ON call_record TO portal_app USING (tenant_id = app_tenant()) WITH CHECK (tenant_id = app_tenant())';
  EXECUTE 'CREATE POLICY tenants_below ON call_record FOR SELECT TO portal_app USING (app_subtree() AND tenant_id IN '
    '(SELECT descendant_id FROM tenant_below WHERE ancestor_id = app_tenant()))';
  EXECUTE 'CREATE POLICY money_functions ON call_record TO portal_charge USING (true) WITH CHECK (true)';
  EXECUTE 'CREATE POLICY system_functions ON call_record TO portal_system USING (true) WITH CHECK (true)';
  EXECUTE 'CREATE POLICY retention_functions ON call_record TO portal_retention USING (true) WITH CHECK (true)';
END $$;
GRANT SELECT ON call_record TO portal_app, portal_charge, portal_system;
ALTER TABLE call_record ATTACH PARTITION call FOR VALUES IN (NULL);
ALTER TABLE call_record OWNER TO portal_retention;
CREATE POLICY retention_functions ON usage_pending FOR SELECT TO portal_retention USING (true);
GRANT SELECT ON usage_pending TO portal_retention;

-- The beginning of the oldest month of which every call is still in `call`. What is younger than 35 days always is.
CREATE FUNCTION call_horizon() RETURNS timestamptz LANGUAGE sql STABLE AS $$
  SELECT date_trunc('month', (now() - interval '35 days') AT TIME ZONE 'UTC') AT TIME ZONE 'UTC'
$$;

-- ---------------------------------------------------------------- months
-- `filed`: the months hold what is over and was moved there, in two tables: what cost no money goes as a whole one day, what did
-- loses its numbers only.
ALTER TABLE month_table ADD COLUMN filed boolean NOT NULL DEFAULT false;
INSERT INTO month_table VALUES ('call_record', 'calls', 'started_at', true);

-- As before: a table that is kept by the moment has the next months ready. What is filed has its months when they are needed.
CREATE OR REPLACE FUNCTION months_missing() RETURNS TABLE (name text, at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT t.name, m.at FROM month_table t CROSS JOIN LATERAL (
    SELECT (date_trunc('month', now() AT TIME ZONE 'UTC') + n * interval '1 month') AT TIME ZONE 'UTC' AS at FROM generate_series(0, 2) n) m
  WHERE NOT t.filed AND NOT EXISTS (SELECT FROM months_of(t.name) o WHERE o.from_at = m.at)
$$;

-- One table for what is filed under a month. The checks let a question about other months, or about calls that go on, pass by.
CREATE FUNCTION month_make_filed(p_table text, p_part text, p_filed text, p_from timestamptz, p_until timestamptz) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET lock_timeout = '1s' AS $fn$
BEGIN
  IF to_regclass('months.' || p_part) IS NOT NULL THEN RETURN false; END IF;
  EXECUTE format('CREATE TABLE months.%I (LIKE public.%I INCLUDING DEFAULTS INCLUDING CONSTRAINTS, CHECK (started_at >= %L AND started_at < %L), '
    'CHECK (state = ''ended''))', p_part, p_table, p_from, p_until);
  EXECUTE format('ALTER TABLE months.%I ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', p_part);
  EXECUTE format('CREATE POLICY retention_functions ON months.%I TO portal_retention USING (true) WITH CHECK (true)', p_part);
  -- The id alone leads to a call, and so does the name that the PBX gave it, and its number.
  EXECUTE format('CREATE UNIQUE INDEX ON months.%I (id, tenant_id)', p_part);
  EXECUTE format('CREATE INDEX ON months.%I (tenant_id, started_at DESC, id DESC)', p_part);
  EXECUTE format('CREATE UNIQUE INDEX ON months.%I (pbx_call_id, pbx)', p_part);
  EXECUTE format('CREATE INDEX ON months.%I (to_e164 text_pattern_ops, started_at DESC) WHERE to_e164 IS NOT NULL', p_part);
  EXECUTE format('CREATE INDEX ON months.%I (from_number text_pattern_ops, started_at DESC) WHERE from_number IS NOT NULL', p_part);
  EXECUTE format('CREATE INDEX ON months.%I (tenant_id, dialled text_pattern_ops, started_at DESC) WHERE to_e164 IS NULL', p_part);
  EXECUTE format('ALTER TABLE public.%I ATTACH PARTITION months.%I FOR VALUES IN (%L)', p_table, p_part, p_filed);
  RETURN true;
END $fn$;

-- As before, and for what is filed both tables of the month, each unless it is there.
CREATE OR REPLACE FUNCTION month_make(p_table text, p_at timestamptz) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET lock_timeout = '1s' AS $fn$
DECLARE m month_table; v_from timestamptz := date_trunc('month', p_at AT TIME ZONE 'UTC') AT TIME ZONE 'UTC'; v_until timestamptz; v_part text; v_rest text; v_month text; v_made boolean;
BEGIN
  SELECT * INTO m FROM month_table WHERE name = p_table;
  IF NOT FOUND THEN RAISE EXCEPTION 'nothing called % is kept by month', p_table USING ERRCODE = 'RF006'; END IF;
  v_until := ((v_from AT TIME ZONE 'UTC') + interval '1 month') AT TIME ZONE 'UTC';
  v_part := m.name || '_' || to_char(v_from AT TIME ZONE 'UTC', 'YYYYMM'); v_rest := m.name || '_rest';
  PERFORM pg_advisory_xact_lock(hashtextextended('month:' || v_part, 0));
  IF m.filed THEN
    v_month := to_char(v_from AT TIME ZONE 'UTC', 'YYYY-MM');
    v_made := month_make_filed(m.name, v_part, v_month, v_from, v_until);
    RETURN month_make_filed(m.name, v_part || '_paid', v_month || ' paid', v_from, v_until) OR v_made;
  END IF;
  IF to_regclass('months.' || v_part) IS NOT NULL THEN RETURN false; END IF;
  EXECUTE format('CREATE TABLE months.%I (LIKE public.%I INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', v_part, m.name);
  EXECUTE format('ALTER TABLE months.%1$I ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', v_part);
  EXECUTE format('CREATE POLICY retention_functions ON months.%I TO portal_retention USING (true) WITH CHECK (true)', v_part);
  EXECUTE format('WITH moved AS (DELETE FROM months.%1$I WHERE %2$I >= $1 AND %2$I < $2 RETURNING *) INSERT INTO months.%3$I SELECT * FROM moved',
    v_rest, m.at_column, v_part) USING v_from, v_until;
  EXECUTE format('ALTER TABLE public.%I ATTACH PARTITION months.%I FOR VALUES FROM (%L) TO (%L)', m.name, v_part, v_from, v_until);
  RETURN true;
END $fn$;

-- As before. Whoever has rows in the month and wants to keep them, or wants something else done with them than to let them go,
-- keeps the month; what is filed with money is no month of this kind, and stays.
CREATE OR REPLACE FUNCTION retention_drop_month(p_class text, OUT part text, OUT removed bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET lock_timeout = '1s' AS $fn$
DECLARE m month_table; o record; v_wanted boolean;
BEGIN
  FOR m IN SELECT * FROM month_table WHERE class = p_class LOOP
    FOR o IN SELECT * FROM months_of(m.name) x WHERE x.until_at <= retention_cutoff(1) LOOP
      EXECUTE format('SELECT EXISTS (SELECT FROM tenant t CROSS JOIN LATERAL retention_effective(t.id, $1) e CROSS JOIN LATERAL retention_holding(t.id, $1) h
          WHERE (e.action <> ''delete'' OR retention_cutoff(e.days) < $2 OR h.from_at < $2 OR cardinality(h.numbers) > 0 OR cardinality(h.persons) > 0)
            AND EXISTS (SELECT FROM months.%I r WHERE r.tenant_id = t.id))', o.part)
        INTO v_wanted USING p_class, o.until_at;
      CONTINUE WHEN v_wanted;
      -- Nobody adds to it while it is counted; the table itself is locked only for the moment of the drop.
      EXECUTE format('LOCK TABLE months.%I IN SHARE MODE', o.part);
      EXECUTE format('WITH gone AS (SELECT tenant_id, count(*) AS n FROM months.%I GROUP BY tenant_id)
      , noted AS (INSERT INTO retention_sweep AS s (tenant_id, class, action, cutoff, removed, batches, months)
          SELECT g.tenant_id, $1, e.action, retention_cutoff(e.days), g.n, 1, ARRAY[$2] FROM gone g CROSS JOIN LATERAL retention_effective(g.tenant_id, $1) e
        ON CONFLICT (class, tenant_id) WHERE state = ''running'' DO UPDATE SET removed = s.removed + excluded.removed, batches = s.batches + 1,
          months = s.months || excluded.months)
        SELECT coalesce(sum(n), 0) FROM gone', o.part) INTO removed USING p_class, to_char(o.from_at AT TIME ZONE 'UTC', 'YYYY-MM');
      part := o.part;
      EXECUTE format('DROP TABLE months.%I', o.part);
      RETURN;
    END LOOP;
  END LOOP;
END $fn$;

-- ---------------------------------------------------------------- filing
-- The tenants that have calls of months to be filed.
CREATE FUNCTION calls_to_file() RETURNS TABLE (tenant_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT t.id FROM tenant t WHERE EXISTS (SELECT FROM call c WHERE c.tenant_id = t.id AND c.started_at < call_horizon()) ORDER BY t.id
$$;

-- Moves the next calls of a tenant, oldest first and of one month, into that month, in one transaction: a worker that dies has moved
-- them or has not. Left where they are: calls that go on, hold money or are not in the sums yet, and those that somebody is at. A
-- reader that takes today's horizon has a day until a month is moved beyond it. Returns how many; 0: nothing more can move now.
CREATE FUNCTION calls_file(p_tenant uuid, p_limit int) RETURNS int
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET lock_timeout = '2s' AS $fn$
DECLARE v_before timestamptz := date_trunc('month', (now() - interval '36 days') AT TIME ZONE 'UTC') AT TIME ZONE 'UTC'; v_month timestamp; n int;
BEGIN
  -- An erasure goes from one table to the next, and would not go back for what was moved behind it.
  IF EXISTS (SELECT FROM erasure e JOIN task k ON k.tenant_id = e.tenant_id AND k.id = e.task_id WHERE e.ended_at IS NULL AND k.state IN ('queued', 'running')) THEN
    RETURN 0;
  END IF;
  SELECT date_trunc('month', c.started_at AT TIME ZONE 'UTC') INTO v_month FROM call c WHERE c.tenant_id = p_tenant AND c.started_at < v_before AND c.state = 'ended'
      AND c.id NOT IN (SELECT p.call_id FROM usage_pending p WHERE p.tenant_id = p_tenant AND p.call_id IS NOT NULL)
      AND NOT EXISTS (SELECT FROM hold h WHERE h.call_id = c.id AND h.state = 'open')
    ORDER BY c.started_at LIMIT 1;
  IF v_month IS NULL THEN RETURN 0; END IF;
  PERFORM month_make('call_record', v_month AT TIME ZONE 'UTC');
  WITH taken AS MATERIALIZED (
    SELECT c.id, EXISTS (SELECT FROM hold h WHERE h.call_id = c.id) AS paid FROM call c
      WHERE c.tenant_id = p_tenant AND c.started_at >= v_month AT TIME ZONE 'UTC' AND c.started_at < (v_month + interval '1 month') AT TIME ZONE 'UTC' AND c.state = 'ended'
        AND c.id NOT IN (SELECT p.call_id FROM usage_pending p WHERE p.tenant_id = p_tenant AND p.call_id IS NOT NULL)
        AND NOT EXISTS (SELECT FROM hold h WHERE h.call_id = c.id AND h.state = 'open')
      ORDER BY c.started_at, c.id LIMIT p_limit FOR UPDATE OF c SKIP LOCKED)
  UPDATE call_record r SET filed = to_char(v_month, 'YYYY-MM') || CASE WHEN t.paid THEN ' paid' ELSE '' END
    FROM taken t WHERE r.filed IS NULL AND r.tenant_id = p_tenant AND r.id = t.id;
  GET DIAGNOSTICS n = ROW_COUNT;
  RETURN n;
END $fn$;

-- ---------------------------------------------------------------- what reads calls of any age
-- The same functions word for word, reading `call_record`. What looks back five weeks at most, and all of charging, go on as they are.
DO $$
DECLARE f text; v_old text; v_new text;
BEGIN
  FOREACH f IN ARRAY ARRAY['books_check', 'ledger_check', 'corrections_post', 'differences_narrow', 'dispute_open', 'statement_entries',
    'call_record_unheld', 'call_record_unheld_inbound', 'cdr_candidates', 'cdr_match', 'cdr_match_plain', 'cdr_missing', 'cdr_pbx_doubts',
    'rerate_look', 'rerate_page', 'rerate_total', 'usage_rebuild', 'usage_rebuild_from', 'retention_calls_done', 'retention_calls_left', 'retention_calls_next',
    'erasure_about'] LOOP
    v_old := pg_get_functiondef(f::regproc);
    v_new := regexp_replace(regexp_replace(v_old, '\m(FROM|JOIN) call\M', '\1 call_record', 'g'), '\mcall\.id\M', 'call_record.id', 'g');
    IF v_new = v_old THEN RAISE EXCEPTION '% reads no calls', f; END IF;
    EXECUTE v_new;
  END LOOP;
END $$;

-- The others, each with what changes in it.
CREATE FUNCTION pg_temp.put(p_function text, VARIADIC p_changes text[]) RETURNS void LANGUAGE plpgsql AS $fn$
DECLARE v text := pg_get_functiondef(p_function::regproc);
BEGIN
  FOR i IN 1..cardinality(p_changes) BY 2 LOOP
    IF strpos(v, p_changes[i]) = 0 THEN RAISE EXCEPTION '% does not say %', p_function, p_changes[i]; END IF;
    v := replace(v, p_changes[i], p_changes[i + 1]);
  END LOOP;
  EXECUTE v;
END $fn$;
-- The first of several lines with one key is the one that counts.
SELECT pg_temp.put('cdr_ingest', 'LEFT JOIN call c ON c.pbx = f.source AND c.pbx_call_id = g.call_key',
  'LEFT JOIN LATERAL (SELECT k.tenant_id, k.id FROM call_record k WHERE k.pbx = f.source AND k.pbx_call_id = g.call_key LIMIT 1) c ON true ORDER BY g.line');
SELECT pg_temp.put('retention_pseudonymise', 'JOIN call c ON', 'JOIN call_record c ON', 'UPDATE call c SET', 'UPDATE call_record c SET');
-- Whoever lets records go by naming all of them is asked the same as who names `call`.
CREATE TRIGGER call_keeps_holds AFTER DELETE ON call_record REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION call_keeps_holds();
SELECT pg_temp.put('tenant_keeps_what_is_its', 'JOIN call c ON c.tenant_id = g.id', 'JOIN call_record c ON c.tenant_id = g.id');
-- The oldest call of a tenant through a function of its own, which is planned once and not for each tenant. Where calls without
-- money are to go, those that have tokens already are among them.
SELECT pg_temp.put('retention_source_with_calls', '''call'', '''', ', '''call_record'', '''', ', 'o.call_id = call.id', 'o.call_id = call_record.id',
  'retention_about(call, $3)', 'retention_about(call_record, $3)',
  '''SELECT started_at FROM call WHERE tenant_id = $1 AND started_at >= (SELECT retention_mark($1, e.action) FROM retention_effective($1, ''''calls'''') e) ''
      ''AND pseudonymised_at IS NULL ORDER BY started_at LIMIT 1''', '''SELECT retention_oldest_call($1)''');
-- A row of the table `call` is one of `call_record` as well.
DROP FUNCTION retention_about(call, text[]);
CREATE FUNCTION retention_about(c call_record, p_numbers text[]) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT coalesce(c.to_e164 = ANY (p_numbers) OR regexp_replace(c.dialled, '\D', '', 'g') = ANY (p_numbers)
      OR regexp_replace(c.from_number, '\D', '', 'g') = ANY (p_numbers), false)
    OR EXISTS (SELECT FROM dispute d WHERE d.call_id = c.id AND d.state = 'open')
$$;
CREATE FUNCTION retention_oldest_call(p_tenant uuid) RETURNS timestamptz LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
DECLARE v_action text := (SELECT e.action FROM retention_effective(p_tenant, 'calls') e); v_mark timestamptz := retention_mark(p_tenant, v_action);
BEGIN
  RETURN (SELECT c.started_at FROM call_record c WHERE c.tenant_id = p_tenant AND c.started_at >= v_mark
    AND (c.pseudonymised_at IS NULL OR v_action = 'delete' AND NOT EXISTS (SELECT FROM hold o WHERE o.call_id = c.id)) ORDER BY c.started_at LIMIT 1);
END $fn$;

-- An erasure goes through `call` first and then the months, so what is moved meanwhile comes later.
SELECT pg_temp.put('erasure_parts', 'quote_ident(t.relation)', 'quote_ident(CASE t.relation WHEN ''call'' THEN ''call_record'' ELSE t.relation END)');
SELECT pg_temp.put('erasure_calls', 'JOIN call c ON c.ctid = f.tid', 'JOIN call_record c ON c.tableoid = to_regclass(p_part) AND c.ctid = f.tid',
  'WHERE w.id = p_erasure AND', 'WHERE to_regclass(p_part) IS NOT NULL AND w.id = p_erasure AND');
SELECT pg_temp.put('erasure_rows', 'FROM call c WHERE c.ctid = ANY (p_tids)', 'FROM call_record c WHERE c.tableoid = p_part::regclass AND c.ctid = ANY (p_tids)',
  'FROM call c WHERE c.tenant_id = p_of', 'FROM call_record c WHERE c.tableoid = p_part::regclass AND c.tenant_id = p_of');
SELECT pg_temp.put('erasure_step', 'FROM call c WHERE c.ctid = f.tid', 'FROM call_record c WHERE c.tableoid = p_part::regclass AND c.ctid = f.tid');

-- The sums: what is not in them yet is in `call`, what is counted anew may be of any age.
DO $$
DECLARE v text;
BEGIN
  v := rtrim(regexp_replace(pg_get_viewdef('usage_call_line'::regclass), '\mcall c\M', 'call_record c'), '; ');
  v := regexp_replace(v, 'AS corrected_revenue_micros\s+FROM', 'AS corrected_revenue_micros, c.filed FROM');
  IF v !~ 'c\.filed' OR v !~ 'call_record c' THEN RAISE EXCEPTION 'usage_call_line reads otherwise'; END IF;
  EXECUTE 'CREATE OR REPLACE VIEW usage_call_line WITH (security_invoker = true) AS ' || v;
  v := regexp_replace(pg_get_viewdef('usage_correction_line'::regclass), '\mcall c\M', 'call_record c');
  IF v !~ 'call_record c' THEN RAISE EXCEPTION 'usage_correction_line reads otherwise'; END IF;
  EXECUTE 'CREATE OR REPLACE VIEW usage_correction_line WITH (security_invoker = true) AS ' || v;
END $$;
SELECT pg_temp.put('usage_fold', 'x.call_id = k.call_id WHERE k.transaction_id IS NULL', 'x.call_id = k.call_id WHERE x.filed IS NULL AND k.transaction_id IS NULL');
SELECT pg_temp.put('usage_rows', 'WHERE k.transaction_id IS NULL AND l.tenant_id', 'WHERE l.filed IS NULL AND k.transaction_id IS NULL AND l.tenant_id');
SELECT pg_temp.put('usage_series', 'WHERE k.transaction_id IS NULL AND l.tenant_id', 'WHERE l.filed IS NULL AND k.transaction_id IS NULL AND l.tenant_id');

-- Of the months only the one that is counted anew.
ALTER FUNCTION usage_rebuild(timestamptz, timestamptz, int) SET plan_cache_mode = force_custom_plan;

-- The call of a name, of the portal or of a PBX; what is over long ago is asked only when `call` does not know it.
CREATE OR REPLACE FUNCTION call_named(p_name text) RETURNS uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  WITH RECURSIVE place AS (
    SELECT min(c.pbx) AS pbx FROM call c
    UNION ALL SELECT (SELECT min(c.pbx) FROM call c WHERE c.pbx > p.pbx) FROM place p WHERE p.pbx IS NOT NULL),
  named AS (SELECT CASE WHEN p_name ~* '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$' THEN p_name::uuid END AS id)
  SELECT c.id FROM place p JOIN call c ON c.pbx = p.pbx AND c.pbx_call_id = p_name WHERE c.tenant_id = app_tenant()
  UNION ALL SELECT c.id FROM call c WHERE c.tenant_id = app_tenant() AND c.id = (SELECT n.id FROM named n)
  UNION ALL SELECT c.id FROM call_record c WHERE c.tenant_id = app_tenant() AND c.id = (SELECT n.id FROM named n) AND c.filed IS NOT NULL
  UNION ALL SELECT c.id FROM call_record c WHERE c.tenant_id = app_tenant() AND c.pbx_call_id = p_name AND c.filed IS NOT NULL
  LIMIT 1
$$;

DO $$
DECLARE f text;
BEGIN
  FOREACH f IN ARRAY ARRAY['month_make_filed(text, text, text, timestamptz, timestamptz)', 'calls_to_file()', 'calls_file(uuid, int)',
    'retention_about(call_record, text[])', 'retention_oldest_call(uuid)'] LOOP
    EXECUTE format('ALTER FUNCTION %s OWNER TO portal_retention', f);
    EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', f);
  END LOOP;
  GRANT EXECUTE ON FUNCTION calls_to_file(), calls_file(uuid, int) TO portal_app;
END $$;
DROP FUNCTION pg_temp.put(text, text[]);
REVOKE CREATE ON SCHEMA public FROM portal_retention;
