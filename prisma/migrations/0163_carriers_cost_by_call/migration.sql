-- What carriers ask is looked up call by call, of those that were taken. Joined at once, tables without statistics (after a restore, or an
-- import of many calls) were read the other way round: every call of the tree for each of them.
DO $$
DECLARE
  v_old text := pg_get_functiondef('usage_fold'::regproc);
  v_new text := replace(v_old, 'FROM taken k JOIN usage_carrier_line x ON x.call_tenant_id = k.tenant_id AND x.call_id = k.call_id
    WHERE (SELECT bool_or', 'FROM taken k CROSS JOIN LATERAL
      (SELECT l.* FROM usage_carrier_line l WHERE l.call_tenant_id = k.tenant_id AND l.call_id = k.call_id OFFSET 0) x
    WHERE (SELECT bool_or');
BEGIN
  IF v_new = v_old THEN RAISE EXCEPTION 'usage_fold does not join the lines of carriers'; END IF;
  EXECUTE v_new;
END $$;
