import { afterAll, beforeAll, expect, test } from "vitest";

import { change } from "@/server/domain/audit/change";
import { csvOf } from "@/server/domain/statements/csv";
import { makePdf } from "@/server/domain/statements/seal";
import { kindWords } from "@/server/domain/statements/statement.rules";
import { issueStatement, previewStatement, type Statement } from "@/server/domain/statements/statements";
import { readTenant } from "@/server/infra/db/read-tenant";
import type { Tenancy } from "@/test/support/builders";
import { type Chain, makeChain } from "@/test/support/chain";
import { createDatabase, type TestDatabase } from "@/test/support/database";
import { actor, cellsOf, idOf } from "@/test/support/statement-desk";

let db: TestDatabase;
let on: Chain;
let days: { from: string; to: string };

/** What the product's own functions wrote, as if it had happened forty days ago. */
beforeAll(async () => {
  db = await createDatabase();
  on = await makeChain(db);
  await on.sql("UPDATE tenant SET tax_ppm = 190000, tax_name = 'VAT' WHERE id = $1", [on.customer.tenantId]);
  const callId = await on.talk(60_000);
  await on.talk(1_500);
  const opened = await on.as("customer").disputes.open({ tenantSlug: "acme", callId });
  await on.as("lower").disputes.credit({ tenantSlug: "lower", disputeId: opened.id, amount: "1.19" });
  await on.sql("SELECT money_pass($1, $2, 7000000, 0, 'EUR', 'payment', 'pay:1', 'Payment by card', 'test', NULL)", [
    on.customer.tenantId,
    on.operator.tenantId,
  ]);
  await on.sql("SET session_replication_role = replica");
  for (const table of ["ledger_entry", "ledger_transaction"])
    await on.sql(`UPDATE ${table} SET occurred_at = occurred_at - interval '40 days'`);
  await on.sql("RESET session_replication_role");
  const day = (ago: number) => new Date(Date.now() - ago * 86_400_000).toISOString().slice(0, 10);
  days = { from: day(42), to: day(38) };
});
afterAll(() => db.drop());

const issue = (of: Tenancy) =>
  change(db.app, { tenantId: idOf(of), actor, action: "statement.issue" }, async (tx) => {
    const period = { firstDay: days.from, lastDay: days.to, kind: "range" } as const;
    const result = await issueStatement(tx, idOf(of), period, "cli:test");
    return { subject: `statement:${result.number}`, result };
  });
const tableOf = async (of: Statement): Promise<string> => {
  const pieces: Buffer[] = [];
  for await (const piece of csvOf(db.app, of)) pieces.push(piece);
  return Buffer.concat(pieces).toString("utf8");
};
const moved = ({ totals, taxes }: Statement): bigint =>
  [...totals.map(({ amount }) => amount), ...taxes.map(({ tax }) => tax)].reduce((sum, one) => sum + one, 0n);

test("each level of a chain has what its own wallet moved, and it is what was foreseen", async () => {
  for (const of of [on.customer, on.lower, on.upper]) {
    const foreseen = await readTenant(db.app, { tenantId: idOf(of) }, (tx) => previewStatement(tx, idOf(of), days));
    const statement = await issue(of);
    const { posted } = await on.wallet(of);
    expect([statement.openingMicros, statement.closingMicros]).toEqual([0n, posted]);
    expect(moved(statement)).toBe(posted);
    const { openingMicros, chargedMicros, taxMicros, otherMicros, closingMicros, ...rest } = foreseen;
    expect([openingMicros, closingMicros]).toEqual([0n, posted]);
    expect((chargedMicros ?? 0n) + (taxMicros ?? 0n) + (otherMicros ?? 0n)).toBe(posted);
    expect(rest).toMatchObject({ lines: statement.lines, isOver: true, number: null });
  }
});

test("tax stands apart from what it was put on, of charges and of what was given back", async () => {
  const statement = await issue(on.customer);
  // Two calls of a minute, each with its own tax, rounded; 1.19 given back, of which the tax is rounded down.
  const [charged, credited] = [2n * 3_456_780n, 1_000_001n];
  expect(statement.totals).toEqual([
    { kind: "charge", amount: -charged },
    { kind: "correction", amount: credited },
    { kind: "payment", amount: 7_000_000n },
    { kind: "top_up", amount: 500_000_000n },
  ]);
  const tax = -(2n * 656_788n - 189_999n);
  expect(statement.taxes).toEqual([{ ppm: 190_000, name: "VAT", net: credited - charged, tax }]);
  const rows = cellsOf(await tableOf(statement)).map((row) => [row[4], row[5], row[9], row[10]]);
  expect(rows).toContainEqual(["correction", "", "", "1.000001"]);
  expect(rows).toContainEqual(["correction", "tax", "19", "0.189999"]);
});

test("a reseller's statement shows a payment of its customer coming and going, and no buyer's shows a seller's price", async () => {
  const [below, middle, above] = [await issue(on.customer), await issue(on.lower), await issue(on.upper)];
  const payments = cellsOf(await tableOf(middle)).filter((row) => row[4] === "payment");
  expect(payments.map((row) => row[10])).toEqual(["7.000000", "-7.000000"]);
  const prices = { customer: "3.456780", lower: "2.345679", upper: "1.234566" } as const;
  for (const [statement, own] of [
    [below, prices.customer],
    [middle, prices.lower],
    [above, prices.upper],
  ] as const) {
    const table = await tableOf(statement);
    const others = Object.values(prices).filter((price) => price !== own);
    expect(table).toContain(`-${own}`);
    for (const other of others) expect(table).not.toContain(other);
    expect((await makePdf(db.app, statement)).subarray(0, 5).toString()).toBe("%PDF-");
  }
});

test("every kind that the ledger knows has a word on a statement", async () => {
  const { told } = await on.one<{ told: string }>(
    "SELECT pg_get_constraintdef(oid) AS told FROM pg_constraint WHERE conname = 'posting_kind_check'",
  );
  const kinds = [...told.matchAll(/'([a-z_]+)'/g)].map(([, kind = ""]) => kind);
  expect(kinds).toContain("charge");
  for (const kind of kinds) expect(kindWords(kind), kind).toMatch(/^[A-Z][a-z-]+( [a-z]+)?$|^Credit moved$/);
  expect(new Set(kinds.map(kindWords)).size).toBe(kinds.length);
});
