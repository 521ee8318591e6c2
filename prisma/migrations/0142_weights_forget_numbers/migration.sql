-- Whatever takes a number off a call, retention or an erasure, takes it off what the call weighs for the rules.
GRANT CREATE ON SCHEMA public TO portal_system;

CREATE FUNCTION call_weight_forgets() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
BEGIN
  UPDATE call_weight SET number = NEW.to_e164, digits = NULL WHERE tenant_id = NEW.tenant_id AND id = NEW.id AND number IS DISTINCT FROM NEW.to_e164;
  RETURN NULL;
END $fn$;
ALTER FUNCTION call_weight_forgets() OWNER TO portal_system;
REVOKE ALL ON FUNCTION call_weight_forgets() FROM PUBLIC;

CREATE TRIGGER call_weight_forgets AFTER UPDATE OF to_e164 ON call FOR EACH ROW WHEN (OLD.to_e164 IS DISTINCT FROM NEW.to_e164) EXECUTE FUNCTION call_weight_forgets();

REVOKE CREATE ON SCHEMA public FROM portal_system;
