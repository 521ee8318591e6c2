-- A month of calls is filed into while it is decided whether anybody wants it: whoever comes in between keeps it as well.
GRANT CREATE ON SCHEMA public TO portal_retention;

-- As before, and decided under the lock.
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

REVOKE CREATE ON SCHEMA public FROM portal_retention;
