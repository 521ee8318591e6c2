-- Since when a secret of the manager interface is used: a keyed fingerprint of it, never the secret. An old one that comes back is as
-- old as when it was first seen. Of the system, not of a tenant; written and read through functions only.
CREATE TABLE manager_secret (
  name text NOT NULL CHECK (name IN ('AMI_READ_SECRET', 'AMI_ACT_SECRET')),
  fingerprint text NOT NULL CHECK (fingerprint ~ '^[0-9a-f]{64}$'),
  since timestamptz NOT NULL DEFAULT clock_timestamp(),
  seen_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  reminded_at timestamptz,
  PRIMARY KEY (name, fingerprint)
);
REVOKE ALL ON manager_secret FROM PUBLIC;
GRANT SELECT, INSERT, UPDATE ON manager_secret TO portal_system;

GRANT CREATE ON SCHEMA public TO portal_system;

CREATE FUNCTION manager_secret_note(p_name text, p_fingerprint text) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
  INSERT INTO manager_secret (name, fingerprint) VALUES (p_name, p_fingerprint)
    ON CONFLICT (name, fingerprint) DO UPDATE SET seen_at = clock_timestamp()
$$;

-- Those in use: of each name the one that workers showed last, within a day.
CREATE FUNCTION manager_secrets() RETURNS TABLE (name text, since timestamptz, age_seconds float8, fingerprint text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT DISTINCT ON (s.name) s.name, s.since, extract(epoch FROM clock_timestamp() - s.since)::float8, s.fingerprint
  FROM manager_secret s WHERE s.seen_at > now() - interval '1 day' ORDER BY s.name, s.seen_at DESC, s.fingerprint
$$;

-- Those in use that are older and that nobody was reminded of; each once, whoever else asks at the same moment.
CREATE FUNCTION manager_secrets_remind(p_days int) RETURNS SETOF text
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
  UPDATE manager_secret s SET reminded_at = clock_timestamp() FROM manager_secrets() c
  WHERE c.name = s.name AND c.fingerprint = s.fingerprint AND s.reminded_at IS NULL AND s.since < now() - p_days * interval '1 day'
  RETURNING s.name
$$;

DO $$
DECLARE f text;
BEGIN
  FOREACH f IN ARRAY ARRAY['manager_secret_note(text, text)', 'manager_secrets()', 'manager_secrets_remind(int)'] LOOP
    EXECUTE format('ALTER FUNCTION %s OWNER TO portal_system', f);
    EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', f);
    EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO portal_app', f);
  END LOOP;
END $$;
REVOKE CREATE ON SCHEMA public FROM portal_system;
