-- Events by month from now on: a month that nobody needs any more goes as a whole, which takes no longer for ten million rows
-- than for ten. The months stand in a schema of their own, where the role that takes them away may make the next ones.
-- No foreign key to the tenant: taking a month away would lock every tenant, and with it every call that begins.
CREATE SCHEMA months AUTHORIZATION portal_retention;
GRANT CREATE ON SCHEMA public TO portal_retention;

ALTER TABLE security_event RENAME TO security_event_before;
-- Whoever owns the schema moves them over, and may be no superuser.
ALTER TABLE security_event_before DISABLE ROW LEVEL SECURITY;
CREATE TABLE security_event (
  tenant_id uuid NOT NULL,
  id uuid NOT NULL DEFAULT gen_random_uuid(),
  at timestamptz NOT NULL,
  type text NOT NULL,
  -- The SIP user name that was tried, as received.
  username text NOT NULL DEFAULT '',
  address text NOT NULL DEFAULT '',
  transport text NOT NULL DEFAULT '',
  detail jsonb NOT NULL DEFAULT '{}'
) PARTITION BY RANGE (at);
DO $$
BEGIN
  EXECUTE 'ALTER TABLE security_event ENABLE ROW LEVEL SECURITY';
  EXECUTE 'ALTER TABLE security_event FORCE ROW LEVEL SECURITY';
  EXECUTE 'CREATE POLICY own_tenant ON security_event TO portal_app USING (tenant_id = app_tenant()) WITH CHECK (tenant_id = app_tenant())';
  EXECUTE 'CREATE POLICY tenants_below ON security_event FOR SELECT TO portal_app USING (app_subtree() AND tenant_id IN '
    '(SELECT descendant_id FROM tenant_below WHERE ancestor_id = app_tenant()))';
  EXECUTE 'CREATE POLICY money_functions ON security_event TO portal_charge USING (true) WITH CHECK (true)';
  EXECUTE 'CREATE POLICY system_functions ON security_event TO portal_system USING (true) WITH CHECK (true)';
  EXECUTE 'CREATE POLICY retention_functions ON security_event TO portal_retention USING (true) WITH CHECK (true)';
END $$;
GRANT SELECT ON security_event TO portal_app;
GRANT SELECT, INSERT, UPDATE ON security_event TO portal_system;

-- Tables that are kept by month.
CREATE TABLE month_table (
  name text PRIMARY KEY CHECK (name ~ '^[a-z_]{3,40}$'),
  class text NOT NULL REFERENCES retention_class (class),
  -- The column that decides the month.
  at_column text NOT NULL
);
GRANT SELECT ON month_table TO portal_app, portal_retention;
INSERT INTO month_table VALUES ('security_event', 'security_events', 'at');

-- The months that there are, oldest first, by their bounds in UTC.
CREATE FUNCTION months_of(p_table text) RETURNS TABLE (part text, from_at timestamptz, until_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT c.relname::text, m.from_at, ((m.from_at AT TIME ZONE 'UTC') + interval '1 month') AT TIME ZONE 'UTC'
  FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
  CROSS JOIN LATERAL (SELECT to_date(right(c.relname, 6), 'YYYYMM')::timestamp AT TIME ZONE 'UTC' AS from_at) m
  WHERE i.inhparent = to_regclass('public.' || p_table) AND c.relname ~ '_\d{6}$' ORDER BY 2
$$;

-- Makes the month that a moment is in, unless it is there; whether it made one. What waited in the rest for it moves in.
CREATE FUNCTION month_make(p_table text, p_at timestamptz) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET lock_timeout = '1s' AS $fn$
DECLARE m month_table; v_from timestamptz := date_trunc('month', p_at AT TIME ZONE 'UTC') AT TIME ZONE 'UTC'; v_until timestamptz; v_part text; v_rest text;
BEGIN
  SELECT * INTO m FROM month_table WHERE name = p_table;
  IF NOT FOUND THEN RAISE EXCEPTION 'nothing called % is kept by month', p_table USING ERRCODE = 'RF006'; END IF;
  v_until := ((v_from AT TIME ZONE 'UTC') + interval '1 month') AT TIME ZONE 'UTC';
  v_part := m.name || '_' || to_char(v_from AT TIME ZONE 'UTC', 'YYYYMM'); v_rest := m.name || '_rest';
  PERFORM pg_advisory_xact_lock(hashtextextended('month:' || v_part, 0));
  IF to_regclass('months.' || v_part) IS NOT NULL THEN RETURN false; END IF;
  EXECUTE format('CREATE TABLE months.%I (LIKE public.%I INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', v_part, m.name);
  EXECUTE format('ALTER TABLE months.%1$I ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', v_part);
  EXECUTE format('CREATE POLICY retention_functions ON months.%I TO portal_retention USING (true) WITH CHECK (true)', v_part);
  EXECUTE format('WITH moved AS (DELETE FROM months.%1$I WHERE %2$I >= $1 AND %2$I < $2 RETURNING *) INSERT INTO months.%3$I SELECT * FROM moved',
    v_rest, m.at_column, v_part) USING v_from, v_until;
  EXECUTE format('ALTER TABLE public.%I ATTACH PARTITION months.%I FOR VALUES FROM (%L) TO (%L)', m.name, v_part, v_from, v_until);
  RETURN true;
END $fn$;

-- The months that should be there and are not: this one and the next two.
CREATE FUNCTION months_missing() RETURNS TABLE (name text, at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT t.name, m.at FROM month_table t CROSS JOIN LATERAL (
    SELECT (date_trunc('month', now() AT TIME ZONE 'UTC') + n * interval '1 month') AT TIME ZONE 'UTC' AS at FROM generate_series(0, 2) n) m
  WHERE NOT EXISTS (SELECT FROM months_of(t.name) o WHERE o.from_at = m.at)
$$;

-- Takes away the oldest month of a class that every tenant is done with, and counts its rows with the sweep of each. NULL: there
-- is none. Who has rows in it and wants to keep them, or has them held, keeps the month.
CREATE FUNCTION retention_drop_month(p_class text, OUT part text, OUT removed bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET lock_timeout = '1s' AS $fn$
DECLARE m month_table; o record; v_wanted boolean;
BEGIN
  FOR m IN SELECT * FROM month_table WHERE class = p_class LOOP
    FOR o IN SELECT * FROM months_of(m.name) x WHERE x.until_at <= retention_cutoff(1) LOOP
      EXECUTE format('SELECT EXISTS (SELECT FROM tenant t CROSS JOIN LATERAL retention_effective(t.id, $1) e CROSS JOIN LATERAL retention_holding(t.id, $1) h
          WHERE (e.action = ''keep'' OR retention_cutoff(e.days) < $3 OR h.from_at < $3 OR cardinality(h.numbers) > 0 OR cardinality(h.persons) > 0)
            AND EXISTS (SELECT FROM %I r WHERE r.tenant_id = t.id AND r.%I >= $2 AND r.%2$I < $3))', m.name, m.at_column)
        INTO v_wanted USING p_class, o.from_at, o.until_at;
      CONTINUE WHEN v_wanted;
      -- Nobody adds to it while it is counted; the table itself is locked only for the moment of the drop.
      EXECUTE format('LOCK TABLE months.%I IN SHARE MODE', o.part);
      EXECUTE format('WITH gone AS (SELECT tenant_id, count(*) AS n FROM months.%I GROUP BY tenant_id)
      , noted AS (INSERT INTO retention_sweep AS s (tenant_id, class, action, cutoff, removed, batches, months)
          SELECT g.tenant_id, $1, e.action, retention_cutoff(e.days), g.n, 1, ARRAY[$2] FROM gone g CROSS JOIN LATERAL retention_effective(g.tenant_id, $1) e
        ON CONFLICT (class, tenant_id) WHERE state = ''running'' DO UPDATE SET removed = s.removed + excluded.removed, batches = s.batches + 1,
          months = s.months || excluded.months)
        SELECT coalesce(sum(n), 0) FROM gone', o.part) INTO removed USING p_class, to_char(o.from_at AT TIME ZONE 'UTC', 'YYYY-MM');
      part := o.part;
      EXECUTE format('DROP TABLE months.%I', o.part);
      RETURN;
    END LOOP;
  END LOOP;
END $fn$;

-- What a monitoring system reads of retention, without naming a tenant.
CREATE FUNCTION retention_gauges()
RETURNS TABLE (class text, ran_at timestamptz, removed_total float8, held float8, oldest_at timestamptz, failed boolean, months_missing int)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT r.class, r.at, r.removed_total::float8, r.held::float8, r.oldest_at, r.error <> '', (SELECT count(*)::int FROM months_missing())
  FROM retention_run r JOIN retention_class k ON k.class = r.class ORDER BY k.rank
$$;

ALTER TABLE security_event OWNER TO portal_retention;
SET LOCAL ROLE portal_retention;
CREATE TABLE months.security_event_rest (LIKE public.security_event INCLUDING DEFAULTS INCLUDING CONSTRAINTS);
ALTER TABLE months.security_event_rest ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY retention_functions ON months.security_event_rest TO portal_retention USING (true) WITH CHECK (true);
ALTER TABLE public.security_event ADD PRIMARY KEY (tenant_id, at, id);
CREATE INDEX security_event_of_username_at ON public.security_event (username, at DESC);
ALTER TABLE public.security_event ATTACH PARTITION months.security_event_rest DEFAULT;
RESET ROLE;

DO $$
DECLARE f text;
BEGIN
  FOREACH f IN ARRAY ARRAY['months_of(text)', 'month_make(text, timestamptz)', 'months_missing()', 'retention_drop_month(text)', 'retention_gauges()'] LOOP
    EXECUTE format('ALTER FUNCTION %s OWNER TO portal_retention', f);
    EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', f);
    EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO portal_app', f);
  END LOOP;
END $$;
REVOKE CREATE ON SCHEMA public FROM portal_retention;

SELECT month_make('security_event', m) FROM (
  SELECT DISTINCT date_trunc('month', at AT TIME ZONE 'UTC') AT TIME ZONE 'UTC' AS m FROM security_event_before
  UNION SELECT at FROM months_missing()) x ORDER BY m;
INSERT INTO security_event (tenant_id, id, at, type, username, address, transport, detail)
  SELECT tenant_id, id, at, type, username, address, transport, detail FROM security_event_before;
DROP TABLE security_event_before;
