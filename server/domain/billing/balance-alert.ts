import type { BalanceAlertInput } from "@/server/domain/billing/balance-alert.schema";
import type { TenantRead, TenantWrite } from "@/server/infra/db/tenant-tx";
import type { TenantId } from "@/server/kernel/ids";
import { type Micros, micros } from "@/server/kernel/money";

export type BalanceAlert = Readonly<{
  belowMicros: Micros | null;
  belowDays: number | null;
  /** It went off, and is armed again once there is a tenth more than its level. */
  low: boolean;
  firedAt: Date | null;
}>;

/** When the owners of the tenant acted on are told that credit is low; undefined when they are not. */
export async function getBalanceAlert(tx: TenantRead, tenantId: TenantId): Promise<BalanceAlert | undefined> {
  const found = await tx.balanceAlert.findUnique({ where: { tenantId } });
  if (!found) return undefined;
  return {
    belowMicros: found.belowMicros === null ? null : micros(found.belowMicros),
    belowDays: found.belowDays,
    low: !found.armed,
    firedAt: found.firedAt,
  };
}

/**
 * Sets when the owners of the tenant acted on are told; neither amount nor days: never. What is set anew is armed anew, and
 * goes off at once where credit is low already; the same again changes nothing. Locks the wallet, then the settings.
 * @throws DomainError invalid_state for the operator, which has no balance.
 */
export async function setBalanceAlert(tx: TenantWrite, input: BalanceAlertInput, actor: string): Promise<void> {
  await tx.$queryRaw`SELECT balance_alert_set(${input.below}::bigint, ${input.forDays}::int, ${actor})::text`;
}
