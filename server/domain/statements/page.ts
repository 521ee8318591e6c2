import PDFDocument from "pdfkit";

import { regular, semibold } from "@/server/domain/statements/fonts";
import { drawable } from "@/server/domain/statements/statement.rules";

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
 * An empty document of A4 pages: no clock, no locale, no font of the machine, and nothing is compressed, so the same content
 * is the same bytes on every machine. `bytes` come when the document is ended.
 */
export function newDocument({ title, author, at }: Readonly<{ title: string; author: string; at: Date }>): {
  doc: Doc;
  bytes: Promise<Buffer>;
} {
  const info = { Title: title, Author: author, Creator: "Ringfence", CreationDate: at };
  // The type wants a name of a font; with none nothing is read from the disk.
  const none = { font: null as unknown as string };
  const doc = new PDFDocument({ ...none, size: "A4", margin: 0, compress: false, bufferPages: true, lang: "en", info });
  const bytes = collected(doc);
  doc.registerFont("regular", Buffer.from(regular, "base64"));
  doc.registerFont("semibold", Buffer.from(semibold, "base64"));
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

/** One line of text, cut with an ellipsis where it would be wider; `x` is its end for figures. */
export function put(doc: Doc, text: string, x: number, y: number, style: Style = {}): void {
  const { size = 9, color = ink.plain, bold = false, width = RIGHT - LEFT, end = false } = style;
  doc
    .font(bold ? "semibold" : "regular")
    .fontSize(size)
    .fillColor(color);
  let shown = drawable(text);
  if (doc.widthOfString(shown, figures) > width) {
    while (shown.length > 1 && doc.widthOfString(`${shown}\u2026`, figures) > width) shown = shown.slice(0, -1);
    shown = `${shown.trimEnd()}\u2026`;
  }
  doc.text(shown, end ? x - doc.widthOfString(shown, figures) : x, y, { lineBreak: false, ...figures });
}

/** A line across the page. */
export function rule(doc: Doc, y: number, color: string = ink.line): void {
  doc.moveTo(LEFT, y).lineTo(RIGHT, y).lineWidth(0.6).strokeColor(color).stroke();
}
