-- Evidence: what was true at a moment of an incident, kept as bytes whose hashes chain, and holds that keep rows from retention.
GRANT CREATE ON SCHEMA public TO portal_system;

CREATE TABLE evidence_snapshot (
  tenant_id uuid NOT NULL REFERENCES tenant (id),
  id uuid NOT NULL DEFAULT gen_random_uuid(),
  -- From 1 without a gap: a missing number is a missing snapshot.
  number int NOT NULL CHECK (number > 0),
  incident_id uuid NOT NULL,
  -- Whoever asks twice with one key gets one snapshot.
  ask_key text NOT NULL CHECK (length(ask_key) BETWEEN 1 AND 200),
  reason text NOT NULL CHECK (length(reason) BETWEEN 1 AND 500),
  -- "system", a person's id, or the account of the command line.
  taken_by text NOT NULL,
  taken_at timestamptz NOT NULL,
  -- Whom the incident touched by then.
  tenants uuid[] NOT NULL,
  items int NOT NULL,
  missing int NOT NULL,
  bytes bigint NOT NULL,
  -- What the ZIP holds under manifest.json, byte by byte; its hash is what the next snapshot is chained to.
  manifest text NOT NULL,
  manifest_sha256 bytea NOT NULL CHECK (manifest_sha256 = sha256(convert_to(manifest, 'UTF8'))),
  sealed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, number),
  UNIQUE (tenant_id, ask_key),
  FOREIGN KEY (tenant_id, incident_id) REFERENCES incident (tenant_id, id)
);
CREATE INDEX evidence_of_incident ON evidence_snapshot (tenant_id, incident_id, number);

CREATE TABLE evidence_item (
  tenant_id uuid NOT NULL,
  snapshot_id uuid NOT NULL,
  position int NOT NULL,
  name text NOT NULL CHECK (name ~ '^[a-z0-9-]{1,60}\.jsonl$'),
  -- NULL for what could not be had; the note says why.
  content bytea,
  sha256 bytea CHECK (sha256 = sha256(content)),
  note text NOT NULL DEFAULT '' CHECK (length(note) <= 500),
  PRIMARY KEY (tenant_id, snapshot_id, position),
  FOREIGN KEY (tenant_id, snapshot_id) REFERENCES evidence_snapshot (tenant_id, id),
  CHECK ((content IS NULL) = (sha256 IS NULL))
);

-- Somebody must be able to rely on rows that retention would let go.
CREATE TABLE legal_hold (
  tenant_id uuid NOT NULL REFERENCES tenant (id),
  id uuid NOT NULL DEFAULT gen_random_uuid(),
  kind text NOT NULL CHECK (kind IN ('incident', 'tenant', 'person', 'number')),
  -- What is held, as its kind says: an id, or digits of E.164.
  subject text NOT NULL CHECK (length(subject) BETWEEN 1 AND 100),
  -- As people read it: an incident's number, a tenant's name, a person's address.
  label text NOT NULL CHECK (length(label) BETWEEN 1 AND 300),
  -- Classes of data, as retention names them; none means all.
  classes text[] NOT NULL DEFAULT '{}',
  reason text NOT NULL CHECK (length(reason) BETWEEN 1 AND 2000),
  placed_by text NOT NULL,
  since timestamptz NOT NULL DEFAULT clock_timestamp(),
  lifted_at timestamptz,
  lifted_by text,
  lift_reason text CHECK (length(lift_reason) BETWEEN 1 AND 2000),
  PRIMARY KEY (tenant_id, id),
  CHECK ((lifted_at IS NULL) = (lifted_by IS NULL) AND (lifted_at IS NULL) = (lift_reason IS NULL))
);
CREATE UNIQUE INDEX legal_hold_once ON legal_hold (tenant_id, kind, subject) WHERE lifted_at IS NULL;

DO $$
DECLARE t text;
BEGIN
  FOREACH t IN ARRAY ARRAY['evidence_snapshot', 'evidence_item', 'legal_hold'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
    EXECUTE format('CREATE POLICY own_tenant ON %I TO portal_app USING (tenant_id = app_tenant()) WITH CHECK (tenant_id = app_tenant())', t);
    EXECUTE format('CREATE POLICY system_functions ON %I TO portal_system USING (true) WITH CHECK (true)', t);
  END LOOP;
END $$;
-- Evidence is added and never changed, by whomever; a hold is lifted and never forgotten.
GRANT SELECT ON evidence_snapshot, evidence_item, legal_hold TO portal_app, portal_system;
GRANT DELETE ON evidence_snapshot, evidence_item TO portal_system;
GRANT INSERT (tenant_id, id, number, incident_id, ask_key, reason, taken_by, taken_at, tenants, items, missing, bytes, manifest, manifest_sha256) ON evidence_snapshot TO portal_app;
GRANT INSERT ON evidence_item TO portal_app;
GRANT INSERT (tenant_id, kind, subject, label, classes, reason, placed_by) ON legal_hold TO portal_app;
GRANT UPDATE (lifted_at, lifted_by, lift_reason) ON legal_hold TO portal_app;
-- Which network an address belongs to.
GRANT EXECUTE ON FUNCTION network_of(text) TO portal_app;

-- How the PBX knows the extensions of some tenants at or below the one acted on, and a fingerprint of each secret's digest:
-- it shows whether a secret was changed and helps nobody to guess it, because secrets have 128 random bits.
CREATE FUNCTION evidence_endpoints(p_tenants uuid[], p_limit int)
RETURNS TABLE (extension_id uuid, endpoint jsonb, aor jsonb, secret_fingerprint text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT x.id, to_jsonb(e), to_jsonb(a), left(encode(sha256(convert_to('ringfence evidence:' || u.password_digest, 'UTF8')), 'hex'), 16)
  FROM extension x
  LEFT JOIN pbx.ps_endpoints e ON e.id = x.sip_username
  LEFT JOIN pbx.ps_aors a ON a.id = x.sip_username
  LEFT JOIN pbx.ps_auths u ON u.id = x.sip_username
  WHERE x.tenant_id = ANY (p_tenants)
    AND EXISTS (SELECT FROM tenant_below b WHERE b.ancestor_id = app_tenant() AND b.descendant_id = x.tenant_id)
  ORDER BY x.tenant_id, x.number LIMIT p_limit
$$;

-- Every hold that counts now, one row per tenant it covers; no tenant means every one. Rows from from_at on are held, of the
-- classes named (none: all), and with a number or a person only those that are about it. An incident that has evidence and is
-- not over holds what it touches from a day before it began, by itself.
CREATE FUNCTION retention_holds()
RETURNS TABLE (hold text, tenant_id uuid, classes text[], number text, person_id uuid, from_at timestamptz, why text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  WITH held_incident AS (
    SELECT 'incident ' || i.number AS hold, i.tenant_id, i.id, i.first_at, '{}'::text[] AS classes, i.title AS why FROM incident i
    WHERE i.closed_at IS NULL AND EXISTS (SELECT FROM evidence_snapshot s WHERE s.tenant_id = i.tenant_id AND s.incident_id = i.id)
    UNION ALL
    SELECT 'hold ' || h.id, i.tenant_id, i.id, i.first_at, h.classes, h.reason FROM legal_hold h
    JOIN incident i ON i.tenant_id = h.tenant_id AND i.id::text = h.subject WHERE h.kind = 'incident' AND h.lifted_at IS NULL)
  SELECT DISTINCT i.hold, t.id, i.classes, NULL::text, NULL::uuid, i.first_at - interval '1 day', i.why
  FROM held_incident i CROSS JOIN LATERAL (
    SELECT i.tenant_id AS id
    UNION SELECT unnest(s.tenants) FROM evidence_snapshot s WHERE s.tenant_id = i.tenant_id AND s.incident_id = i.id
    UNION SELECT s.of_tenant_id FROM incident_subject s WHERE s.tenant_id = i.tenant_id AND s.incident_id = i.id AND s.of_tenant_id IS NOT NULL) t
  UNION ALL
  SELECT 'hold ' || h.id, b.descendant_id, h.classes, NULL, NULL, '-infinity', h.reason
  FROM legal_hold h JOIN tenant_below o ON o.ancestor_id = h.tenant_id AND o.descendant_id::text = h.subject
  JOIN tenant_below b ON b.ancestor_id = o.descendant_id WHERE h.kind = 'tenant' AND h.lifted_at IS NULL
  UNION ALL
  SELECT 'hold ' || h.id, NULL, h.classes, CASE h.kind WHEN 'number' THEN h.subject END, CASE h.kind WHEN 'person' THEN h.subject::uuid END, '-infinity', h.reason
  FROM legal_hold h JOIN tenant o ON o.id = h.tenant_id AND o.kind = 'operator' WHERE h.kind IN ('number', 'person') AND h.lifted_at IS NULL
$$;

-- Whether retention must leave a row alone: whose it is, of which class, from when, and which numbers and person it is about.
CREATE FUNCTION held_from_retention(p_tenant uuid, p_class text, p_at timestamptz, p_numbers text[] DEFAULT '{}', p_person uuid DEFAULT NULL)
RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT EXISTS (SELECT FROM retention_holds() h
    WHERE (h.tenant_id IS NULL OR h.tenant_id = p_tenant) AND (h.classes = '{}' OR p_class = ANY (h.classes)) AND p_at >= h.from_at
      AND (h.number IS NULL OR h.number = ANY (p_numbers)) AND (h.person_id IS NULL OR h.person_id = p_person))
$$;

-- Lets go of snapshots from before a moment that nothing holds, the oldest first, and says of each in the audit trail that it was
-- there: a snapshot that is gone without that is one that somebody took away. Returns how many; repeat until 0.
CREATE FUNCTION evidence_forget(p_before timestamptz, p_limit int)
RETURNS int LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
DECLARE s record; n int := 0;
BEGIN
  FOR s IN SELECT e.tenant_id, e.id, e.number, e.manifest_sha256 FROM evidence_snapshot e
    WHERE e.taken_at < p_before AND NOT held_from_retention(e.tenant_id, 'evidence', e.taken_at) ORDER BY e.tenant_id, e.number LIMIT p_limit
  LOOP
    DELETE FROM evidence_item i WHERE i.tenant_id = s.tenant_id AND i.snapshot_id = s.id;
    DELETE FROM evidence_snapshot e WHERE e.tenant_id = s.tenant_id AND e.id = s.id;
    PERFORM audit_append(s.tenant_id, 'job', 'retention.sweep', NULL, 'evidence.forget', 'evidence:' || s.id, 'ok', '{}',
      jsonb_build_object('snapshot', s.number, 'sha256', encode(s.manifest_sha256, 'hex')), 'retention', '');
    n := n + 1;
  END LOOP;
  RETURN n;
END $fn$;

-- Whom a hold can be placed on: a tenant, and somebody with a seat, at or below the tenant acted on.
CREATE FUNCTION tenant_named_below(p_slug text) RETURNS TABLE (id uuid, name text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT t.id, t.name FROM tenant t JOIN tenant_below b ON b.descendant_id = t.id AND b.ancestor_id = app_tenant() WHERE t.slug = p_slug
$$;
CREATE FUNCTION person_below(p_email text) RETURNS TABLE (id uuid, email text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT p.id, p.email FROM person p WHERE p.email = p_email AND EXISTS (
    SELECT FROM seat s JOIN tenant_below b ON b.descendant_id = s.tenant_id AND b.ancestor_id = app_tenant() WHERE s.user_id = p.id)
$$;

DO $$
DECLARE f text;
BEGIN
  FOREACH f IN ARRAY ARRAY['evidence_endpoints(uuid[], int)', 'retention_holds()', 'held_from_retention(uuid, text, timestamptz, text[], uuid)',
    'evidence_forget(timestamptz, int)', 'tenant_named_below(text)', 'person_below(text)'] LOOP
    EXECUTE format('ALTER FUNCTION %s OWNER TO portal_system', f);
    EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', f);
    EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO portal_app', f);
  END LOOP;
END $$;
REVOKE CREATE ON SCHEMA public FROM portal_system;
