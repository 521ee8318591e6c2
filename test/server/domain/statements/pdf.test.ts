import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";

import { pdfOf } from "@/server/domain/statements/pdf";
import type { StatementRow } from "@/server/domain/statements/statement.rules";
import type { Statement } from "@/server/domain/statements/statements";
import { inLanguage } from "@/server/infra/words/speaking";
import type { TenantId } from "@/server/kernel/ids";
import type { Language } from "@/server/kernel/languages";
import { pdfLines } from "@/test/support/pdf-text";

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
  language: "en",
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

describe("in the language of whom it is for", () => {
  const large = { ...statement, openingMicros: 1_234_500_000n, closingMicros: 1_234_485_125n };
  const rows = [
    row("2026-02-27", -12_500n),
    ...Array.from({ length: 60 }, () => row("2026-03-02", 0n)),
    row("2026-03-31", -2_375n),
  ];
  const linesIn = async (language: Language) =>
    pdfLines(await inLanguage(language, () => pdfOf({ ...large, language }, rows)));
  /** Heads, sums, the table's head and its end, notes, foot: every sentence of ours, with days and amounts. */
  const words: Readonly<Record<Exclude<Language, "ar">, readonly string[]>> = {
    en: [
      ...["Account statement", "2026-03-01 to 2026-03-31", "Issued", "2026-04-01", "Opening balance1,234.500000EUR"],
      ...["VAT 19 % on 0.0125−0.002375", "Closing balance", "Movements, continued", "Charged timeAmount, EUR"],
      ...["2026-02-27Calls, DE", "Sum of movements", "Calls are summed", "Days before the period", "Page 1 of 2"],
    ],
    de: [
      ...["Kontoauszug", "01.03.2026 bis 31.03.2026", "Ausgestellt", "01.04.2026", "Anfangsstand1.234,500000EUR"],
      ...["VAT 19 % auf 0,0125−0,002375", "Endstand", "Bewegungen, Fortsetzung", "Abgebuchte ZeitBetrag, EUR"],
      ...[
        "27.02.2026Calls, DE",
        "Summe der Bewegungen",
        "Anrufe sind je Tag",
        "Tage vor dem Zeitraum",
        "Seite 1 von 2",
      ],
    ],
    es: [
      ...["Extracto de cuenta", "01/03/2026 – 31/03/2026", "Emitido", "01/04/2026", "Saldo inicial1234,500000EUR"],
      ...["VAT 19 % sobre 0,0125−0,002375", "Saldo final", "Movimientos, continuación", "Tiempo cobradoImporte"],
      ...["27/02/2026Calls, DE", "Suma de movimientos", "Las llamadas se suman", "Días anteriores", "Página 1 de 2"],
    ],
    fr: [
      ...["Relevé de compte", "01/03/2026 – 31/03/2026", "Émis le", "01/04/2026", "Solde initial1 234,500000EUR"],
      ...["VAT 19 % sur 0,0125−0,002375", "Solde final", "Mouvements, suite", "Durée débitéeMontant, EUR"],
      ...["27/02/2026Calls, DE", "Somme des mouvements", "Les appels sont additionnés", "Jours avant", "Page 1 sur 2"],
    ],
    pt: [
      ...["Extrato da conta", "01/03/2026 – 31/03/2026", "Emitido", "01/04/2026", "Saldo inicial1.234,500000EUR"],
      ...["VAT 19 % sobre 0,0125−0,002375", "Saldo final", "Movimentos, continuação", "Tempo cobradoValor, EUR"],
      ...["27/02/2026Calls, DE", "Soma dos movimentos", "As chamadas são somadas", "Dias antes", "Página 1 de 2"],
    ],
  };

  test.each(["en", "de", "es", "fr", "pt"] as const)(
    "%s: its words, days and figures, none cut short",
    async (language) => {
      const text = (await linesIn(language)).map(({ ltr }) => ltr).join("\n");
      for (const said of words[language]) expect(text).toContain(said);
      expect(text).not.toContain("…");
    },
  );

  test("Arabic is read from the right: its words in order, its figures as everywhere, the page turned round", async () => {
    const lines = await linesIn("ar");
    const text = lines.map(({ rtl }) => rtl).join("\n");
    expect(text).not.toContain("…");
    const order = [
      "كشف حساب",
      "الفترة",
      "تاريخ الإصدار",
      "الرصيد الافتتاحي",
      "الرصيد الختامي",
      "الحركات",
      "مجموع الحركات",
    ];
    for (const said of order) expect(text).toContain(said);
    const where = (said: string) => lines.find(({ ltr, rtl }) => rtl.includes(said) || ltr.includes(said))?.x ?? 0;
    // Where the page begins there is a label, and where it ends its amount; figures stand as they are read, from the left.
    expect(where("الرصيد الافتتاحي")).toBeGreaterThan(400);
    expect(where("1,234.500000")).toBeLessThan(150);
    expect(where("مجموع الحركات")).toBeGreaterThan(where("−0.014875"));
    // Within a sentence the words go from the right and the values in them from the left.
    const period = lines.find(({ ltr }) => ltr.includes("01/03/2026"))?.ltr;
    expect(period).toMatch(/^31\/03\/2026 .* 01\/03\/2026$/);
    const tax = lines.find(({ ltr }) => ltr.includes("VAT"))?.ltr ?? "";
    expect([tax.indexOf("0.0125") < tax.indexOf("19"), tax.indexOf("19") < tax.indexOf("VAT")]).toEqual([true, true]);
  });
});
