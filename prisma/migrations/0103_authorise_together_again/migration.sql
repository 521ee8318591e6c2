-- Calls that begin together, with the comparisons of 0102_margins and the fewer looks into indexes of 0099_authorise_lighter: of two
-- changes that were made side by side, the later one had taken the earlier one back.
GRANT CREATE ON SCHEMA public TO portal_charge;

CREATE OR REPLACE FUNCTION calls_authorise(p_pbx text, p_calls text[], p_endpoints text[], p_dialled text[], p_e164 text[], p_country text[], p_address text[], p_at timestamptz[], p_class text[])
RETURNS TABLE (pbx_call text, call_id uuid, tenant_id uuid, granted_seconds int, caller_id text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_mergejoin = off SET enable_hashjoin = off SET jit = off SET lock_timeout = '50ms' AS $fn$
#variable_conflict use_column
DECLARE house uuid; callers uuid[]; locked uuid[]; shared uuid[]; alone uuid[]; wallets uuid[]; blocking boolean; closing boolean;
BEGIN
  house := (SELECT t.id FROM tenant t WHERE t.kind = 'operator');
  callers := ARRAY(SELECT e.tenant_id FROM unnest(p_endpoints) u(endpoint) JOIN extension e ON e.sip_username = u.endpoint);
  SELECT array_agg(l.id) INTO locked FROM (
    SELECT t.id FROM tenant t WHERE t.id = ANY (callers) AND t.id <> house ORDER BY t.id FOR KEY SHARE SKIP LOCKED) l;
  IF locked IS NULL THEN RETURN; END IF;

  -- A wallet that several of these calls need is waited for. One that a single call needs, and somebody holds, keeps the others
  -- waiting for nothing: that call is left out. Those that are waited for come first, by id, so nobody waits in a circle.
  SELECT array_agg(x.id) FILTER (WHERE x.calls > 1), array_agg(x.id) FILTER (WHERE x.calls = 1) INTO shared, alone FROM (
    SELECT b.ancestor_id AS id, count(*) AS calls FROM unnest(callers) c(id) JOIN tenant_below b ON b.descendant_id = c.id
      WHERE c.id = ANY (locked) AND b.ancestor_id <> house GROUP BY b.ancestor_id) x;
  wallets := ARRAY(SELECT w.id FROM wallet w WHERE w.tenant_id = ANY (shared) ORDER BY w.id FOR UPDATE);
  wallets := wallets || ARRAY(SELECT w.id FROM wallet w WHERE w.tenant_id = ANY (alone) ORDER BY w.id FOR UPDATE SKIP LOCKED);
  blocking := EXISTS (SELECT FROM block WHERE lifted_at IS NULL) OR EXISTS (SELECT FROM number_block) OR EXISTS (SELECT FROM hot_list WHERE enabled AND numbers > 0);
  closing := EXISTS (SELECT FROM destination_closing);

  RETURN QUERY WITH told AS MATERIALIZED (
    -- The gates that look at one call alone.
    SELECT u.*, uuidv7() AS id, x.id AS extension_id, x.number, x.display_name, x.caller_id, x.max_calls AS extension_calls,
      t.id AS tenant_id, t.max_calls, t.max_calls_per_minute, row_number() OVER (PARTITION BY t.id ORDER BY u.n) AS of_tenant, row_number() OVER (PARTITION BY x.id ORDER BY u.n) AS of_phone,
      min(u.at) OVER (PARTITION BY t.id) AS since
    FROM unnest(p_calls, p_endpoints, p_dialled, p_e164, p_country, p_address, p_at, p_class) WITH ORDINALITY u(call, endpoint, dialled, e164, country, address, at, class, n)
    JOIN extension x ON x.sip_username = u.endpoint JOIN tenant t ON t.id = x.tenant_id
    WHERE t.id = ANY (locked) AND x.state = 'active' AND length(u.dialled) > 6
      AND coalesce(t.daily_cap_micros, t.monthly_cap_micros, t.call_cap_micros, t.max_per_minute_micros,
        x.daily_cap_micros, x.monthly_cap_micros, x.call_cap_micros, x.max_per_minute_micros) IS NULL
      -- Ordinary are the normal numbers of a country, which nobody from here up has closed.
      AND u.class = 'normal' AND EXISTS (SELECT FROM destination d WHERE d.tenant_id = t.id AND d.country = u.country AND d.normal)
      AND (NOT closing OR NOT EXISTS (SELECT FROM tenant_below b JOIN destination_closing k ON k.tenant_id = b.ancestor_id WHERE b.descendant_id = t.id AND k.country = u.country AND k.class = 'normal'))
      AND NOT EXISTS (SELECT FROM fraud_range f WHERE f.prefix = ANY (prefixes_of(u.e164)))
      AND NOT EXISTS (SELECT FROM call c WHERE c.pbx = p_pbx AND c.pbx_call_id = u.call)
      AND (NOT blocking OR call_blocked(t.id, x.id, 'out', u.e164, u.address) IS NULL)
  ), found AS MATERIALIZED (
    -- What is on record is looked at once for each tenant and each phone, with the first of its calls.
    SELECT t.*, CASE WHEN t.of_tenant = 1 THEN (SELECT count(*) FROM (SELECT FROM call c WHERE c.tenant_id = t.tenant_id AND c.started_at > t.since - interval '1 minute'
        AND c.outcome IS DISTINCT FROM 'blocked' AND c.kind <> 'inbound' ORDER BY c.started_at DESC OFFSET 0) y) END AS recent,
      CASE WHEN t.of_phone = 1 THEN (SELECT ARRAY[count(*), count(*) FILTER (WHERE c.extension_id = t.extension_id)] FROM call c
        WHERE c.tenant_id = t.tenant_id AND c.state <> 'ended' AND c.kind = 'external') END AS open_calls
    FROM told t
  ), counted AS MATERIALIZED (
    -- Calls of one tenant and of one phone count in the order in which they were told.
    SELECT t.*, max(t.open_calls[1]) OVER (PARTITION BY t.tenant_id) + t.of_tenant AS calls, max(t.open_calls[2]) OVER (PARTITION BY t.extension_id) + t.of_phone AS calls_here,
      max(t.recent) OVER (PARTITION BY t.tenant_id) + t.of_tenant AS in_minute
    FROM found t
  ), priced AS MATERIALIZED (
    -- The caller's tenant and the resellers above it, each by the first of its plans. Ordinary is one price that holds for as
    -- long as the call may ring, without steps and without a greatest charge.
    SELECT t.*, b.depth, a.id AS payer_id, a.tax_ppm, p.name AS plan_name, p.currency,
      w.id AS wallet_id, w.ctid AS wallet_place, w.posted_micros - w.held_micros + w.credit_limit_micros AS available,
      r.prefix, r.per_minute_micros, r.connection_fee_micros, r.first_seconds, r.next_seconds, r.grace_seconds, r.minimum_charge_micros,
      r.free_seconds, r.beyond, p.slice_seconds, first_value(least(greatest(p.slice_seconds, r.first_seconds), 14400)) OVER chain AS granted,
      w.id = ANY (wallets) AND t.calls <= t.max_calls AND t.calls_here <= t.extension_calls AND t.in_minute <= t.max_calls_per_minute
        AND a.state = 'active' AND p.kind <> 'markup' AND NOT EXISTS (SELECT FROM tenant_bundle z WHERE z.tenant_id = a.id)
        AND r.hours IS NULL AND lower(r.valid) <= t.at AND coalesce(upper(r.valid) > t.at + interval '2 minutes', true) AND r.max_charge_micros IS NULL AND r.step_from IS NULL
        -- Nobody sells below cost: seen at once where no part of what is asked is less than that part of what is paid.
        AND (b.depth = 0 OR a.sells_below_cost OR (lag(p.currency) OVER chain = p.currency AND lag(r.grace_seconds) OVER chain <= r.grace_seconds
          AND lag(r.per_minute_micros) OVER chain >= r.per_minute_micros AND lag(r.connection_fee_micros) OVER chain >= r.connection_fee_micros
          AND lag(r.minimum_charge_micros) OVER chain >= r.minimum_charge_micros AND lag(r.free_seconds) OVER chain <= r.free_seconds
          AND lag(r.first_seconds) OVER chain >= r.first_seconds AND (lag(r.first_seconds) OVER chain - r.first_seconds) % r.next_seconds = 0
          AND lag(r.next_seconds) OVER chain % r.next_seconds = 0)) AS ordinary
    FROM counted t JOIN tenant_below b ON b.descendant_id = t.tenant_id JOIN tenant a ON a.id = b.ancestor_id
    LEFT JOIN plan p ON p.id = coalesce((SELECT q.plan_id FROM tenant_plan q WHERE q.tenant_id = a.id ORDER BY q.priority LIMIT 1), a.plan_id)
    LEFT JOIN wallet w ON w.tenant_id = a.id AND w.currency = p.currency
    LEFT JOIN LATERAL (SELECT * FROM rate v WHERE v.plan_id = p.id AND v.direction = 'out' AND v.prefix = ANY (prefixes_of(t.e164))
      AND lower(v.valid) <= t.at + interval '2 minutes' AND coalesce(upper(v.valid) > t.at, true)
      ORDER BY v.prefix DESC, (v.hours IS NOT NULL) DESC LIMIT 1) r ON true
    WHERE b.ancestor_id <> house
    WINDOW chain AS (PARTITION BY t.n ORDER BY b.depth)
  ), weighed AS MATERIALIZED (
    SELECT v.*, sum(v.gross) OVER (PARTITION BY v.wallet_id ORDER BY v.n, v.depth) AS upto FROM (
      SELECT p.*, e.net + tax_on(e.net, p.tax_ppm) AS gross FROM priced p CROSS JOIN LATERAL (SELECT price_charge(p.granted, p.per_minute_micros, p.connection_fee_micros,
        p.first_seconds, p.next_seconds, 0, p.free_seconds, p.minimum_charge_micros, NULL, NULL, NULL, NULL) AS net) e) v
  ), judged AS MATERIALIZED (
    -- All calls of a tenant, or none: what the record says of the others, of counts and of money, is then what there was.
    SELECT v.*, bool_and(coalesce(v.ordinary AND v.upto <= v.available, false)) OVER (PARTITION BY v.tenant_id) AS passed FROM weighed v
  ), placed AS MATERIALIZED (
    SELECT j.*, j.available - sum(j.gross) OVER (PARTITION BY j.wallet_id ORDER BY j.n, j.depth) + j.gross AS budget FROM judged j WHERE j.passed
  ), calls AS (
    INSERT INTO call (tenant_id, id, pbx, pbx_call_id, extension_id, extension_number, extension_name, kind, dialled, to_e164, country, source_address, state, granted_seconds,
      started_at, last_seen_at, currency, number_class, trace)
    SELECT c.tenant_id, c.id, p_pbx, c.call, c.extension_id, c.number, c.display_name, 'external', left(c.dialled, 128), c.e164, c.country, left(c.address, 64), 'authorised', c.granted,
      c.at, c.at, c.currency, c.class,
      jsonb_build_array(gate('tenant', true, 'active', 'active'), gate('extension', true, 'active', 'active'), gate('number', true, left(c.dialled, 64), 'a complete number'),
        gate('country', true, c.country, 'open countries'), gate('price', true, c.prefix, c.plan_name),
        gate('calls at once', true, c.calls_here || ' on this extension, ' || c.calls || ' in all', c.extension_calls || ' and ' || c.max_calls),
        gate('calls per minute', true, c.in_minute::text, c.max_calls_per_minute::text), gate('money', true, c.gross::text, c.budget::text)) FROM placed c WHERE c.depth = 0
  ), holds AS (
    INSERT INTO hold (tenant_id, call_id, call_tenant_id, level, wallet_id, state, held_micros, plan_name, prefix, per_minute_micros, connection_fee_micros, first_seconds, next_seconds,
      grace_seconds, minimum_charge_micros, free_seconds, beyond, slice_seconds, tax_ppm)
    SELECT p.payer_id, p.id, p.tenant_id, p.depth, p.wallet_id, 'open', p.gross, p.plan_name, p.prefix, p.per_minute_micros, p.connection_fee_micros, p.first_seconds, p.next_seconds,
      p.grace_seconds, p.minimum_charge_micros, p.free_seconds, p.beyond, p.slice_seconds, p.tax_ppm FROM placed p
  ), held AS (
    UPDATE wallet w SET held_micros = w.held_micros + x.gross FROM (SELECT p.wallet_place, sum(p.gross)::bigint AS gross FROM placed p GROUP BY p.wallet_place) x WHERE w.ctid = x.wallet_place
  )
  SELECT c.call, c.id, c.tenant_id, c.granted, coalesce(c.caller_id, '') FROM placed c WHERE c.depth = 0;
END $fn$;

REVOKE CREATE ON SCHEMA public FROM portal_charge;
