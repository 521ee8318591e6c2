import { expect, test } from "vitest";

import { readPlan } from "@/components/plans/read-plan";

const plain = {
  name: "Office",
  currency: "eur",
  timeZone: "Europe/Berlin",
  kind: "prices",
  basePlanId: "",
  factor: "",
  perMinuteFee: "",
  callFee: "",
  floorPerMinute: "",
};

test("a plan of prices of its own", () =>
  expect(readPlan(plain)).toEqual({ plan: { name: "Office", currency: "EUR", timeZone: "Europe/Berlin" } }));

test("a markup, with what was typed of it", () => {
  const basePlanId = "018f4a52-57c1-7cc0-a7d5-2d3e9b8f1a01";
  expect(readPlan({ ...plain, kind: "markup", factor: "1,25", callFee: "0.01", basePlanId }).plan?.markup).toEqual({
    factor: "1.25",
    callFee: "0.01",
    basePlanId,
  });
});

test("what is wrong stands at its field", () => {
  expect(Object.keys(readPlan({ ...plain, name: "", currency: "XXY", timeZone: "Mars" }).problems ?? {})).toEqual([
    "name",
    "currency",
    "timeZone",
  ]);
  const wrong = readPlan({ ...plain, kind: "markup", factor: "101", callFee: "-1", floorPerMinute: "1001" });
  expect(wrong.problems).toEqual({
    factor: "A factor is at most 100.",
    callFee: "The amount must not be negative.",
    floorPerMinute: "A price is at most 1000.",
  });
  expect(readPlan({ ...plain, kind: "markup" }).problems).toEqual({ factor: "An amount is required." });
});
