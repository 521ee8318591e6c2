-- Changes that open doors weigh by how wide a door they open: one that is wide reaches the threshold to warn of the standard rule
-- by itself (40 within an hour), three of them are critical. What closes a door weighs nothing.
GRANT CREATE ON SCHEMA public TO portal_system;

-- Whether a list of networks lets in what the list before did not. An empty list is everywhere.
CREATE FUNCTION list_widened(p_before text, p_after text) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS $fn$
BEGIN
  IF p_before IS NULL OR p_after IS NULL OR p_before = '' THEN RETURN false; END IF;
  RETURN p_after = '' OR EXISTS (SELECT FROM unnest(string_to_array(p_after, ' ')) n
    WHERE NOT EXISTS (SELECT FROM unnest(string_to_array(p_before, ' ')) o WHERE n::inet <<= o::inet));
EXCEPTION WHEN invalid_text_representation THEN RETURN false;
END $fn$;

-- Whether a limit of these names was raised or taken away. Values are numbers, or decimal amounts as text.
CREATE FUNCTION limit_raised(p_before jsonb, p_after jsonb) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
  SELECT EXISTS (SELECT FROM jsonb_each_text(p_after) a JOIN jsonb_each_text(p_before) b ON b.key = a.key
    WHERE b.key NOT IN ('extension', 'tenant', 'currency') AND b.value ~ '^-?\d{1,30}(\.\d{1,12})?$'
      AND (a.value IS NULL OR (a.value ~ '^-?\d{1,30}(\.\d{1,12})?$' AND a.value::numeric > b.value::numeric)))
$$;

-- How much one change counts; 0: it opens nothing.
CREATE FUNCTION door_weight(p_action text, b jsonb, a jsonb) RETURNS int LANGUAGE sql IMMUTABLE AS $$
  SELECT CASE p_action
    WHEN 'hotlist.enable' THEN CASE WHEN b ->> 'enabled' = 'true' AND a ->> 'enabled' = 'false' THEN 40 ELSE 0 END
    WHEN 'hotlist.delete' THEN 40
    WHEN 'notification.remove' THEN 40
    WHEN 'limits.set_below_cost' THEN CASE WHEN a ->> 'sellsBelowCost' = 'true' AND b ->> 'sellsBelowCost' = 'false' THEN 40 ELSE 0 END
    WHEN 'member.set_factor_policy' THEN CASE WHEN EXISTS (SELECT FROM unnest(string_to_array(b ->> 'roles', ' ')) r
      WHERE r <> '' AND r <> ALL (string_to_array(coalesce(a ->> 'roles', ''), ' '))) THEN 40 ELSE 0 END
    WHEN 'retention.set' THEN CASE WHEN (b ->> 'action' = 'keep' AND a ->> 'action' <> 'keep') OR (a ->> 'action' <> 'keep' AND limit_raised(
      jsonb_build_object('days', a -> 'days'), jsonb_build_object('days', b -> 'days'))) THEN 40 ELSE 0 END
    -- What a token may do that only reads, it could not misuse for money; what it reads it takes away for good.
    WHEN 'token.create' THEN CASE WHEN a ->> 'scopes' ~ '\.(?!read\M)' THEN 40 ELSE 20 END
    WHEN 'rule.set' THEN CASE WHEN a ->> 'loosened' = 'true' THEN 40 ELSE 1 END
    WHEN 'trunk.set_networks' THEN CASE WHEN list_widened(b ->> 'networks', a ->> 'networks') THEN 40 WHEN b ->> 'networks' = '' AND a ->> 'networks' <> '' THEN 20 ELSE 0 END
    WHEN 'extension.set_allow_list' THEN CASE WHEN list_widened(b ->> 'networks', a ->> 'networks') THEN 20 ELSE 0 END
    WHEN 'ban.keep' THEN 20
    WHEN 'block.unblock_number' THEN 10
    WHEN 'billing.set_credit_limit' THEN CASE WHEN limit_raised(b, a) THEN 20 ELSE 1 END
    WHEN 'limits.set' THEN CASE WHEN limit_raised(b, a) THEN 10 ELSE 1 END
    -- Each country whose fraud-prone or special numbers were opened, and 1 for any other.
    WHEN 'destination.allow' THEN (SELECT greatest(1, least(coalesce(sum(
        CASE WHEN x.value ~ '\mfraud\M' AND coalesce(b ->> x.key, '') !~ '\mfraud\M' THEN 20
          WHEN x.value ~ '\mspecial\M' AND coalesce(b ->> x.key, '') !~ '\mspecial\M' THEN 10 ELSE 0 END), 0), 120))::int
      FROM jsonb_each_text(a) x WHERE x.key ~ '^[A-Z]{2}$')
    WHEN 'extension.rotate_secret' THEN 1
    WHEN 'billing.set_daily_cap' THEN 1
    WHEN 'member.invite' THEN 1
    ELSE 0 END
$$;

-- As in 0114_refusals_counted, with what changes weigh instead of a list of their names.
CREATE FUNCTION signals_of_audit(p_limit int) RETURNS int LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
DECLARE r record; n int := 0; upto bigint;
BEGIN
  FOR r IN SELECT h.tenant_id, coalesce(c.seq, 0) AS seq, h.seq AS head FROM audit_head h LEFT JOIN rule_audit_cursor c ON c.tenant_id = h.tenant_id
    WHERE h.seq > coalesce(c.seq, 0) ORDER BY h.tenant_id LOOP
    upto := least(r.head, r.seq + p_limit);
    INSERT INTO signal (tenant_id, kind, source, minute, signals)
      SELECT r.tenant_id, k.kind, '', date_trunc('minute', e.at), sum(k.n) FROM audit_event e
      CROSS JOIN LATERAL (SELECT audit_refusals(e) AS refused,
        CASE WHEN e.outcome = 'ok' AND e.actor_kind <> 'job' THEN door_weight(e.action, e.before, e.after) END AS opens) w
      CROSS JOIN LATERAL (SELECT CASE WHEN w.refused > 0 THEN 'denied' WHEN w.opens > 0 THEN 'config' END AS kind,
        CASE WHEN w.refused > 0 THEN w.refused ELSE w.opens END AS n) k
      WHERE e.tenant_id = r.tenant_id AND e.seq > r.seq AND e.seq <= upto AND k.kind IS NOT NULL GROUP BY k.kind, date_trunc('minute', e.at)
      ON CONFLICT (tenant_id, kind, source, minute) DO UPDATE SET signals = signal.signals + excluded.signals;
    INSERT INTO rule_audit_cursor VALUES (r.tenant_id, upto) ON CONFLICT (tenant_id) DO UPDATE SET seq = excluded.seq;
    n := n + (upto - r.seq)::int;
  END LOOP;
  RETURN n;
END $fn$;
DROP FUNCTION signals_of_audit(text[], int);

DO $$
DECLARE f text;
BEGIN
  FOREACH f IN ARRAY ARRAY['list_widened(text, text)', 'limit_raised(jsonb, jsonb)', 'door_weight(text, jsonb, jsonb)', 'signals_of_audit(int)'] LOOP
    EXECUTE format('ALTER FUNCTION %s OWNER TO portal_system', f);
    EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', f);
  END LOOP;
  GRANT EXECUTE ON FUNCTION signals_of_audit(int) TO portal_app;
END $$;
REVOKE CREATE ON SCHEMA public FROM portal_system;
