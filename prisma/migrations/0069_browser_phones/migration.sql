-- A phone in the browser: an endpoint and a credential of its own for each page that asks for one, which belong to an
-- extension and live for minutes. What Asterisk reads are views, so nothing has to be told to it or taken away: a phone whose
-- time is over, whose person has signed out, or whose extension is suspended, stopped or deleted is not there any more.
GRANT CREATE ON SCHEMA public, pbx TO portal_system;

CREATE TABLE pbx.browser_phones (
  -- user name of the extension, a dot, and something random: whoever sees the name knows whose it is (no user name has a dot).
  name text PRIMARY KEY,
  tenant_id uuid NOT NULL,
  extension_id uuid NOT NULL,
  -- The sign-in that asked for it; the phone ends with it.
  session_id uuid NOT NULL REFERENCES session (id) ON DELETE CASCADE,
  -- Where the browser was seen by the portal: what the PBX sees may be the proxy in front of it.
  address text NOT NULL,
  digest text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  expires_at timestamptz NOT NULL,
  FOREIGN KEY (tenant_id, extension_id) REFERENCES extension (tenant_id, id) ON DELETE CASCADE
);
CREATE INDEX browser_phones_of_extension ON pbx.browser_phones (extension_id);
CREATE INDEX browser_phones_of_session ON pbx.browser_phones (session_id);
CREATE INDEX browser_phones_expired ON pbx.browser_phones (expires_at);
GRANT SELECT, INSERT, UPDATE, DELETE ON pbx.browser_phones TO portal_system;

CREATE VIEW pbx.live_browser_phones AS
  SELECT w.name, w.digest, w.extension_id, x.sip_username FROM pbx.browser_phones w
  JOIN public.extension x ON x.tenant_id = w.tenant_id AND x.id = w.extension_id AND x.state = 'active'
  JOIN public.tenant t ON t.id = w.tenant_id AND t.state = 'active'
  JOIN public.session s ON s.id = w.session_id AND s.revoked_at IS NULL AND s.expires_at > clock_timestamp()
  WHERE w.expires_at > clock_timestamp() AND NOT EXISTS (SELECT FROM public.block k WHERE k.tenant_id = w.tenant_id AND k.lifted_at IS NULL
    AND (k.kind = 'tenant' OR k.kind = 'extension' AND k.extension_id = w.extension_id));

-- A desk phone names the browser phones of its extension among its AORs, so that a call to the extension rings there too.
-- A browser phone has what its desk phone has, but for the media, which a browser wants encrypted. Without media for half a
-- minute its call ends: a page that is gone cannot hang up.
CREATE VIEW pbx.endpoints AS
  SELECT e.id, e.transport,
    concat_ws(',', e.aors, (SELECT string_agg(l.name, ',' ORDER BY l.name) FROM pbx.live_browser_phones l WHERE l.sip_username = e.id)) AS aors,
    e.auth, e.outbound_auth, e.context, e.disallow, e.allow, e.direct_media, e.rtp_symmetric, e.force_rport, e.rewrite_contact, e.callerid,
    e.accountcode, e.identify_by, e.device_state_busy_at, e.from_user, e.from_domain, e.deny, e.permit, e.contact_deny, e.contact_permit, e.set_var,
    e.dtmf_mode, e.media_encryption, e.language, e.trust_id_inbound, e.send_pai, e.allow_transfer,
    NULL::text AS webrtc, NULL::text AS rtp_timeout, NULL::text AS rtp_timeout_hold
  FROM pbx.ps_endpoints e
  UNION ALL
  SELECT l.name, NULL, l.name, l.name, NULL, 'ringfence-phone', 'all', 'ulaw,alaw,g722', 'no', 'yes', 'yes', 'yes', e.callerid,
    e.accountcode, 'username,auth_username', NULL, NULL, NULL, NULL, NULL, NULL, NULL, e.set_var,
    'rfc4733', NULL, NULL, NULL, NULL, 'no', 'yes', '30', '600'
  FROM pbx.live_browser_phones l JOIN pbx.ps_endpoints e ON e.id = l.sip_username;

CREATE VIEW pbx.auths AS
  SELECT id, auth_type, username, realm, password_digest, supported_algorithms_uas, supported_algorithms_uac FROM pbx.ps_auths
  UNION ALL SELECT name, 'digest', name, 'ringfence', digest, 'MD5', 'MD5' FROM pbx.live_browser_phones;

CREATE VIEW pbx.aors AS
  SELECT id, max_contacts, remove_existing, remove_unavailable, contact, qualify_frequency, qualify_timeout, minimum_expiration, default_expiration,
    maximum_expiration FROM pbx.ps_aors
  UNION ALL SELECT name, '1', 'yes', NULL, NULL, '0', NULL, '30', '120', '300' FROM pbx.live_browser_phones;

-- Makes one; p_name and p_digest come from the portal, which alone knew the secret. Five at once per extension: the oldest
-- goes. Says why not, where the extension may have none now: 'suspended', 'stopped', or 'network' (its phones come from
-- networks of which the browser is in none) or 'session' (the sign-in is over).
CREATE FUNCTION browser_phone_open(p_extension uuid, p_session uuid, p_suffix text, p_digest text, p_address text)
RETURNS TABLE (refusal text, expires_at timestamptz) LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
#variable_conflict use_column
DECLARE x extension; v_until timestamptz := clock_timestamp() + interval '5 minutes';
BEGIN
  -- Whoever suspends, stops or deletes the extension is waited for, and so are others who open one.
  SELECT * INTO x FROM extension WHERE id = p_extension AND tenant_id = app_tenant() FOR UPDATE;
  IF NOT FOUND THEN RAISE EXCEPTION 'no such extension' USING ERRCODE = 'RF007'; END IF;
  IF x.state <> 'active' OR EXISTS (SELECT FROM tenant WHERE id = x.tenant_id AND state <> 'active') THEN
    RETURN QUERY SELECT 'suspended', NULL::timestamptz; RETURN;
  END IF;
  IF EXISTS (SELECT FROM block WHERE tenant_id = x.tenant_id AND lifted_at IS NULL AND (kind = 'tenant' OR kind = 'extension' AND extension_id = x.id)) THEN
    RETURN QUERY SELECT 'stopped', NULL::timestamptz; RETURN;
  END IF;
  IF EXISTS (SELECT FROM allow_list WHERE tenant_id = x.tenant_id AND extension_id = x.id)
    AND NOT EXISTS (SELECT FROM allow_list WHERE tenant_id = x.tenant_id AND extension_id = x.id AND address_in(p_address) <<= network) THEN
    RETURN QUERY SELECT 'network', NULL::timestamptz; RETURN;
  END IF;
  IF NOT EXISTS (SELECT FROM session WHERE id = p_session AND revoked_at IS NULL AND session.expires_at > clock_timestamp()) THEN
    RETURN QUERY SELECT 'session', NULL::timestamptz; RETURN;
  END IF;
  PERFORM browser_phones_end(ARRAY(SELECT name FROM pbx.browser_phones WHERE extension_id = x.id ORDER BY created_at DESC OFFSET 4));
  INSERT INTO pbx.browser_phones (name, tenant_id, extension_id, session_id, address, digest, expires_at)
    VALUES (x.sip_username || '.' || p_suffix, x.tenant_id, x.id, p_session, p_address, p_digest, v_until);
  RETURN QUERY SELECT NULL::text, v_until;
END $fn$;

-- Five minutes more for a phone whose page is open, if the same sign-in asks. NULL: it is over, and stays so.
CREATE FUNCTION browser_phone_keep(p_tenant uuid, p_session uuid, p_name text) RETURNS timestamptz
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
  UPDATE pbx.browser_phones SET expires_at = clock_timestamp() + interval '5 minutes'
    WHERE name = p_name AND session_id = p_session AND tenant_id = p_tenant AND EXISTS (SELECT FROM pbx.live_browser_phones WHERE name = p_name)
    RETURNING expires_at
$$;

-- Takes phones away, with where they are registered.
CREATE FUNCTION browser_phones_end(p_names text[]) RETURNS int
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
DECLARE n int;
BEGIN
  DELETE FROM pbx.browser_phones WHERE name = ANY (p_names);
  GET DIAGNOSTICS n = ROW_COUNT;
  DELETE FROM pbx.ps_contacts WHERE endpoint = ANY (p_names);
  RETURN n;
END $fn$;

-- The page says goodbye: one phone of the sign-in that has it.
CREATE FUNCTION browser_phone_close(p_session uuid, p_name text) RETURNS int
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT browser_phones_end(ARRAY(SELECT name FROM pbx.browser_phones WHERE name = p_name AND session_id = p_session AND tenant_id = app_tenant()))
$$;

-- Forgets the phones that are over. Nothing hangs on it: they are refused already.
CREATE FUNCTION browser_phones_sweep() RETURNS int
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT browser_phones_end(ARRAY(SELECT w.name FROM pbx.browser_phones w
    WHERE NOT EXISTS (SELECT FROM pbx.live_browser_phones l WHERE l.name = w.name) ORDER BY w.expires_at LIMIT 1000))
$$;

-- Where a browser phone is, as the portal saw it.
CREATE FUNCTION browser_phone_address(p_name text) RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$ SELECT address FROM pbx.browser_phones WHERE name = p_name $$;

-- ---------------------------------------------------------------- what knew desk phones only
CREATE OR REPLACE FUNCTION drop_contacts(p_extension uuid)
RETURNS int LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
DECLARE n int;
BEGIN
  DELETE FROM pbx.ps_contacts WHERE endpoint = (SELECT sip_username FROM extension WHERE id = p_extension AND tenant_id = app_tenant());
  GET DIAGNOSTICS n = ROW_COUNT;
  RETURN n + browser_phones_end(ARRAY(SELECT name FROM pbx.browser_phones WHERE extension_id = p_extension AND tenant_id = app_tenant()));
END $fn$;

CREATE OR REPLACE FUNCTION unprovision_extension(p_extension uuid)
RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
DECLARE v_name text := (SELECT sip_username FROM extension WHERE id = p_extension AND tenant_id = app_tenant());
BEGIN
  PERFORM drop_contacts(p_extension);
  DELETE FROM pbx.ps_endpoints WHERE id = v_name;
  DELETE FROM pbx.ps_auths WHERE id = v_name;
  DELETE FROM pbx.ps_aors WHERE id = v_name;
END $fn$;

CREATE OR REPLACE FUNCTION contact_changed() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
DECLARE x extension; c pbx.ps_contacts;
BEGIN
  IF TG_OP = 'DELETE' THEN c := OLD; ELSE c := NEW; END IF;
  SELECT * INTO x FROM extension WHERE sip_username = split_part(c.endpoint, '.', 1);
  IF NOT FOUND THEN RETURN NULL; END IF;
  IF TG_OP = 'DELETE' THEN
    DELETE FROM registration WHERE tenant_id = x.tenant_id AND contact_id = c.id;
  ELSE
    INSERT INTO registration (tenant_id, extension_id, contact_id, uri, user_agent, address, expires_at)
      VALUES (x.tenant_id, x.id, c.id, replace(c.uri, '^3B', ';'), left(coalesce(c.user_agent, ''), 200),
        coalesce(browser_phone_address(c.endpoint), substring(c.uri FROM '@([^;^]+)')), to_timestamp(c.expiration_time::double precision))
      ON CONFLICT (tenant_id, contact_id) DO UPDATE SET uri = excluded.uri, user_agent = excluded.user_agent, address = excluded.address,
        expires_at = excluded.expires_at;
    UPDATE extension SET last_seen_at = clock_timestamp() WHERE tenant_id = x.tenant_id AND id = x.id
      AND (last_seen_at IS NULL OR last_seen_at < clock_timestamp() - interval '30 seconds');
  END IF;
  PERFORM pg_notify('live', json_build_object('t', x.tenant_id, 'k', 'registrations')::text);
  RETURN NULL;
END $fn$;
CREATE OR REPLACE FUNCTION allow_list_set(p_extension uuid, p_networks inet[]) RETURNS int
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
    n := n + browser_phones_end(ARRAY(SELECT name FROM pbx.browser_phones WHERE extension_id = x.id
      AND NOT coalesce(address_in(address) <<= ANY (p_networks), false)));
  END IF;
  RETURN n;
END $fn$;

DO $$
DECLARE f text;
BEGIN
  FOREACH f IN ARRAY ARRAY['browser_phone_open(uuid, uuid, text, text, text)', 'browser_phone_keep(uuid, uuid, text)', 'browser_phones_end(text[])',
    'browser_phone_close(uuid, text)', 'browser_phones_sweep()', 'browser_phone_address(text)'] LOOP
    EXECUTE format('ALTER FUNCTION %s OWNER TO portal_system', f);
    EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', f);
  END LOOP;
  GRANT EXECUTE ON FUNCTION browser_phone_open(uuid, uuid, text, text, text), browser_phone_keep(uuid, uuid, text), browser_phone_close(uuid, text),
    browser_phones_sweep(), browser_phone_address(text) TO portal_app;
  FOREACH f IN ARRAY ARRAY['live_browser_phones', 'endpoints', 'auths', 'aors'] LOOP
    EXECUTE format('ALTER VIEW pbx.%I OWNER TO portal_system', f);
  END LOOP;
END $$;
GRANT SELECT ON pbx.endpoints, pbx.auths, pbx.aors TO asterisk;
REVOKE CREATE ON SCHEMA public, pbx FROM portal_system;
