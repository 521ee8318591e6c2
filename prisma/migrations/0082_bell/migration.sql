-- Until when a person has read what the bell of their tenant tells. It goes with the seat.
ALTER TABLE seat ADD COLUMN bell_read_at timestamptz NOT NULL DEFAULT now();

GRANT CREATE ON SCHEMA public TO portal_system;

CREATE FUNCTION bell_read(p_user uuid) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
BEGIN
  UPDATE seat SET bell_read_at = clock_timestamp() WHERE tenant_id = app_tenant() AND user_id = p_user;
  RETURN FOUND;
END $fn$;

-- A phone that dropped has one last word; finding it must not read the whole history.
CREATE INDEX registration_event_at ON registration_event (tenant_id, at DESC);

ALTER FUNCTION bell_read(uuid) OWNER TO portal_system;
REVOKE ALL ON FUNCTION bell_read(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION bell_read(uuid) TO portal_app;
REVOKE CREATE ON SCHEMA public FROM portal_system;
