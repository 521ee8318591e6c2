-- A lone call reckons less. What its time costs at a level is held there anyway: where that is affordable, nothing else need be asked,
-- and it is not reckoned again unless a level further up shortens the time. Whether anything is blocked at all is one question, not three.
GRANT CREATE ON SCHEMA public TO portal_charge;

CREATE OR REPLACE FUNCTION pg_temp.put(p_function text, VARIADIC p_changes text[]) RETURNS void LANGUAGE plpgsql AS $fn$
DECLARE v text := pg_get_functiondef(p_function::regproc);
BEGIN
  FOR i IN 1..cardinality(p_changes) BY 2 LOOP
    IF strpos(v, p_changes[i]) = 0 THEN RAISE EXCEPTION '% does not say %', p_function, p_changes[i]; END IF;
    v := replace(v, p_changes[i], p_changes[i + 1]);
  END LOOP;
  EXECUTE v;
END $fn$;

-- A maximum charge may cut the call although it could be paid on, a bundle has its own sum, and a price may change while it rings: those
-- are asked as before.
SELECT pg_temp.put('call_place',
  'granted int; fits int;', 'granted int; asked int; fits int;',
  '  granted := greatest(slice, (hs[1]).first_seconds);', '  granted := greatest(slice, (hs[1]).first_seconds); asked := granted;',
  '    fits := hold_affordable(h, budgets[i], granted);', '    h.held_micros := NULL;
    IF granted = asked AND h.bundle_id IS NULL AND h.late IS NULL AND h.max_charge_micros IS NULL THEN h.held_micros := hold_gross(h, asked); END IF;
    IF h.held_micros <= budgets[i] THEN fits := granted; ELSE fits := hold_affordable(h, budgets[i], granted); END IF;',
  '    h.held_micros := hold_gross(h, granted);', '    IF h.held_micros IS NULL OR granted <> asked THEN h.held_micros := hold_gross(h, granted); END IF;');

SELECT pg_temp.put('call_blocked', 'BEGIN
', 'BEGIN
  IF NOT (EXISTS (SELECT FROM block WHERE lifted_at IS NULL) OR EXISTS (SELECT FROM number_block) OR EXISTS (SELECT FROM hot_list WHERE enabled AND numbers > 0)) THEN
    RETURN NULL;
  END IF;
');
DROP FUNCTION pg_temp.put(text, text[]);

REVOKE CREATE ON SCHEMA public FROM portal_charge;
