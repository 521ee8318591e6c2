-- Containments: what an incident stops, step by step, and how far that is. The first step, refusing new calls, is the block
-- that is placed with the decision; the others are done by a job, each by itself, so that one that cannot be done holds
-- up no other.
GRANT CREATE ON SCHEMA public TO portal_system;

CREATE TABLE containment (
  -- The incident's tenant, the operator.
  tenant_id uuid NOT NULL,
  id uuid NOT NULL DEFAULT gen_random_uuid(),
  incident_id uuid NOT NULL,
  -- Whose calls: all of a tenant's, or those of one phone.
  of_tenant_id uuid NOT NULL REFERENCES tenant (id),
  extension_id uuid,
  -- As people name it; the phone may be deleted later.
  subject text NOT NULL,
  -- Numbers that begin so are blocked for the whole tenant.
  prefixes text[] NOT NULL DEFAULT '{}' CHECK (cardinality(prefixes) <= 20),
  note text NOT NULL DEFAULT '' CHECK (length(note) <= 4000),
  created_by text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  released_by text NOT NULL DEFAULT '',
  released_at timestamptz,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, incident_id) REFERENCES incident (tenant_id, id),
  CHECK ((released_at IS NULL) = (released_by = ''))
);
-- Whoever contains the same thing at the same moment joins.
CREATE UNIQUE INDEX containment_one ON containment (tenant_id, incident_id, of_tenant_id, extension_id) NULLS NOT DISTINCT WHERE released_at IS NULL;
CREATE INDEX containment_of_incident ON containment (tenant_id, incident_id, created_at);

CREATE TABLE containment_step (
  tenant_id uuid NOT NULL,
  containment_id uuid NOT NULL,
  step text NOT NULL CHECK (step IN ('evidence', 'refuse', 'hang_up', 'rotate', 'contacts', 'sources', 'destinations', 'notify')),
  -- "skipped" by whoever decided, or because it was released first. "failed" is tried again.
  state text NOT NULL CHECK (state IN ('waiting', 'running', 'done', 'failed', 'skipped')),
  -- Blocks, calls, secrets, phones, prefixes, mails.
  count int NOT NULL DEFAULT 0,
  -- Why it failed, in one sentence, and what does the same by hand: one command per line.
  error text NOT NULL DEFAULT '',
  by_hand text NOT NULL DEFAULT '',
  attempts int NOT NULL DEFAULT 0,
  started_at timestamptz,
  finished_at timestamptz,
  PRIMARY KEY (tenant_id, containment_id, step),
  FOREIGN KEY (tenant_id, containment_id) REFERENCES containment (tenant_id, id)
);
CREATE INDEX containment_step_open ON containment_step (tenant_id, containment_id) WHERE state IN ('waiting', 'running', 'failed');

-- What must happen once, noted in the transaction that does it: a secret replaced, an owner mailed.
CREATE TABLE containment_effect (
  tenant_id uuid NOT NULL,
  containment_id uuid NOT NULL,
  what text NOT NULL,
  -- How many it was, where one counts more than one thing.
  amount int NOT NULL DEFAULT 1,
  at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (tenant_id, containment_id, what),
  FOREIGN KEY (tenant_id, containment_id) REFERENCES containment (tenant_id, id)
);

DO $$
DECLARE t text;
BEGIN
  FOREACH t IN ARRAY ARRAY['containment', 'containment_step', 'containment_effect'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
    EXECUTE format('CREATE POLICY own_tenant ON %I TO portal_app USING (tenant_id = app_tenant()) WITH CHECK (tenant_id = app_tenant())', t);
    EXECUTE format('CREATE POLICY tenants_below ON %I FOR SELECT TO portal_app USING (app_subtree() AND tenant_id IN '
      '(SELECT descendant_id FROM tenant_below WHERE ancestor_id = app_tenant()))', t);
    EXECUTE format('CREATE POLICY system_functions ON %I TO portal_system USING (true) WITH CHECK (true)', t);
  END LOOP;
END $$;
GRANT SELECT ON containment, containment_step, containment_effect TO portal_app;
GRANT UPDATE (state, count, error, by_hand, finished_at) ON containment_step TO portal_app;
GRANT SELECT, INSERT, UPDATE ON containment, containment_step TO portal_system;
GRANT SELECT, INSERT ON containment_effect TO portal_system;

-- Contains a tenant at or below the one acted on (p_extension NULL), or one phone of it: new calls are refused from the commit
-- on, and the other p_steps wait for the job, but for those of p_skip. The same again, of the same incident, joins: what it
-- asks for beyond the first is added. Locks the incident, then the tenant.
-- RF007: no such incident or phone. RF001: the incident is over, or part of another. RF002: that tenant is not below.
CREATE FUNCTION containment_start(p_incident uuid, p_of uuid, p_extension uuid, p_prefixes text[], p_steps text[], p_skip text[], p_note text, p_by text,
  OUT id uuid, OUT joined boolean, OUT subject text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
#variable_conflict use_column
DECLARE c containment; v_desk uuid := app_tenant(); v_names text;
BEGIN
  PERFORM FROM incident i WHERE i.tenant_id = v_desk AND i.id = p_incident FOR UPDATE;
  IF NOT FOUND THEN RAISE EXCEPTION 'no such incident' USING ERRCODE = 'RF007'; END IF;
  IF EXISTS (SELECT FROM incident i WHERE i.tenant_id = v_desk AND i.id = p_incident AND (i.closed_at IS NOT NULL OR i.merged_into IS NOT NULL)) THEN
    RAISE EXCEPTION 'that incident is over, or part of another' USING ERRCODE = 'RF001';
  END IF;
  PERFORM block_place(p_of, CASE WHEN p_extension IS NULL THEN 'tenant' ELSE 'extension' END, p_extension, NULL, p_incident, NULL, '');
  SELECT t.name || coalesce(', ' || e.number, '') INTO v_names FROM tenant t LEFT JOIN extension e ON e.tenant_id = t.id AND e.id = p_extension WHERE t.id = p_of;
  SELECT * INTO c FROM containment k WHERE k.tenant_id = v_desk AND k.incident_id = p_incident AND k.of_tenant_id = p_of
    AND k.extension_id IS NOT DISTINCT FROM p_extension AND k.released_at IS NULL FOR UPDATE;
  joined := c.id IS NOT NULL;
  IF joined THEN
    UPDATE containment k SET prefixes = ARRAY(SELECT DISTINCT p FROM unnest(k.prefixes || p_prefixes) p ORDER BY p) WHERE k.tenant_id = v_desk AND k.id = c.id;
    UPDATE containment_step s SET state = 'waiting', count = 0, finished_at = NULL WHERE s.tenant_id = v_desk AND s.containment_id = c.id AND (
      (s.state = 'skipped' AND s.step <> ALL (p_skip) AND (s.step <> 'destinations' OR cardinality(p_prefixes) > 0))
      OR (s.step = 'destinations' AND s.state = 'done' AND NOT p_prefixes <@ c.prefixes));
  ELSE
    INSERT INTO containment (tenant_id, incident_id, of_tenant_id, extension_id, subject, prefixes, note, created_by)
      VALUES (v_desk, p_incident, p_of, p_extension, v_names, ARRAY(SELECT DISTINCT p FROM unnest(p_prefixes) p ORDER BY p), p_note, p_by) RETURNING * INTO c;
    INSERT INTO containment_step (tenant_id, containment_id, step, state, count, started_at, finished_at)
      SELECT v_desk, c.id, s, CASE WHEN s = 'refuse' THEN 'done' WHEN s = ANY (p_skip) OR (s = 'destinations' AND cardinality(p_prefixes) = 0) THEN 'skipped' ELSE 'waiting' END,
        CASE WHEN s = 'refuse' THEN 1 ELSE 0 END, CASE WHEN s = 'refuse' THEN now() END, CASE WHEN s = 'refuse' THEN clock_timestamp() END
      FROM unnest(p_steps) s;
  END IF;
  id := c.id; subject := v_names;
END $fn$;

-- Says that a step is being done. 'go', or why not: 'done', 'skipped', 'released'.
CREATE FUNCTION containment_step_begin(p_tenant uuid, p_containment uuid, p_step text) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
DECLARE v_state text;
BEGIN
  IF NOT EXISTS (SELECT FROM containment WHERE tenant_id = p_tenant AND id = p_containment AND released_at IS NULL) THEN RETURN 'released'; END IF;
  UPDATE containment_step SET state = 'running', attempts = attempts + 1, started_at = coalesce(started_at, clock_timestamp())
    WHERE tenant_id = p_tenant AND containment_id = p_containment AND step = p_step AND state NOT IN ('done', 'skipped');
  IF FOUND THEN RETURN 'go'; END IF;
  SELECT state INTO v_state FROM containment_step WHERE tenant_id = p_tenant AND containment_id = p_containment AND step = p_step;
  RETURN coalesce(v_state, 'skipped');
END $fn$;

-- A step failed as it did before: what does it by hand may have changed, and nothing else is news.
CREATE FUNCTION containment_step_again(p_tenant uuid, p_containment uuid, p_step text, p_by_hand text) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
  UPDATE containment_step SET state = 'failed', by_hand = p_by_hand
    WHERE tenant_id = p_tenant AND containment_id = p_containment AND step = p_step AND state NOT IN ('done', 'skipped')
$$;

-- Notes that something is done now, which must be done once and only while it is contained; false when it must not be. Asked
-- in the transaction that does it, acting for the contained tenant or one above. A release waits for it, and it for a release.
CREATE FUNCTION containment_claim(p_tenant uuid, p_containment uuid, p_what text, p_amount int) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
BEGIN
  PERFORM FROM containment c WHERE c.tenant_id = p_tenant AND c.id = p_containment AND c.released_at IS NULL
    AND EXISTS (SELECT FROM tenant_below b WHERE b.ancestor_id = app_tenant() AND b.descendant_id = c.of_tenant_id) FOR SHARE;
  IF NOT FOUND THEN RETURN false; END IF;
  INSERT INTO containment_effect (tenant_id, containment_id, what, amount) VALUES (p_tenant, p_containment, p_what, p_amount) ON CONFLICT DO NOTHING;
  RETURN FOUND;
END $fn$;

-- Ends a containment of the tenant acted on: lifts its own blocks, but for prefixes that another containment of the same
-- incident holds as well, and skips what was not done yet. What other incidents hold stays. NULL when it was released before.
-- Locks the incident, then the containment. RF007: no such containment.
CREATE FUNCTION containment_release(p_containment uuid, p_by text, OUT incident_id uuid, OUT lifted int, OUT still_held int)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
#variable_conflict use_column
DECLARE c containment; v_desk uuid := app_tenant();
BEGIN
  PERFORM FROM incident i WHERE i.tenant_id = v_desk
    AND i.id = (SELECT k.incident_id FROM containment k WHERE k.tenant_id = v_desk AND k.id = p_containment) FOR UPDATE;
  SELECT * INTO c FROM containment k WHERE k.tenant_id = v_desk AND k.id = p_containment FOR UPDATE;
  IF NOT FOUND THEN RAISE EXCEPTION 'no such containment' USING ERRCODE = 'RF007'; END IF;
  IF c.released_at IS NOT NULL THEN RETURN; END IF;
  UPDATE containment k SET released_at = clock_timestamp(), released_by = p_by WHERE k.tenant_id = v_desk AND k.id = c.id;
  UPDATE containment_step s SET state = 'skipped', finished_at = clock_timestamp()
    WHERE s.tenant_id = v_desk AND s.containment_id = c.id AND s.state NOT IN ('done', 'skipped');
  UPDATE block b SET lifted_at = clock_timestamp(), lifted_by = p_by
    WHERE b.tenant_id = c.of_tenant_id AND b.placed_by = v_desk AND b.incident_id = c.incident_id AND b.lifted_at IS NULL AND (
      (b.kind IN ('tenant', 'extension') AND b.extension_id IS NOT DISTINCT FROM c.extension_id)
      OR (b.kind = 'destination' AND b.prefix = ANY (c.prefixes) AND NOT EXISTS (SELECT FROM containment o WHERE o.tenant_id = v_desk
        AND o.incident_id = c.incident_id AND o.of_tenant_id = c.of_tenant_id AND o.released_at IS NULL AND b.prefix = ANY (o.prefixes))));
  GET DIAGNOSTICS lifted = ROW_COUNT;
  incident_id := c.incident_id;
  SELECT count(*) INTO still_held FROM block b WHERE b.tenant_id = c.of_tenant_id AND b.lifted_at IS NULL
    AND (b.kind = 'tenant' OR (b.kind = 'extension' AND b.extension_id = c.extension_id));
END $fn$;

-- Queues what was not finished, of all incidents: when the PBX can be reached again (p_most NULL), and now and then, for those
-- that were not tried too often. Those whose job still waits are left alone. Answers with how many.
CREATE FUNCTION containments_resume(p_most int) RETURNS int
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
DECLARE n int;
BEGIN
  INSERT INTO outbox_job (tenant_id, job_name, payload)
    SELECT DISTINCT s.tenant_id, 'incident.contain', jsonb_build_object('containmentId', s.containment_id)
    FROM containment_step s JOIN containment c ON c.tenant_id = s.tenant_id AND c.id = s.containment_id
    WHERE s.state IN ('waiting', 'running', 'failed') AND c.released_at IS NULL AND (p_most IS NULL OR s.attempts < p_most)
      AND (p_most IS NULL OR NOT EXISTS (SELECT FROM outbox_job o WHERE o.tenant_id = s.tenant_id AND o.job_name = 'incident.contain' AND o.done_at IS NULL
        AND o.created_at > clock_timestamp() - interval '2 minutes' AND o.payload ->> 'containmentId' = s.containment_id::text));
  GET DIAGNOSTICS n = ROW_COUNT;
  IF n > 0 THEN PERFORM pg_notify('outbox', ''); END IF;
  RETURN n;
END $fn$;

-- An incident that is over would leave its blocks, and what waits to be done, to nobody.
CREATE OR REPLACE FUNCTION incident_holds_nothing() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
BEGIN
  IF EXISTS (SELECT FROM block WHERE placed_by = NEW.tenant_id AND incident_id = NEW.id AND lifted_at IS NULL)
    OR EXISTS (SELECT FROM containment WHERE tenant_id = NEW.tenant_id AND incident_id = NEW.id AND released_at IS NULL) THEN
    RAISE EXCEPTION 'the incident still stops calls' USING ERRCODE = 'RF001';
  END IF;
  RETURN NEW;
END $fn$;

DO $$
DECLARE f text;
BEGIN
  FOREACH f IN ARRAY ARRAY['containment_start(uuid, uuid, uuid, text[], text[], text[], text, text)', 'containment_step_begin(uuid, uuid, text)',
    'containment_step_again(uuid, uuid, text, text)', 'containment_claim(uuid, uuid, text, int)', 'containment_release(uuid, text)', 'containments_resume(int)'] LOOP
    EXECUTE format('ALTER FUNCTION %s OWNER TO portal_system', f);
    EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', f);
    EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO portal_app', f);
  END LOOP;
END $$;
REVOKE CREATE ON SCHEMA public FROM portal_system;
