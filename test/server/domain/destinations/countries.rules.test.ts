import { expect, test } from "vitest";

import { continentOf } from "@/server/domain/destinations/continents";
import { callingCodeOf, countries, countryName, isDestination } from "@/server/domain/destinations/countries.rules";

test("every country has a name, a code and a continent of its own", () => {
  const lost = countries.filter((country) => continentOf(country) === "none");
  expect(lost).toEqual(["XS", "XN"]);
  for (const country of countries) {
    expect(countryName(country)).not.toBe(country);
    expect(callingCodeOf(country) !== "").toBe(!lost.includes(country));
    expect(isDestination(country)).toBe(true);
  }
  expect(isDestination("ZZ")).toBe(false);
});
