import { expect, test } from "vitest";

import {
  carrierCharge,
  compareWithCarrier,
  compareWithPbx,
  talkDiffers,
} from "@/server/domain/cdr-import/compare.rules";

const tolerances = { talkMs: 2_000, costMicros: 0n, roundedUpMs: 0 };
const ours = { callId: "c1", tenantSlug: "acme", talkMs: 60_000, takenMicros: 60_000n, takenCurrency: "EUR" };
const theirs = {
  ...{ key: "k", line: 2, number: "49301", startedAt: "2026-03-10T12:00:00Z" },
  ...{ talkMs: 60_000, costMicros: 30_000n, currency: "EUR" },
};

test.each([
  [62_000, 0, false],
  [62_001, 0, true],
  [57_999, 0, true],
  [63_000, 1_000, false],
])("%i ms beside a minute, rounded up by %i: apart is %s", (ms, roundedUpMs, apart) => {
  expect(talkDiffers(ms, 60_000, { ...tolerances, roundedUpMs })).toBe(apart);
});

test("agreement lists nothing", () => {
  expect(compareWithCarrier(ours, theirs, tolerances)).toEqual([]);
  expect(compareWithPbx(ours, { callKey: "x", talkMs: 60_000 }, tolerances)).toBeUndefined();
});

test("a longer talk there costs us its part of their cost, a shorter one our customers its part of the price", () => {
  expect(compareWithCarrier(ours, { ...theirs, talkMs: 90_000, costMicros: 45_000n }, tolerances)).toMatchObject([
    { kind: "carrier_duration", subject: "c1", moneyAtRiskMicros: 15_000n },
  ]);
  expect(compareWithCarrier(ours, { ...theirs, talkMs: 30_000 }, tolerances)).toMatchObject([
    { kind: "carrier_duration", moneyAtRiskMicros: 30_000n },
  ]);
  expect(compareWithPbx(ours, { callKey: "x", talkMs: 30_000 }, tolerances)).toMatchObject({
    kind: "cdr_duration",
    moneyAtRiskMicros: 30_000n,
  });
});

test("a cost above what was taken is a loss, within one currency only", () => {
  expect(compareWithCarrier(ours, { ...theirs, costMicros: 61_000n }, tolerances)).toMatchObject([
    { kind: "carrier_price", moneyAtRiskMicros: 1_000n, currency: "EUR" },
  ]);
  expect(compareWithCarrier(ours, { ...theirs, costMicros: 61_000n, currency: "USD" }, tolerances)).toEqual([]);
});

test("a charge that no call explains is at risk as a whole", () => {
  expect(carrierCharge(theirs)).toMatchObject({ kind: "carrier_charge_without_call", moneyAtRiskMicros: 30_000n });
});
