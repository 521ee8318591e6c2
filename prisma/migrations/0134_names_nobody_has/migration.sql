-- A name that nobody has is kept empty; until now the PBX's own word for it was.
CREATE OR REPLACE FUNCTION strange_names(p_since timestamptz, p_address text) RETURNS TABLE (at timestamptz, username text, address text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT s.at, CASE s.username WHEN '<unknown>' THEN '' ELSE s.username END, s.address FROM security_event s
  WHERE s.tenant_id = (SELECT id FROM tenant WHERE kind = 'operator') AND (s.type = 'InvalidAccountID'
      OR (s.type IN ('ChallengeResponseFailed', 'InvalidPassword') AND s.username IN ('', '<unknown>')))
    AND s.at >= greatest(p_since, clock_timestamp() - interval '1 hour')
    AND ((p_address <> '' AND s.address = p_address)
      -- No longer name: "acme-west-101" is a try at another tenant than acme.
      OR s.username ~ ('^' || (SELECT slug FROM tenant WHERE id = app_tenant()) || '-[0-9]+$'))
  ORDER BY s.at LIMIT 50
$$;
