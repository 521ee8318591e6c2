import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { todayIn } from "@/components/reports/report-params";
import { createDatabase, type TestDatabase } from "@/test/support/database";
import { noonZone } from "@/test/support/noon";
import { pastMovements } from "@/test/support/past-movements";
import { cellsOf, statementDesk } from "@/test/support/statement-desk";

let db: TestDatabase;
let on: Awaited<ReturnType<typeof statementDesk>>;
beforeAll(async () => {
  db = await createDatabase();
  on = await statementDesk(db);
});
afterAll(() => db.drop());

test("three months follow each other: each begins with what the last one left", async () => {
  const of = await on.newCustomer([
    { at: "2026-01-10T08:00:00Z", kind: "top_up", amount: 50_000_000n },
    { at: "2026-01-31T23:59:59.999Z", kind: "charge", amount: -1_234_567n },
    { at: "2026-02-01T00:00:00Z", kind: "charge", amount: -71n },
    { at: "2026-03-15T12:00:00Z", kind: "correction", amount: 71n },
  ]);
  const [january, february, march] = [
    await on.issue(of, "2026-01-01", "2026-01-31"),
    await on.issue(of, "2026-02-01", "2026-02-28"),
    await on.issue(of, "2026-03-01", "2026-03-31"),
  ];
  expect([january.openingMicros, january.closingMicros]).toEqual([0n, 48_765_433n]);
  expect([february.openingMicros, february.closingMicros]).toEqual([48_765_433n, 48_765_362n]);
  expect([march.openingMicros, march.closingMicros]).toEqual([48_765_362n, 48_765_433n]);
  expect([january.lines, february.lines, march.lines]).toEqual([2n, 1n, 1n]);
  const table = cellsOf(await on.csvText(january));
  expect(table.map((row) => [row[4], row[10], row[11]])).toEqual([
    ["kind", "amount", "balance"],
    ["opening", "", "0.000000"],
    ["top_up", "50.000000", "50.000000"],
    ["charge", "-1.234567", "48.765433"],
    ["closing", "", "48.765433"],
  ]);
});

test("the same period again is the same statement, and what is recorded late belongs to the next one", async () => {
  const of = await on.newCustomer([{ at: "2026-01-10T08:00:00Z", kind: "top_up", amount: 10_000_000n }]);
  const first = await on.issue(of, "2026-01-01", "2026-01-31");
  await pastMovements(
    on,
    of,
  )([
    { at: "2026-01-31T22:00:00Z", kind: "charge", amount: -500n, memo: "Told late" },
    { at: "2026-02-02T00:00:00Z", kind: "charge", amount: -7n },
  ]);
  const again = await on.issue(of, "2026-01-01", "2026-01-31");
  expect(again).toMatchObject({ id: first.id, number: first.number, repeated: true, closingMicros: 10_000_000n });
  const next = await on.issue(of, "2026-02-01", "2026-02-28");
  expect([next.openingMicros, next.closingMicros, next.lines]).toEqual([10_000_000n, 9_999_493n, 2n]);
  expect(await on.csvText(next)).toContain("2026-01-31,charge,,Told late");
});

test("numbers have no gap, also when many are issued at once and some are refused", async () => {
  const seller = await on.tenant("reseller", on.operator);
  const zone = noonZone();
  await on.sql("UPDATE tenant SET time_zone = $2 WHERE id = $1", [seller.tenantId, zone]);
  const buyers = [];
  for (let n = 0; n < 6; n += 1) buyers.push(await on.tenant("customer", seller));
  const months = [1, 2, 3, 4].map((month) => [`2026-0${month}-01`, `2026-0${month}-28`] as const);
  // The same again in the same moment, and one that is refused after others took their numbers.
  const asked = buyers.flatMap((buyer) =>
    months.flatMap(([from, to]) => [on.issue(buyer, from, to), on.issue(buyer, from, to)]),
  );
  const refused = Promise.allSettled(buyers.map((buyer) => on.issue(buyer, "2999-01-01", "2999-01-31")));
  await Promise.all(asked);
  for (const one of await refused) expect(one).toMatchObject({ status: "rejected", reason: { code: "invalid_state" } });
  const numbers = await on.sql<{ number: string }>(
    "SELECT number FROM statement WHERE seller_id = $1 ORDER BY number",
    [seller.tenantId],
  );
  const year = todayIn(zone, new Date()).slice(0, 4);
  expect(numbers.map(({ number }) => number)).toEqual(
    Array.from({ length: 24 }, (_, n) => `${year}-${String(n + 1).padStart(6, "0")}`),
  );
});

describe("tax", () => {
  test("is summed per rate, with what it was put on, and stands beside the charges", async () => {
    const of = await on.newCustomer([
      { at: "2026-01-02T00:00:00Z", kind: "top_up", amount: 100_000_000n },
      { at: "2026-01-03T00:00:00Z", kind: "charge", amount: -1_000_000n, tax: { amount: -190_000n, ppm: 190_000 } },
      { at: "2026-01-04T00:00:00Z", kind: "charge", amount: -333n, tax: { amount: -64n, ppm: 190_000 } },
      { at: "2026-01-05T00:00:00Z", kind: "charge", amount: -2_000_000n, tax: { amount: -140_000n, ppm: 70_000 } },
      { at: "2026-01-06T00:00:00Z", kind: "charge", amount: -5n },
    ]);
    await on.sql("UPDATE tenant SET tax_name = 'VAT' WHERE id = $1", [of.tenantId]);
    const statement = await on.issue(of, "2026-01-01", "2026-01-31");
    expect(statement.taxes).toEqual([
      { ppm: 70_000, name: "VAT", net: -2_000_000n, tax: -140_000n },
      { ppm: 190_000, name: "VAT", net: -1_000_333n, tax: -190_064n },
    ]);
    expect(statement.totals).toEqual([
      { kind: "charge", amount: -3_000_338n },
      { kind: "top_up", amount: 100_000_000n },
    ]);
    expect(statement.closingMicros).toBe(100_000_000n - 3_000_338n - 330_064n);
    const taxes = cellsOf(await on.csvText(statement)).filter((row) => row[5] === "tax");
    expect(taxes.map((row) => [row[9], row[10]])).toEqual([
      ["19", "-0.190000"],
      ["19", "-0.000064"],
      ["7", "-0.140000"],
    ]);
  });
});

describe("a month is one of the tenant's own calendar", () => {
  test.each([
    // Half an hour off the hour: midnight in India is 18:30 in London.
    ["Asia/Kolkata", "2026-01-31T18:29:59.999Z", "2026-01-31T18:30:00Z", "2026-01-01", "2026-01-31"],
    ["America/New_York", "2026-02-01T04:59:59.999Z", "2026-02-01T05:00:00Z", "2026-01-01", "2026-01-31"],
    // Summer time came in March, so midnight is an hour earlier.
    ["America/New_York", "2026-04-01T03:59:59.999Z", "2026-04-01T04:00:00Z", "2026-03-01", "2026-03-31"],
    ["Europe/Berlin", "2026-03-31T21:59:59.999Z", "2026-03-31T22:00:00Z", "2026-03-01", "2026-03-31"],
    // And left in November, within the month.
    ["America/New_York", "2025-12-01T04:59:59.999Z", "2025-12-01T05:00:00Z", "2025-11-01", "2025-11-30"],
  ])("%s: %s is in, %s is not", async (zone, last, first, from, to) => {
    const of = await on.newCustomer(
      [
        { at: last, kind: "top_up", amount: 1n },
        { at: first, kind: "top_up", amount: 10n },
      ],
      zone,
    );
    const statement = await on.issue(of, from, to);
    expect([statement.timeZone, statement.lines, statement.closingMicros]).toEqual([zone, 1n, 1n]);
    expect(cellsOf(await on.csvText(statement))[2]?.[3]).toBe(to);
  });

  test("a tenant that moves to another zone has no hour twice and none missing", async () => {
    const of = await on.newCustomer([{ at: "2026-01-31T20:00:00Z", kind: "top_up", amount: 1n }], "Asia/Kolkata");
    await on.issue(of, "2026-01-01", "2026-01-31");
    await on.sql("UPDATE tenant SET time_zone = 'America/New_York' WHERE id = $1", [of.tenantId]);
    const next = await on.issue(of, "2026-02-01", "2026-02-28");
    expect([next.openingMicros, next.lines, next.closingMicros]).toEqual([0n, 1n, 1n]);
  });
});

test("whatever moved, a statement adds up, and neighbours meet", async () => {
  const kinds = ["top_up", "charge", "correction", "refund", "fee"] as const;
  const move = fc.record({
    day: fc.integer({ min: 0, max: 89 }),
    kind: fc.constantFrom(...kinds),
    amount: fc.bigInt({ min: -5_000_000n, max: 5_000_000n }).filter((amount) => amount !== 0n),
    tax: fc.bigInt({ min: -1_000n, max: -1n }),
    late: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(move, { maxLength: 25 }), fc.integer({ min: 1, max: 88 }), async (moves, cut) => {
      const at = (day: number) => new Date(Date.UTC(2026, 0, 1 + day, 12)).toISOString();
      const written = moves
        .toSorted((a, b) => a.day - b.day)
        .map(({ day, kind, amount, tax, late }) => ({
          at: at(late ? Math.max(0, day - 3) : day),
          kind,
          amount,
          ...(kind === "charge" ? { tax: { amount: tax, ppm: 190_000 } } : {}),
        }));
      const of = await on.newCustomer(written);
      const day = (n: number) => at(n).slice(0, 10);
      const [before, after, whole] = [
        await on.issue(of, day(0), day(cut - 1), "range"),
        await on.issue(of, day(cut), day(92), "range"),
        await on.issue(of, day(0), day(92), "range"),
      ];
      const wallet = await on.wallet(of);
      expect(before.closingMicros).toBe(after.openingMicros);
      expect([whole.openingMicros, whole.closingMicros]).toEqual([0n, wallet.posted]);
      expect(before.lines + after.lines).toBe(whole.lines);
      for (const { openingMicros, closingMicros, totals, taxes } of [before, after, whole]) {
        const moved = [...totals.map(({ amount }) => amount), ...taxes.map(({ tax }) => tax)].reduce(
          (a, b) => a + b,
          0n,
        );
        expect(openingMicros + moved).toBe(closingMicros);
      }
    }),
    { numRuns: 12, seed: 20_260_101 },
  );
});
