-- Re-rating: prices the calls of a filter again, by the rates that a plan has now for the moment when each was answered, and
-- corrects each charge by the difference. A job does it in pages; what it did to a call is a row here, so that a page done
-- twice moves nothing twice.
GRANT CREATE ON SCHEMA public TO portal_charge;

CREATE TABLE rerate_item (
  -- The seller, whose job it is.
  tenant_id uuid NOT NULL REFERENCES tenant (id),
  task_id uuid NOT NULL,
  call_id uuid NOT NULL,
  level int NOT NULL,
  buyer_id uuid NOT NULL REFERENCES tenant (id),
  -- What the charge came to with tax, and what it was to come to.
  before_micros bigint NOT NULL,
  after_micros bigint NOT NULL,
  outcome text NOT NULL CHECK (outcome IN ('corrected', 'uncollected')),
  transaction_id uuid REFERENCES ledger_transaction (id),
  at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (tenant_id, task_id, call_id, level),
  FOREIGN KEY (tenant_id, task_id) REFERENCES task (tenant_id, id),
  CHECK ((outcome = 'corrected') = (transaction_id IS NOT NULL))
);
ALTER TABLE rerate_item ENABLE ROW LEVEL SECURITY;
ALTER TABLE rerate_item FORCE ROW LEVEL SECURITY;
CREATE POLICY own_tenant ON rerate_item FOR SELECT TO portal_app USING (tenant_id = app_tenant());
CREATE POLICY money_functions ON rerate_item TO portal_charge USING (true) WITH CHECK (true);
GRANT SELECT ON rerate_item TO portal_app;
GRANT SELECT, INSERT, UPDATE ON rerate_item TO portal_charge;
-- The job says what is asked, so that no page of it can be asked for anything else.
CREATE POLICY money_functions ON task FOR SELECT TO portal_charge USING (true);
GRANT SELECT ON task TO portal_charge;

-- The plan that charged a call: by its name, of those the buyer buys by now, else of those of the tenants above it, the
-- nearest first. NULL when it is gone.
CREATE FUNCTION rerate_plan(p_buyer uuid, p_name text, p_currency text) RETURNS uuid LANGUAGE sql STABLE AS $$
  SELECT p.id FROM tenant_below b JOIN plan p ON p.tenant_id = b.ancestor_id
  WHERE b.descendant_id = p_buyer AND b.depth > 0 AND p.name = p_name AND p.currency = p_currency
  ORDER BY p.id IN (SELECT plan_id FROM tenant_plan WHERE tenant_id = p_buyer UNION ALL SELECT plan_id FROM tenant WHERE id = p_buyer) DESC, b.depth LIMIT 1
$$;

-- What a call costs by a plan's rates of now, for the moment when it was answered, without tax; NULL without a price. What a
-- bundle paid of it stays paid by the bundle.
CREATE FUNCTION rerate_net(c call, h hold, p_plan uuid) RETURNS bigint LANGUAGE plpgsql STABLE AS $fn$
DECLARE r rate; b bundle; paid_ms bigint; more int := 0;
BEGIN
  IF p_plan IS NULL THEN RETURN NULL; END IF;
  paid_ms := CASE WHEN c.talk_ms <= c.granted_seconds * 1000::bigint + 1000 THEN least(c.talk_ms, c.granted_seconds * 1000::bigint) ELSE c.talk_ms END;
  -- Prices in depth replace the plain ones in a later migration; until then the plain ones are all there is.
  IF to_regproc('rates_of_plan') IS NULL THEN
    SELECT * INTO r FROM rate_find(p_plan, c.to_e164, c.answered_at);
    IF r.id IS NULL THEN RETURN NULL; END IF;
    RETURN price_micros(price_billed_seconds(paid_ms, r.first_seconds, r.next_seconds, r.grace_seconds), r.per_minute_micros, r.connection_fee_micros);
  END IF;
  r := (rates_of_plan(p_plan, CASE c.kind WHEN 'inbound' THEN 'in' ELSE 'out' END, prefixes_of(c.to_e164), c.answered_at, c.answered_at, 0))[1];
  IF r.id IS NULL THEN RETURN NULL; END IF;
  IF h.bundle_id IS NOT NULL THEN
    SELECT * INTO b FROM bundle WHERE id = h.bundle_id;
    IF b.unit = 'calls' THEN
      r.connection_fee_micros := 0; r.minimum_charge_micros := 0; more := b.seconds_per_call;
    ELSE
      more := coalesce(h.bundle_used, 0);
    END IF;
  END IF;
  RETURN (price_of(r, paid_ms, more)).net_micros;
END $fn$;
CREATE FUNCTION rerate_tax(p_net bigint, p_ppm int) RETURNS bigint LANGUAGE sql IMMUTABLE AS $$
  SELECT CASE p_ppm WHEN 0 THEN 0 ELSE div(p_net::numeric * p_ppm + 500000, 1000000)::bigint END
$$;

-- What the charges of these calls at one buyer come to, and what they should. outcome: 'same', 'change', 'no_price', or
-- 'kept' for one that would go up although it is, or was with success, disputed, or is short already: nobody's credit is
-- taken back behind their back.
CREATE FUNCTION rerate_look(p_buyer uuid, p_calls uuid[], p_plan uuid)
RETURNS TABLE (call_id uuid, level int, wallet_id uuid, charge_id uuid, net_now bigint, tax_now bigint, net_then bigint, tax_then bigint, outcome text)
LANGUAGE plpgsql STABLE SET plan_cache_mode = force_generic_plan AS $fn$
#variable_conflict use_column
DECLARE h hold; c call; x record; v_name text; v_plan uuid := p_plan; v_currency text; v_price_currency text; v_net bigint;
BEGIN
  SELECT currency INTO v_price_currency FROM plan WHERE id = p_plan;
  FOR x IN SELECT y AS hold_row, d AS call_row, t.id AS charge, w.currency, s.net, s.tax FROM unnest(p_calls) WITH ORDINALITY AS i (call, place)
      JOIN hold y ON y.tenant_id = p_buyer AND y.call_id = i.call AND y.state = 'charged'
      JOIN call d ON d.tenant_id = y.call_tenant_id AND d.id = y.call_id
      JOIN ledger_transaction t ON t.tenant_id = p_buyer AND t.posting_key = 'call:' || y.call_id || ':' || y.level
      JOIN wallet w ON w.id = y.wallet_id
      CROSS JOIN LATERAL charge_comes_to(t.id) s
      ORDER BY i.place LOOP
    h := x.hold_row; c := x.call_row;
    IF p_plan IS NULL THEN
      -- Calls of one plan follow each other, mostly.
      IF v_name IS DISTINCT FROM h.plan_name OR v_currency IS DISTINCT FROM x.currency THEN
        v_name := h.plan_name; v_currency := x.currency; v_plan := rerate_plan(p_buyer, v_name, v_currency);
      END IF;
    ELSE
      v_plan := CASE WHEN v_price_currency = x.currency THEN p_plan END;
    END IF;
    v_net := rerate_net(c, h, v_plan);
    call_id := h.call_id; level := h.level; wallet_id := h.wallet_id; charge_id := x.charge; net_now := x.net; tax_now := x.tax;
    net_then := coalesce(v_net, x.net); tax_then := CASE WHEN v_net IS NULL THEN x.tax ELSE rerate_tax(v_net, h.tax_ppm) END;
    outcome := CASE WHEN v_net IS NULL THEN 'no_price' WHEN net_then = net_now AND tax_then = tax_now THEN 'same'
      WHEN net_then + tax_then > net_now + tax_now AND (c.shortfall_micros > 0 OR EXISTS (SELECT FROM dispute d WHERE d.call_id = h.call_id AND d.level = h.level
        AND d.state IN ('open', 'credited', 'partly_credited'))) THEN 'kept'
      ELSE 'change' END;
    RETURN NEXT;
  END LOOP;
END $fn$;

-- Who was charged for whose calls: each tenant directly below the one acted on with each of its branch, after the given
-- pair. p_buyers NULL is all of them.
CREATE FUNCTION rerate_next(p_buyers uuid[], p_after_buyer uuid, p_after_caller uuid)
RETURNS TABLE (buyer uuid, caller uuid) LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT b.ancestor_id, b.descendant_id FROM tenant t JOIN tenant_below b ON b.ancestor_id = t.id
  WHERE t.parent_id = app_tenant() AND (p_buyers IS NULL OR t.id = ANY (p_buyers))
    AND (p_after_buyer IS NULL OR (b.ancestor_id, b.descendant_id) > (p_after_buyer, p_after_caller))
  ORDER BY 1, 2 LIMIT 1
$$;

-- How many calls all pages together look at.
CREATE FUNCTION rerate_total(p_buyers uuid[], p_from timestamptz, p_until timestamptz)
RETURNS bigint LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT count(*) FROM tenant t JOIN tenant_below b ON b.ancestor_id = t.id JOIN call c ON c.tenant_id = b.descendant_id
  WHERE t.parent_id = app_tenant() AND (p_buyers IS NULL OR t.id = ANY (p_buyers)) AND c.started_at >= p_from AND c.started_at < p_until
$$;

-- One page of what a filter finds, for the seller that is acted on: calls of p_caller that p_buyer, directly below, was
-- charged for, oldest first, after the given place. `scanned` counts the calls looked at; fewer than p_limit is the end.
-- The arrays hold what is not as it should be.
CREATE FUNCTION rerate_page(p_buyer uuid, p_caller uuid, p_from timestamptz, p_until timestamptz, p_prefix text, p_charged_by text, p_plan uuid,
  p_after_us bigint, p_after uuid, p_limit int)
RETURNS TABLE (scanned int, matched int, last_us bigint, last_id uuid, no_price int, kept int, call_ids uuid[], levels int[], wallet_ids uuid[], befores bigint[], afters bigint[])
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan AS $fn$
DECLARE v_calls uuid[]; v_after timestamptz := timestamptz 'epoch' + p_after_us * interval '1 microsecond';
BEGIN
  IF NOT EXISTS (SELECT FROM tenant t JOIN tenant_below b ON b.ancestor_id = t.id AND b.descendant_id = p_caller WHERE t.id = p_buyer AND t.parent_id = app_tenant()) THEN
    RAISE EXCEPTION 'that tenant is not directly below' USING ERRCODE = 'RF002';
  END IF;
  SELECT count(*)::int, (max((extract(epoch FROM y.started_at) * 1000000)::bigint)), (array_agg(y.id ORDER BY y.started_at DESC, y.id DESC))[1],
      coalesce(array_agg(y.id ORDER BY y.started_at, y.id) FILTER (WHERE y.fits), '{}')
    INTO scanned, last_us, last_id, v_calls
    FROM (SELECT c.id, c.started_at, c.state = 'ended' AND (p_prefix IS NULL OR starts_with(c.to_e164, p_prefix))
          AND EXISTS (SELECT FROM hold h WHERE h.tenant_id = p_buyer AND h.call_id = c.id AND h.state = 'charged'
            AND (p_charged_by IS NULL OR h.plan_name = p_charged_by)) AS fits
        FROM call c WHERE c.tenant_id = p_caller AND c.started_at >= p_from AND c.started_at < p_until
          AND (p_after IS NULL OR (c.started_at, c.id) > (v_after, p_after))
        ORDER BY c.started_at, c.id LIMIT p_limit) y;
  matched := cardinality(v_calls);
  SELECT count(*) FILTER (WHERE l.outcome = 'no_price')::int, count(*) FILTER (WHERE l.outcome = 'kept')::int,
      coalesce(array_agg(l.call_id) FILTER (WHERE l.outcome = 'change'), '{}'), coalesce(array_agg(l.level) FILTER (WHERE l.outcome = 'change'), '{}'),
      coalesce(array_agg(l.wallet_id) FILTER (WHERE l.outcome = 'change'), '{}'), coalesce(array_agg(l.net_now + l.tax_now) FILTER (WHERE l.outcome = 'change'), '{}'),
      coalesce(array_agg(l.net_then + l.tax_then) FILTER (WHERE l.outcome = 'change'), '{}')
    INTO no_price, kept, call_ids, levels, wallet_ids, befores, afters
    FROM rerate_look(p_buyer, v_calls, p_plan) l;
  RETURN NEXT;
END $fn$;

-- Corrects the charges of these calls of one buyer for a running job of the seller that is acted on; looks again, under the
-- wallet's lock, at what they come to. A call that would cost more than the wallet has is left whole and listed. A call
-- that this job has corrected already is left alone, whatever the rates are by now.
CREATE FUNCTION rerate_post(p_task uuid, p_buyer uuid, p_calls uuid[], p_actor text)
RETURNS TABLE (corrected int, uncollected int, up_micros bigint, down_micros bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan AS $fn$
#variable_conflict use_column
DECLARE k task; w wallet; l record; room bigint; more bigint; v_calls uuid[];
  charges uuid[]; calls uuid[]; levels int[]; nets bigint[]; taxes bigint[]; befores bigint[]; afters bigint[]; keys text[]; ids uuid[];
BEGIN
  SELECT * INTO k FROM task WHERE task.id = p_task AND task.tenant_id = app_tenant() AND task.kind = 'rating.rerate' AND task.state = 'running'
    AND NOT coalesce((task.input ->> 'preview')::boolean, true);
  IF NOT FOUND THEN RAISE EXCEPTION 'no such job is running' USING ERRCODE = 'RF007'; END IF;
  IF NOT EXISTS (SELECT FROM tenant t WHERE t.id = p_buyer AND t.parent_id = k.tenant_id) THEN
    RAISE EXCEPTION 'that tenant is not directly below' USING ERRCODE = 'RF002';
  END IF;
  corrected := 0; uncollected := 0; up_micros := 0; down_micros := 0;
  FOR w IN SELECT * FROM wallet WHERE wallet.tenant_id = p_buyer ORDER BY wallet.id FOR UPDATE LOOP
    room := w.posted_micros - w.held_micros + w.credit_limit_micros;
    charges := '{}'; calls := '{}'; levels := '{}'; nets := '{}'; taxes := '{}'; befores := '{}'; afters := '{}'; keys := '{}';
    v_calls := ARRAY(SELECT i.call FROM unnest(p_calls) WITH ORDINALITY AS i (call, place)
      WHERE NOT EXISTS (SELECT FROM rerate_item d WHERE d.tenant_id = k.tenant_id AND d.task_id = k.id AND d.call_id = i.call AND d.buyer_id = p_buyer AND d.outcome = 'corrected')
        AND EXISTS (SELECT FROM hold h WHERE h.tenant_id = p_buyer AND h.call_id = i.call AND h.wallet_id = w.id) ORDER BY i.place);
    FOR l IN SELECT * FROM rerate_look(p_buyer, v_calls, (k.input ->> 'pricePlanId')::uuid) LOOP
      CONTINUE WHEN l.outcome <> 'change';
      more := l.net_then + l.tax_then - l.net_now - l.tax_now;
      IF more > 0 AND more > room THEN
        uncollected := uncollected + 1;
        INSERT INTO rerate_item AS r (tenant_id, task_id, call_id, level, buyer_id, before_micros, after_micros, outcome)
          VALUES (k.tenant_id, k.id, l.call_id, l.level, p_buyer, l.net_now + l.tax_now, l.net_then + l.tax_then, 'uncollected')
          ON CONFLICT (tenant_id, task_id, call_id, level) DO UPDATE SET before_micros = excluded.before_micros, after_micros = excluded.after_micros;
        CONTINUE;
      END IF;
      room := room - more;
      up_micros := up_micros + greatest(more, 0); down_micros := down_micros + greatest(-more, 0);
      charges := charges || l.charge_id; calls := calls || l.call_id; levels := levels || l.level;
      nets := nets || (l.net_now - l.net_then); taxes := taxes || (l.tax_now - l.tax_then);
      befores := befores || (l.net_now + l.tax_now); afters := afters || (l.net_then + l.tax_then);
      keys := keys || ('correct:rerate:' || k.id || ':' || l.call_id || ':' || l.level);
    END LOOP;
    CONTINUE WHEN cardinality(charges) = 0;
    ids := corrections_post(w.id, charges, nets, taxes, keys, 'Re-rated', p_actor);
    INSERT INTO rerate_item (tenant_id, task_id, call_id, level, buyer_id, before_micros, after_micros, outcome, transaction_id)
      SELECT k.tenant_id, k.id, i.call, i.level, p_buyer, i.before, i.after, 'corrected', i.id FROM unnest(calls, levels, befores, afters, ids) AS i (call, level, before, after, id)
      ON CONFLICT (tenant_id, task_id, call_id, level) DO UPDATE SET before_micros = excluded.before_micros, after_micros = excluded.after_micros,
        outcome = excluded.outcome, transaction_id = excluded.transaction_id, at = clock_timestamp();
    corrected := corrected + cardinality(charges);
  END LOOP;
  RETURN NEXT;
END $fn$;

DO $$
DECLARE f text;
BEGIN
  FOREACH f IN ARRAY ARRAY['rerate_plan(uuid, text, text)', 'rerate_net(call, hold, uuid)', 'rerate_tax(bigint, int)', 'rerate_look(uuid, uuid[], uuid)',
    'rerate_next(uuid[], uuid, uuid)', 'rerate_total(uuid[], timestamptz, timestamptz)',
    'rerate_page(uuid, uuid, timestamptz, timestamptz, text, text, uuid, bigint, uuid, int)', 'rerate_post(uuid, uuid, uuid[], text)'] LOOP
    EXECUTE format('ALTER FUNCTION %s OWNER TO portal_charge', f);
    EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', f);
  END LOOP;
  FOREACH f IN ARRAY ARRAY['rerate_next(uuid[], uuid, uuid)', 'rerate_total(uuid[], timestamptz, timestamptz)',
    'rerate_page(uuid, uuid, timestamptz, timestamptz, text, text, uuid, bigint, uuid, int)', 'rerate_post(uuid, uuid, uuid[], text)'] LOOP
    EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO portal_app', f);
  END LOOP;
END $$;
REVOKE CREATE ON SCHEMA public FROM portal_charge;
