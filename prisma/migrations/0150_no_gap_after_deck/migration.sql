-- A price that gives way to a planned one holds on when that was taken back: also where a deck stood between the two meanwhile and is
-- taken back after it. It had come back with its old end, and nothing held after it.
GRANT CREATE ON SCHEMA public TO portal_charge;
DO $$
DECLARE v text := pg_get_functiondef('deck_roll_back'::regproc); a text := '  FOREACH v_rate IN ARRAY v_open LOOP';
BEGIN
  IF strpos(v, a) = 0 THEN RAISE EXCEPTION 'deck_roll_back does not say %', a; END IF;
  EXECUTE replace(v, a, '  v_open := v_open || ARRAY(SELECT o.id FROM deck_ended e JOIN rate o ON o.tenant_id = e.tenant_id AND o.id = e.rate_id
    WHERE e.tenant_id = d.tenant_id AND e.deck_id = d.id AND e.kept IS NULL AND o.hand = ''until_next'' AND upper(o.valid) > clock_timestamp()
      AND NOT EXISTS (SELECT FROM rate x WHERE x.plan_id = o.plan_id AND x.direction = o.direction AND x.prefix = o.prefix AND lower(x.valid) = upper(o.valid)
        AND (x.hours IS NULL) = (o.hours IS NULL) AND (x.hours IS NULL OR x.hours && o.hours)));
' || a);
END $$;
REVOKE CREATE ON SCHEMA public FROM portal_charge;
