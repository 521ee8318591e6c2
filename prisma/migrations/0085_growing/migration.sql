-- What grows by itself and was in no class yet: each has a time it is kept for, and receipts, like the rest. A test names every
-- table with a moment in it that is neither in a class nor known to stay.
GRANT CREATE ON SCHEMA public TO portal_retention, portal_system;

INSERT INTO retention_class VALUES
  ('registrations', 12, 'tenant', '{keep,delete}', 'delete', 30, 1, 3650),
  ('findings', 22, 'tenant', '{keep,delete}', 'delete', 90, 30, 3650),
  ('bans', 24, 'installation', '{keep,delete}', 'delete', 400, 30, 3650),
  ('deliveries', 55, 'tenant', '{keep,delete}', 'delete', 90, 7, 3650),
  ('differences', 85, 'tenant', '{keep,delete}', 'delete', 400, 90, 3650),
  ('hot_imports', 95, 'tenant', '{keep,delete}', 'delete', 400, 30, 3650),
  ('phone_links', 102, 'tenant', '{delete}', 'delete', 30, 1, 400),
  ('tokens', 105, 'tenant', '{keep,delete}', 'delete', 400, 30, 3650);

DO $$
DECLARE t text;
BEGIN
  FOREACH t IN ARRAY ARRAY['registration_event', 'rule_finding', 'ban', 'notify_delivery', 'difference', 'hot_import', 'hot_list', 'provision_link', 'api_token'] LOOP
    IF NOT EXISTS (SELECT FROM pg_policy WHERE polrelid = to_regclass('public.' || t) AND polname = 'retention_functions') THEN
      EXECUTE format('CREATE POLICY retention_functions ON %I TO portal_retention USING (true) WITH CHECK (true)', t);
    END IF;
    EXECUTE format('GRANT SELECT ON %I TO portal_retention', t);
    IF t <> 'hot_list' THEN EXECUTE format('GRANT DELETE ON %I TO portal_retention', t); END IF;
  END LOOP;
END $$;
-- Each tenant's oldest is found by the index of the newest.
DROP INDEX registration_event_oldest;

-- As before, with what grew.
ALTER FUNCTION retention_source(text) RENAME TO retention_source_with_exports;
CREATE FUNCTION retention_source(p_class text, OUT relation text, OUT keys text, OUT due text, OUT held text, OUT oldest text, OUT change text)
LANGUAGE sql IMMUTABLE AS $$
  SELECT v.relation, v.keys, v.due, 'false', v.oldest, '' FROM (VALUES
    ('registrations', 'registration_event', 'tenant_id, id', 'tenant_id = $1 AND at < $2', 'SELECT at FROM registration_event WHERE tenant_id = $1 ORDER BY at LIMIT 1'),
    ('findings', 'rule_finding', 'tenant_id, id', 'tenant_id = $1 AND last_at < $2', 'SELECT min(last_at) FROM rule_finding WHERE tenant_id = $1'),
    ('bans', 'ban', 'tenant_id, id', '$1 IS NOT NULL AND coalesce(lifted_at, expires_at) < $2', 'SELECT min(coalesce(lifted_at, expires_at)) FROM ban WHERE $1 IS NOT NULL'),
    ('deliveries', 'notify_delivery', 'tenant_id, id', 'tenant_id = $1 AND created_at < $2 AND state IN (''sent'', ''failed'')',
      'SELECT min(created_at) FROM notify_delivery WHERE tenant_id = $1 AND state IN (''sent'', ''failed'')'),
    ('differences', 'difference', 'tenant_id, id', 'tenant_id = $1 AND healed_at < $2', 'SELECT min(healed_at) FROM difference WHERE tenant_id = $1'),
    ('hot_imports', 'hot_import', 'tenant_id, id', 'tenant_id = $1 AND created_at < $2 AND NOT EXISTS (SELECT FROM hot_list l WHERE l.tenant_id = hot_import.tenant_id AND l.import_id = hot_import.id)',
      'SELECT min(created_at) FROM hot_import i WHERE tenant_id = $1 AND NOT EXISTS (SELECT FROM hot_list l WHERE l.tenant_id = i.tenant_id AND l.import_id = i.id)'),
    ('phone_links', 'provision_link', 'tenant_id, id', 'tenant_id = $1 AND expires_at < $2', 'SELECT min(expires_at) FROM provision_link WHERE tenant_id = $1'),
    ('tokens', 'api_token', 'tenant_id, id', 'tenant_id = $1 AND least(expires_at, revoked_at) < $2', 'SELECT min(least(expires_at, revoked_at)) FROM api_token WHERE tenant_id = $1')
  ) v (class, relation, keys, due, oldest) WHERE v.class = p_class
  UNION ALL SELECT s.relation, s.keys, s.due, s.held, s.oldest, s.change FROM retention_source_with_exports(p_class) s
    WHERE NOT p_class = ANY ('{registrations,findings,bans,deliveries,differences,hot_imports,phone_links,tokens}')
$$;

-- As before. What was said about the rows of a file, and which calls they were matched with, goes after its rows.
CREATE OR REPLACE FUNCTION retention_step(p_sweep uuid, p_limit int) RETURNS int
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
    DELETE FROM audit_redaction r USING audit_anchor a WHERE a.tenant_id = w.tenant_id AND r.tenant_id = a.tenant_id AND r.seq <= a.seq;
  ELSIF w.class = 'evidence' THEN
    n := evidence_forget(v_before, p_limit);
  ELSIF w.class = 'decks' THEN
    n := deck_sweep(greatest(v_before, now() - interval '7 days'), v_before);
  ELSE
    EXECUTE format(CASE s.change WHEN '' THEN 'DELETE FROM %1$I WHERE (%2$s) IN (SELECT %2$s FROM %1$I WHERE %3$s AND NOT (%4$s) LIMIT $5)'
        ELSE 'UPDATE %1$I %5$s WHERE (%2$s) IN (SELECT %2$s FROM %1$I WHERE %3$s AND NOT (%4$s) LIMIT $5)' END, s.relation, s.keys, s.due, s.held, s.change)
      USING w.tenant_id, v_before, h.numbers, h.persons, p_limit;
    GET DIAGNOSTICS n = ROW_COUNT;
    IF w.class = 'cdr_rows' AND n = 0 THEN
      DELETE FROM cdr_match m WHERE m.ctid = ANY (ARRAY(SELECT x.ctid FROM cdr_match x JOIN cdr_import f ON f.tenant_id = x.tenant_id AND f.id = x.import_id
        WHERE x.tenant_id = w.tenant_id AND f.created_at < v_before AND NOT EXISTS (SELECT FROM cdr_row r WHERE r.import_id = f.id) LIMIT p_limit));
      GET DIAGNOSTICS n = ROW_COUNT;
      IF n = 0 THEN
        DELETE FROM cdr_problem m WHERE m.ctid = ANY (ARRAY(SELECT x.ctid FROM cdr_problem x JOIN cdr_import f ON f.tenant_id = x.tenant_id AND f.id = x.import_id
          WHERE x.tenant_id = w.tenant_id AND f.created_at < v_before AND NOT EXISTS (SELECT FROM cdr_row r WHERE r.import_id = f.id) LIMIT p_limit));
        GET DIAGNOSTICS n = ROW_COUNT;
      END IF;
    END IF;
  END IF;
  UPDATE retention_sweep SET removed = removed + n, batches = batches + (n > 0)::int WHERE tenant_id = w.tenant_id AND id = w.id;
  RETURN n;
END $fn$;
GRANT DELETE ON audit_redaction TO portal_retention;

-- As before, without what has a policy now.
CREATE OR REPLACE FUNCTION signals_forget(p_before timestamptz) RETURNS int LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
DECLARE n int;
BEGIN
  DELETE FROM registration_network WHERE last_at < p_before;
  GET DIAGNOSTICS n = ROW_COUNT;
  RETURN n;
END $fn$;
CREATE OR REPLACE FUNCTION provision_wipe(p_seconds int) RETURNS int
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
DECLARE n int; total int := 0;
BEGIN
  UPDATE provision_link SET sealed = NULL WHERE sealed IS NOT NULL AND (expires_at <= clock_timestamp() OR revoked_at IS NOT NULL);
  GET DIAGNOSTICS n = ROW_COUNT; total := total + n;
  UPDATE desk_phone SET sealed = NULL WHERE sealed IS NOT NULL AND first_fetch_at < clock_timestamp() - make_interval(secs => p_seconds);
  GET DIAGNOSTICS n = ROW_COUNT; total := total + n;
  -- A phone that never asked in a week was never plugged in, or with other settings.
  UPDATE desk_phone SET sealed = NULL WHERE sealed IS NOT NULL AND created_at < clock_timestamp() - interval '7 days';
  GET DIAGNOSTICS n = ROW_COUNT; total := total + n;
  RETURN total;
END $fn$;
DROP FUNCTION registration_events_forget(timestamptz);
ALTER FUNCTION retention_source(text) OWNER TO portal_retention;
REVOKE ALL ON FUNCTION retention_source(text) FROM PUBLIC;
REVOKE CREATE ON SCHEMA public FROM portal_retention, portal_system;
