-- What phones did, kept for a month: when each came, from where it came back, and when it went. And what somebody who
-- connects a phone needs to be told, of which the telephone system knows only addresses.
GRANT CREATE ON SCHEMA public TO portal_system;

CREATE TABLE registration_event (
  tenant_id uuid NOT NULL,
  id uuid NOT NULL DEFAULT gen_random_uuid(),
  extension_id uuid NOT NULL,
  at timestamptz NOT NULL DEFAULT clock_timestamp(),
  kind text NOT NULL CHECK (kind IN ('registered', 'moved', 'unregistered', 'expired')),
  address text NOT NULL,
  user_agent text NOT NULL,
  transport text NOT NULL,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, extension_id) REFERENCES extension (tenant_id, id) ON DELETE CASCADE
);
CREATE INDEX registration_event_newest ON registration_event (tenant_id, extension_id, at DESC);
CREATE INDEX registration_event_oldest ON registration_event (at);
ALTER TABLE registration_event ENABLE ROW LEVEL SECURITY;
ALTER TABLE registration_event FORCE ROW LEVEL SECURITY;
CREATE POLICY own_tenant ON registration_event TO portal_app USING (tenant_id = app_tenant()) WITH CHECK (tenant_id = app_tenant());
CREATE POLICY tenants_below ON registration_event FOR SELECT TO portal_app USING (app_subtree() AND tenant_id IN
  (SELECT descendant_id FROM tenant_below WHERE ancestor_id = app_tenant()));
CREATE POLICY money_functions ON registration_event TO portal_charge USING (true) WITH CHECK (true);
CREATE POLICY system_functions ON registration_event TO portal_system USING (true) WITH CHECK (true);
GRANT SELECT ON registration_event TO portal_app;
GRANT SELECT, INSERT, DELETE ON registration_event TO portal_system;

-- A phone that registers again every few minutes from the same place is no news.
CREATE FUNCTION contact_noted() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
DECLARE x extension; c pbx.ps_contacts; v_kind text; v_uri text;
BEGIN
  IF TG_OP = 'DELETE' THEN c := OLD; ELSE c := NEW; END IF;
  v_uri := replace(c.uri, '^3B', ';');
  v_kind := CASE TG_OP WHEN 'INSERT' THEN 'registered'
    WHEN 'UPDATE' THEN CASE WHEN substring(OLD.uri FROM '@([^;^]+)') IS DISTINCT FROM substring(NEW.uri FROM '@([^;^]+)') THEN 'moved' END
    ELSE CASE WHEN to_timestamp(c.expiration_time::double precision) <= clock_timestamp() THEN 'expired' ELSE 'unregistered' END END;
  IF v_kind IS NULL THEN RETURN NULL; END IF;
  SELECT * INTO x FROM extension WHERE sip_username = c.endpoint;
  IF NOT FOUND THEN RETURN NULL; END IF;
  INSERT INTO registration_event (tenant_id, extension_id, kind, address, user_agent, transport)
    VALUES (x.tenant_id, x.id, v_kind, coalesce(left(substring(v_uri FROM '@([^;]+)'), 64), ''), left(coalesce(c.user_agent, ''), 200),
      upper(coalesce(left(substring(v_uri FROM ';transport=([A-Za-z]+)'), 8), 'udp')));
  RETURN NULL;
END $fn$;
CREATE TRIGGER contact_noted AFTER INSERT OR UPDATE OR DELETE ON pbx.ps_contacts FOR EACH ROW EXECUTE FUNCTION contact_noted();

-- Names that nobody has, tried since a moment: by the address of whoever asks, or in the tenant's own way of naming. They are
-- filed with the operator, because they are no tenant's. Where Asterisk challenges a name that it does not know, so that
-- nobody can find out which there are, it does not say the name either: it is '' then.
CREATE FUNCTION strange_names(p_since timestamptz, p_address text) RETURNS TABLE (at timestamptz, username text, address text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT s.at, CASE s.username WHEN '<unknown>' THEN '' ELSE s.username END, s.address FROM security_event s
  WHERE s.tenant_id = (SELECT id FROM tenant WHERE kind = 'operator') AND (s.type = 'InvalidAccountID'
      OR (s.type IN ('ChallengeResponseFailed', 'InvalidPassword') AND s.username = '<unknown>'))
    AND s.at >= greatest(p_since, clock_timestamp() - interval '1 hour')
    AND ((p_address <> '' AND s.address = p_address)
      -- No longer name: "acme-west-101" is a try at another tenant than acme.
      OR s.username ~ ('^' || (SELECT slug FROM tenant WHERE id = app_tenant()) || '-[0-9]+$'))
  ORDER BY s.at LIMIT 50
$$;

-- Until when the telephone system refuses an address; no row where it does not.
CREATE FUNCTION sip_ban_of(p_address text) RETURNS TABLE (created_at timestamptz, expires_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT b.created_at, b.expires_at FROM ban b
  WHERE b.scope = 'sip' AND b.lifted_at IS NULL AND b.expires_at > clock_timestamp() AND b.network >>= address_in(p_address)
  ORDER BY b.expires_at DESC LIMIT 1
$$;

CREATE FUNCTION registration_events_forget(p_before timestamptz) RETURNS int
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
DECLARE n int;
BEGIN
  DELETE FROM registration_event WHERE (tenant_id, id) IN (
    SELECT tenant_id, id FROM registration_event WHERE at < p_before ORDER BY at LIMIT 20000);
  GET DIAGNOSTICS n = ROW_COUNT;
  RETURN n;
END $fn$;

DO $$
DECLARE f text;
BEGIN
  FOREACH f IN ARRAY ARRAY['contact_noted()', 'strange_names(timestamptz, text)', 'sip_ban_of(text)', 'registration_events_forget(timestamptz)'] LOOP
    EXECUTE format('ALTER FUNCTION %s OWNER TO portal_system', f);
    EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', f);
  END LOOP;
  GRANT EXECUTE ON FUNCTION strange_names(timestamptz, text), sip_ban_of(text), registration_events_forget(timestamptz) TO portal_app;
  GRANT EXECUTE ON FUNCTION contact_noted() TO asterisk;
END $$;
REVOKE CREATE ON SCHEMA public FROM portal_system;
