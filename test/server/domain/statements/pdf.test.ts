import { createHash } from "node:crypto";
import { expect, test } from "vitest";

import { pdfOf } from "@/server/domain/statements/pdf";
import type { StatementRow } from "@/server/domain/statements/statement.rules";
import type { Statement } from "@/server/domain/statements/statements";
import type { TenantId } from "@/server/kernel/ids";

const party = (name: string, address = "", vatId = "") => ({ name, address, vatId });
const statement: Statement = {
  id: "5b1f9b5e-0000-4000-8000-000000000001",
  tenantId: "5b1f9b5e-0000-4000-8000-000000000002" as TenantId,
  number: "2026-000123",
  kind: "month",
  firstDay: "2026-03-01",
  lastDay: "2026-03-31",
  timeZone: "Europe/Berlin",
  issuedDay: "2026-04-01",
  issuedAt: new Date("2026-03-31T23:10:00Z"),
  periodEnd: new Date("2026-03-31T22:00:00Z"),
  currency: "EUR",
  decimals: 2,
  seller: party("Hansa Telefon", "Speicher 12\n20457 Hamburg", "DE123456789"),
  buyer: party("Żółw & Söhne", "Am Kai 1"),
  buyerSlug: "zolw",
  openingMicros: 12_000_000n,
  closingMicros: 11_985_125n,
  firstSeq: 1n,
  lines: 2n,
  totals: [{ kind: "charge", amount: -12_500n }],
  taxes: [{ ppm: 190_000, name: "VAT", net: -12_500n, tax: -2_375n }],
  seal: null,
};
const row = (day: string, amountMicros: bigint): StatementRow => ({
  day,
  what: "Calls, DE +49",
  calls: "1",
  billed: "1:00",
  amountMicros,
});
const pagesOf = (pdf: Buffer) => pdf.toString("latin1").match(/\/Type \/Page\b/g)?.length;

test("the same statement is the same document, now and with the next version of what draws it", async () => {
  const pdf = await pdfOf(statement, [row("2026-02-27", -12_500n), row("2026-03-02", -2_375n)]);
  // Documents that were issued are kept. A new sum here means that those to come will look different: intend it.
  expect(createHash("sha256").update(pdf).digest("hex")).toMatchInlineSnapshot(
    `"568425eed19d18f1703a01f5b1cfdea29e2de11a31ee605884a65b27cd473972"`,
  );
});

test("it says nothing but what was issued: no time of making, no other program's name", async () => {
  const text = (await pdfOf(statement, [])).toString("latin1");
  expect(text).toContain("(D:20260331231000Z)");
  expect(text.match(/D:\d{14}/g)).toHaveLength(1);
});

test("many rows become many pages, each with its head and foot, whatever stands in them", async () => {
  const nasty = { ...row("2026-03-02", -1n), what: "\u0000(\\) \u{1f600} ".repeat(80) };
  const rows = [...Array.from({ length: 200 }, (_, n) => row("2026-03-01", -BigInt(n + 1))), nasty];
  expect(pagesOf(await pdfOf(statement, rows))).toBe(6);
  expect(pagesOf(await pdfOf(statement, []))).toBe(1);
});

test("names of any script are drawn by fonts of our own, the same bytes each time, and what no font has harms nothing", async () => {
  const names = [
    "Ελληνικά",
    "Москва",
    "北京电信有限公司",
    "שלום (עולם)",
    "شركة الاتصالات",
    "한국 \u{1f600}",
    "\ud83d\u0301\u202e",
  ];
  const rows = names.map((what) => ({ ...row("2026-03-02", -1n), what: what.repeat(6) }));
  const buyer = party("شركة الاتصالات (الشرق)", "شارع ١٢");
  const pdf = await pdfOf({ ...statement, buyer, seller: party("Ωμέγα ΑΕ") }, rows);
  expect(await pdfOf({ ...statement, buyer, seller: party("Ωμέγα ΑΕ") }, rows)).toEqual(pdf);
  const fonts = pdf.toString("latin1").match(/\/FontName \/\S+/g);
  expect(new Set(fonts?.map((font) => font.split("+")[1]))).toEqual(
    new Set(
      ["Geist-Regular", "NotoSans-Regular", "NotoSans-SemiBold", "NotoNaskhArabic", "NotoNaskhArabic-Bold"].concat(
        ...["NotoSansHans-Regular", "NotoSansHebrew"],
      ),
    ),
  );
  expect(pdf.length).toBeLessThan(300_000);
});
