import { percentOf } from "@/server/domain/billing/tax.schema";
import {
  BOTTOM,
  type Doc,
  ink,
  inSentence,
  LEFT,
  newDocument,
  pageText,
  put,
  RIGHT,
  ROW,
  rule,
  type Style,
  TOP,
} from "@/server/domain/statements/page";
import {
  decimalText,
  exactText,
  kindWords,
  placesOf,
  type StatementRow,
  writtenDay,
} from "@/server/domain/statements/statement.rules";
import type { Statement } from "@/server/domain/statements/statements";
import { brandColours, type Hex, type ThemeColours } from "@/server/kernel/brand-colour";
import { t } from "@/server/kernel/words";

/** Where each column of the list of movements begins or, for figures, ends. */
const at = { day: LEFT, what: LEFT + 62, callsEnd: 372, billedEnd: 440, amountEnd: RIGHT } as const;

/**
 * A statement as a document of A4 pages, in the language spoken and the seller's colour if it has one. Everything else comes from the
 * arguments: no clock, no locale, no font of the machine, and nothing is compressed, so the same statement is the same bytes on
 * every machine.
 */
export function pdfOf(statement: Statement, rows: readonly StatementRow[], colour?: Hex): Promise<Buffer> {
  const { number, seller, issuedAt } = statement;
  const { doc, bytes } = newDocument({ title: t("Statement {number}", { number }), author: seller.name, at: issuedAt });
  const below = head(doc, statement, colour === undefined ? undefined : brandColours(colour).light);
  const after = summary(doc, statement, below + 26);
  movements(doc, statement, rows, after + 28);
  feet(doc, statement);
  doc.end();
  return bytes;
}

/** Who sells, to whom, and which document this is. Returns where it ends. */
function head(doc: Doc, statement: Statement, brand: ThemeColours | undefined): number {
  const { seller, buyer, number, issuedDay, firstDay, lastDay, timeZone, currency } = statement;
  if (brand) doc.rect(LEFT, TOP - 14, RIGHT - LEFT, 3).fill(brand.mark);
  put(doc, seller.name, LEFT, TOP, { size: 15, bold: true, color: brand?.accent ?? ink.strong, width: 290 });
  const sellerEnd = lines(doc, linesOfParty(seller), LEFT, TOP + 24, { color: ink.soft, size: 8.5, width: 290 });
  put(doc, t("Account statement"), RIGHT, TOP + 1, { size: 12, color: ink.soft, end: true, width: 190 });
  put(doc, number, RIGHT, TOP + 18, { size: 12, bold: true, color: ink.strong, end: true });
  const y = Math.max(sellerEnd, TOP + 48) + 22;
  rule(doc, y - 10);
  put(doc, t("For"), LEFT, y, { color: ink.soft, size: 8.5 });
  put(doc, buyer.name, LEFT, y + 13, { size: 11, bold: true, color: ink.strong, width: 270 });
  const buyerEnd = lines(doc, linesOfParty(buyer), LEFT, y + 29, { width: 270 });
  const facts = [
    [t("Period"), t("{from} to {to}", { from: writtenDay(firstDay), to: writtenDay(lastDay) })],
    [t("Time zone"), timeZone],
    [t("Issued"), writtenDay(issuedDay)],
    [t("Currency"), currency],
  ] as const;
  facts.forEach(([label, value], n) => {
    const taken = put(doc, label, 350, y + 13 + n * 14, { color: ink.soft });
    put(doc, value, RIGHT, y + 13 + n * 14, { end: true, width: Math.min(140, RIGHT - 350 - taken - 6) });
  });
  return Math.max(buyerEnd, y + 13 + facts.length * 14);
}

const linesOfParty = ({ address, vatId }: Statement["seller"]): string[] => [
  ...address.split("\n").filter((line) => line !== ""),
  ...(vatId ? [t("VAT ID {id}", { id: vatId })] : []),
];

function lines(doc: Doc, texts: readonly string[], x: number, y: number, style: Style): number {
  texts.forEach((text, n) => {
    put(doc, text, x, y + n * 12.5, style);
  });
  return y + texts.length * 12.5;
}

/** Opening, what was added and taken, closing. Returns where it ends. */
function summary(doc: Doc, statement: Statement, top: number): number {
  const { totals, taxes, openingMicros, closingMicros, decimals, currency } = statement;
  const sums = [
    ...totals.map(({ kind, amount }) => [kindWords(kind), amount] as const),
    ...taxes.map(({ ppm, name, net, tax }) => {
      return [taxOn(inSentence(name || t("Tax")), ppm, exactText(-net, decimals)), tax] as const;
    }),
  ];
  const places = placesOf([openingMicros, closingMicros, ...sums.map(([, amount]) => amount)], decimals);
  let y = top;
  const end = RIGHT - 38;
  const line = (label: string, amount: bigint, bold: boolean) => {
    if (bold) doc.rect(LEFT, y - 5, RIGHT - LEFT, 21).fill(ink.band);
    const style = { bold, size: 10, color: bold ? ink.strong : ink.plain };
    put(doc, label, LEFT + 8, y, style);
    put(doc, exactText(amount, places), end, y, { ...style, end: true });
    if (bold) put(doc, currency, RIGHT - 8, y, { ...style, bold: false, color: ink.soft, end: true });
    y += bold ? 23 : 17;
  };
  line(t("Opening balance"), openingMicros, true);
  for (const [label, amount] of sums) line(label, amount, false);
  if (sums.length === 0) {
    put(doc, t("Nothing moved in this period."), LEFT + 8, y, { color: ink.soft });
    y += 17;
  }
  y += 4;
  line(t("Closing balance"), closingMicros, true);
  return y - 8;
}

const taxOn = (tax: string, ppm: number | null, amount: string): string =>
  ppm === null
    ? t("{tax} on {amount}", { tax, amount })
    : t("{tax} {rate} % on {amount}", { tax, rate: decimalText(percentOf(ppm)), amount });

function movements(doc: Doc, statement: Statement, rows: readonly StatementRow[], top: number): void {
  if (rows.length === 0) return;
  const sum = rows.reduce((total, row) => total + row.amountMicros, 0n);
  const places = placesOf([sum, ...rows.map((row) => row.amountMicros)], statement.decimals);
  let y = tableHead(doc, statement, t("Movements"), top);
  for (const row of rows) {
    if (y + ROW > BOTTOM) {
      doc.addPage();
      y = tableHead(doc, statement, t("Movements, continued"), TOP);
    }
    put(doc, writtenDay(row.day), at.day, y, { color: ink.soft });
    put(doc, row.what, at.what, y, { width: row.calls === "" ? 320 : 210 });
    put(doc, row.calls, at.callsEnd, y, { end: true });
    put(doc, row.billed, at.billedEnd, y, { end: true });
    put(doc, exactText(row.amountMicros, places), at.amountEnd, y, { end: true });
    y += ROW;
    rule(doc, y - 3.5);
  }
  const notes = notesOn(statement, rows);
  if (y + 28 + notes.length * 12.5 > BOTTOM) {
    doc.addPage();
    y = TOP;
  }
  put(doc, t("Sum of movements"), at.what, y + 5, { bold: true, color: ink.strong });
  put(doc, exactText(sum, places), at.amountEnd, y + 5, { bold: true, color: ink.strong, end: true });
  lines(doc, notes, LEFT, y + 28, { color: ink.soft, size: 8.5 });
}

function notesOn({ firstDay }: Statement, rows: readonly StatementRow[]): string[] {
  const hasCalls = rows.some(({ calls }) => calls !== "");
  const isLate = rows.some(({ day }) => day < firstDay);
  return [
    ...(hasCalls
      ? [t("Calls are summed by day and destination. The table of this statement (CSV) lists each one.")]
      : []),
    ...(isLate ? [t("Days before the period: what became known after the statement of that time was issued.")] : []),
  ];
}

function tableHead(doc: Doc, { currency }: Statement, title: string, top: number): number {
  put(doc, title, LEFT, top, { size: 11, bold: true, color: ink.strong });
  const y = top + 22;
  const style = { color: ink.soft, size: 8.5 };
  put(doc, t("Day"), at.day, y, style);
  put(doc, t("Description"), at.what, y, style);
  put(doc, t("Calls"), at.callsEnd, y, { ...style, end: true });
  put(doc, t("Charged time"), at.billedEnd, y, { ...style, end: true });
  put(doc, t("Amount, {currency}", { currency }), at.amountEnd, y, { ...style, end: true });
  rule(doc, y + 13, ink.soft);
  return y + 19;
}

function feet(doc: Doc, { seller, number }: Statement): void {
  const { start, count } = doc.bufferedPageRange();
  for (let page = 0; page < count; page += 1) {
    doc.switchToPage(start + page);
    rule(doc, 792);
    const named = t("{seller} \u00b7 Statement {number}", { seller: inSentence(seller.name), number });
    put(doc, named, LEFT, 799, { size: 8, color: ink.soft, width: 380 });
    put(doc, pageText(page + 1, count), RIGHT, 799, { size: 8, color: ink.soft, end: true });
  }
}
