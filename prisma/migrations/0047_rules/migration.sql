-- Rules: what is noticed about calls, sign-ins, changes and the system itself, from how much on, and what is done then. The
-- standard rules are in the code; rows here say what somebody set instead. What calls show is measured anew from the calls
-- each time, so a sweep that was killed can be repeated; what else happens is counted in a row per subject, kind and minute.
GRANT CREATE ON SCHEMA public TO portal_system;

-- What a tenant says about itself, or about one below and all that are below that one. NULL says nothing about a field.
CREATE TABLE rule (
  tenant_id uuid NOT NULL REFERENCES tenant (id),
  about_id uuid NOT NULL REFERENCES tenant (id),
  signal text NOT NULL CHECK (length(signal) BETWEEN 1 AND 40),
  scope text NOT NULL CHECK (scope IN ('extension', 'tenant', 'network')),
  mode text CHECK (mode IN ('off', 'shadow', 'enforce')),
  action text CHECK (action IN ('notify', 'open', 'contain')),
  window_minutes int CHECK (window_minutes BETWEEN 1 AND 1440),
  -- A count, or micros of the tenant's currency.
  warn bigint CHECK (warn > 0),
  critical bigint CHECK (critical > 0),
  changed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  changed_by text NOT NULL,
  PRIMARY KEY (tenant_id, about_id, signal, scope),
  CHECK (critical >= warn)
);
CREATE INDEX rule_about ON rule (about_id);

-- One stretch of time in which a subject was over a threshold; in shadow this is all that comes of it.
CREATE TABLE rule_finding (
  tenant_id uuid NOT NULL REFERENCES tenant (id),
  id uuid NOT NULL DEFAULT gen_random_uuid(),
  signal text NOT NULL,
  scope text NOT NULL,
  -- A SIP user name, a tenant's short name, or a network.
  source text NOT NULL,
  extension_id uuid,
  mode text NOT NULL,
  action text NOT NULL,
  level text NOT NULL CHECK (level IN ('warn', 'critical')),
  value bigint NOT NULL,
  window_minutes int NOT NULL,
  warn bigint NOT NULL,
  critical bigint NOT NULL,
  first_at timestamptz NOT NULL,
  last_at timestamptz NOT NULL,
  incident_id uuid,
  PRIMARY KEY (tenant_id, id)
);
CREATE INDEX rule_finding_of_source ON rule_finding (tenant_id, signal, scope, source, last_at DESC);
CREATE INDEX rule_finding_oldest ON rule_finding (last_at);

-- The countries that an extension ever called, and since when: what is new is read from here, not from years of calls.
CREATE TABLE country_called (
  tenant_id uuid NOT NULL REFERENCES tenant (id),
  extension_id uuid NOT NULL,
  country char(2) NOT NULL,
  first_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, extension_id, country)
);
INSERT INTO country_called SELECT tenant_id, extension_id, country, min(started_at) FROM call
  WHERE kind = 'external' AND extension_id IS NOT NULL AND country IS NOT NULL AND outcome IS DISTINCT FROM 'blocked' GROUP BY 1, 2, 3;

-- The networks that an extension registered from lately.
CREATE TABLE registration_network (
  tenant_id uuid NOT NULL,
  extension_id uuid NOT NULL,
  network text NOT NULL,
  last_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, extension_id, network),
  FOREIGN KEY (tenant_id, extension_id) REFERENCES extension (tenant_id, id) ON DELETE CASCADE
);
CREATE INDEX registration_network_oldest ON registration_network (last_at);

-- How far a tenant's trail was looked through.
CREATE TABLE rule_audit_cursor (
  tenant_id uuid PRIMARY KEY REFERENCES tenant (id),
  seq bigint NOT NULL
);
INSERT INTO rule_audit_cursor SELECT tenant_id, seq FROM audit_head;

DO $$
DECLARE t text;
BEGIN
  FOREACH t IN ARRAY ARRAY['rule', 'rule_finding', 'country_called', 'registration_network', 'rule_audit_cursor'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
    EXECUTE format('CREATE POLICY own_tenant ON %I TO portal_app USING (tenant_id = app_tenant()) WITH CHECK (tenant_id = app_tenant())', t);
    EXECUTE format('CREATE POLICY tenants_below ON %I FOR SELECT TO portal_app USING (app_subtree() AND tenant_id IN '
      '(SELECT descendant_id FROM tenant_below WHERE ancestor_id = app_tenant()))', t);
    EXECUTE format('CREATE POLICY system_functions ON %I TO portal_system USING (true) WITH CHECK (true)', t);
  END LOOP;
END $$;
GRANT SELECT, INSERT, UPDATE, DELETE ON rule TO portal_app;
GRANT SELECT ON rule_finding TO portal_app;
GRANT SELECT ON rule, hold, difference TO portal_system;
GRANT SELECT, INSERT, UPDATE, DELETE ON rule_finding, country_called, registration_network, rule_audit_cursor TO portal_system;

-- How far calls were looked at. Of this machine, not of a tenant.
CREATE TABLE rule_cursor (one boolean PRIMARY KEY DEFAULT true CHECK (one), called_at timestamptz NOT NULL);
INSERT INTO rule_cursor (called_at) VALUES (now());
-- Numbers that cost more than they look: premium and personal ones, by country, as the published plans have them.
CREATE TABLE number_range (country char(2) NOT NULL, kind text NOT NULL, pattern text NOT NULL, PRIMARY KEY (country, kind));
GRANT SELECT, UPDATE ON rule_cursor TO portal_system;
GRANT SELECT, INSERT, UPDATE, DELETE ON number_range TO portal_system;

-- Block ranges: nothing to keep in order when a call is written, enough to find those of the last minute.
CREATE INDEX call_lately ON call USING brin (started_at) WITH (pages_per_range = 8);
CREATE INDEX difference_found ON difference (found_at);
CREATE INDEX incident_about ON incident (tenant_id, kind, source, closed_at DESC);

-- ---------------------------------------------------------------- counters
ALTER TABLE signal DROP CONSTRAINT signal_kind_check;
ALTER TABLE signal ADD CHECK (kind IN ('sip_failure', 'sign_in', 'denied', 'config', 'difference', 'moves', 'ami_login', 'ami_silence', 'retention'));
-- How many of them rules have seen, and what was tried while there was no incident to list it.
ALTER TABLE signal ADD COLUMN judged bigint NOT NULL DEFAULT 0, ADD COLUMN tried jsonb NOT NULL DEFAULT '{}';
UPDATE signal SET judged = signals;
CREATE INDEX signal_fresh ON signal (minute) WHERE signals > judged;
ALTER TABLE incident DROP CONSTRAINT incident_kind_check;
ALTER TABLE incident ADD CHECK (length(kind) BETWEEN 1 AND 40);
ALTER TABLE incident_subject DROP CONSTRAINT incident_subject_kind_check;
ALTER TABLE incident_subject ADD CHECK (kind IN ('address', 'extension', 'username', 'tenant', 'number', 'country'));

-- Where a signal is counted: a flood from ever new networks fills two thousand rows a minute and no more.
CREATE FUNCTION signal_source(p_tenant uuid, p_kind text, p_source text, p_minute timestamptz) RETURNS text LANGUAGE plpgsql STABLE AS $fn$
BEGIN
  IF EXISTS (SELECT FROM signal WHERE tenant_id = p_tenant AND kind = p_kind AND source = p_source AND minute = p_minute)
    OR (SELECT count(*) FROM (SELECT FROM signal WHERE minute = p_minute LIMIT 2000) x) < 2000 THEN RETURN p_source; END IF;
  RETURN 'elsewhere';
END $fn$;

-- Counts something that happened. The operator's without a tenant; a network where the kind is about networks.
CREATE FUNCTION signal_count(p_kind text, p_tenant uuid, p_source text, p_at timestamptz, p_count int) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
DECLARE
  v_tenant uuid := coalesce(p_tenant, (SELECT id FROM tenant WHERE kind = 'operator')); v_minute timestamptz := date_trunc('minute', p_at);
  v_source text := CASE WHEN p_kind IN ('sign_in', 'sip_failure') THEN network_of(p_source) ELSE left(p_source, 64) END;
BEGIN
  IF v_tenant IS NULL OR p_count < 1 THEN RETURN; END IF;
  INSERT INTO signal (tenant_id, kind, source, minute, signals) VALUES (v_tenant, p_kind, signal_source(v_tenant, p_kind, v_source, v_minute), v_minute, p_count)
    ON CONFLICT (tenant_id, kind, source, minute) DO UPDATE SET signals = signal.signals + excluded.signals;
END $fn$;

-- Notes that something was so in this minute; saying it again changes nothing.
CREATE FUNCTION signal_mark(p_kind text, p_at timestamptz) RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
  INSERT INTO signal (tenant_id, kind, source, minute, signals) SELECT id, p_kind, '', date_trunc('minute', p_at), 1 FROM tenant WHERE kind = 'operator'
    ON CONFLICT (tenant_id, kind, source, minute) DO NOTHING
$$;

-- A phone registered from another address. The address as the contact has it, with its port.
CREATE FUNCTION registration_moved() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
DECLARE v_network text := network_of(regexp_replace(regexp_replace(coalesce(NEW.address, ''), ':[0-9]+$', ''), '^\[|\]$', '', 'g')); fresh boolean;
BEGIN
  IF v_network = '' THEN RETURN NULL; END IF;
  INSERT INTO registration_network VALUES (NEW.tenant_id, NEW.extension_id, v_network, clock_timestamp())
    ON CONFLICT (tenant_id, extension_id, network) DO UPDATE SET last_at = excluded.last_at;
  -- The first network is where the phone is; from the second on it moves.
  IF 1 < (SELECT count(*) FROM (SELECT FROM registration_network n WHERE n.tenant_id = NEW.tenant_id AND n.extension_id = NEW.extension_id LIMIT 2) x) THEN
    PERFORM signal_count('moves', NEW.tenant_id, NEW.extension_id::text, clock_timestamp(), 1);
  END IF;
  RETURN NULL;
END $fn$;
CREATE TRIGGER registration_came AFTER INSERT ON registration FOR EACH ROW EXECUTE FUNCTION registration_moved();
CREATE TRIGGER registration_moved AFTER UPDATE ON registration FOR EACH ROW WHEN (OLD.address IS DISTINCT FROM NEW.address) EXECUTE FUNCTION registration_moved();

-- Counts what stands in the trails since the last time: refused permissions, and changes that open doors. Each event once,
-- because the counter and the cursor move together. Bounded: so many events of a tenant at a time.
CREATE FUNCTION signals_of_audit(p_actions text[], p_limit int) RETURNS int LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
DECLARE r record; n int := 0; upto bigint;
BEGIN
  FOR r IN SELECT h.tenant_id, coalesce(c.seq, 0) AS seq, h.seq AS head FROM audit_head h LEFT JOIN rule_audit_cursor c ON c.tenant_id = h.tenant_id
    WHERE h.seq > coalesce(c.seq, 0) ORDER BY h.tenant_id LOOP
    upto := least(r.head, r.seq + p_limit);
    INSERT INTO signal (tenant_id, kind, source, minute, signals)
      SELECT r.tenant_id, k.kind, '', date_trunc('minute', e.at), count(*) FROM audit_event e
      CROSS JOIN LATERAL (SELECT CASE WHEN e.action = 'permission.deny' THEN 'denied' WHEN e.outcome = 'ok' AND e.action = ANY (p_actions) AND e.actor_kind <> 'job' THEN 'config' END AS kind) k
      WHERE e.tenant_id = r.tenant_id AND e.seq > r.seq AND e.seq <= upto AND k.kind IS NOT NULL GROUP BY k.kind, date_trunc('minute', e.at)
      ON CONFLICT (tenant_id, kind, source, minute) DO UPDATE SET signals = signal.signals + excluded.signals;
    INSERT INTO rule_audit_cursor VALUES (r.tenant_id, upto) ON CONFLICT (tenant_id) DO UPDATE SET seq = excluded.seq;
    n := n + (upto - r.seq)::int;
  END LOOP;
  RETURN n;
END $fn$;

-- The same for differences that reconciliation found; set from what is there, so a repeat changes nothing.
CREATE FUNCTION signals_of_differences(p_since timestamptz) RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
  INSERT INTO signal (tenant_id, kind, source, minute, signals)
    SELECT tenant_id, 'difference', '', date_trunc('minute', found_at), count(*) FROM difference WHERE found_at >= date_trunc('minute', p_since) GROUP BY 1, 4
    ON CONFLICT (tenant_id, kind, source, minute) DO UPDATE SET signals = excluded.signals WHERE signal.signals < excluded.signals
$$;

-- Subjects with something that no rule has seen yet.
CREATE FUNCTION signals_fresh(p_limit int) RETURNS TABLE (tenant_id uuid, kind text, source text, last_at timestamptz, minutes jsonb)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT s.tenant_id, s.kind, s.source, max(s.minute), jsonb_agg(jsonb_build_object('minute', s.minute, 'signals', s.signals))
  FROM signal s WHERE s.signals > s.judged GROUP BY 1, 2, 3 ORDER BY 4 LIMIT p_limit
$$;

-- How much there was of each within its window; of moves, from how many networks. What an incident that is over had is not
-- counted again, apart from the minute in which it ended.
CREATE FUNCTION signal_sums(p_asked jsonb) RETURNS TABLE (tenant_id uuid, kind text, source text, value bigint, first_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT a.tenant, a.kind, a.source, CASE WHEN a.kind = 'moves' THEN
      (SELECT count(*) FROM registration_network n WHERE n.tenant_id = a.tenant AND n.extension_id::text = a.source AND n.last_at > a.since)
      ELSE coalesce(sum(s.signals), 0) END::bigint, coalesce(min(s.minute), a.since)
  FROM jsonb_to_recordset(p_asked) AS a(tenant uuid, kind text, source text, since timestamptz, over timestamptz)
  LEFT JOIN signal s ON s.tenant_id = a.tenant AND s.kind = a.kind AND s.source = a.source AND s.minute > a.since
    AND (a.over IS NULL OR s.minute >= date_trunc('minute', a.over))
  GROUP BY a.tenant, a.kind, a.source, a.since
$$;

-- Those that no rule minds, as far as they were read: what came in between is looked at next time.
CREATE FUNCTION signals_judged(p_asked jsonb) RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
  UPDATE signal s SET judged = m.signals FROM jsonb_to_recordset(p_asked) AS a(tenant uuid, kind text, source text, minutes jsonb)
    CROSS JOIN LATERAL jsonb_to_recordset(a.minutes) AS m(minute timestamptz, signals bigint)
    WHERE s.tenant_id = a.tenant AND s.kind = a.kind AND s.source = a.source AND s.minute = m.minute AND s.judged < m.signals
$$;

-- When incidents about these subjects were last over, if after the moment given.
CREATE FUNCTION incidents_over(p_asked jsonb) RETURNS TABLE (kind text, source text, closed_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT a.kind, a.source, max(i.closed_at) FROM jsonb_to_recordset(p_asked) AS a(kind text, source text, since timestamptz)
    JOIN incident i ON i.tenant_id = (SELECT id FROM tenant WHERE kind = 'operator') AND i.kind = a.kind AND i.source = a.source AND i.closed_at > a.since
    GROUP BY a.kind, a.source
$$;

-- ---------------------------------------------------------------- calls
-- Whose calls to look at: whoever called since the cursor, with a minute to spare, or is calling. Notes new countries.
CREATE FUNCTION calls_touched() RETURNS TABLE (tenant_id uuid, extension_id uuid)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
#variable_conflict use_column
DECLARE v_since timestamptz := (SELECT called_at FROM rule_cursor) - interval '1 minute';
BEGIN
  INSERT INTO country_called SELECT c.tenant_id, c.extension_id, c.country, min(c.started_at) FROM call c
    WHERE c.started_at > v_since AND c.kind = 'external' AND c.extension_id IS NOT NULL AND c.country IS NOT NULL AND c.outcome IS DISTINCT FROM 'blocked'
    GROUP BY 1, 2, 3 ON CONFLICT DO NOTHING;
  RETURN QUERY SELECT DISTINCT c.tenant_id, c.extension_id FROM call c
    WHERE c.kind = 'external' AND c.extension_id IS NOT NULL AND (c.started_at > v_since OR c.state <> 'ended');
END $fn$;

CREATE FUNCTION calls_judged(p_at timestamptz) RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
  UPDATE rule_cursor SET called_at = greatest(called_at, p_at)
$$;

-- A number that costs more than it looks: premium or personal, of a satellite, or of no country.
-- The patterns of other countries must not be tried: each costs a hundred times the comparison.
CREATE FUNCTION is_special(p_country char, p_number text) RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT p_country IN ('XS', 'XN') OR EXISTS (SELECT FROM number_range r WHERE r.country = p_country AND CASE WHEN r.country = p_country THEN p_number ~ r.pattern END)
$$;

-- Night (22 to 6) and weekend, by the clock of the tenant.
CREATE FUNCTION is_off_hours(p_at timestamptz, p_zone text) RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT extract(isodow FROM p_at AT TIME ZONE p_zone) >= 6 OR extract(hour FROM p_at AT TIME ZONE p_zone) NOT BETWEEN 6 AND 21
$$;

-- What each call of a tenant weighs for each signal, in the order of the calls. Refused calls count for `calls`, `refused`,
-- `sequential` and `repeated` only. A country is new when its first call came an hour or more after the first call of all.
CREATE FUNCTION call_weights(p_tenant uuid, p_by_extension boolean, p_from timestamptz, p_to timestamptz)
RETURNS TABLE (id uuid, extension_id uuid, at timestamptz, number text, cost bigint, spend bigint, calls int, refused int, new_country int, off_hours int,
  short_calls int, sequential int, special int, price bigint)
LANGUAGE sql STABLE AS $$
  WITH k AS (
    SELECT y.extension_id, y.country, y.first_at, min(y.first_at) OVER (PARTITION BY y.country) AS tenant_first, min(y.first_at) OVER (PARTITION BY y.extension_id) AS own_since,
      min(y.first_at) OVER () AS tenant_since FROM country_called y WHERE y.tenant_id = p_tenant),
  c AS (
    SELECT x.*, x.outcome IS DISTINCT FROM 'blocked' AS placed, lag(x.to_e164, 1) OVER w AS n1, lag(x.to_e164, 2) OVER w AS n2, lag(x.to_e164, 3) OVER w AS n3
    FROM call x WHERE x.tenant_id = p_tenant AND x.kind = 'external' AND x.extension_id IS NOT NULL AND x.started_at > p_from AND x.started_at <= p_to
    WINDOW w AS (PARTITION BY CASE WHEN p_by_extension THEN x.extension_id END ORDER BY x.started_at, x.id))
  SELECT c.id, c.extension_id, c.started_at, c.to_e164, coalesce(c.cost_micros, 0), CASE WHEN c.placed THEN coalesce(c.cost_micros, h.held_micros, 0) ELSE 0 END, 1, (NOT c.placed)::int,
    coalesce((c.placed AND c.country <> t.country AND CASE WHEN p_by_extension AND k.own_since + interval '1 hour' <= k.first_at THEN k.first_at = c.started_at
      ELSE k.tenant_first = c.started_at AND k.tenant_since + interval '1 hour' <= k.tenant_first END)::int, 0),
    (c.placed AND is_off_hours(c.started_at, t.time_zone))::int, coalesce((c.outcome = 'answered' AND c.state = 'ended' AND c.talk_ms < 6000)::int, 0),
    coalesce((1 IN (abs(c.to_e164::numeric - c.n1::numeric), abs(c.to_e164::numeric - c.n2::numeric), abs(c.to_e164::numeric - c.n3::numeric)))::int, 0),
    (c.placed AND coalesce(is_special(c.country, c.to_e164), false))::int,
    CASE WHEN c.placed THEN coalesce(greatest(h.per_minute_micros, (SELECT max(s) FROM unnest(h.step_per_minute) s)), 0) ELSE 0 END
  FROM c JOIN tenant t ON t.id = c.tenant_id LEFT JOIN hold h ON h.tenant_id = c.tenant_id AND h.call_id = c.id AND h.level = 0
  LEFT JOIN k ON k.extension_id = c.extension_id AND k.country = c.country
$$;

-- How much there is of each signal within its window, per tenant or per extension. Asked: the tenant, the earliest of the
-- windows, which extensions (all without), and where the window of each signal begins.
CREATE FUNCTION call_measures(p_by_extension boolean, p_asked jsonb, p_at timestamptz)
RETURNS TABLE (tenant_id uuid, extension_id uuid, signal text, value bigint, calls bigint, first_at timestamptz, last_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT a.tenant, g.ext, v.signal, CASE WHEN v.signal IN ('price', 'repeated') THEN max(v.x) ELSE sum(v.x) END::bigint, count(*), min(g.at), max(g.at)
  FROM jsonb_to_recordset(p_asked) AS a(tenant uuid, earliest timestamptz, extensions uuid[], since jsonb)
  CROSS JOIN LATERAL (
    SELECT w.*, CASE WHEN p_by_extension THEN w.extension_id END AS ext, count(*) FILTER (WHERE w.at > (a.since ->> 'repeated')::timestamptz)
      OVER (PARTITION BY CASE WHEN p_by_extension THEN w.extension_id END, w.number) AS repeated
    FROM call_weights(a.tenant, p_by_extension, a.earliest, p_at) w WHERE a.extensions IS NULL OR w.extension_id = ANY (a.extensions)) g
  CROSS JOIN LATERAL (VALUES ('spend', g.spend), ('calls', g.calls), ('refused', g.refused), ('new_country', g.new_country), ('off_hours', g.off_hours),
    ('short_calls', g.short_calls), ('sequential', g.sequential), ('repeated', g.repeated), ('special', g.special), ('price', g.price)) v(signal, x)
  WHERE v.x > 0 AND g.at > (a.since ->> v.signal)::timestamptz GROUP BY a.tenant, g.ext, v.signal
$$;

-- ---------------------------------------------------------------- what comes of it
-- What every level says about each of these tenants: all rows of tenants at or above it, about it or a tenant between. The
-- operator's first, and of each level the nearest word last.
CREATE FUNCTION rule_words(p_tenants uuid[])
RETURNS TABLE (tenant_id uuid, set_by uuid, depth int, about_id uuid, by_operator boolean, signal text, scope text, mode text, action text, window_minutes int, warn bigint, critical bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT up.descendant_id, r.tenant_id, up.depth, r.about_id, s.kind = 'operator', r.signal, r.scope, r.mode, r.action, r.window_minutes, r.warn, r.critical
  FROM tenant_below up JOIN rule r ON r.tenant_id = up.ancestor_id JOIN tenant s ON s.id = r.tenant_id
  JOIN tenant_below near ON near.ancestor_id = r.about_id AND near.descendant_id = up.descendant_id
  WHERE up.descendant_id = ANY (p_tenants) AND near.depth <= up.depth ORDER BY up.descendant_id, up.depth DESC, near.depth DESC
$$;
-- The same for a person, of the tenant acted on and those below it.
CREATE FUNCTION rule_words_of(p_tenant uuid)
RETURNS TABLE (tenant_id uuid, set_by uuid, depth int, about_id uuid, by_operator boolean, signal text, scope text, mode text, action text, window_minutes int, warn bigint, critical bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT w.* FROM rule_words(ARRAY[p_tenant]) w WHERE EXISTS (SELECT FROM tenant_below WHERE ancestor_id = app_tenant() AND descendant_id = p_tenant)
$$;

-- Writes down that a subject is over a threshold, and does what the rule says: nothing more in shadow; a mail to the desk;
-- an incident that is opened, fed or made worse. Serialised per subject, so two workers make one incident, and a repeat
-- changes nothing: counters are judged in the same transaction, calls are counted by the most that was seen.
CREATE FUNCTION rule_hit(h jsonb) RETURNS TABLE (incident_id uuid, opened boolean, raised boolean, contain boolean)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
#variable_conflict use_column
DECLARE
  v_desk uuid := (SELECT id FROM tenant WHERE kind = 'operator'); v_tenant uuid := (h ->> 'tenant')::uuid; v_extension uuid := (h ->> 'extension')::uuid;
  v_source text := h ->> 'source'; v_signal text := h ->> 'signal'; v_level text := h ->> 'level'; v_severity text := h ->> 'severity';
  v_first timestamptz := (h ->> 'firstAt')::timestamptz; v_last timestamptz := (h ->> 'lastAt')::timestamptz; v_value bigint := (h ->> 'value')::bigint;
  f rule_finding; i incident; added bigint := 0; is_new boolean := false; higher boolean := false; newly boolean; s record;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended('rule:' || v_signal || ':' || v_source, 0));
  IF (h ->> 'counted')::boolean THEN
    WITH seen AS (SELECT x.minute, x.signals - x.judged AS n FROM signal x WHERE x.tenant_id = v_tenant AND x.kind = v_signal AND x.source = h ->> 'counter' FOR UPDATE),
      done AS (UPDATE signal x SET judged = x.signals FROM seen WHERE x.tenant_id = v_tenant AND x.kind = v_signal AND x.source = h ->> 'counter' AND x.minute = seen.minute AND seen.n > 0)
    SELECT coalesce(sum(n), 0) INTO added FROM seen;
    IF added = 0 THEN RETURN; END IF;
  END IF;
  SELECT * INTO f FROM rule_finding x WHERE x.tenant_id = v_tenant AND x.signal = v_signal AND x.scope = h ->> 'scope' AND x.source = v_source AND x.mode = h ->> 'mode'
    AND x.last_at > v_last - (h ->> 'window')::int * interval '1 minute' ORDER BY x.last_at DESC LIMIT 1 FOR UPDATE;
  newly := f.id IS NULL OR (f.level = 'warn' AND v_level = 'critical');
  IF f.id IS NULL THEN
    INSERT INTO rule_finding (tenant_id, signal, scope, source, extension_id, mode, action, level, value, window_minutes, warn, critical, first_at, last_at)
      VALUES (v_tenant, v_signal, h ->> 'scope', v_source, v_extension, h ->> 'mode', h ->> 'action', v_level, v_value, (h ->> 'window')::int, (h ->> 'warn')::bigint,
        (h ->> 'critical')::bigint, v_first, v_last) RETURNING * INTO f;
  ELSE
    UPDATE rule_finding x SET level = CASE WHEN newly THEN v_level ELSE x.level END, value = greatest(x.value, v_value), last_at = greatest(x.last_at, v_last), action = h ->> 'action'
      WHERE x.tenant_id = v_tenant AND x.id = f.id;
  END IF;
  IF h ->> 'mode' <> 'enforce' THEN RETURN; END IF;
  IF h ->> 'action' = 'notify' THEN
    IF newly AND v_level = 'critical' THEN
      INSERT INTO outbox_job (tenant_id, job_name, payload) VALUES (v_desk, 'rule.notify', jsonb_build_object('findingTenantId', v_tenant, 'findingId', f.id));
    END IF;
    RETURN;
  END IF;
  SELECT * INTO i FROM incident x WHERE x.tenant_id = v_desk AND x.kind = v_signal AND x.source = v_source AND x.closed_at IS NULL;
  IF i.merged_into IS NOT NULL THEN SELECT * INTO i FROM incident x WHERE x.tenant_id = v_desk AND x.id = i.merged_into; END IF;
  IF i.id IS NULL THEN
    INSERT INTO incident (tenant_id, kind, source, title, severity, first_at, last_at)
      VALUES (v_desk, v_signal, v_source, left(h ->> 'title', 200), v_severity, v_first, v_last) RETURNING * INTO i;
    PERFORM incident_note(v_desk, i.id, 'system', 'rule', '', h - ARRAY['subjects', 'title', 'tenant', 'extension', 'counter']);
    is_new := true;
  ELSE
    SELECT * INTO i FROM incident x WHERE x.tenant_id = v_desk AND x.id = i.id FOR UPDATE;
    higher := severity_rank(v_severity) > severity_rank(i.severity) AND i.closed_at IS NULL;
    IF higher THEN
      PERFORM incident_note(v_desk, i.id, 'system', 'severity', '', jsonb_build_object('from', i.severity, 'to', v_severity, 'signal', v_signal, 'value', v_value));
    END IF;
  END IF;
  UPDATE incident x SET last_at = greatest(x.last_at, v_last), first_at = least(x.first_at, v_first), severity = CASE WHEN higher THEN v_severity ELSE x.severity END,
      signals = CASE WHEN NOT (h ->> 'counted')::boolean THEN greatest(x.signals, (h ->> 'calls')::bigint) WHEN is_new THEN greatest(v_value, added) ELSE x.signals + added END
    WHERE x.tenant_id = v_desk AND x.id = i.id;
  FOR s IN SELECT * FROM jsonb_to_recordset(coalesce(h -> 'subjects', '[]')) AS x(kind text, value text, of uuid, extension uuid, n bigint) LOOP
    UPDATE incident_subject x SET signals = greatest(x.signals, s.n), last_at = greatest(x.last_at, v_last)
      WHERE x.tenant_id = v_desk AND x.incident_id = i.id AND x.kind = s.kind AND x.value = s.value;
    IF NOT FOUND THEN PERFORM incident_touch(i, s.kind, left(s.value, 128), s.of, s.extension, s.n, v_last); END IF;
  END LOOP;
  UPDATE rule_finding x SET incident_id = i.id WHERE x.tenant_id = v_tenant AND x.id = f.id AND x.incident_id IS NULL;
  IF (is_new OR higher) AND v_severity <> 'low' THEN
    INSERT INTO outbox_job (tenant_id, job_name, payload) VALUES (v_desk, 'incident.notify', jsonb_build_object('incidentId', i.id, 'severity', v_severity));
  END IF;
  RETURN QUERY SELECT i.id, is_new, higher, h ->> 'action' = 'contain' AND v_level = 'critical';
END $fn$;

-- What to list with an incident about calls: where they came from and what they dialled most, ten of each.
CREATE FUNCTION calls_touching(p_tenant uuid, p_extension uuid, p_since timestamptz) RETURNS TABLE (kind text, value text, n bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  WITH c AS (SELECT * FROM call WHERE tenant_id = p_tenant AND call.kind = 'external' AND started_at > p_since AND (p_extension IS NULL OR extension_id = p_extension))
  (SELECT 'address', source_address, count(*) FROM c WHERE source_address <> '' GROUP BY 2 ORDER BY 3 DESC, 2 LIMIT 10)
  UNION ALL (SELECT 'number', to_e164, count(*) FROM c WHERE to_e164 IS NOT NULL GROUP BY 2 ORDER BY 3 DESC, 2 LIMIT 10)
  UNION ALL (SELECT 'country', country::text, count(*) FROM c WHERE country IS NOT NULL GROUP BY 2 ORDER BY 3 DESC, 2 LIMIT 10)
$$;

-- Who the subjects are, for titles.
CREATE FUNCTION rule_subjects(p_tenants uuid[], p_extensions uuid[])
RETURNS TABLE (tenant_id uuid, slug text, name text, kind text, extension_id uuid, number text, sip_username text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT t.id, t.slug, t.name, t.kind, x.id, x.number, x.sip_username FROM tenant t LEFT JOIN extension x ON x.tenant_id = t.id AND x.id = ANY (p_extensions) WHERE t.id = ANY (p_tenants)
$$;

-- A finding, for the mail about it.
CREATE FUNCTION rule_finding_of(p_tenant uuid, p_id uuid)
RETURNS TABLE (signal text, scope text, source text, value bigint, critical bigint, minutes int, name text, slug text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT f.signal, f.scope, f.source, f.value, f.critical, f.window_minutes, t.name, t.slug FROM rule_finding f JOIN tenant t ON t.id = f.tenant_id
  WHERE f.tenant_id = p_tenant AND f.id = p_id AND EXISTS (SELECT FROM tenant_below WHERE ancestor_id = app_tenant() AND descendant_id = p_tenant)
$$;

-- The numbering plans change with the library that knows them.
CREATE FUNCTION number_ranges_set(p_ranges jsonb) RETURNS int LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
DECLARE n int;
BEGIN
  DELETE FROM number_range r WHERE NOT EXISTS (SELECT FROM jsonb_to_recordset(p_ranges) AS x(country text, kind text) WHERE x.country = r.country AND x.kind = r.kind);
  INSERT INTO number_range SELECT x.country, x.kind, x.pattern FROM jsonb_to_recordset(p_ranges) AS x(country text, kind text, pattern text)
    ON CONFLICT (country, kind) DO UPDATE SET pattern = excluded.pattern WHERE number_range.pattern <> excluded.pattern;
  GET DIAGNOSTICS n = ROW_COUNT;
  RETURN n;
END $fn$;

-- ---------------------------------------------------------------- sign-ins that fail at the PBX
-- As before, with the thresholds of the rule, and with what was tried before there was an incident: it is listed when there
-- is one, so that what is counted and what is listed agree. Replaces the function of 0037_incidents.
CREATE FUNCTION tried_with(p_tried jsonb, p_kind text, p_value text, p_count int) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
  SELECT CASE WHEN p_value = '' OR (NOT coalesce(p_tried -> p_kind, '{}') ? p_value AND (SELECT count(*) FROM jsonb_object_keys(coalesce(p_tried -> p_kind, '{}'))) >= 64) THEN p_tried
    ELSE jsonb_set(jsonb_build_object(p_kind, '{}'::jsonb) || p_tried, ARRAY[p_kind, p_value], to_jsonb(coalesce((p_tried -> p_kind ->> p_value)::bigint, 0) + p_count)) END
$$;

CREATE FUNCTION incident_touch_name(i incident, p_username text, p_count bigint, p_at timestamptz) RETURNS void LANGUAGE plpgsql AS $fn$
DECLARE x extension;
BEGIN
  SELECT * INTO x FROM extension WHERE sip_username = p_username;
  IF x.id IS NOT NULL THEN PERFORM incident_touch(i, 'extension', x.sip_username, x.tenant_id, x.id, p_count, p_at);
  ELSIF p_username <> '' THEN PERFORM incident_touch(i, 'username', left(p_username, 128), NULL, NULL, p_count, p_at); END IF;
END $fn$;

DROP FUNCTION signal_take(timestamptz, text, text, text, int);
CREATE FUNCTION signal_take(p_at timestamptz, p_type text, p_username text, p_address text, p_count int,
  p_rule jsonb DEFAULT '{"mode": "enforce", "action": "open", "window": 5, "warn": 5, "critical": 50}')
RETURNS TABLE (tenant_id uuid, incident_id uuid, opened boolean, raised boolean)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
#variable_conflict use_column
DECLARE
  v_desk uuid := (SELECT id FROM tenant WHERE kind = 'operator'); v_minute timestamptz := date_trunc('minute', p_at); v_source text := network_of(p_address);
  v_window interval := (p_rule ->> 'window')::int * interval '1 minute'; v_warn bigint := (p_rule ->> 'warn')::bigint; v_critical bigint := (p_rule ->> 'critical')::bigint;
  v_recent bigint; v_names int; v_severity text; i incident; s record; t record; is_new boolean := false; higher boolean := false;
BEGIN
  IF v_desk IS NULL OR v_source = '' OR p_count < 1 THEN RETURN; END IF;
  v_source := signal_source(v_desk, 'sip_failure', v_source, v_minute);
  PERFORM pg_advisory_xact_lock(hashtextextended('signal:' || v_source, 0));
  SELECT * INTO i FROM incident WHERE incident.tenant_id = v_desk AND kind = 'sip_attack' AND source = v_source AND closed_at IS NULL;
  IF i.merged_into IS NOT NULL THEN SELECT * INTO i FROM incident WHERE incident.tenant_id = v_desk AND id = i.merged_into; END IF;
  INSERT INTO signal (tenant_id, kind, source, minute, signals, judged) VALUES (v_desk, 'sip_failure', v_source, v_minute, p_count, p_count)
    ON CONFLICT (tenant_id, kind, source, minute) DO UPDATE SET signals = signal.signals + excluded.signals, judged = signal.judged + excluded.judged;
  SELECT coalesce(sum(signals), 0) INTO v_recent FROM signal
    WHERE signal.tenant_id = v_desk AND kind = 'sip_failure' AND source = v_source AND minute > p_at - v_window;
  IF p_rule ->> 'mode' = 'off' THEN RETURN; END IF;
  IF p_rule ->> 'mode' = 'shadow' OR p_rule ->> 'action' = 'notify' THEN
    IF v_recent >= v_warn THEN
      PERFORM rule_hit(p_rule || jsonb_build_object('tenant', v_desk, 'signal', 'sip_failure', 'scope', 'network', 'source', v_source, 'counted', false, 'severity', 'low',
        'level', CASE WHEN v_recent >= v_critical THEN 'critical' ELSE 'warn' END, 'value', v_recent, 'firstAt', v_minute, 'lastAt', p_at));
    END IF;
    RETURN;
  END IF;
  IF i.id IS NULL THEN
    UPDATE signal SET tried = tried_with(tried_with(tried, 'address', left(p_address, 64), p_count), 'name', left(p_username, 128), p_count)
      WHERE signal.tenant_id = v_desk AND kind = 'sip_failure' AND source = v_source AND minute = v_minute;
    IF v_recent < v_warn THEN RETURN; END IF;
    INSERT INTO incident (tenant_id, kind, source, title, severity, first_at, last_at)
      VALUES (v_desk, 'sip_attack', v_source, 'Failed sign-ins from ' || CASE v_source WHEN 'elsewhere' THEN 'more networks than can be told apart' ELSE v_source END, 'low', p_at, p_at) RETURNING * INTO i;
    PERFORM incident_note(v_desk, i.id, 'system', 'opened', '', jsonb_build_object('signals', v_recent, 'minutes', (p_rule ->> 'window')::int, 'threshold', v_warn));
    is_new := true;
    FOR s IN UPDATE signal x SET tried = '{}' FROM signal before WHERE before.tenant_id = v_desk AND before.kind = 'sip_failure' AND before.source = v_source
        AND before.minute > p_at - v_window AND (x.tenant_id, x.kind, x.source, x.minute) = (before.tenant_id, before.kind, before.source, before.minute)
        RETURNING before.minute, before.tried LOOP
      FOR t IN SELECT * FROM jsonb_each_text(coalesce(s.tried -> 'address', '{}')) LOOP PERFORM incident_touch(i, 'address', t.key, NULL, NULL, t.value::bigint, greatest(s.minute, least(p_at, s.minute + interval '59 seconds'))); END LOOP;
      FOR t IN SELECT * FROM jsonb_each_text(coalesce(s.tried -> 'name', '{}')) LOOP PERFORM incident_touch_name(i, t.key, t.value::bigint, greatest(s.minute, least(p_at, s.minute + interval '59 seconds'))); END LOOP;
    END LOOP;
  ELSE
    SELECT * INTO i FROM incident WHERE incident.tenant_id = v_desk AND id = i.id FOR UPDATE;
    PERFORM incident_touch(i, 'address', left(p_address, 64), NULL, NULL, p_count, p_at);
    PERFORM incident_touch_name(i, p_username, p_count, p_at);
  END IF;
  SELECT count(*) INTO v_names FROM incident_subject s WHERE s.tenant_id = v_desk AND s.incident_id = i.id AND s.kind IN ('extension', 'username');
  v_severity := CASE WHEN v_recent >= v_critical OR v_names >= 8 THEN 'high' WHEN v_recent >= 4 * v_warn OR v_names >= 3 THEN 'medium' ELSE 'low' END;
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

-- Counters of minutes long past, networks of old, and findings of a quarter ago.
CREATE OR REPLACE FUNCTION signals_forget(p_before timestamptz) RETURNS int LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
DECLARE n int;
BEGIN
  DELETE FROM registration_network WHERE last_at < p_before;
  DELETE FROM rule_finding WHERE last_at < p_before - interval '90 days';
  DELETE FROM signal WHERE minute < p_before;
  GET DIAGNOSTICS n = ROW_COUNT;
  RETURN n;
END $fn$;

DO $$
DECLARE f text;
BEGIN
  FOREACH f IN ARRAY ARRAY['signal_source(uuid, text, text, timestamptz)', 'registration_moved()', 'is_special(char, text)', 'is_off_hours(timestamptz, text)',
    'call_weights(uuid, boolean, timestamptz, timestamptz)', 'tried_with(jsonb, text, text, int)', 'incident_touch_name(incident, text, bigint, timestamptz)'] LOOP
    EXECUTE format('ALTER FUNCTION %s OWNER TO portal_system', f);
    EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', f);
  END LOOP;
  FOREACH f IN ARRAY ARRAY['signal_count(text, uuid, text, timestamptz, int)', 'signal_mark(text, timestamptz)', 'signals_of_audit(text[], int)',
    'signals_of_differences(timestamptz)', 'signals_fresh(int)', 'signal_sums(jsonb)', 'signals_judged(jsonb)', 'incidents_over(jsonb)', 'calls_touched()',
    'calls_judged(timestamptz)', 'call_measures(boolean, jsonb, timestamptz)', 'rule_words(uuid[])', 'rule_words_of(uuid)', 'rule_hit(jsonb)',
    'calls_touching(uuid, uuid, timestamptz)', 'rule_subjects(uuid[], uuid[])', 'number_ranges_set(jsonb)', 'rule_finding_of(uuid, uuid)', 'signal_take(timestamptz, text, text, text, int, jsonb)'] LOOP
    EXECUTE format('ALTER FUNCTION %s OWNER TO portal_system', f);
    EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', f);
    EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO portal_app', f);
  END LOOP;
END $$;
REVOKE CREATE ON SCHEMA public FROM portal_system;
