-- What one person may post without a second one counts for that person, and not for each wallet: a thousand to each of ten customers are
-- ten thousand. So it does for vouchers.
CREATE INDEX ledger_transaction_top_up_at ON ledger_transaction (recorded_at) WHERE kind = 'top_up';
-- After the other is made: from here on the ledger waits, for a moment.
DROP INDEX ledger_transaction_top_up;

-- What p_actor posted in that currency to tenants below the one acted on, the operator, from outside in the last 24 hours with nobody
-- else's yes. The command line may be anybody: what it posted counts for everybody, and for it counts whoever posted most. Of two at once
-- the second waits, and counts the first; the lock comes before those of wallets.
-- known: the key has posted to p_tenant already; without a tenant, for one that is about to be made, never.
CREATE OR REPLACE FUNCTION wallet_posted_alone(p_tenant uuid, p_currency text, p_key text, p_actor text, OUT posted_micros bigint, OUT known boolean)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended('posted-alone:' || app_tenant() || ':' || p_currency, 0));
  IF p_tenant IS NOT NULL THEN PERFORM require_below(p_tenant); END IF;
  known := EXISTS (SELECT FROM ledger_transaction x WHERE x.tenant_id = p_tenant AND x.posting_key = p_key);
  WITH alone AS (
    SELECT CASE WHEN x.actor LIKE 'user:%' THEN x.actor END AS person, sum(e.amount_micros) AS micros
    FROM ledger_transaction x
      JOIN tenant_below b ON b.ancestor_id = app_tenant() AND b.descendant_id = x.tenant_id
      JOIN wallet w ON w.tenant_id = x.tenant_id AND w.currency = p_currency
      JOIN ledger_entry e ON e.transaction_id = x.id AND e.wallet_id = w.id
    WHERE x.kind = 'top_up' AND x.recorded_at > clock_timestamp() - interval '24 hours'
      AND (x.actor = p_actor OR x.actor LIKE 'cli:%' OR (p_actor LIKE 'cli:%' AND x.actor LIKE 'user:%'))
      AND NOT EXISTS (SELECT FROM pending_top_up p WHERE p.tenant_id = app_tenant() AND p.posting_key = x.posting_key AND p.transaction_id = x.id
        AND NOT p.by_receiver AND p.asked_by LIKE 'user:%')
    GROUP BY person)
  SELECT coalesce(max(micros) FILTER (WHERE person IS NOT NULL), 0) + coalesce(max(micros) FILTER (WHERE person IS NULL), 0)
    INTO posted_micros FROM alone;
END $fn$;
