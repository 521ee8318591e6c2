import { createHash } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";

import { statementFile } from "@/server/api/statement-file";
import { sealStatement } from "@/server/domain/statements/seal";
import type { Tenancy } from "@/test/support/builders";
import { contextFor } from "@/test/support/caller";
import { createDatabase, type TestDatabase } from "@/test/support/database";
import { pastMovements } from "@/test/support/past-movements";
import { actor, dayIn, eventful, idOf, statementDesk } from "@/test/support/statement-desk";

let db: TestDatabase;
let on: Awaited<ReturnType<typeof statementDesk>>;
let acme: Tenancy;
beforeAll(async () => {
  db = await createDatabase();
  on = await statementDesk(db);
  acme = on.customer;
  await pastMovements(on, acme)(eventful);
});
afterAll(() => db.drop());

const mine = { tenantSlug: "acme" };
const days = { from: "2026-01-01", to: "2026-01-31" };
const asked = (number: string, format: string, userId: string | undefined, tenantSlug = "acme") =>
  statementFile(contextFor(db.app, userId), { tenantSlug, number, format });

test("a statement is made on request, listed with its sums, and given out as the two files", async () => {
  const made = await on.as("customer").statements.create({ ...mine, days });
  expect(made).toMatchObject({
    repeated: false,
    ready: false,
    openingMicros: 0n,
    chargedMicros: -25_000n,
    taxMicros: -2_375n,
  });
  expect((await asked(made.number, "pdf", on.owners.customer)).status).toBe(412);
  await sealStatement(db.app, { tenantId: idOf(acme), actor }, made.id);
  const { items } = await on.as("customer").statements.list(mine);
  expect(items).toMatchObject([
    { number: made.number, ready: true, otherMicros: 100_012_500n, closingMicros: made.closingMicros },
  ]);
  expect((await on.as("customer").statements.create({ ...mine, days })).repeated).toBe(true);

  const [seal] = await on.sql<{ csv: Buffer; pdf: Buffer }>(
    "SELECT csv_sha256 AS csv, pdf_sha256 AS pdf FROM statement_seal",
  );
  for (const format of ["pdf", "csv"] as const) {
    const answer = await asked(made.number, format, on.owners.customer);
    const body = Buffer.from(await answer.arrayBuffer());
    expect(answer.status).toBe(200);
    expect(answer.headers.get("content-length")).toBe(String(body.length));
    expect(answer.headers.get("content-disposition")).toBe(`attachment; filename="statement-${made.number}.${format}"`);
    expect(answer.headers.get("cache-control")).toContain("no-store");
    expect(createHash("sha256").update(body).digest("hex")).toBe(seal?.[format].toString("hex"));
  }
});

test("a file is for whoever may read that tenant's balance, and for nobody else", async () => {
  const [{ number } = { number: "" }] = (await on.as("customer").statements.list(mine)).items;
  const outsider = await on.person(await on.tenant("customer", on.operator));
  const sibling = await on.person(await on.tenant("customer", on.reseller));
  const status = async (...args: Parameters<typeof asked>) => (await asked(...args)).status;
  expect(await status(number, "pdf", undefined)).toBe(401);
  for (const stranger of [outsider, sibling]) expect(await status(number, "pdf", stranger)).toBe(404);
  // A seat above reaches it at its own tenant, and nothing at the one above.
  expect(await status(number, "pdf", on.owners.reseller)).toBe(200);
  expect(await status(number, "pdf", on.owners.reseller, "reseller")).toBe(404);
  expect(await status(number, "pdf", on.owners.customer, "reseller")).toBe(404);
  expect(await status("2026-999999", "pdf", on.owners.customer)).toBe(404);
  for (const format of ["exe", "PDF", "../pdf", ""]) expect(await status(number, format, on.owners.customer)).toBe(404);
  for (const wrong of ["' OR 1=1", "2026-1", "../2026-000001"])
    expect(await status(wrong, "pdf", on.owners.customer)).toBe(404);
});

test("it is sent again to owners and billing seats, and to nobody where there are none", async () => {
  const [{ id } = { id: "" }] = (await on.as("customer").statements.list(mine)).items;
  await on.person(acme, "billing");
  expect(await on.as("customer").statements.sendAgain({ ...mine, statementId: id })).toEqual({
    mailed: 2,
    goesOut: false,
  });
  // A second press a moment later writes to nobody again.
  await expect(on.as("customer").statements.sendAgain({ ...mine, statementId: id })).rejects.toMatchObject({
    message: "invalid_state",
  });
  const queued = await on.sql("SELECT FROM mail WHERE tenant_id = $1 AND attachment_type = 'application/pdf'", [
    acme.tenantId,
  ]);
  expect(queued).toHaveLength(2);
  const nobody = await on.newCustomer(eventful);
  const statement = await on.issue(nobody, "2026-01-01", "2026-01-31");
  await sealStatement(db.app, { tenantId: idOf(nobody), actor }, statement.id);
  const again = on.as("reseller").statements.sendAgain({ tenantSlug: nobody.slug, statementId: statement.id });
  await expect(again).rejects.toMatchObject({ message: "invalid_state" });
});

test("address and VAT ID stand on statements to come, as seller and as buyer, and those issued keep theirs", async () => {
  const details = { address: "Quay 1\n20457 Hamburg", vatId: "DE123456789" };
  await on.as("customer").statements.setDetails({ ...mine, ...details });
  await on.as("reseller").statements.setDetails({ tenantSlug: "reseller", address: "  Tower 9\r\nBerlin ", vatId: "" });
  expect(await on.as("customer").statements.details(mine)).toEqual(details);
  const made = await on.as("customer").statements.create({ ...mine, days: { from: "2026-01-01", to: "2026-01-30" } });
  const rows = await on.sql<{ number: string; buyer_address: string; buyer_vat_id: string; seller_address: string }>(
    "SELECT number, buyer_address, buyer_vat_id, seller_address FROM statement WHERE tenant_id = $1 ORDER BY number",
    [acme.tenantId],
  );
  expect(
    rows.map(({ buyer_address, buyer_vat_id, seller_address }) => [buyer_address, buyer_vat_id, seller_address]),
  ).toEqual([
    ["", "", ""],
    [details.address, details.vatId, "Tower 9\nBerlin"],
  ]);
  expect(rows.at(-1)?.number).toBe(made.number);
  for (const bad of [
    { address: "a\u0000", vatId: "" },
    { address: "x\n".repeat(20), vatId: "" },
    { address: "", vatId: "1\n2" },
  ]) {
    await expect(on.as("customer").statements.setDetails({ ...mine, ...bad })).rejects.toMatchObject({
      message: "invalid_input",
    });
  }
});

test("days that are none, the wrong way round or too many are refused with the field that is wrong", async () => {
  for (const wrong of [
    { from: "2026-02-30", to: "2026-03-01" },
    { from: "2026-03-02", to: "2026-03-01" },
    { from: "2024-01-01", to: "2026-03-01" },
    { from: "yesterday", to: "today" },
  ]) {
    await expect(on.as("customer").statements.create({ ...mine, days: wrong })).rejects.toMatchObject({
      message: "invalid_input",
    });
  }
});

test("a preview says what would be issued, of days that are not over too, and issues nothing", async () => {
  const of = await on.newCustomer(eventful);
  const owner = await on.person(of);
  const asOwner = on.as({ userId: owner }).statements;
  const january = await asOwner.preview({ tenantSlug: of.slug, days });
  expect(january).toMatchObject({
    openingMicros: 0n,
    chargedMicros: -25_000n,
    taxMicros: -2_375n,
    isOver: true,
    number: null,
  });
  expect(january.otherMicros).toBe(100_012_500n);
  await pastMovements(on, of)([{ at: `${dayIn(-1)}T12:00:00Z`, kind: "fee", amount: -7n }]);
  const soFar = await asOwner.preview({ tenantSlug: of.slug, days: { from: dayIn(-2), to: dayIn(1) } });
  expect(soFar).toMatchObject({ openingMicros: 99_985_125n, lines: 1n, otherMicros: -7n, isOver: false });
  const month = await asOwner.preview({ tenantSlug: of.slug });
  expect([month.firstDay.slice(7), month.firstDay <= dayIn(0), month.lastDay >= dayIn(0)]).toEqual(["-01", true, true]);
  expect((await asOwner.list({ tenantSlug: of.slug })).items).toEqual([]);
  const { number, closingMicros } = await asOwner.create({ tenantSlug: of.slug, days });
  expect(await asOwner.preview({ tenantSlug: of.slug, days })).toMatchObject({ number, closingMicros });
  await expect(on.as("operator").statements.preview({ tenantSlug: "operator", days })).rejects.toMatchObject({
    message: "invalid_state",
  });
});

test("the list is of one's own, or of those one gave, by kind, year and name, a page at a time", async () => {
  const seller = await on.tenant("reseller", on.operator);
  const buyer = await on.tenant("customer", seller);
  await on.sql("UPDATE tenant SET name = 'Fifty% Ltd' WHERE id = $1", [buyer.tenantId]);
  const asSeller = on.as({ userId: await on.person(seller) }).statements;
  const asBuyer = on.as({ userId: await on.person(buyer) }).statements;
  for (const [from, to, kind] of [
    ["2025-11-01", "2025-11-30", "month"],
    ["2025-12-01", "2025-12-31", "month"],
    ["2026-01-01", "2026-01-31", "month"],
    ["2026-01-03", "2026-01-05", "range"],
  ] as const)
    await on.issue(buyer, from, to, kind);
  await on.issue(seller, "2026-01-01", "2026-01-31");
  const firsts = async (ask: typeof asSeller, input: object, slug: string) =>
    (await ask.list({ tenantSlug: slug, ...input })).items.map(({ firstDay }) => firstDay);
  const [sold, own] = [{ side: "sold" }, { side: "own" }] as const;
  expect(await firsts(asSeller, own, seller.slug)).toEqual(["2026-01-01"]);
  expect(await firsts(asSeller, sold, seller.slug)).toEqual(["2026-01-01", "2026-01-03", "2025-12-01", "2025-11-01"]);
  expect(await firsts(asBuyer, sold, buyer.slug)).toEqual([]);
  // The operator sold to the seller, not to the seller's customer.
  const { items } = await on.as("operator").statements.list({ tenantSlug: "operator", side: "sold", year: 2026 });
  expect(items.map(({ buyerSlug }) => buyerSlug)).toEqual([seller.slug]);
  expect(await firsts(asBuyer, { kind: "range" }, buyer.slug)).toEqual(["2026-01-03"]);
  expect(await firsts(asBuyer, { year: 2025 }, buyer.slug)).toEqual(["2025-12-01", "2025-11-01"]);
  expect(await firsts(asSeller, { ...sold, text: "y% l", limit: 1 }, seller.slug)).toEqual(["2026-01-01"]);
  expect(await firsts(asSeller, { ...sold, text: "f_fty" }, seller.slug)).toEqual([]);
  const first = await asSeller.list({ tenantSlug: seller.slug, side: "sold", limit: 3 });
  expect(first.items).toHaveLength(3);
  expect(first.years).toEqual([2026, 2025]);
  const rest = { ...sold, limit: 3, ...(first.nextCursor ? { cursor: first.nextCursor } : {}) };
  expect(await firsts(asSeller, rest, seller.slug)).toEqual(["2025-11-01"]);
});
