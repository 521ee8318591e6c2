-- A finding says of what its money is: differences have theirs, what calls cost is in the currency of the tenant that it is about.
GRANT CREATE ON SCHEMA public TO portal_system;
DO $$
DECLARE v text := pg_get_functiondef('rule_finding_of'::regproc); a text := 'GROUP BY d.currency ORDER BY sum(greatest(d.money_at_risk_micros, 1)) DESC, 1 LIMIT 1) END';
BEGIN
  IF strpos(v, a) = 0 THEN RAISE EXCEPTION 'rule_finding_of does not say %', a; END IF;
  EXECUTE replace(v, a, replace(a, ' END', ' ELSE t.currency::text END'));
END $$;
REVOKE CREATE ON SCHEMA public FROM portal_system;
