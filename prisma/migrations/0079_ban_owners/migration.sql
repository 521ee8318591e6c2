-- A ban has owners, each with an end of its own: it holds as long as one of them holds it. Whoever lets go ends only what is
-- theirs, so a release never lifts what a person placed, and never leaves a day that only a containment wanted.
GRANT CREATE ON SCHEMA public TO portal_system;

ALTER TABLE ban DROP CONSTRAINT ban_source_check;
ALTER TABLE ban ADD CONSTRAINT ban_source_check CHECK (source IN ('automatic', 'incident', 'person', 'rule'));

ALTER TABLE ban_owner DROP CONSTRAINT ban_owner_pkey;
ALTER TABLE ban_owner ALTER COLUMN containment_id DROP NOT NULL,
  ADD COLUMN kind text NOT NULL DEFAULT 'incident' CHECK (kind IN ('automatic', 'incident', 'person', 'rule')),
  -- A containment's or a person's id, the account of the command line, or the rule; empty for what is placed after failures.
  ADD COLUMN owner_id text NOT NULL DEFAULT '',
  ADD COLUMN reason text NOT NULL DEFAULT '',
  ADD COLUMN placed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  ADD COLUMN until timestamptz,
  -- Let go of before its end, and by whom.
  ADD COLUMN ended_at timestamptz,
  ADD COLUMN ended_by text,
  ADD CHECK ((kind = 'incident') = (containment_id IS NOT NULL)),
  ADD CHECK ((ended_at IS NULL) = (ended_by IS NULL));
GRANT UPDATE ON ban_owner TO portal_system;
SET ROLE portal_system;
UPDATE ban_owner o SET owner_id = o.containment_id::text, reason = b.reason, placed_at = b.created_at, until = b.expires_at,
    ended_at = coalesce(c.released_at, b.lifted_at), ended_by = coalesce(nullif(c.released_by, ''), b.lifted_by)
  FROM ban b, containment c WHERE b.tenant_id = o.tenant_id AND b.id = o.ban_id AND c.tenant_id = o.tenant_id AND c.id = o.containment_id;
INSERT INTO ban_owner (tenant_id, ban_id, kind, owner_id, reason, placed_at, until, ended_at, ended_by)
  SELECT tenant_id, id, source, source_id, reason, created_at, expires_at, lifted_at, lifted_by FROM ban WHERE source <> 'incident';
RESET ROLE;
ALTER TABLE ban_owner ALTER COLUMN kind DROP DEFAULT, ALTER COLUMN until SET NOT NULL, ADD PRIMARY KEY (tenant_id, ban_id, kind, owner_id);

-- What is left of a ban after an owner came or went: the end of whoever holds it longest, and the name of the weightiest of them.
-- Nobody holds it: it is over, and what was counted before is forgotten, or the next mistake would ban again. True then.
-- Whoever calls holds the lock of the ban.
CREATE FUNCTION ban_settle(p_tenant uuid, p_ban uuid, p_by text) RETURNS boolean LANGUAGE plpgsql AS $fn$
DECLARE b ban; o ban_owner; v_now timestamptz := clock_timestamp(); v_until timestamptz;
BEGIN
  SELECT max(x.until) INTO v_until FROM ban_owner x WHERE x.tenant_id = p_tenant AND x.ban_id = p_ban AND x.ended_at IS NULL AND x.until > v_now;
  IF v_until IS NULL THEN
    UPDATE ban SET lifted_at = v_now, lifted_by = p_by
      WHERE tenant_id = p_tenant AND id = p_ban AND lifted_at IS NULL AND expires_at > v_now RETURNING * INTO b;
    IF NOT FOUND THEN RETURN false; END IF;
    DELETE FROM ban_attempt a WHERE a.tenant_id = p_tenant AND a.scope = b.scope AND a.address <<= b.network;
    RETURN true;
  END IF;
  SELECT * INTO o FROM ban_owner x WHERE x.tenant_id = p_tenant AND x.ban_id = p_ban AND x.ended_at IS NULL AND x.until > v_now
    ORDER BY array_position(ARRAY['person', 'incident', 'rule', 'automatic'], x.kind), x.until DESC, x.owner_id LIMIT 1;
  UPDATE ban SET expires_at = v_until, source = o.kind, reason = o.reason,
      source_id = CASE o.kind WHEN 'incident' THEN (SELECT c.incident_id::text FROM containment c WHERE c.tenant_id = p_tenant AND c.id = o.containment_id) ELSE o.owner_id END
    WHERE tenant_id = p_tenant AND id = p_ban;
  RETURN false;
END $fn$;

-- Places a ban for its owner, or has the owner hold longer what there is; it never makes anything shorter. The owner is a person,
-- a containment (by its id) or a rule; 'automatic' has none. p_seconds NULL takes the first duration and doubles it for each
-- ban of the same network in the last seven days that nobody took back. An automatic one is placed only while the failures that
-- ask for it are there, and never over something that works: then there is no row. `joined`: the owner did not hold it before.
DROP FUNCTION ban_place(inet, text, text, text, text, int);
CREATE FUNCTION ban_place(p_network inet, p_scope text, p_reason text, p_source text, p_source_id text, p_seconds int)
RETURNS TABLE (id uuid, expires_at timestamptz, times_before int, placed boolean, prolonged boolean, joined boolean)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
#variable_conflict use_column
DECLARE v_desk uuid := operator_tenant(); r ban_setting; b ban; v_before int; v_until timestamptz; v_now timestamptz; v_was timestamptz;
BEGIN
  IF app_tenant() IS DISTINCT FROM v_desk THEN RAISE EXCEPTION 'bans are the operator''s' USING ERRCODE = 'RF007'; END IF;
  PERFORM pg_advisory_xact_lock(hashtextextended('ban:' || p_scope || ':' || p_network, 0));
  r := ban_rule(p_scope);
  v_now := clock_timestamp();
  SELECT * INTO b FROM ban WHERE tenant_id = v_desk AND scope = p_scope AND network = p_network AND lifted_at IS NULL AND ban.expires_at > v_now
    ORDER BY ban.expires_at DESC LIMIT 1 FOR UPDATE;
  IF p_source = 'automatic' AND (b.id IS NOT NULL OR NOT r.automatic OR ban_recent(p_scope, p_network, v_now, r) < r.failures
      OR EXISTS (SELECT FROM ban_would_cut(p_network, p_scope))) THEN RETURN; END IF;
  SELECT count(*) INTO v_before FROM ban
    WHERE tenant_id = v_desk AND scope = p_scope AND network = p_network AND lifted_at IS NULL AND created_at > v_now - interval '7 days'
      AND id IS DISTINCT FROM b.id;
  v_until := v_now + make_interval(secs => coalesce(p_seconds, least(r.first_seconds * power(2, least(v_before, 20)), r.longest_seconds)));
  placed := b.id IS NULL;
  v_was := b.expires_at;
  IF placed THEN
    INSERT INTO ban (tenant_id, network, scope, reason, source, source_id, created_at, expires_at, times_before)
      VALUES (v_desk, p_network, p_scope, p_reason, p_source, p_source_id, v_now, v_until, v_before) RETURNING * INTO b;
  END IF;
  joined := NOT EXISTS (SELECT FROM ban_owner o WHERE o.tenant_id = v_desk AND o.ban_id = b.id AND o.kind = p_source AND o.owner_id = p_source_id
    AND o.ended_at IS NULL AND o.until > v_now);
  INSERT INTO ban_owner AS o (tenant_id, ban_id, kind, owner_id, containment_id, reason, placed_at, until)
    VALUES (v_desk, b.id, p_source, p_source_id, CASE p_source WHEN 'incident' THEN p_source_id::uuid END, p_reason, v_now, v_until)
    ON CONFLICT (tenant_id, ban_id, kind, owner_id) DO UPDATE SET reason = excluded.reason, ended_at = NULL, ended_by = NULL,
      until = CASE WHEN o.ended_at IS NULL THEN greatest(o.until, excluded.until) ELSE excluded.until END;
  PERFORM ban_settle(v_desk, b.id, 'system');
  SELECT x.expires_at INTO v_until FROM ban x WHERE x.tenant_id = v_desk AND x.id = b.id;
  RETURN QUERY SELECT b.id, v_until, b.times_before, placed, NOT placed AND v_until > v_was, joined;
END $fn$;

-- Ends a ban now, whoever holds it.
CREATE OR REPLACE FUNCTION ban_lift(p_ban uuid, p_by text) RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
DECLARE v_desk uuid := operator_tenant();
BEGIN
  IF app_tenant() IS DISTINCT FROM v_desk THEN RAISE EXCEPTION 'bans are the operator''s' USING ERRCODE = 'RF007'; END IF;
  PERFORM FROM ban WHERE tenant_id = v_desk AND id = p_ban AND lifted_at IS NULL AND expires_at > clock_timestamp() FOR UPDATE;
  IF NOT FOUND THEN RETURN false; END IF;
  UPDATE ban_owner SET ended_at = clock_timestamp(), ended_by = p_by WHERE tenant_id = v_desk AND ban_id = p_ban AND ended_at IS NULL;
  RETURN ban_settle(v_desk, p_ban, p_by);
END $fn$;

-- One owner lets go of its bans; those that somebody else holds go on as that one holds them. Answers with how many ended.
CREATE FUNCTION ban_let_go(p_tenant uuid, p_kind text, p_owner text, p_by text) RETURNS int LANGUAGE plpgsql AS $fn$
DECLARE v_ban uuid; n int := 0;
BEGIN
  -- The lock first: whoever is about to hold one of them as well is waited for, and then seen.
  FOR v_ban IN SELECT b.id FROM ban b JOIN ban_owner o ON o.tenant_id = b.tenant_id AND o.ban_id = b.id
    WHERE b.tenant_id = p_tenant AND o.kind = p_kind AND o.owner_id = p_owner AND o.ended_at IS NULL ORDER BY b.network, b.id FOR UPDATE OF b LOOP
    UPDATE ban_owner SET ended_at = clock_timestamp(), ended_by = p_by
      WHERE tenant_id = p_tenant AND ban_id = v_ban AND kind = p_kind AND owner_id = p_owner AND ended_at IS NULL;
    IF ban_settle(p_tenant, v_ban, p_by) THEN n := n + 1; END IF;
  END LOOP;
  RETURN n;
END $fn$;

-- Where the calls of an hour came from that are to be contained, and the addresses that the incident names; at most twenty. `kept`
-- says why one is not banned: from a banned address nobody reaches an emergency number, so only those are that nobody but the
-- attack uses. "usual": the phones called from there, or were there for an hour, before the first signal; what a person opened has
-- no first signal, so it is taken to have begun a day before. "phone 102": another extension of the tenant is there, or was this
-- week. Of a whole tenant, one that is neither named by the incident nor contained by itself, and that was there first of all places
-- where it was seen, or is nowhere else: whoever has its secret as well is somewhere else, and came later.
CREATE OR REPLACE FUNCTION containment_sources(p_incident uuid, p_of uuid, p_extension uuid) RETURNS TABLE (network inet, kept text)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
DECLARE v_desk uuid := operator_tenant(); v_now timestamptz := clock_timestamp(); v_began timestamptz;
BEGIN
  IF app_tenant() IS DISTINCT FROM v_desk THEN RAISE EXCEPTION 'bans are the operator''s' USING ERRCODE = 'RF007'; END IF;
  SELECT coalesce(min(i.first_at) FILTER (WHERE i.kind <> 'manual'), min(i.first_at) - interval '1 day', v_now) INTO v_began
    FROM incident i WHERE i.tenant_id = v_desk AND (i.id = p_incident OR i.merged_into = p_incident);
  RETURN QUERY WITH mine AS (
    SELECT e.id FROM extension e WHERE e.tenant_id = p_of AND (p_extension IS NULL OR e.id = p_extension)
  ), seen AS (
    SELECT sender_of(s.value) AS net FROM incident_subject s WHERE s.tenant_id = v_desk AND s.incident_id = p_incident AND s.kind = 'address'
    UNION SELECT sender_of(c.source_address) FROM call c WHERE c.tenant_id = p_of AND c.extension_id IN (SELECT m.id FROM mine m)
      AND c.started_at > v_now - interval '1 hour' AND c.kind <> 'inbound'
  ), calls AS MATERIALIZED (
    -- Walked through once, not once for each address.
    SELECT c.extension_id, c.source_address, min(c.started_at) AS first_at, max(c.started_at) AS last_at,
      min(c.started_at) FILTER (WHERE c.outcome = 'answered') AS answered_at
    FROM call c WHERE c.tenant_id = p_of AND c.started_at > v_now - interval '30 days' AND c.kind <> 'inbound' AND c.extension_id IS NOT NULL GROUP BY 1, 2
  ), contacts AS MATERIALIZED (
    SELECT split_part(c.endpoint, '.', 1) AS username, sender_of(substring(c.uri FROM '@([^;^]+)')) AS net FROM pbx.ps_contacts c
    WHERE to_timestamp(c.expiration_time::double precision) > v_now
  ), events AS MATERIALIZED (
    -- Without the moment when it came, it has been there for longer than events are kept. A containment forgets phones before it
    -- bans, so one that went within the hour counts as being there.
    SELECT r.extension_id, sender_of(r.address) AS net, coalesce(min(r.at) FILTER (WHERE r.kind IN ('registered', 'moved')), '-infinity') AS first_at,
      max(r.at) AS last_at, bool_or(r.kind = 'unregistered' AND r.at > v_now - interval '1 hour') AS there
    FROM registration_event r WHERE r.tenant_id = p_of GROUP BY 1, 2
  ), places AS (
    SELECT x.id, x.net, min(x.first_at) AS first_at, max(x.last_at) AS last_at, bool_or(x.there) AS there FROM (
      SELECT v.extension_id AS id, v.net, v.first_at, v.last_at, v.there FROM events v
      UNION ALL SELECT c.extension_id, sender_of(c.source_address), c.first_at, c.last_at, false FROM calls c
      UNION ALL SELECT e.id, c.net, v_now, v_now, true FROM contacts c JOIN extension e ON e.tenant_id = p_of AND e.sip_username = c.username) x
    WHERE x.net IS NOT NULL GROUP BY 1, 2
  ), vouch AS (
    SELECT e.number, p.net FROM extension e JOIN (
      SELECT q.*, q.first_at = min(q.first_at) OVER (PARTITION BY q.id) AS is_first, count(*) FILTER (WHERE q.there) OVER (PARTITION BY q.id) AS theres FROM places q) p ON p.id = e.id
    WHERE e.tenant_id = p_of AND e.id IS DISTINCT FROM p_extension
      AND CASE WHEN p_extension IS NULL THEN p.is_first OR (p.there AND p.theres = 1) ELSE p.last_at > v_now - interval '7 days' END
      AND NOT EXISTS (SELECT FROM containment k WHERE k.tenant_id = v_desk AND k.of_tenant_id = p_of AND k.extension_id = e.id AND k.released_at IS NULL)
      AND NOT EXISTS (SELECT FROM incident_subject s JOIN incident i ON i.tenant_id = s.tenant_id AND i.id = s.incident_id
        WHERE p_extension IS NULL AND s.tenant_id = v_desk AND (i.id = p_incident OR i.merged_into = p_incident) AND s.kind = 'extension' AND s.extension_id = e.id)
  )
  SELECT s.net, coalesce(
    (SELECT string_agg(w.kind || ' ' || w.what, ', ') FROM ban_would_cut(s.net, 'sip') w WHERE w.kind <> 'extension'),
    CASE WHEN EXISTS (SELECT FROM calls c WHERE c.extension_id IN (SELECT m.id FROM mine m) AND c.answered_at < v_began AND address_in(c.source_address) <<= s.net)
      OR EXISTS (SELECT FROM events v WHERE v.extension_id IN (SELECT m.id FROM mine m) AND v.net = s.net AND v.first_at < v_began - interval '1 hour') THEN 'usual' END,
    (SELECT 'phone ' || string_agg(u.number, ', ' ORDER BY u.number) FROM (SELECT DISTINCT x.number FROM vouch x WHERE x.net = s.net ORDER BY x.number LIMIT 3) u),
    (SELECT 'extension ' || min(c.username) FROM contacts c WHERE c.net = s.net
      AND NOT EXISTS (SELECT FROM extension e WHERE e.tenant_id = p_of AND e.sip_username = c.username)))
  FROM seen s WHERE s.net IS NOT NULL ORDER BY s.net LIMIT 20;
END $fn$;

-- Bans them for a day, for a containment that goes on; answers with those that it did not hold before. A repeat wants no more.
CREATE OR REPLACE FUNCTION containment_ban(p_containment uuid) RETURNS TABLE (network text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
DECLARE c containment; v_desk uuid := app_tenant(); s record; v_joined boolean; v_number bigint;
BEGIN
  SELECT * INTO c FROM containment k WHERE k.tenant_id = v_desk AND k.id = p_containment AND k.released_at IS NULL FOR SHARE;
  IF NOT FOUND THEN RETURN; END IF;
  SELECT i.number INTO v_number FROM incident i WHERE i.tenant_id = v_desk AND i.id = c.incident_id;
  FOR s IN SELECT * FROM containment_sources(c.incident_id, c.of_tenant_id, c.extension_id) x WHERE x.kept IS NULL LOOP
    CONTINUE WHEN EXISTS (SELECT FROM ban_owner o JOIN ban b ON b.tenant_id = o.tenant_id AND b.id = o.ban_id
      WHERE o.tenant_id = v_desk AND o.containment_id = c.id AND o.ended_at IS NULL AND o.until > clock_timestamp()
        AND b.network = s.network AND b.scope = 'sip' AND b.lifted_at IS NULL);
    SELECT b.joined INTO v_joined FROM ban_place(s.network, 'sip', 'Incident ' || v_number, 'incident', c.id::text, 86400) b;
    IF v_joined THEN network := abbrev(s.network); RETURN NEXT; END IF;
  END LOOP;
END $fn$;

-- As it was, but that it lets go only of what it holds itself of a ban. Ends a containment of the tenant acted on: lifts its own
-- blocks, but for prefixes that another containment of the same incident holds as well, and skips what was not done yet. What
-- other incidents hold stays. NULL when it was released before. Locks the incident, then the containment, then the bans.
-- RF007: no such containment.
CREATE OR REPLACE FUNCTION containment_release(p_containment uuid, p_by text, OUT incident_id uuid, OUT lifted int, OUT still_held int)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
#variable_conflict use_column
DECLARE c containment; v_desk uuid := app_tenant();
BEGIN
  PERFORM FROM incident i WHERE i.tenant_id = v_desk
    AND i.id = (SELECT k.incident_id FROM containment k WHERE k.tenant_id = v_desk AND k.id = p_containment) FOR UPDATE;
  SELECT * INTO c FROM containment k WHERE k.tenant_id = v_desk AND k.id = p_containment FOR UPDATE;
  IF NOT FOUND THEN RAISE EXCEPTION 'no such containment' USING ERRCODE = 'RF007'; END IF;
  IF c.released_at IS NOT NULL THEN RETURN; END IF;
  UPDATE containment k SET released_at = clock_timestamp(), released_by = p_by WHERE k.tenant_id = v_desk AND k.id = c.id;
  UPDATE containment_step s SET state = 'skipped', finished_at = clock_timestamp()
    WHERE s.tenant_id = v_desk AND s.containment_id = c.id AND s.state NOT IN ('done', 'skipped');
  UPDATE block b SET lifted_at = clock_timestamp(), lifted_by = p_by
    WHERE b.tenant_id = c.of_tenant_id AND b.placed_by = v_desk AND b.incident_id = c.incident_id AND b.lifted_at IS NULL AND (
      (b.kind IN ('tenant', 'extension') AND b.extension_id IS NOT DISTINCT FROM c.extension_id)
      OR (b.kind = 'destination' AND b.prefix = ANY (c.prefixes) AND NOT EXISTS (SELECT FROM containment o WHERE o.tenant_id = v_desk
        AND o.incident_id = c.incident_id AND o.of_tenant_id = c.of_tenant_id AND o.released_at IS NULL AND b.prefix = ANY (o.prefixes))));
  GET DIAGNOSTICS lifted = ROW_COUNT;
  PERFORM ban_let_go(v_desk, 'incident', c.id::text, p_by);
  incident_id := c.incident_id;
  SELECT count(*) INTO still_held FROM block b WHERE b.tenant_id = c.of_tenant_id AND b.lifted_at IS NULL
    AND (b.kind = 'tenant' OR (b.kind = 'extension' AND b.extension_id = c.extension_id));
END $fn$;

DO $$
DECLARE f text;
BEGIN
  FOREACH f IN ARRAY ARRAY['ban_settle(uuid, uuid, text)', 'ban_let_go(uuid, text, text, text)', 'ban_place(inet, text, text, text, text, int)'] LOOP
    EXECUTE format('ALTER FUNCTION %s OWNER TO portal_system', f);
    EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', f);
  END LOOP;
  GRANT EXECUTE ON FUNCTION ban_place(inet, text, text, text, text, int) TO portal_app;
END $$;
REVOKE CREATE ON SCHEMA public FROM portal_system;
