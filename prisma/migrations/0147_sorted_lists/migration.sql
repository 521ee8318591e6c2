-- Lists that are read in another order than their usual one, each page from an index.
CREATE INDEX extension_by_name ON extension (tenant_id, (lower(display_name) COLLATE "C"), number);

-- The history of a wallet, the newest first or the oldest, from a place in its chain on.
GRANT CREATE ON SCHEMA public TO portal_charge;
DROP FUNCTION wallet_history(bigint, int);
CREATE FUNCTION wallet_history(p_place bigint, p_limit int, p_oldest boolean DEFAULT false)
RETURNS TABLE (seq bigint, transaction_id uuid, kind text, memo text, call_id uuid, actor text, amount_micros bigint, balance_after_micros bigint, occurred_at timestamptz, currency char(3))
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT e.seq, x.id, CASE WHEN e.line = 3 AND x.kind IN ('charge', 'correction') THEN 'tax' ELSE x.kind END, x.memo,
    CASE WHEN x.tenant_id = e.tenant_id THEN x.call_id END, CASE WHEN x.tenant_id = e.tenant_id THEN x.actor ELSE 'provider' END,
    e.amount_micros, e.balance_after_micros, e.occurred_at, e.currency
  FROM wallet w CROSS JOIN LATERAL (
      (SELECT * FROM ledger_entry l WHERE NOT p_oldest AND l.wallet_id = w.id AND l.seq < coalesce(p_place, 9223372036854775807) ORDER BY l.seq DESC LIMIT p_limit)
      UNION ALL
      (SELECT * FROM ledger_entry l WHERE p_oldest AND l.wallet_id = w.id AND l.seq > coalesce(p_place, 0) ORDER BY l.seq LIMIT p_limit)) e
    JOIN ledger_transaction x ON x.id = e.transaction_id
  WHERE w.tenant_id = app_tenant() AND w.currency = (SELECT currency FROM tenant WHERE id = app_tenant())
  ORDER BY CASE WHEN p_oldest THEN e.seq ELSE -e.seq END
$$;
ALTER FUNCTION wallet_history(bigint, int, boolean) OWNER TO portal_charge;
REVOKE ALL ON FUNCTION wallet_history(bigint, int, boolean) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION wallet_history(bigint, int, boolean) TO portal_app;
REVOKE CREATE ON SCHEMA public FROM portal_charge;
