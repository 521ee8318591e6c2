-- A price whose deck was taken back, and which ends where somebody planned another one since, gives way to that one: taken back in
-- turn, it lets the first go on. Until now it could not be told from a price that ends there of its own.
GRANT CREATE ON SCHEMA public TO portal_charge;
DO $$
DECLARE v text := pg_get_functiondef('deck_roll_back'::regproc); a text := 'hand = CASE e.kept WHEN ''ended'' THEN ''ended'' ELSE r.hand END';
BEGIN
  IF strpos(v, a) = 0 THEN RAISE EXCEPTION 'deck_roll_back does not say %', a; END IF;
  EXECUTE replace(v, a, 'hand = CASE e.kept WHEN ''ended'' THEN ''ended'' WHEN ''set'' THEN ''until_next'' ELSE r.hand END');
END $$;
REVOKE CREATE ON SCHEMA public FROM portal_charge;
