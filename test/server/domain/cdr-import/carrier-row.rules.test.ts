import { expect, test } from "vitest";

import { type CarrierLayout, readCarrierRow, readHeading } from "@/server/domain/cdr-import/carrier-row.rules";

const options = { source: "wholesale", zone: "UTC", dateOrder: "auto", currency: "EUR" } as const;
const layoutOf = (heading: string, delimiter = ","): CarrierLayout => {
  const layout = readHeading(heading, delimiter, "auto");
  if ("missing" in layout) throw new Error(layout.missing);
  return layout;
};

test("columns are found by the names that carriers give them", () => {
  const layout = layoutOf("Call Date;Calling Number;Called Number;Billed Seconds;Cost (USD)", ";");
  expect(layout).toMatchObject({ decimals: "comma", durationUnit: "seconds", currency: "USD" });
  expect(layout.at).toMatchObject({ start: 0, from: 1, to: 2, duration: 3, cost: 4 });
});

test("a file without them is told what is missing and what it has instead", () => {
  expect(readHeading("foo,bar", ",", "auto")).toEqual({
    missing: "The first line names no column for start, to, duration; it has: foo, bar.",
  });
});

test("a record is read with its cost, currency and a key that is the same in every file", () => {
  const layout = layoutOf("start,to,duration,cost,currency,id");
  const line = "2026-03-10 12:00:00,+493012345678,61,0.0305,usd,A1";
  const row = readCarrierRow(line, 2, layout, options);
  expect(row).toMatchObject({ number: "493012345678", talkMs: 61_000, costMicros: 30_500n, currency: "USD" });
  const again = readCarrierRow(line.replace("0.0305", "0.04"), 9, layout, options);
  expect("key" in row && "key" in again && row.key === again.key).toBe(true);
});

test.each([
  ["soon,49301234,61,0.03", "start", 1],
  ["2026-03-10 12:00:00,nobody,61,0.03", "to", 2],
  ["2026-03-10 12:00:00,49301234,long,0.03", "duration", 3],
  ["2026-03-10 12:00:00,49301234,61,-0.03", "cost", 4],
])("%j is refused at its column", (line, name, column) => {
  expect(readCarrierRow(line, 7, layoutOf("start,to,duration,cost"), options)).toMatchObject({ line: 7, name, column });
});
