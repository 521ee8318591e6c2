import type { DifferenceKind } from "@/server/domain/reconciliation/difference-kinds.schema";
import type { SqlPool } from "@/server/infra/db/pool";
import type { TenantRead } from "@/server/infra/db/tenant-tx";
import type { TenantId } from "@/server/kernel/ids";

export type Difference = Readonly<{
  tenantId: TenantId;
  kind: DifferenceKind;
  /** What it is about: a call's id, or the part of a wallet that does not add up. The same subject is listed once. */
  subject: string;
  moneyAtRiskMicros: bigint;
  currency: string;
  detail: Readonly<Record<string, string | number>>;
}>;

/** Lists a difference, or brings the one that is listed already up to date. */
export async function noteDifference(pool: SqlPool, found: Difference): Promise<void> {
  await pool.query("difference_note", "SELECT difference_note($1, $2, $3, $4, $5, $6)", [
    found.tenantId,
    found.kind,
    found.subject,
    found.moneyAtRiskMicros,
    found.currency,
    JSON.stringify(found.detail),
  ]);
}

/**
 * Brings the money at risk of settled calls that nobody saw end down to what was held and not charged, and heals what
 * better evidence ended. Safe to repeat.
 */
export async function narrowDifferences(pool: SqlPool): Promise<void> {
  await pool.query("differences_narrow", "SELECT differences_narrow()", []);
}

type LedgerRow = {
  tenant_id: TenantId;
  kind: DifferenceKind;
  subject: string;
  amount_micros: string;
  currency: string;
};

/**
 * Adds up every wallet, hold and charge, lists what does not agree, and heals what agrees again. Reads the whole ledger,
 * so it is for once in a while.
 * @returns what does not add up now; nothing is the proof that the money does.
 */
export async function checkLedger(pool: SqlPool): Promise<Difference[]> {
  const text = "SELECT * FROM ledger_check() UNION ALL SELECT * FROM books_check()";
  const rows = await pool.query<LedgerRow>("books_check", text, []);
  const found = rows.map((row) => ({
    tenantId: row.tenant_id,
    kind: row.kind,
    subject: row.subject,
    moneyAtRiskMicros: absolute(BigInt(row.amount_micros)),
    currency: row.currency,
    detail: {},
  }));
  for (const difference of found) await noteDifference(pool, difference);
  const names = found.map(({ kind, subject }) => `${kind}:${subject}`);
  await pool.query("differences_refresh", "SELECT differences_refresh($1)", [names]);
  return found;
}

type OpenRow = {
  tenant_id: TenantId;
  kind: DifferenceKind;
  subject: string;
  money_at_risk_micros: string;
  currency: string;
  detail: Difference["detail"];
  found_at: Date;
};

/** What is listed and not healed, of all tenants, newest first. */
export async function openDifferences(
  pool: SqlPool,
  limit = 1_000,
): Promise<(Difference & Readonly<{ foundAt: Date }>)[]> {
  const rows = await pool.query<OpenRow>("differences_open", "SELECT * FROM differences_open($1)", [limit]);
  return rows.map((row) => ({
    tenantId: row.tenant_id,
    kind: row.kind,
    subject: row.subject,
    moneyAtRiskMicros: BigInt(row.money_at_risk_micros),
    currency: row.currency,
    detail: row.detail,
    foundAt: row.found_at,
  }));
}

const absolute = (amount: bigint) => (amount < 0n ? -amount : amount);

/** The differences that are not healed, newest first; with a subtree transaction those of tenants below as well. */
export async function listDifferences(
  tx: TenantRead,
): Promise<(Difference & Readonly<{ id: string; foundAt: Date }>)[]> {
  const rows = await tx.$queryRaw<
    (Omit<Difference, "moneyAtRiskMicros"> & { risk: bigint; id: string; foundAt: Date })[]
  >`
    SELECT id, tenant_id AS "tenantId", kind, subject, money_at_risk_micros AS risk, currency, detail, found_at AS "foundAt"
    FROM difference WHERE healed_at IS NULL ORDER BY found_at DESC, id LIMIT 1000`;
  return rows.map(({ risk, ...row }) => ({ ...row, moneyAtRiskMicros: risk }));
}
