-- What may be missing of a call whose end nobody saw, to the micro. Across tenants, like the rest of the money.
GRANT CREATE ON SCHEMA public TO portal_charge;

-- Such a call is listed before it is settled, with all that is held for it. Once it is settled, what may be missing is what was
-- held and not charged: prices go in steps, so a share by time would be too little. When better evidence than a sweep ended
-- it after all, or everything held was charged, nothing is missing. Safe to repeat. Returns how many changed.
CREATE FUNCTION differences_narrow()
RETURNS int LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
DECLARE n int;
BEGIN
  UPDATE difference d SET money_at_risk_micros = s.rest, healed_at = CASE WHEN c.source <> 'sweep' OR s.rest = 0 THEN clock_timestamp() END
  FROM call c CROSS JOIN LATERAL (
    SELECT coalesce(sum(h.held_micros - coalesce(h.charged_micros, 0) - coalesce(h.tax_micros, 0)), 0)::bigint AS rest FROM hold h WHERE h.call_id = c.id) s
  WHERE d.healed_at IS NULL AND d.kind = 'hold_without_channel' AND c.tenant_id = d.tenant_id
    -- (other differences of this kind are not about one call)
    AND c.id = CASE WHEN d.detail ? 'unprovenMs' THEN d.subject::uuid END AND c.state = 'ended'
    AND (c.source <> 'sweep' OR s.rest = 0 OR s.rest <> d.money_at_risk_micros);
  GET DIAGNOSTICS n = ROW_COUNT;
  RETURN n;
END $fn$;
ALTER FUNCTION differences_narrow() OWNER TO portal_charge;
REVOKE ALL ON FUNCTION differences_narrow() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION differences_narrow() TO portal_app;
REVOKE CREATE ON SCHEMA public FROM portal_charge;
