-- A session that ends and a seat that changes are told to whoever holds a stream for that person, with the commit: what they
-- may no longer watch is closed within the second, and what they may do is drawn anew.
CREATE FUNCTION live_person() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  PERFORM pg_notify('live', json_build_object('u', OLD.user_id)::text);
  RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION live_person() FROM PUBLIC;

CREATE TRIGGER live_session_ended AFTER UPDATE OF revoked_at ON session FOR EACH ROW
  WHEN (NEW.revoked_at IS NOT NULL AND OLD.revoked_at IS NULL) EXECUTE FUNCTION live_person();
CREATE TRIGGER live_seat_changed AFTER UPDATE OF role, ends_at OR DELETE ON seat FOR EACH ROW EXECUTE FUNCTION live_person();

-- Whoever suspends a tenant stands above it; its own people, who may be in the middle of a form, hear of it here.
CREATE FUNCTION live_tenant_state() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  PERFORM pg_notify('live', json_build_object('t', NEW.id, 'k', 'tenants')::text);
  RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION live_tenant_state() FROM PUBLIC;
CREATE TRIGGER live_tenant_state AFTER UPDATE OF state ON tenant FOR EACH ROW
  WHEN (NEW.state IS DISTINCT FROM OLD.state) EXECUTE FUNCTION live_tenant_state();
