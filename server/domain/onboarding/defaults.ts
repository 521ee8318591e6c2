import { countryStandards } from "@/server/domain/tenancy/country-standards";
import { homeCountries } from "@/server/domain/tenancy/tenants";
import type { TenantRead } from "@/server/infra/db/tenant-tx";
import { DomainError } from "@/server/kernel/errors";
import type { PlanId, TenantId } from "@/server/kernel/ids";

export type OnboardDefaults = {
  readonly plans: readonly { readonly id: PlanId; readonly name: string; readonly currency: string }[];
  readonly currencies: readonly string[];
  readonly timeZones: readonly string[];
  /** With the money and the clock that are usual there. */
  readonly countries: readonly {
    readonly code: string;
    readonly name: string;
    readonly currency: string;
    readonly timeZone: string;
  }[];
  readonly currency: string;
  readonly timeZone: string;
  readonly country: string;
  /** What the tenant's own wallet has available, in micros. */
  readonly available: bigint;
  /** False for the operator: the credit it gives comes from payments, and its wallet stays as it is. */
  readonly paysFromWallet: boolean;
};

/**
 * What the onboarding form offers, and what it starts with.
 * @throws DomainError not_found when the tenant is not visible.
 */
export async function getOnboardDefaults(tx: TenantRead, tenantId: TenantId): Promise<OnboardDefaults> {
  const [own] = await tx.$queryRaw<
    { kind: string; currency: string; timeZone: string; country: string; available: bigint }[]
  >`
    SELECT t.kind, t.currency, t.time_zone AS "timeZone", t.country,
      coalesce(w.posted_micros - w.held_micros + w.credit_limit_micros, 0) AS available
    FROM tenant t LEFT JOIN wallet w ON w.tenant_id = t.id AND w.currency = t.currency WHERE t.id = ${tenantId}::uuid`;
  if (!own) throw new DomainError("not_found");
  const plans = await tx.$queryRaw<{ id: PlanId; name: string; currency: string }[]>`
    SELECT id, name, currency FROM plan WHERE tenant_id = ${tenantId}::uuid ORDER BY name LIMIT 500`;
  const countries = homeCountries().map((country) => {
    const [currency, timeZone] = countryStandards[country.code] ?? [own.currency, own.timeZone];
    return { ...country, currency, timeZone };
  });
  return {
    plans,
    currencies: Intl.supportedValuesOf("currency"),
    timeZones: [
      ...new Set([
        "UTC",
        own.timeZone,
        ...Intl.supportedValuesOf("timeZone"),
        ...countries.map(({ timeZone }) => timeZone),
      ]),
    ],
    countries,
    currency: own.currency,
    timeZone: own.timeZone,
    country: own.country,
    available: own.available,
    paysFromWallet: own.kind !== "operator",
  };
}
