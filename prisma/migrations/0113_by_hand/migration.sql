-- A deck that is taken back gives back what it changed, and leaves alone what somebody decided by hand since: a price that was ended
-- stays ended, a price that was set stays. What it left so, it says.
GRANT CREATE ON SCHEMA public TO portal_charge;

-- How the end of a price came about, where somebody's hand did it: it was ended, or it was set without an end and gives way to one
-- that was planned.
ALTER TABLE rate ADD COLUMN hand text CHECK (hand IN ('ended', 'until_next'));
-- While the deck is taken back: why this price does not become what it was.
ALTER TABLE deck_ended ADD COLUMN kept text CHECK (kept IN ('ended', 'set'));

-- The prices that a deck ended and that do not hold again as they were, with what they become instead.
CREATE FUNCTION deck_kept(d deck) RETURNS TABLE (rate_id uuid, direction text, prefix text, valid tstzrange, kept text)
LANGUAGE sql STABLE SET search_path = public, pg_temp SET enable_nestloop = off SET jit = off SET work_mem = '64MB' AS $fn$
  WITH old AS MATERIALIZED (
      SELECT e.rate_id, e.valid AS was, e.ended_at, r.direction, r.prefix, r.hours, r.valid, r.hand FROM deck_ended e LEFT JOIN rate r ON r.tenant_id = e.tenant_id AND r.id = e.rate_id
      WHERE e.tenant_id = d.tenant_id AND e.deck_id = d.id),
    since AS (
      SELECT o.rate_id, min(upper(x.valid)) FILTER (WHERE x.deck_id = d.id) AS ended, min(lower(x.valid)) FILTER (WHERE x.deck_id IS DISTINCT FROM d.id) AS set
      FROM old o JOIN rate x ON x.plan_id = d.plan_id AND x.direction = o.direction AND x.prefix = o.prefix AND x.id <> o.rate_id AND x.valid && o.was
        AND (x.hours IS NULL) = (o.hours IS NULL) AND (x.hours IS NULL OR x.hours && o.hours)
      WHERE x.deck_id IS DISTINCT FROM d.id AND x.id NOT IN (SELECT old.rate_id FROM old) OR x.deck_id = d.id AND x.hand = 'ended' AND upper(x.valid) < coalesce(upper(o.was), 'infinity')
      GROUP BY 1)
  -- Gone, or ended before the deck's moment: it stays as it is.
  SELECT o.rate_id, coalesce(o.direction, ''), coalesce(o.prefix, ''), coalesce(o.valid, o.was), CASE WHEN o.prefix IS NOT NULL AND o.hand IS DISTINCT FROM 'ended' THEN 'set' ELSE 'ended' END
  FROM old o WHERE o.prefix IS NULL OR upper(o.valid) < o.ended_at
  UNION ALL
  -- Its successor from the deck was ended, or another one was set: it holds until then.
  SELECT o.rate_id, o.direction, o.prefix, tstzrange(lower(o.was), least(s.ended, s.set)), CASE WHEN s.ended <= s.set OR s.set IS NULL THEN 'ended' ELSE 'set' END
  FROM old o JOIN since s ON s.rate_id = o.rate_id WHERE coalesce(upper(o.valid) >= o.ended_at, true)
$fn$;

-- Puts back what held before the deck, except what was decided by hand since. RF001: it is not applied. RF034: another deck was applied
-- on top of it. Returns how many prices hold again as they were, how many do not, and the first hundred of those.
DROP FUNCTION deck_roll_back(uuid, text);
CREATE FUNCTION deck_roll_back(p_deck uuid, p_actor text) RETURNS TABLE (restored int, kept int, kept_prices jsonb)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET enable_nestloop = off SET jit = off SET work_mem = '64MB' AS $fn$
#variable_conflict use_column
DECLARE d deck; v_later uuid; v_open uuid[]; v_rate uuid; n int;
BEGIN
  d := deck_lock(app_tenant(), p_deck);
  IF d.state <> 'applied' THEN RAISE EXCEPTION 'not applied' USING ERRCODE = 'RF001'; END IF;
  PERFORM FROM plan WHERE id = d.plan_id FOR UPDATE;
  SELECT id INTO v_later FROM deck WHERE plan_id = d.plan_id AND state = 'applied' AND applied_at > d.applied_at ORDER BY applied_at DESC LIMIT 1;
  IF FOUND THEN RAISE EXCEPTION 'a later deck [deck=%]', v_later USING ERRCODE = 'RF034'; END IF;

  UPDATE deck_ended e SET valid = k.valid, kept = k.kept FROM deck_kept(d) k WHERE e.tenant_id = d.tenant_id AND e.deck_id = d.id AND e.rate_id = k.rate_id;
  -- Set by hand, until a price of the deck was to take over, which it does not do any more.
  v_open := ARRAY(SELECT o.id FROM rate o JOIN rate x ON x.plan_id = o.plan_id AND x.direction = o.direction AND x.prefix = o.prefix AND x.hours IS NOT DISTINCT FROM o.hours
      AND lower(x.valid) = upper(o.valid)
    WHERE o.plan_id = d.plan_id AND o.hand = 'until_next' AND o.deck_id IS DISTINCT FROM d.id AND x.deck_id = d.id
      AND NOT EXISTS (SELECT FROM deck_ended e WHERE e.tenant_id = d.tenant_id AND e.deck_id = d.id AND e.rate_id = o.id));
  DELETE FROM rate WHERE plan_id = d.plan_id AND deck_id = d.id;
  -- What becomes shorter goes first: two prices of a prefix never hold at once, not even between two rows of one statement.
  UPDATE rate r SET valid = e.valid, hand = CASE e.kept WHEN 'ended' THEN 'ended' ELSE r.hand END FROM deck_ended e
    WHERE e.tenant_id = d.tenant_id AND e.deck_id = d.id AND r.tenant_id = d.tenant_id AND r.id = e.rate_id AND upper(e.valid) < coalesce(upper(r.valid), 'infinity');
  UPDATE rate r SET valid = e.valid, hand = CASE e.kept WHEN 'ended' THEN 'ended' ELSE r.hand END FROM deck_ended e
    WHERE e.tenant_id = d.tenant_id AND e.deck_id = d.id AND r.tenant_id = d.tenant_id AND r.id = e.rate_id AND e.valid <> r.valid;
  FOREACH v_rate IN ARRAY v_open LOOP
    UPDATE rate o SET valid = tstzrange(lower(o.valid), x.next), hand = CASE WHEN x.next IS NOT NULL THEN 'until_next' END FROM (
        SELECT min(lower(x.valid)) AS next FROM rate o JOIN rate x ON x.plan_id = o.plan_id AND x.direction = o.direction AND x.prefix = o.prefix
          AND (x.hours IS NULL) = (o.hours IS NULL) AND (x.hours IS NULL OR x.hours && o.hours) AND lower(x.valid) >= upper(o.valid)
        WHERE o.tenant_id = d.tenant_id AND o.id = v_rate) x
      WHERE o.tenant_id = d.tenant_id AND o.id = v_rate;
  END LOOP;

  SELECT count(*) FILTER (WHERE e.kept IS NULL), count(e.kept) INTO restored, kept FROM deck_ended e WHERE e.tenant_id = d.tenant_id AND e.deck_id = d.id;
  SELECT coalesce(jsonb_agg(jsonb_build_object('prefix', x.prefix, 'direction', x.direction, 'until', x.until, 'why', x.kept) ORDER BY x.direction DESC, x.prefix, x.until), '[]') INTO kept_prices
  FROM (SELECT r.prefix, r.direction, upper(r.valid) AS until, e.kept FROM deck_ended e JOIN rate r ON r.tenant_id = e.tenant_id AND r.id = e.rate_id
    WHERE e.tenant_id = d.tenant_id AND e.deck_id = d.id AND e.kept IS NOT NULL ORDER BY r.direction DESC, r.prefix, upper(r.valid) LIMIT 100) x;
  DELETE FROM deck_ended e WHERE e.tenant_id = d.tenant_id AND e.deck_id = d.id;
  UPDATE deck SET state = 'rolled_back', rolled_back_at = clock_timestamp(), rolled_back_by = p_actor WHERE tenant_id = d.tenant_id AND id = d.id;
  RETURN NEXT;
END $fn$;

-- What taking the deck back would do, by the same rules: prices that hold again, prices that go, those that stay as somebody's hand
-- left them, and the later deck that is in the way.
DROP FUNCTION deck_back_preview(uuid);
CREATE FUNCTION deck_back_preview(p_deck uuid) RETURNS TABLE (restores int, removes int, kept int, kept_prefixes text[], later_deck uuid)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp SET enable_nestloop = off SET jit = off SET work_mem = '64MB' AS $fn$
#variable_conflict use_column
DECLARE d deck;
BEGIN
  SELECT * INTO d FROM deck WHERE tenant_id = app_tenant() AND id = p_deck;
  IF NOT FOUND THEN RAISE EXCEPTION 'no such deck' USING ERRCODE = 'RF007'; END IF;
  IF d.state <> 'applied' THEN RAISE EXCEPTION 'not applied' USING ERRCODE = 'RF001'; END IF;
  SELECT count(*), coalesce((array_agg(DISTINCT k.prefix ORDER BY k.prefix) FILTER (WHERE k.prefix <> ''))[1:20], '{}') INTO kept, kept_prefixes FROM deck_kept(d) k;
  SELECT count(*) INTO restores FROM deck_ended e WHERE e.tenant_id = d.tenant_id AND e.deck_id = d.id;
  restores := restores - kept;
  SELECT count(*) INTO removes FROM rate r WHERE r.plan_id = d.plan_id AND r.deck_id = d.id;
  SELECT id INTO later_deck FROM deck k WHERE k.plan_id = d.plan_id AND k.state = 'applied' AND k.applied_at > d.applied_at ORDER BY k.applied_at DESC LIMIT 1;
  RETURN NEXT;
END $fn$;

DO $$
DECLARE f text;
BEGIN
  FOREACH f IN ARRAY ARRAY['deck_kept(deck)', 'deck_roll_back(uuid, text)', 'deck_back_preview(uuid)'] LOOP
    EXECUTE format('ALTER FUNCTION %s OWNER TO portal_charge', f);
    EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', f);
  END LOOP;
  FOREACH f IN ARRAY ARRAY['deck_roll_back(uuid, text)', 'deck_back_preview(uuid)'] LOOP
    EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO portal_app', f);
  END LOOP;
END $$;
REVOKE CREATE ON SCHEMA public FROM portal_charge;
