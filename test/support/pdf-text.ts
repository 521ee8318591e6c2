/** A piece of a line as it is drawn: from its left edge on, its signs from left to right. */
type Piece = Readonly<{ page: number; x: number; y: number; signs: readonly string[] }>;
export type PdfLine = Readonly<{
  page: number;
  /** Its left edge. */
  x: number;
  /** Read from the left, and from the right. */
  ltr: string;
  rtl: string;
}>;

/** Which letters each sign of each font stands for. */
function fontsOf(pdf: string): ReadonlyMap<string, readonly string[]> {
  const object = (id: string) => pdf.split(`\n${id} 0 obj\n`)[1]?.split("\nendobj")[0] ?? "";
  const fonts = new Map<string, readonly string[]>();
  for (const [, name = "", id = ""] of pdf.matchAll(/\/(F\d+) (\d+) 0 R/g)) {
    const table = object(/\/ToUnicode (\d+) 0 R/.exec(object(id))?.[1] ?? "");
    const signs = [...table.matchAll(/\[((?:<[0-9a-f ]*> ?)*)\]/g)].flatMap(([, list = ""]) =>
      [...list.matchAll(/<([0-9a-f ]*)>/g)].map(([, codes = ""]) =>
        codes
          .split(" ")
          .map((code) => String.fromCharCode(Number.parseInt(code || "0", 16)))
          .join(""),
      ),
    );
    fonts.set(name, signs);
  }
  return fonts;
}

function piecesOf(pdf: string): readonly Piece[] {
  const fonts = fontsOf(pdf);
  const pages = [...pdf.matchAll(/\nstream\n([\s\S]*?)\nendstream/g)].map(([, stream = ""]) => stream);
  return pages
    .filter((stream) => /^BT$/m.test(stream))
    .flatMap((stream, page) =>
      [...stream.matchAll(/BT\n1 0 0 1 ([\d.-]+) ([\d.-]+) Tm\n\/(F\d+) [\s\S]*?ET/g)].map(
        ([drawn, x = "", y = "", font = ""]) => ({
          page,
          x: Number(x),
          y: Number(y),
          signs: [...drawn.matchAll(/<([0-9a-f]+)>/g)].flatMap(([, hex = ""]) =>
            (hex.match(/.{4}/g) ?? []).map((sign) => fonts.get(font)?.[Number.parseInt(sign, 16)] ?? "\ufffd"),
          ),
        }),
      ),
    );
}

/**
 * What stands in a document that was not packed, in the order in which it was drawn. Pieces that are drawn one after the other, each further
 * to the right at the same height, are one line: a row of a table that is read from the left, one text of a page that is read from the right.
 */
export function pdfLines(file: Buffer): readonly PdfLine[] {
  const rows: Piece[][] = [];
  for (const piece of piecesOf(file.toString("latin1"))) {
    const last = rows.at(-1)?.at(-1);
    const goesOn = last?.page === piece.page && Math.abs(last.y - piece.y) < 3 && piece.x > last.x;
    if (goesOn) rows.at(-1)?.push(piece);
    else rows.push([piece]);
  }
  return rows.map((row) => {
    const signs = row.flatMap((piece) => piece.signs);
    return { page: row[0]?.page ?? 0, x: row[0]?.x ?? 0, ltr: signs.join(""), rtl: signs.toReversed().join("") };
  });
}
