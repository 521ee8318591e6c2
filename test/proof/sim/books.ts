import type { Client } from "pg";

/** Money that is put aside for one call at one level, as the database has it. */
export type OpenHold = Readonly<{ call: string; tenant: string; held: bigint; bundle: string | null; lent: number }>;
export type Books = Readonly<{ problems: readonly string[]; holds: readonly OpenHold[] }>;

/**
 * Adds everything up by its own means, not by the product's: wallets, holds, the chain of entries, sums of transactions,
 * charges against holds and records. The product's own check is asked as well: it has to find nothing either.
 */
const BOOKS = `
CREATE SCHEMA proof;
CREATE FUNCTION proof.books(p_whole boolean) RETURNS jsonb LANGUAGE plpgsql SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan AS $fn$
DECLARE v_problems text[]; v_holds jsonb;
BEGIN
  SELECT array_agg(problem) INTO v_problems FROM (
    SELECT format('%s has %s available', t.slug, w.posted_micros - w.held_micros + w.credit_limit_micros) AS problem
      FROM wallet w JOIN tenant t ON t.id = w.tenant_id WHERE w.posted_micros - w.held_micros + w.credit_limit_micros < 0
    UNION ALL
    SELECT format('%s: held %s, open holds %s', t.slug, w.held_micros, s.total) FROM wallet w JOIN tenant t ON t.id = w.tenant_id
      CROSS JOIN LATERAL (SELECT coalesce(sum(held_micros), 0) AS total FROM hold h WHERE h.wallet_id = w.id AND h.state = 'open') s WHERE w.held_micros <> s.total
    UNION ALL
    SELECT format('%s: posted %s, entries %s up to %s of %s', t.slug, w.posted_micros, s.total, s.top, w.last_seq) FROM wallet w JOIN tenant t ON t.id = w.tenant_id
      CROSS JOIN LATERAL (SELECT coalesce(sum(amount_micros), 0) AS total, coalesce(max(seq), 0) AS top, count(*) AS n FROM ledger_entry e WHERE e.wallet_id = w.id) s
      WHERE w.posted_micros <> s.total OR w.last_seq <> s.top OR s.n <> s.top
    UNION ALL
    SELECT format('entry %s of a wallet: balance %s, sum %s', seq, balance_after_micros, total) FROM (
      SELECT seq, balance_after_micros, sum(amount_micros) OVER (PARTITION BY wallet_id ORDER BY seq) AS total FROM ledger_entry WHERE wallet_id IS NOT NULL) chain
      WHERE balance_after_micros <> total
    UNION ALL
    SELECT format('a transaction sums to %s', sum(amount_micros)) FROM ledger_entry GROUP BY transaction_id, currency HAVING sum(amount_micros) <> 0
    UNION ALL
    SELECT format('%s: hold %s of level %s in state %s while the call is %s', c.pbx_call_id, h.held_micros, h.level, h.state, c.state)
      FROM hold h JOIN call c ON c.id = h.call_id WHERE (h.state = 'open') = (c.state = 'ended')
    UNION ALL
    SELECT format('%s: level %s charged %s, on the ledger %s', c.pbx_call_id, h.level, coalesce(h.charged_micros, 0), coalesce(e.total, 0))
      FROM hold h JOIN call c ON c.id = h.call_id
      LEFT JOIN LATERAL (SELECT -sum(e.amount_micros) AS total FROM ledger_transaction x JOIN ledger_entry e ON e.transaction_id = x.id
        WHERE x.posting_key = 'call:' || h.call_id || ':' || h.level AND e.wallet_id = h.wallet_id) e ON true
      WHERE coalesce(h.charged_micros, 0) + coalesce(h.tax_micros, 0) <> coalesce(e.total, 0)
    UNION ALL
    SELECT format('%s: the record says %s, the customer is charged %s', c.pbx_call_id, c.cost_micros, h.charged_micros)
      FROM hold h JOIN call c ON c.id = h.call_id WHERE h.level = 0 AND h.state <> 'open' AND c.cost_micros <> h.charged_micros
    UNION ALL
    SELECT format('%s of %s is not booked to the seller', e.account, t.slug) FROM ledger_transaction x JOIN tenant t ON t.id = x.tenant_id
      JOIN ledger_entry e ON e.transaction_id = x.id WHERE x.kind = 'charge' AND e.account <> 'wallet' AND e.tenant_id <> t.parent_id
    UNION ALL
    SELECT format('a bundle of %s has %s used and %s kept', b.amount, u.used, u.held) FROM bundle_use u JOIN bundle b ON b.id = u.bundle_id
      WHERE u.used + u.held > b.amount
    UNION ALL
    SELECT format('%s: a hold of another wallet than its tenant''s', h.call_id) FROM hold h JOIN wallet w ON w.id = h.wallet_id WHERE w.tenant_id <> h.tenant_id
    UNION ALL
    SELECT format('ledger_check: %s %s', kind, amount_micros) FROM ledger_check() WHERE p_whole) all_problems;
  SELECT coalesce(jsonb_agg(jsonb_build_array(c.pbx_call_id, t.slug, h.held_micros::text, h.bundle_unit, coalesce(h.bundle_held, 0))), '[]') INTO v_holds
    FROM hold h JOIN call c ON c.id = h.call_id JOIN tenant t ON t.id = h.tenant_id WHERE h.state = 'open';
  RETURN jsonb_build_object('problems', coalesce(to_jsonb(v_problems), '[]'), 'holds', v_holds);
END $fn$;
CREATE FUNCTION proof.clear() RETURNS void LANGUAGE plpgsql SET session_replication_role = replica AS $fn$
DECLARE name text; filled boolean;
BEGIN
  FOR name IN SELECT format('public.%I', relname) FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND relname <> 'schema_migration' LOOP
    EXECUTE format('SELECT EXISTS (SELECT FROM %s)', name) INTO filled;
    IF filled THEN EXECUTE format('DELETE FROM %s', name); END IF;
  END LOOP;
END $fn$;`;

/** Puts the means of checking into a database of its own. */
export async function prepareBooks(owner: Client): Promise<void> {
  await owner.query(BOOKS);
}

/** Looks at all the money there is; with `whole` the product's own check is asked as well. */
export async function readBooks(owner: Client, whole: boolean): Promise<Books> {
  const { rows } = await owner.query<{
    books: { problems: string[]; holds: [string, string, string, string | null, number][] };
  }>({
    name: "proof_books",
    text: "SELECT proof.books($1) AS books",
    values: [whole],
  });
  const books = rows[0]?.books;
  if (!books) throw new Error("no books");
  return {
    problems: books.problems,
    holds: books.holds.map(([call, tenant, held, bundle, lent]) => ({
      call,
      tenant,
      held: BigInt(held),
      bundle,
      lent,
    })),
  };
}

/** Empties the database for the next world. */
export async function clearBooks(owner: Client): Promise<void> {
  await owner.query("SELECT proof.clear()");
}
