-- Incidents: what is seen at the PBX is counted by the network it comes from, and an attack becomes one incident of the
-- operator, with everything it touches, a timeline that nobody rewrites, and clocks.

-- Signals of one minute and one network. Whatever the flood, a network makes one row a minute and kind.
CREATE TABLE signal (
  tenant_id uuid NOT NULL REFERENCES tenant (id),
  kind text NOT NULL CHECK (kind IN ('sip_failure')),
  -- A network in CIDR form: /24 for IPv4, /64 for IPv6.
  source text NOT NULL,
  minute timestamptz NOT NULL,
  signals bigint NOT NULL,
  PRIMARY KEY (tenant_id, kind, source, minute)
);
CREATE INDEX signal_oldest ON signal (minute);

CREATE TABLE incident (
  tenant_id uuid NOT NULL REFERENCES tenant (id),
  id uuid NOT NULL DEFAULT gen_random_uuid(),
  number bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
  kind text NOT NULL CHECK (kind IN ('sip_attack', 'manual')),
  -- The network of an attack; empty for what a person opened.
  source text NOT NULL DEFAULT '',
  title text NOT NULL CHECK (length(title) BETWEEN 1 AND 200),
  severity text NOT NULL CHECK (severity IN ('low', 'medium', 'high', 'critical')),
  state text NOT NULL DEFAULT 'triage' CHECK (state IN ('triage', 'open', 'contained', 'monitoring', 'resolved', 'reviewed', 'dismissed')),
  owner_id uuid REFERENCES person (id),
  signals bigint NOT NULL DEFAULT 0,
  first_at timestamptz NOT NULL,
  last_at timestamptz NOT NULL,
  opened_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  acknowledged_at timestamptz,
  contained_at timestamptz,
  closed_at timestamptz,
  -- Why it was dismissed, or how it was resolved.
  outcome text NOT NULL DEFAULT '',
  -- Signals of a merged incident count for the other one.
  merged_into uuid,
  last_line int NOT NULL DEFAULT 0,
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, number),
  FOREIGN KEY (tenant_id, merged_into) REFERENCES incident (tenant_id, id),
  CHECK (merged_into <> id),
  CHECK ((closed_at IS NOT NULL) = (state IN ('resolved', 'reviewed', 'dismissed')))
);
-- One attack is one incident: whoever comes second finds the first.
CREATE UNIQUE INDEX incident_one_open ON incident (tenant_id, kind, source) WHERE closed_at IS NULL AND source <> '';
CREATE INDEX incident_newest ON incident (tenant_id, last_at DESC, id DESC);
CREATE INDEX incident_merged ON incident (tenant_id, merged_into) WHERE merged_into IS NOT NULL;

CREATE TABLE incident_line (
  tenant_id uuid NOT NULL,
  incident_id uuid NOT NULL,
  seq int NOT NULL,
  at timestamptz NOT NULL DEFAULT clock_timestamp(),
  -- "system", or a person's id.
  actor text NOT NULL,
  kind text NOT NULL,
  body text NOT NULL DEFAULT '' CHECK (length(body) <= 4000),
  detail jsonb NOT NULL DEFAULT '{}',
  PRIMARY KEY (tenant_id, incident_id, seq),
  FOREIGN KEY (tenant_id, incident_id) REFERENCES incident (tenant_id, id)
);

-- What an incident touches.
CREATE TABLE incident_subject (
  tenant_id uuid NOT NULL,
  incident_id uuid NOT NULL,
  kind text NOT NULL CHECK (kind IN ('address', 'extension', 'username')),
  value text NOT NULL,
  -- Of an extension: whose it is, and which.
  of_tenant_id uuid,
  extension_id uuid,
  signals bigint NOT NULL DEFAULT 0,
  first_at timestamptz NOT NULL,
  last_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, incident_id, kind, value),
  FOREIGN KEY (tenant_id, incident_id) REFERENCES incident (tenant_id, id)
);

DO $$
DECLARE t text;
BEGIN
  FOREACH t IN ARRAY ARRAY['signal', 'incident', 'incident_line', 'incident_subject'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
    EXECUTE format('CREATE POLICY own_tenant ON %I TO portal_app USING (tenant_id = app_tenant()) WITH CHECK (tenant_id = app_tenant())', t);
    EXECUTE format('CREATE POLICY tenants_below ON %I FOR SELECT TO portal_app USING (app_subtree() AND tenant_id IN '
      '(SELECT descendant_id FROM tenant_below WHERE ancestor_id = app_tenant()))', t);
    EXECUTE format('CREATE POLICY system_functions ON %I TO portal_system USING (true) WITH CHECK (true)', t);
  END LOOP;
END $$;
-- Lines are added and never changed, by whomever.
GRANT SELECT ON signal, incident, incident_line, incident_subject TO portal_app;
GRANT INSERT (tenant_id, kind, title, severity, state, owner_id, first_at, last_at, acknowledged_at) ON incident TO portal_app;
GRANT UPDATE (severity, state, owner_id, acknowledged_at, contained_at, closed_at, outcome, merged_into, last_line) ON incident TO portal_app;
GRANT INSERT ON incident_line TO portal_app;
GRANT SELECT, INSERT, UPDATE ON incident, incident_subject TO portal_system;
GRANT SELECT, INSERT, UPDATE, DELETE ON signal TO portal_system;
GRANT SELECT, INSERT ON incident_line TO portal_system;
GRANT INSERT ON outbox_job TO portal_system;
GRANT CREATE ON SCHEMA public TO portal_system;

-- The network an address belongs to; what is no address is taken as it is.
CREATE FUNCTION network_of(p_address text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $fn$
BEGIN
  RETURN network(set_masklen(p_address::inet, CASE family(p_address::inet) WHEN 4 THEN 24 ELSE 64 END))::text;
EXCEPTION WHEN invalid_text_representation THEN RETURN left(p_address, 64);
END $fn$;

CREATE FUNCTION incident_note(p_tenant uuid, p_incident uuid, p_actor text, p_kind text, p_body text, p_detail jsonb) RETURNS void
LANGUAGE plpgsql AS $fn$
DECLARE n int;
BEGIN
  UPDATE incident SET last_line = last_line + 1 WHERE tenant_id = p_tenant AND id = p_incident RETURNING last_line INTO n;
  INSERT INTO incident_line (tenant_id, incident_id, seq, actor, kind, body, detail) VALUES (p_tenant, p_incident, n, p_actor, p_kind, p_body, p_detail);
END $fn$;

CREATE FUNCTION severity_rank(p_severity text) RETURNS int LANGUAGE sql IMMUTABLE AS $$
  SELECT array_position(ARRAY['low', 'medium', 'high', 'critical'], p_severity)
$$;

-- Something touched by an incident; at most 200 of a kind, so that a scan of a million names stays readable.
CREATE FUNCTION incident_touch(i incident, p_kind text, p_value text, p_of uuid, p_extension uuid, p_count bigint, p_at timestamptz) RETURNS void
LANGUAGE plpgsql AS $fn$
BEGIN
  UPDATE incident_subject s SET signals = s.signals + p_count, last_at = greatest(s.last_at, p_at), first_at = least(s.first_at, p_at)
    WHERE s.tenant_id = i.tenant_id AND s.incident_id = i.id AND s.kind = p_kind AND s.value = p_value;
  IF FOUND OR (SELECT count(*) FROM incident_subject s WHERE s.tenant_id = i.tenant_id AND s.incident_id = i.id AND s.kind = p_kind) >= 200 THEN RETURN; END IF;
  INSERT INTO incident_subject VALUES (i.tenant_id, i.id, p_kind, p_value, p_of, p_extension, p_count, p_at, p_at);
END $fn$;

-- Counts what a network did, and opens, feeds or raises the incident about it. At 5 failures within 5 minutes there is one,
-- of low severity: a telephone with an old password looks like that. 20 failures, or 3 names, make it medium; 50 or 8 high.
-- Severity only rises, and a person may lower it. Serialised per network, so that two workers make one incident.
CREATE FUNCTION signal_take(p_at timestamptz, p_type text, p_username text, p_address text, p_count int)
RETURNS TABLE (tenant_id uuid, incident_id uuid, opened boolean, raised boolean)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
#variable_conflict use_column
DECLARE
  v_desk uuid := (SELECT id FROM tenant WHERE kind = 'operator'); v_source text := network_of(p_address); v_recent bigint; v_names int; v_severity text;
  i incident; x extension; is_new boolean := false; higher boolean := false;
BEGIN
  IF v_desk IS NULL OR v_source = '' OR p_count < 1 THEN RETURN; END IF;
  PERFORM pg_advisory_xact_lock(hashtextextended('signal:' || v_source, 0));
  INSERT INTO signal (tenant_id, kind, source, minute, signals) VALUES (v_desk, 'sip_failure', v_source, date_trunc('minute', p_at), p_count)
    ON CONFLICT (tenant_id, kind, source, minute) DO UPDATE SET signals = signal.signals + excluded.signals;
  SELECT * INTO i FROM incident WHERE incident.tenant_id = v_desk AND kind = 'sip_attack' AND source = v_source AND closed_at IS NULL;
  IF i.merged_into IS NOT NULL THEN SELECT * INTO i FROM incident WHERE incident.tenant_id = v_desk AND id = i.merged_into; END IF;
  SELECT coalesce(sum(signals), 0) INTO v_recent FROM signal
    WHERE signal.tenant_id = v_desk AND kind = 'sip_failure' AND source = v_source AND minute > p_at - interval '5 minutes';
  IF i.id IS NULL THEN
    IF v_recent < 5 THEN RETURN; END IF;
    INSERT INTO incident (tenant_id, kind, source, title, severity, first_at, last_at)
      VALUES (v_desk, 'sip_attack', v_source, 'Failed sign-ins from ' || v_source, 'low', p_at, p_at) RETURNING * INTO i;
    PERFORM incident_note(v_desk, i.id, 'system', 'opened', '', jsonb_build_object('signals', v_recent, 'minutes', 5, 'threshold', 5));
    is_new := true;
  ELSE
    SELECT * INTO i FROM incident WHERE incident.tenant_id = v_desk AND id = i.id FOR UPDATE;
  END IF;
  PERFORM incident_touch(i, 'address', left(p_address, 64), NULL, NULL, p_count, p_at);
  SELECT * INTO x FROM extension WHERE sip_username = p_username;
  IF x.id IS NOT NULL THEN PERFORM incident_touch(i, 'extension', x.sip_username, x.tenant_id, x.id, p_count, p_at);
  ELSIF p_username <> '' THEN PERFORM incident_touch(i, 'username', left(p_username, 128), NULL, NULL, p_count, p_at); END IF;
  SELECT count(*) INTO v_names FROM incident_subject s WHERE s.tenant_id = v_desk AND s.incident_id = i.id AND s.kind IN ('extension', 'username');
  v_severity := CASE WHEN v_recent >= 50 OR v_names >= 8 THEN 'high' WHEN v_recent >= 20 OR v_names >= 3 THEN 'medium' ELSE 'low' END;
  higher := severity_rank(v_severity) > severity_rank(i.severity) AND i.closed_at IS NULL;
  UPDATE incident SET signals = signals + CASE WHEN is_new THEN v_recent ELSE p_count END, last_at = greatest(last_at, p_at), first_at = least(first_at, p_at),
      severity = CASE WHEN higher THEN v_severity ELSE severity END
    WHERE incident.tenant_id = v_desk AND id = i.id;
  IF higher AND NOT is_new THEN
    PERFORM incident_note(v_desk, i.id, 'system', 'severity', '', jsonb_build_object('from', i.severity, 'to', v_severity, 'signals', v_recent, 'names', v_names));
  END IF;
  -- A telephone with an old password wakes nobody.
  IF (is_new OR higher) AND v_severity <> 'low' THEN
    INSERT INTO outbox_job (tenant_id, job_name, payload) VALUES (v_desk, 'incident.notify', jsonb_build_object('incidentId', i.id, 'severity', v_severity));
  END IF;
  RETURN QUERY SELECT v_desk, i.id, is_new, higher;
END $fn$;

-- Counters of minutes long past.
CREATE FUNCTION signals_forget(p_before timestamptz) RETURNS int LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
DECLARE n int;
BEGIN
  DELETE FROM signal WHERE minute < p_before;
  GET DIAGNOSTICS n = ROW_COUNT;
  RETURN n;
END $fn$;

DO $$
DECLARE f text;
BEGIN
  FOREACH f IN ARRAY ARRAY['network_of(text)', 'incident_note(uuid, uuid, text, text, text, jsonb)', 'severity_rank(text)',
    'incident_touch(incident, text, text, uuid, uuid, bigint, timestamptz)', 'signal_take(timestamptz, text, text, text, int)', 'signals_forget(timestamptz)'] LOOP
    EXECUTE format('ALTER FUNCTION %s OWNER TO portal_system', f);
    EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', f);
  END LOOP;
  GRANT EXECUTE ON FUNCTION signal_take(timestamptz, text, text, text, int), signals_forget(timestamptz) TO portal_app;
END $$;
REVOKE CREATE ON SCHEMA public FROM portal_system;
