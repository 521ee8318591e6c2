-- Files of call records, of the PBX or of a carrier, compared with our calls. They belong to the operator, who alone knows
-- its carriers. The content waits in the database, so that web and workers need no common disk, and goes once it is read.
CREATE TABLE cdr_import (
  tenant_id uuid NOT NULL REFERENCES tenant (id),
  id uuid NOT NULL UNIQUE DEFAULT gen_random_uuid(),
  format text NOT NULL CHECK (format IN ('master', 'spool', 'carrier')),
  -- The PBX's name or the carrier's: a record's id is unique in it.
  source text NOT NULL CHECK (source ~ '^[A-Za-z0-9._-]{1,40}$'),
  file_name text NOT NULL CHECK (length(file_name) BETWEEN 1 AND 200),
  bytes bigint NOT NULL CHECK (bytes > 0),
  parts int NOT NULL CHECK (parts > 0),
  options jsonb NOT NULL,
  -- Of the content, known when it was read to its end.
  sha256 text,
  task_id uuid,
  created_by text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (tenant_id, id)
);
CREATE INDEX cdr_import_newest ON cdr_import (tenant_id, created_at DESC);
CREATE TABLE cdr_import_part (
  tenant_id uuid NOT NULL,
  import_id uuid NOT NULL,
  part int NOT NULL CHECK (part >= 0),
  content bytea NOT NULL CHECK (length(content) <= 600000),
  PRIMARY KEY (tenant_id, import_id, part),
  FOREIGN KEY (tenant_id, import_id) REFERENCES cdr_import (tenant_id, id) ON DELETE CASCADE
);
ALTER TABLE cdr_import_part ALTER COLUMN content SET STORAGE EXTERNAL;
CREATE TABLE cdr_problem (
  tenant_id uuid NOT NULL,
  import_id uuid NOT NULL,
  line int NOT NULL,
  -- Counted from 1; 0 is the whole line.
  column_number int NOT NULL,
  column_name text NOT NULL,
  reason text NOT NULL CHECK (length(reason) <= 300),
  PRIMARY KEY (tenant_id, import_id, line, column_number),
  FOREIGN KEY (tenant_id, import_id) REFERENCES cdr_import (tenant_id, id) ON DELETE CASCADE
);
-- One record of any file. Its key is a digest of what makes it the same record in another file; that, and no foreign key to
-- the import, is what twenty thousand rows a second leave room for.
CREATE TABLE cdr_row (
  tenant_id uuid NOT NULL,
  key uuid NOT NULL,
  import_id uuid NOT NULL,
  line int NOT NULL,
  -- Asterisk's unique id; NULL in a carrier's file.
  call_key text,
  -- Whom the carrier connected; NULL in a PBX's file.
  number text,
  started_at timestamptz NOT NULL,
  ended_at timestamptz,
  talk_ms bigint NOT NULL,
  cost_micros bigint,
  currency char(3),
  endpoint text,
  dialled text,
  word text,
  disposition text,
  secondary boolean NOT NULL DEFAULT false,
  -- The call that a PBX's record names.
  call_tenant_id uuid,
  call_id uuid,
  PRIMARY KEY (tenant_id, key)
);
CREATE INDEX cdr_row_line ON cdr_row (import_id, line);
CREATE INDEX cdr_row_number ON cdr_row (import_id, number, started_at, line) WHERE number IS NOT NULL;
CREATE INDEX cdr_row_call ON cdr_row (call_id) WHERE call_id IS NOT NULL;
-- Which call a carrier's record means: each call once. A table of its own, because a record that is found later would be
-- written into every index again.
CREATE TABLE cdr_match (
  tenant_id uuid NOT NULL,
  import_id uuid NOT NULL,
  line int NOT NULL,
  call_tenant_id uuid NOT NULL,
  call_id uuid NOT NULL UNIQUE,
  PRIMARY KEY (import_id, line)
);
-- A carrier's record finds its call by the number.
CREATE INDEX call_to_number ON call (to_e164, started_at) WHERE state = 'ended' AND kind = 'external' AND outcome <> 'blocked';

ALTER TABLE difference ADD COLUMN import_id uuid;
CREATE INDEX difference_of_import ON difference (import_id) WHERE import_id IS NOT NULL;
CREATE INDEX difference_resolved_once ON difference (kind, subject) WHERE resolved_by IS NOT NULL;

DO $$
DECLARE t text;
BEGIN
  FOREACH t IN ARRAY ARRAY['cdr_import', 'cdr_import_part', 'cdr_problem', 'cdr_row', 'cdr_match'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
    EXECUTE format('CREATE POLICY own_tenant ON %I TO portal_app USING (tenant_id = app_tenant()) WITH CHECK (tenant_id = app_tenant())', t);
    EXECUTE format('CREATE POLICY money_functions ON %I TO portal_charge USING (true) WITH CHECK (true)', t);
  END LOOP;
END $$;
GRANT SELECT ON cdr_import, cdr_import_part, cdr_problem, cdr_row, cdr_match TO portal_app;
GRANT INSERT ON cdr_import, cdr_import_part TO portal_app;
GRANT UPDATE (task_id) ON cdr_import TO portal_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON cdr_import, cdr_import_part, cdr_problem, cdr_row, cdr_match TO portal_charge;
GRANT DELETE ON difference TO portal_charge;
GRANT CREATE ON SCHEMA public TO portal_charge;

CREATE FUNCTION cdr_file(p_import uuid)
RETURNS SETOF cdr_import LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT * FROM cdr_import WHERE id = p_import
$$;

CREATE FUNCTION cdr_part(p_import uuid, p_part int)
RETURNS bytea LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT content FROM cdr_import_part WHERE import_id = p_import AND part = p_part AND tenant_id = (SELECT tenant_id FROM cdr_import WHERE id = p_import)
$$;

-- Puts records in, once each, and finds the call of those that name it. Returns the lines that repeat another one, with the
-- line they repeat, or 0 when that stands in another file.
CREATE FUNCTION cdr_ingest(p_import uuid, p_lines int[], p_keys uuid[], p_call_keys text[], p_numbers text[], p_started float8[], p_ended float8[],
  p_talk bigint[], p_costs bigint[], p_currencies text[], p_endpoints text[], p_dialled text[], p_words text[], p_dispositions text[], p_secondary boolean[])
RETURNS TABLE (line int, of_line int) LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan AS $fn$
#variable_conflict use_column
DECLARE f cdr_import; n int;
BEGIN
  SELECT * INTO f FROM cdr_import WHERE id = p_import;
  IF NOT FOUND THEN RAISE EXCEPTION 'no such import' USING ERRCODE = 'RF007'; END IF;
  INSERT INTO cdr_row (tenant_id, key, import_id, line, call_key, number, started_at, ended_at, talk_ms, cost_micros, currency, endpoint, dialled, word,
      disposition, secondary, call_tenant_id, call_id)
    SELECT f.tenant_id, g.key, p_import, g.line, g.call_key, g.number, to_timestamp(g.started), to_timestamp(g.ended), g.talk, g.cost, g.currency, g.endpoint,
      g.dialled, g.word, g.disposition, g.secondary, c.tenant_id, c.id
    FROM unnest(p_lines, p_keys, p_call_keys, p_numbers, p_started, p_ended, p_talk, p_costs, p_currencies, p_endpoints, p_dialled, p_words, p_dispositions,
      p_secondary) AS g (line, key, call_key, number, started, ended, talk, cost, currency, endpoint, dialled, word, disposition, secondary)
    LEFT JOIN call c ON c.pbx = f.source AND c.pbx_call_id = g.call_key
    ON CONFLICT (tenant_id, key) DO NOTHING;
  GET DIAGNOSTICS n = ROW_COUNT;
  IF n = cardinality(p_lines) THEN RETURN; END IF;
  RETURN QUERY SELECT g.line, CASE WHEN r.import_id = p_import THEN r.line ELSE 0 END
    FROM unnest(p_lines, p_keys) AS g (line, key) JOIN cdr_row r ON r.tenant_id = f.tenant_id AND r.key = g.key
    WHERE r.import_id <> p_import OR r.line <> g.line ORDER BY g.line;
END $fn$;

-- At most ten thousand are kept; how many there were is counted by who reads the file.
CREATE FUNCTION cdr_problems_add(p_import uuid, p_lines int[], p_columns int[], p_names text[], p_reasons text[])
RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
  INSERT INTO cdr_problem (tenant_id, import_id, line, column_number, column_name, reason)
    SELECT f.tenant_id, f.id, g.line, g.col, g.name, left(g.reason, 300)
    FROM cdr_import f, unnest(p_lines, p_columns, p_names, p_reasons) AS g (line, col, name, reason)
    WHERE f.id = p_import AND (SELECT count(*) FROM cdr_problem p WHERE p.tenant_id = f.tenant_id AND p.import_id = f.id) < 10000
    ON CONFLICT DO NOTHING
$$;

-- Records of a carrier that have no call yet, by number and time.
CREATE FUNCTION cdr_seeking(p_import uuid, p_number text, p_started timestamptz, p_line int, p_limit int)
RETURNS TABLE (line int, number text, started_at timestamptz, talk_ms bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT line, number, started_at, talk_ms FROM cdr_row
  WHERE import_id = p_import AND number IS NOT NULL AND (number, started_at, line) > (p_number, p_started, p_line)
  ORDER BY number, started_at, line LIMIT p_limit
$$;

CREATE FUNCTION cdr_candidates(p_lines int[], p_numbers text[], p_started timestamptz[], p_before interval, p_after interval)
RETURNS TABLE (line int, tenant_id uuid, call_id uuid, started_at timestamptz, answered_at timestamptz, talk_ms bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT g.line, c.tenant_id, c.id, c.started_at, c.answered_at, coalesce(c.talk_ms, 0)
  FROM unnest(p_lines, p_numbers, p_started) AS g (line, number, started)
  CROSS JOIN LATERAL (SELECT * FROM call WHERE to_e164 = g.number AND started_at BETWEEN g.started - p_before AND g.started + p_after
    AND state = 'ended' AND kind = 'external' AND outcome <> 'blocked' ORDER BY started_at LIMIT 200) c
  WHERE NOT EXISTS (SELECT FROM cdr_match x WHERE x.call_id = c.id)
$$;

-- Gives records their calls, and heals what was missing at the carrier until now.
CREATE FUNCTION cdr_match(p_import uuid, p_lines int[], p_tenants uuid[], p_calls uuid[])
RETURNS int LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
DECLARE n int;
BEGIN
  INSERT INTO cdr_match (tenant_id, import_id, line, call_tenant_id, call_id)
    SELECT f.tenant_id, f.id, g.line, g.tenant, g.call FROM cdr_import f, unnest(p_lines, p_tenants, p_calls) AS g (line, tenant, call) WHERE f.id = p_import
    ON CONFLICT DO NOTHING;
  GET DIAGNOSTICS n = ROW_COUNT;
  UPDATE difference SET healed_at = clock_timestamp()
    WHERE healed_at IS NULL AND kind = 'call_missing_at_carrier' AND subject = ANY (SELECT g::text FROM unnest(p_calls) g);
  RETURN n;
END $fn$;

-- What the operator took for a call: the charge of the highest level, without tax.
CREATE FUNCTION call_taken(p_call uuid)
RETURNS TABLE (micros bigint, currency char(3)) LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT coalesce(h.charged_micros, 0), w.currency FROM hold h JOIN wallet w ON w.tenant_id = h.tenant_id AND w.id = h.wallet_id
  WHERE h.call_id = p_call ORDER BY h.level DESC LIMIT 1
$$;

-- Records of a carrier in a stretch of lines that have no call, or may disagree with theirs.
CREATE FUNCTION cdr_carrier_doubts(p_import uuid, p_from int, p_to int, p_talk_ms bigint, p_cost bigint)
RETURNS TABLE (line int, key text, number text, started_at timestamptz, talk_ms bigint, cost_micros bigint, currency char(3), call_id uuid, tenant text,
  our_talk_ms bigint, taken_micros bigint, taken_currency char(3))
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT r.line, r.key::text, r.number, r.started_at, r.talk_ms, r.cost_micros, r.currency, m.call_id, t.slug, c.talk_ms, coalesce(x.micros, 0),
    coalesce(x.currency, c.currency)
  FROM cdr_row r LEFT JOIN cdr_match m ON m.import_id = r.import_id AND m.line = r.line
  LEFT JOIN call c ON c.tenant_id = m.call_tenant_id AND c.id = m.call_id LEFT JOIN tenant t ON t.id = c.tenant_id
  LEFT JOIN LATERAL (SELECT coalesce(h.charged_micros, 0) AS micros, w.currency FROM hold h JOIN wallet w ON w.tenant_id = h.tenant_id AND w.id = h.wallet_id
    WHERE h.call_id = m.call_id ORDER BY h.level DESC LIMIT 1) x ON true
  WHERE r.import_id = p_import AND r.line BETWEEN p_from AND p_to AND r.number IS NOT NULL
    AND ((m.call_id IS NULL AND (r.cost_micros > 0 OR r.talk_ms > 0)) OR abs(r.talk_ms - c.talk_ms) > p_talk_ms
      OR (r.cost_micros - coalesce(x.micros, 0) > p_cost AND r.currency = coalesce(x.currency, c.currency)))
  ORDER BY r.line
$$;

-- Calls named by the PBX's records in a stretch of lines that are not over, or may disagree about the talk time. A call that
-- rang at several phones has several records: the one with the most talk counts.
CREATE FUNCTION cdr_pbx_doubts(p_import uuid, p_from int, p_to int, p_talk_ms bigint)
RETURNS TABLE (call_key text, call_id uuid, tenant text, state text, talk_ms bigint, ended_at timestamptz, disposition text, kind text, our_talk_ms bigint,
  taken_micros bigint, taken_currency char(3))
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  WITH touched AS (SELECT DISTINCT call_tenant_id, call_id FROM cdr_row WHERE import_id = p_import AND line BETWEEN p_from AND p_to AND call_id IS NOT NULL),
  doubtful AS (
    SELECT c.tenant_id, c.id, c.pbx_call_id, c.state, c.kind, c.talk_ms, c.currency, b.talk_ms AS record_talk_ms, b.ended_at, b.disposition
    FROM touched d JOIN call c ON c.tenant_id = d.call_tenant_id AND c.id = d.call_id
    CROSS JOIN LATERAL (SELECT r.talk_ms, r.ended_at, r.disposition FROM cdr_row r WHERE r.call_id = c.id ORDER BY r.talk_ms DESC, r.line LIMIT 1) b
    WHERE c.state <> 'ended' OR abs(c.talk_ms - b.talk_ms) > p_talk_ms)
  SELECT d.pbx_call_id, d.id, t.slug, d.state, d.record_talk_ms, d.ended_at, d.disposition, d.kind, d.talk_ms, coalesce(x.micros, 0), coalesce(x.currency, d.currency)
  FROM doubtful d JOIN tenant t ON t.id = d.tenant_id LEFT JOIN LATERAL call_taken(d.id) x ON true ORDER BY d.pbx_call_id
$$;

-- Answered records of the PBX in a stretch of lines of which there is no call.
CREATE FUNCTION cdr_strays(p_import uuid, p_from int, p_to int)
RETURNS TABLE (line int, call_key text, endpoint text, dialled text, word text, started_at timestamptz, ended_at timestamptz, talk_ms bigint, known boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT r.line, r.call_key, r.endpoint, r.dialled, r.word, r.started_at, r.ended_at, r.talk_ms, x.id IS NOT NULL
  FROM cdr_row r LEFT JOIN extension x ON x.sip_username = r.endpoint
  WHERE r.import_id = p_import AND r.line BETWEEN p_from AND p_to AND r.number IS NULL AND r.call_id IS NULL AND NOT r.secondary AND r.talk_ms > 0
    AND r.word IN ('', 'out', 'emergency') ORDER BY r.line
$$;

-- Where a file begins and ends, and how much of it names a call of ours.
CREATE FUNCTION cdr_extent(p_import uuid)
RETURNS TABLE (first_at timestamptz, last_at timestamptz, last_line int, records bigint, matched bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT min(started_at), max(started_at), coalesce(max(line), 0), count(*),
    count(call_id) + (SELECT count(*) FROM cdr_match m WHERE m.import_id = p_import) FROM cdr_row WHERE import_id = p_import
$$;

-- Calls of ours that were talked, began in this time and are in no record of such a file.
CREATE FUNCTION cdr_missing(p_import uuid, p_from timestamptz, p_to timestamptz, p_limit int)
RETURNS TABLE (call_id uuid, tenant text, call_key text, number text, started_at timestamptz, talk_ms bigint, taken_micros bigint, taken_currency char(3))
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  -- First the calls that are missing, which are few; then what was taken for them.
  WITH missing AS MATERIALIZED (
    SELECT c.*, t.slug FROM cdr_import f CROSS JOIN tenant t
    CROSS JOIN LATERAL (SELECT id, pbx_call_id, to_e164, dialled, started_at, talk_ms, currency FROM call
      WHERE tenant_id = t.id AND started_at >= p_from AND started_at < p_to AND state = 'ended' AND talk_ms > 0
        AND (CASE WHEN f.format = 'carrier' THEN kind = 'external' ELSE pbx = f.source AND kind <> 'echo' END)) c
    WHERE f.id = p_import AND CASE WHEN f.format = 'carrier' THEN NOT EXISTS (SELECT FROM cdr_match m WHERE m.call_id = c.id)
      ELSE NOT EXISTS (SELECT FROM cdr_row r WHERE r.call_id = c.id) END
    ORDER BY c.started_at, c.id LIMIT p_limit)
  SELECT m.id, m.slug, m.pbx_call_id, coalesce(m.to_e164, m.dialled), m.started_at, m.talk_ms, coalesce(x.micros, 0), coalesce(x.currency, m.currency)
  FROM missing m LEFT JOIN LATERAL call_taken(m.id) x ON true ORDER BY m.started_at, m.id
$$;

-- Lists what a file shows. What a person closed once stays closed; a repeat brings the open one up to date.
CREATE FUNCTION differences_show(p_import uuid, p_shown jsonb)
RETURNS int LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
DECLARE n int;
BEGIN
  INSERT INTO difference (tenant_id, kind, subject, money_at_risk_micros, currency, detail, import_id)
    SELECT f.tenant_id, g.kind, g.subject, g.micros::bigint, g.currency, g.detail, f.id
    FROM cdr_import f, jsonb_to_recordset(p_shown) AS g (kind text, subject text, micros text, currency text, detail jsonb)
    WHERE f.id = p_import AND NOT EXISTS (SELECT FROM difference d WHERE d.kind = g.kind AND d.subject = g.subject AND d.resolved_by IS NOT NULL)
    ON CONFLICT (kind, subject) WHERE healed_at IS NULL DO UPDATE
      SET money_at_risk_micros = excluded.money_at_risk_micros, currency = excluded.currency, detail = excluded.detail;
  GET DIAGNOSTICS n = ROW_COUNT;
  RETURN n;
END $fn$;

-- The content is not needed any more.
CREATE FUNCTION cdr_read_to_end(p_import uuid, p_sha256 text)
RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
  UPDATE cdr_import SET sha256 = p_sha256 WHERE id = p_import;
$$;
CREATE FUNCTION cdr_drop_content(p_import uuid)
RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
  DELETE FROM cdr_import_part WHERE import_id = p_import AND tenant_id = (SELECT tenant_id FROM cdr_import WHERE id = p_import);
$$;

-- Takes a file's records out again, in steps, with the differences that only it showed and nobody closed.
CREATE FUNCTION cdr_forget(p_import uuid, p_limit int)
RETURNS int LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
DECLARE n int;
BEGIN
  DELETE FROM cdr_row WHERE (tenant_id, key) IN (SELECT tenant_id, key FROM cdr_row WHERE import_id = p_import LIMIT p_limit);
  GET DIAGNOSTICS n = ROW_COUNT;
  IF n = 0 THEN DELETE FROM cdr_match WHERE import_id = p_import; END IF;
  IF n = 0 THEN DELETE FROM difference WHERE import_id = p_import AND resolved_by IS NULL; END IF;
  RETURN n;
END $fn$;

DO $$
DECLARE f text;
BEGIN
  FOREACH f IN ARRAY ARRAY['cdr_file(uuid)', 'cdr_part(uuid, int)',
    'cdr_ingest(uuid, int[], uuid[], text[], text[], float8[], float8[], bigint[], bigint[], text[], text[], text[], text[], text[], boolean[])',
    'cdr_problems_add(uuid, int[], int[], text[], text[])', 'cdr_seeking(uuid, text, timestamptz, int, int)',
    'cdr_candidates(int[], text[], timestamptz[], interval, interval)', 'cdr_match(uuid, int[], uuid[], uuid[])', 'call_taken(uuid)',
    'cdr_carrier_doubts(uuid, int, int, bigint, bigint)', 'cdr_pbx_doubts(uuid, int, int, bigint)', 'cdr_strays(uuid, int, int)', 'cdr_extent(uuid)',
    'cdr_missing(uuid, timestamptz, timestamptz, int)', 'differences_show(uuid, jsonb)', 'cdr_read_to_end(uuid, text)', 'cdr_drop_content(uuid)',
    'cdr_forget(uuid, int)'] LOOP
    EXECUTE format('ALTER FUNCTION %s OWNER TO portal_charge', f);
    EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', f);
    EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO portal_app', f);
  END LOOP;
END $$;
REVOKE CREATE ON SCHEMA public FROM portal_charge;
