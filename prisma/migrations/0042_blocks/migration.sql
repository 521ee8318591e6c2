-- Blocks: calls that are stopped because somebody decided so. A block has an owner, an incident or a person, and is lifted by
-- the tenant that placed it; two owners hold one each, so that whoever lets go lets go of nothing that another one holds.
GRANT CREATE ON SCHEMA public TO portal_system, portal_charge;

CREATE TABLE block (
  -- Whose calls are stopped: all of them, those of one phone, or those to numbers that begin so (also of the tenants below).
  tenant_id uuid NOT NULL REFERENCES tenant (id),
  id uuid NOT NULL DEFAULT gen_random_uuid(),
  kind text NOT NULL CHECK (kind IN ('tenant', 'extension', 'destination')),
  -- No foreign key: a phone that is deleted takes nothing of what was decided about it along.
  extension_id uuid,
  prefix text CHECK (prefix ~ '^[1-9][0-9]{0,14}$'),
  -- Who placed it; only this tenant and those above it lift it.
  placed_by uuid NOT NULL REFERENCES tenant (id),
  incident_id uuid,
  person_id uuid REFERENCES person (id),
  -- The tenant whose calls are stopped reads it.
  reason text NOT NULL DEFAULT '' CHECK (length(reason) <= 500),
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  lifted_at timestamptz,
  -- A person's id, a job's name, or the account of the command line.
  lifted_by text NOT NULL DEFAULT '',
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (placed_by, incident_id) REFERENCES incident (tenant_id, id),
  CONSTRAINT block_has_owner CHECK (num_nonnulls(incident_id, person_id) = 1),
  CONSTRAINT block_has_subject CHECK ((extension_id IS NOT NULL) = (kind = 'extension') AND (prefix IS NOT NULL) = (kind = 'destination')),
  CONSTRAINT block_lifted_by_somebody CHECK ((lifted_at IS NULL) = (lifted_by = ''))
);
-- What holds now, and nothing else: the one index that calls read.
CREATE UNIQUE INDEX block_once ON block (tenant_id, kind, extension_id, prefix, incident_id, person_id) NULLS NOT DISTINCT WHERE lifted_at IS NULL;
CREATE INDEX block_of_incident ON block (placed_by, incident_id) WHERE incident_id IS NOT NULL;

ALTER TABLE block ENABLE ROW LEVEL SECURITY;
ALTER TABLE block FORCE ROW LEVEL SECURITY;
CREATE POLICY own_tenant ON block TO portal_app USING (tenant_id = app_tenant()) WITH CHECK (tenant_id = app_tenant());
CREATE POLICY tenants_below ON block FOR SELECT TO portal_app USING (app_subtree() AND tenant_id IN
  (SELECT descendant_id FROM tenant_below WHERE ancestor_id = app_tenant()));
CREATE POLICY placed_by_it ON block FOR SELECT TO portal_app USING (placed_by = app_tenant());
CREATE POLICY money_functions ON block TO portal_charge USING (true) WITH CHECK (true);
CREATE POLICY system_functions ON block TO portal_system USING (true) WITH CHECK (true);
GRANT SELECT ON block TO portal_app, portal_charge;
GRANT SELECT, INSERT, UPDATE ON block TO portal_system;

-- Stops calls of a tenant at or below the one acted on, which becomes the one that placed the block. With p_incident it is
-- that incident's, else p_person's. Calls that are being authorised are waited for: they are found by whoever looks for
-- calls afterwards, and later ones see the block. A repeat by the same owner answers with the block there is.
-- Locks the incident, then the tenant. RF002: not below. RF001: the incident is over, or not the acting tenant's.
CREATE FUNCTION block_place(p_tenant uuid, p_kind text, p_extension uuid, p_prefix text, p_incident uuid, p_person uuid, p_reason text)
RETURNS uuid LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
DECLARE v_id uuid;
BEGIN
  IF NOT EXISTS (SELECT FROM tenant_below WHERE ancestor_id = app_tenant() AND descendant_id = p_tenant) THEN
    RAISE EXCEPTION 'that tenant is not below' USING ERRCODE = 'RF002';
  END IF;
  IF p_extension IS NOT NULL AND NOT EXISTS (SELECT FROM extension WHERE tenant_id = p_tenant AND id = p_extension) THEN
    RAISE EXCEPTION 'no such extension' USING ERRCODE = 'RF007';
  END IF;
  IF p_incident IS NOT NULL THEN
    PERFORM FROM incident WHERE tenant_id = app_tenant() AND id = p_incident AND closed_at IS NULL FOR SHARE;
    IF NOT FOUND THEN RAISE EXCEPTION 'that incident is over' USING ERRCODE = 'RF001'; END IF;
  END IF;
  PERFORM FROM tenant WHERE id = p_tenant FOR UPDATE;
  INSERT INTO block (tenant_id, kind, extension_id, prefix, placed_by, incident_id, person_id, reason)
    VALUES (p_tenant, p_kind, p_extension, p_prefix, app_tenant(), p_incident, p_person, left(p_reason, 500))
    ON CONFLICT DO NOTHING RETURNING id INTO v_id;
  IF v_id IS NULL THEN
    SELECT id INTO v_id FROM block WHERE tenant_id = p_tenant AND kind = p_kind AND extension_id IS NOT DISTINCT FROM p_extension
      AND prefix IS NOT DISTINCT FROM p_prefix AND incident_id IS NOT DISTINCT FROM p_incident AND person_id IS NOT DISTINCT FROM p_person AND lifted_at IS NULL;
  END IF;
  RETURN v_id;
END $fn$;

-- Lifts a block that the tenant acted on, or one below it, placed. False when it was lifted before. RF007: no such block, or
-- placed from above.
CREATE FUNCTION block_lift(p_tenant uuid, p_block uuid, p_by text) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
DECLARE b block;
BEGIN
  SELECT * INTO b FROM block WHERE tenant_id = p_tenant AND id = p_block FOR UPDATE;
  IF NOT FOUND OR NOT EXISTS (SELECT FROM tenant_below WHERE ancestor_id = app_tenant() AND descendant_id = b.placed_by) THEN
    RAISE EXCEPTION 'no such block' USING ERRCODE = 'RF007';
  END IF;
  UPDATE block SET lifted_at = clock_timestamp(), lifted_by = p_by WHERE tenant_id = p_tenant AND id = p_block AND lifted_at IS NULL;
  RETURN FOUND;
END $fn$;

-- An incident that is over would leave its blocks to nobody.
CREATE FUNCTION incident_holds_nothing() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
BEGIN
  IF EXISTS (SELECT FROM block WHERE placed_by = NEW.tenant_id AND incident_id = NEW.id AND lifted_at IS NULL) THEN
    RAISE EXCEPTION 'the incident still stops calls' USING ERRCODE = 'RF001';
  END IF;
  RETURN NEW;
END $fn$;
CREATE TRIGGER incident_holds_nothing BEFORE UPDATE ON incident FOR EACH ROW
  WHEN (NEW.closed_at IS NOT NULL AND OLD.closed_at IS NULL) EXECUTE FUNCTION incident_holds_nothing();

-- Why calls are stopped for this phone and this number at the far end (digits; NULL where there is none), or NULL. Emergency
-- calls never ask. p_direction is 'out' or 'in'. Nearly always there is no block at all, and that is one look at an empty index.
CREATE FUNCTION call_blocked(p_tenant uuid, p_extension uuid, p_direction text, p_e164 text, p_address text) RETURNS text
LANGUAGE plpgsql STABLE AS $fn$
BEGIN
  IF NOT EXISTS (SELECT FROM block WHERE lifted_at IS NULL) THEN RETURN NULL; END IF;
  IF EXISTS (SELECT FROM block WHERE lifted_at IS NULL AND tenant_id = p_tenant AND (kind = 'tenant' OR (kind = 'extension' AND extension_id = p_extension))) THEN
    RETURN 'INC-01';
  END IF;
  IF p_direction = 'out' AND p_e164 IS NOT NULL AND EXISTS (SELECT FROM tenant_below b JOIN block k ON k.tenant_id = b.ancestor_id
      WHERE b.descendant_id = p_tenant AND k.lifted_at IS NULL AND k.kind = 'destination' AND starts_with(p_e164, k.prefix)) THEN
    RETURN 'INC-02';
  END IF;
  RETURN NULL;
END $fn$;

-- ---------------------------------------------------------------- where it is asked
-- Each function as it was, with the one question more.
CREATE OR REPLACE FUNCTION call_authorise(p_pbx text, p_pbx_call text, p_endpoint text, p_dialled text, p_kind text, p_e164 text, p_country text,
  p_address text, p_at timestamptz)
RETURNS call_verdict LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan AS $fn$
DECLARE c call; x extension; t tenant; other extension; v_blocked text;
BEGIN
  SELECT * INTO c FROM call WHERE pbx = p_pbx AND pbx_call_id = p_pbx_call;
  IF FOUND THEN RETURN call_answer_again(c, p_endpoint); END IF;

  -- The lock is the one that the call's row takes for its foreign key anyway, only sooner: whoever suspends the tenant or a
  -- phone of it waits for this call, and then finds it; or is waited for, and then seen in what is read from here on.
  SELECT * INTO t FROM tenant WHERE id = (SELECT e.tenant_id FROM extension e WHERE e.sip_username = p_endpoint) FOR KEY SHARE;
  SELECT * INTO x FROM extension WHERE sip_username = p_endpoint AND tenant_id = t.id;
  IF NOT FOUND THEN RETURN (NULL, NULL, 'refuse', 'AUT-02', 0, '', '')::call_verdict; END IF;

  c.tenant_id := t.id; c.id := gen_random_uuid(); c.pbx := p_pbx; c.pbx_call_id := p_pbx_call; c.extension_id := x.id;
  c.extension_number := x.number; c.extension_name := x.display_name; c.kind := p_kind; c.dialled := left(p_dialled, 128);
  c.to_e164 := p_e164; c.country := p_country; c.source_address := left(p_address, 64); c.state := 'authorised'; c.trace := '[]';
  c.started_at := p_at; c.last_seen_at := p_at; c.shortfall_micros := 0; c.currency := t.currency; c.granted_seconds := 14400;

  -- Emergency first: nothing below may stand in its way.
  IF p_kind = 'emergency' THEN
    c.trace := jsonb_build_array(gate('emergency', true, p_dialled, ''));
    INSERT INTO call SELECT c.* ON CONFLICT (pbx, pbx_call_id) DO NOTHING;
    RETURN (c.id, c.tenant_id, 'emergency', '', 14400, p_dialled, coalesce(x.caller_id, ''))::call_verdict;
  END IF;

  c.trace := c.trace || gate('tenant', t.state = 'active', t.state, 'active');
  IF t.state <> 'active' THEN RETURN call_refuse(c, 'SEC-02'); END IF;
  c.trace := c.trace || gate('extension', x.state = 'active', x.state, 'active');
  IF x.state <> 'active' THEN RETURN call_refuse(c, 'SEC-01'); END IF;
  -- A phone of the house has no number outside, also where it reads like one.
  v_blocked := call_blocked(t.id, x.id, 'out', CASE WHEN length(p_dialled) <= 6
    AND EXISTS (SELECT FROM extension WHERE tenant_id = t.id AND number = p_dialled) THEN NULL ELSE p_e164 END, p_address);
  IF v_blocked IS NOT NULL THEN
    c.trace := c.trace || gate('block', false, CASE v_blocked WHEN 'INC-01' THEN '' ELSE coalesce(p_e164, '') END, '');
    RETURN call_refuse(c, v_blocked);
  END IF;

  IF p_kind = 'echo' THEN
    INSERT INTO call SELECT c.* ON CONFLICT (pbx, pbx_call_id) DO NOTHING;
    RETURN (c.id, c.tenant_id, 'echo', '', 14400, p_dialled, '')::call_verdict;
  END IF;
  IF length(p_dialled) <= 6 THEN
    SELECT * INTO other FROM extension WHERE tenant_id = t.id AND number = p_dialled;
    IF FOUND THEN
      c.kind := 'internal'; c.to_e164 := NULL; c.country := NULL;
      c.trace := c.trace || gate('number', true, p_dialled, 'own extension');
      INSERT INTO call SELECT c.* ON CONFLICT (pbx, pbx_call_id) DO NOTHING;
      RETURN (c.id, c.tenant_id, 'internal', '', 14400, other.sip_username, x.number)::call_verdict;
    END IF;
  END IF;

  c.trace := c.trace || gate('number', p_kind = 'external', left(p_dialled, 64), 'a complete number');
  IF p_kind <> 'external' THEN c.kind := 'invalid'; RETURN call_refuse(c, 'DST-04'); END IF;
  IF NOT EXISTS (SELECT FROM destination WHERE tenant_id = t.id AND country = p_country) THEN
    c.trace := c.trace || gate('country', false, coalesce(p_country, '?'), 'open countries');
    RETURN call_refuse(c, 'DST-01');
  END IF;
  c.trace := c.trace || gate('country', true, p_country, 'open countries');
  RETURN call_place(c, t, x, 'out', prefixes_of(p_e164), p_at, 'out', p_e164, coalesce(x.caller_id, ''));
END $fn$;

CREATE OR REPLACE FUNCTION call_authorise_inbound(p_pbx text, p_pbx_call text, p_did text, p_from text, p_address text, p_at timestamptz)
RETURNS call_verdict LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan AS $fn$
DECLARE c call; x extension; t tenant; paid boolean; v_blocked text;
BEGIN
  IF EXISTS (SELECT FROM call WHERE pbx = p_pbx AND pbx_call_id = p_pbx_call) THEN RETURN call_inbound_again(p_pbx, p_pbx_call, left(p_did, 128)); END IF;
  -- The same lock as for an outgoing call, for the same reason.
  SELECT * INTO t FROM tenant WHERE id = (SELECT d.tenant_id FROM did d WHERE d.number = p_did) FOR KEY SHARE;
  IF FOUND THEN
    SELECT e.* INTO x FROM did d JOIN extension e ON e.tenant_id = d.tenant_id AND e.id = d.extension_id WHERE d.number = p_did AND d.tenant_id = t.id;
  ELSE
    SELECT * INTO t FROM tenant WHERE kind = 'operator';
    IF NOT FOUND THEN RETURN (NULL, NULL, 'refuse', 'NUM-01', 0, '', '')::call_verdict; END IF;
  END IF;

  c.tenant_id := t.id; c.id := gen_random_uuid(); c.pbx := p_pbx; c.pbx_call_id := p_pbx_call; c.extension_id := x.id;
  c.extension_number := coalesce(x.number, ''); c.extension_name := coalesce(x.display_name, ''); c.kind := 'inbound'; c.dialled := left(p_did, 128);
  c.to_e164 := CASE WHEN p_did ~ '^[1-9][0-9]{4,14}$' THEN p_did END;
  c.from_number := left(p_from, 64); c.source_address := left(p_address, 64); c.state := 'authorised'; c.trace := '[]';
  c.started_at := p_at; c.last_seen_at := p_at; c.shortfall_micros := 0; c.currency := t.currency; c.granted_seconds := 14400;
  c.trace := c.trace || gate('number', x.id IS NOT NULL, c.dialled, 'rings at an extension');
  IF x.id IS NULL THEN RETURN call_refuse(c, 'NUM-01'); END IF;
  paid := cardinality(rates_bought(t.id, 'in', prefixes_of(p_did), p_at, p_at, 0)) > 0;
  IF paid AND t.kind <> 'operator' THEN
    c.trace := c.trace || gate('tenant', t.state = 'active', t.state, 'active');
    IF t.state <> 'active' THEN RETURN call_refuse(c, 'SEC-02'); END IF;
    c.trace := c.trace || gate('extension', x.state = 'active', x.state, 'active');
    IF x.state <> 'active' THEN RETURN call_refuse(c, 'SEC-01'); END IF;
    v_blocked := call_blocked(t.id, x.id, 'in', p_from, p_address);
    IF v_blocked IS NOT NULL THEN
      c.trace := c.trace || gate('block', false, '', '');
      RETURN call_refuse(c, v_blocked);
    END IF;
  END IF;
  RETURN call_place(c, t, x, 'in', prefixes_of(p_did), p_at, 'inbound', x.sip_username, left(p_from, 64));
END $fn$;

-- A call that is going on is not paid for any longer than it is already.
CREATE OR REPLACE FUNCTION call_renew(p_pbx text, p_pbx_call text, p_at timestamptz)
RETURNS TABLE (granted_seconds int, code text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan AS $fn$
DECLARE c call; t tenant; x extension; h hold; hs hold[] := '{}'; w wallet; wanted int; fits int; why text; budget bigint; slice int; cap record; cap_code text; remaining int; more int; price bigint; kept int; v_blocked text;
BEGIN
  SELECT * INTO c FROM call WHERE pbx = p_pbx AND pbx_call_id = p_pbx_call AND state = 'answered' FOR UPDATE;
  IF NOT FOUND THEN RETURN; END IF;
  PERFORM FROM wallet WHERE id IN (SELECT wallet_id FROM hold WHERE call_id = c.id) ORDER BY id FOR UPDATE;
  SELECT array_agg(o ORDER BY o.level) INTO hs FROM hold o WHERE o.call_id = c.id;
  IF hs IS NULL THEN RETURN QUERY SELECT c.granted_seconds, ''; RETURN; END IF;
  SELECT * INTO t FROM tenant WHERE id = c.tenant_id;
  SELECT * INTO x FROM extension WHERE id = c.extension_id;
  SELECT coalesce(max(p.slice_seconds), 300) INTO slice FROM plan p WHERE p.id = t.plan_id;
  wanted := least(c.granted_seconds + slice, 14400);
  IF t.state <> 'active' OR x.state IS DISTINCT FROM 'active' THEN wanted := c.granted_seconds; why := 'SEC-01';
  ELSE
    v_blocked := call_blocked(t.id, x.id, CASE c.kind WHEN 'inbound' THEN 'in' ELSE 'out' END, CASE c.kind WHEN 'inbound' THEN c.from_number ELSE c.to_e164 END, c.source_address);
    IF v_blocked IS NOT NULL THEN wanted := c.granted_seconds; why := v_blocked; END IF;
  END IF;
  FOR i IN 1..cardinality(hs) LOOP
    h := hs[i]; cap_code := NULL;
    SELECT * INTO w FROM wallet WHERE id = h.wallet_id;
    budget := h.held_micros + w.posted_micros - w.held_micros + w.credit_limit_micros;
    IF h.level = 0 THEN
      IF has_caps(t, x) THEN
        FOR cap IN SELECT * FROM caps_left(t, x, p_at) l ORDER BY l.remaining DESC LOOP
          IF h.held_micros + greatest(cap.remaining, 0) < budget THEN budget := h.held_micros + greatest(cap.remaining, 0); cap_code := cap.code; END IF;
        END LOOP;
      END IF;
      IF least(t.call_cap_micros, x.call_cap_micros) < budget THEN budget := least(t.call_cap_micros, x.call_cap_micros); cap_code := 'CAP-03'; END IF;
    END IF;
    IF h.bundle_unit = 'seconds' THEN
      SELECT b.amount - u.used - u.held INTO remaining FROM bundle b JOIN bundle_use u ON u.bundle_id = b.id
        WHERE b.id = h.bundle_id AND u.tenant_id = h.tenant_id AND u.period_start = h.bundle_period;
      h.bundle_held := h.bundle_held + greatest(coalesce(remaining, 0), 0);
    END IF;
    fits := hold_affordable(h, budget, wanted);
    IF fits < wanted THEN
      wanted := greatest(fits, c.granted_seconds);
      why := CASE WHEN h.beyond = 'cut' AND h.max_charge_micros < net_within(budget, h.tax_ppm) THEN 'RAT-03' WHEN h.level > 0 THEN 'BAL-03' ELSE coalesce(cap_code, 'BAL-02') END;
    END IF;
    hs[i] := h;
  END LOOP;
  IF wanted > c.granted_seconds THEN
    FOREACH h IN ARRAY hs LOOP
      SELECT held_micros, bundle_held INTO price, kept FROM hold WHERE tenant_id = h.tenant_id AND call_id = h.call_id;
      IF h.bundle_unit = 'seconds' THEN
        h.bundle_held := greatest(least(h.bundle_held, hold_bundle_need(h, wanted)), kept);
        PERFORM bundle_keep(h.tenant_id, h.bundle_id, h.bundle_period, h.bundle_held - kept, 0);
      END IF;
      -- What is held never shrinks before the end: with a price still open it may be more than this one asks.
      h.held_micros := greatest(hold_gross(h, wanted), price);
      UPDATE hold SET held_micros = h.held_micros, bundle_held = h.bundle_held WHERE tenant_id = h.tenant_id AND call_id = h.call_id;
      UPDATE wallet SET held_micros = wallet.held_micros + h.held_micros - price WHERE id = h.wallet_id;
    END LOOP;
  END IF;
  UPDATE call SET granted_seconds = greatest(wanted, c.granted_seconds), limit_reason = why, last_seen_at = greatest(last_seen_at, p_at) WHERE tenant_id = c.tenant_id AND id = c.id;
  RETURN QUERY SELECT greatest(wanted, c.granted_seconds), coalesce(why, '');
END $fn$;

DO $$
DECLARE f text;
BEGIN
  FOREACH f IN ARRAY ARRAY['block_place(uuid, text, uuid, text, uuid, uuid, text)', 'block_lift(uuid, uuid, text)', 'incident_holds_nothing()'] LOOP
    EXECUTE format('ALTER FUNCTION %s OWNER TO portal_system', f);
    EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', f);
  END LOOP;
  GRANT EXECUTE ON FUNCTION block_place(uuid, text, uuid, text, uuid, uuid, text), block_lift(uuid, uuid, text), incident_holds_nothing() TO portal_app;
  ALTER FUNCTION call_blocked(uuid, uuid, text, text, text) OWNER TO portal_charge;
  REVOKE ALL ON FUNCTION call_blocked(uuid, uuid, text, text, text) FROM PUBLIC;
END $$;
REVOKE CREATE ON SCHEMA public FROM portal_system, portal_charge;
