-- What an incident cost is asked for when it is over for long as well: its calls may be in the months by then.
DO $$
DECLARE v_old text := pg_get_functiondef('incident_loss(uuid[])'::regprocedure); v_new text;
BEGIN
  v_new := regexp_replace(v_old, '\mJOIN call c ON (?=[^\n]*state = ''ended'')', 'JOIN call_record c ON ', 'g');
  IF v_new = v_old THEN RAISE EXCEPTION 'incident_loss reads otherwise'; END IF;
  EXECUTE v_new;
END $$;
