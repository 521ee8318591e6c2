-- What somebody may ask to be forgotten: a number, or a person by an address of mail. A long job goes through every table that
-- could name them, block by block, and counts itself in the transaction that changes something, so that a worker that dies leaves
-- nothing to do twice. Money keeps its amounts, documents that were issued keep their words, the trail keeps its hashes.
GRANT CREATE ON SCHEMA public TO portal_retention, portal_system;

CREATE TABLE erasure (
  tenant_id uuid NOT NULL REFERENCES tenant (id),
  id uuid NOT NULL DEFAULT gen_random_uuid(),
  task_id uuid NOT NULL,
  kind text NOT NULL CHECK (kind IN ('number', 'person')),
  -- Digits of E.164 or an address, and how it is found written; both are gone when the job is done.
  subject text CHECK (length(subject) BETWEEN 3 AND 254),
  pattern text,
  person_id uuid,
  -- What stands for it from then on where no tenant has a token of its own; empty until the worker has made it.
  token text NOT NULL DEFAULT '',
  counts_only boolean NOT NULL,
  reason text NOT NULL CHECK (length(reason) BETWEEN 1 AND 500),
  asked_by text NOT NULL,
  asked_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  -- How far the tables were gone through.
  done_rank int NOT NULL DEFAULT -1,
  done_part text NOT NULL DEFAULT '',
  done_block bigint NOT NULL DEFAULT 0,
  ended_at timestamptz,
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, task_id),
  FOREIGN KEY (tenant_id, task_id) REFERENCES task (tenant_id, id) ON DELETE CASCADE,
  CHECK (ended_at IS NULL OR (subject IS NULL AND pattern IS NULL))
);
CREATE INDEX erasure_newest ON erasure (tenant_id, asked_at DESC);

CREATE TABLE erasure_token (
  tenant_id uuid NOT NULL,
  erasure_id uuid NOT NULL,
  of_tenant_id uuid NOT NULL,
  token text NOT NULL,
  PRIMARY KEY (tenant_id, erasure_id, of_tenant_id),
  FOREIGN KEY (tenant_id, erasure_id) REFERENCES erasure (tenant_id, id) ON DELETE CASCADE
);

CREATE TABLE erasure_count (
  tenant_id uuid NOT NULL,
  erasure_id uuid NOT NULL,
  relation text NOT NULL,
  -- Whose rows they were.
  of_tenant_id uuid NOT NULL,
  erased bigint NOT NULL DEFAULT 0,
  -- Left because of a hold, an open incident, an open dispute, or because the call goes on.
  held bigint NOT NULL DEFAULT 0,
  -- Left because the law wants them, or because they are in force.
  kept bigint NOT NULL DEFAULT 0,
  PRIMARY KEY (tenant_id, erasure_id, relation, of_tenant_id),
  FOREIGN KEY (tenant_id, erasure_id) REFERENCES erasure (tenant_id, id) ON DELETE CASCADE
);

-- An event of the trail whose words gave way to a token. It keeps its hash, which the next one is chained to; what it says now
-- hashes to this, and a receipt further on in the same chain says so.
CREATE TABLE audit_redaction (
  tenant_id uuid NOT NULL REFERENCES tenant (id),
  seq bigint NOT NULL,
  hash bytea NOT NULL CHECK (length(hash) = 32),
  receipt_seq bigint NOT NULL,
  PRIMARY KEY (tenant_id, seq),
  CHECK (receipt_seq > seq)
);

-- Where somebody could stand in words, in the order they are gone through. A test names every column of words that is not here.
CREATE TABLE erasure_target (
  relation text PRIMARY KEY,
  rank int NOT NULL UNIQUE,
  -- The class of retention whose holds count; others look at holds of everything.
  class text NOT NULL,
  -- When a row is from, for holds that begin somewhere; empty: any hold of the tenant leaves it.
  at_column text NOT NULL,
  texts text[] NOT NULL,
  jsons text[] NOT NULL DEFAULT '{}',
  -- A row that is to or about somebody as a whole goes when this column names them.
  goes text NOT NULL DEFAULT '',
  -- Columns that mean the same in other words: they become the token with the rest.
  also text[] NOT NULL DEFAULT '{}',
  -- calls: like retention does it. trail: with receipts. keep: only counted.
  how text NOT NULL DEFAULT 'replace' CHECK (how IN ('replace', 'calls', 'trail', 'keep'))
);
INSERT INTO erasure_target (relation, rank, class, at_column, texts, jsons, goes, also, how) VALUES
  ('mail', 10, 'mail', 'created_at', '{recipient,subject,body,attachment_name,last_error}', '{}', 'recipient', '{}', 'replace'),
  ('invitation', 20, 'invitations', 'created_at', '{email}', '{}', 'email', '{}', 'replace'),
  ('call', 30, 'calls', 'started_at', '{dialled,to_e164,from_number,extension_name}', '{trace}', '', '{}', 'calls'),
  ('ledger_transaction', 40, 'calls', 'occurred_at', '{memo}', '{}', '', '{}', 'replace'),
  ('dispute', 50, 'calls', 'opened_at', '{}', '{evidence}', '', '{}', 'replace'),
  ('dispute_event', 60, 'calls', 'at', '{body}', '{}', '', '{}', 'replace'),
  ('cdr_row', 70, 'cdr_rows', 'started_at', '{number,dialled,endpoint}', '{}', '', '{dialled}', 'replace'),
  ('cdr_problem', 80, 'cdr_rows', '', '{reason}', '{}', '', '{}', 'replace'),
  ('cdr_import', 90, 'cdr_rows', 'created_at', '{file_name}', '{}', '', '{}', 'replace'),
  ('difference', 100, 'calls', 'found_at', '{subject,resolution}', '{detail}', '', '{}', 'replace'),
  ('security_event', 110, 'security_events', 'at', '{username}', '{detail}', '', '{}', 'replace'),
  ('signal', 120, 'signals', 'minute', '{source}', '{tried}', 'source', '{}', 'replace'),
  ('rule_finding', 130, 'signals', 'last_at', '{source}', '{}', '', '{}', 'replace'),
  ('incident', 140, 'incidents', 'opened_at', '{title,source,outcome}', '{}', '', '{}', 'replace'),
  ('incident_line', 150, 'incidents', 'at', '{body}', '{detail}', '', '{}', 'replace'),
  ('incident_subject', 160, 'incidents', 'last_at', '{value}', '{}', '', '{}', 'replace'),
  ('containment', 170, 'incidents', 'created_at', '{subject,note}', '{}', '', '{}', 'replace'),
  ('containment_step', 180, 'incidents', '', '{error,by_hand}', '{}', '', '{}', 'replace'),
  ('block', 190, 'incidents', 'created_at', '{reason}', '{}', '', '{}', 'replace'),
  ('number_block', 200, 'incidents', 'created_at', '{reason}', '{}', '', '{}', 'replace'),
  ('hot_import', 210, 'incidents', 'created_at', '{file_name}', '{}', '', '{}', 'replace'),
  ('hot_import_problem', 220, 'incidents', '', '{reason}', '{}', '', '{}', 'replace'),
  ('ban', 230, 'incidents', 'created_at', '{reason}', '{}', '', '{}', 'replace'),
  ('ban_owner', 235, 'incidents', 'placed_at', '{reason}', '{}', '', '{}', 'replace'),
  ('ban_keep', 240, 'incidents', 'created_at', '{note}', '{}', '', '{}', 'replace'),
  ('notify_target', 250, 'incidents', 'created_at', '{address}', '{}', '', '{}', 'replace'),
  ('notify_delivery', 260, 'incidents', 'created_at', '{body,answer}', '{}', '', '{}', 'replace'),
  ('legal_hold', 270, 'incidents', 'since', '{subject,label,reason,lift_reason}', '{}', '', '{}', 'replace'),
  ('payment', 280, 'mail', 'created_at', '{failure}', '{}', '', '{}', 'replace'),
  ('payment_reversal', 290, 'mail', 'created_at', '{note}', '{}', '', '{}', 'replace'),
  ('voucher_batch', 300, 'mail', 'created_at', '{note}', '{}', '', '{}', 'replace'),
  ('pending_top_up', 310, 'mail', 'asked_at', '{memo}', '{}', '', '{}', 'replace'),
  ('auto_top_up', 320, 'mail', '', '{note}', '{}', '', '{}', 'replace'),
  ('api_token', 330, 'sessions', 'created_at', '{name}', '{}', '', '{}', 'replace'),
  ('session', 340, 'sessions', 'created_at', '{view_reason}', '{}', '', '{}', 'replace'),
  ('export_file', 350, 'exports', 'as_of', '{}', '{settings}', '', '{}', 'replace'),
  ('extension_batch', 360, 'tasks', 'created_at', '{}', '{asked}', '', '{}', 'replace'),
  ('deck', 370, 'decks', 'created_at', '{file_name,problem}', '{}', '', '{}', 'replace'),
  ('evidence_item', 380, 'evidence', '', '{"convert_from(content, ''UTF8'')"}', '{}', '', '{}', 'keep'),
  ('evidence_snapshot', 390, 'evidence', 'taken_at', '{reason,manifest}', '{}', '', '{}', 'keep'),
  ('statement_line', 400, 'money', 'occurred_at', '{memo}', '{}', '', '{}', 'keep'),
  ('statement', 410, 'money', 'issued_at', '{seller_name,seller_address,buyer_name,buyer_address}', '{}', '', '{}', 'keep'),
  ('tenant', 420, 'service', '', '{name,billing_address}', '{}', '', '{}', 'keep'),
  ('extension', 430, 'service', '', '{display_name}', '{}', '', '{}', 'keep'),
  ('task', 460, 'tasks', 'created_at', '{title,note,error}', '{input,checkpoint,result}', '', '{}', 'replace'),
  ('erasure', 470, 'tasks', 'asked_at', '{reason}', '{}', '', '{}', 'replace'),
  ('audit_event', 480, 'audit', 'at', '{actor_id,subject}', '{before,after}', '', '{}', 'trail');

DO $$
DECLARE t record;
BEGIN
  FOR t IN SELECT unnest(ARRAY['erasure', 'erasure_token', 'erasure_count', 'audit_redaction']) AS name LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t.name);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t.name);
    EXECUTE format('CREATE POLICY own_tenant ON %I TO portal_app USING (tenant_id = app_tenant()) WITH CHECK (tenant_id = app_tenant())', t.name);
  END LOOP;
  -- What is gone through, and only the columns that are words; what a person had for themselves goes as a whole.
  FOR t IN SELECT relation AS name, texts || jsons || also AS words, goes, how FROM erasure_target
    UNION ALL SELECT unnest(ARRAY['seat', 'totp', 'recovery_code', 'passkey', 'password_reset', 'person', 'did', 'hot_number', 'erasure_token', 'erasure_count',
      'audit_redaction']), '{}', '', ''
  LOOP
    IF NOT EXISTS (SELECT FROM pg_policy WHERE polrelid = to_regclass('public.' || t.name) AND polname = 'retention_functions') THEN
      EXECUTE format('CREATE POLICY retention_functions ON %I TO portal_retention USING (true) WITH CHECK (true)', t.name);
    END IF;
    EXECUTE format('GRANT SELECT ON %I TO portal_retention', t.name);
    IF t.goes <> '' THEN EXECUTE format('GRANT DELETE ON %I TO portal_retention', t.name); END IF;
    IF t.how IN ('replace', 'calls', 'trail') THEN
      EXECUTE format('GRANT UPDATE (%s) ON %I TO portal_retention', (SELECT string_agg(DISTINCT quote_ident(c), ', ') FROM unnest(t.words) c), t.name);
    END IF;
  END LOOP;
END $$;
CREATE POLICY system_functions ON audit_redaction FOR SELECT TO portal_system USING (true);
GRANT SELECT ON audit_redaction TO portal_system;
GRANT SELECT ON erasure_target TO portal_retention, portal_app;
GRANT SELECT (tenant_id, id, task_id, kind, token, counts_only, reason, asked_by, asked_at, ended_at) ON erasure TO portal_app;
GRANT INSERT (tenant_id, task_id, kind, subject, person_id, counts_only, reason, asked_by) ON erasure TO portal_app;
GRANT SELECT ON erasure_count TO portal_app;
GRANT UPDATE ON erasure TO portal_retention;
GRANT INSERT, DELETE ON erasure_token TO portal_retention;
GRANT INSERT, UPDATE ON erasure_count, audit_redaction TO portal_retention;
GRANT DELETE ON seat, totp, recovery_code, passkey, password_reset TO portal_retention;
GRANT UPDATE (email, name, password_hash) ON person TO portal_retention;
GRANT UPDATE (revoked_at, last_used_from) ON api_token TO portal_retention;
GRANT UPDATE (removed_at) ON notify_target TO portal_retention;
GRANT EXECUTE ON FUNCTION audit_hash(audit_event) TO portal_retention;

CREATE FUNCTION erasure_text(p_text text, p_pattern text, p_token text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
  SELECT regexp_replace(p_text, p_pattern, p_token, 'gi')
$$;
CREATE FUNCTION erasure_clipped(p_text text, p_pattern text, p_token text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
  SELECT left(regexp_replace(p_text, p_pattern, p_token, 'gi'), length(p_text))
$$;
-- The same in every text of a document, names of fields included; what is no text stays what it is.
CREATE FUNCTION erasure_json(p_json jsonb, p_pattern text, p_token text) RETURNS jsonb LANGUAGE plpgsql IMMUTABLE AS $fn$
BEGIN
  RETURN CASE jsonb_typeof(p_json)
    WHEN 'string' THEN to_jsonb(regexp_replace(p_json #>> '{}', p_pattern, p_token, 'gi'))
    WHEN 'array' THEN (SELECT coalesce(jsonb_agg(erasure_json(a.v, p_pattern, p_token) ORDER BY a.n), '[]') FROM jsonb_array_elements(p_json) WITH ORDINALITY a (v, n))
    WHEN 'object' THEN (SELECT coalesce(jsonb_object_agg(regexp_replace(o.key, p_pattern, p_token, 'gi'), erasure_json(o.value, p_pattern, p_token)), '{}')
      FROM jsonb_each(p_json) o)
    ELSE p_json END;
END $fn$;

-- What stands against it: a hold on them, a number that is in use, the last owner of a tenant. No row: nothing does.
CREATE FUNCTION erasure_refusal(p_kind text, p_subject text, p_person uuid) RETURNS TABLE (code text, what text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT 'held', h.why FROM retention_holds() h WHERE (p_kind = 'number' AND h.number = p_subject) OR (p_kind = 'person' AND h.person_id = p_person)
  UNION ALL SELECT 'number', t.slug FROM did d JOIN tenant t ON t.id = d.tenant_id WHERE p_kind = 'number' AND d.number = p_subject
  UNION ALL SELECT 'caller_id', t.slug || ' ' || x.number FROM extension x JOIN tenant t ON t.id = x.tenant_id
    WHERE p_kind = 'number' AND ltrim(x.caller_id, '+') = p_subject
  UNION ALL SELECT 'last_owner', t.slug FROM seat s JOIN tenant t ON t.id = s.tenant_id
    WHERE p_kind = 'person' AND s.user_id = p_person AND s.role = 'owner'
      AND NOT EXISTS (SELECT FROM seat o WHERE o.tenant_id = s.tenant_id AND o.role = 'owner' AND o.user_id <> s.user_id)
  LIMIT 20
$$;
CREATE FUNCTION erasure_person_of(p_email text) RETURNS uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$ SELECT id FROM person WHERE email = p_email $$;

-- What a worker needs to begin, or to go on.
CREATE FUNCTION erasure_of_task(p_task uuid) RETURNS TABLE (id uuid, kind text, subject text, counts_only boolean, done_rank int, done_part text, done_block bigint,
  ended boolean, tenants uuid[])
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT e.id, e.kind, e.subject, e.counts_only, e.done_rank, e.done_part, e.done_block, e.ended_at IS NOT NULL,
    ARRAY(SELECT b.descendant_id FROM tenant_below b WHERE b.ancestor_id = e.tenant_id) FROM erasure e WHERE e.task_id = p_task
$$;

-- The tables with their parts and how many blocks each has, in the order they are gone through.
CREATE FUNCTION erasure_parts() RETURNS TABLE (rank int, relation text, part text, blocks bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT t.rank, t.relation, p.oid::regclass::text, pg_relation_size(p.oid) / current_setting('block_size')::bigint
  FROM erasure_target t JOIN pg_class c ON c.oid = to_regclass('public.' || quote_ident(t.relation))
  CROSS JOIN LATERAL (SELECT i.inhrelid AS oid FROM pg_inherits i WHERE i.inhparent = c.oid UNION ALL SELECT c.oid WHERE c.relkind = 'r') p
  ORDER BY 1, 3
$$;

-- Writes down how somebody is found and what stands for them, at each tenant; once, whoever calls.
CREATE FUNCTION erasure_name(p_erasure uuid, p_pattern text, p_token text, p_tenants uuid[], p_tokens text[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
DECLARE w erasure;
BEGIN
  UPDATE erasure SET pattern = p_pattern, token = p_token WHERE id = p_erasure AND ended_at IS NULL AND subject IS NOT NULL RETURNING * INTO w;
  IF NOT FOUND THEN RAISE EXCEPTION 'what it was about is gone' USING ERRCODE = 'RF001'; END IF;
  INSERT INTO erasure_token SELECT w.tenant_id, w.id, g.of_tenant, g.token FROM unnest(p_tenants, p_tokens) g (of_tenant, token) ON CONFLICT DO NOTHING;
END $fn$;

-- Locks an erasure and looks again whether anything stands against it: a hold that is placed meanwhile waits for the step, or stops it.
CREATE FUNCTION erasure_lock(p_erasure uuid) RETURNS erasure LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
DECLARE w erasure; r record;
BEGIN
  SELECT * INTO w FROM erasure x WHERE x.id = p_erasure AND x.ended_at IS NULL AND x.pattern IS NOT NULL FOR UPDATE;
  IF NOT FOUND THEN RETURN NULL; END IF;
  PERFORM pg_advisory_xact_lock_shared(hashtextextended('hold:' || w.tenant_id, 0));
  IF w.counts_only THEN RETURN w; END IF;
  SELECT * INTO r FROM erasure_refusal(w.kind, w.subject, w.person_id);
  IF FOUND AND r.code = 'held' THEN RAISE EXCEPTION 'a legal hold keeps it' USING ERRCODE = 'RF041'; END IF;
  IF FOUND THEN RAISE EXCEPTION 'it is in use' USING ERRCODE = 'RF042'; END IF;
  RETURN w;
END $fn$;

CREATE FUNCTION erasure_add(p_tenant uuid, p_erasure uuid, p_relation text, p_of uuid, p_erased bigint, p_held bigint, p_kept bigint) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
  INSERT INTO erasure_count AS c (tenant_id, erasure_id, relation, of_tenant_id, erased, held, kept)
    SELECT p_tenant, p_erasure, p_relation, p_of, p_erased, p_held, p_kept WHERE p_erased + p_held + p_kept > 0
  ON CONFLICT (tenant_id, erasure_id, relation, of_tenant_id) DO UPDATE SET erased = c.erased + excluded.erased, held = c.held + excluded.held, kept = c.kept + excluded.kept
$$;

-- What somebody had for themselves, in one piece: seats, sessions, second factors, password; tokens that acted for them end. Who they
-- were is a token from then on; what they did keeps their id, which leads nowhere.
CREATE FUNCTION erasure_person(p_erasure uuid) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET lock_timeout = '5s' AS $fn$
DECLARE w erasure; s record; n bigint; m bigint := 0; t text;
BEGIN
  w := erasure_lock(p_erasure);
  IF w.id IS NULL OR w.done_rank >= 0 THEN RETURN; END IF;
  UPDATE erasure SET done_rank = 0 WHERE id = w.id;
  IF w.person_id IS NULL THEN RETURN; END IF;
  FOR s IN SELECT tenant_id FROM seat WHERE user_id = w.person_id LOOP
    PERFORM erasure_add(w.tenant_id, w.id, 'seat', s.tenant_id, 1, 0, 0);
  END LOOP;
  SELECT count(*) INTO n FROM session WHERE user_id = w.person_id;
  PERFORM erasure_add(w.tenant_id, w.id, 'sign_in', w.tenant_id, n, 0, 0);
  PERFORM erasure_add(w.tenant_id, w.id, 'person', w.tenant_id, 1, 0, 0);
  IF w.counts_only THEN RETURN; END IF;
  DELETE FROM session WHERE user_id = w.person_id;
  FOREACH t IN ARRAY ARRAY['totp', 'recovery_code', 'passkey', 'password_reset', 'seat'] LOOP
    EXECUTE format('DELETE FROM %I WHERE user_id = $1', t) USING w.person_id;
  END LOOP;
  UPDATE api_token SET revoked_at = coalesce(revoked_at, clock_timestamp()), last_used_from = '' WHERE user_id = w.person_id;
  UPDATE person SET email = 'erased-' || right(w.token, 16) || '-' || left(w.person_id::text, 8) || '@erased.invalid', name = '', password_hash = NULL WHERE id = w.person_id;
END $fn$;

-- As before, for the calls of one tenant, whoever asks: these get the tokens given, in their own record, in what the ledger says of
-- them at every level, and in what decided disputes keep.
CREATE FUNCTION retention_pseudonymise(p_tenant uuid, p_ids uuid[], p_to text[], p_from text[]) RETURNS int
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
DECLARE n int;
BEGIN
  WITH given AS MATERIALIZED (
    SELECT c.id, c.kind, c.to_e164, c.dialled, c.from_number, g.to_token, g.from_token FROM unnest(p_ids, p_to, p_from) AS g (id, to_token, from_token)
    JOIN call c ON c.tenant_id = p_tenant AND c.id = g.id WHERE c.pseudonymised_at IS NULL AND c.state = 'ended'
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
    FROM given g WHERE c.tenant_id = p_tenant AND c.id = g.id;
  GET DIAGNOSTICS n = ROW_COUNT;
  RETURN n;
END $fn$;

CREATE OR REPLACE FUNCTION retention_calls_done(p_sweep uuid, p_ids uuid[], p_to text[], p_from text[]) RETURNS int
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET lock_timeout = '2s' AS $fn$
DECLARE w retention_sweep; n int; m int := 0;
BEGIN
  SELECT * INTO w FROM retention_sweep x WHERE x.id = p_sweep AND x.state = 'running' AND x.class = 'calls' FOR UPDATE;
  IF NOT FOUND THEN RETURN 0; END IF;
  IF w.action = 'delete' THEN
    DELETE FROM call c WHERE c.tenant_id = w.tenant_id AND c.id = ANY (p_ids) AND c.state = 'ended' AND NOT EXISTS (SELECT FROM hold o WHERE o.call_id = c.id);
    GET DIAGNOSTICS m = ROW_COUNT;
  END IF;
  n := retention_pseudonymise(w.tenant_id, p_ids, p_to, p_from);
  UPDATE retention_sweep x SET removed = removed + n + m, batches = batches + 1, done_to = l.started_at, done_id = l.id
    FROM (SELECT c.started_at, c.id FROM call c WHERE c.tenant_id = w.tenant_id AND c.id = ANY (p_ids) ORDER BY c.started_at DESC, c.id DESC LIMIT 1) l
    WHERE x.tenant_id = w.tenant_id AND x.id = w.id;
  IF NOT FOUND THEN UPDATE retention_sweep x SET removed = removed + n + m, batches = batches + 1 WHERE x.tenant_id = w.tenant_id AND x.id = w.id; END IF;
  RETURN n + m;
END $fn$;

-- Rows of one part of a table that name somebody: where they are, whose, and whether they must be left.
CREATE FUNCTION erasure_find(w erasure, t erasure_target, p_part text, p_from bigint, p_until bigint) RETURNS TABLE (tid tid, of_tenant uuid, held boolean)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
DECLARE v_match text; v_of text;
BEGIN
  v_match := (SELECT string_agg(m, ' OR ') FROM (
    SELECT CASE WHEN c LIKE '%(%' THEN format('%s ~* $1', c) ELSE format('r.%I ~* $1', c) END AS m FROM unnest(t.texts) c
    UNION ALL SELECT format('r.%I::text ~* $1', c) FROM unnest(t.jsons) c) x);
  v_of := CASE WHEN t.relation = 'tenant' THEN 'r.id' WHEN EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = p_part::regclass AND a.attname = 'tenant_id')
    THEN 'r.tenant_id' ELSE 'NULL::uuid' END;
  -- A call has to be over, its charge not disputed, and with no number that is held; an open dispute keeps its words.
  RETURN QUERY EXECUTE format('WITH found AS MATERIALIZED (SELECT r.ctid AS tid, %s AS of, %s AS at, %s AS busy FROM ONLY %s r WHERE r.ctid >= $2 AND r.ctid < $3 AND (%s)),
      holding AS MATERIALIZED (SELECT o.of, h.from_at FROM (SELECT DISTINCT of FROM found) o CROSS JOIN LATERAL retention_holding(o.of, $4) h)
      SELECT f.tid, f.of, coalesce(f.at >= h.from_at, h.from_at IS NOT NULL) OR f.busy FROM found f JOIN holding h ON h.of IS NOT DISTINCT FROM f.of',
      v_of, CASE t.at_column WHEN '' THEN 'NULL::timestamptz' ELSE format('r.%I', t.at_column) END,
      CASE t.relation WHEN 'call' THEN 'r.state <> ''ended'' OR retention_about(r, (SELECT h.numbers FROM retention_holding(r.tenant_id, ''calls'') h))'
        WHEN 'ledger_transaction' THEN 'EXISTS (SELECT FROM dispute d WHERE d.call_id = r.call_id AND d.state = ''open'')'
        WHEN 'dispute' THEN 'r.state = ''open'''
        WHEN 'dispute_event' THEN 'EXISTS (SELECT FROM dispute d WHERE d.tenant_id = r.tenant_id AND d.id = r.dispute_id AND d.state = ''open'')' ELSE 'false' END,
      p_part::regclass, v_match)
    USING w.pattern, format('(%s,0)', p_from)::tid, format('(%s,0)', p_until)::tid, t.class;
END $fn$;

-- The calls among them that may lose their numbers, for whoever makes the tokens.
CREATE FUNCTION erasure_calls(p_erasure uuid, p_part text, p_from bigint, p_until bigint)
RETURNS TABLE (tenant_id uuid, id uuid, kind text, dialled text, to_e164 text, from_number text, prefix text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT c.tenant_id, c.id, c.kind::text, c.dialled::text, c.to_e164, c.from_number,
    coalesce((SELECT o.prefix FROM hold o WHERE o.call_id = c.id ORDER BY length(o.prefix) DESC LIMIT 1), '')
  FROM erasure w JOIN erasure_target t ON t.relation = 'call' CROSS JOIN LATERAL erasure_find(w, t, p_part, p_from, p_until) f JOIN call c ON c.ctid = f.tid
  WHERE w.id = p_erasure AND NOT w.counts_only AND NOT f.held AND c.pseudonymised_at IS NULL
$$;

-- Goes through some blocks of a table: counts what names somebody, lets it go or gives it the token of its tenant, and notes how
-- far it is. Calls come with the tokens made for them. A repeat finds nothing more.
CREATE FUNCTION erasure_step(p_erasure uuid, p_relation text, p_part text, p_from bigint, p_until bigint, p_calls uuid[], p_to text[], p_from_tokens text[])
RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET lock_timeout = '5s' AS $fn$
DECLARE w erasure; t erasure_target; o record; v_sets text; v_token text; v_go tid[]; v_ids uuid[]; n bigint := 0;
BEGIN
  w := erasure_lock(p_erasure);
  SELECT * INTO t FROM erasure_target WHERE relation = p_relation;
  IF w.id IS NULL OR t.relation IS NULL OR (w.done_rank, w.done_part) > (t.rank, p_part) OR ((w.done_rank, w.done_part) = (t.rank, p_part) AND w.done_block >= p_until) THEN RETURN 0; END IF;
  UPDATE erasure SET done_rank = t.rank, done_part = p_part, done_block = p_until WHERE id = w.id;
  -- A month may have been let go meanwhile.
  IF NOT EXISTS (SELECT FROM erasure_parts() p WHERE p.relation = p_relation AND p.part = p_part) THEN RETURN 0; END IF;
  v_go := '{}';
  FOR o IN SELECT f.of_tenant, array_agg(f.tid) FILTER (WHERE NOT f.held) AS tids, count(*) FILTER (WHERE NOT f.held) AS free, count(*) FILTER (WHERE f.held) AS held
    FROM erasure_find(w, t, p_part, p_from, p_until) f GROUP BY f.of_tenant ORDER BY f.of_tenant
  LOOP
    n := n + o.free + o.held;
    PERFORM erasure_add(w.tenant_id, w.id, p_relation, coalesce(o.of_tenant, w.tenant_id), CASE t.how WHEN 'keep' THEN 0 ELSE o.free END,
      CASE t.how WHEN 'keep' THEN 0 ELSE o.held END, CASE t.how WHEN 'keep' THEN o.free + o.held ELSE 0 END);
    IF t.how = 'keep' OR w.counts_only OR o.tids IS NULL THEN CONTINUE; END IF;
    SELECT coalesce((SELECT k.token FROM erasure_token k WHERE k.tenant_id = w.tenant_id AND k.erasure_id = w.id AND k.of_tenant_id = o.of_tenant), w.token) INTO v_token;
    IF t.how = 'trail' THEN PERFORM erasure_trail(w, o.of_tenant, o.tids, v_token); CONTINUE; END IF;
    IF t.how = 'calls' THEN
      SELECT array_agg(c.id) INTO v_ids FROM call c WHERE c.ctid = ANY (o.tids);
      PERFORM retention_pseudonymise(o.of_tenant, array_agg(g.id), array_agg(g.to_token), array_agg(g.from_token))
        FROM unnest(p_calls, p_to, p_from_tokens) g (id, to_token, from_token) WHERE g.id = ANY (v_ids);
      -- What retention leaves in words, and calls that lost their numbers before.
      SELECT array_agg(c.ctid) INTO v_go FROM call c WHERE c.tenant_id = o.of_tenant AND c.id = ANY (v_ids);
    ELSE
      v_go := o.tids;
    END IF;
    IF t.goes <> '' THEN EXECUTE format('DELETE FROM %s r WHERE r.ctid = ANY ($1) AND r.%I ~* $2', p_part::regclass, t.goes) USING v_go, w.pattern; END IF;
    SELECT string_agg(s, ', ') INTO v_sets FROM (
      SELECT format('%1$I = CASE WHEN %2$s THEN $3 ELSE erasure_text(r.%1$I, $2, $3) END', c,
        CASE WHEN c = ANY (t.also) THEN (SELECT string_agg(format('r.%I ~* $2', x), ' OR ') FROM unnest(t.texts) x WHERE NOT x = ANY (t.also)) ELSE 'false' END) AS s
        FROM unnest(t.texts) c
      UNION ALL SELECT format('%1$I = erasure_json(r.%1$I, $2, $3)', c) FROM unnest(t.jsons) c) x;
    -- Nobody is told at an address that is none.
    IF p_relation = 'notify_target' THEN v_sets := v_sets || ', removed_at = coalesce(r.removed_at, clock_timestamp())'; END IF;
    BEGIN
      EXECUTE format('UPDATE %s r SET %s WHERE r.ctid = ANY ($1)', p_part::regclass, v_sets) USING v_go, w.pattern, v_token;
    EXCEPTION WHEN check_violation THEN
      -- With a token that is longer than the words it stands for, some are too long for their column: they end earlier.
      EXECUTE format('UPDATE %s r SET %s WHERE r.ctid = ANY ($1)', p_part::regclass, replace(v_sets, ' ELSE erasure_text(', ' ELSE erasure_clipped(')) USING v_go, w.pattern, v_token;
    END;
  END LOOP;
  RETURN n;
END $fn$;

-- Events of one trail get the token, keep their hashes, and are named in a receipt with what they hash to now. Receipts name nobody.
CREATE FUNCTION erasure_trail(w erasure, p_tenant uuid, p_tids tid[], p_token text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
DECLARE v_events jsonb; v_receipt bigint;
BEGIN
  WITH told AS (
    UPDATE audit_event e SET actor_id = erasure_text(e.actor_id, w.pattern, p_token), subject = erasure_text(e.subject, w.pattern, p_token),
        before = erasure_json(e.before, w.pattern, p_token), after = erasure_json(e.after, w.pattern, p_token)
      WHERE e.ctid = ANY (p_tids) AND e.action NOT IN ('subject.erase_trail', 'retention.cut_trail') RETURNING e.seq, audit_hash(e) AS hash)
  SELECT jsonb_object_agg(seq, encode(hash, 'hex')) INTO v_events FROM told;
  IF v_events IS NULL THEN RETURN; END IF;
  v_receipt := audit_append(p_tenant, 'job', 'subject.erase', NULL, 'subject.erase_trail', 'erasure:' || w.id, 'ok', '{}', jsonb_build_object('events', v_events), w.task_id::text, '');
  INSERT INTO audit_redaction SELECT p_tenant, k::bigint, decode(h, 'hex'), v_receipt FROM jsonb_each_text(v_events) x (k, h)
    ON CONFLICT (tenant_id, seq) DO UPDATE SET hash = excluded.hash, receipt_seq = excluded.receipt_seq;
END $fn$;

-- Ends it, once, whoever calls: files of lists of whoever had rows go, since nobody can look into them; a receipt stands in the trail
-- of each; and nothing of what was asked for is left here or with an earlier one that stopped.
CREATE FUNCTION erasure_end(p_erasure uuid) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET lock_timeout = '5s' AS $fn$
DECLARE w erasure; o record; n bigint;
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
  FOR o IN SELECT f.tenant_id, array_agg(f.id) AS ids, count(*) AS n FROM export_file f
    WHERE f.tenant_id IN (SELECT b.ancestor_id FROM erasure_count c JOIN tenant_below b ON b.descendant_id = c.of_tenant_id
      WHERE c.tenant_id = w.tenant_id AND c.erasure_id = w.id AND c.erased > 0)
      AND EXISTS (SELECT FROM export_part p WHERE p.tenant_id = f.tenant_id AND p.export_id = f.id) GROUP BY 1
  LOOP
    PERFORM erasure_add(w.tenant_id, w.id, 'export_part', o.tenant_id, o.n, 0, 0);
    IF NOT w.counts_only THEN DELETE FROM export_part p WHERE p.tenant_id = o.tenant_id AND p.export_id = ANY (o.ids); END IF;
  END LOOP;
  UPDATE erasure x SET subject = NULL, pattern = NULL WHERE x.tenant_id = w.tenant_id AND x.subject = w.subject AND x.kind = w.kind AND x.id <> w.id AND NOT w.counts_only
    AND EXISTS (SELECT FROM task k WHERE k.tenant_id = x.tenant_id AND k.id = x.task_id AND k.state IN ('cancelled', 'failed'));
  UPDATE erasure SET subject = NULL, pattern = NULL, ended_at = clock_timestamp() WHERE id = w.id;
  IF NOT w.counts_only THEN
    FOR o IN SELECT c.of_tenant_id, sum(c.erased) AS erased, sum(c.held) AS held, sum(c.kept) AS kept,
        string_agg(c.relation || ' ' || c.erased, ', ' ORDER BY c.relation) FILTER (WHERE c.erased > 0) AS parts
      FROM (SELECT * FROM erasure_count UNION ALL SELECT w.tenant_id, w.id, '', w.tenant_id, 0, 0, 0) c WHERE c.tenant_id = w.tenant_id AND c.erasure_id = w.id
      GROUP BY 1 HAVING sum(c.erased) > 0 OR c.of_tenant_id = w.tenant_id ORDER BY 1
    LOOP
      PERFORM audit_append(o.of_tenant_id, 'job', 'subject.erase', NULL, 'subject.erase', 'erasure:' || w.id, 'ok', '{}', jsonb_build_object('kind', w.kind,
        'token', coalesce((SELECT k.token FROM erasure_token k WHERE k.tenant_id = w.tenant_id AND k.erasure_id = w.id AND k.of_tenant_id = o.of_tenant_id
          AND k.of_tenant_id <> w.tenant_id), w.token),
        'erased', o.erased, 'held', o.held, 'kept', o.kept, 'parts', coalesce(o.parts, '')), w.task_id::text, '');
    END LOOP;
  END IF;
  DELETE FROM erasure_token WHERE tenant_id = w.tenant_id AND erasure_id = w.id;
END $fn$;

CREATE FUNCTION erasure_sums(p_erasure uuid) RETURNS TABLE (erased float8, held float8, kept float8)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT coalesce(sum(erased), 0)::float8, coalesce(sum(held), 0)::float8, coalesce(sum(kept), 0)::float8 FROM erasure_count WHERE erasure_id = p_erasure
$$;

-- As before; an event that was redacted counts as whole when what it says now hashes to what its receipt says.
CREATE OR REPLACE FUNCTION audit_verify(p_tenant uuid)
RETURNS TABLE (events bigint, first_bad_seq bigint, head_hash bytea)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
DECLARE head audit_head; a audit_anchor; n bigint; forged bigint; unlinked bigint; last bytea; v_from bigint := 0; v_hash bytea := sha256(convert_to(p_tenant::text, 'UTF8')); v_told bigint[];
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
  SELECT coalesce(array_agg(e.seq), '{}') INTO v_told FROM audit_redaction r JOIN audit_event e ON e.tenant_id = r.tenant_id AND e.seq = r.seq
    JOIN audit_event s ON s.tenant_id = r.tenant_id AND s.seq = r.receipt_seq
    WHERE r.tenant_id = p_tenant AND s.action = 'subject.erase_trail' AND s.outcome = 'ok' AND s.hash = audit_hash(s)
      AND s.after -> 'events' ->> r.seq::text = encode(r.hash, 'hex') AND r.hash = audit_hash(e);
  SELECT count(*), least(forged, min(e.seq) FILTER (WHERE e.hash IS DISTINCT FROM audit_hash(e) AND e.seq <> ALL (v_told))) INTO n, forged
    FROM audit_event e WHERE e.tenant_id = p_tenant;
  SELECT min(w.seq) INTO unlinked FROM (
    SELECT e.seq, e.seq = v_from + row_number() OVER o AND e.previous_hash = lag(e.hash, 1, v_hash) OVER o AS good
    FROM audit_event e WHERE e.tenant_id = p_tenant WINDOW o AS (ORDER BY e.seq)) w WHERE NOT w.good;
  SELECT e.hash INTO last FROM audit_event e WHERE e.tenant_id = p_tenant ORDER BY e.seq DESC LIMIT 1;
  RETURN QUERY SELECT n, coalesce(least(forged, unlinked),
    CASE WHEN head.seq <> v_from + n OR (n > 0 AND last <> head.hash) OR (n = 0 AND v_from > 0) THEN v_from + n + 1 END), head.hash;
END $fn$;

DO $$
DECLARE f text;
BEGIN
  FOREACH f IN ARRAY ARRAY['erasure_text(text, text, text)', 'erasure_clipped(text, text, text)', 'erasure_json(jsonb, text, text)', 'erasure_refusal(text, text, uuid)', 'erasure_person_of(text)',
    'erasure_of_task(uuid)', 'erasure_parts()', 'erasure_name(uuid, text, text, uuid[], text[])', 'erasure_lock(uuid)',
    'erasure_add(uuid, uuid, text, uuid, bigint, bigint, bigint)', 'erasure_person(uuid)', 'retention_pseudonymise(uuid, uuid[], text[], text[])',
    'erasure_find(erasure, erasure_target, text, bigint, bigint)', 'erasure_calls(uuid, text, bigint, bigint)',
    'erasure_step(uuid, text, text, bigint, bigint, uuid[], text[], text[])', 'erasure_trail(erasure, uuid, tid[], text)', 'erasure_end(uuid)', 'erasure_sums(uuid)'] LOOP
    EXECUTE format('ALTER FUNCTION %s OWNER TO portal_retention', f);
    EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', f);
  END LOOP;
  GRANT EXECUTE ON FUNCTION erasure_refusal(text, text, uuid), erasure_person_of(text), erasure_of_task(uuid), erasure_parts(),
    erasure_name(uuid, text, text, uuid[], text[]), erasure_person(uuid), erasure_calls(uuid, text, bigint, bigint),
    erasure_step(uuid, text, text, bigint, bigint, uuid[], text[], text[]), erasure_end(uuid), erasure_sums(uuid) TO portal_app;
END $$;
REVOKE CREATE ON SCHEMA public FROM portal_retention, portal_system;
