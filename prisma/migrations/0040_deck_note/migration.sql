-- Which other terms differ, in words. STABLE is what concat_ws is: declared as more, it is called for every price of a deck
-- instead of being written into the comparison.
CREATE OR REPLACE FUNCTION deck_terms_note(r rate, f deck_row, p_ends boolean) RETURNS text LANGUAGE sql STABLE AS $$
  SELECT concat_ws(', ',
    CASE WHEN r.connection_fee_micros <> f.connection_fee_micros THEN 'connection fee ' || trim_scale(r.connection_fee_micros / 1000000.0) || ' → ' || trim_scale(f.connection_fee_micros / 1000000.0) END,
    CASE WHEN (r.first_seconds, r.next_seconds) <> (f.first_seconds, f.next_seconds)
      THEN 'increments ' || r.first_seconds || '/' || r.next_seconds || ' → ' || f.first_seconds || '/' || f.next_seconds END,
    CASE WHEN r.grace_seconds <> f.grace_seconds THEN 'grace ' || r.grace_seconds || ' → ' || f.grace_seconds || ' s' END,
    CASE WHEN r.free_seconds <> f.free_seconds THEN 'free seconds ' || r.free_seconds || ' → ' || f.free_seconds END,
    CASE WHEN r.minimum_charge_micros <> f.minimum_charge_micros THEN 'minimum charge' END,
    CASE WHEN r.max_charge_micros IS DISTINCT FROM f.max_charge_micros OR (r.max_charge_micros IS NOT NULL AND r.beyond <> f.beyond) THEN 'maximum charge' END,
    CASE WHEN (r.step_from, r.step_per_minute, r.step_increment) IS DISTINCT FROM (f.step_from, f.step_per_minute, f.step_increment) THEN 'steps' END,
    CASE WHEN r.destination <> f.destination THEN 'name' END,
    CASE WHEN p_ends THEN 'end' END)
$$;
