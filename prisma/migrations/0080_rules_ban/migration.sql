-- A rule about networks may ban the network by itself. And what such a rule would have done is read from what is kept of
-- sign-ins that failed.
GRANT CREATE ON SCHEMA public TO portal_system;

ALTER TABLE rule DROP CONSTRAINT rule_action_check;
ALTER TABLE rule ADD CONSTRAINT rule_action_check CHECK (action IN ('notify', 'open', 'contain', 'ban'));

-- The network that an address belongs to, and how much of a kind there was from it within a window. No row for what is no address.
CREATE FUNCTION signal_recent(p_kind text, p_address text, p_at timestamptz, p_minutes int) RETURNS TABLE (network text, value bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT n.network, (SELECT coalesce(sum(s.signals), 0)::bigint FROM signal s WHERE s.tenant_id = operator_tenant() AND s.kind = p_kind AND s.source = n.network
    AND s.minute > p_at - p_minutes * interval '1 minute')
  FROM (SELECT network_of(p_address) AS network WHERE address_in(p_address) IS NOT NULL) n
$$;

-- Failed sign-ins by network and minute, as the rules count them: at phones as the PBX told them, at the portal as far back as
-- counters are kept, which is two days.
CREATE FUNCTION network_failures(p_signal text, p_types text[], p_from timestamptz, p_to timestamptz) RETURNS TABLE (network text, at timestamptz, n bigint)
LANGUAGE sql STABLE AS $$
  SELECT network_of(x.address), x.minute, sum(x.n)::bigint FROM (
    SELECT e.address, date_trunc('minute', e.at) AS minute, sum(coalesce((e.detail ->> 'count')::bigint, 1)) AS n
    FROM tenant t JOIN security_event e ON e.tenant_id = t.id
    WHERE p_signal = 'sip_failure' AND e.at >= p_from AND e.at < p_to AND e.type = ANY (p_types) GROUP BY 1, 2) x
    WHERE address_in(x.address) IS NOT NULL GROUP BY 1, 2
  UNION ALL
  SELECT s.source, s.minute, s.signals FROM signal s
    WHERE p_signal = 'sign_in' AND s.tenant_id = operator_tenant() AND s.kind = p_signal AND s.minute >= p_from AND s.minute < p_to AND s.source <> 'elsewhere'
$$;

-- Networks that were over the threshold to warn in a stretch of at most a day that begins with a minute and ends before one, with the most that there was within the window,
-- how many failures were looked at, and what worked there: telephones that came from there in those days, or what works there
-- now and would keep it from being banned.
CREATE FUNCTION rehearsal_networks(p_signal text, p_types text[], p_minutes int, p_warn bigint, p_from timestamptz, p_to timestamptz)
RETURNS TABLE (network text, most bigint, failures bigint, kept text, phones int)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  WITH f AS MATERIALIZED (SELECT * FROM network_failures(p_signal, p_types, p_from - p_minutes * interval '1 minute', p_to)),
  w AS (
    SELECT f.*, sum(f.n) OVER (PARTITION BY f.network ORDER BY f.at RANGE BETWEEN (p_minutes * interval '1 minute' - interval '1 microsecond') PRECEDING AND CURRENT ROW) AS value FROM f),
  o AS (SELECT w.network, max(w.value)::bigint AS most FROM w WHERE w.at >= p_from AND w.value >= p_warn GROUP BY w.network)
  SELECT NULL, 0, coalesce(sum(f.n), 0)::bigint, NULL, 0 FROM f WHERE f.at >= p_from
  UNION ALL
  SELECT o.network, o.most, 0,
    (SELECT left(string_agg(c.kind || ' ' || c.what, ', '), 400) FROM ban_would_cut(o.network::inet, CASE p_signal WHEN 'sip_failure' THEN 'sip' ELSE 'web' END) c),
    CASE WHEN p_signal = 'sip_failure' THEN (SELECT count(DISTINCT r.extension_id)::int FROM registration_event r
      WHERE r.at > p_from - interval '1 day' AND r.at <= p_to + interval '1 day' AND address_in(r.address) <<= o.network::inet) ELSE 0 END
  FROM o
$$;

DO $$
DECLARE f text;
BEGIN
  FOREACH f IN ARRAY ARRAY['signal_recent(text, text, timestamptz, int)', 'network_failures(text, text[], timestamptz, timestamptz)',
    'rehearsal_networks(text, text[], int, bigint, timestamptz, timestamptz)'] LOOP
    EXECUTE format('ALTER FUNCTION %s OWNER TO portal_system', f);
    EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', f);
  END LOOP;
  GRANT EXECUTE ON FUNCTION signal_recent(text, text, timestamptz, int), rehearsal_networks(text, text[], int, bigint, timestamptz, timestamptz) TO portal_app;
END $$;
REVOKE CREATE ON SCHEMA public FROM portal_system;
