import { currencyGaps } from "@/server/domain/limits/currency-gaps";
import {
  auditOf,
  changedSince,
  columnsOf,
  isCount,
  type LimitName,
  type LimitRow,
  type Limits,
  limitColumns,
  limitsOf,
  type NamedLimits,
} from "@/server/domain/limits/limit-fields";
import type { ExtensionLimitsPatch, LimitsPatch } from "@/server/domain/limits/limits.schema";
import { translatingSqlErrors } from "@/server/infra/db/sql-error";
import type { TenantRead, TenantWrite } from "@/server/infra/db/tenant-tx";
import { DomainError } from "@/server/kernel/errors";
import type { TenantId } from "@/server/kernel/ids";
import { decimalOf } from "@/server/kernel/money";

export type TenantLimits = {
  readonly currency: string;
  readonly timeZone: string;
  /** Whether it lets calls through that it pays more for than it earns; told to itself only. */
  readonly sellsBelowCost: boolean;
  /** Other currencies than its own in which those below it pay, for which their calls are refused; told to itself only. */
  readonly refusedCurrencies: readonly string[];
  /** The plan that says what its carriers ask; the operator's, told to itself only. */
  readonly costPlanId: string | null;
  /** What counts: the tightest of what anybody set. */
  readonly effective: Limits;
  /** What the tenant wishes for itself. */
  readonly own: Limits;
  /** What the reader set for it from above; nothing when the reader is the tenant itself. */
  readonly yours: Limits;
  /** The tightest of what tenants above the reader set: neither of the two can lift it. */
  readonly above: Limits;
};

/**
 * A tenant's limits as somebody at or above it reads them.
 * @param readerId the tenant the transaction reads for; with another one than the tenant itself it must reach below.
 * @throws DomainError not_found when the tenant is not visible.
 */
export async function getLimits(tx: TenantRead, tenantId: TenantId, readerId: TenantId): Promise<TenantLimits> {
  const [tenant] = await tx.$queryRaw<
    (LimitRow & { currency: string; time_zone: string; sells_below_cost: boolean; cost_plan_id: string | null })[]
  >`
    SELECT currency, time_zone, daily_cap_micros, monthly_cap_micros, call_cap_micros, max_per_minute_micros, max_calls, max_calls_per_minute, max_calls_per_second, sells_below_cost, cost_plan_id
    FROM tenant WHERE id = ${tenantId}::uuid`;
  if (!tenant) throw new DomainError("not_found", { tenantId });
  const rows = await tx.$queryRaw<(LimitRow & { who: "own" | "yours" | "above" })[]>`
    SELECT who, min(daily_cap_micros) AS daily_cap_micros, min(monthly_cap_micros) AS monthly_cap_micros, min(call_cap_micros) AS call_cap_micros,
      min(max_per_minute_micros) AS max_per_minute_micros, min(max_calls) AS max_calls, min(max_calls_per_minute) AS max_calls_per_minute,
      min(max_calls_per_second) AS max_calls_per_second
    FROM (SELECT l.*, CASE WHEN set_by = tenant_id THEN 'own' WHEN set_by = ${readerId}::uuid THEN 'yours'
        WHEN set_by NOT IN (SELECT descendant_id FROM tenant_below WHERE ancestor_id = ${readerId}::uuid) THEN 'above' END AS who
      FROM tenant_limit l WHERE tenant_id = ${tenantId}::uuid) l
    WHERE who IS NOT NULL GROUP BY who`;
  const rowOf = (who: string) => rows.find((row) => row.who === who);
  const [gap] = tenantId === readerId ? await currencyGaps(tx, tenantId) : [];
  return {
    currency: tenant.currency,
    timeZone: tenant.time_zone,
    refusedCurrencies: gap?.sells ?? [],
    sellsBelowCost: tenantId === readerId && tenant.sells_below_cost,
    costPlanId: tenantId === readerId ? tenant.cost_plan_id : null,
    effective: limitsOf(tenant),
    // Before anybody wrote one down, the wish is what stands in the tenant's columns.
    own: limitsOf(rowOf("own") ?? tenant),
    yours: limitsOf(rowOf("yours")),
    above: limitsOf(rowOf("above")),
  };
}

export type LimitsChanged = { readonly before: NamedLimits; readonly after: NamedLimits };

/**
 * Sets what the tenant acted on allows a tenant: itself, or one below that cannot lift it then. What is left out of the
 * patch stays. The tightest of what anybody set counts, from the next call and the next renewal on; a call in progress ends
 * at what it holds when a cap leaves no more. Lifting a limit from above brings back what the tenant wished for itself.
 * Locks the tenant's row against others who set limits, not against calls. A repeat changes nothing.
 * @throws DomainError not_below unless the tenant stands at or below the one acted on.
 * @param seen what the form showed when it was filled in; a limit of the patch that is another by now refuses the whole.
 * @throws DomainError limit_bound for more than a tenant above the one acted on allows; the detail has the figures.
 * @throws DomainError changed_meanwhile when somebody else changed one of them since it was `seen`.
 */
export async function setLimits(
  tx: TenantWrite,
  tenantId: TenantId,
  patch: LimitsPatch,
  seen: LimitsPatch = {},
): Promise<LimitsChanged> {
  const columns = JSON.stringify(columnsOf(patch));
  const [row] = await translatingSqlErrors(
    () => tx.$queryRaw<{ before: LimitRow }[]>`
      SELECT tenant_limit_set(${tenantId}::uuid, ${columns}::jsonb) AS before`,
  ).catch((error: unknown) => {
    throw error instanceof DomainError && error.code === "limit_bound" ? boundError(error) : error;
  });
  const before = row?.before ?? {};
  refuseIfChanged(seen, patch, before);
  return auditOf(patch, before);
}

/** Asked under the lock; the transaction that wrote already takes it back. */
function refuseIfChanged(seen: LimitsPatch, patch: LimitsPatch, before: LimitRow): void {
  const [name] = changedSince(seen, patch, before);
  if (name === undefined) return;
  const now = auditOf(patch, before).before[name];
  const sentence = `Somebody else changed the ${titles[name]} while you typed: it is ${now ?? "without a limit"} now. Nothing was saved; what you typed is still there.`;
  throw new DomainError("changed_meanwhile", { field: name, now: now ?? "none" }, sentence);
}

const titles: Readonly<Record<LimitName, string>> = {
  dailyCap: "cap per day",
  monthlyCap: "cap per month",
  callCap: "cap per call",
  maxPerMinute: "price per minute",
  maxCalls: "number of calls at once",
  maxCallsPerMinute: "number of calls per minute",
  maxCallsPerSecond: "number of calls per second",
};

/** Names the limit, its bound and what was asked for, as a person typed it. */
function boundError({ detail }: DomainError): DomainError {
  const name = (Object.keys(limitColumns) as LimitName[]).find((key) => limitColumns[key] === detail["limit"]);
  if (!name) return new DomainError("limit_bound", detail);
  const text = (value: unknown) =>
    isCount(name) ? String(value) : decimalOf(BigInt(String(value))).replace(/\.?0+$/, "");
  const [allowed, asked] = [text(detail["allowed"]), text(detail["asked"])];
  const sentence = `The highest ${titles[name]} allowed from above is ${allowed}; ${asked} is more. Ask your provider to raise it.`;
  return new DomainError("limit_bound", { field: name, allowed, asked }, sentence);
}

/**
 * Whether the tenant acted on, which sells to others, lets calls through that it pays more for than it earns. From the next
 * call on; a repeat changes nothing.
 * @returns whether it did before.
 * @throws DomainError not_below for a customer: it sells to nobody.
 */
export async function setBelowCost(tx: TenantWrite, allowed: boolean): Promise<boolean> {
  const [row] = await translatingSqlErrors(
    () => tx.$queryRaw<{ before: boolean }[]>`SELECT tenant_below_cost_set(${allowed}) AS before`,
  ).catch((error: unknown) => {
    if (!(error instanceof DomainError) || error.code !== "not_below") throw error;
    const sentence = "A customer sells to nobody, so nothing it sells can be below cost.";
    throw new DomainError("not_below", { field: "allowed" }, sentence);
  });
  return row?.before ?? false;
}

export type ExtensionLimits = {
  readonly id: string;
  readonly number: string;
  readonly displayName: string;
  readonly limits: Limits;
};

/** The limits of every extension of the tenant, by number. At most 2000. */
export async function listExtensionLimits(tx: TenantRead, tenantId: TenantId): Promise<ExtensionLimits[]> {
  const rows = await tx.$queryRaw<(LimitRow & { id: string; number: string; display_name: string })[]>`
    SELECT id, number, display_name, daily_cap_micros, monthly_cap_micros, call_cap_micros, max_per_minute_micros, max_calls
    FROM extension WHERE tenant_id = ${tenantId}::uuid ORDER BY length(number), number LIMIT 2000`;
  return rows.map((row) => ({
    id: row.id,
    number: row.number,
    displayName: row.display_name,
    limits: limitsOf(row),
  }));
}

/** As many calls at once as a new extension gets. */
const STANDARD_CALLS = 2;

/**
 * Sets an extension's own limits; the tenant's count beside them. What is left out of the patch stays. Locks the extension.
 * @param seen what the form showed, as for the tenant's.
 * @throws DomainError changed_meanwhile when somebody else changed one of them since it was `seen`.
 * @throws DomainError not_found for an extension that is not one of the tenant's.
 */
export async function setExtensionLimits(
  tx: TenantWrite,
  tenantId: TenantId,
  extensionId: string,
  patch: ExtensionLimitsPatch,
  seen: ExtensionLimitsPatch = {},
): Promise<LimitsChanged & { readonly number: string }> {
  const [before] = await tx.$queryRaw<(LimitRow & { number: string })[]>`
    SELECT number, daily_cap_micros, monthly_cap_micros, call_cap_micros, max_per_minute_micros, max_calls
    FROM extension WHERE tenant_id = ${tenantId}::uuid AND id = ${extensionId}::uuid FOR UPDATE`;
  if (!before) throw new DomainError("not_found", { field: "extension" });
  refuseIfChanged(seen, patch, before);
  const kept = limitsOf(before);
  const next = <T>(asked: T | undefined, stays: T): T => (asked === undefined ? stays : asked);
  await tx.$executeRaw`
    UPDATE extension SET daily_cap_micros = ${next(patch.dailyCap, kept.dailyCapMicros)}, monthly_cap_micros = ${next(patch.monthlyCap, kept.monthlyCapMicros)},
      call_cap_micros = ${next(patch.callCap, kept.callCapMicros)}, max_per_minute_micros = ${next(patch.maxPerMinute, kept.maxPerMinuteMicros)},
      max_calls = ${next(patch.maxCalls, kept.maxCalls) ?? STANDARD_CALLS}, version = version + 1
    WHERE tenant_id = ${tenantId}::uuid AND id = ${extensionId}::uuid`;
  return { ...auditOf(patch, before), number: before.number };
}
