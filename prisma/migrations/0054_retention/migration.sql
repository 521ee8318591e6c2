-- How long each class of data is kept, by tenant, and what became of what was older. One role that nobody can log in as may
-- take away; no other role of the product deletes an audit event or changes a word of the ledger.
DO $$
BEGIN
  BEGIN
    CREATE ROLE portal_retention NOLOGIN;
  EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
  END;
  -- Whoever makes a role may hand it out and is not a member of it yet.
  IF NOT pg_has_role(current_user, 'portal_retention', 'SET') THEN GRANT portal_retention TO current_user; END IF;
END $$;
GRANT USAGE ON SCHEMA public TO portal_retention;
GRANT CREATE ON SCHEMA public TO portal_retention;

-- What there is to keep. A wish outside floor and ceiling counts as the nearer of the two, and the page says why.
CREATE TABLE retention_class (
  class text PRIMARY KEY CHECK (class ~ '^[a-z_]{3,30}$'),
  rank int NOT NULL UNIQUE,
  -- 'tenant': each tenant may have its own. 'installation': one for all, the operator's.
  scope text NOT NULL CHECK (scope IN ('tenant', 'installation')),
  actions text[] NOT NULL,
  action text NOT NULL,
  days int NOT NULL,
  floor_days int NOT NULL CHECK (floor_days >= 1),
  ceiling_days int NOT NULL,
  CHECK (action = ANY (actions) AND actions <@ ARRAY['keep', 'pseudonymise', 'delete'] AND days BETWEEN floor_days AND ceiling_days)
);
INSERT INTO retention_class VALUES
  ('security_events', 10, 'tenant', '{keep,delete}', 'delete', 90, 7, 3650),
  ('signals', 20, 'tenant', '{delete}', 'delete', 2, 2, 3650),
  ('audit', 30, 'tenant', '{keep,delete}', 'delete', 365, 180, 3650),
  ('evidence', 35, 'installation', '{keep,delete}', 'delete', 730, 365, 3650),
  ('mail_content', 40, 'tenant', '{keep,delete}', 'delete', 90, 1, 3650),
  ('mail', 50, 'tenant', '{keep,delete}', 'delete', 400, 30, 3650),
  ('invitations', 60, 'tenant', '{delete}', 'delete', 30, 1, 400),
  ('tasks', 70, 'tenant', '{keep,delete}', 'delete', 400, 30, 3650),
  ('cdr_rows', 80, 'tenant', '{keep,delete}', 'delete', 400, 90, 3650),
  ('decks', 90, 'installation', '{keep,delete}', 'delete', 30, 7, 3650),
  ('sessions', 100, 'installation', '{delete}', 'delete', 30, 1, 400),
  ('jobs', 110, 'installation', '{delete}', 'delete', 1, 1, 30);
GRANT SELECT ON retention_class TO portal_app, portal_retention;
GRANT UPDATE (days) ON retention_class TO portal_retention;

-- A tenant's own policy; it holds for all below it that have none.
CREATE TABLE retention_policy (
  tenant_id uuid NOT NULL REFERENCES tenant (id),
  class text NOT NULL REFERENCES retention_class (class),
  action text NOT NULL CHECK (action IN ('keep', 'pseudonymise', 'delete')),
  -- As it was wished for; whole days.
  days int NOT NULL CHECK (days BETWEEN 1 AND 36500),
  set_by text NOT NULL,
  set_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (tenant_id, class)
);

-- One sweep of one class at one tenant. Every batch is counted in the transaction that takes it away, so that a worker that
-- dies leaves the truth behind and the next one goes on.
CREATE TABLE retention_sweep (
  tenant_id uuid NOT NULL REFERENCES tenant (id),
  id uuid NOT NULL DEFAULT gen_random_uuid(),
  class text NOT NULL REFERENCES retention_class (class),
  action text NOT NULL,
  -- What is older goes.
  cutoff timestamptz NOT NULL,
  state text NOT NULL DEFAULT 'running' CHECK (state IN ('running', 'done')),
  removed bigint NOT NULL DEFAULT 0,
  -- Older than the cut-off and left, because a hold or an open incident says so.
  held bigint NOT NULL DEFAULT 0,
  batches int NOT NULL DEFAULT 0,
  -- Whole months that were dropped; their rows are among those removed.
  months text[] NOT NULL DEFAULT '{}',
  -- Up to where everything was looked at, where a sweep goes by time.
  done_to timestamptz,
  started_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  ended_at timestamptz,
  PRIMARY KEY (tenant_id, id),
  CHECK ((state = 'done') = (ended_at IS NOT NULL))
);
CREATE UNIQUE INDEX retention_sweep_one ON retention_sweep (class, tenant_id) WHERE state = 'running';
CREATE INDEX retention_sweep_of ON retention_sweep (tenant_id, class, cutoff);
CREATE INDEX retention_sweep_newest ON retention_sweep (ended_at DESC);

-- What a monitoring system reads: how the last run of a class went.
CREATE TABLE retention_run (
  class text PRIMARY KEY REFERENCES retention_class (class),
  at timestamptz NOT NULL,
  removed_total bigint NOT NULL DEFAULT 0,
  held bigint NOT NULL DEFAULT 0,
  oldest_at timestamptz,
  failed_at timestamptz,
  error text NOT NULL DEFAULT ''
);
GRANT SELECT ON retention_run TO portal_app;
GRANT SELECT, INSERT, UPDATE ON retention_run TO portal_retention;

DO $$
DECLARE t text;
BEGIN
  FOREACH t IN ARRAY ARRAY['retention_policy', 'retention_sweep'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
    EXECUTE format('CREATE POLICY own_tenant ON %I TO portal_app USING (tenant_id = app_tenant()) WITH CHECK (tenant_id = app_tenant())', t);
    EXECUTE format('CREATE POLICY tenants_below ON %I FOR SELECT TO portal_app USING (app_subtree() AND tenant_id IN '
      '(SELECT descendant_id FROM tenant_below WHERE ancestor_id = app_tenant()))', t);
  END LOOP;
  FOREACH t IN ARRAY ARRAY['retention_policy', 'retention_sweep', 'tenant', 'tenant_below', 'person', 'session', 'security_event', 'signal', 'audit_event',
    'audit_head', 'mail', 'invitation', 'task', 'rerate_item', 'outbox_job', 'deck', 'cdr_import', 'cdr_row', 'cdr_problem', 'cdr_match', 'incident',
    'incident_subject', 'evidence_snapshot'] LOOP
    EXECUTE format('CREATE POLICY retention_functions ON %I TO portal_retention USING (true) WITH CHECK (true)', t);
  END LOOP;
END $$;
GRANT SELECT ON retention_policy, retention_sweep TO portal_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON retention_policy, retention_sweep TO portal_retention;
GRANT SELECT ON tenant, tenant_below, audit_head, rerate_item, deck, cdr_import, incident, incident_subject, evidence_snapshot TO portal_retention;
GRANT SELECT (id, email) ON person TO portal_retention;
GRANT SELECT, DELETE ON session, security_event, signal, mail, invitation, task, outbox_job, cdr_row, cdr_problem, cdr_match TO portal_retention;
GRANT UPDATE (body, attachment) ON mail TO portal_retention;
GRANT EXECUTE ON FUNCTION deck_sweep(timestamptz, timestamptz), app_tenant(), retention_holds(), evidence_forget(timestamptz, int),
  held_from_retention(uuid, text, timestamptz, text[], uuid),
  audit_append(uuid, text, text, uuid, text, text, text, jsonb, jsonb, text, text) TO portal_retention;
CREATE INDEX mail_content_kept ON mail (tenant_id, created_at) WHERE body IS NOT NULL OR attachment IS NOT NULL;

-- What holds for a tenant: its own policy, or that of the nearest tenant above that has one, or the house's.
CREATE FUNCTION retention_effective(p_tenant uuid, p_class text)
RETURNS TABLE (action text, wish_days int, days int, set_at uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT coalesce(p.action, k.action), coalesce(p.days, k.days), least(k.ceiling_days, greatest(k.floor_days, coalesce(p.days, k.days))), p.tenant_id
  FROM retention_class k
  LEFT JOIN LATERAL (SELECT y.* FROM tenant_below b JOIN retention_policy y ON y.tenant_id = b.ancestor_id AND y.class = p_class
    WHERE b.descendant_id = p_tenant ORDER BY b.depth LIMIT 1) p ON true
  WHERE k.class = p_class
$$;

-- Whole days: what is swept after midnight (UTC) needs no second receipt an hour later.
CREATE FUNCTION retention_cutoff(p_days int) RETURNS timestamptz LANGUAGE sql STABLE AS $$
  SELECT (date_trunc('day', now() AT TIME ZONE 'UTC') - p_days * interval '1 day') AT TIME ZONE 'UTC'
$$;

-- What must be left alone at a tenant: everything from from_at on, and what is about these numbers and persons. Beside the
-- legal holds, an incident that is open keeps what it touches from a day before it began, with evidence taken or without.
CREATE FUNCTION retention_holding(p_tenant uuid, p_class text, OUT from_at timestamptz, OUT numbers text[], OUT persons uuid[])
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  WITH hold AS (
    SELECT h.from_at, h.number, h.person_id FROM retention_holds() h
      WHERE (h.tenant_id IS NULL OR h.tenant_id = p_tenant) AND (h.classes = '{}' OR p_class = ANY (h.classes))
    UNION ALL
    SELECT i.first_at - interval '1 day', NULL, NULL FROM incident i
      WHERE i.closed_at IS NULL AND p_class IN ('calls', 'security_events', 'signals', 'audit')
        AND (i.tenant_id = p_tenant OR EXISTS (SELECT FROM incident_subject s WHERE s.tenant_id = i.tenant_id AND s.incident_id = i.id AND s.of_tenant_id = p_tenant)))
  SELECT min(h.from_at) FILTER (WHERE h.number IS NULL AND h.person_id IS NULL), coalesce(array_agg(h.number) FILTER (WHERE h.number IS NOT NULL), '{}'),
    coalesce(array_agg(h.person_id) FILTER (WHERE h.person_id IS NOT NULL), '{}') FROM hold h
$$;

-- Where the rows of a class are. In `due` and `held`: $1 is the tenant, $2 the cut-off, $3 numbers, $4 persons. `oldest` is the
-- age of the tenant's oldest row that could ever go. `change` is empty where the row goes as a whole.
CREATE FUNCTION retention_source(p_class text, OUT relation text, OUT keys text, OUT due text, OUT held text, OUT oldest text, OUT change text)
LANGUAGE sql IMMUTABLE AS $$
  SELECT v.relation, v.keys, v.due, v.held, v.oldest, v.change FROM (VALUES
    ('security_events', 'security_event', 'tenant_id, at, id', 'tenant_id = $1 AND at < $2', 'false',
      'SELECT at FROM security_event WHERE tenant_id = $1 ORDER BY at LIMIT 1', ''),
    ('signals', 'signal', 'tenant_id, kind, source, minute', 'tenant_id = $1 AND minute < $2', 'false',
      'SELECT min(minute) FROM signal WHERE tenant_id = $1', ''),
    ('mail_content', 'mail', 'tenant_id, id', 'tenant_id = $1 AND created_at < $2 AND coalesce(sent_at, created_at) < $2 AND state <> ''queued'' AND (body IS NOT NULL OR attachment IS NOT NULL)',
      'recipient IN (SELECT p.email FROM person p WHERE p.id = ANY ($4))',
      'SELECT created_at FROM mail WHERE tenant_id = $1 AND state <> ''queued'' AND (body IS NOT NULL OR attachment IS NOT NULL) ORDER BY created_at LIMIT 1',
      'SET body = NULL, attachment = NULL'),
    ('mail', 'mail', 'tenant_id, id', 'tenant_id = $1 AND created_at < $2 AND state <> ''queued''',
      'recipient IN (SELECT p.email FROM person p WHERE p.id = ANY ($4))',
      'SELECT created_at FROM mail WHERE tenant_id = $1 AND state <> ''queued'' ORDER BY created_at LIMIT 1', ''),
    ('invitations', 'invitation', 'tenant_id, id', 'tenant_id = $1 AND expires_at < $2', 'email IN (SELECT p.email FROM person p WHERE p.id = ANY ($4))',
      'SELECT min(expires_at) FROM invitation WHERE tenant_id = $1', ''),
    ('tasks', 'task', 'tenant_id, id', 'tenant_id = $1 AND ended_at < $2 AND state IN (''done'', ''failed'', ''cancelled'') AND NOT EXISTS '
      '(SELECT FROM rerate_item r WHERE r.tenant_id = task.tenant_id AND r.task_id = task.id)', 'created_by = ANY ($4::text[])',
      'SELECT min(ended_at) FROM task WHERE tenant_id = $1 AND NOT EXISTS (SELECT FROM rerate_item r WHERE r.tenant_id = task.tenant_id AND r.task_id = task.id)', ''),
    ('cdr_rows', 'cdr_row', 'tenant_id, key', 'tenant_id = $1 AND import_id IN (SELECT f.id FROM cdr_import f WHERE f.tenant_id = $1 AND f.created_at < $2)',
      'number = ANY ($3)', 'SELECT f.created_at FROM cdr_import f WHERE f.tenant_id = $1 AND EXISTS (SELECT FROM cdr_row r WHERE r.import_id = f.id) '
      'ORDER BY f.created_at LIMIT 1', ''),
    ('sessions', 'session', 'id', '$1 IS NOT NULL AND (expires_at < $2 OR revoked_at < $2)', 'user_id = ANY ($4)',
      'SELECT min(least(expires_at, revoked_at)) FROM session WHERE $1 IS NOT NULL', ''),
    ('jobs', 'outbox_job', 'tenant_id, id', '$1 IS NOT NULL AND done_at < $2', 'false', 'SELECT min(done_at) FROM outbox_job WHERE $1 IS NOT NULL', ''),
    ('decks', 'deck', '', '$1 IS NOT NULL AND swept_at IS NULL AND CASE WHEN state IN (''uploading'', ''reading'', ''staged'', ''failed'') '
      'THEN greatest(created_at, compared_at) < greatest($2, now() - interval ''7 days'') ELSE greatest(created_at, applied_at, rolled_back_at) < $2 END', 'false',
      'SELECT min(created_at) FROM deck WHERE $1 IS NOT NULL AND swept_at IS NULL', ''),
    ('evidence', 'evidence_snapshot', '', '$1 IS NOT NULL AND taken_at < $2', 'held_from_retention(tenant_id, ''evidence'', taken_at)',
      'SELECT min(taken_at) FROM evidence_snapshot WHERE $1 IS NOT NULL', ''),
    ('audit', 'audit_event', '', 'tenant_id = $1 AND at < $2', 'false', 'SELECT at FROM audit_event WHERE tenant_id = $1 ORDER BY seq LIMIT 1', '')
  ) v (class, relation, keys, due, held, oldest, change) WHERE v.class = p_class
$$;

-- The age of the oldest row of a class at a tenant. NULL: there is none.
CREATE FUNCTION retention_oldest(p_class text, p_tenant uuid) RETURNS timestamptz
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
DECLARE v_at timestamptz;
BEGIN
  EXECUTE (SELECT s.oldest FROM retention_source(p_class) s) INTO v_at USING p_tenant;
  RETURN v_at;
END $fn$;

-- Where there is something to do, or begun and not ended. A tenant that was swept up to this cut-off is done until tomorrow.
CREATE FUNCTION retention_due(p_class text)
RETURNS TABLE (tenant_id uuid, action text, days int, cutoff timestamptz, oldest_at timestamptz, running boolean)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
#variable_conflict use_column
BEGIN
  RETURN QUERY SELECT t.id, e.action, e.days, retention_cutoff(e.days), o.at, r.id IS NOT NULL
    FROM retention_class k CROSS JOIN tenant t CROSS JOIN LATERAL retention_effective(t.id, k.class) e
    CROSS JOIN LATERAL (SELECT retention_oldest(k.class, t.id) AS at) o
    LEFT JOIN retention_sweep r ON r.class = k.class AND r.tenant_id = t.id AND r.state = 'running'
    WHERE k.class = p_class AND (k.scope = 'tenant' OR t.kind = 'operator')
      AND (r.id IS NOT NULL OR (e.action <> 'keep' AND (o.at < retention_cutoff(e.days) OR k.class = 'decks' AND o.at < now() - interval '7 days')))
    ORDER BY t.id;
END $fn$;

-- How many rows would go and how many are held back, counted now.
CREATE FUNCTION retention_count(p_class text, p_tenant uuid, p_cutoff timestamptz, OUT due bigint, OUT held bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
DECLARE s record; h record;
BEGIN
  SELECT * INTO s FROM retention_source(p_class);
  SELECT * INTO h FROM retention_holding(p_tenant, p_class);
  EXECUTE format('SELECT count(*) FROM %I WHERE %s AND NOT (%s)', s.relation, s.due, s.held) INTO due USING p_tenant, least(p_cutoff, h.from_at), h.numbers, h.persons;
  EXECUTE format('SELECT count(*) FROM %I WHERE %s', s.relation, s.due) INTO held USING p_tenant, p_cutoff;
  held := held - due;
END $fn$;

-- Begins a sweep, or gives the one that is begun. NULL: this cut-off is done already.
CREATE FUNCTION retention_begin(p_class text, p_tenant uuid, p_action text, p_cutoff timestamptz) RETURNS uuid
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
DECLARE v_id uuid;
BEGIN
  SELECT id INTO v_id FROM retention_sweep WHERE class = p_class AND tenant_id = p_tenant AND state = 'running';
  IF v_id IS NOT NULL THEN RETURN v_id; END IF;
  IF EXISTS (SELECT FROM retention_sweep WHERE class = p_class AND tenant_id = p_tenant AND cutoff = p_cutoff AND action = p_action) THEN RETURN NULL; END IF;
  INSERT INTO retention_sweep (tenant_id, class, action, cutoff) VALUES (p_tenant, p_class, p_action, p_cutoff)
    ON CONFLICT (class, tenant_id) WHERE state = 'running' DO UPDATE SET action = retention_sweep.action RETURNING id INTO v_id;
  RETURN v_id;
END $fn$;

-- One batch: takes away at most so many rows and counts them with the sweep. 0: there is nothing left to take. A sweep whose
-- policy says "keep" by now takes nothing more.
CREATE FUNCTION retention_step(p_sweep uuid, p_limit int) RETURNS int
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET lock_timeout = '2s' AS $fn$
DECLARE w retention_sweep; s record; h record; n int; v_before timestamptz;
BEGIN
  SELECT * INTO w FROM retention_sweep WHERE id = p_sweep AND state = 'running' FOR UPDATE;
  IF NOT FOUND OR (SELECT e.action FROM retention_effective(w.tenant_id, w.class) e) = 'keep' THEN RETURN 0; END IF;
  SELECT * INTO s FROM retention_source(w.class);
  SELECT * INTO h FROM retention_holding(w.tenant_id, w.class);
  -- A longer policy that was set meanwhile counts at once.
  v_before := least(w.cutoff, h.from_at, (SELECT retention_cutoff(e.days) FROM retention_effective(w.tenant_id, w.class) e));
  IF w.class = 'audit' THEN
    n := retention_cut_trail(w.tenant_id, w.id, v_before, h.persons, p_limit);
  ELSIF w.class = 'evidence' THEN
    n := evidence_forget(v_before, p_limit);
  ELSIF w.class = 'decks' THEN
    n := deck_sweep(greatest(v_before, now() - interval '7 days'), v_before);
  ELSE
    EXECUTE format(CASE s.change WHEN '' THEN 'DELETE FROM %1$I WHERE (%2$s) IN (SELECT %2$s FROM %1$I WHERE %3$s AND NOT (%4$s) LIMIT $5)'
        ELSE 'UPDATE %1$I %5$s WHERE (%2$s) IN (SELECT %2$s FROM %1$I WHERE %3$s AND NOT (%4$s) LIMIT $5)' END, s.relation, s.keys, s.due, s.held, s.change)
      USING w.tenant_id, v_before, h.numbers, h.persons, p_limit;
    GET DIAGNOSTICS n = ROW_COUNT;
  END IF;
  UPDATE retention_sweep SET removed = removed + n, batches = batches + (n > 0)::int WHERE tenant_id = w.tenant_id AND id = w.id;
  RETURN n;
END $fn$;

-- Ends a sweep with its receipt in the tenant's trail: once, whoever calls. A sweep that found nothing leaves none, and of jobs
-- that the queue has done there is none either: they hold ids only. Returns what it took away; NULL: it had ended.
CREATE FUNCTION retention_end(p_sweep uuid, p_job text) RETURNS TABLE (removed bigint, held bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
DECLARE w retention_sweep;
BEGIN
  SELECT * INTO w FROM retention_sweep x WHERE x.id = p_sweep AND x.state = 'running' FOR UPDATE;
  IF NOT FOUND THEN RETURN; END IF;
  SELECT c.due + c.held INTO w.held FROM retention_count(w.class, w.tenant_id, w.cutoff) c;
  UPDATE retention_sweep x SET state = 'done', held = w.held, ended_at = clock_timestamp() WHERE x.tenant_id = w.tenant_id AND x.id = w.id RETURNING * INTO w;
  IF w.class <> 'jobs' AND (w.removed > 0 OR w.held > 0) THEN
    PERFORM audit_append(w.tenant_id, 'job', 'retention.sweep', NULL, 'retention.sweep', 'retention:' || w.class, 'ok', '{}',
      jsonb_build_object('class', w.class, 'action', w.action, 'cutoff', to_char(w.cutoff AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), 'removed', w.removed,
        'held', w.held, 'batches', w.batches, 'months', array_to_string(w.months, ' '), 'sweep', w.id,
        'ms', (extract(epoch FROM w.ended_at - w.started_at) * 1000)::bigint), p_job, '');
  END IF;
  DELETE FROM retention_sweep x WHERE x.tenant_id = w.tenant_id AND x.class = w.class AND x.ended_at < now() - interval '400 days';
  RETURN QUERY SELECT w.removed, w.held;
END $fn$;

-- How a run of a class went, for monitoring. An error: it could not be finished.
CREATE FUNCTION retention_note(p_class text, p_removed bigint, p_held bigint, p_error text) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
  INSERT INTO retention_run AS r (class, at, removed_total, held, oldest_at, failed_at, error)
    SELECT k.class, clock_timestamp(), p_removed, p_held, (SELECT min(retention_oldest(k.class, t.id)) FROM tenant t WHERE k.scope = 'tenant' OR t.kind = 'operator'),
      CASE WHEN p_error <> '' THEN clock_timestamp() END, left(p_error, 300) FROM retention_class k WHERE k.class = p_class
  ON CONFLICT (class) DO UPDATE SET at = CASE WHEN excluded.error = '' THEN excluded.at ELSE r.at END, removed_total = r.removed_total + excluded.removed_total,
    held = excluded.held, oldest_at = excluded.oldest_at, failed_at = coalesce(excluded.failed_at, r.failed_at), error = excluded.error
$$;

-- The house's own days for a class, from the environment, within its bounds.
CREATE FUNCTION retention_default(p_class text, p_days int) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
  UPDATE retention_class SET days = least(ceiling_days, greatest(floor_days, p_days))
    WHERE class = p_class AND days <> least(ceiling_days, greatest(floor_days, p_days))
$$;

-- Sets a policy for the tenant acted on or one below it; without an action takes it back, so that the one above counts.
-- RF007: no such class, or no such tenant there. RF006: the class knows no such action. RF001: the class has one policy for all.
CREATE FUNCTION retention_set(p_tenant uuid, p_class text, p_action text, p_days int, p_by text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
DECLARE k retention_class;
BEGIN
  SELECT * INTO k FROM retention_class WHERE class = p_class;
  IF NOT FOUND OR NOT EXISTS (SELECT FROM tenant_below b WHERE b.ancestor_id = app_tenant() AND b.descendant_id = p_tenant) THEN
    RAISE EXCEPTION 'no such class or tenant' USING ERRCODE = 'RF007';
  END IF;
  IF p_action IS NULL THEN
    DELETE FROM retention_policy WHERE tenant_id = p_tenant AND class = p_class;
    RETURN;
  END IF;
  IF NOT p_action = ANY (k.actions) OR p_days IS NULL OR p_days NOT BETWEEN 1 AND 36500 THEN RAISE EXCEPTION 'no such action' USING ERRCODE = 'RF006'; END IF;
  IF k.scope = 'installation' AND NOT EXISTS (SELECT FROM tenant WHERE id = p_tenant AND kind = 'operator') THEN
    RAISE EXCEPTION 'one policy for all' USING ERRCODE = 'RF001';
  END IF;
  INSERT INTO retention_policy (tenant_id, class, action, days, set_by) VALUES (p_tenant, p_class, p_action, p_days, p_by)
    ON CONFLICT (tenant_id, class) DO UPDATE SET action = excluded.action, days = excluded.days, set_by = excluded.set_by, set_at = clock_timestamp();
END $fn$;

-- What a dry run says of the tenant acted on and those below it: only where something would go or is held back.
CREATE FUNCTION retention_dry_run(p_class text)
RETURNS TABLE (tenant_id uuid, action text, days int, cutoff timestamptz, oldest_at timestamptz, due bigint, held bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT d.tenant_id, d.action, d.days, d.cutoff, d.oldest_at, c.due, c.held
  FROM retention_due(p_class) d JOIN tenant_below b ON b.ancestor_id = app_tenant() AND b.descendant_id = d.tenant_id
  CROSS JOIN LATERAL retention_count(p_class, d.tenant_id, d.cutoff) c WHERE c.due + c.held > 0 ORDER BY c.due DESC, d.tenant_id
$$;

DROP FUNCTION sweep(text, timestamptz, int);
-- As before, without the counters, which have a policy now.
CREATE OR REPLACE FUNCTION signals_forget(p_before timestamptz) RETURNS int LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
DECLARE n int;
BEGIN
  DELETE FROM registration_network WHERE last_at < p_before;
  DELETE FROM rule_finding WHERE last_at < p_before - interval '90 days';
  GET DIAGNOSTICS n = ROW_COUNT;
  RETURN n;
END $fn$;
DO $$
DECLARE f text;
BEGIN
  FOREACH f IN ARRAY ARRAY['retention_effective(uuid, text)', 'retention_cutoff(int)', 'retention_holding(uuid, text)', 'retention_source(text)',
    'retention_oldest(text, uuid)', 'retention_due(text)', 'retention_count(text, uuid, timestamptz)', 'retention_begin(text, uuid, text, timestamptz)',
    'retention_step(uuid, int)', 'retention_end(uuid, text)', 'retention_note(text, bigint, bigint, text)', 'retention_default(text, int)',
    'retention_set(uuid, text, text, int, text)', 'retention_dry_run(text)'] LOOP
    EXECUTE format('ALTER FUNCTION %s OWNER TO portal_retention', f);
    EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', f);
  END LOOP;
  GRANT EXECUTE ON FUNCTION retention_effective(uuid, text), retention_due(text), retention_begin(text, uuid, text, timestamptz), retention_step(uuid, int),
    retention_end(uuid, text), retention_note(text, bigint, bigint, text), retention_default(text, int), retention_set(uuid, text, text, int, text),
    retention_dry_run(text), retention_cutoff(int) TO portal_app;
END $$;
REVOKE CREATE ON SCHEMA public FROM portal_retention;
