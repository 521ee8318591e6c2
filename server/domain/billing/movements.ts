import type { Movement } from "@/server/domain/billing/billing.schema";
import { translatingSqlErrors } from "@/server/infra/db/sql-error";
import type { TenantWrite } from "@/server/infra/db/tenant-tx";
import { DomainError } from "@/server/kernel/errors";
import type { TenantId } from "@/server/kernel/ids";
import { formatMicros, type Micros, micros } from "@/server/kernel/money";

export type Moved = { readonly transactionId: string; readonly currency: string; readonly amount: Micros };

/** Who gives the money: the tenant the transaction acts for. */
export type Payer = { readonly tenantId: TenantId; readonly kind: string };

export type Receiver = { readonly tenantId: TenantId; readonly currency: string };

/**
 * Tops a wallet up from above. The operator takes payment outside and posts it to any tenant below; a reseller gives credit
 * of its own to a tenant directly below it. Locks the wallets concerned. The same key again moves nothing and answers alike.
 * @param actor who is written into the ledger: "user:…" or "cli:…".
 * @throws DomainError not_below unless the receiver stands below the payer (directly, for a reseller).
 * @throws DomainError currency_mismatch when a wallet in that currency is missing.
 * @throws DomainError insufficient_funds when the reseller's own credit is not enough.
 * @throws DomainError posting_key_reused when the key was used for something else.
 */
export async function topUp(
  tx: TenantWrite,
  payer: Payer,
  receiver: Receiver,
  movement: Movement,
  actor: string,
): Promise<Moved> {
  if (receiver.tenantId === payer.tenantId) throw new DomainError("not_below", { field: "tenant" });
  const currency = movement.currency ?? receiver.currency;
  if (payer.kind !== "operator") {
    return transfer(tx, { from: payer.tenantId, to: receiver.tenantId }, { ...movement, currency }, actor);
  }
  const [row] = await tx.$queryRaw<{ id: string }[]>`
    SELECT wallet_post(${receiver.tenantId}::uuid, 'top_up', ${movement.amount}, ${currency}, ${movement.postingKey}, 'payments',
      ${movement.memo ?? "Top-up"}, ${actor}, NULL) AS id`;
  return moved(row, currency, movement.amount);
}

/**
 * Moves money between a tenant and the one directly above it; the transaction acts for the one above, or for a tenant
 * above both. Only money that was paid in moves: a credit limit is trust, and would become money at the other end. Locks
 * both wallets, always in one order. The same key again moves nothing and answers alike.
 * @throws DomainError not_below unless one stands directly below the other, and both at or below the tenant acted on.
 * @throws DomainError insufficient_funds for more than the payer's own money; the sentence has the figures.
 * @throws DomainError currency_mismatch, posting_key_reused as for a top-up.
 */
export async function transfer(
  tx: TenantWrite,
  { from, to }: { from: TenantId; to: TenantId },
  movement: Movement & { currency: string },
  actor: string,
): Promise<Moved> {
  const { currency } = movement;
  if (from === to) throw new DomainError("not_below", { field: "tenant" }, "A transfer needs two tenants.");
  const [row] = await translatingSqlErrors(
    () => tx.$queryRaw<{ id: string }[]>`
      SELECT wallet_transfer(${from}::uuid, ${to}::uuid, ${movement.amount}, ${currency}, ${movement.postingKey},
        ${movement.memo ?? "Credit"}, ${actor}) AS id`,
  ).catch((error: unknown) => explain(error, currency));
  return moved(row, currency, movement.amount);
}

/** The two tenants of a transfer, the upper one first. */
export type Undone = Moved & { readonly from: TenantId; readonly to: TenantId; readonly pair: readonly TenantId[] };

/**
 * Takes a transfer back within 15 minutes, as long as the money is still there. The transaction acts for a tenant at or
 * above both. Locks both wallets. A repeat moves nothing and answers alike.
 * @throws DomainError not_found for anything but a transfer between tenants at or below the one acted on.
 * @throws DomainError invalid_state after 15 minutes; insufficient_funds when it is spent.
 */
export async function undoTransfer(tx: TenantWrite, transactionId: string, actor: string): Promise<Undone> {
  type Row = { id: string; from: TenantId; to: TenantId; upper: TenantId; amount: bigint; currency: string };
  const [row] = await translatingSqlErrors(
    () => tx.$queryRaw<Row[]>`
      SELECT transaction_id AS id, from_tenant AS "from", to_tenant AS "to", upper_tenant AS upper, amount, currency FROM wallet_transfer_undo(${transactionId}::uuid, ${actor})`,
  ).catch((error: unknown) => explain(error, undefined));
  if (!row) throw new Error("the database answered without a transaction");
  const { from, to, upper } = row;
  return { ...moved(row, row.currency, micros(row.amount)), from, to, pair: upper === from ? [from, to] : [to, from] };
}

/** Says the rule and its figures. */
function explain(error: unknown, currency: string | undefined): never {
  if (!(error instanceof DomainError)) throw error;
  const { code, detail } = error;
  if (code === "insufficient_funds" && currency !== undefined) {
    const sum = (name: string) => formatMicros(BigInt(detail[name] ?? 0), currency, { exact: true });
    const sentence = `There is ${sum("money")} to move, and ${sum("asked")} was asked for. A credit limit is not money and cannot be moved.`;
    throw new DomainError(code, { ...detail, field: "amount" }, sentence);
  }
  if (code === "insufficient_funds") {
    throw new DomainError(code, detail, "The money is spent or held by calls, so the transfer cannot be taken back.");
  }
  if (code === "invalid_state") {
    throw new DomainError(code, detail, "A transfer can be taken back within 15 minutes. Move the money back instead.");
  }
  throw error;
}

function moved(row: { id: string } | undefined, currency: string, amount: Micros): Moved {
  if (!row) throw new Error("the database answered without a transaction");
  return { transactionId: row.id, currency, amount };
}
