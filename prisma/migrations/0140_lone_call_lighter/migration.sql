-- A lone call asks and writes less: what its chain needs is read with the chain (the plans, whether there are bundles, what carriers
-- ask), each hold is written where it is reckoned, and an end looks once at its holds. What is decided stays as it was.
GRANT CREATE ON SCHEMA public TO portal_charge;

CREATE FUNCTION pg_temp.put(p_function text, VARIADIC p_changes text[]) RETURNS void LANGUAGE plpgsql AS $fn$
DECLARE v text := pg_get_functiondef(p_function::regproc);
BEGIN
  FOR i IN 1..cardinality(p_changes) BY 2 LOOP
    IF strpos(v, p_changes[i]) = 0 THEN RAISE EXCEPTION '% does not say %', p_function, p_changes[i]; END IF;
    v := replace(v, p_changes[i], p_changes[i + 1]);
  END LOOP;
  EXECUTE v;
END $fn$;

SELECT pg_temp.put('call_place',
  $x$  level record; rates rate[]; r rate; p plan; w wallet; h hold; hs hold[] := '{}';$x$, $x$  level record; rates rate[]; r rate; p record; w wallet; h hold; hs hold[] := '{}'; bundled boolean[] := '{}';$x$,
  $x$  FOR level IN SELECT a.id, a.state, a.plan_id, a.sells_below_cost, a.tax_ppm, b.depth FROM tenant_below b JOIN tenant a ON a.id = b.ancestor_id
    WHERE b.descendant_id = t.id AND a.kind <> 'operator' ORDER BY b.depth LOOP
    rates := '{}'; p := NULL; w := NULL; r := NULL; v_plan := NULL;
    FOREACH v_plan IN ARRAY plans_bought(level.id) LOOP$x$, $x$  FOR level IN SELECT a.id, a.kind = 'operator' AS house, a.state, a.sells_below_cost, a.cost_plan_id, a.tax_ppm, b.depth,
      array(SELECT q.plan_id FROM tenant_plan q WHERE q.tenant_id = a.id ORDER BY q.priority) || CASE WHEN a.plan_id IS NULL THEN '{}' ELSE ARRAY[a.plan_id] END AS plans,
      EXISTS (SELECT FROM tenant_bundle q WHERE q.tenant_id = a.id) AS bundled
    FROM tenant_below b JOIN tenant a ON a.id = b.ancestor_id WHERE b.descendant_id = t.id ORDER BY b.depth LOOP
    EXIT WHEN level.house;
    rates := '{}'; r := NULL; v_plan := NULL;
    FOREACH v_plan IN ARRAY level.plans LOOP$x$,
  $x$    SELECT * INTO p FROM plan WHERE id = v_plan;
    SELECT * INTO w FROM wallet WHERE wallet.tenant_id = level.id AND wallet.currency = p.currency;
    IF r.id IS NULL OR w.id IS NULL THEN$x$, $x$    SELECT q.name, q.currency, q.slice_seconds, v.id AS wallet_id INTO p FROM plan q LEFT JOIN wallet v ON v.tenant_id = level.id AND v.currency = q.currency WHERE q.id = v_plan;
    IF r.id IS NULL OR p.wallet_id IS NULL THEN$x$,
  $x$h.wallet_id := w.id; h.state$x$, $x$h.wallet_id := p.wallet_id; h.state$x$,
  $x$h.plan_id := p.id;$x$, $x$h.plan_id := v_plan;$x$,
  $x$wallet_ids := wallet_ids || w.id; currencies$x$, $x$wallet_ids := wallet_ids || p.wallet_id; currencies$x$,
  $x$below_cost := below_cost || level.sells_below_cost;$x$, $x$below_cost := below_cost || level.sells_below_cost; bundled := bundled || level.bundled;$x$,
  $x$  IF p_direction = 'out' THEN
    SELECT o.cost_plan_id, q.currency::text AS currency INTO level FROM tenant o JOIN plan q ON q.id = o.cost_plan_id WHERE o.kind = 'operator' AND NOT o.sells_below_cost;
    IF FOUND THEN
      h := carrier_price(level.cost_plan_id, p_prefixes, p_at, until);
      IF h.prefix IS NULL THEN
        c.trace := c.trace || gate('margin', true, 'no cost known', 'at least cost');
      ELSIF currencies[n] <> level.currency THEN
        c.trace := c.trace || gate('margin', false, 'sold in another currency than carriers are paid in', 'at least cost');
        RETURN call_refuse(c, 'RAT-02');
      ELSIF hold_below(hs[n], h) THEN
        c.trace := c.trace || gate('margin', false, 'below what carriers ask', 'at least cost');
        RETURN call_refuse(c, 'RAT-02');
      END IF;
      h := hs[1];
    END IF;
  END IF;$x$, $x$  IF p_direction = 'out' AND level.cost_plan_id IS NOT NULL AND NOT level.sells_below_cost THEN
    h := carrier_price(level.cost_plan_id, p_prefixes, p_at, until);
    IF h.prefix IS NULL THEN
      c.trace := c.trace || gate('margin', true, 'no cost known', 'at least cost');
    ELSIF currencies[n] <> (SELECT q.currency FROM plan q WHERE q.id = level.cost_plan_id) THEN
      c.trace := c.trace || gate('margin', false, 'sold in another currency than carriers are paid in', 'at least cost');
      RETURN call_refuse(c, 'RAT-02');
    ELSIF hold_below(hs[n], h) THEN
      c.trace := c.trace || gate('margin', false, 'below what carriers ask', 'at least cost');
      RETURN call_refuse(c, 'RAT-02');
    END IF;
  END IF;$x$,
  $x$    FOR i IN 1..n LOOP
      h := hs[i];
      IF h.wallet_id = w.id THEN budgets[i] := w.posted_micros - w.held_micros + w.credit_limit_micros; END IF;
    END LOOP;$x$, $x$    FOR i IN 1..n LOOP
      IF wallet_ids[i] = w.id THEN budgets[i] := w.posted_micros - w.held_micros + w.credit_limit_micros; END IF;
    END LOOP;$x$,
  $x$    IF p_direction = 'out' THEN h := hold_bundled($x$, $x$    IF p_direction = 'out' AND bundled[i] THEN h := hold_bundled($x$,
  $x$    hs[i] := h;
    IF i = 1 AND pays THEN c.trace := c.trace || gate('money', true, h.held_micros::text, budgets[1]::text); END IF;
  END LOOP;
  INSERT INTO call SELECT c.*;
  INSERT INTO hold SELECT * FROM unnest(hs);
  FOREACH h IN ARRAY hs LOOP
    UPDATE wallet SET held_micros = wallet.held_micros + h.held_micros WHERE id = h.wallet_id;
    IF h.bundle_id IS NOT NULL THEN PERFORM bundle_keep(h.tenant_id, h.bundle_id, h.bundle_period, h.bundle_held, 0); END IF;
  END LOOP;$x$, $x$    IF i = 1 THEN
      IF pays THEN c.trace := c.trace || gate('money', true, h.held_micros::text, budgets[1]::text); END IF;
      INSERT INTO call SELECT c.*;
    END IF;
    INSERT INTO hold SELECT h.*;
    UPDATE wallet SET held_micros = wallet.held_micros + h.held_micros WHERE id = h.wallet_id;
    IF h.bundle_id IS NOT NULL THEN PERFORM bundle_keep(h.tenant_id, h.bundle_id, h.bundle_period, h.bundle_held, 0); END IF;
  END LOOP;$x$);

SELECT pg_temp.put('call_settle',
  $x$at_limit boolean; used int;$x$, $x$at_limit boolean; used int; wallet_ids uuid[]; open_price boolean; day_of_end date;$x$,
  $x$  PERFORM FROM wallet WHERE id IN (SELECT wallet_id FROM hold WHERE call_id = c.id) ORDER BY id FOR UPDATE;$x$, $x$  SELECT array_agg(wallet_id), bool_or(late IS NOT NULL) INTO wallet_ids, open_price FROM hold WHERE call_id = c.id;
  PERFORM FROM wallet WHERE id = ANY (wallet_ids) ORDER BY id FOR UPDATE;$x$,
  $x$  IF c.state = 'authorised' AND c.talk_ms > 0 THEN PERFORM$x$, $x$  IF open_price AND c.state = 'authorised' AND c.talk_ms > 0 THEN PERFORM$x$,
  $x$      INSERT INTO spend_day (tenant_id, day, extension_id, charged_micros, calls)
        VALUES (c.tenant_id, (p_ended_at AT TIME ZONE zone)::date, c.extension_id, net + tax, 1)
        ON CONFLICT (tenant_id, day, extension_id) DO UPDATE SET charged_micros = spend_day.charged_micros + excluded.charged_micros, calls = spend_day.calls + 1;$x$, $x$      day_of_end := (p_ended_at AT TIME ZONE zone)::date;
      UPDATE spend_day SET charged_micros = charged_micros + net + tax, calls = calls + 1 WHERE tenant_id = c.tenant_id AND day = day_of_end AND extension_id = c.extension_id;
      IF NOT FOUND THEN
        INSERT INTO spend_day (tenant_id, day, extension_id, charged_micros, calls) VALUES (c.tenant_id, day_of_end, c.extension_id, net + tax, 1)
          ON CONFLICT (tenant_id, day, extension_id) DO UPDATE SET charged_micros = spend_day.charged_micros + excluded.charged_micros, calls = spend_day.calls + 1;
      END IF;$x$);

REVOKE CREATE ON SCHEMA public FROM portal_charge;
