-- Many calls let through in one statement: the ordinary ones, which nothing stands in the way of. What is out of the ordinary
-- and whatever has to be refused is left to call_authorise, which knows all the reasons. A call that is not among the rows
-- returned was not decided about and left no trace. For the others the outcome is that of call_authorise for each in turn.
GRANT CREATE ON SCHEMA public TO portal_charge;

-- The longest prefix is met first when walked backwards, and of one prefix the price with hours.
DROP INDEX rate_lookup;
CREATE INDEX rate_lookup ON rate (plan_id, prefix, direction, (hours IS NOT NULL));

-- Only calls to numbers outside, each at most once. Lock order as everywhere: tenants, then wallets by id. A tenant that
-- somebody is changing is left out; a wallet is waited for a moment, and then nothing has happened (55P03): one wallet that
-- somebody holds must not hold up everybody's calls.
-- The planner settings: with a table that was empty when the plan was made it would read whole tables from then on.
CREATE FUNCTION calls_authorise(p_pbx text, p_calls text[], p_endpoints text[], p_dialled text[], p_e164 text[], p_country text[], p_address text[], p_at timestamptz[])
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
    FROM unnest(p_calls, p_endpoints, p_dialled, p_e164, p_country, p_address, p_at) WITH ORDINALITY u(call, endpoint, dialled, e164, country, address, at, n)
    JOIN extension x ON x.sip_username = u.endpoint JOIN tenant t ON t.id = x.tenant_id
    WHERE t.id = ANY (locked) AND x.state = 'active' AND length(u.dialled) > 6
      AND coalesce(t.daily_cap_micros, t.monthly_cap_micros, t.call_cap_micros, t.max_per_minute_micros,
        x.daily_cap_micros, x.monthly_cap_micros, x.call_cap_micros, x.max_per_minute_micros) IS NULL
      AND EXISTS (SELECT FROM destination d WHERE d.tenant_id = t.id AND d.country = u.country)
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
      started_at, last_seen_at, currency, trace)
    SELECT c.tenant_id, c.id, p_pbx, c.call, c.extension_id, c.number, c.display_name, 'external', left(c.dialled, 128), c.e164, c.country, left(c.address, 64), 'authorised', c.granted,
      c.at, c.at, c.currency,
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

ALTER FUNCTION calls_authorise(text, text[], text[], text[], text[], text[], text[], timestamptz[]) OWNER TO portal_charge;
REVOKE ALL ON FUNCTION calls_authorise(text, text[], text[], text[], text[], text[], text[], timestamptz[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION calls_authorise(text, text[], text[], text[], text[], text[], text[], timestamptz[]) TO portal_app;
REVOKE CREATE ON SCHEMA public FROM portal_charge;
