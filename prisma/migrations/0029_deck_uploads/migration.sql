-- Rate decks that come through the portal: sent in parts, read by a worker on any machine, swept when nobody wants them.
GRANT CREATE ON SCHEMA public TO portal_charge;

-- How many parts the file comes in; NULL where the command line reads it itself.
ALTER TABLE deck ADD COLUMN parts int CHECK (parts BETWEEN 1 AND 200);
-- When its rows and changes were let go.
ALTER TABLE deck ADD COLUMN swept_at timestamptz;
CREATE INDEX deck_to_sweep ON deck (created_at) WHERE swept_at IS NULL;

-- One part of the file, compressed. The same part twice is kept once. Returns the bytes so far.
-- RF001: the upload is over. RF006: the file has no such part.
CREATE OR REPLACE FUNCTION deck_put_chunk(p_tenant uuid, p_deck uuid, p_n int, p_data bytea) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
DECLARE d deck; n int;
BEGIN
  d := deck_lock(p_tenant, p_deck);
  IF d.state <> 'uploading' OR d.task_id IS NOT NULL THEN RAISE EXCEPTION 'the upload is over' USING ERRCODE = 'RF001'; END IF;
  IF p_n < 0 OR p_n >= d.parts IS NOT FALSE THEN RAISE EXCEPTION 'no such part' USING ERRCODE = 'RF006'; END IF;
  INSERT INTO deck_chunk (tenant_id, deck_id, n, data) VALUES (p_tenant, p_deck, p_n, p_data) ON CONFLICT DO NOTHING;
  GET DIAGNOSTICS n = ROW_COUNT;
  UPDATE deck SET bytes = bytes + n * length(p_data) WHERE tenant_id = p_tenant AND id = p_deck RETURNING bytes INTO d.bytes;
  RETURN d.bytes;
END $fn$;

-- The reading was stopped: what is staged goes, the file stays, so that it can begin again. Does nothing to a deck that
-- is applied or dropped.
CREATE FUNCTION deck_unstage(p_tenant uuid, p_deck uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
DECLARE d deck;
BEGIN
  d := deck_lock(p_tenant, p_deck);
  IF d.state NOT IN ('uploading', 'reading', 'staged') THEN RETURN; END IF;
  DELETE FROM deck_row WHERE tenant_id = p_tenant AND deck_id = p_deck;
  DELETE FROM deck_problem WHERE tenant_id = p_tenant AND deck_id = p_deck;
  DELETE FROM deck_change WHERE tenant_id = p_tenant AND deck_id = p_deck;
  UPDATE deck SET state = 'uploading', reading = reading + 1, rows = 0, errors = 0, warnings = 0, read_errors = 0, read_warnings = 0, counts = NULL,
      effects = '[]', exposure = NULL, compared_at = NULL
    WHERE tenant_id = p_tenant AND id = p_deck;
END $fn$;

-- What taking the deck back would do, by the rules of deck_roll_back: prices that hold again, prices that go, and what is in
-- the way: the later deck, or the prefix that was changed since.
CREATE FUNCTION deck_back_preview(p_deck uuid) RETURNS TABLE (restores int, removes int, later_deck uuid, touched text)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp SET enable_nestloop = off SET jit = off SET work_mem = '64MB' AS $fn$
DECLARE d deck;
BEGIN
  SELECT * INTO d FROM deck WHERE tenant_id = app_tenant() AND id = p_deck;
  IF NOT FOUND THEN RAISE EXCEPTION 'no such deck' USING ERRCODE = 'RF007'; END IF;
  IF d.state <> 'applied' THEN RAISE EXCEPTION 'not applied' USING ERRCODE = 'RF001'; END IF;
  SELECT count(*) INTO restores FROM deck_ended e WHERE e.tenant_id = d.tenant_id AND e.deck_id = d.id;
  SELECT count(*) INTO removes FROM rate r WHERE r.plan_id = d.plan_id AND r.deck_id = d.id;
  SELECT id INTO later_deck FROM deck k WHERE k.plan_id = d.plan_id AND k.state = 'applied' AND k.applied_at > d.applied_at ORDER BY k.applied_at DESC LIMIT 1;
  SELECT coalesce(r.prefix, '') INTO touched FROM deck_ended e LEFT JOIN rate r ON r.tenant_id = e.tenant_id AND r.id = e.rate_id
    WHERE e.tenant_id = d.tenant_id AND e.deck_id = d.id AND upper(r.valid) IS DISTINCT FROM e.ended_at LIMIT 1;
  IF touched IS NULL THEN
    SELECT o.prefix INTO touched FROM deck_ended e JOIN rate r ON r.tenant_id = e.tenant_id AND r.id = e.rate_id
        JOIN rate o ON o.plan_id = r.plan_id AND o.direction = r.direction AND o.prefix = r.prefix AND o.id <> r.id AND o.deck_id IS DISTINCT FROM d.id
          AND (o.hours IS NULL) = (r.hours IS NULL) AND (o.hours IS NULL OR o.hours && r.hours) AND o.valid && e.valid
      WHERE e.tenant_id = d.tenant_id AND e.deck_id = d.id AND r.plan_id = d.plan_id LIMIT 1;
  END IF;
  RETURN NEXT;
END $fn$;

-- Lets go of one deck's file, rows and changes: of one that nobody applied since p_abandoned, which is dropped with them, or of
-- one that was applied, taken back or dropped before p_done. Returns how many decks: 0 when there is nothing left to do.
CREATE FUNCTION deck_sweep(p_abandoned timestamptz, p_done timestamptz) RETURNS int
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
DECLARE d deck;
BEGIN
  SELECT * INTO d FROM deck WHERE swept_at IS NULL AND CASE
      WHEN state IN ('uploading', 'reading', 'staged', 'failed') THEN greatest(created_at, compared_at) < p_abandoned
      ELSE greatest(created_at, applied_at, rolled_back_at) < p_done END
    ORDER BY created_at LIMIT 1 FOR UPDATE SKIP LOCKED;
  IF NOT FOUND THEN RETURN 0; END IF;
  DELETE FROM deck_chunk WHERE tenant_id = d.tenant_id AND deck_id = d.id;
  DELETE FROM deck_row WHERE tenant_id = d.tenant_id AND deck_id = d.id;
  DELETE FROM deck_problem WHERE tenant_id = d.tenant_id AND deck_id = d.id;
  DELETE FROM deck_change WHERE tenant_id = d.tenant_id AND deck_id = d.id;
  UPDATE deck SET swept_at = clock_timestamp(), reading = reading + 1,
      state = CASE WHEN state IN ('uploading', 'reading', 'staged', 'failed') THEN 'cancelled' ELSE state END
    WHERE tenant_id = d.tenant_id AND id = d.id;
  RETURN 1;
END $fn$;

DO $$
DECLARE f text;
BEGIN
  FOREACH f IN ARRAY ARRAY['deck_unstage(uuid, uuid)', 'deck_back_preview(uuid)', 'deck_sweep(timestamptz, timestamptz)'] LOOP
    EXECUTE format('ALTER FUNCTION %s OWNER TO portal_charge', f);
    EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', f);
    EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO portal_app', f);
  END LOOP;
END $$;
REVOKE CREATE ON SCHEMA public FROM portal_charge;
