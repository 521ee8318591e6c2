import PDFDocument from "pdfkit";

import { isolated, type Run, runsOf, type Script } from "@/server/domain/statements/letters";
import { covers, fontFile } from "@/server/domain/statements/scripts";
import { isDrawn } from "@/server/domain/statements/statement.rules";
import { directionOf } from "@/server/kernel/languages";
import { spoken, t } from "@/server/kernel/words";

/** Of pdfkit. */
export type Doc = PDFKit.PDFDocument;

/** Of an A4 page, in points. */
export const LEFT = 56;
export const RIGHT = 539;
export const TOP = 56;
export const BOTTOM = 770;
export const ROW = 15;
export const ink = { strong: "#111418", plain: "#2b3138", soft: "#5f6b78", line: "#d5dbe1", band: "#f3f5f7" } as const;

/**
 * An empty document of A4 pages in the language spoken: no clock, no locale, no font of the machine, and nothing is compressed, so
 * the same content is the same bytes on every machine. `bytes` come when the document is ended.
 */
export function newDocument({ title, author, at }: Readonly<{ title: string; author: string; at: Date }>): {
  doc: Doc;
  bytes: Promise<Buffer>;
} {
  const info = { Title: title, Author: author, Creator: "Ringfence", CreationDate: at };
  // The type wants a name of a font; with none nothing is read from the disk.
  const none = { font: null as unknown as string };
  const doc = new PDFDocument({
    ...none,
    size: "A4",
    margin: 0,
    compress: false,
    bufferPages: true,
    lang: spoken(),
    info,
  });
  const bytes = collected(doc);
  return { doc, bytes };
}

const collected = (doc: Doc): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    const parts: Buffer[] = [];
    doc.on("data", (part: Buffer) => parts.push(part));
    doc.on("end", () => resolve(Buffer.concat(parts)));
    doc.on("error", reject);
  });

export type Style = Readonly<{ size?: number; color?: string; bold?: boolean; width?: number; end?: boolean }>;

/** Digits of one width, so that columns of money can be compared by eye. */
const figures: { features: PDFKit.Mixins.OpenTypeFeatures[] } = { features: ["tnum"] };

const fontName = (script: Script, bold: boolean): string => `${script} ${bold ? "semibold" : "regular"}`;

/** From the top of a line to where its letters stand, in thousandths of their size: that of our own font, for all of them. */
const ASCENT = 1005;

/**
 * One line of text, cut with an ellipsis where it would be wider; `x` is its beginning, or its end for figures. A language that is read
 * from the right has the page the other way round.
 * @returns how wide it is.
 */
export function put(doc: Doc, text: string, x: number, y: number, style: Style = {}): number {
  const { size = 9, color = ink.plain, bold = false, width = RIGHT - LEFT, end = false } = style;
  let line = measured(doc, text, size, bold);
  if (line.width > width) {
    const letters = Array.from(text);
    // Where many fonts have to be asked, as many letters are left out at once as surely are too many.
    let kept = line.plain ? letters.length : Math.ceil((letters.length * width) / line.width) + 2;
    const shown = () => letters.slice(0, kept).join("");
    while (kept > 1 && measured(doc, `${shown()}\u2026`, size, bold).width > width) kept -= 1;
    line = measured(doc, `${shown().trimEnd()}\u2026`, size, bold);
  }
  const fromRight = directionOf(spoken()) === "rtl";
  const edge = fromRight ? LEFT + RIGHT - x : x;
  let at = end === fromRight ? edge : edge - line.width;
  for (const { script, text: piece, width: wide } of line.pieces) {
    doc.font(fontName(script, bold)).fontSize(size).fillColor(color);
    const baseline = script === "own" ? {} : { baseline: (-ASCENT * size) / 1000 };
    doc.text(piece, at, y, { lineBreak: false, ...figures, ...baseline });
    at += wide;
  }
  return line.width;
}

/** What stands at the foot of each page. */
export const pageText = (page: number, count: number): string =>
  t("Page {page} of {count}", { page: String(page), count: String(count) });

/** A name as a part of a sentence, in whatever direction it is read. */
export const inSentence = (name: string): string => (isPlain(name) ? name : isolated(name));

const isPlain = (text: string): boolean => Array.from(text).every(isDrawn);

type Line = Readonly<{ plain: boolean; width: number; pieces: readonly (Run & { width: number })[] }>;

/** Nearly every line is of our own font and read from the left. */
function measured(doc: Doc, text: string, size: number, bold: boolean): Line {
  const plain = isPlain(text);
  const pieces = (plain ? [{ script: "own" as const, text }] : runsOf(text, covers)).map((run) => {
    const name = fontName(run.script, bold);
    doc.registerFont(name, fontFile(run.script, bold)).font(name).fontSize(size);
    return { ...run, width: doc.widthOfString(run.text, figures) };
  });
  return { plain, width: pieces.reduce((sum, piece) => sum + piece.width, 0), pieces };
}

/** A line across the page. */
export function rule(doc: Doc, y: number, color: string = ink.line): void {
  doc.moveTo(LEFT, y).lineTo(RIGHT, y).lineWidth(0.6).strokeColor(color).stroke();
}
