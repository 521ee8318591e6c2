import { type CountryCode, getCountries, getExampleNumber } from "libphonenumber-js/max";
import examples from "libphonenumber-js/mobile/examples";

import { callingCodeOf } from "@/server/domain/destinations/countries.rules";
import type { TenantRead } from "@/server/infra/db/tenant-tx";

export type FromPrice = { readonly country: string; readonly perMinuteMicros: bigint; readonly currency: string };

/** By calling code, the countries that share it: there the code alone says nothing about one of them. */
const sharing = getCountries().reduce((known, country) => {
  const code = callingCodeOf(country);
  return known.set(code, (known.get(code) ?? 0) + 1);
}, new Map<string, number>());

/** Numbers that stand for a country: one of its mobile phones, and its code where no other country has it. */
const samples: ReadonlyMap<string, string> = new Map(
  getCountries().flatMap((country) => {
    const code = callingCodeOf(country);
    const mobile = getExampleNumber(country as CountryCode, examples)?.number.slice(1);
    return [...(mobile ? [mobile] : []), ...(sharing.get(code) === 1 ? [code] : [])].map((number) => [number, country]);
  }),
);

/** What a minute to each country costs the tenant acted on now, at least, without tax; countries without a price are left out. */
export async function listFromPrices(tx: TenantRead): Promise<FromPrice[]> {
  const rows = await tx.$queryRaw<{ number: string; micros: string; currency: string }[]>`
    SELECT number, per_minute_micros::text AS micros, currency FROM prices_of_numbers(${[...samples.keys()]}::text[])`;
  const least = new Map<string, FromPrice>();
  for (const { number, micros, currency } of rows) {
    const country = samples.get(number);
    const known = country && least.get(country);
    const price = BigInt(micros);
    if (country && (!known || price < known.perMinuteMicros)) {
      least.set(country, { country, perMinuteMicros: price, currency });
    }
  }
  return [...least.values()];
}
