import { expect, test } from "vitest";

import { type RateValues, readRate } from "@/components/plans/read-rate";

const plain: RateValues = {
  prefix: "+49 15",
  perMinute: "0,0125",
  connectionFee: "",
  first: "60",
  next: "6",
  grace: "0",
  destination: "",
  direction: "out",
  steps: "",
  freeSeconds: "",
  minimumCharge: "",
  maxCharge: "",
  beyond: "cut",
  days: "",
  hours: "",
  from: "",
  to: "",
};

test("a plain price asks for nothing that was not typed", () => {
  expect(readRate(plain, "UTC")).toEqual({
    rate: {
      prefix: "+4915",
      perMinute: "0.0125",
      firstSeconds: "60",
      nextSeconds: "6",
      graceSeconds: "0",
      direction: "out",
    },
    warnings: [],
  });
});

test("everything a price can have, as people type it", () => {
  const { rate } = readRate(
    {
      ...plain,
      destination: "Germany",
      direction: "in",
      steps: "60:0,05:1; 600:0.04:60",
      freeSeconds: "10",
      minimumCharge: "0.01",
      maxCharge: "0.12",
      beyond: "free",
      days: "mon-fri",
      hours: "08:00-19:00",
      from: "2099-01-31T08:00",
      to: "2099-07-31T08:00",
    },
    "Europe/Berlin",
  );
  expect(rate).toMatchObject({
    direction: "in",
    destination: "Germany",
    steps: [
      { from: "60", perMinute: "0.05", increment: "1" },
      { from: "600", perMinute: "0.04", increment: "60" },
    ],
    freeSeconds: "10",
    minimumCharge: "0.01",
    maxCharge: "0.12",
    beyond: "free",
    week: { days: "mon-fri", hours: "08:00-19:00" },
    from: "2099-01-31T07:00:00.000Z",
    to: "2099-07-31T06:00:00.000Z",
  });
});

test("what is wrong stands at its field, in the words of the server", () => {
  const problem = (values: Partial<RateValues>) => readRate({ ...plain, ...values }, "UTC").problems;
  expect(problem({ prefix: "0049" })).toMatchObject({ prefix: expect.stringMatching(/leading zeros/) });
  expect(problem({ perMinute: "1001" })).toEqual({ perMinute: "A price is at most 1000." });
  expect(problem({ perMinute: "" })).toEqual({ perMinute: "An amount is required." });
  expect(problem({ first: "0" })).toEqual({ first: "At least 1." });
  expect(problem({ steps: "60:0.05" })).toMatchObject({ steps: expect.stringMatching(/second:price:increment/) });
  expect(problem({ steps: "60:0.05:1; 60:0.04:1" })).toEqual({ steps: "Steps must begin later and later." });
  expect(problem({ minimumCharge: "2", maxCharge: "1" })).toMatchObject({ maxCharge: expect.stringMatching(/below/) });
  expect(problem({ days: "someday" })).toMatchObject({ days: expect.stringMatching(/is no day/) });
  expect(problem({ hours: "8 to 5" })).toMatchObject({ hours: expect.stringMatching(/are no hours/) });
  expect(problem({ from: "2099-02-01T00:00", to: "2099-01-01T00:00" })).toEqual({
    to: "The end must be after the start.",
  });
});

test("free and dearest prices are warned of, in steps as well", () => {
  const warnings = (values: Partial<RateValues>) => readRate({ ...plain, ...values }, "UTC").warnings;
  expect(warnings({ perMinute: "0" })).toEqual(["A price of 0 makes the call free."]);
  expect(warnings({ perMinute: "1000" })).toHaveLength(1);
  expect(warnings({ steps: "60:0:1" })).toEqual(["A price of 0 makes the call free."]);
});
