-- What a saved list says, in plain words: its name, and what stands in its address there written as addresses are. An erasure looks
-- for those words, and a list that has them goes as a whole, since two lists of one page may not come to have one name.
ALTER TABLE saved_list ADD COLUMN says text NOT NULL DEFAULT '' CHECK (length(says) <= 2000);
UPDATE saved_list SET says = name || E'\n' || query;
ALTER TABLE saved_list ALTER COLUMN says DROP DEFAULT;
GRANT INSERT (says), UPDATE (says) ON saved_list TO portal_app;
UPDATE erasure_target SET texts = '{name,query,says}', goes = 'says' WHERE relation = 'saved_list';
GRANT UPDATE (says), DELETE ON saved_list TO portal_retention;
-- For a person's own file, which the operator makes of all that is known below.
CREATE POLICY tenants_below ON saved_list FOR SELECT TO portal_app
  USING (app_subtree() AND tenant_id IN (SELECT descendant_id FROM tenant_below WHERE ancestor_id = app_tenant()));

-- As in 0084; the lists that a person kept go with the rest of what was theirs.
CREATE OR REPLACE FUNCTION erasure_person(p_erasure uuid) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET lock_timeout = '5s' AS $fn$
DECLARE w erasure; s record; n bigint; m bigint := 0; t text;
BEGIN
  w := erasure_lock(p_erasure);
  IF w.id IS NULL OR w.done_rank >= 0 THEN RETURN; END IF;
  UPDATE erasure SET done_rank = 0 WHERE id = w.id;
  IF w.person_id IS NULL THEN RETURN; END IF;
  FOR s IN SELECT tenant_id FROM seat WHERE user_id = w.person_id LOOP
    PERFORM erasure_add(w.tenant_id, w.id, 'seat', s.tenant_id, 1, 0, 0);
  END LOOP;
  -- One that names its own person is counted with those that name anybody, unless it goes here.
  FOR s IN SELECT l.tenant_id, count(*) AS lists FROM saved_list l
      WHERE l.person_id = w.person_id AND NOT (w.counts_only AND l.says ~* w.pattern) GROUP BY 1 LOOP
    PERFORM erasure_add(w.tenant_id, w.id, 'saved_list', s.tenant_id, s.lists, 0, 0);
  END LOOP;
  SELECT count(*) INTO n FROM session WHERE user_id = w.person_id;
  PERFORM erasure_add(w.tenant_id, w.id, 'sign_in', w.tenant_id, n, 0, 0);
  PERFORM erasure_add(w.tenant_id, w.id, 'person', w.tenant_id, 1, 0, 0);
  IF w.counts_only THEN RETURN; END IF;
  DELETE FROM session WHERE user_id = w.person_id;
  DELETE FROM saved_list WHERE person_id = w.person_id;
  FOREACH t IN ARRAY ARRAY['totp', 'recovery_code', 'passkey', 'password_reset', 'seat'] LOOP
    EXECUTE format('DELETE FROM %I WHERE user_id = $1', t) USING w.person_id;
  END LOOP;
  UPDATE api_token SET revoked_at = coalesce(revoked_at, clock_timestamp()), last_used_from = '' WHERE user_id = w.person_id;
  UPDATE person SET email = 'erased-' || right(w.token, 16) || '-' || left(w.person_id::text, 8) || '@erased.invalid', name = '', password_hash = NULL WHERE id = w.person_id;
END $fn$;
