import { type Cell, momentsIn, type Row } from "@/server/domain/exports/cells.rules";
import { exportWords } from "@/server/domain/exports/export.schema";
import type { ExportRow } from "@/server/domain/exports/exports";
import type { TenantFacts } from "@/server/domain/exports/tenant-facts";
import { BOTTOM, type Doc, ink, LEFT, newDocument, put, RIGHT, ROW, rule, TOP } from "@/server/domain/statements/page";
import { clockText, exactText, placesOf } from "@/server/domain/statements/statement.rules";
import { decimalsOf } from "@/server/kernel/money";

type Head = TenantFacts & Readonly<{ file: ExportRow }>;

/** Where each column begins or, for figures, ends. */
const at = { when: LEFT, from: LEFT + 112, to: LEFT + 190, outcome: 358, talkEnd: 456, costEnd: RIGHT } as const;

const places: ReadonlyMap<string, number> = new Map(exportWords.calls.columns.map(({ key }, place) => [key, place]));
const cellOf = (row: Row, key: string): Cell => row[places.get(key) ?? -1] ?? null;
const textOf = (row: Row, key: string): string => String(cellOf(row, key) ?? "");
const costOf = (row: Row): bigint => BigInt(textOf(row, "cost") || "0");

/**
 * Calls of a period as a document of A4 pages: what each was, how long it was charged for and what it cost, with the sums. The
 * same rows are the same bytes.
 * @param rows with all columns of a file of calls.
 */
export function callDocument(rows: readonly Row[], head: Head): Promise<Buffer> {
  const { name, file } = head;
  const { doc, bytes } = newDocument({ title: "Call statement", author: name, at: file.asOf });
  const cost = rows.reduce((sum, row) => sum + costOf(row), 0n);
  const decimals = placesOf([cost, ...rows.map(costOf)], decimalsOf(head.currency));
  let y = tableHead(doc, head, summary(doc, head, rows, exactText(cost, decimals)) + 20);
  const moments = momentsIn(file.style.timeZone);
  for (const row of rows) {
    if (y + ROW > BOTTOM) {
      doc.addPage();
      y = tableHead(doc, head, TOP);
    }
    const when = moments(Number(cellOf(row, "started_at")));
    put(doc, `${when.slice(0, 10)} ${when.slice(11, 19)}`, at.when, y, { color: ink.soft });
    const incoming = textOf(row, "direction") === "in";
    put(doc, incoming ? textOf(row, "caller") || "not told" : textOf(row, "extension"), at.from, y, { width: 74 });
    put(doc, incoming ? textOf(row, "extension") : textOf(row, "number") || textOf(row, "dialled"), at.to, y, {
      width: 160,
    });
    put(doc, textOf(row, "outcome").replaceAll("_", " "), at.outcome, y, { width: 56 });
    put(doc, clockText(Number(cellOf(row, "billed_seconds") ?? 0)), at.talkEnd, y, { end: true });
    put(doc, exactText(costOf(row), decimals), at.costEnd, y, { end: true });
    y += ROW;
    rule(doc, y - 3.5);
  }
  feet(doc, name);
  doc.end();
  return bytes;
}

/** Whose calls these are, of which days, and what they come to. Returns where it ends. */
function summary(doc: Doc, { name, currency, file }: Head, rows: readonly Row[], cost: string): number {
  put(doc, name, LEFT, TOP, { size: 15, bold: true, color: ink.strong, width: 290 });
  put(doc, "Call statement", RIGHT, TOP + 1, { size: 12, color: ink.soft, end: true });
  const { from, to } = file.filter as { from?: string; to?: string };
  const billed = rows.reduce((sum, row) => sum + Number(cellOf(row, "billed_seconds") ?? 0), 0);
  const facts = [
    ["Period", from || to ? `${from ?? "the beginning"} to ${to ?? "now"}` : "All calls"],
    ["As of", momentsIn(file.style.timeZone)(file.asOf.getTime())],
    ["Time zone", file.style.timeZone],
    ["Calls", String(rows.length)],
    ["Charged time", clockText(billed)],
    ["Cost without tax", `${cost} ${currency}`],
  ] as const;
  facts.forEach(([label, value], n) => {
    put(doc, label, LEFT, TOP + 34 + n * 15, { color: ink.soft });
    put(doc, value, LEFT + 112, TOP + 34 + n * 15, { width: 300, bold: n === facts.length - 1 });
  });
  return TOP + 34 + facts.length * 15;
}

function tableHead(doc: Doc, { currency }: Head, top: number): number {
  const style = { color: ink.soft, size: 8.5 };
  put(doc, "Began", at.when, top, style);
  put(doc, "From", at.from, top, style);
  put(doc, "To", at.to, top, style);
  put(doc, "Outcome", at.outcome, top, style);
  put(doc, "Charged", at.talkEnd, top, { ...style, end: true });
  put(doc, `Cost, ${currency}`, at.costEnd, top, { ...style, end: true });
  rule(doc, top + 13, ink.soft);
  return top + 19;
}

function feet(doc: Doc, name: string): void {
  const { start, count } = doc.bufferedPageRange();
  for (let page = 0; page < count; page += 1) {
    doc.switchToPage(start + page);
    rule(doc, 792);
    put(doc, `${name} \u00b7 Call statement`, LEFT, 799, { size: 8, color: ink.soft, width: 380 });
    put(doc, `Page ${page + 1} of ${count}`, RIGHT, 799, { size: 8, color: ink.soft, end: true });
  }
}
