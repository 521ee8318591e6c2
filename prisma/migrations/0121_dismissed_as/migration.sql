-- Why an incident was dismissed, from a list, so that it can be counted; a note may stand beside it. What was dismissed before
-- keeps its text and has no reason of the list.
ALTER TABLE incident ADD COLUMN dismissed_as text
  CHECK (dismissed_as IN ('expected_traffic', 'test', 'duplicate', 'known_customer', 'rule_too_strict', 'other'));
ALTER TABLE incident ADD CONSTRAINT incident_dismissed_as_state CHECK (dismissed_as IS NULL OR state = 'dismissed');
GRANT UPDATE (dismissed_as) ON incident TO portal_app;

-- A rehearsal counts calls as harmless when somebody dismissed their incident. Of a duplicate that says nothing: its calls are
-- judged by the other one.
DO $$
DECLARE v_old text := pg_get_functiondef('rehearsal_outcome(uuid,uuid,bigint,int,timestamptz)'::regprocedure); v_new text;
BEGIN
  v_new := replace(v_old, 'i.state <> ''dismissed''', '(i.state <> ''dismissed'' OR i.dismissed_as = ''duplicate'')');
  IF v_new = v_old THEN RAISE EXCEPTION 'rehearsal_outcome reads otherwise'; END IF;
  EXECUTE v_new;
END $$;
