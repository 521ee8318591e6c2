import { outcomeWords } from "@/server/domain/calls/outcome-kinds.schema";
import { type Cell, momentsIn, type Row } from "@/server/domain/exports/cells.rules";
import { exportWords } from "@/server/domain/exports/export.schema";
import type { ExportRow } from "@/server/domain/exports/exports";
import type { TenantFacts } from "@/server/domain/exports/tenant-facts";
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
  TOP,
} from "@/server/domain/statements/page";
import { clockText, exactText, isDay, placesOf, writtenDay } from "@/server/domain/statements/statement.rules";
import { decimalsOf } from "@/server/kernel/money";
import { say, t } from "@/server/kernel/words";

type Head = TenantFacts & Readonly<{ file: ExportRow }>;

/** Where each column begins or, for figures, ends. */
const at = { when: LEFT, from: LEFT + 112, to: LEFT + 190, outcome: 336, talkEnd: 456, costEnd: RIGHT } as const;

const places: ReadonlyMap<string, number> = new Map(exportWords.calls.columns.map(({ key }, place) => [key, place]));
const cellOf = (row: Row, key: string): Cell => row[places.get(key) ?? -1] ?? null;
const textOf = (row: Row, key: string): string => String(cellOf(row, key) ?? "");
const costOf = (row: Row): bigint => BigInt(textOf(row, "cost") || "0");

const outcomeText = (outcome: string): string => {
  const known = outcomeWords[outcome];
  return known ? say(known) : outcome.replaceAll("_", " ");
};

/** A moment as it is stored in files, as a document writes it. */
const momentText = (moment: string): string => `${writtenDay(moment.slice(0, 10))} ${moment.slice(11, 19)}`;

/**
 * Calls of a period as a document of A4 pages, in the language spoken: what each was, how long it was charged for and what it cost,
 * with the sums. The same rows are the same bytes.
 * @param rows with all columns of a file of calls.
 */
export function callDocument(rows: readonly Row[], head: Head): Promise<Buffer> {
  const { name, file } = head;
  const { doc, bytes } = newDocument({ title: t("Call statement"), author: name, at: file.asOf });
  const cost = rows.reduce((sum, row) => sum + costOf(row), 0n);
  const decimals = placesOf([cost, ...rows.map(costOf)], decimalsOf(head.currency));
  let y = tableHead(doc, head, summary(doc, head, rows, exactText(cost, decimals)) + 20);
  const moments = momentsIn(file.style.timeZone);
  for (const row of rows) {
    if (y + ROW > BOTTOM) {
      doc.addPage();
      y = tableHead(doc, head, TOP);
    }
    put(doc, momentText(moments(Number(cellOf(row, "started_at")))), at.when, y, { color: ink.soft });
    const incoming = textOf(row, "direction") === "in";
    put(doc, incoming ? textOf(row, "caller") || t("not told") : textOf(row, "extension"), at.from, y, { width: 74 });
    put(doc, incoming ? textOf(row, "extension") : textOf(row, "number") || textOf(row, "dialled"), at.to, y, {
      width: 86,
    });
    put(doc, outcomeText(textOf(row, "outcome")), at.outcome, y, { width: 76 });
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
  put(doc, t("Call statement"), RIGHT, TOP + 1, { size: 12, color: ink.soft, end: true });
  const { from, to } = file.filter as { from?: string; to?: string };
  const billed = rows.reduce((sum, row) => sum + Number(cellOf(row, "billed_seconds") ?? 0), 0);
  const facts = [
    [t("Period"), periodText(from, to)],
    [t("As of"), asOfText(momentsIn(file.style.timeZone)(file.asOf.getTime()))],
    [t("Time zone"), file.style.timeZone],
    [t("Calls"), String(rows.length)],
    [t("Charged time"), clockText(billed)],
    [t("Cost without tax"), `${cost} ${currency}`],
  ] as const;
  facts.forEach(([label, value], n) => {
    put(doc, label, LEFT, TOP + 34 + n * 15, { color: ink.soft });
    put(doc, value, LEFT + 112, TOP + 34 + n * 15, { width: 300, bold: n === facts.length - 1 });
  });
  return TOP + 34 + facts.length * 15;
}

/** Days of the zone, or moments that were asked for. */
function periodText(from?: string, to?: string): string {
  if (!from && !to) return t("All calls");
  return t("{from} to {to}", { from: from ? limitText(from) : t("the beginning"), to: to ? limitText(to) : t("now") });
}
const limitText = (limit: string): string => (isDay(limit) ? writtenDay(limit) : limit);

/** With its offset from UTC. */
const asOfText = (moment: string): string => `${momentText(moment)} ${moment.slice(23)}`;

function tableHead(doc: Doc, { currency }: Head, top: number): number {
  const style = { color: ink.soft, size: 8.5 };
  put(doc, t("Began"), at.when, top, style);
  put(doc, t("From"), at.from, top, style);
  put(doc, t("To"), at.to, top, style);
  put(doc, t("Outcome"), at.outcome, top, style);
  put(doc, t("Charged"), at.talkEnd, top, { ...style, end: true });
  put(doc, t("Cost, {currency}", { currency }), at.costEnd, top, { ...style, end: true });
  rule(doc, top + 13, ink.soft);
  return top + 19;
}

function feet(doc: Doc, name: string): void {
  const { start, count } = doc.bufferedPageRange();
  for (let page = 0; page < count; page += 1) {
    doc.switchToPage(start + page);
    rule(doc, 792);
    put(doc, t("{name} \u00b7 Call statement", { name: inSentence(name) }), LEFT, 799, {
      size: 8,
      color: ink.soft,
      width: 380,
    });
    put(doc, pageText(page + 1, count), RIGHT, 799, { size: 8, color: ink.soft, end: true });
  }
}
