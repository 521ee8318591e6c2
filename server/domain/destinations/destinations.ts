import { type CountryCode, getCountries, getCountryCallingCode, isSupportedCountry } from "libphonenumber-js/max";

import { specialDestinations } from "@/server/domain/rating/dialling.rules";
import type { TenantRead, TenantWrite } from "@/server/infra/db/tenant-tx";
import { DomainError } from "@/server/kernel/errors";
import type { TenantId } from "@/server/kernel/ids";

export type DestinationRow = {
  /** ISO 3166, two letters; XS and XN stand for satellite phones and international networks. */
  readonly country: string;
  readonly name: string;
  /** The country's calling code without the plus sign; empty for the special ones. */
  readonly callingCode: string;
  readonly open: boolean;
  /** Calls to it in the last 90 days, blocked ones included. */
  readonly recentCalls: number;
};

const special: Readonly<Record<string, string>> = specialDestinations;
const countries: readonly string[] = [...getCountries(), ...Object.keys(special)];
const names = new Intl.DisplayNames("en", { type: "region" });

const callingCodeOf = (country: string): string =>
  isSupportedCountry(country) ? getCountryCallingCode(country as CountryCode) : "";

/** Every country there is and the special destinations, by name, with what is open and what was called lately. */
export async function listDestinations(tx: TenantRead, tenantId: TenantId): Promise<DestinationRow[]> {
  const [open, called] = [
    await tx.destination.findMany({ where: { tenantId }, select: { country: true } }),
    await tx.$queryRaw<{ country: string; calls: number }[]>`
      SELECT country, count(*)::int AS calls FROM call
      WHERE tenant_id = ${tenantId}::uuid AND started_at > now() - interval '90 days' AND country IS NOT NULL GROUP BY country`,
  ];
  const opened = new Set(open.map((row) => row.country));
  const calls = new Map(called.map((row) => [row.country, row.calls]));
  return countries
    .map((country) => ({
      country,
      name: special[country] ?? names.of(country) ?? country,
      callingCode: callingCodeOf(country),
      open: opened.has(country),
      recentCalls: calls.get(country) ?? 0,
    }))
    .sort((a, b) => a.name.localeCompare(b.name, "en"));
}

/**
 * Opens or closes a country for a tenant's calls from the next one on; a repeat changes nothing.
 * @returns whether it was open before.
 * @throws DomainError invalid_input for two letters that are no country.
 */
export async function setDestination(
  tx: TenantWrite,
  tenantId: TenantId,
  { country, open }: { country: string; open: boolean },
): Promise<{ before: boolean }> {
  if (!countries.includes(country)) {
    throw new DomainError("invalid_input", { field: "country" }, `There is no country ${country}.`);
  }
  if (open) {
    const { count } = await tx.destination.createMany({ data: [{ tenantId, country }], skipDuplicates: true });
    return { before: count === 0 };
  }
  const { count } = await tx.destination.deleteMany({ where: { tenantId, country } });
  return { before: count > 0 };
}
