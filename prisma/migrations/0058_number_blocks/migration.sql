-- Numbers that are not called: one by one, or by lists of a hundred thousand; and networks that a phone may come from.

-- Where an extension's phone may come from. No row: from everywhere.
CREATE TABLE allow_list (
  tenant_id uuid NOT NULL,
  extension_id uuid NOT NULL,
  network inet NOT NULL CHECK (network = network(network)::inet),
  PRIMARY KEY (tenant_id, extension_id, network),
  FOREIGN KEY (tenant_id, extension_id) REFERENCES extension (tenant_id, id) ON DELETE CASCADE
);

-- A number, or all that begin so, which a tenant and those below it do not call.
CREATE TABLE number_block (
  tenant_id uuid NOT NULL REFERENCES tenant (id),
  id uuid NOT NULL DEFAULT gen_random_uuid(),
  digits text NOT NULL CHECK (digits ~ '^[1-9][0-9]{0,14}$'),
  exact boolean NOT NULL,
  reason text NOT NULL DEFAULT '' CHECK (length(reason) <= 200),
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  created_by text NOT NULL,
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, digits, exact)
);

-- A list of numbers that fraud uses. It holds for the tenant and those below it while it is enabled.
CREATE TABLE hot_list (
  tenant_id uuid NOT NULL REFERENCES tenant (id),
  id uuid NOT NULL DEFAULT gen_random_uuid(),
  name text NOT NULL CHECK (length(name) BETWEEN 1 AND 80),
  enabled boolean NOT NULL DEFAULT true,
  numbers int NOT NULL DEFAULT 0,
  -- Which of the sets of numbers holds; another one is being read, or on its way out.
  generation int NOT NULL DEFAULT 0,
  -- The file that is being read into it; a later one takes its place.
  import_id uuid,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  changed_at timestamptz,
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, name)
);
CREATE INDEX hot_list_on ON hot_list (tenant_id) WHERE enabled AND numbers > 0;

CREATE TABLE hot_number (
  tenant_id uuid NOT NULL,
  list_id uuid NOT NULL,
  generation int NOT NULL,
  digits text NOT NULL,
  exact boolean NOT NULL,
  PRIMARY KEY (list_id, generation, digits, exact),
  FOREIGN KEY (tenant_id, list_id) REFERENCES hot_list (tenant_id, id) ON DELETE CASCADE
);

-- A file for a hot list, on its way in.
CREATE TABLE hot_import (
  tenant_id uuid NOT NULL,
  id uuid NOT NULL DEFAULT gen_random_uuid(),
  list_id uuid NOT NULL,
  file_name text NOT NULL CHECK (length(file_name) BETWEEN 1 AND 200),
  bytes bigint NOT NULL CHECK (bytes > 0),
  mode text NOT NULL CHECK (mode IN ('merge', 'replace')),
  task_id uuid,
  parts int,
  -- Lines that are no number; the first ten thousand are kept.
  problems int NOT NULL DEFAULT 0,
  applied_at timestamptz,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  created_by text NOT NULL,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, list_id) REFERENCES hot_list (tenant_id, id) ON DELETE CASCADE
);
CREATE TABLE hot_import_part (
  tenant_id uuid NOT NULL,
  import_id uuid NOT NULL,
  part int NOT NULL CHECK (part BETWEEN 0 AND 199),
  content bytea NOT NULL,
  PRIMARY KEY (tenant_id, import_id, part),
  FOREIGN KEY (tenant_id, import_id) REFERENCES hot_import (tenant_id, id) ON DELETE CASCADE
);
CREATE TABLE hot_import_problem (
  tenant_id uuid NOT NULL,
  import_id uuid NOT NULL,
  line int NOT NULL,
  reason text NOT NULL,
  PRIMARY KEY (tenant_id, import_id, line),
  FOREIGN KEY (tenant_id, import_id) REFERENCES hot_import (tenant_id, id) ON DELETE CASCADE
);

DO $$
DECLARE t text;
BEGIN
  FOREACH t IN ARRAY ARRAY['allow_list', 'number_block', 'hot_list', 'hot_number', 'hot_import', 'hot_import_part', 'hot_import_problem'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
    EXECUTE format('CREATE POLICY own_tenant ON %I TO portal_app USING (tenant_id = app_tenant()) WITH CHECK (tenant_id = app_tenant())', t);
    EXECUTE format('CREATE POLICY tenants_below ON %I FOR SELECT TO portal_app USING (app_subtree() AND tenant_id IN '
      '(SELECT descendant_id FROM tenant_below WHERE ancestor_id = app_tenant()))', t);
    EXECUTE format('CREATE POLICY money_functions ON %I TO portal_charge USING (true) WITH CHECK (true)', t);
    EXECUTE format('CREATE POLICY system_functions ON %I TO portal_system USING (true) WITH CHECK (true)', t);
  END LOOP;
END $$;
GRANT SELECT ON allow_list, number_block, hot_list, hot_number, hot_import, hot_import_part, hot_import_problem TO portal_app;
GRANT INSERT, DELETE ON number_block TO portal_app;
GRANT INSERT (tenant_id, name, enabled), UPDATE (enabled, import_id), DELETE ON hot_list TO portal_app;
GRANT INSERT (tenant_id, list_id, file_name, bytes, mode, created_by), UPDATE (task_id, parts), DELETE ON hot_import TO portal_app;
GRANT INSERT ON hot_import_part TO portal_app;
GRANT SELECT, INSERT, DELETE ON allow_list TO portal_system;
GRANT SELECT, UPDATE ON hot_list, hot_import TO portal_system;
GRANT SELECT, INSERT, DELETE ON hot_number, hot_import_problem TO portal_system;
GRANT SELECT, DELETE ON hot_import_part TO portal_system;
GRANT SELECT ON number_block, hot_list, hot_number TO portal_charge;
GRANT CREATE ON SCHEMA public TO portal_system;

-- ---------------------------------------------------------------- where a phone may come from
-- What is registered now and would be cut off by the list: the addresses of the extension's phones outside of it.
CREATE FUNCTION allow_list_would_cut(p_extension uuid, p_networks inet[]) RETURNS TABLE (address text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT DISTINCT coalesce(host(a), 'unknown') FROM extension e JOIN pbx.ps_contacts c ON c.endpoint = e.sip_username
    CROSS JOIN LATERAL address_in(substring(c.uri FROM '@([^;^]+)')) a
  WHERE e.tenant_id = app_tenant() AND e.id = p_extension AND cardinality(p_networks) > 0
    AND to_timestamp(c.expiration_time::double precision) > clock_timestamp()
    AND NOT coalesce(a <<= ANY (p_networks), false) ORDER BY 1 LIMIT 20
$$;

-- Replaces the list, and has the PBX ask for it with the next request; phones outside of it are forgotten. Empty: everywhere.
CREATE FUNCTION allow_list_set(p_extension uuid, p_networks inet[]) RETURNS int
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
DECLARE x extension; n int := 0;
BEGIN
  SELECT * INTO x FROM extension WHERE id = p_extension AND tenant_id = app_tenant() FOR UPDATE;
  IF NOT FOUND THEN RAISE EXCEPTION 'no such extension' USING ERRCODE = 'RF007'; END IF;
  DELETE FROM allow_list WHERE tenant_id = x.tenant_id AND extension_id = x.id;
  INSERT INTO allow_list SELECT DISTINCT x.tenant_id, x.id, net FROM unnest(p_networks) net;
  -- deny is read before permit, in the order of the columns, and the last that fits decides.
  UPDATE pbx.ps_endpoints SET deny = CASE WHEN cardinality(p_networks) > 0 THEN '0.0.0.0/0,::/0' END,
      permit = (SELECT string_agg(host(net) || '/' || masklen(net), ',' ORDER BY net) FROM unnest(p_networks) net)
    WHERE id = x.sip_username;
  IF cardinality(p_networks) > 0 THEN
    DELETE FROM pbx.ps_contacts WHERE endpoint = x.sip_username
      AND NOT coalesce(address_in(substring(uri FROM '@([^;^]+)')) <<= ANY (p_networks), false);
    GET DIAGNOSTICS n = ROW_COUNT;
  END IF;
  RETURN n;
END $fn$;

-- ---------------------------------------------------------------- hot lists
-- Puts lines of a file into the set that is being read. Numbers that are there already are not counted.
CREATE FUNCTION hot_stage(p_import uuid, p_digits text[], p_exact boolean[], p_lines int[], p_reasons text[]) RETURNS int
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
DECLARE i hot_import; v_generation int; n int;
BEGIN
  SELECT * INTO i FROM hot_import WHERE id = p_import AND applied_at IS NULL;
  IF NOT FOUND THEN RAISE EXCEPTION 'that file is over' USING ERRCODE = 'RF001'; END IF;
  SELECT generation + 1 INTO v_generation FROM hot_list WHERE tenant_id = i.tenant_id AND id = i.list_id AND import_id = i.id;
  IF NOT FOUND THEN RAISE EXCEPTION 'another file was first' USING ERRCODE = 'RF001'; END IF;
  INSERT INTO hot_number SELECT i.tenant_id, i.list_id, v_generation, d, e FROM unnest(p_digits, p_exact) t (d, e) ON CONFLICT DO NOTHING;
  GET DIAGNOSTICS n = ROW_COUNT;
  IF i.problems < 10000 THEN
    INSERT INTO hot_import_problem SELECT i.tenant_id, i.id, l, r FROM unnest(p_lines, p_reasons) t (l, r) LIMIT 10000 - i.problems ON CONFLICT DO NOTHING;
  END IF;
  UPDATE hot_import SET problems = problems + cardinality(p_lines) WHERE tenant_id = i.tenant_id AND id = i.id;
  RETURN n;
END $fn$;

-- Drops what was read of a file, so that it can be read from its beginning, and sets of numbers that do not hold any more; at
-- most so many, returns how many went.
CREATE FUNCTION hot_unstage(p_import uuid, p_limit int) RETURNS int
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
DECLARE i hot_import; n int;
BEGIN
  SELECT i0.* INTO i FROM hot_import i0 JOIN hot_list l ON l.tenant_id = i0.tenant_id AND l.id = i0.list_id AND l.import_id = i0.id WHERE i0.id = p_import;
  IF NOT FOUND THEN RETURN 0; END IF;
  DELETE FROM hot_number h USING (SELECT s.ctid FROM hot_number s JOIN hot_list l ON l.tenant_id = s.tenant_id AND l.id = s.list_id
      WHERE s.list_id = i.list_id AND s.generation <> l.generation LIMIT p_limit) old WHERE h.ctid = old.ctid;
  GET DIAGNOSTICS n = ROW_COUNT;
  IF n = 0 AND i.applied_at IS NULL THEN
    DELETE FROM hot_import_problem WHERE tenant_id = i.tenant_id AND import_id = i.id;
    UPDATE hot_import SET problems = 0 WHERE tenant_id = i.tenant_id AND id = i.id;
  END IF;
  RETURN n;
END $fn$;

-- Has the set that was read hold from the commit on; with "merge" together with what held before. Returns how many numbers
-- that are; a repeat returns the same. RF001: another file was first.
CREATE FUNCTION hot_apply(p_import uuid) RETURNS int
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
DECLARE i hot_import; l hot_list; n int;
BEGIN
  SELECT * INTO i FROM hot_import WHERE tenant_id = app_tenant() AND id = p_import FOR UPDATE;
  IF NOT FOUND THEN RAISE EXCEPTION 'no such file' USING ERRCODE = 'RF007'; END IF;
  SELECT * INTO l FROM hot_list WHERE tenant_id = i.tenant_id AND id = i.list_id FOR UPDATE;
  IF i.applied_at IS NOT NULL THEN RETURN l.numbers; END IF;
  IF l.import_id IS DISTINCT FROM i.id THEN RAISE EXCEPTION 'another file was first' USING ERRCODE = 'RF001'; END IF;
  IF i.mode = 'merge' THEN
    INSERT INTO hot_number SELECT tenant_id, list_id, l.generation + 1, digits, exact FROM hot_number
      WHERE list_id = l.id AND generation = l.generation ON CONFLICT DO NOTHING;
  END IF;
  SELECT count(*) INTO n FROM hot_number WHERE list_id = l.id AND generation = l.generation + 1;
  UPDATE hot_list SET generation = generation + 1, numbers = n, changed_at = clock_timestamp() WHERE tenant_id = l.tenant_id AND id = l.id;
  UPDATE hot_import SET applied_at = clock_timestamp() WHERE tenant_id = i.tenant_id AND id = i.id;
  DELETE FROM hot_import_part WHERE tenant_id = i.tenant_id AND import_id = i.id;
  RETURN n;
END $fn$;

-- Content that nobody will read any more.
CREATE FUNCTION hot_let_go() RETURNS int LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
DECLARE n int;
BEGIN
  DELETE FROM hot_import_part p USING hot_import i WHERE p.tenant_id = app_tenant() AND i.tenant_id = p.tenant_id AND i.id = p.import_id
    AND i.created_at < clock_timestamp() - interval '7 days';
  GET DIAGNOSTICS n = ROW_COUNT;
  RETURN n;
END $fn$;

-- ---------------------------------------------------------------- where it is asked
-- As it was, and whether the number is one that somebody here or above does not want to be called. Without a block and
-- without a list that is two looks at empty indexes.
CREATE OR REPLACE FUNCTION call_blocked(p_tenant uuid, p_extension uuid, p_direction text, p_e164 text, p_address text) RETURNS text
LANGUAGE plpgsql STABLE AS $fn$
BEGIN
  IF EXISTS (SELECT FROM block WHERE lifted_at IS NULL) THEN
    IF EXISTS (SELECT FROM block WHERE lifted_at IS NULL AND tenant_id = p_tenant AND (kind = 'tenant' OR (kind = 'extension' AND extension_id = p_extension))) THEN
      RETURN 'INC-01';
    END IF;
    IF p_direction = 'out' AND p_e164 IS NOT NULL AND EXISTS (SELECT FROM tenant_below b JOIN block k ON k.tenant_id = b.ancestor_id
        WHERE b.descendant_id = p_tenant AND k.lifted_at IS NULL AND k.kind = 'destination' AND starts_with(p_e164, k.prefix)) THEN
      RETURN 'INC-02';
    END IF;
  END IF;
  IF p_direction <> 'out' OR p_e164 IS NULL THEN RETURN NULL; END IF;
  IF EXISTS (SELECT FROM number_block) AND EXISTS (SELECT FROM tenant_below b JOIN number_block k ON k.tenant_id = b.ancestor_id
      WHERE b.descendant_id = p_tenant AND k.digits = ANY (prefixes_of(p_e164)) AND (NOT k.exact OR k.digits = p_e164)) THEN
    RETURN 'DST-05';
  END IF;
  IF EXISTS (SELECT FROM hot_list WHERE enabled AND numbers > 0) AND EXISTS (SELECT FROM tenant_below b
      JOIN hot_list l ON l.tenant_id = b.ancestor_id AND l.enabled AND l.numbers > 0
      JOIN hot_number h ON h.list_id = l.id AND h.generation = l.generation
      WHERE b.descendant_id = p_tenant AND h.digits = ANY (prefixes_of(p_e164)) AND (NOT h.exact OR h.digits = p_e164)) THEN
    RETURN 'DST-03';
  END IF;
  RETURN NULL;
END $fn$;

DO $$
DECLARE f text;
BEGIN
  FOREACH f IN ARRAY ARRAY['allow_list_would_cut(uuid, inet[])', 'allow_list_set(uuid, inet[])', 'hot_stage(uuid, text[], boolean[], int[], text[])',
    'hot_unstage(uuid, int)', 'hot_apply(uuid)', 'hot_let_go()'] LOOP
    EXECUTE format('ALTER FUNCTION %s OWNER TO portal_system', f);
    EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', f);
    EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO portal_app', f);
  END LOOP;
END $$;
REVOKE CREATE ON SCHEMA public FROM portal_system;
