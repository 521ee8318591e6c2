-- What Asterisk reads and writes. Column names are Asterisk's option names; text everywhere, because its driver reads and
-- writes strings. Only the role asterisk and the provisioning functions reach these tables: SIP digests live nowhere else.
CREATE SCHEMA pbx;
CREATE TABLE pbx.ps_endpoints (
  id text PRIMARY KEY, transport text, aors text, auth text, outbound_auth text, context text, disallow text, allow text, direct_media text,
  rtp_symmetric text, force_rport text, rewrite_contact text, callerid text, accountcode text, identify_by text, device_state_busy_at text,
  from_user text, from_domain text, deny text, permit text, contact_deny text, contact_permit text, set_var text, dtmf_mode text,
  media_encryption text, language text, trust_id_inbound text, send_pai text, allow_transfer text
);
CREATE TABLE pbx.ps_auths (
  id text PRIMARY KEY, auth_type text, username text, realm text, password_digest text, supported_algorithms_uas text, supported_algorithms_uac text
);
CREATE TABLE pbx.ps_aors (
  id text PRIMARY KEY, max_contacts text, remove_existing text, remove_unavailable text, contact text, qualify_frequency text, qualify_timeout text,
  minimum_expiration text, default_expiration text, maximum_expiration text
);
CREATE TABLE pbx.ps_contacts (
  id text PRIMARY KEY, uri text, expiration_time text, qualify_frequency text, qualify_timeout text, qualify_2xx_only text, authenticate_qualify text,
  outbound_proxy text, path text, user_agent text, endpoint text, reg_server text, via_addr text, via_port text, call_id text, prune_on_boot text
);
CREATE INDEX ps_contacts_of_endpoint ON pbx.ps_contacts (endpoint);
CREATE TABLE pbx.ps_endpoint_id_ips (
  id text PRIMARY KEY, endpoint text, match text, srv_lookups text, match_header text, match_request_uri text
);

DO $$
BEGIN
  BEGIN CREATE ROLE asterisk LOGIN; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END;
  EXECUTE format('GRANT CONNECT ON DATABASE %I TO asterisk', current_database());
  EXECUTE format('ALTER ROLE asterisk IN DATABASE %I SET search_path = pbx', current_database());
END $$;
GRANT USAGE ON SCHEMA pbx TO asterisk, portal_system;
GRANT SELECT ON pbx.ps_endpoints, pbx.ps_auths, pbx.ps_aors, pbx.ps_endpoint_id_ips TO asterisk;
GRANT SELECT, INSERT, UPDATE, DELETE ON pbx.ps_contacts TO asterisk;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA pbx TO portal_system;
GRANT CREATE ON SCHEMA public TO portal_system;

-- Writes what Asterisk needs for one extension, in the transaction that made or changed it. The digests are computed by
-- the portal, so the secret itself never reaches the database. p_digest NULL keeps the present one. No transfers: a phone
-- that joins two of its calls and leaves would take both out of the sight of their limits.
CREATE FUNCTION provision_extension(p_extension uuid, p_digest text, p_emergency text)
RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
DECLARE x extension; t tenant;
BEGIN
  SELECT * INTO x FROM extension WHERE id = p_extension AND tenant_id = app_tenant();
  IF NOT FOUND THEN RAISE EXCEPTION 'no such extension' USING ERRCODE = 'RF007'; END IF;
  SELECT * INTO t FROM tenant WHERE id = x.tenant_id;
  INSERT INTO pbx.ps_aors (id, max_contacts, remove_existing, qualify_frequency, minimum_expiration, default_expiration, maximum_expiration)
    VALUES (x.sip_username, '3', 'yes', '0', '30', '300', '3600') ON CONFLICT (id) DO NOTHING;
  -- MD5 first: a phone that knows only MD5 must find it in the first challenge it reads.
  IF p_digest IS NOT NULL THEN
    INSERT INTO pbx.ps_auths (id, auth_type, username, realm, password_digest, supported_algorithms_uas, supported_algorithms_uac)
      VALUES (x.sip_username, 'digest', x.sip_username, 'ringfence', p_digest, 'MD5,SHA-256', 'MD5')
      ON CONFLICT (id) DO UPDATE SET password_digest = excluded.password_digest;
  END IF;
  INSERT INTO pbx.ps_endpoints (id, aors, auth, context, disallow, allow, direct_media, rtp_symmetric, force_rport, rewrite_contact, accountcode, callerid,
      set_var, dtmf_mode, identify_by, allow_transfer)
    VALUES (x.sip_username, x.sip_username, x.sip_username, 'ringfence-phone', 'all', 'ulaw,alaw,g722', 'no', 'yes', 'yes', 'yes', x.sip_username,
      format('<%s>', x.number), 'RF_EMERGENCY=' || p_emergency, 'rfc4733', 'username,auth_username', 'no')
    ON CONFLICT (id) DO UPDATE SET callerid = excluded.callerid, set_var = excluded.set_var;
END $fn$;

-- Forgets where the phones are: the next REGISTER must prove the present secret.
CREATE FUNCTION drop_contacts(p_extension uuid)
RETURNS int LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
DECLARE n int;
BEGIN
  DELETE FROM pbx.ps_contacts WHERE endpoint = (SELECT sip_username FROM extension WHERE id = p_extension AND tenant_id = app_tenant());
  GET DIAGNOSTICS n = ROW_COUNT;
  RETURN n;
END $fn$;

CREATE FUNCTION unprovision_extension(p_extension uuid)
RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
DECLARE v_name text := (SELECT sip_username FROM extension WHERE id = p_extension AND tenant_id = app_tenant());
BEGIN
  DELETE FROM pbx.ps_contacts WHERE endpoint = v_name;
  DELETE FROM pbx.ps_endpoints WHERE id = v_name;
  DELETE FROM pbx.ps_auths WHERE id = v_name;
  DELETE FROM pbx.ps_aors WHERE id = v_name;
END $fn$;

-- Asterisk's contacts, kept readable for the portal in the same moment, and told to whoever listens.
CREATE FUNCTION contact_changed() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
DECLARE x extension; c pbx.ps_contacts;
BEGIN
  IF TG_OP = 'DELETE' THEN c := OLD; ELSE c := NEW; END IF;
  SELECT * INTO x FROM extension WHERE sip_username = c.endpoint;
  IF NOT FOUND THEN RETURN NULL; END IF;
  IF TG_OP = 'DELETE' THEN
    DELETE FROM registration WHERE tenant_id = x.tenant_id AND contact_id = c.id;
  ELSE
    INSERT INTO registration (tenant_id, extension_id, contact_id, uri, user_agent, address, expires_at)
      VALUES (x.tenant_id, x.id, c.id, replace(c.uri, '^3B', ';'), left(coalesce(c.user_agent, ''), 200),
        substring(c.uri FROM '@([^;^]+)'), to_timestamp(c.expiration_time::double precision))
      ON CONFLICT (tenant_id, contact_id) DO UPDATE SET uri = excluded.uri, user_agent = excluded.user_agent, address = excluded.address,
        expires_at = excluded.expires_at;
    UPDATE extension SET last_seen_at = clock_timestamp() WHERE tenant_id = x.tenant_id AND id = x.id
      AND (last_seen_at IS NULL OR last_seen_at < clock_timestamp() - interval '30 seconds');
  END IF;
  PERFORM pg_notify('live', json_build_object('t', x.tenant_id, 'k', 'registrations')::text);
  RETURN NULL;
END $fn$;
CREATE TRIGGER contact_changed AFTER INSERT OR UPDATE OR DELETE ON pbx.ps_contacts FOR EACH ROW EXECUTE FUNCTION contact_changed();

DO $$
DECLARE f text;
BEGIN
  FOREACH f IN ARRAY ARRAY['provision_extension(uuid, text, text)', 'drop_contacts(uuid)', 'unprovision_extension(uuid)', 'contact_changed()'] LOOP
    EXECUTE format('ALTER FUNCTION %s OWNER TO portal_system', f);
    EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', f);
  END LOOP;
  GRANT EXECUTE ON FUNCTION provision_extension(uuid, text, text), drop_contacts(uuid), unprovision_extension(uuid) TO portal_app;
  GRANT EXECUTE ON FUNCTION contact_changed() TO asterisk;
END $$;
REVOKE CREATE ON SCHEMA public FROM portal_system;
