-- How a reseller, and everybody below it, sees the portal: name, logo, one colour, a host name of its own and who mail is from.
-- The brand that holds for a tenant is that of the nearest tenant at or above it that has one, as a whole.
GRANT CREATE ON SCHEMA public TO portal_system;

CREATE TABLE brand (
  tenant_id uuid PRIMARY KEY REFERENCES tenant (id),
  name text NOT NULL CHECK (length(name) BETWEEN 1 AND 60 AND name !~ '[[:cntrl:]]'),
  -- As it was chosen; what is drawn is derived from it.
  colour text CHECK (colour ~ '^#[0-9a-f]{6}$'),
  logo_sha256 bytea,
  -- They stand in headers of mail.
  sender_name text CHECK (length(sender_name) BETWEEN 1 AND 60 AND sender_name !~ '[[:cntrl:]@,;:<>"\\]'),
  reply_to text CHECK (length(reply_to) BETWEEN 3 AND 254 AND reply_to !~ '[[:cntrl:][:space:],;<>"]'),
  -- Anybody may write a host name down; it is served, and nobody else's any more, from when its DNS has shown the token.
  host text CHECK (host ~ '^[a-z0-9-]+(\.[a-z0-9-]+)+$' AND length(host) <= 253),
  host_token text,
  host_verified_at timestamptz,
  host_checked_at timestamptz,
  updated_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  CHECK ((host IS NULL) = (host_token IS NULL)),
  CHECK (host IS NOT NULL OR host_verified_at IS NULL)
);
CREATE UNIQUE INDEX brand_host ON brand (host) WHERE host_verified_at IS NOT NULL;

-- By the hash of what is served, so that an address never changes what it shows.
CREATE TABLE brand_logo (
  tenant_id uuid NOT NULL REFERENCES tenant (id),
  sha256 bytea NOT NULL CHECK (length(sha256) = 32),
  type text NOT NULL CHECK (type IN ('image/png', 'image/svg+xml')),
  bytes bytea NOT NULL CHECK (length(bytes) <= 262144),
  -- Much wider than high: it says the name itself, which then is not written beside it.
  wide boolean NOT NULL,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (tenant_id, sha256)
);
CREATE INDEX brand_logo_of_hash ON brand_logo (sha256);
ALTER TABLE brand ADD FOREIGN KEY (tenant_id, logo_sha256) REFERENCES brand_logo (tenant_id, sha256);

DO $$
DECLARE t text;
BEGIN
  FOREACH t IN ARRAY ARRAY['brand', 'brand_logo'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
    EXECUTE format('CREATE POLICY own_tenant ON %I TO portal_app USING (tenant_id = app_tenant()) WITH CHECK (tenant_id = app_tenant())', t);
    EXECUTE format('CREATE POLICY system_functions ON %I TO portal_system USING (true) WITH CHECK (true)', t);
  END LOOP;
END $$;
GRANT SELECT, INSERT, DELETE ON brand, brand_logo TO portal_app;
GRANT UPDATE (name, colour, logo_sha256, sender_name, reply_to, updated_at) ON brand TO portal_app;
GRANT SELECT ON brand_logo TO portal_system;
GRANT SELECT, UPDATE ON brand TO portal_system;

-- The brand that holds for a tenant; of its host name only what is verified. Only for functions of the system.
CREATE FUNCTION brand_nearest(p_tenant uuid)
RETURNS TABLE (tenant_id uuid, name text, colour text, logo_sha256 bytea, logo_type text, logo_wide boolean, sender_name text, reply_to text, host text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT b.tenant_id, b.name, b.colour, b.logo_sha256, l.type, l.wide, b.sender_name, b.reply_to, CASE WHEN b.host_verified_at IS NOT NULL THEN b.host END
  FROM tenant_below x JOIN brand b ON b.tenant_id = x.ancestor_id LEFT JOIN brand_logo l ON l.tenant_id = b.tenant_id AND l.sha256 = b.logo_sha256
  WHERE x.descendant_id = p_tenant ORDER BY x.depth LIMIT 1
$$;

-- The same for the tenant acted on: what is shown to everybody of it.
CREATE FUNCTION brand_here()
RETURNS TABLE (name text, colour text, logo_sha256 bytea, logo_type text, logo_wide boolean, sender_name text, reply_to text, host text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT name, colour, logo_sha256, logo_type, logo_wide, sender_name, reply_to, host FROM brand_nearest(app_tenant())
$$;

-- Whose a host name is, once it is verified. Asked before anybody is signed in.
CREATE FUNCTION brand_at_host(p_host text)
RETURNS TABLE (tenant_id uuid, name text, colour text, logo_sha256 bytea, logo_type text, logo_wide boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT b.tenant_id, b.name, b.colour, b.logo_sha256, l.type, l.wide
  FROM brand b LEFT JOIN brand_logo l ON l.tenant_id = b.tenant_id AND l.sha256 = b.logo_sha256
  WHERE b.host = p_host AND b.host_verified_at IS NOT NULL
$$;

-- The house's own: of the operator, when it has one.
CREATE FUNCTION brand_of_house()
RETURNS TABLE (tenant_id uuid, name text, colour text, logo_sha256 bytea, logo_type text, logo_wide boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT tenant_id, name, colour, logo_sha256, logo_type, logo_wide FROM brand_nearest(operator_tenant())
$$;

-- The brand of whoever sells to the tenant acted on: its papers come in that.
CREATE FUNCTION brand_of_seller()
RETURNS TABLE (name text, colour text, logo_sha256 bytea, logo_type text, logo_wide boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT b.name, b.colour, b.logo_sha256, b.logo_type, b.logo_wide FROM tenant t CROSS JOIN LATERAL brand_nearest(t.parent_id) b WHERE t.id = app_tenant()
$$;

-- A logo by its hash. Logos stand on pages before anybody is signed in.
CREATE FUNCTION brand_logo_of(p_sha256 bytea) RETURNS TABLE (type text, bytes bytea)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT type, bytes FROM brand_logo WHERE sha256 = p_sha256 LIMIT 1
$$;

-- Writes a host name down for the tenant acted on, or takes it away (NULL). Another name is not verified.
CREATE FUNCTION brand_host_set(p_host text, p_token text) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
  UPDATE brand SET host = p_host, host_token = p_token, host_verified_at = NULL, host_checked_at = NULL, updated_at = clock_timestamp()
  WHERE tenant_id = app_tenant()
$$;

-- What somebody saw in the DNS for the host name of the tenant acted on. 'verified', 'missing', 'stale': it is another name or
-- token by now. 'taken': another tenant was first. What was verified stays so until it is taken away.
CREATE FUNCTION brand_host_seen(p_host text, p_token text, p_shown boolean) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
DECLARE b brand;
BEGIN
  SELECT * INTO b FROM brand WHERE tenant_id = app_tenant() AND host = p_host AND host_token = p_token FOR UPDATE;
  IF NOT FOUND THEN RETURN 'stale'; END IF;
  IF NOT p_shown THEN
    UPDATE brand SET host_checked_at = clock_timestamp() WHERE tenant_id = b.tenant_id;
    RETURN 'missing';
  END IF;
  UPDATE brand SET host_checked_at = clock_timestamp(), host_verified_at = coalesce(host_verified_at, clock_timestamp()) WHERE tenant_id = b.tenant_id;
  RETURN 'verified';
EXCEPTION WHEN unique_violation THEN
  RETURN 'taken';
END $fn$;

-- Whether a person has a seat on a tenant or below it.
CREATE FUNCTION person_within(p_user uuid, p_tenant uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT EXISTS (SELECT FROM seats_of(p_user) s JOIN tenant t ON t.slug = s.tenant_slug JOIN tenant_below b ON b.descendant_id = t.id AND b.ancestor_id = p_tenant)
$$;

-- As before, and in whose name it is sent.
DROP FUNCTION mail_take(uuid);
CREATE FUNCTION mail_take(p_mail uuid)
RETURNS TABLE (verdict text, recipient text, subject text, body text, attachment_name text, attachment_type text, attachment bytea, attempts int, created_at timestamptz,
  brand_name text, brand_colour text, sender_name text, reply_to text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
DECLARE m mail;
BEGIN
  SELECT * INTO m FROM mail WHERE id = p_mail FOR UPDATE;
  IF NOT FOUND OR m.state <> 'queued' OR m.body IS NULL THEN
    verdict := 'over';
  ELSIF m.taken_at > clock_timestamp() - interval '3 minutes' THEN
    verdict := 'busy';
  ELSE
    UPDATE mail x SET taken_at = clock_timestamp(), attempts = x.attempts + 1 WHERE x.id = p_mail RETURNING x.* INTO m;
    RETURN QUERY SELECT 'go', m.recipient, m.subject, m.body, m.attachment_name, m.attachment_type, m.attachment, m.attempts, m.created_at,
        b.name, b.colour, b.sender_name, b.reply_to
      FROM (SELECT) one LEFT JOIN brand_nearest(m.tenant_id) b ON true;
    RETURN;
  END IF;
  RETURN NEXT;
END $fn$;

DO $$
DECLARE f text;
BEGIN
  FOREACH f IN ARRAY ARRAY['brand_nearest(uuid)', 'brand_here()', 'brand_at_host(text)', 'brand_of_house()', 'brand_of_seller()', 'brand_logo_of(bytea)', 'brand_host_set(text, text)',
    'brand_host_seen(text, text, boolean)', 'person_within(uuid, uuid)', 'mail_take(uuid)'] LOOP
    EXECUTE format('ALTER FUNCTION %s OWNER TO portal_system', f);
    EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', f);
    IF f <> 'brand_nearest(uuid)' THEN EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO portal_app', f); END IF;
  END LOOP;
END $$;
REVOKE CREATE ON SCHEMA public FROM portal_system;
