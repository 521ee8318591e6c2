import { isPerson } from "@/server/domain/billing/top-up-approval";
import type { VoucherBatchInput } from "@/server/domain/vouchers/voucher.schema";
import { newVoucherCode, readVoucherCode, voucherDigest } from "@/server/domain/vouchers/voucher-code.rules";
import type { TenantRead, TenantWrite } from "@/server/infra/db/tenant-tx";
import { DomainError } from "@/server/kernel/errors";
import type { TenantId } from "@/server/kernel/ids";
import { decimalOf, formatMicros, type Micros, micros } from "@/server/kernel/money";

export type NewBatch = Readonly<{
  id: string;
  currency: string;
  amountMicros: Micros;
  expiresAt: Date;
  /** The codes count when a second person has approved them. */
  waits: boolean;
  /** The only time that they are told. */
  codes: readonly string[];
  /** The same as a file. */
  csv: string;
}>;

type Maker = Readonly<{
  /** What the stored digests are made with. */
  key: string;
  actor: string;
  /** What one person of the operator may post alone. */
  limit: Micros;
}>;

/**
 * Makes codes that are worth credit, for the tenant acted on to sell. The codes are in the answer and nowhere else. What is worth
 * more than the limit, together with what the same person made alone in the last 24 hours, and comes from the operator, who backs it
 * with nothing, waits for a second person.
 * @throws DomainError invalid_input when the expiry has passed.
 * @throws DomainError invalid_state for a customer, which has nobody to sell to; currency_mismatch without a wallet in it;
 *   approval_in_person above the limit for whoever is not a person of the portal.
 */
export async function createVouchers(
  tx: TenantWrite,
  tenantId: TenantId,
  input: VoucherBatchInput,
  { key, actor, limit }: Maker,
): Promise<NewBatch> {
  const { count, amount, prefix, expiresAt, note } = input;
  if (expiresAt.getTime() <= Date.now()) {
    throw new DomainError(
      "invalid_input",
      { field: "expiresAt" },
      "The codes would have expired already: choose a later day.",
    );
  }
  const own = await tx.tenant.findUnique({ where: { id: tenantId }, select: { currency: true, kind: true } });
  const currency = input.currency ?? own?.currency ?? "";
  const worth = amount * BigInt(count);
  const waits = own?.kind === "operator" && (await madeAlone(tx, tenantId, { currency, actor })) + worth > limit;
  if (waits && !isPerson(actor)) throw new DomainError("approval_in_person");
  const codes = Array.from({ length: count }, () => newVoucherCode(prefix));
  const digests = codes.map((code) => voucherDigest(readVoucherCode(code) ?? code, key));
  const [row] = await tx.$queryRaw<{ id: string }[]>`
    SELECT voucher_batch_create(${prefix}, ${currency}, ${amount}, ${expiresAt}, ${note}, ${digests}, ${actor}, ${waits}) AS id`;
  if (!row) throw new Error("the database answered without a batch");
  return {
    id: row.id,
    currency,
    amountMicros: amount,
    expiresAt,
    waits,
    codes,
    csv: csvOf(codes, { amount, currency, expiresAt }),
  };
}

/**
 * What the codes are worth that one person made in the last 24 hours without a second one; those of the command line, which may be
 * anybody, count for everybody, and everybody's for it. Of two at once the second waits, and counts the first.
 */
async function madeAlone(
  tx: TenantWrite,
  tenantId: TenantId,
  { currency, actor }: Readonly<{ currency: string; actor: string }>,
): Promise<bigint> {
  await tx.$queryRaw`SELECT pg_advisory_xact_lock(hashtextextended('vouchers:' || ${tenantId}, 0))::text`;
  const [row] = await tx.$queryRaw<{ worth: bigint }[]>`
    SELECT coalesce(sum(b.amount_micros * b.count), 0)::bigint AS worth FROM voucher_batch b
    WHERE b.tenant_id = ${tenantId}::uuid AND b.currency = ${currency} AND b.created_at > clock_timestamp() - interval '24 hours'
      AND NOT b.waits AND b.approved_by IS NULL AND (b.actor = ${actor} OR b.actor NOT LIKE 'user:%' OR ${!isPerson(actor)})`;
  return row?.worth ?? 0n;
}

function csvOf(codes: readonly string[], of: { amount: bigint; currency: string; expiresAt: Date }): string {
  const rest = `${decimalOf(of.amount)},${of.currency},${of.expiresAt.toISOString()}`;
  return ["code,amount,currency,expires_at", ...codes.map((code) => `${code},${rest}`), ""].join("\r\n");
}

export type BatchRow = Readonly<{
  id: string;
  at: Date;
  prefix: string;
  note: string;
  currency: string;
  amountMicros: Micros;
  expiresAt: Date;
  count: number;
  used: number;
  revoked: number;
  /** It counts when a second person has approved it, which whoever made it may not. */
  waits: boolean;
  own: boolean;
  approvedByName: string | null;
  /** Neither used nor revoked, and too late. */
  expired: number;
  open: number;
}>;

type Counted = Omit<BatchRow, "amountMicros"> & { amountMicros: bigint };

/**
 * The batches of the tenant acted on, the newest first, at most two hundred.
 * @param actor who looks, as the ledger would name them.
 */
export async function listVouchers(
  tx: TenantRead,
  tenantId: TenantId,
  actor: string,
  now = new Date(),
): Promise<readonly BatchRow[]> {
  const rows = await tx.$queryRaw<Counted[]>`
    SELECT b.id, b.created_at AS at, b.prefix, b.note, b.currency, b.amount_micros AS "amountMicros", b.expires_at AS "expiresAt", b.count, b.waits, b.actor = ${actor} AS own,
      coalesce(p.name, p.email, b.approved_by) AS "approvedByName",
      s.used, s.revoked, CASE WHEN b.expires_at <= ${now} THEN s.left ELSE 0 END AS expired, CASE WHEN b.expires_at > ${now} THEN s.left ELSE 0 END AS open
    FROM voucher_batch b LEFT JOIN person p ON b.approved_by = 'user:' || p.id CROSS JOIN LATERAL (
      SELECT count(*) FILTER (WHERE v.state = 'used')::int AS used, count(*) FILTER (WHERE v.state = 'revoked')::int AS revoked,
        count(*) FILTER (WHERE v.state = 'open')::int AS left FROM voucher v WHERE v.batch_id = b.id AND v.tenant_id = b.tenant_id) s
    WHERE b.tenant_id = ${tenantId}::uuid ORDER BY b.created_at DESC, b.id LIMIT 200`;
  return rows.map((row) => ({ ...row, amountMicros: micros(row.amountMicros) }));
}

/**
 * Makes the unused codes of a batch worthless; used ones stay as they are. A repeat revokes nothing more.
 * @returns how many were revoked.
 * @throws DomainError not_found.
 */
export async function revokeVouchers(tx: TenantWrite, batchId: string): Promise<number> {
  const [row] = await tx.$queryRaw<{ n: number | null }[]>`SELECT voucher_batch_revoke(${batchId}::uuid) AS n`;
  if (row?.n === null || row?.n === undefined) throw new DomainError("not_found");
  return row.n;
}

/**
 * A second person's yes to a batch that waits: from the commit on its codes count. Locks the batch.
 * @returns what it is worth together.
 * @throws DomainError not_found; invalid_state when it does not wait; approval_by_another for whoever made it;
 *   approval_in_person for whoever is not a person of the portal.
 */
export async function approveVouchers(
  tx: TenantWrite,
  batchId: string,
  actor: string,
): Promise<Readonly<{ worth: Micros; currency: string }>> {
  if (!isPerson(actor)) throw new DomainError("approval_in_person");
  const [row] = await tx.$queryRaw<{ verdict: string; amount_micros: bigint; count: number; currency: string }[]>`
    SELECT * FROM voucher_batch_approve(${batchId}::uuid, ${actor})`;
  if (!row) throw new DomainError("not_found");
  if (row.verdict === "own") throw new DomainError("approval_by_another");
  if (row.verdict === "decided") throw new DomainError("invalid_state", {}, "That batch waits for nobody.");
  return { worth: micros(row.amount_micros * BigInt(row.count)), currency: row.currency };
}

export type Redeemed = Readonly<{ amountMicros: Micros; currency: string; transactionId: string }>;
type Verdict = { verdict: string; amount_micros: bigint; currency: string | null; transaction_id: string | null };

/**
 * Uses a code up for the tenant acted on and credits its wallet, once, however many try at the same instant. Locks the code,
 * then the wallets from its seller down. Only codes of a tenant above count.
 * @throws DomainError voucher_wrong (never was, mistyped, or not of this house: one answer), voucher_used, voucher_revoked,
 *   voucher_expired, voucher_waits, currency_mismatch, voucher_unfunded when its seller cannot back it now.
 */
export async function redeemVoucher(
  tx: TenantWrite,
  typed: string,
  { key, actor, now = new Date() }: Readonly<{ key: string; actor: string; now?: Date }>,
): Promise<Redeemed> {
  const code = readVoucherCode(typed);
  if (code === undefined) {
    throw new DomainError("voucher_wrong", {}, "That is not a code of this house: compare it sign by sign.");
  }
  const [said] = await tx.$queryRaw<Verdict[]>`
    SELECT * FROM voucher_redeem(${voucherDigest(code, key)}, ${actor}, ${now})`;
  if (said?.verdict === "redeemed" && said.transaction_id) {
    return {
      amountMicros: micros(said.amount_micros),
      currency: said.currency ?? "",
      transactionId: said.transaction_id,
    };
  }
  throw refusalOf(said);
}

function refusalOf(said: Verdict | undefined): DomainError {
  const worth = said?.currency ? formatMicros(said.amount_micros, said.currency) : "";
  switch (said?.verdict) {
    case "used":
      return new DomainError("voucher_used");
    case "revoked":
      return new DomainError("voucher_revoked");
    case "expired":
      return new DomainError("voucher_expired");
    case "waits":
      return new DomainError("voucher_waits");
    case "currency":
      return new DomainError(
        "currency_mismatch",
        {},
        `The code is worth ${worth}, and there is no balance in that currency.`,
      );
    case "unfunded":
      return new DomainError("voucher_unfunded");
    default:
      return new DomainError("voucher_wrong");
  }
}
