-- The language that a statement's document is written in: that of whom it is for, when it was issued. It is kept with the statement, so that
-- the document can be made again word for word after the tenant has chosen another. Those that were issued before are in English.
ALTER TABLE statement ADD COLUMN language text NOT NULL DEFAULT 'en' CHECK (language IN ('en', 'de', 'es', 'fr', 'pt', 'ar'));
ALTER TABLE statement ALTER COLUMN language DROP DEFAULT;

DO $$
DECLARE v_old text := pg_get_functiondef('statement_issue'::regproc); v_new text;
BEGIN
  v_new := replace(v_old, 's.decimals := p_decimals;', 's.decimals := p_decimals; s.language := t.language;');
  IF v_new = v_old THEN RAISE EXCEPTION 'statement_issue sets no decimals'; END IF;
  EXECUTE v_new;
END $$;
