import type { DeckSettings } from "@/server/domain/decks/deck.schema";
import { inspectFile, readRows } from "@/server/domain/decks/deck-file";
import type { RowProblem, StagedRow } from "@/server/domain/decks/row.rules";

/** A file as somebody sends it, cut into pieces as a stream may cut it: in the middle of letters, too. */
export async function reading(file: string | Uint8Array, settings: DeckSettings = {}, pieces = 7) {
  const bytes = Buffer.from(file);
  const source = async function* () {
    for (let at = 0; at < bytes.length; at += pieces) yield bytes.subarray(at, at + pieces);
  };
  const { layout, sha256 } = await inspectFile(source, settings);
  const rows: StagedRow[] = [];
  const problems: RowProblem[] = [];
  for await (const batch of readRows(source, layout, { currency: "EUR", symbol: "€" })) {
    rows.push(...batch.rows);
    problems.push(...batch.problems);
  }
  return { layout, sha256, rows, problems };
}

/** Prefixes and prices. */
export const pricesOf = async (file: string | Uint8Array, settings?: DeckSettings) =>
  (await reading(file, settings)).rows.map((row) => [row.prefix, row.perMinute]);
/** What is wrong with it, without the sentences. */
export const problemsOf = async (file: string, settings?: DeckSettings) =>
  (await reading(file, settings)).problems.map(({ severity, line, column, value }) => [severity, line, column, value]);
/** A file in Windows-1252. */
export const latin = (text: string) => Buffer.from(text, "latin1");
