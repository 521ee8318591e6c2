import { expect, test } from "vitest";

import { settingsOf, settingsProblem } from "@/components/decks/said-settings";

const nothing = { delimiter: "", encoding: "", decimal: "", dates: "", increments: "", header: "", columns: "" };

test("what is left empty is not said", () => expect(settingsOf(nothing)).toEqual({}));

test("what is said is read as people write it", () => {
  const said = {
    ...nothing,
    decimal: "comma",
    header: "0",
    columns: "Prefix, - , Connection fee,rate",
    increments: "60/6",
  };
  expect(settingsProblem(said)).toEqual({});
  expect(settingsOf(said)).toEqual({
    decimal: "comma",
    header: 0,
    columns: ["prefix", "-", "connection_fee", "rate"],
    increments: "60/6",
  });
});

test("what is not understood stands at its field, the column by its name", () => {
  const wrong = settingsProblem({ ...nothing, header: "x", increments: "0/6", columns: "prefix, prise" });
  expect(Object.keys(wrong).toSorted()).toEqual(["columns", "header", "increments"]);
  expect(wrong.columns).toMatch(/^"prise" is not a column/);
});
