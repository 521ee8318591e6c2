-- What rules add up was read anew from all calls of the windows with every sweep: 40 microseconds and more of each call, half of
-- it whether its number is a special one. Now each call is weighed once, when a sweep sees it first, and once more when it is
-- over; what lies in the windows is added up from narrow rows. What a call weighs is what call_weights of 0047_rules says,
-- which goes on for rehearsals.
GRANT CREATE ON SCHEMA public TO portal_system;

-- Calls of the last day, as long as the longest window of a rule. Until a call is over its money is read where it is.
CREATE TABLE call_weight (
  tenant_id uuid NOT NULL,
  id uuid NOT NULL,
  extension_id uuid NOT NULL,
  at timestamptz NOT NULL,
  spend bigint NOT NULL,
  price bigint NOT NULL,
  -- As a number, to find neighbours; nothing for what is none.
  digits bigint,
  number text,
  country char(2),
  live boolean NOT NULL,
  placed boolean NOT NULL,
  special boolean NOT NULL,
  short boolean NOT NULL,
  PRIMARY KEY (tenant_id, id)
) WITH (autovacuum_vacuum_scale_factor = 0.05, autovacuum_analyze_scale_factor = 0.05);
CREATE INDEX call_weight_in_order ON call_weight (tenant_id, at, id);
CREATE INDEX call_weight_live ON call_weight (tenant_id, id) WHERE live;
CREATE INDEX call_weight_oldest ON call_weight (at);
ALTER TABLE call_weight ENABLE ROW LEVEL SECURITY;
ALTER TABLE call_weight FORCE ROW LEVEL SECURITY;
CREATE POLICY own_tenant ON call_weight TO portal_app USING (tenant_id = app_tenant()) WITH CHECK (tenant_id = app_tenant());
CREATE POLICY system_functions ON call_weight TO portal_system USING (true) WITH CHECK (true);
CREATE POLICY retention_functions ON call_weight TO portal_retention USING (true) WITH CHECK (true);
GRANT SELECT, INSERT, UPDATE, DELETE ON call_weight TO portal_system;
GRANT SELECT, UPDATE ON call_weight TO portal_retention;

-- What a call weighs, but for whether its number is special.
CREATE VIEW call_weighed WITH (security_invoker = true) AS
  SELECT c.tenant_id, c.id, c.extension_id, c.started_at AS at, CASE WHEN p.placed THEN coalesce(c.cost_micros, h.held_micros, 0) ELSE 0 END AS spend,
    CASE WHEN p.placed THEN coalesce(greatest(h.per_minute_micros, (SELECT max(s) FROM unnest(h.step_per_minute) s)), 0) ELSE 0 END AS price,
    CASE WHEN c.to_e164 ~ '^[0-9]{1,18}$' THEN c.to_e164::bigint END AS digits, c.to_e164 AS number, c.country, c.state <> 'ended' AS live, p.placed,
    coalesce(c.outcome = 'answered' AND c.state = 'ended' AND c.talk_ms < 6000, false) AS short
  FROM call c CROSS JOIN LATERAL (SELECT c.outcome IS DISTINCT FROM 'blocked' AS placed) p LEFT JOIN hold h ON h.tenant_id = c.tenant_id AND h.call_id = c.id AND h.level = 0
  WHERE c.kind = 'external' AND c.extension_id IS NOT NULL AND c.started_at > clock_timestamp() - interval '25 hours';
GRANT SELECT ON call_weighed TO portal_system;

INSERT INTO call_weight SELECT w.tenant_id, w.id, w.extension_id, w.at, w.spend, w.price, w.digits, w.number, w.country, w.live, w.placed,
  w.placed AND coalesce(is_special(w.country, w.number), false), w.short FROM call_weighed w;

-- Weighs calls that are new and those that are over since the last time, and forgets a bounded number of old ones. An ended call is
-- found by its line in usage_pending; usage_fold weighs it when it takes the line away first. Repeated or beside another worker
-- it changes nothing.
CREATE FUNCTION calls_weigh() RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
  SET enable_seqscan = off SET enable_mergejoin = off SET enable_hashjoin = off SET jit = off AS $fn$
BEGIN
  DELETE FROM call_weight w WHERE w.ctid = ANY (ARRAY(SELECT o.ctid FROM call_weight o WHERE o.at < clock_timestamp() - interval '25 hours' LIMIT 2000));
  UPDATE call_weight w SET live = false, placed = x.placed, spend = x.spend, price = x.price, short = x.short, special = w.special AND x.placed
    FROM (SELECT o.tenant_id, o.id FROM call_weight o JOIN call c ON c.tenant_id = o.tenant_id AND c.id = o.id WHERE o.live AND c.state = 'ended' OFFSET 0) o
    JOIN call_weighed x ON x.tenant_id = o.tenant_id AND x.id = o.id WHERE w.tenant_id = o.tenant_id AND w.id = o.id AND w.live AND NOT x.live;
  INSERT INTO call_weight SELECT x.tenant_id, x.id, x.extension_id, x.at, x.spend, x.price, x.digits, x.number, x.country, x.live, x.placed,
      x.placed AND coalesce(is_special(x.country, x.number), false), x.short
    FROM (SELECT c.tenant_id, c.id FROM call c WHERE c.state <> 'ended' UNION ALL SELECT p.tenant_id, p.call_id FROM usage_pending p WHERE p.transaction_id IS NULL) f
    JOIN call_weighed x ON x.tenant_id = f.tenant_id AND x.id = f.id
    WHERE NOT EXISTS (SELECT FROM call_weight w WHERE w.tenant_id = f.tenant_id AND w.id = f.id OFFSET 0) ON CONFLICT DO NOTHING;
END $fn$;

-- How much there is of each signal within its window, per tenant or per extension, of the calls that were weighed. Asked: the
-- tenant, the earliest of the windows, which extensions (all without), and where the window of each signal begins. Night is told by
-- the quarter of an hour, as no clock is off by less.
CREATE OR REPLACE FUNCTION call_measures(p_by_extension boolean, p_asked jsonb, p_at timestamptz)
RETURNS TABLE (tenant_id uuid, extension_id uuid, signal text, value bigint, calls bigint, first_at timestamptz, last_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp SET enable_seqscan = off SET jit = off SET work_mem = '64MB' AS $$
  SELECT a.tenant, v.ext, v.signal, v.value, v.calls, v.first_at, v.last_at
  FROM jsonb_to_recordset(p_asked) AS a(tenant uuid, earliest timestamptz, extensions uuid[], since jsonb)
  JOIN tenant t ON t.id = a.tenant
  CROSS JOIN LATERAL jsonb_to_record(a.since) AS s(spend timestamptz, calls timestamptz, refused timestamptz, new_country timestamptz, off_hours timestamptz, short_calls timestamptz,
    sequential timestamptz, repeated timestamptz, special timestamptz, price timestamptz)
  CROSS JOIN LATERAL (
    WITH k AS MATERIALIZED (
      SELECT y.extension_id, y.country, y.first_at, min(y.first_at) OVER (PARTITION BY y.country) AS tenant_first, min(y.first_at) OVER (PARTITION BY y.extension_id) AS own_since,
        min(y.first_at) OVER () AS tenant_since FROM country_called y WHERE y.tenant_id = a.tenant),
    fresh AS MATERIALIZED (
      SELECT k.extension_id, k.country, k.first_at, k.tenant_first, p_by_extension AND k.own_since + interval '1 hour' <= k.first_at AS own, k.tenant_since + interval '1 hour' <= k.tenant_first AS late
      FROM k WHERE k.country <> t.country AND (k.first_at > s.new_country OR k.tenant_first > s.new_country)),
    night AS MATERIALIZED (
      SELECT q.at FROM generate_series(date_bin('15 minutes', s.off_hours, timestamptz 'epoch'), p_at, '15 minutes') q(at) WHERE is_off_hours(q.at, t.time_zone)),
    g AS MATERIALIZED (
      SELECT CASE WHEN p_by_extension THEN w.extension_id END AS ext, w.*, 
        (1 IN (abs(w.digits - lag(w.digits, 1) OVER o), abs(w.digits - lag(w.digits, 2) OVER o), abs(w.digits - lag(w.digits, 3) OVER o))) AS near
      FROM (
        SELECT w.id, w.extension_id, w.at, w.spend, w.price, w.digits, w.number, w.country, w.placed, w.special, w.short FROM call_weight w
          WHERE w.tenant_id = a.tenant AND w.at > a.earliest AND w.at <= p_at AND NOT w.live
        UNION ALL SELECT w.id, w.extension_id, w.at, x.spend, x.price, w.digits, w.number, w.country, x.placed, w.special AND x.placed, x.short
          FROM call_weight w JOIN call_weighed x ON x.tenant_id = w.tenant_id AND x.id = w.id WHERE w.tenant_id = a.tenant AND w.at > a.earliest AND w.at <= p_at AND w.live) w
      WINDOW o AS (PARTITION BY CASE WHEN p_by_extension THEN w.extension_id END ORDER BY w.at, w.id)),
    l AS MATERIALIZED (SELECT * FROM g WHERE a.extensions IS NULL OR g.extension_id = ANY (a.extensions)),
    sums AS (
      SELECT l.ext, sum(l.spend) FILTER (WHERE l.at > s.spend) AS spend, count(*) FILTER (WHERE l.spend > 0 AND l.at > s.spend) AS spend_n,
        min(l.at) FILTER (WHERE l.spend > 0 AND l.at > s.spend) AS spend_first, max(l.at) FILTER (WHERE l.spend > 0 AND l.at > s.spend) AS spend_last,
        count(*) FILTER (WHERE l.at > s.calls) AS calls_n, min(l.at) FILTER (WHERE l.at > s.calls) AS calls_first, max(l.at) FILTER (WHERE l.at > s.calls) AS calls_last,
        count(*) FILTER (WHERE NOT l.placed AND l.at > s.refused) AS refused_n, min(l.at) FILTER (WHERE NOT l.placed AND l.at > s.refused) AS refused_first,
        max(l.at) FILTER (WHERE NOT l.placed AND l.at > s.refused) AS refused_last,
        count(*) FILTER (WHERE l.short AND l.at > s.short_calls) AS short_n, min(l.at) FILTER (WHERE l.short AND l.at > s.short_calls) AS short_first,
        max(l.at) FILTER (WHERE l.short AND l.at > s.short_calls) AS short_last,
        count(*) FILTER (WHERE l.near AND l.at > s.sequential) AS near_n, min(l.at) FILTER (WHERE l.near AND l.at > s.sequential) AS near_first,
        max(l.at) FILTER (WHERE l.near AND l.at > s.sequential) AS near_last,
        count(*) FILTER (WHERE l.special AND l.at > s.special) AS special_n, min(l.at) FILTER (WHERE l.special AND l.at > s.special) AS special_first,
        max(l.at) FILTER (WHERE l.special AND l.at > s.special) AS special_last,
        max(l.price) FILTER (WHERE l.at > s.price) AS price, count(*) FILTER (WHERE l.price > 0 AND l.at > s.price) AS price_n,
        min(l.at) FILTER (WHERE l.price > 0 AND l.at > s.price) AS price_first, max(l.at) FILTER (WHERE l.price > 0 AND l.at > s.price) AS price_last
      FROM l GROUP BY l.ext)
    SELECT m.ext, v.signal, v.value::bigint, v.n AS calls, v.first_at, v.last_at FROM sums m CROSS JOIN LATERAL (VALUES ('spend', m.spend::bigint, m.spend_n, m.spend_first, m.spend_last),
      ('calls', m.calls_n, m.calls_n, m.calls_first, m.calls_last), ('refused', m.refused_n, m.refused_n, m.refused_first, m.refused_last),
      ('short_calls', m.short_n, m.short_n, m.short_first, m.short_last), ('sequential', m.near_n, m.near_n, m.near_first, m.near_last),
      ('special', m.special_n, m.special_n, m.special_first, m.special_last), ('price', m.price, m.price_n, m.price_first, m.price_last)) v(signal, value, n, first_at, last_at) WHERE v.n > 0
    UNION ALL SELECT r.ext, 'repeated', max(r.n), sum(r.n)::bigint, min(r.first_at), max(r.last_at)
      FROM (SELECT l.ext, count(*) AS n, min(l.at) AS first_at, max(l.at) AS last_at FROM l WHERE l.at > s.repeated GROUP BY l.ext, l.number) r GROUP BY r.ext
    UNION ALL SELECT l.ext, 'off_hours', count(*), count(*), min(l.at), max(l.at) FROM l WHERE l.placed AND l.at > s.off_hours AND date_bin('15 minutes', l.at, timestamptz 'epoch') IN (SELECT n.at FROM night n) GROUP BY l.ext
    UNION ALL SELECT l.ext, 'new_country', count(*), count(*), min(l.at), max(l.at) FROM fresh f JOIN l ON l.extension_id = f.extension_id AND l.country = f.country AND l.placed AND l.at > s.new_country
        AND CASE WHEN f.own THEN l.at = f.first_at ELSE f.late AND l.at = f.tenant_first END GROUP BY l.ext) v
$$;

DO $$
DECLARE v text := pg_get_functiondef('usage_fold'::regproc); v_new text;
BEGIN
  v_new := replace(v, '  ), alike AS MATERIALIZED (', '  ), weighed AS (
    INSERT INTO call_weight SELECT x.tenant_id, x.id, x.extension_id, x.at, x.spend, x.price, x.digits, x.number, x.country, x.live, x.placed,
        x.placed AND coalesce(is_special(x.country, x.number), false), x.short
      FROM taken k JOIN call_weighed x ON x.tenant_id = k.tenant_id AND x.id = k.call_id WHERE k.transaction_id IS NULL
        AND NOT EXISTS (SELECT FROM call_weight w WHERE w.tenant_id = k.tenant_id AND w.id = k.call_id OFFSET 0) ON CONFLICT DO NOTHING
  ), alike AS MATERIALIZED (');
  IF v_new = v THEN RAISE EXCEPTION 'usage_fold is another one'; END IF;
  EXECUTE v_new;
  v := pg_get_functiondef('retention_pseudonymise'::regproc);
  v_new := replace(v, '  UPDATE call_record c SET to_e164', '  , weights AS (UPDATE call_weight w SET number = g.to_token, digits = NULL FROM given g WHERE w.tenant_id = p_tenant AND w.id = g.id)
  UPDATE call_record c SET to_e164');
  IF v_new = v THEN RAISE EXCEPTION 'retention_pseudonymise is another one'; END IF;
  EXECUTE v_new;
END $$;
ALTER FUNCTION calls_weigh() OWNER TO portal_system;
REVOKE ALL ON FUNCTION calls_weigh() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION calls_weigh() TO portal_app;

REVOKE CREATE ON SCHEMA public FROM portal_system;
