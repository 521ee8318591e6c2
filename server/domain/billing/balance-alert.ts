import type { BalanceAlertInput } from "@/server/domain/billing/balance-alert.schema";
import type { TenantRead, TenantWrite } from "@/server/infra/db/tenant-tx";
import type { TenantId } from "@/server/kernel/ids";
import { decimalOf, type Micros, micros } from "@/server/kernel/money";

/** One of the levels at which owners are told: an amount, or days that are left. */
export type AlertLevel = Readonly<{
  /** 1 is told first. */
  level: number;
  belowMicros: Micros | null;
  belowDays: number | null;
  /** It went off, and is armed again once there is a tenth more than its level. */
  low: boolean;
  firedAt: Date | null;
}>;

/** At which levels the owners of the tenant acted on are told that credit is low, in their order; empty when they are not. */
export async function getBalanceAlert(tx: TenantRead, tenantId: TenantId): Promise<AlertLevel[]> {
  const found = await tx.balanceAlert.findMany({ where: { tenantId }, orderBy: { level: "asc" } });
  return found.map(({ level, belowMicros, belowDays, armed, firedAt }) => ({
    level,
    belowMicros: belowMicros === null ? null : micros(belowMicros),
    belowDays,
    low: !armed,
    firedAt,
  }));
}

/**
 * Sets at which levels the owners of the tenant acted on are told; none: never. A level that was there already stays as it is, a
 * new one is armed, and goes off at once where credit is lower; the same again changes nothing. Two who set them take
 * turns; locks the wallet, then the levels.
 * @returns the levels before.
 * @throws DomainError invalid_state for the operator, which has no balance.
 */
export async function setBalanceAlert(
  tx: TenantWrite,
  tenantId: TenantId,
  { levels }: BalanceAlertInput,
  actor: string,
): Promise<BalanceAlertInput["levels"]> {
  await tx.$queryRaw`SELECT pg_advisory_xact_lock(hashtextextended('alerts:' || ${tenantId}, 0))::text`;
  const before = await getBalanceAlert(tx, tenantId);
  const [below, days] = [levels.map((one) => one.below), levels.map((one) => one.forDays)];
  await tx.$queryRaw`SELECT balance_alerts_set(${below}::bigint[], ${days}::int[], ${actor})::text`;
  return before.map(({ belowMicros, belowDays }) => ({ below: belowMicros, forDays: belowDays }));
}

/** What the trail keeps of levels: "20.00, 10.00, 3 days". */
export const auditOfLevels = ({ levels }: BalanceAlertInput): Readonly<Record<string, string>> => ({
  levels: levels.map(({ below, forDays }) => (below === null ? `${forDays} days` : decimalOf(below))).join(", "),
});
