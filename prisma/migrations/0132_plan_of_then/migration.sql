-- The name of then finds plans that had it when charges noted nothing else. A plan that came later charged none of those: were it
-- given a name that an older plan had before it was renamed, its prices would be taken for those of the older one.
ALTER TABLE plan ALTER COLUMN original_name DROP NOT NULL, ALTER COLUMN original_name DROP DEFAULT;
CREATE OR REPLACE FUNCTION plan_keeps_original_name() RETURNS trigger LANGUAGE plpgsql AS $fn$
BEGIN
  NEW.original_name := CASE TG_OP WHEN 'UPDATE' THEN OLD.original_name END;
  RETURN NEW;
END $fn$;
ALTER TABLE plan DISABLE TRIGGER plan_keeps_original_name;
UPDATE plan SET original_name = NULL WHERE created_at > (SELECT applied_at FROM schema_migration WHERE name = '0119_plan_of_hold');
ALTER TABLE plan ENABLE TRIGGER plan_keeps_original_name;
