-- What is looked for by a number, or by an address, is found by an index.

-- Only calls that are over: until then a call changes, and each change would write here too. The few open ones have call_open.
CREATE INDEX call_to ON call (tenant_id, to_e164 text_pattern_ops, started_at DESC) WHERE state = 'ended' AND to_e164 IS NOT NULL;
CREATE INDEX call_from ON call (tenant_id, from_number text_pattern_ops, started_at DESC) WHERE state = 'ended' AND from_number IS NOT NULL;
CREATE INDEX registration_from ON registration (address text_pattern_ops);

-- The bans that hold over an address, the narrowest first. Containment of networks is asked of the index only by whoever sees
-- all rows; what comes back are those of the tenant acted for, which is the operator or has none.
CREATE FUNCTION ban_over(p_address inet) RETURNS TABLE (id uuid, network text, scope text, expires_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT b.id, b.network::text, b.scope, b.expires_at FROM ban b
  WHERE b.network >>= p_address AND b.tenant_id = app_tenant() AND b.lifted_at IS NULL AND b.expires_at > clock_timestamp()
  ORDER BY masklen(b.network) DESC, b.id LIMIT 6
$$;
GRANT CREATE ON SCHEMA public TO portal_system;
ALTER FUNCTION ban_over(inet) OWNER TO portal_system;
REVOKE ALL ON FUNCTION ban_over(inet) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ban_over(inet) TO portal_app;
REVOKE CREATE ON SCHEMA public FROM portal_system;
