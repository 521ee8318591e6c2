import { expect, test } from "vitest";

import { columnsOf, currencyIn, isWhole } from "@/server/domain/decks/header.rules";

test.each([
  ["Dial Code", "prefix"],
  ["COUNTRY CODE + AREA", "prefix"],
  ["match_prefix", "prefix"],
  ["Cost / Min (USD)", "rate"],
  ["EUR per minute", "rate"],
  ["Sell Price", "rate"],
  ["rate_surcharge", "connection_fee"],
  ["Init Inc", "initial_increment"],
  ["Next interval", "increment"],
  ["Billing Increments", "increment"],
  ["Included seconds", "free_seconds"],
  ["rate_nocharge_time", "grace_seconds"],
  ["Valid till", "effective_to"],
  ["Effective Date", "effective_from"],
  ["weight", null],
  ["", null],
])("%s is %s", (header, field) => expect(columnsOf([header], [])).toEqual([field]));

test("of several that could be it the better name is taken, whatever their order", () => {
  expect(columnsOf(["Country", "Destination", "Code", "Price", "Rate"], [])).toEqual([
    null,
    "destination",
    "prefix",
    null,
    "rate",
  ]);
});

test("digits decide where a name is used for both", () => {
  expect(columnsOf(["Country", "Destination", "Rate"], [["Germany", "49", "1"]])).toEqual([
    "destination",
    "prefix",
    "rate",
  ]);
  expect(columnsOf(["Country", "Destination", "Rate"], [["49", "Germany", "1"]])).toEqual([
    null,
    "destination",
    "rate",
  ]);
  expect(columnsOf(["Country code", "Area code", "Rate"], [["49", "30", "1"]])).toEqual([
    "country_code",
    "area_code",
    "rate",
  ]);
  expect(columnsOf(["Country code", "Rate"], [["49", "1"]])).toEqual(["prefix", "rate"]);
});

test("a price without a prefix is not enough, nor the other way round", () => {
  expect([
    isWhole(["rate"]),
    isWhole(["prefix"]),
    isWhole(["prefix", "rate"]),
    isWhole(["country_code", null, "rate"]),
  ]).toEqual([false, false, true, true]);
});

test("the currency that a name speaks of", () => {
  expect(["Rate (USD)", "Price EUR", "Cost / Min", "per min"].map(currencyIn)).toEqual([
    "USD",
    "EUR",
    undefined,
    undefined,
  ]);
});
