-- Two calls that were refused although nothing stood against them.
GRANT CREATE ON SCHEMA public TO portal_charge;

-- A price whose greatest charge is below what its first increment comes to asks that charge for the increment: also where it is
-- not yet in force, but takes over while it rings.
CREATE FUNCTION hold_affordable_now(h hold, p_net bigint, p_most int) RETURNS int LANGUAGE plpgsql IMMUTABLE AS $fn$
DECLARE
  fits int := price_affordable(p_net, p_most, h.per_minute_micros, h.connection_fee_micros, h.first_seconds, h.next_seconds,
    h.free_seconds + CASE WHEN h.bundle_unit = 'seconds' THEN h.bundle_held ELSE 0 END, h.minimum_charge_micros, h.max_charge_micros, h.beyond,
    h.step_from, h.step_per_minute, h.step_increment);
BEGIN
  IF fits = 0 AND h.max_charge_micros IS NOT NULL AND hold_net(h, h.first_seconds) <= p_net THEN RETURN h.first_seconds; END IF;
  RETURN fits;
END $fn$;
CREATE OR REPLACE FUNCTION hold_affordable(h hold, p_budget bigint, p_most int) RETURNS int LANGUAGE plpgsql IMMUTABLE AS $fn$
DECLARE net bigint := net_within(least(p_budget, 1000000000000), h.tax_ppm);
BEGIN
  IF h.late IS NULL THEN RETURN hold_affordable_now(h, net, p_most); END IF;
  RETURN least(hold_affordable_now(h, net, p_most), hold_affordable_now(hold_at_late_price(h), net, p_most));
END $fn$;

CREATE FUNCTION pg_temp.put(p_function text, VARIADIC p_changes text[]) RETURNS void LANGUAGE plpgsql AS $fn$
DECLARE v text := pg_get_functiondef(p_function::regproc);
BEGIN
  FOR i IN 1..cardinality(p_changes) BY 2 LOOP
    IF strpos(v, p_changes[i]) = 0 THEN RAISE EXCEPTION '% does not say %', p_function, p_changes[i]; END IF;
    v := replace(v, p_changes[i], p_changes[i + 1]);
  END LOOP;
  EXECUTE v;
END $fn$;
SELECT pg_temp.put('call_place', '
    -- A maximum charge below the first increment is what that increment costs.
    IF fits = 0 AND h.max_charge_micros IS NOT NULL AND hold_gross(h, h.first_seconds) <= budgets[i] THEN fits := h.first_seconds; END IF;', '');

-- A phone that called for help within the hour is rung, as it is however many calls there are: where whoever pays for it has no
-- money, is suspended or has a limit in the way, nobody pays.
SELECT pg_temp.put('call_authorise_inbound', 'v_blocked text;', 'v_blocked text; helped boolean; v call_verdict;',
  '  IF paid AND t.kind <> ''operator'' THEN', '  helped := EXISTS (SELECT FROM call WHERE tenant_id = t.id AND started_at > clock_timestamp() - interval ''1 hour'' AND extension_id = x.id AND kind = ''emergency'');
  IF paid AND t.kind <> ''operator'' AND NOT helped THEN',
  '  RETURN call_place(c, t, x,', '  IF helped THEN
    BEGIN
      v := call_place(c, t, x, ''in'', prefixes_of(p_did), p_at, ''inbound'', x.sip_username, left(p_from, 64));
      IF v.kind <> ''refuse'' THEN RETURN v; END IF;
      RAISE EXCEPTION ''it is put through nevertheless'' USING ERRCODE = ''RF098'';
    EXCEPTION WHEN SQLSTATE ''RF098'' THEN NULL;
    END;
    c.trace := c.trace || gate(''emergency'', true, '''', '''') || gate(''incoming'', true, ''free'', '''');
    INSERT INTO call SELECT c.* ON CONFLICT (pbx, pbx_call_id) DO NOTHING;
    IF NOT FOUND THEN RETURN call_inbound_again(c.pbx, c.pbx_call_id, c.dialled); END IF;
    RETURN (c.id, c.tenant_id, ''inbound'', '''', 14400, x.sip_username, left(p_from, 64))::call_verdict;
  END IF;
  RETURN call_place(c, t, x,');
DROP FUNCTION pg_temp.put(text, text[]);

ALTER FUNCTION hold_affordable_now(hold, bigint, int) OWNER TO portal_charge;
REVOKE ALL ON FUNCTION hold_affordable_now(hold, bigint, int) FROM PUBLIC;
REVOKE CREATE ON SCHEMA public FROM portal_charge;
