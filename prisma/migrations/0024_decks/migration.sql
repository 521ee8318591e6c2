-- Rate decks: a file of prices is staged, compared with what holds, and applied or taken back as a whole.
GRANT CREATE ON SCHEMA public TO portal_charge;

-- ---------------------------------------------------------------- one price at a time, at a price that a deck can pay
-- The same rule as before with a shorter key: a prefix has no leading zero, so as a number it is exact, and a number is
-- what such an index is quick with. 250 000 rows go in in 6 s instead of 24, and are ended in 8 s instead of 105.
ALTER TABLE rate DROP CONSTRAINT rate_one_price_at_a_time;
ALTER TABLE rate DROP CONSTRAINT rate_one_price_at_a_time_in_hours;
ALTER TABLE rate ADD CONSTRAINT rate_one_price_at_a_time EXCLUDE USING gist
  ((prefix::bigint * CASE direction WHEN 'in' THEN -1 ELSE 1 END) WITH =, plan_id WITH =, valid WITH &&) WHERE (hours IS NULL);
ALTER TABLE rate ADD CONSTRAINT rate_one_price_at_a_time_in_hours EXCLUDE USING gist
  ((prefix::bigint * CASE direction WHEN 'in' THEN -1 ELSE 1 END) WITH =, plan_id WITH =, valid WITH &&, hours WITH &&) WHERE (hours IS NOT NULL);
-- The deck that brought it; NULL for a price set by hand.
ALTER TABLE rate ADD COLUMN deck_id uuid;

-- ---------------------------------------------------------------- tables
CREATE TABLE deck (
  tenant_id uuid NOT NULL REFERENCES tenant (id),
  id uuid NOT NULL UNIQUE DEFAULT gen_random_uuid(),
  plan_id uuid NOT NULL,
  file_name text NOT NULL CHECK (length(file_name) BETWEEN 1 AND 200),
  bytes bigint NOT NULL DEFAULT 0 CHECK (bytes >= 0),
  sha256 text CHECK (sha256 ~ '^[0-9a-f]{64}$'),
  mode text NOT NULL CHECK (mode IN ('merge', 'replace')),
  -- 'applied' with a later moment is what people call scheduled: its prices take effect by themselves.
  state text NOT NULL DEFAULT 'uploading' CHECK (state IN ('uploading', 'reading', 'staged', 'applied', 'rolled_back', 'failed', 'cancelled')),
  -- As wished; once applied, as it was done. NULL is the moment of applying.
  effective_at timestamptz,
  -- What somebody said about the file, and how it was read.
  settings jsonb NOT NULL DEFAULT '{}',
  layout jsonb,
  -- Why it failed, in one sentence.
  problem text,
  -- Which reading the staged rows belong to: a reader that was replaced finds another number here and stops.
  reading int NOT NULL DEFAULT 0,
  rows int NOT NULL DEFAULT 0,
  -- Of these, found while reading; the rest while comparing.
  read_errors int NOT NULL DEFAULT 0,
  read_warnings int NOT NULL DEFAULT 0,
  errors int NOT NULL DEFAULT 0,
  warnings int NOT NULL DEFAULT 0,
  counts jsonb,
  effects jsonb NOT NULL DEFAULT '[]',
  exposure jsonb,
  compared_at timestamptz,
  -- What the plan's prices looked like when they were compared, in one number; and whether there were none.
  plan_print bigint,
  plan_empty boolean,
  task_id uuid,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  created_by text NOT NULL,
  applied_at timestamptz,
  applied_by text,
  rolled_back_at timestamptz,
  rolled_back_by text,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, plan_id) REFERENCES plan (tenant_id, id)
);
CREATE INDEX deck_newest ON deck (tenant_id, created_at DESC, id DESC);
CREATE INDEX deck_of_plan ON deck (plan_id, applied_at DESC);

-- The file as it came, until it is applied or dropped.
CREATE TABLE deck_chunk (
  tenant_id uuid NOT NULL,
  deck_id uuid NOT NULL,
  n int NOT NULL,
  data bytea NOT NULL CHECK (length(data) BETWEEN 1 AND 1048576),
  PRIMARY KEY (tenant_id, deck_id, n),
  FOREIGN KEY (tenant_id, deck_id) REFERENCES deck (tenant_id, id) ON DELETE CASCADE
);
ALTER TABLE deck_chunk ALTER COLUMN data SET STORAGE EXTERNAL;

CREATE TABLE deck_row (
  tenant_id uuid NOT NULL,
  deck_id uuid NOT NULL,
  n int NOT NULL,
  line int NOT NULL,
  status text NOT NULL,
  direction text NOT NULL,
  prefix text NOT NULL,
  destination text NOT NULL,
  per_minute_micros bigint NOT NULL,
  connection_fee_micros bigint NOT NULL,
  first_seconds int NOT NULL,
  next_seconds int NOT NULL,
  grace_seconds int NOT NULL,
  free_seconds int NOT NULL,
  minimum_charge_micros bigint NOT NULL,
  max_charge_micros bigint,
  beyond text NOT NULL,
  step_from int[],
  step_per_minute bigint[],
  step_increment int[],
  hours int4multirange,
  starts timestamptz,
  ends timestamptz,
  PRIMARY KEY (tenant_id, deck_id, n)
);

CREATE TABLE deck_problem (
  tenant_id uuid NOT NULL,
  deck_id uuid NOT NULL,
  id bigint GENERATED ALWAYS AS IDENTITY,
  -- Found while reading the file, or while comparing; the latter are found anew each time.
  found_by text NOT NULL CHECK (found_by IN ('reading', 'comparing')),
  severity text NOT NULL CHECK (severity IN ('error', 'warning')),
  line int NOT NULL,
  column_name text NOT NULL,
  reason text NOT NULL,
  value text NOT NULL,
  PRIMARY KEY (tenant_id, deck_id, id)
);

-- What the deck would do, or did, to each price. 'same' ones are kept as well: they say which prices stay.
CREATE TABLE deck_change (
  tenant_id uuid NOT NULL,
  deck_id uuid NOT NULL,
  n int NOT NULL,
  kind text NOT NULL CHECK (kind IN ('new', 'up', 'down', 'changed', 'removed', 'same')),
  row_n int,
  -- The price that holds now, when there is one.
  rate_id uuid,
  direction text NOT NULL,
  prefix text NOT NULL,
  hours int4multirange,
  destination text NOT NULL,
  old_per_minute_micros bigint,
  new_per_minute_micros bigint,
  -- NULL is the effective moment of the deck.
  starts timestamptz,
  ends timestamptz,
  -- Other terms that change, in words.
  note text NOT NULL DEFAULT '',
  -- The smallest margin that anybody is left with, of whoever sells or buys by this price.
  margin_ppm int,
  below_cost boolean NOT NULL DEFAULT false,
  below_floor boolean NOT NULL DEFAULT false,
  -- Tenants that called it in the last thirty days, and what those calls would have cost more.
  buyers int NOT NULL DEFAULT 0,
  exposure_micros bigint,
  PRIMARY KEY (tenant_id, deck_id, n)
) WITH (fillfactor = 70);

-- Prices that the deck ended, as they were: the way back.
CREATE TABLE deck_ended (
  tenant_id uuid NOT NULL,
  deck_id uuid NOT NULL,
  rate_id uuid NOT NULL,
  valid tstzrange NOT NULL,
  ended_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, deck_id, rate_id)
);

DO $$
DECLARE t text;
BEGIN
  FOREACH t IN ARRAY ARRAY['deck', 'deck_chunk', 'deck_row', 'deck_problem', 'deck_change', 'deck_ended'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
    EXECUTE format('CREATE POLICY own_tenant ON %I TO portal_app USING (tenant_id = app_tenant()) WITH CHECK (tenant_id = app_tenant())', t);
    EXECUTE format('CREATE POLICY tenants_below ON %I FOR SELECT TO portal_app USING (app_subtree() AND tenant_id IN '
      '(SELECT descendant_id FROM tenant_below WHERE ancestor_id = app_tenant()))', t);
    EXECUTE format('CREATE POLICY money_functions ON %I TO portal_charge USING (true) WITH CHECK (true)', t);
  END LOOP;
END $$;
GRANT SELECT, INSERT, UPDATE ON deck TO portal_app;
GRANT SELECT, DELETE ON deck_chunk, deck_row, deck_problem, deck_change TO portal_app;
GRANT SELECT ON deck_ended TO portal_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON deck, deck_chunk, deck_row, deck_problem, deck_change, deck_ended TO portal_charge;
GRANT INSERT, UPDATE, DELETE ON rate TO portal_charge;
-- Only to lock a plan's row.
GRANT UPDATE (created_at) ON plan TO portal_charge;

-- ---------------------------------------------------------------- staging
-- The deck, locked. RF007: the tenant has none by that id.
CREATE FUNCTION deck_lock(p_tenant uuid, p_deck uuid) RETURNS deck
LANGUAGE plpgsql AS $fn$
DECLARE d deck;
BEGIN
  SELECT * INTO d FROM deck WHERE tenant_id = p_tenant AND id = p_deck FOR UPDATE;
  IF NOT FOUND THEN RAISE EXCEPTION 'no such deck' USING ERRCODE = 'RF007'; END IF;
  RETURN d;
END $fn$;

-- One piece of the file as it is uploaded. RF001: the upload is over. Returns the bytes so far.
CREATE FUNCTION deck_put_chunk(p_tenant uuid, p_deck uuid, p_n int, p_data bytea) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
DECLARE d deck;
BEGIN
  d := deck_lock(p_tenant, p_deck);
  IF d.state <> 'uploading' THEN RAISE EXCEPTION 'the upload is over' USING ERRCODE = 'RF001'; END IF;
  INSERT INTO deck_chunk (tenant_id, deck_id, n, data) VALUES (p_tenant, p_deck, p_n, p_data);
  UPDATE deck SET bytes = bytes + length(p_data) WHERE tenant_id = p_tenant AND id = p_deck RETURNING bytes INTO d.bytes;
  RETURN d.bytes;
END $fn$;

-- Begins to read the file, or begins again: what an earlier reading left is dropped. Returns the number of this reading.
-- RF001: it is applied, or dropped.
CREATE FUNCTION deck_read_begin(p_tenant uuid, p_deck uuid, p_layout jsonb, p_sha256 text, p_bytes bigint) RETURNS int
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
DECLARE d deck;
BEGIN
  d := deck_lock(p_tenant, p_deck);
  IF d.state NOT IN ('uploading', 'reading', 'staged', 'failed') THEN RAISE EXCEPTION 'not to be read' USING ERRCODE = 'RF001'; END IF;
  DELETE FROM deck_row WHERE tenant_id = p_tenant AND deck_id = p_deck;
  DELETE FROM deck_problem WHERE tenant_id = p_tenant AND deck_id = p_deck;
  DELETE FROM deck_change WHERE tenant_id = p_tenant AND deck_id = p_deck;
  UPDATE deck SET state = 'reading', reading = reading + 1, layout = p_layout, sha256 = p_sha256, bytes = p_bytes, problem = NULL, rows = 0, errors = 0,
      warnings = 0, read_errors = 0, read_warnings = 0, counts = NULL, effects = '[]', exposure = NULL, compared_at = NULL
    WHERE tenant_id = p_tenant AND id = p_deck;
  RETURN d.reading + 1;
END $fn$;

-- Writes rows of the file. Each column comes as one text, a U+001F after each cell, which no cell holds: the cheapest way to
-- hand over many where row security does not let COPY in.
-- RF036: another reading has begun.
CREATE FUNCTION deck_stage(p_tenant uuid, p_deck uuid, p_reading int, p_from int, p_zone text, p_columns text[]) RETURNS int
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
DECLARE n int; sep CONSTANT text := E'\x1f'; p ALIAS FOR p_columns;
BEGIN
  PERFORM FROM deck WHERE tenant_id = p_tenant AND id = p_deck AND state = 'reading' AND reading = p_reading FOR UPDATE;
  IF NOT FOUND THEN RAISE EXCEPTION 'another reading has begun' USING ERRCODE = 'RF036'; END IF;
  INSERT INTO deck_row
    SELECT p_tenant, p_deck, (p_from + at)::int, line::int, status, direction, prefix, destination, per_minute::bigint, fee::bigint, first_s::int, next_s::int,
      grace::int, free::int, least_charge::bigint, nullif(most_charge, '')::bigint, beyond, nullif(sf, '')::int[], nullif(sp, '')::bigint[], nullif(si, '')::int[],
      nullif(hours, '')::int4multirange, deck_moment(starts, p_zone), deck_moment(ends, p_zone)
    FROM unnest(string_to_array(p[1], sep), string_to_array(p[2], sep), string_to_array(p[3], sep), string_to_array(p[4], sep), string_to_array(p[5], sep),
      string_to_array(p[6], sep), string_to_array(p[7], sep), string_to_array(p[8], sep), string_to_array(p[9], sep), string_to_array(p[10], sep),
      string_to_array(p[11], sep), string_to_array(p[12], sep), string_to_array(p[13], sep), string_to_array(p[14], sep), string_to_array(p[15], sep),
      string_to_array(p[16], sep), string_to_array(p[17], sep), string_to_array(p[18], sep), string_to_array(p[19], sep), string_to_array(p[20], sep))
      WITH ORDINALITY AS x (line, status, direction, prefix, destination, per_minute, fee, first_s, next_s, grace, free, least_charge, most_charge, beyond,
        sf, sp, si, hours, starts, ends, at)
    WHERE line <> '';
  GET DIAGNOSTICS n = ROW_COUNT;
  RETURN n;
END $fn$;

-- A moment as the reader writes it: with its offset, or after L on the plan's clock; '' is none.
CREATE FUNCTION deck_moment(p_text text, p_zone text) RETURNS timestamptz LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT CASE WHEN p_text = '' THEN NULL WHEN starts_with(p_text, 'L') THEN substr(p_text, 2)::timestamp AT TIME ZONE p_zone ELSE p_text::timestamptz END
$$;

-- Writes problems; of each severity the first p_most are kept, and all are counted.
CREATE FUNCTION deck_note(p_tenant uuid, p_deck uuid, p_reading int, p_problems jsonb, p_most int) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
DECLARE d deck; v_errors int; v_warnings int;
BEGIN
  d := deck_lock(p_tenant, p_deck);
  IF d.state <> 'reading' OR d.reading <> p_reading THEN RAISE EXCEPTION 'another reading has begun' USING ERRCODE = 'RF036'; END IF;
  INSERT INTO deck_problem (tenant_id, deck_id, found_by, severity, line, column_name, reason, value)
    SELECT p_tenant, p_deck, 'reading', severity, line, "column", reason, value
    FROM (SELECT *, row_number() OVER (PARTITION BY severity) AS at
      FROM jsonb_to_recordset(p_problems) AS x (severity text, line int, "column" text, reason text, value text)) y
    WHERE at <= p_most - CASE severity WHEN 'error' THEN d.errors ELSE d.warnings END;
  SELECT count(*) FILTER (WHERE x ->> 'severity' = 'error'), count(*) FILTER (WHERE x ->> 'severity' = 'warning') INTO v_errors, v_warnings
    FROM jsonb_array_elements(p_problems) x;
  UPDATE deck SET errors = errors + v_errors, read_errors = read_errors + v_errors, warnings = warnings + v_warnings, read_warnings = read_warnings + v_warnings
    WHERE tenant_id = p_tenant AND id = p_deck;
END $fn$;

-- The file is read to its end, or could not be read at all (p_problem).
CREATE FUNCTION deck_read_end(p_tenant uuid, p_deck uuid, p_reading int, p_rows int, p_problem text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
BEGIN
  UPDATE deck SET state = CASE WHEN p_problem IS NULL THEN 'staged' ELSE 'failed' END, rows = p_rows, problem = p_problem
    WHERE tenant_id = p_tenant AND id = p_deck AND state = 'reading' AND reading = p_reading;
  IF NOT FOUND THEN RAISE EXCEPTION 'another reading has begun' USING ERRCODE = 'RF036'; END IF;
END $fn$;

-- ---------------------------------------------------------------- comparing
-- What a plan's prices look like, in one number: it changes with every price that is set, ended or taken away.
CREATE FUNCTION deck_print(p_plan uuid) RETURNS bigint LANGUAGE sql STABLE AS $$
  SELECT coalesce(bit_xor(uuid_hash_extended(id, 0) # hash_range_extended(valid, 7)), 0) # count(*) FROM rate WHERE plan_id = p_plan
$$;

CREATE FUNCTION deck_same_terms(r rate, f deck_row) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
  SELECT r.per_minute_micros = f.per_minute_micros AND r.connection_fee_micros = f.connection_fee_micros AND r.first_seconds = f.first_seconds
    AND r.next_seconds = f.next_seconds AND r.grace_seconds = f.grace_seconds AND r.free_seconds = f.free_seconds
    AND r.minimum_charge_micros = f.minimum_charge_micros AND r.max_charge_micros IS NOT DISTINCT FROM f.max_charge_micros
    AND (r.beyond = f.beyond OR r.max_charge_micros IS NULL) AND r.step_from IS NOT DISTINCT FROM f.step_from
    AND r.step_per_minute IS NOT DISTINCT FROM f.step_per_minute AND r.step_increment IS NOT DISTINCT FROM f.step_increment AND r.destination = f.destination
$$;

-- Which other terms differ, in words.
CREATE FUNCTION deck_terms_note(r rate, f deck_row, p_ends boolean) RETURNS text LANGUAGE sql IMMUTABLE AS $$
  SELECT concat_ws(', ',
    CASE WHEN r.connection_fee_micros <> f.connection_fee_micros THEN 'connection fee ' || trim_scale(r.connection_fee_micros / 1000000.0) || ' → ' || trim_scale(f.connection_fee_micros / 1000000.0) END,
    CASE WHEN (r.first_seconds, r.next_seconds) <> (f.first_seconds, f.next_seconds)
      THEN 'increments ' || r.first_seconds || '/' || r.next_seconds || ' → ' || f.first_seconds || '/' || f.next_seconds END,
    CASE WHEN r.grace_seconds <> f.grace_seconds THEN 'grace ' || r.grace_seconds || ' → ' || f.grace_seconds || ' s' END,
    CASE WHEN r.free_seconds <> f.free_seconds THEN 'free seconds ' || r.free_seconds || ' → ' || f.free_seconds END,
    CASE WHEN r.minimum_charge_micros <> f.minimum_charge_micros THEN 'minimum charge' END,
    CASE WHEN r.max_charge_micros IS DISTINCT FROM f.max_charge_micros OR (r.max_charge_micros IS NOT NULL AND r.beyond <> f.beyond) THEN 'maximum charge' END,
    CASE WHEN (r.step_from, r.step_per_minute, r.step_increment) IS DISTINCT FROM (f.step_from, f.step_per_minute, f.step_increment) THEN 'steps' END,
    CASE WHEN r.destination <> f.destination THEN 'name' END,
    CASE WHEN p_ends THEN 'end' END)
$$;

-- Two rows of the file for one prefix whose times overlap, and rows that never hold.
CREATE FUNCTION deck_check_rows(p_tenant uuid, p_deck uuid, p_at timestamptz, p_most int) RETURNS void
LANGUAGE plpgsql SET enable_nestloop = off SET jit = off AS $fn$
BEGIN
  INSERT INTO deck_problem (tenant_id, deck_id, found_by, severity, line, column_name, reason, value)
  SELECT p_tenant, p_deck, 'comparing', 'error', line, 'prefix', 'This prefix has a price in line ' || other || ' already, for the same time. One of them is wrong.', prefix
  FROM (
    SELECT line, prefix, lag(line) OVER w AS other, starts < max(ends) OVER (w ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS clashes
    FROM (SELECT f.n, f.line, f.direction, f.prefix, coalesce(f.starts, p_at) AS starts, coalesce(f.ends, 'infinity') AS ends FROM deck_row f
      JOIN (SELECT direction, prefix FROM deck_row WHERE tenant_id = p_tenant AND deck_id = p_deck AND status = 'set' AND hours IS NULL
        GROUP BY 1, 2 HAVING count(*) > 1) twice USING (direction, prefix)
      WHERE f.tenant_id = p_tenant AND f.deck_id = p_deck AND f.status = 'set' AND f.hours IS NULL) several
    WINDOW w AS (PARTITION BY direction, prefix ORDER BY starts, n)) x
  WHERE clashes
  UNION ALL
  SELECT p_tenant, p_deck, 'comparing', 'error', b.line, 'hours', 'This prefix has a price in line ' || a.line || ' already, for some of the same hours.', b.prefix
  FROM deck_row a JOIN deck_row b ON b.tenant_id = a.tenant_id AND b.deck_id = a.deck_id AND b.direction = a.direction AND b.prefix = a.prefix AND b.n > a.n
    AND b.hours && a.hours AND b.status = 'set'
    AND tstzrange(least(coalesce(b.starts, p_at), b.ends), b.ends) && tstzrange(least(coalesce(a.starts, p_at), a.ends), a.ends)
  WHERE a.tenant_id = p_tenant AND a.deck_id = p_deck AND a.hours IS NOT NULL AND a.status = 'set'
  UNION ALL
  SELECT p_tenant, p_deck, 'comparing', 'error', line, 'effective_to', 'The end is not after the start.', prefix
  FROM deck_row WHERE tenant_id = p_tenant AND deck_id = p_deck AND ends <= starts
  UNION ALL
  SELECT p_tenant, p_deck, 'comparing', 'warning', line, 'effective_to', 'This price is over before the deck takes effect; it is left out.', prefix
  FROM deck_row WHERE tenant_id = p_tenant AND deck_id = p_deck AND status = 'set' AND (starts IS NULL OR ends > starts) AND ends <= p_at
  LIMIT p_most;
END $fn$;

-- Finds what the deck would do to the plan's prices as they are now. Returns the counts. RF001: there is nothing to compare.
CREATE FUNCTION deck_compare(p_tenant uuid, p_deck uuid) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET enable_nestloop = off SET jit = off SET work_mem = '64MB' AS $fn$
DECLARE d deck; v_now timestamptz := clock_timestamp(); v_at timestamptz; v_empty boolean; v_counts jsonb; v_most CONSTANT int := 10000;
BEGIN
  d := deck_lock(p_tenant, p_deck);
  IF d.state <> 'staged' THEN RAISE EXCEPTION 'nothing to compare' USING ERRCODE = 'RF001'; END IF;
  v_at := greatest(coalesce(d.effective_at, v_now), v_now);
  v_empty := NOT EXISTS (SELECT FROM rate WHERE plan_id = d.plan_id);
  DELETE FROM deck_change WHERE tenant_id = p_tenant AND deck_id = p_deck;
  DELETE FROM deck_problem WHERE tenant_id = p_tenant AND deck_id = p_deck AND found_by = 'comparing';
  PERFORM deck_check_rows(p_tenant, p_deck, v_at, v_most);

  -- A start in the past is kept only in a plan that had no price at all: what has held is not rewritten.
  INSERT INTO deck_change (tenant_id, deck_id, n, kind, row_n, rate_id, direction, prefix, hours, destination, old_per_minute_micros, new_per_minute_micros, starts, ends, note)
  SELECT p_tenant, p_deck, row_number() OVER (ORDER BY x.direction DESC, x.prefix, x.s, x.n), x.kind, x.n, x.old_id, x.direction, x.prefix, x.hours, x.destination,
    x.old_price, x.per_minute_micros, CASE WHEN x.s <> v_at THEN x.s END, x.ends, x.note
  FROM (
    SELECT f.n, f.direction, f.prefix, f.hours, f.destination, f.per_minute_micros, f.s, f.ends, (o.r).id AS old_id, (o.r).per_minute_micros AS old_price,
      CASE WHEN (o.r).id IS NULL THEN 'new'
        WHEN deck_same_terms(o.r, f.f) AND upper((o.r).valid) IS NOT DISTINCT FROM f.ends AND (f.s = v_at OR f.s = lower((o.r).valid)) THEN 'same'
        WHEN (o.r).per_minute_micros < f.per_minute_micros THEN 'up' WHEN (o.r).per_minute_micros > f.per_minute_micros THEN 'down' ELSE 'changed' END AS kind,
      CASE WHEN (o.r).id IS NULL THEN '' ELSE deck_terms_note(o.r, f.f, upper((o.r).valid) IS DISTINCT FROM f.ends) END AS note
    FROM (SELECT f.n, f.direction, f.prefix, f.hours, f.destination, f.per_minute_micros, f.ends, f,
        CASE WHEN f.starts IS NULL OR (f.starts < v_at AND NOT v_empty) THEN v_at ELSE f.starts END AS s
      FROM deck_row f WHERE f.tenant_id = p_tenant AND f.deck_id = p_deck AND f.status = 'set') f
    LEFT JOIN (SELECT r, r.direction, r.prefix, coalesce(r.hours::text, '') AS week, r.valid FROM rate r
      WHERE r.plan_id = d.plan_id AND coalesce(upper(r.valid) > v_at, true)) o
      ON o.direction = f.direction AND o.prefix = f.prefix AND o.week = coalesce(f.hours::text, '') AND o.valid @> f.s
    WHERE coalesce(f.ends > f.s, true)) x;

  IF NOT v_empty THEN PERFORM deck_compare_removed(d, v_at, v_most); END IF;

  SELECT jsonb_build_object('new', count(*) FILTER (WHERE kind = 'new'), 'up', count(*) FILTER (WHERE kind = 'up'), 'down', count(*) FILTER (WHERE kind = 'down'),
      'changed', count(*) FILTER (WHERE kind = 'changed'), 'removed', count(*) FILTER (WHERE kind = 'removed'), 'same', count(*) FILTER (WHERE kind = 'same'))
    INTO v_counts FROM deck_change WHERE tenant_id = p_tenant AND deck_id = p_deck;
  UPDATE deck SET counts = v_counts, compared_at = v_now, plan_print = deck_print(d.plan_id), plan_empty = v_empty, effects = '[]', exposure = NULL,
      errors = read_errors + p.errors, warnings = read_warnings + p.warnings
    FROM (SELECT count(*) FILTER (WHERE severity = 'error') AS errors, count(*) FILTER (WHERE severity = 'warning') AS warnings FROM deck_problem
      WHERE tenant_id = p_tenant AND deck_id = p_deck AND found_by = 'comparing') p
    WHERE tenant_id = p_tenant AND id = p_deck;
  RETURN v_counts;
END $fn$;

-- The second half: prices that go, and prices planned for later that stand in the way.
CREATE FUNCTION deck_compare_removed(d deck, p_at timestamptz, p_most int) RETURNS void
LANGUAGE plpgsql SET enable_nestloop = off SET jit = off SET work_mem = '64MB' AS $fn$
DECLARE v_last int;
BEGIN
  SELECT coalesce(max(n), 0) INTO v_last FROM deck_change WHERE tenant_id = d.tenant_id AND deck_id = d.id;
  INSERT INTO deck_change (tenant_id, deck_id, n, kind, row_n, rate_id, direction, prefix, hours, destination, old_per_minute_micros, starts)
  SELECT d.tenant_id, d.id, v_last + row_number() OVER (ORDER BY r.direction DESC, r.prefix, r.id), 'removed', g.row_n, r.id, r.direction, r.prefix, r.hours, r.destination,
    r.per_minute_micros, CASE WHEN g.s > p_at THEN g.s END
  FROM rate r JOIN (
    SELECT rate_id, min(s) AS s, min(row_n) AS row_n FROM (
      -- Taken away by a row of the file.
      SELECT r.id AS rate_id, greatest(coalesce(f.starts, p_at), p_at) AS s, f.n AS row_n
      FROM deck_row f JOIN rate r ON r.plan_id = d.plan_id AND r.direction = f.direction AND r.prefix = f.prefix AND (f.hours IS NULL OR f.hours = r.hours)
        AND r.valid @> greatest(coalesce(f.starts, p_at), p_at)
      WHERE f.tenant_id = d.tenant_id AND f.deck_id = d.id AND f.status = 'delete'
      UNION ALL
      -- Absent from a file that replaces, which speaks of the directions in it only.
      SELECT r.id, p_at, NULL FROM rate r
      WHERE d.mode = 'replace' AND r.plan_id = d.plan_id AND r.valid @> p_at
        AND r.direction IN (SELECT DISTINCT direction FROM deck_row WHERE tenant_id = d.tenant_id AND deck_id = d.id)
        AND NOT EXISTS (SELECT FROM deck_change c WHERE c.tenant_id = d.tenant_id AND c.deck_id = d.id AND c.rate_id = r.id)
        AND NOT EXISTS (SELECT FROM deck_change c WHERE c.tenant_id = d.tenant_id AND c.deck_id = d.id AND c.direction = r.direction AND c.prefix = r.prefix
          AND (c.hours IS NULL) = (r.hours IS NULL) AND (c.hours IS NULL OR c.hours && r.hours))) gone
    GROUP BY rate_id) g ON g.rate_id = r.id
  WHERE r.plan_id = d.plan_id;

  INSERT INTO deck_problem (tenant_id, deck_id, found_by, severity, line, column_name, reason, value)
  SELECT d.tenant_id, d.id, 'comparing', 'warning', f.line, 'status', 'There is no price to take away.', f.prefix FROM deck_row f
  WHERE f.tenant_id = d.tenant_id AND f.deck_id = d.id AND f.status = 'delete'
    AND NOT EXISTS (SELECT FROM deck_change c WHERE c.tenant_id = d.tenant_id AND c.deck_id = d.id AND c.kind = 'removed' AND c.direction = f.direction AND c.prefix = f.prefix)
  LIMIT p_most;

  INSERT INTO deck_problem (tenant_id, deck_id, found_by, severity, line, column_name, reason, value)
  SELECT DISTINCT ON (r.id) d.tenant_id, d.id, 'comparing', 'error', coalesce(f.line, 0), 'effective_from',
    'Another price of this prefix is planned from ' || to_char(lower(r.valid) AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI') || ' UTC on. Take that deck back first, or let this price end before.', r.prefix
  FROM deck_change c JOIN rate r ON r.plan_id = d.plan_id AND r.direction = c.direction AND r.prefix = c.prefix
      AND (c.hours IS NULL) = (r.hours IS NULL) AND (c.hours IS NULL OR c.hours && r.hours)
      AND lower(r.valid) >= coalesce(c.starts, p_at) AND coalesce(lower(r.valid) < c.ends, true)
    LEFT JOIN deck_row f ON f.tenant_id = d.tenant_id AND f.deck_id = d.id AND f.n = c.row_n
  WHERE c.tenant_id = d.tenant_id AND c.deck_id = d.id AND c.kind IN ('new', 'up', 'down', 'changed')
  ORDER BY r.id LIMIT p_most;

  INSERT INTO deck_problem (tenant_id, deck_id, found_by, severity, line, column_name, reason, value)
  SELECT d.tenant_id, d.id, 'comparing', 'error', 0, 'prefix',
    'The file does not have this prefix, but a price of it is planned from ' || to_char(lower(r.valid) AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI') || ' UTC on. Take that deck back first.', r.prefix
  FROM rate r
  WHERE d.mode = 'replace' AND r.plan_id = d.plan_id AND lower(r.valid) > p_at
    AND r.direction IN (SELECT DISTINCT direction FROM deck_row WHERE tenant_id = d.tenant_id AND deck_id = d.id)
    AND NOT EXISTS (SELECT FROM deck_change c WHERE c.tenant_id = d.tenant_id AND c.deck_id = d.id AND c.kind <> 'removed' AND c.direction = r.direction AND c.prefix = r.prefix)
  LIMIT p_most;
END $fn$;

-- ---------------------------------------------------------------- applying and taking back
-- Makes the deck's prices hold: from its moment, or from now when that has passed. One transaction; calls that are under way
-- keep what they were authorised with, because their holds copied it. Returns the moment.
-- RF001: it is not staged. RF031: it has errors. RF032: the plan's prices are not those it was compared with. RF033: it changes nothing.
CREATE FUNCTION deck_apply(p_deck uuid, p_actor text) RETURNS timestamptz
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET enable_nestloop = off SET jit = off SET work_mem = '64MB' AS $fn$
DECLARE d deck; v_now timestamptz; v_at timestamptz; v_wrong text;
BEGIN
  d := deck_lock(app_tenant(), p_deck);
  IF d.state <> 'staged' OR d.compared_at IS NULL THEN RAISE EXCEPTION 'not staged' USING ERRCODE = 'RF001'; END IF;
  IF d.errors > 0 THEN RAISE EXCEPTION 'it has errors' USING ERRCODE = 'RF031'; END IF;
  PERFORM FROM plan WHERE id = d.plan_id FOR UPDATE;
  v_now := clock_timestamp();
  v_at := greatest(coalesce(d.effective_at, v_now), v_now);
  IF deck_print(d.plan_id) IS DISTINCT FROM d.plan_print OR EXISTS (SELECT FROM rate WHERE plan_id = d.plan_id
      AND (lower(valid) > d.compared_at AND lower(valid) <= v_now OR upper(valid) > d.compared_at AND upper(valid) <= v_now)) THEN
    RAISE EXCEPTION 'the prices changed' USING ERRCODE = 'RF032';
  END IF;
  IF NOT EXISTS (SELECT FROM deck_change WHERE tenant_id = d.tenant_id AND deck_id = d.id AND kind <> 'same') THEN
    RAISE EXCEPTION 'it changes nothing' USING ERRCODE = 'RF033';
  END IF;

  INSERT INTO deck_ended (tenant_id, deck_id, rate_id, valid, ended_at)
  SELECT d.tenant_id, d.id, r.id, r.valid, e.at FROM rate r JOIN (
    SELECT rate_id, min(at) AS at FROM (
      SELECT r.id AS rate_id, c.at FROM (
        SELECT *, CASE WHEN d.plan_empty THEN coalesce(starts, v_at) ELSE greatest(coalesce(starts, v_at), v_at) END AS at FROM deck_change
        WHERE tenant_id = d.tenant_id AND deck_id = d.id AND kind IN ('new', 'up', 'down', 'changed')) c
      JOIN rate r ON r.plan_id = d.plan_id AND r.direction = c.direction AND r.prefix = c.prefix
        AND (c.hours IS NULL) = (r.hours IS NULL) AND (c.hours IS NULL OR c.hours && r.hours)
        AND coalesce(upper(r.valid) > c.at, true) AND coalesce(lower(r.valid) < c.ends, true) AND coalesce(c.ends > c.at, true)
      UNION ALL
      SELECT c.rate_id, greatest(coalesce(c.starts, v_at), v_at) FROM deck_change c WHERE c.tenant_id = d.tenant_id AND c.deck_id = d.id AND c.kind = 'removed') x
    GROUP BY rate_id) e ON e.rate_id = r.id
  WHERE r.plan_id = d.plan_id;
  SELECT r.prefix INTO v_wrong FROM deck_ended e JOIN rate r ON r.tenant_id = e.tenant_id AND r.id = e.rate_id
    WHERE e.tenant_id = d.tenant_id AND e.deck_id = d.id AND lower(e.valid) >= e.ended_at LIMIT 1;
  IF FOUND THEN RAISE EXCEPTION 'a planned price [prefix=%]', v_wrong USING ERRCODE = 'RF032'; END IF;
  UPDATE rate r SET valid = tstzrange(lower(r.valid), e.ended_at) FROM deck_ended e
    WHERE e.tenant_id = d.tenant_id AND e.deck_id = d.id AND r.tenant_id = d.tenant_id AND r.id = e.rate_id;

  -- Ids in a row: 250 000 at random places of an index cost more than all the rest of them.
  INSERT INTO rate (tenant_id, id, plan_id, deck_id, direction, prefix, destination, per_minute_micros, connection_fee_micros, first_seconds, next_seconds, grace_seconds,
      free_seconds, minimum_charge_micros, max_charge_micros, beyond, step_from, step_per_minute, step_increment, hours, valid)
  SELECT d.tenant_id, (left(d.id::text, 24) || lpad(to_hex(f.n), 12, '0'))::uuid, d.plan_id, d.id, f.direction, f.prefix, f.destination, f.per_minute_micros,
    f.connection_fee_micros, f.first_seconds, f.next_seconds, f.grace_seconds, f.free_seconds, f.minimum_charge_micros, f.max_charge_micros, f.beyond, f.step_from,
    f.step_per_minute, f.step_increment, f.hours, tstzrange(c.at, f.ends)
  FROM (SELECT row_n, n, CASE WHEN d.plan_empty THEN coalesce(starts, v_at) ELSE greatest(coalesce(starts, v_at), v_at) END AS at FROM deck_change
      WHERE tenant_id = d.tenant_id AND deck_id = d.id AND kind IN ('new', 'up', 'down', 'changed')) c
    JOIN deck_row f ON f.n = c.row_n
  WHERE f.tenant_id = d.tenant_id AND f.deck_id = d.id AND coalesce(f.ends > c.at, true)
  ORDER BY c.n;

  DELETE FROM deck_chunk WHERE tenant_id = d.tenant_id AND deck_id = d.id;
  UPDATE deck SET state = 'applied', effective_at = v_at, applied_at = v_now, applied_by = p_actor WHERE tenant_id = d.tenant_id AND id = d.id;
  RETURN v_at;
END $fn$;

-- Puts back exactly what held before the deck. RF001: it is not applied. RF034: another deck was applied on top of it.
-- RF035: one of its prices, or of those it ended, was changed by hand since; the message names the prefix.
CREATE FUNCTION deck_roll_back(p_deck uuid, p_actor text) RETURNS int
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET enable_nestloop = off SET jit = off SET work_mem = '64MB' AS $fn$
DECLARE d deck; v_wrong text; n int;
BEGIN
  d := deck_lock(app_tenant(), p_deck);
  IF d.state <> 'applied' THEN RAISE EXCEPTION 'not applied' USING ERRCODE = 'RF001'; END IF;
  PERFORM FROM plan WHERE id = d.plan_id FOR UPDATE;
  SELECT id INTO v_wrong FROM deck WHERE plan_id = d.plan_id AND state = 'applied' AND applied_at > d.applied_at ORDER BY applied_at DESC LIMIT 1;
  IF FOUND THEN RAISE EXCEPTION 'a later deck [deck=%]', v_wrong USING ERRCODE = 'RF034'; END IF;
  SELECT coalesce(r.prefix, '') INTO v_wrong FROM deck_ended e LEFT JOIN rate r ON r.tenant_id = e.tenant_id AND r.id = e.rate_id
    WHERE e.tenant_id = d.tenant_id AND e.deck_id = d.id AND upper(r.valid) IS DISTINCT FROM e.ended_at LIMIT 1;
  IF FOUND THEN RAISE EXCEPTION 'changed since [prefix=%]', v_wrong USING ERRCODE = 'RF035'; END IF;
  SELECT o.prefix INTO v_wrong FROM deck_ended e JOIN rate r ON r.tenant_id = e.tenant_id AND r.id = e.rate_id
      JOIN rate o ON o.plan_id = r.plan_id AND o.direction = r.direction AND o.prefix = r.prefix AND o.id <> r.id AND o.deck_id IS DISTINCT FROM d.id
        AND (o.hours IS NULL) = (r.hours IS NULL) AND (o.hours IS NULL OR o.hours && r.hours) AND o.valid && e.valid
    WHERE e.tenant_id = d.tenant_id AND e.deck_id = d.id AND r.plan_id = d.plan_id LIMIT 1;
  IF FOUND THEN RAISE EXCEPTION 'changed since [prefix=%]', v_wrong USING ERRCODE = 'RF035'; END IF;

  DELETE FROM rate WHERE plan_id = d.plan_id AND deck_id = d.id;
  UPDATE rate r SET valid = e.valid FROM deck_ended e WHERE e.tenant_id = d.tenant_id AND e.deck_id = d.id AND r.tenant_id = d.tenant_id AND r.id = e.rate_id;
  GET DIAGNOSTICS n = ROW_COUNT;
  DELETE FROM deck_ended WHERE tenant_id = d.tenant_id AND deck_id = d.id;
  UPDATE deck SET state = 'rolled_back', rolled_back_at = clock_timestamp(), rolled_back_by = p_actor WHERE tenant_id = d.tenant_id AND id = d.id;
  RETURN n;
END $fn$;

-- Drops a deck that was not applied, with everything staged. RF001: it was.
CREATE FUNCTION deck_cancel(p_deck uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
DECLARE d deck;
BEGIN
  d := deck_lock(app_tenant(), p_deck);
  IF d.state NOT IN ('uploading', 'reading', 'staged', 'failed') THEN RAISE EXCEPTION 'too late' USING ERRCODE = 'RF001'; END IF;
  DELETE FROM deck_chunk WHERE tenant_id = d.tenant_id AND deck_id = d.id;
  DELETE FROM deck_row WHERE tenant_id = d.tenant_id AND deck_id = d.id;
  DELETE FROM deck_change WHERE tenant_id = d.tenant_id AND deck_id = d.id;
  UPDATE deck SET state = 'cancelled', reading = reading + 1 WHERE tenant_id = d.tenant_id AND id = d.id;
END $fn$;

-- ---------------------------------------------------------------- what it means for margins
-- The plans that a deck's prices are set against: what the owner pays for what it sells here ('own'), and what its buyers
-- charge for what they buy here ('below').
CREATE FUNCTION deck_parties(p_tenant uuid, p_deck uuid)
RETURNS TABLE (side text, seller_id uuid, seller text, plan_id uuid, plan text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  WITH d AS (SELECT k.tenant_id, k.plan_id, p.currency FROM deck k JOIN plan p ON p.id = k.plan_id WHERE k.tenant_id = p_tenant AND k.id = p_deck),
    buys AS (SELECT id AS tenant_id, plan_id FROM tenant WHERE plan_id IS NOT NULL UNION SELECT tenant_id, plan_id FROM tenant_plan)
  SELECT 'own', t.id, t.name, p.id, p.name FROM d JOIN buys b ON b.tenant_id = d.tenant_id JOIN plan p ON p.id = b.plan_id AND p.currency = d.currency JOIN tenant t ON t.id = d.tenant_id
  UNION ALL
  SELECT 'below', t.id, t.name, p.id, p.name FROM d JOIN buys b ON b.plan_id = d.plan_id JOIN tenant t ON t.id = b.tenant_id
    JOIN plan p ON p.tenant_id = t.id AND p.currency = d.currency
  ORDER BY 1 DESC, 3, 5
$$;

-- Finds the margin that one of those plans leaves under the deck's prices, prefix by prefix: the longest match decides on both
-- sides. Prices with hours of their own are left out.
CREATE FUNCTION deck_margin(p_tenant uuid, p_deck uuid, p_side text, p_seller uuid, p_plan uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET jit = off SET work_mem = '64MB' AS $fn$
DECLARE d deck; o plan; v_at timestamptz; v_floor int; v_effect jsonb;
BEGIN
  d := deck_lock(p_tenant, p_deck);
  IF NOT EXISTS (SELECT FROM deck_parties(p_tenant, p_deck) x WHERE x.side = p_side AND x.plan_id = p_plan AND x.seller_id = p_seller) THEN RETURN; END IF;
  SELECT * INTO o FROM plan WHERE id = p_plan;
  SELECT margin_floor_ppm INTO v_floor FROM plan WHERE id = CASE p_side WHEN 'own' THEN d.plan_id ELSE p_plan END;
  v_at := greatest(coalesce(d.effective_at, d.compared_at), d.compared_at);
  WITH c AS MATERIALIZED (
      SELECT c.n, c.prefix, f.per_minute_micros AS price, f.connection_fee_micros + ceil(f.first_seconds * f.per_minute_micros / 60.0) AS least
      FROM deck_change c JOIN deck_row f ON f.tenant_id = c.tenant_id AND f.deck_id = c.deck_id AND f.n = c.row_n
      WHERE c.tenant_id = p_tenant AND c.deck_id = p_deck AND c.kind IN ('new', 'up', 'down', 'changed') AND c.direction = 'out' AND c.hours IS NULL),
    y AS MATERIALIZED (
      SELECT prefix, per_minute_micros AS price, connection_fee_micros + ceil(first_seconds * per_minute_micros / 60.0) AS least FROM rate
      WHERE plan_id = p_plan AND direction = 'out' AND hours IS NULL AND valid @> v_at),
    stays AS MATERIALIZED (
      SELECT r.prefix FROM rate r WHERE r.plan_id = d.plan_id AND r.direction = 'out' AND r.hours IS NULL AND r.valid @> v_at
        AND NOT EXISTS (SELECT FROM deck_change g WHERE g.tenant_id = p_tenant AND g.deck_id = p_deck AND g.rate_id = r.id AND g.kind <> 'same')),
    a AS (
      SELECT DISTINCT ON (c.n) c.n, c.price AS here, c.least AS here_least, y.price AS there, y.least AS there_least
      FROM c CROSS JOIN LATERAL generate_series(1, length(c.prefix)) k JOIN y ON y.prefix = left(c.prefix, k) ORDER BY c.n, k DESC),
    b AS (
      SELECT DISTINCT ON (y.prefix) x.n, x.price AS here, x.least AS here_least, y.price AS there, y.least AS there_least
      FROM y CROSS JOIN LATERAL generate_series(1, length(y.prefix)) k
        JOIN (SELECT prefix, n, price, least FROM c UNION ALL SELECT prefix, NULL, NULL, NULL FROM stays) x ON x.prefix = left(y.prefix, k)
      ORDER BY y.prefix, k DESC),
    m AS (
      -- A plan that adds to what it pays sells what it has no price for at a factor and a fee.
      SELECT c.n, c.price AS here, 0::numeric AS here_least,
        greatest(ceil(c.price::numeric * o.factor_ppm / 1000000) + o.per_minute_fee_micros, o.floor_per_minute_micros)::bigint AS there, 0::numeric AS there_least
      FROM c WHERE p_side = 'below' AND o.kind = 'markup' AND (o.base_plan_id IS NULL OR o.base_plan_id = d.plan_id) AND NOT EXISTS (SELECT FROM a WHERE a.n = c.n)),
    pairs AS (
      SELECT n, CASE p_side WHEN 'own' THEN here ELSE there END AS sell, CASE p_side WHEN 'own' THEN there ELSE here END AS buy,
        CASE p_side WHEN 'own' THEN here_least < there_least ELSE there_least < here_least END AS short
      FROM (SELECT * FROM a UNION ALL SELECT * FROM b WHERE n IS NOT NULL UNION ALL SELECT * FROM m) x),
    worst AS (
      SELECT n, min(CASE WHEN sell > 0 THEN greatest(floor((sell - buy) * 1000000.0 / sell), -2000000000) WHEN buy > 0 THEN -2000000000 ELSE 0 END)::int AS margin,
        bool_or(sell < buy OR short) AS cost
      FROM pairs GROUP BY n),
    marked AS (
      UPDATE deck_change c SET margin_ppm = least(coalesce(c.margin_ppm, w.margin), w.margin), below_cost = c.below_cost OR w.cost,
        below_floor = c.below_floor OR w.cost OR w.margin < v_floor
      FROM worst w WHERE c.tenant_id = p_tenant AND c.deck_id = p_deck AND c.n = w.n RETURNING w.cost, w.margin)
  SELECT jsonb_build_object('side', p_side, 'seller', (SELECT name FROM tenant WHERE id = p_seller), 'plan', o.name, 'floorPpm', v_floor, 'compared', count(*),
      'belowCost', count(*) FILTER (WHERE cost), 'belowFloor', count(*) FILTER (WHERE cost OR margin < v_floor)) INTO v_effect FROM marked;
  UPDATE deck SET effects = effects || v_effect WHERE tenant_id = p_tenant AND id = p_deck;
END $fn$;

-- What the calls of the last thirty days would have cost more, or less, for those who buy by the plan.
CREATE FUNCTION deck_weigh(p_tenant uuid, p_deck uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET jit = off SET work_mem = '64MB' AS $fn$
DECLARE d deck; v_plan text; v_longest int; v_since timestamptz; v_total jsonb;
BEGIN
  d := deck_lock(p_tenant, p_deck);
  SELECT name INTO v_plan FROM plan WHERE id = d.plan_id;
  SELECT coalesce(max(length(prefix)), 1) INTO v_longest FROM deck_change WHERE tenant_id = p_tenant AND deck_id = p_deck;
  v_since := d.compared_at - interval '30 days';
  WITH buyer AS (SELECT id FROM tenant WHERE plan_id = d.plan_id UNION SELECT tenant_id FROM tenant_plan WHERE plan_id = d.plan_id),
    talk AS MATERIALIZED (
      SELECT h.tenant_id, left(c.to_e164, v_longest) AS number, h.prefix, count(*) AS calls, sum(h.billed_seconds)::bigint AS seconds,
        sum(h.billed_seconds::numeric * h.per_minute_micros) AS paid
      FROM buyer b JOIN tenant_below t ON t.ancestor_id = b.id
        JOIN call c ON c.tenant_id = t.descendant_id AND c.started_at > v_since AND c.state = 'ended' AND c.kind = 'external'
        JOIN hold h ON h.tenant_id = b.id AND h.call_id = c.id AND h.billed_seconds > 0 AND h.plan_name = v_plan
      GROUP BY 1, 2, 3),
    met AS MATERIALIZED (
      SELECT DISTINCT ON (t.tenant_id, t.number, t.prefix) c.n, c.kind, t.*, t.seconds * c.new_per_minute_micros::numeric - t.paid AS more
      FROM talk t CROSS JOIN LATERAL generate_series(length(t.prefix), length(t.number)) k
        JOIN deck_change c ON c.tenant_id = p_tenant AND c.deck_id = p_deck AND c.direction = 'out' AND c.hours IS NULL AND c.kind <> 'same' AND c.prefix = left(t.number, k)
      ORDER BY t.tenant_id, t.number, t.prefix, k DESC),
    marked AS (
      UPDATE deck_change c SET buyers = x.buyers, exposure_micros = x.more
      FROM (SELECT n, count(DISTINCT tenant_id) AS buyers, ceil(sum(more) / 60)::bigint AS more FROM met GROUP BY n) x
      WHERE c.tenant_id = p_tenant AND c.deck_id = p_deck AND c.n = x.n)
  SELECT jsonb_build_object('since', v_since, 'calls', coalesce(sum(calls), 0), 'seconds', coalesce(sum(seconds), 0), 'buyers', count(DISTINCT tenant_id),
      'micros', coalesce(ceil(sum(more) / 60), 0)::text, 'removedCalls', coalesce(sum(calls) FILTER (WHERE kind = 'removed'), 0)) INTO v_total FROM met;
  UPDATE deck SET exposure = v_total WHERE tenant_id = p_tenant AND id = p_deck;
END $fn$;

DO $$
DECLARE f text;
BEGIN
  FOREACH f IN ARRAY ARRAY['deck_lock(uuid, uuid)', 'deck_moment(text, text)', 'deck_print(uuid)', 'deck_same_terms(rate, deck_row)', 'deck_terms_note(rate, deck_row, boolean)',
    'deck_check_rows(uuid, uuid, timestamptz, int)', 'deck_compare_removed(deck, timestamptz, int)', 'deck_put_chunk(uuid, uuid, int, bytea)',
    'deck_read_begin(uuid, uuid, jsonb, text, bigint)', 'deck_stage(uuid, uuid, int, int, text, text[])', 'deck_note(uuid, uuid, int, jsonb, int)',
    'deck_read_end(uuid, uuid, int, int, text)', 'deck_compare(uuid, uuid)', 'deck_apply(uuid, text)', 'deck_roll_back(uuid, text)', 'deck_cancel(uuid)',
    'deck_parties(uuid, uuid)', 'deck_margin(uuid, uuid, text, uuid, uuid)', 'deck_weigh(uuid, uuid)'] LOOP
    EXECUTE format('ALTER FUNCTION %s OWNER TO portal_charge', f);
    EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', f);
  END LOOP;
  FOREACH f IN ARRAY ARRAY['deck_print(uuid)', 'deck_put_chunk(uuid, uuid, int, bytea)', 'deck_read_begin(uuid, uuid, jsonb, text, bigint)', 'deck_stage(uuid, uuid, int, int, text, text[])',
    'deck_note(uuid, uuid, int, jsonb, int)', 'deck_read_end(uuid, uuid, int, int, text)', 'deck_compare(uuid, uuid)', 'deck_apply(uuid, text)',
    'deck_roll_back(uuid, text)', 'deck_cancel(uuid)', 'deck_parties(uuid, uuid)', 'deck_margin(uuid, uuid, text, uuid, uuid)', 'deck_weigh(uuid, uuid)'] LOOP
    EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO portal_app', f);
  END LOOP;
END $$;
REVOKE CREATE ON SCHEMA public FROM portal_charge;
