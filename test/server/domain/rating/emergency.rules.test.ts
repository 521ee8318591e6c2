import { isSupportedCountry } from "libphonenumber-js/max";
import { expect, test } from "vitest";

import {
  countriesWithEmergencyNumbers,
  emergencyNumbersOf,
  emergencyVariableOf,
  isEmergencyNumber,
} from "@/server/domain/rating/emergency.rules";

const europeanUnion = "AT BE BG HR CY CZ DK EE FI FR DE GR HU IE IT LV LT LU MT NL PL PT RO SK SI ES SE".split(" ");

test("the whole European Union dials 112", () => {
  expect(europeanUnion.filter((country) => !isEmergencyNumber(country, "112"))).toEqual([]);
  expect(europeanUnion.filter((country) => !countriesWithEmergencyNumbers.includes(country))).toEqual([]);
});

test.each([
  ["US", "911"],
  ["CA", "911"],
  ["GB", "999"],
  ["GB", "112"],
  ["AU", "000"],
  ["NZ", "111"],
  ["CH", "144"],
  ["JP", "119"],
  ["BR", "192"],
  ["MX", "911"],
  ["IN", "112"],
  ["ZA", "10111"],
  ["FR", "15"],
])("%s dials %s", (country, number) => {
  expect(isEmergencyNumber(country, number)).toBe(true);
});

test("every list is of real countries, without repeats, of short numbers only", () => {
  for (const country of countriesWithEmergencyNumbers) {
    const numbers = emergencyNumbersOf(country);
    expect(isSupportedCountry(country) || ["VA", "GG", "JE", "IM"].includes(country), country).toBe(true);
    expect(new Set(numbers).size, country).toBe(numbers.length);
    for (const number of numbers) expect(number, country).toMatch(/^[0-9]{2,5}$/);
  }
});

test("a country that is not listed still has a way to call for help", () => {
  expect(emergencyNumbersOf("AQ")).toEqual(["112", "911"]);
});

test("the dialplan reads the list from one variable and finds whole numbers in it", () => {
  expect(emergencyVariableOf("DE")).toBe("-112-110-");
  expect(emergencyVariableOf("DE").includes("-11-")).toBe(false);
});
