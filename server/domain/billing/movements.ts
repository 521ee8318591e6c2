import type { Movement } from "@/server/domain/billing/billing.schema";
import type { TenantWrite } from "@/server/infra/db/tenant-tx";
import { DomainError } from "@/server/kernel/errors";
import type { TenantId } from "@/server/kernel/ids";
import type { Micros } from "@/server/kernel/money";

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
 * Moves credit between a tenant and the one directly above it; the transaction acts for the one above, or for a tenant
 * above both. Locks both wallets, always in one order. The same key again moves nothing and answers alike.
 * @throws DomainError not_below, currency_mismatch, insufficient_funds, posting_key_reused as for a top-up.
 */
export async function transfer(
  tx: TenantWrite,
  { from, to }: { from: TenantId; to: TenantId },
  movement: Movement & { currency: string },
  actor: string,
): Promise<Moved> {
  const { currency } = movement;
  const [row] = await tx.$queryRaw<{ id: string }[]>`
    SELECT wallet_transfer(${from}::uuid, ${to}::uuid, ${movement.amount}, ${currency}, ${movement.postingKey},
      ${movement.memo ?? "Credit"}, ${actor}) AS id`;
  return moved(row, currency, movement.amount);
}

function moved(row: { id: string } | undefined, currency: string, amount: Micros): Moved {
  if (!row) throw new Error("the database answered without a transaction");
  return { transactionId: row.id, currency, amount };
}
