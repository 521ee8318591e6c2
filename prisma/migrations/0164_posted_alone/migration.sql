-- What one person may post without a second one counts for a day, and not for one posting: ten of a thousand are ten thousand.
GRANT CREATE ON SCHEMA public TO portal_charge;

-- Of calls there are millions, of top-ups a few: the day's are found without looking at charges.
CREATE INDEX ledger_transaction_top_up ON ledger_transaction (tenant_id, recorded_at) WHERE kind = 'top_up';

-- What was posted to a wallet from outside in the last 24 hours by p_actor with nobody else's yes. The command line may be anybody: what
-- it posted counts for everybody, and everybody's for it. Locks the wallet first, so that of two at once the second counts the first.
-- known: the key has posted already. The tenant acted on is the operator, who alone posts from outside.
CREATE FUNCTION wallet_posted_alone(p_tenant uuid, p_currency text, p_key text, p_actor text, OUT posted_micros bigint, OUT known boolean)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
DECLARE v_wallet uuid;
BEGIN
  PERFORM require_below(p_tenant);
  SELECT w.id INTO v_wallet FROM wallet w WHERE w.tenant_id = p_tenant AND w.currency = p_currency FOR UPDATE;
  known := EXISTS (SELECT FROM ledger_transaction x WHERE x.tenant_id = p_tenant AND x.posting_key = p_key);
  SELECT coalesce(sum(e.amount_micros), 0) INTO posted_micros
    FROM ledger_transaction x JOIN ledger_entry e ON e.transaction_id = x.id AND e.wallet_id = v_wallet
    WHERE x.tenant_id = p_tenant AND x.kind = 'top_up' AND x.recorded_at > clock_timestamp() - interval '24 hours'
      AND (x.actor = p_actor OR x.actor LIKE 'cli:%' OR (p_actor LIKE 'cli:%' AND x.actor LIKE 'user:%'))
      AND NOT EXISTS (SELECT FROM pending_top_up p WHERE p.tenant_id = app_tenant() AND p.posting_key = x.posting_key AND p.transaction_id = x.id
        AND NOT p.by_receiver AND p.asked_by LIKE 'user:%');
END $fn$;

DO $$
DECLARE f text := 'wallet_posted_alone(uuid, text, text, text)';
BEGIN
  EXECUTE format('ALTER FUNCTION %s OWNER TO portal_charge', f);
  EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', f);
  EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO portal_app', f);
END $$;
REVOKE CREATE ON SCHEMA public FROM portal_charge;
