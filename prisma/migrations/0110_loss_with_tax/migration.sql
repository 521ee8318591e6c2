-- What an incident has cost counts the tax of calls that are over as well: what is held and what is talked has it in it already.
DO $$
DECLARE v_old text := pg_get_functiondef('incident_loss(uuid[])'::regprocedure); v_new text;
BEGIN
  v_new := replace(v_old, 'h.charged_micros, CASE WHEN h.state', 'h.charged_micros + coalesce(h.tax_micros, 0) AS charged_micros, CASE WHEN h.state');
  IF v_new = v_old THEN RAISE EXCEPTION 'incident_loss reads otherwise'; END IF;
  EXECUTE v_new;
END $$;
