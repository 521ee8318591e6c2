-- What the worker needs to keep the list of differences true. Across tenants, like the rest of the money.
GRANT CREATE ON SCHEMA public TO portal_charge;

-- Heals what time or better evidence has mended: a wallet that adds up again (p_ledger names those that do not, as
-- "kind:subject"), a call whose end came after all, a channel of which a record exists by now. A call that was charged for
-- less than may have been talked stays listed, for a person to look at.
CREATE FUNCTION differences_refresh(p_ledger text[])
RETURNS int LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
DECLARE n int;
BEGIN
  UPDATE difference d SET healed_at = clock_timestamp()
  WHERE d.healed_at IS NULL AND (
    (d.kind IN ('wallet_mismatch', 'charge_without_record') AND NOT d.kind || ':' || d.subject = ANY (p_ledger))
    OR (d.kind = 'hold_without_channel' AND d.detail ->> 'unprovenMs' IS NULL
      AND EXISTS (SELECT FROM call c WHERE c.tenant_id = d.tenant_id AND c.id::text = d.subject AND c.state = 'ended'))
    OR (d.kind = 'channel_without_hold'
      AND EXISTS (SELECT FROM call c WHERE c.tenant_id = d.tenant_id AND c.pbx_call_id = d.subject AND c.state = 'ended')));
  GET DIAGNOSTICS n = ROW_COUNT;
  RETURN n;
END $fn$;

-- Everything that is listed and not healed, of all tenants, newest first.
CREATE FUNCTION differences_open(p_limit int)
RETURNS SETOF difference LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT * FROM difference WHERE healed_at IS NULL ORDER BY found_at DESC, id LIMIT p_limit
$$;

DO $$
DECLARE f text;
BEGIN
  FOREACH f IN ARRAY ARRAY['differences_refresh(text[])', 'differences_open(int)'] LOOP
    EXECUTE format('ALTER FUNCTION %s OWNER TO portal_charge', f);
    EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', f);
    EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO portal_app', f);
  END LOOP;
END $$;
REVOKE CREATE ON SCHEMA public FROM portal_charge;
