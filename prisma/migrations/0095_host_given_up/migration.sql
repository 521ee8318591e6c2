-- A host name is given up when it is not its tenant's any more: once its DNS shows the record of another tenant, or after three
-- days in which it did not show its own.
GRANT CREATE ON SCHEMA public TO portal_system;

-- The first of the looks in a row that did not find the record of a verified name.
ALTER TABLE brand ADD COLUMN host_missed_since timestamptz;

-- The portal writes a brand down; what the DNS showed is for functions of the system only.
REVOKE INSERT ON brand FROM portal_app;
GRANT INSERT (tenant_id, name, colour, logo_sha256, sender_name, reply_to, updated_at) ON brand TO portal_app;

-- As before, and nothing is missed of another name.
DROP FUNCTION brand_host_set(text, text);
CREATE FUNCTION brand_host_set(p_host text, p_token text) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
  UPDATE brand SET host = p_host, host_token = p_token, host_verified_at = NULL, host_checked_at = NULL, host_missed_since = NULL, updated_at = clock_timestamp()
  WHERE tenant_id = app_tenant()
$$;

-- What somebody saw in the DNS for the host name of the tenant acted on. 'verified': whoever had shown the name before has it no
-- longer, their trail says so, and their old record is worth nothing. 'missing'; 'lost': missing for three days, so not verified
-- any more. 'stale': it is another name or token by now. 'taken': another tenant was first in this very moment.
DROP FUNCTION brand_host_seen(text, text, boolean);
CREATE FUNCTION brand_host_seen(p_host text, p_token text, p_shown boolean) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
DECLARE b brand; loser uuid;
BEGIN
  SELECT * INTO b FROM brand WHERE tenant_id = app_tenant() AND host = p_host AND host_token = p_token FOR UPDATE;
  IF NOT FOUND THEN RETURN 'stale'; END IF;
  IF NOT p_shown THEN
    IF b.host_verified_at IS NOT NULL AND b.host_missed_since <= clock_timestamp() - interval '3 days' THEN
      UPDATE brand SET host_checked_at = clock_timestamp(), host_verified_at = NULL, host_missed_since = NULL WHERE tenant_id = b.tenant_id;
      RETURN 'lost';
    END IF;
    UPDATE brand SET host_checked_at = clock_timestamp(),
      host_missed_since = CASE WHEN host_verified_at IS NOT NULL THEN coalesce(host_missed_since, clock_timestamp()) END WHERE tenant_id = b.tenant_id;
    RETURN 'missing';
  END IF;
  UPDATE brand SET host_verified_at = NULL, host_missed_since = NULL, host_token = replace(gen_random_uuid()::text, '-', '')
    WHERE host = p_host AND host_verified_at IS NOT NULL AND tenant_id <> b.tenant_id RETURNING tenant_id INTO loser;
  IF loser IS NOT NULL THEN
    PERFORM audit_append(loser, 'job', 'brand.check_host', NULL, 'brand.lose_host', 'tenant:' || loser, 'ok', '{}',
      jsonb_build_object('host', p_host, 'why', 'its DNS shows the record of another tenant'), '', '');
  END IF;
  UPDATE brand SET host_checked_at = clock_timestamp(), host_verified_at = coalesce(host_verified_at, clock_timestamp()), host_missed_since = NULL
    WHERE tenant_id = b.tenant_id;
  RETURN 'verified';
EXCEPTION WHEN unique_violation THEN
  RETURN 'taken';
END $fn$;

-- The verified names that nobody looked at for a day. Those that the DNS does not answer for hold up no others.
CREATE FUNCTION brand_hosts_due(p_limit int) RETURNS TABLE (tenant_id uuid, host text, token text)
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT b.tenant_id, b.host, b.host_token FROM brand b
  WHERE b.host_verified_at IS NOT NULL AND coalesce(b.host_checked_at, b.host_verified_at) < clock_timestamp() - interval '23 hours'
  ORDER BY random() LIMIT p_limit
$$;

DO $$
DECLARE f text;
BEGIN
  FOREACH f IN ARRAY ARRAY['brand_host_set(text, text)', 'brand_host_seen(text, text, boolean)', 'brand_hosts_due(int)'] LOOP
    EXECUTE format('ALTER FUNCTION %s OWNER TO portal_system', f);
    EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', f);
    EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO portal_app', f);
  END LOOP;
END $$;
REVOKE CREATE ON SCHEMA public FROM portal_system;
