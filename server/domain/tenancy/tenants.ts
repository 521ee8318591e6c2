import { getCountries, isSupportedCountry } from "libphonenumber-js/max";

import { lockCallsOf } from "@/server/domain/tenancy/lock-calls";
import type { Db } from "@/server/infra/db/client";
import type { TenantRead, TenantWrite } from "@/server/infra/db/tenant-tx";
import { DomainError } from "@/server/kernel/errors";
import type { PlanId, TenantId } from "@/server/kernel/ids";
import { enqueue } from "@/server/queue/outbox";

export type TenantKind = "operator" | "reseller" | "customer";

export type NewTenant = {
  readonly slug: string;
  readonly name: string;
  readonly kind: "reseller" | "customer";
  readonly currency: string;
  readonly timeZone: string;
  readonly country: string;
  /** A plan of the tenant above; null leaves the new one without prices. */
  readonly planId: string | null;
};

/** Countries a tenant can be at home in: those with a numbering plan, by their English name. */
export function homeCountries(): readonly { readonly code: string; readonly name: string }[] {
  const names = new Intl.DisplayNames("en", { type: "region" });
  const countries = getCountries().map((code) => ({ code, name: names.of(code) ?? code }));
  return countries.toSorted((a, b) => a.name.localeCompare(b.name, "en"));
}

/**
 * Makes the one tenant at the root, with its wallet. Nothing is above it, so its own trail begins empty.
 * @throws DomainError invalid_state when there is an operator already: a repeat changes nothing.
 */
export async function createOperator(db: Db, operator: Omit<NewTenant, "kind" | "planId">): Promise<TenantId> {
  requireCountry(operator.country);
  if (await findOperator(db)) throw new DomainError("invalid_state", {}, "There is an operator already.");
  const [row] = await db.$queryRaw<{ id: TenantId }[]>`
    SELECT tenant_create(${operator.slug}, ${operator.name}, 'operator', ${operator.currency}, ${operator.timeZone}, ${operator.country}, NULL) AS id`;
  if (!row) throw new Error("tenant_create answered with no row");
  return row.id;
}

/** The tenant at the root, or undefined before there is one. */
export async function findOperator(db: Db): Promise<TenantId | undefined> {
  const [row] = await db.$queryRaw<{ id: TenantId | null }[]>`SELECT operator_tenant() AS id`;
  return row?.id ?? undefined;
}

/** The id behind a short name, whoever asks: for the command line and the builders, never for an answer to a person. */
export async function findTenantId(db: Pick<Db, "$queryRaw">, slug: string): Promise<TenantId | undefined> {
  const [row] = await db.$queryRaw<{ id: TenantId | null }[]>`SELECT tenant_by_slug(${slug}) AS id`;
  return row?.id ?? undefined;
}

/**
 * Makes a tenant below the one acted on, with an empty wallet and its home country open.
 * @throws DomainError slug_taken when the short name is in use anywhere.
 * @throws DomainError invalid_input for a country without a numbering plan.
 * @throws DomainError not_found for a plan that the parent does not own; currency_mismatch for one in another currency.
 * @throws DomainError invalid_state when the parent is suspended, or is a customer.
 */
export async function createTenant(tx: TenantWrite, parentId: TenantId, tenant: NewTenant): Promise<TenantId> {
  requireCountry(tenant.country);
  await requireActive(tx, parentId);
  if (tenant.planId !== null) await requirePlan(tx, parentId, tenant.planId, tenant.currency);
  // Asked first for a plain answer; of two that race here the unique key still refuses one.
  if (await findTenantId(tx, tenant.slug)) throw new DomainError("slug_taken", { field: "slug", slug: tenant.slug });
  const [row] = await tx.$queryRaw<{ id: TenantId }[]>`
    SELECT tenant_create(${tenant.slug}, ${tenant.name}, ${tenant.kind}, ${tenant.currency}, ${tenant.timeZone}, ${tenant.country},
      ${tenant.planId}::uuid) AS id`;
  if (!row) throw new Error("tenant_create answered with no row");
  return row.id;
}

function requireCountry(country: string): void {
  if (!isSupportedCountry(country)) {
    throw new DomainError(
      "invalid_input",
      { field: "country" },
      `There is no country ${country}; use two letters such as DE.`,
    );
  }
}

async function requireActive(tx: TenantRead, tenantId: TenantId): Promise<void> {
  const [parent] = await tx.$queryRaw<{ state: string }[]>`SELECT state FROM tenant WHERE id = ${tenantId}::uuid`;
  if (parent?.state !== "active") {
    throw new DomainError("invalid_state", {}, "A suspended tenant cannot take on new ones.");
  }
}

async function requirePlan(tx: TenantRead, ownerId: TenantId, planId: string, currency: string): Promise<PlanId> {
  const [plan] = await tx.$queryRaw<{ id: PlanId; currency: string }[]>`
    SELECT id, currency FROM plan WHERE tenant_id = ${ownerId}::uuid AND id = ${planId}::uuid`;
  if (!plan) throw new DomainError("not_found", { field: "planId" }, "That plan is not one of yours.");
  if (plan.currency !== currency) {
    const sentence = `The plan is in ${plan.currency}, the tenant in ${currency}.`;
    throw new DomainError("currency_mismatch", { field: "currency", plan: plan.currency, tenant: currency }, sentence);
  }
  return plan.id;
}

/** One answer for no such name and for one that is not below, so names cannot be probed. */
async function findBelow(tx: TenantRead, parentId: TenantId, slug: string): Promise<TenantId> {
  const [row] = await tx.$queryRaw<{ id: TenantId }[]>`
    SELECT b.descendant_id AS id FROM tenant_below b
    WHERE b.ancestor_id = ${parentId}::uuid AND b.depth > 0 AND b.descendant_id = tenant_by_slug(${slug})`;
  if (!row) throw new DomainError("not_found", { field: "childSlug" });
  return row.id;
}

/**
 * Suspends a tenant below, or lets it call again. Suspending ends its live calls and those of everybody below it, except to
 * emergency numbers; nobody in that branch can start new ones. Its people may still sign in and look. A repeat changes
 * nothing. Locks the tenant's row; the transaction then acts for that tenant.
 * @throws DomainError not_found when it is not below.
 * @throws DomainError suspended_above when a tenant above the one acted on suspended it: only that one lifts it.
 */
export async function setTenantState(
  tx: TenantWrite,
  parentId: TenantId,
  slug: string,
  state: "active" | "suspended",
): Promise<{ tenantId: TenantId; before: string }> {
  const branch = await branchOf(tx, parentId, slug);
  const tenantId = await findBelow(tx, parentId, slug);
  const [row] = await tx.$queryRaw<{ before: string }[]>`
    SELECT tenant_state_set(${tenantId}::uuid, ${state}) AS before`;
  const before = row?.before ?? "active";
  if (before === state) return { tenantId, before };
  if (state === "suspended") {
    for (const id of branch) {
      // A job belongs to the tenant whose calls it ends, and may be written only while acting for it.
      await tx.$queryRaw`SELECT set_config('app.tenant_id', ${id}, true)`;
      await lockCallsOf(tx, id);
      await enqueue(tx, id, "hangUpOfSubject", { subject: "tenant", id });
    }
  }
  await tx.$queryRaw`SELECT set_config('app.tenant_id', ${tenantId}, true)`;
  return { tenantId, before };
}

export type SuspensionEffect = Readonly<{
  /** Calls that ring or talk now and would end, of the tenant and everybody below it. */
  liveCalls: number;
  tenantsBelow: number;
}>;

/** What a suspension of this tenant would end now; calls to emergency numbers go on. Wants a subtree transaction of that tenant. */
export async function suspensionEffect(tx: TenantRead, tenantId: TenantId): Promise<SuspensionEffect> {
  const [row] = await tx.$queryRaw<SuspensionEffect[]>`
    SELECT (SELECT count(*) - 1 FROM tenant_below WHERE ancestor_id = ${tenantId}::uuid)::int AS "tenantsBelow",
      (SELECT count(*) FROM call c JOIN tenant_below b ON b.descendant_id = c.tenant_id AND b.ancestor_id = ${tenantId}::uuid
        WHERE c.state <> 'ended' AND c.kind <> 'emergency')::int AS "liveCalls"`;
  return row ?? { liveCalls: 0, tenantsBelow: 0 };
}

/** The named tenant and all below it, from the root down, as far as they are below the one acted on. */
async function branchOf(tx: TenantRead, parentId: TenantId, slug: string): Promise<readonly TenantId[]> {
  const rows = await tx.$queryRaw<{ id: TenantId }[]>`
    SELECT b.descendant_id AS id FROM tenant_below b WHERE b.ancestor_id = ${parentId}::uuid
      AND tenant_by_slug(${slug}) IN (SELECT tenants_above(b.descendant_id))
    ORDER BY b.depth, b.descendant_id`;
  return rows.map((row) => row.id);
}

export type TenantRow = {
  readonly id: TenantId;
  readonly slug: string;
  readonly name: string;
  readonly kind: TenantKind;
  readonly state: "active" | "suspended";
  /** null for the root of what is visible. */
  readonly parentSlug: string | null;
  readonly planName: string | null;
  readonly currency: string;
  readonly availableMicros: bigint;
  readonly liveCalls: number;
  readonly createdAt: Date;
};

/** The tenant and everybody below it, nearest the root first, then by name. Wants a subtree transaction. */
export function listTree(tx: TenantRead, tenantId: TenantId): Promise<TenantRow[]> {
  return tx.$queryRaw<TenantRow[]>`
    SELECT t.id, t.slug, t.name, t.kind, t.state, up.slug AS "parentSlug", p.name AS "planName", t.currency,
      coalesce(w.posted_micros - w.held_micros + w.credit_limit_micros, 0) AS "availableMicros",
      coalesce(live.calls, 0) AS "liveCalls", t.created_at AS "createdAt"
    FROM tenant_below b
    JOIN tenant t ON t.id = b.descendant_id
    LEFT JOIN tenant up ON up.id = t.parent_id AND b.depth > 0
    LEFT JOIN plan p ON p.id = t.plan_id
    LEFT JOIN wallet w ON w.tenant_id = t.id AND w.currency = t.currency
    LEFT JOIN (SELECT tenant_id, count(*)::int AS calls FROM call WHERE state <> 'ended' GROUP BY tenant_id) live ON live.tenant_id = t.id
    WHERE b.ancestor_id = ${tenantId}::uuid
    ORDER BY b.depth, t.name, t.slug`;
}
