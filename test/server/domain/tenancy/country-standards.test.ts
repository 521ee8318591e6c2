import { expect, test } from "vitest";

import { countryStandards } from "@/server/domain/tenancy/country-standards";
import { timeZoneSchema } from "@/server/domain/tenancy/tenant.schema";
import { homeCountries } from "@/server/domain/tenancy/tenants";

test("every country that a tenant can be at home in has its money and its clock", () => {
  const currencies = new Set(Intl.supportedValuesOf("currency"));
  const wrong = homeCountries().filter(({ code }) => {
    const [currency = "", timeZone = ""] = countryStandards[code] ?? [];
    return !currencies.has(currency) || !timeZoneSchema.safeParse(timeZone).success;
  });
  expect(wrong).toEqual([]);
  expect(Object.keys(countryStandards)).toHaveLength(homeCountries().length);
});

test("of several clocks it is that of most people", () => {
  for (const [code, standard] of [
    ["US", ["USD", "America/New_York"]],
    ["DE", ["EUR", "Europe/Berlin"]],
    ["AU", ["AUD", "Australia/Sydney"]],
    ["RU", ["RUB", "Europe/Moscow"]],
    ["ES", ["EUR", "Europe/Madrid"]],
    // Intl knows it, and a country that has none there.
    ["FR", ["EUR", "Europe/Paris"]],
    ["XK", ["EUR", "Europe/Belgrade"]],
  ] as const) {
    expect(countryStandards[code]).toEqual(standard);
  }
});
