-- Where a tenant's phones can call, in three classes of each country's numbers: normal ones, special ones (premium, shared cost,
-- personal, satellite and those of no country), and ranges that fraud is fond of. A range wins over the kind of number.

-- What was open until now was open whole, and stays so; from here on opening a country opens its normal numbers.
ALTER TABLE destination
  ADD COLUMN normal boolean NOT NULL DEFAULT true,
  ADD COLUMN special boolean NOT NULL DEFAULT true,
  ADD COLUMN fraud boolean NOT NULL DEFAULT true,
  ADD CONSTRAINT destination_opens_something CHECK (normal OR special OR fraud);
ALTER TABLE destination ALTER COLUMN special SET DEFAULT false, ALTER COLUMN fraud SET DEFAULT false;
COMMENT ON TABLE destination IS 'The classes of a country''s numbers that a tenant may call. Absent means closed.';
GRANT UPDATE (normal, special, fraud) ON destination TO portal_app;

-- What a tenant closes for itself and all below it, whatever they open.
CREATE TABLE destination_closing (
  tenant_id uuid NOT NULL REFERENCES tenant (id),
  country char(2) NOT NULL,
  class text NOT NULL CHECK (class IN ('normal', 'special', 'fraud')),
  PRIMARY KEY (tenant_id, country, class)
);
ALTER TABLE destination_closing ENABLE ROW LEVEL SECURITY;
ALTER TABLE destination_closing FORCE ROW LEVEL SECURITY;
CREATE POLICY own_tenant ON destination_closing TO portal_app USING (tenant_id = app_tenant()) WITH CHECK (tenant_id = app_tenant());
CREATE POLICY tenants_below ON destination_closing FOR SELECT TO portal_app USING (app_subtree() AND tenant_id IN
  (SELECT descendant_id FROM tenant_below WHERE ancestor_id = app_tenant()));
CREATE POLICY money_functions ON destination_closing TO portal_charge USING (true) WITH CHECK (true);
CREATE POLICY system_functions ON destination_closing TO portal_system USING (true) WITH CHECK (true);
GRANT SELECT, INSERT, DELETE ON destination_closing TO portal_app;
GRANT SELECT ON destination_closing TO portal_charge, portal_system;

-- Ranges that fraud is fond of, kept by the operator for everybody. `whole`: all numbers of its country, which for those at home
-- there are numbers like any other.
CREATE TABLE fraud_range (
  prefix text PRIMARY KEY CHECK (prefix ~ '^[1-9][0-9]{1,14}$'),
  country char(2) NOT NULL,
  whole boolean NOT NULL,
  reason text NOT NULL CHECK (length(reason) BETWEEN 1 AND 200)
);
GRANT SELECT ON fraud_range TO portal_app, portal_charge;
GRANT SELECT, INSERT, UPDATE, DELETE ON fraud_range TO portal_system;
INSERT INTO fraud_range (prefix, country, whole, reason) VALUES
  ('1242', 'BS', true, 'Caribbean number that looks like a national one; missed-call baits are answered here'),
  ('1246', 'BB', true, 'Caribbean number that looks like a national one; missed-call baits are answered here'),
  ('1264', 'AI', true, 'Caribbean number that looks like a national one; missed-call baits are answered here'),
  ('1268', 'AG', true, 'Caribbean number that looks like a national one; missed-call baits are answered here'),
  ('1284', 'VG', true, 'Caribbean number that looks like a national one; missed-call baits are answered here'),
  ('1473', 'GD', true, 'Caribbean number that looks like a national one; missed-call baits are answered here'),
  ('1649', 'TC', true, 'Caribbean number that looks like a national one; missed-call baits are answered here'),
  ('1664', 'MS', true, 'Few subscribers, a dear termination, and a national look: a classic of revenue-share fraud'),
  ('1721', 'SX', true, 'Caribbean number that looks like a national one; missed-call baits are answered here'),
  ('1758', 'LC', true, 'Caribbean number that looks like a national one; missed-call baits are answered here'),
  ('1767', 'DM', true, 'Caribbean number that looks like a national one; missed-call baits are answered here'),
  ('1784', 'VC', true, 'Caribbean number that looks like a national one; missed-call baits are answered here'),
  ('1869', 'KN', true, 'Caribbean number that looks like a national one; missed-call baits are answered here'),
  ('1876', 'JM', true, 'Caribbean number that looks like a national one; missed-call baits are answered here'),
  ('216', 'TN', true, 'A frequent end of missed-call baits'),
  ('220', 'GM', true, 'Termination shared with number resellers'),
  ('222', 'MR', true, 'Termination shared with number resellers'),
  ('224', 'GN', true, 'Termination shared with number resellers'),
  ('231', 'LR', true, 'Termination shared with number resellers'),
  ('232', 'SL', true, 'Termination shared with number resellers'),
  ('235', 'TD', true, 'Dear termination, shared with number resellers'),
  ('236', 'CF', true, 'Dear termination, shared with number resellers'),
  ('239', 'ST', true, 'Few subscribers and a dear termination'),
  ('243', 'CD', true, 'Termination shared with number resellers'),
  ('245', 'GW', true, 'Few subscribers and a dear termination'),
  ('246', 'IO', true, 'A military island: hardly anybody calls there, and a minute is dear'),
  ('247', 'AC', true, 'A remote island: hardly anybody calls there, and a minute is dear'),
  ('252', 'SO', true, 'Dear termination through many carriers; among the first targets of hijacked phones'),
  ('257', 'BI', true, 'A frequent end of missed-call baits'),
  ('261', 'MG', true, 'Dear termination, shared with number resellers'),
  ('263', 'ZW', true, 'Dear mobile termination, shared with number resellers'),
  ('269', 'KM', true, 'Few subscribers and a dear termination'),
  ('290', 'SH', true, 'A remote island: hardly anybody calls there, and a minute is dear'),
  ('291', 'ER', true, 'Dear termination with few real callers'),
  ('37190', 'LV', false, 'Services with a share for whoever brings the call'),
  ('3785', 'SM', false, 'Network-independent numbers of a small country, sold to revenue-share services'),
  ('3787', 'SM', false, 'Services with a share for whoever brings the call'),
  ('4236', 'LI', false, 'Mobile numbers of a small country, long rented out abroad'),
  ('4237', 'LI', false, 'Mobile numbers of a small country, long rented out abroad'),
  ('4470', 'GB', false, 'Personal numbers that look like mobile ones and cost like premium ones'),
  ('447624', 'IM', false, 'Island mobile numbers inside a large country''s code, dearer than they look'),
  ('447781', 'GG', false, 'Island mobile numbers inside a large country''s code, dearer than they look'),
  ('447829', 'JE', false, 'Island mobile numbers inside a large country''s code, dearer than they look'),
  ('447839', 'GG', false, 'Island mobile numbers inside a large country''s code, dearer than they look'),
  ('500', 'FK', true, 'Few subscribers and a dear termination'),
  ('509', 'HT', true, 'Dear termination with much by-passed traffic'),
  ('53', 'CU', true, 'The dearest termination of the region; among the first targets of hijacked phones'),
  ('670', 'TL', true, 'Few subscribers and a dear termination'),
  ('672', 'NF', true, 'Few subscribers and a dear termination'),
  ('674', 'NR', true, 'Few subscribers and a dear termination'),
  ('675', 'PG', true, 'Dear termination, shared with number resellers'),
  ('676', 'TO', true, 'Few subscribers and a dear termination'),
  ('677', 'SB', true, 'Few subscribers and a dear termination'),
  ('678', 'VU', true, 'Few subscribers and a dear termination'),
  ('681', 'WF', true, 'Few subscribers and a dear termination'),
  ('682', 'CK', true, 'Few subscribers and a dear termination'),
  ('683', 'NU', true, 'Few subscribers and a dear termination'),
  ('685', 'WS', true, 'Few subscribers and a dear termination'),
  ('686', 'KI', true, 'Few subscribers and a dear termination'),
  ('688', 'TV', true, 'Few subscribers and a dear termination'),
  ('690', 'TK', true, 'Few subscribers and a dear termination'),
  ('850', 'KP', true, 'Hardly any real calls from abroad, and a dear termination'),
  ('8812', 'XS', false, 'Satellite codes of operators that are gone, still rented out'),
  ('8813', 'XS', false, 'Satellite codes of operators that are gone, still rented out'),
  ('88234', 'XN', false, 'International network whose numbers are sold for revenue share'),
  ('8835', 'XN', false, 'International network whose numbers are sold for revenue share'),
  ('960', 'MV', true, 'Dear mobile termination, shared with number resellers'),
  ('979', 'XN', false, 'International premium numbers: the share of the called side is their purpose');

-- Of which class a call's number was when it was asked about; NULL for calls from before, and for those that stay in the house.
ALTER TABLE call ADD COLUMN number_class text;

GRANT CREATE ON SCHEMA public TO portal_charge, portal_system;

-- What tenants above the one acted on have closed.
CREATE FUNCTION destinations_closed_above() RETURNS TABLE (country char(2), class text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT DISTINCT k.country, k.class FROM tenant_below b JOIN destination_closing k ON k.tenant_id = b.ancestor_id
    WHERE b.descendant_id = app_tenant() AND b.depth > 0
$$;

-- Puts a list in place of the one that holds, from the next call on. RF002: only the operator keeps it. RF006: an empty list.
CREATE FUNCTION fraud_ranges_set(p_ranges jsonb, OUT added int, OUT removed int) LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
BEGIN
  IF NOT EXISTS (SELECT FROM tenant WHERE id = app_tenant() AND kind = 'operator') THEN RAISE EXCEPTION 'only the operator keeps the list' USING ERRCODE = 'RF002'; END IF;
  IF coalesce(jsonb_array_length(p_ranges), 0) = 0 THEN RAISE EXCEPTION 'an empty list opens everything' USING ERRCODE = 'RF006'; END IF;
  -- One list at a time; calls go on reading the one that held.
  LOCK TABLE fraud_range IN SHARE ROW EXCLUSIVE MODE;
  DELETE FROM fraud_range f WHERE NOT EXISTS (SELECT FROM jsonb_to_recordset(p_ranges) AS x(prefix text) WHERE x.prefix = f.prefix);
  GET DIAGNOSTICS removed = ROW_COUNT;
  SELECT count(*) INTO added FROM jsonb_to_recordset(p_ranges) AS x(prefix text) WHERE NOT EXISTS (SELECT FROM fraud_range f WHERE f.prefix = x.prefix);
  INSERT INTO fraud_range SELECT x.prefix, x.country, x.whole, x.reason FROM jsonb_to_recordset(p_ranges) AS x(prefix text, country text, whole boolean, reason text)
    ON CONFLICT (prefix) DO UPDATE SET country = excluded.country, whole = excluded.whole, reason = excluded.reason
    WHERE (fraud_range.country, fraud_range.whole, fraud_range.reason) IS DISTINCT FROM (excluded.country, excluded.whole, excluded.reason);
END $fn$;

-- What a minute to each of these numbers costs the tenant acted on now; numbers without a price are left out.
CREATE FUNCTION prices_of_numbers(p_numbers text[]) RETURNS TABLE (number text, per_minute_micros bigint, currency char(3))
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
#variable_conflict use_column
DECLARE d text; r rate;
BEGIN
  FOREACH d IN ARRAY p_numbers LOOP
    r := (rates_bought(app_tenant(), 'out', prefixes_of(d), now(), now(), 0))[1];
    CONTINUE WHEN r.id IS NULL;
    RETURN QUERY SELECT d, r.per_minute_micros, p.currency FROM plan p WHERE p.id = r.plan_id;
  END LOOP;
END $fn$;

-- ---------------------------------------------------------------- where it is asked
-- As they were, with the class of the number.
DROP FUNCTION call_authorise(text, text, text, text, text, text, text, text, timestamptz);
DROP FUNCTION calls_authorise(text, text[], text[], text[], text[], text[], text[], timestamptz[]);
CREATE FUNCTION call_authorise(p_pbx text, p_pbx_call text, p_endpoint text, p_dialled text, p_kind text, p_e164 text, p_country text,
  p_address text, p_at timestamptz, p_class text)
RETURNS call_verdict LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan AS $fn$
DECLARE c call; x extension; t tenant; other extension; v_blocked text; v_range text; v_open boolean; v_closed int;
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
  -- Which class of the country's numbers it is of, and whether everybody from here up lets that class be called.
  SELECT f.prefix INTO v_range FROM fraud_range f WHERE f.prefix = ANY (prefixes_of(p_e164)) AND NOT (f.whole AND f.country = t.country)
    ORDER BY length(f.prefix) DESC LIMIT 1;
  c.number_class := CASE WHEN v_range IS NOT NULL THEN 'fraud' ELSE coalesce(p_class, 'special') END;
  SELECT CASE c.number_class WHEN 'normal' THEN d.normal WHEN 'special' THEN d.special ELSE d.fraud END INTO v_open
    FROM destination d WHERE d.tenant_id = t.id AND d.country = p_country;
  SELECT max(b.depth) INTO v_closed FROM tenant_below b JOIN destination_closing k ON k.tenant_id = b.ancestor_id
    WHERE b.descendant_id = t.id AND k.country = p_country AND k.class = c.number_class;
  IF v_open IS NULL OR (c.number_class = 'normal' AND (NOT v_open OR v_closed IS NOT NULL)) THEN
    c.trace := c.trace || gate('country', false, coalesce(p_country, '?'), CASE WHEN v_open AND v_closed > 0 THEN 'countries open above' ELSE 'open countries' END);
    RETURN call_refuse(c, 'DST-01');
  END IF;
  c.trace := c.trace || gate('country', true, p_country, 'open countries');
  IF c.number_class IS DISTINCT FROM 'normal' THEN
    c.trace := c.trace || gate(CASE c.number_class WHEN 'special' THEN 'special numbers' ELSE 'fraud-prone range' END, v_open AND v_closed IS NULL,
      coalesce(v_range, p_country), CASE WHEN NOT v_open OR v_closed = 0 THEN 'closed' WHEN v_closed > 0 THEN 'closed above' ELSE 'open' END);
    IF NOT v_open OR v_closed IS NOT NULL THEN RETURN call_refuse(c, CASE c.number_class WHEN 'special' THEN 'DST-02' ELSE 'DST-06' END); END IF;
  END IF;
  RETURN call_place(c, t, x, 'out', prefixes_of(p_e164), p_at, 'out', p_e164, coalesce(x.caller_id, ''));
END $fn$;

CREATE FUNCTION calls_authorise(p_pbx text, p_calls text[], p_endpoints text[], p_dialled text[], p_e164 text[], p_country text[], p_address text[], p_at timestamptz[], p_class text[])
RETURNS TABLE (pbx_call text, call_id uuid, tenant_id uuid, granted_seconds int, caller_id text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_mergejoin = off SET enable_hashjoin = off SET jit = off SET lock_timeout = '50ms' AS $fn$
#variable_conflict use_column
DECLARE locked uuid[];
BEGIN
  SELECT array_agg(l.id) INTO locked FROM (
    SELECT t.id FROM tenant t WHERE t.id = ANY (ARRAY(SELECT e.tenant_id FROM extension e WHERE e.sip_username = ANY (p_endpoints))) AND t.kind <> 'operator'
      ORDER BY t.id FOR KEY SHARE SKIP LOCKED) l;
  IF locked IS NULL THEN RETURN; END IF;
  PERFORM FROM wallet w WHERE w.tenant_id = ANY (ARRAY(SELECT b.ancestor_id FROM tenant_below b JOIN tenant a ON a.id = b.ancestor_id
      WHERE b.descendant_id = ANY (locked) AND a.kind <> 'operator')) ORDER BY w.id FOR UPDATE;

  RETURN QUERY WITH told AS MATERIALIZED (
    -- The gates that look at one call alone.
    SELECT u.*, gen_random_uuid() AS id, x.id AS extension_id, x.number, x.display_name, x.caller_id, x.max_calls AS extension_calls,
      t.id AS tenant_id, t.max_calls, t.max_calls_per_minute, prefixes_of(u.e164) AS prefixes
    FROM unnest(p_calls, p_endpoints, p_dialled, p_e164, p_country, p_address, p_at, p_class) WITH ORDINALITY u(call, endpoint, dialled, e164, country, address, at, class, n)
    JOIN extension x ON x.sip_username = u.endpoint JOIN tenant t ON t.id = x.tenant_id
    WHERE t.id = ANY (locked) AND x.state = 'active' AND length(u.dialled) > 6
      AND coalesce(t.daily_cap_micros, t.monthly_cap_micros, t.call_cap_micros, t.max_per_minute_micros,
        x.daily_cap_micros, x.monthly_cap_micros, x.call_cap_micros, x.max_per_minute_micros) IS NULL
      -- Ordinary are the normal numbers of a country, which nobody from here up has closed.
      AND u.class = 'normal' AND EXISTS (SELECT FROM destination d WHERE d.tenant_id = t.id AND d.country = u.country AND d.normal)
      AND NOT EXISTS (SELECT FROM tenant_below b JOIN destination_closing k ON k.tenant_id = b.ancestor_id WHERE b.descendant_id = t.id AND k.country = u.country AND k.class = 'normal')
      AND NOT EXISTS (SELECT FROM fraud_range f WHERE f.prefix = ANY (prefixes_of(u.e164)))
      AND NOT EXISTS (SELECT FROM call c WHERE c.pbx = p_pbx AND c.pbx_call_id = u.call)
      AND call_blocked(t.id, x.id, 'out', u.e164, u.address) IS NULL
  ), buyers AS MATERIALIZED (
    SELECT y.tenant_id, o.recent FROM (SELECT t.tenant_id, min(t.at) AS at FROM told t GROUP BY t.tenant_id) y
    CROSS JOIN LATERAL (SELECT count(*) AS recent FROM call c WHERE c.tenant_id = y.tenant_id AND c.started_at > y.at - interval '1 minute'
      AND c.outcome IS DISTINCT FROM 'blocked' AND c.kind <> 'inbound') o
  ), phones AS MATERIALIZED (
    SELECT y.extension_id, o.open_calls, o.open_here FROM (SELECT DISTINCT t.tenant_id, t.extension_id FROM told t) y
    CROSS JOIN LATERAL (SELECT count(*) AS open_calls, count(*) FILTER (WHERE c.extension_id = y.extension_id) AS open_here
      FROM call c WHERE c.tenant_id = y.tenant_id AND c.state <> 'ended' AND c.kind = 'external') o
  ), counted AS MATERIALIZED (
    -- Calls of one tenant and of one phone count in the order in which they were told.
    SELECT t.*, y.open_calls + row_number() OVER (PARTITION BY t.tenant_id ORDER BY t.n) AS calls, y.open_here + row_number() OVER (PARTITION BY t.extension_id ORDER BY t.n) AS calls_here,
      b.recent + row_number() OVER (PARTITION BY t.tenant_id ORDER BY t.n) AS in_minute
    FROM told t JOIN buyers b ON b.tenant_id = t.tenant_id JOIN phones y ON y.extension_id = t.extension_id
  ), sellers AS MATERIALIZED (
    -- Each tenant and the resellers above it, by the first of its plans.
    SELECT y.tenant_id AS buyer_id, b.depth, a.id AS tenant_id, a.tax_ppm, a.sells_below_cost, p.id AS plan_id, p.name AS plan_name, p.currency, p.slice_seconds,
      w.id AS wallet_id, w.posted_micros - w.held_micros + w.credit_limit_micros AS available,
      a.state = 'active' AND p.kind <> 'markup' AND NOT EXISTS (SELECT FROM tenant_bundle z WHERE z.tenant_id = a.id) AS plain
    FROM buyers y JOIN tenant_below b ON b.descendant_id = y.tenant_id JOIN tenant a ON a.id = b.ancestor_id
    LEFT JOIN plan p ON p.id = coalesce((SELECT q.plan_id FROM tenant_plan q WHERE q.tenant_id = a.id ORDER BY q.priority LIMIT 1), a.plan_id)
    LEFT JOIN wallet w ON w.tenant_id = a.id AND w.currency = p.currency
    WHERE a.kind <> 'operator'
  ), priced AS MATERIALIZED (
    -- Ordinary is one price that holds for as long as the call may ring, without steps and without a greatest charge.
    SELECT t.n, t.id AS call_id, s.*, r.prefix, r.per_minute_micros, r.connection_fee_micros, r.first_seconds, r.next_seconds, r.grace_seconds, r.minimum_charge_micros,
      r.free_seconds, r.beyond, first_value(least(greatest(s.slice_seconds, r.first_seconds), 14400)) OVER chain AS granted,
      t.calls <= t.max_calls AND t.calls_here <= t.extension_calls AND t.in_minute <= t.max_calls_per_minute
        AND s.plain AND r.hours IS NULL AND lower(r.valid) <= t.at AND coalesce(upper(r.valid) > t.at + interval '2 minutes', true) AND r.max_charge_micros IS NULL AND r.step_from IS NULL
        -- Nobody sells below cost: seen at once where no part of what is asked is less than that part of what is paid.
        AND (s.depth = 0 OR s.sells_below_cost OR lag(s.currency) OVER chain <> s.currency OR (
          lag(r.per_minute_micros) OVER chain >= r.per_minute_micros AND lag(r.connection_fee_micros) OVER chain >= r.connection_fee_micros
          AND lag(r.minimum_charge_micros) OVER chain >= r.minimum_charge_micros AND lag(r.free_seconds) OVER chain <= r.free_seconds
          AND lag(r.first_seconds) OVER chain >= r.first_seconds AND (lag(r.first_seconds) OVER chain - r.first_seconds) % r.next_seconds = 0
          AND lag(r.next_seconds) OVER chain % r.next_seconds = 0)) AS ordinary
    FROM counted t JOIN sellers s ON s.buyer_id = t.tenant_id
    LEFT JOIN LATERAL (SELECT * FROM rate v WHERE v.plan_id = s.plan_id AND v.direction = 'out' AND v.prefix = ANY (t.prefixes)
      AND lower(v.valid) <= t.at + interval '2 minutes' AND coalesce(upper(v.valid) > t.at, true)
      ORDER BY v.prefix DESC, (v.hours IS NOT NULL) DESC LIMIT 1) r ON true
    WINDOW chain AS (PARTITION BY t.n ORDER BY s.depth)
  ), weighed AS MATERIALIZED (
    SELECT v.*, sum(v.gross) OVER (PARTITION BY v.wallet_id ORDER BY v.n, v.depth) AS upto FROM (
      SELECT p.*, e.net + tax_on(e.net, p.tax_ppm) AS gross FROM priced p CROSS JOIN LATERAL (SELECT price_charge(p.granted, p.per_minute_micros, p.connection_fee_micros,
        p.first_seconds, p.next_seconds, 0, p.free_seconds, p.minimum_charge_micros, NULL, NULL, NULL, NULL) AS net) e) v
  ), judged AS MATERIALIZED (
    -- All calls of a tenant, or none: what the record says of the others, of counts and of money, is then what there was.
    SELECT v.*, bool_and(coalesce(v.ordinary AND v.upto <= v.available, false)) OVER (PARTITION BY v.buyer_id) AS passed FROM weighed v
  ), placed AS MATERIALIZED (
    SELECT j.*, j.available - sum(j.gross) OVER (PARTITION BY j.wallet_id ORDER BY j.n, j.depth) + j.gross AS budget FROM judged j WHERE j.passed
  ), records AS MATERIALIZED (
    SELECT t.*, p.granted, p.currency, p.prefix, p.plan_name, p.gross, p.budget FROM counted t JOIN placed p ON p.n = t.n AND p.depth = 0
  ), calls AS (
    INSERT INTO call (tenant_id, id, pbx, pbx_call_id, extension_id, extension_number, extension_name, kind, dialled, to_e164, country, source_address, state, granted_seconds,
      started_at, last_seen_at, currency, number_class, trace)
    SELECT c.tenant_id, c.id, p_pbx, c.call, c.extension_id, c.number, c.display_name, 'external', left(c.dialled, 128), c.e164, c.country, left(c.address, 64), 'authorised', c.granted,
      c.at, c.at, c.currency, c.class,
      jsonb_build_array(gate('tenant', true, 'active', 'active'), gate('extension', true, 'active', 'active'), gate('number', true, left(c.dialled, 64), 'a complete number'),
        gate('country', true, c.country, 'open countries'), gate('price', true, c.prefix, c.plan_name),
        gate('calls at once', true, c.calls_here || ' on this extension, ' || c.calls || ' in all', c.extension_calls || ' and ' || c.max_calls),
        gate('calls per minute', true, c.in_minute::text, c.max_calls_per_minute::text), gate('money', true, c.gross::text, c.budget::text)) FROM records c
  ), holds AS (
    INSERT INTO hold (tenant_id, call_id, call_tenant_id, level, wallet_id, state, held_micros, plan_name, prefix, per_minute_micros, connection_fee_micros, first_seconds, next_seconds,
      grace_seconds, minimum_charge_micros, free_seconds, beyond, tax_ppm)
    SELECT p.tenant_id, p.call_id, p.buyer_id, p.depth, p.wallet_id, 'open', p.gross, p.plan_name, p.prefix, p.per_minute_micros, p.connection_fee_micros, p.first_seconds, p.next_seconds,
      p.grace_seconds, p.minimum_charge_micros, p.free_seconds, p.beyond, p.tax_ppm FROM placed p
  ), wallets AS (
    UPDATE wallet w SET held_micros = w.held_micros + x.gross FROM (SELECT p.wallet_id, sum(p.gross)::bigint AS gross FROM placed p GROUP BY p.wallet_id) x WHERE w.id = x.wallet_id
  )
  SELECT c.call, c.id, c.tenant_id, c.granted, coalesce(c.caller_id, '') FROM records c;
END $fn$;

DO $$
DECLARE f text;
BEGIN
  FOREACH f IN ARRAY ARRAY['call_authorise(text, text, text, text, text, text, text, text, timestamptz, text)',
    'calls_authorise(text, text[], text[], text[], text[], text[], text[], timestamptz[], text[])', 'prices_of_numbers(text[])'] LOOP
    EXECUTE format('ALTER FUNCTION %s OWNER TO portal_charge', f);
    EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', f);
    EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO portal_app', f);
  END LOOP;
  FOREACH f IN ARRAY ARRAY['destinations_closed_above()', 'fraud_ranges_set(jsonb)'] LOOP
    EXECUTE format('ALTER FUNCTION %s OWNER TO portal_system', f);
    EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', f);
    EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO portal_app', f);
  END LOOP;
END $$;
REVOKE CREATE ON SCHEMA public FROM portal_charge, portal_system;
