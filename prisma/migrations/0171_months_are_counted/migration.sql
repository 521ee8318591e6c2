-- Before a month goes, what goes is counted per tenant, to the row, since the receipt in each trail says it. By an index on the tenant
-- alone, which keeps each tenant once and is a seventh of the others' size, that takes a quarter of the time. Only a question that asks
-- for it by the same call of uuid_ne is answered by it: lists, which want an order, would else be tempted to sort what it finds.
CREATE FUNCTION month_counted_by(p_part text) RETURNS void LANGUAGE plpgsql SET search_path = public, pg_temp AS $fn$
BEGIN
  EXECUTE format('CREATE INDEX ON months.%I (tenant_id) WHERE uuid_ne(tenant_id, ''00000000-0000-0000-0000-000000000000'')', p_part);
END $fn$;

GRANT CREATE ON SCHEMA public TO portal_retention;
ALTER FUNCTION month_counted_by(text) OWNER TO portal_retention;
REVOKE ALL ON FUNCTION month_counted_by(text) FROM public;

-- The months that are there, and those that come: as before, with that index as well. What is filed with money never goes as a whole.
SELECT month_counted_by(c.relname) FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
  WHERE i.inhparent IN ('call_record'::regclass, 'security_event'::regclass) AND c.relnamespace = 'months'::regnamespace
    AND c.relname ~ '_[0-9]{6}$';
DO $$
DECLARE v text := pg_get_functiondef('month_make_filed(text, text, text, timestamptz, timestamptz)'::regprocedure);
  w text := pg_get_functiondef('month_make(text, timestamptz)'::regprocedure);
  v_before text := 'EXECUTE format(''ALTER TABLE public.%I ATTACH PARTITION';
BEGIN
  IF strpos(v, v_before) = 0 OR strpos(w, v_before) = 0 THEN RAISE EXCEPTION 'months are made otherwise than they were'; END IF;
  EXECUTE replace(v, v_before, E'IF p_part ~ ''_[0-9]{6}$'' THEN PERFORM month_counted_by(p_part); END IF;\n  ' || v_before);
  EXECUTE replace(w, v_before, E'PERFORM month_counted_by(v_part);\n  ' || v_before);
END $$;

-- As before, and counted tenant by tenant.
CREATE OR REPLACE FUNCTION retention_drop_month(p_class text, OUT part text, OUT removed bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET lock_timeout = '1s' AS $fn$
DECLARE m month_table; o record; v_wanted boolean;
BEGIN
  FOR m IN SELECT * FROM month_table WHERE class = p_class LOOP
    FOR o IN SELECT * FROM months_of(m.name) x WHERE x.until_at <= retention_cutoff(1) LOOP
      EXECUTE format('SELECT EXISTS (SELECT FROM tenant t CROSS JOIN LATERAL retention_effective(t.id, $1) e CROSS JOIN LATERAL retention_holding(t.id, $1) h
          WHERE (e.action <> ''delete'' OR retention_cutoff(e.days) < $2 OR h.from_at < $2 OR cardinality(h.numbers) > 0 OR cardinality(h.persons) > 0)
            AND EXISTS (SELECT FROM months.%I r WHERE r.tenant_id = t.id))', o.part)
        INTO v_wanted USING p_class, o.until_at;
      CONTINUE WHEN v_wanted;
      -- Nobody adds to it while it is counted; the table itself is locked only for the moment of the drop. What was on its way in
      -- is there by now, and may be somebody's who keeps it: so it is looked at again.
      EXECUTE format('LOCK TABLE months.%I IN SHARE MODE', o.part);
      EXECUTE format('SELECT EXISTS (SELECT FROM tenant t CROSS JOIN LATERAL retention_effective(t.id, $1) e CROSS JOIN LATERAL retention_holding(t.id, $1) h
          WHERE (e.action <> ''delete'' OR retention_cutoff(e.days) < $2 OR h.from_at < $2 OR cardinality(h.numbers) > 0 OR cardinality(h.persons) > 0)
            AND EXISTS (SELECT FROM months.%I r WHERE r.tenant_id = t.id))', o.part)
        INTO v_wanted USING p_class, o.until_at;
      CONTINUE WHEN v_wanted;
      EXECUTE format('WITH RECURSIVE of AS (
          (SELECT r.tenant_id FROM months.%1$I r WHERE uuid_ne(r.tenant_id, ''00000000-0000-0000-0000-000000000000'') ORDER BY r.tenant_id LIMIT 1)
          UNION ALL SELECT (SELECT r.tenant_id FROM months.%1$I r WHERE r.tenant_id > of.tenant_id AND uuid_ne(r.tenant_id, ''00000000-0000-0000-0000-000000000000'')
            ORDER BY r.tenant_id LIMIT 1) FROM of WHERE of.tenant_id IS NOT NULL)
      , gone AS (SELECT of.tenant_id, (SELECT count(*) FROM months.%1$I r WHERE r.tenant_id = of.tenant_id AND uuid_ne(r.tenant_id, ''00000000-0000-0000-0000-000000000000'')) AS n FROM of WHERE of.tenant_id IS NOT NULL)
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

REVOKE CREATE ON SCHEMA public FROM portal_retention;
