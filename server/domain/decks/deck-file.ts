import { createHash } from "node:crypto";
import { pipeline, Readable } from "node:stream";
import { CsvError, parse } from "csv-parse";
import { type DeckSettings, MOST_DECK_BYTES } from "@/server/domain/decks/deck.schema";
import { deckDelimiters } from "@/server/domain/decks/deck-kinds.schema";
import { type Plan, type RowProblem, rowReader, type StagedRow } from "@/server/domain/decks/row.rules";
import { type DeckLayout, encodingOf, sniff } from "@/server/domain/decks/sniff.rules";
import { DomainError } from "@/server/kernel/errors";

/** A file that can be read from its beginning as often as it takes, piece by piece. */
export type ByteSource = () => AsyncIterable<Uint8Array>;

export type Inspected = Readonly<{ layout: DeckLayout; sha256: string; bytes: number }>;

const HEAD_BYTES = 128 * 1024;

/**
 * Reads a file once to learn what it is: its digest, its encoding, and how its rows are laid out.
 * @param said what somebody says about it, in place of what would be detected.
 * @throws DomainError deck_unreadable with a sentence that says why, and too_large.
 */
export async function inspectFile(source: ByteSource, said: DeckSettings): Promise<Inspected> {
  const hash = createHash("sha256");
  const utf8 = new TextDecoder("utf-8", { fatal: true });
  const head: Uint8Array[] = [];
  let [bytes, headBytes, isUtf8] = [0, 0, true];
  for await (const chunk of source()) {
    hash.update(chunk);
    bytes += chunk.length;
    if (bytes > MOST_DECK_BYTES) throw new DomainError("too_large", { mostBytes: MOST_DECK_BYTES });
    if (headBytes < HEAD_BYTES) head.push(chunk);
    headBytes += chunk.length;
    isUtf8 &&= isValid(() => utf8.decode(chunk, { stream: true }));
  }
  isUtf8 &&= isValid(() => utf8.decode());
  if (bytes === 0) throw unreadable("The file is empty.");
  const start = Buffer.concat(head).subarray(0, HEAD_BYTES);
  const detected = encodingOf(start, isUtf8);
  if (typeof detected !== "string") throw unreadable(detected.unreadable);
  const encoding = said.encoding ?? detected;
  const text = new TextDecoder(encoding).decode(start);
  const whole = bytes > HEAD_BYTES ? text.slice(0, Math.max(0, text.lastIndexOf("\n"))) : text;
  const layout = sniff(whole, encoding, said);
  if ("unreadable" in layout) throw unreadable(layout.unreadable);
  return { layout, sha256: hash.digest("hex"), bytes };
}

const unreadable = (sentence: string) => new DomainError("deck_unreadable", {}, sentence);

function isValid(decode: () => unknown): boolean {
  try {
    decode();
    return true;
  } catch {
    return false;
  }
}

export type Batch = Readonly<{ rows: readonly StagedRow[]; problems: readonly RowProblem[]; bytesRead: number }>;

const BATCH_ROWS = 2_000;

/** Reads the rows of a file in batches; at no time is more than a batch of them in memory. */
export async function* readRows(source: ByteSource, layout: DeckLayout, plan: Plan): AsyncGenerator<Batch> {
  const progress = { bytes: 0 };
  const parser = parse({
    delimiter: deckDelimiters[layout.delimiter],
    from_line: layout.header + 1,
    info: true,
    relax_column_count: true,
    relax_quotes: true,
    skip_empty_lines: true,
    max_record_size: 64 * 1024,
  });
  // Whatever ends one of the two ends the other; the loop below hears of it.
  pipeline(Readable.from(decoded(source, layout, progress)), parser, () => {});
  const read = rowReader(layout, plan);
  let rows: StagedRow[] = [];
  let problems: RowProblem[] = [];
  const batch = (): Batch => {
    const done = { rows, problems, bytesRead: progress.bytes };
    rows = [];
    problems = [];
    return done;
  };
  try {
    for await (const { record, info } of parser as AsyncIterable<Parsed>) {
      if (record.every((cell) => cell.trim() === "")) continue;
      const found = read(record, info.lines);
      rows.push(...found.rows);
      problems.push(...found.problems);
      if (rows.length + problems.length >= BATCH_ROWS) yield batch();
    }
  } catch (error) {
    problems.push(problemOf(error));
  }
  yield batch();
}

type Parsed = Readonly<{ record: readonly string[]; info: Readonly<{ lines: number }> }>;

async function* decoded(source: ByteSource, layout: DeckLayout, progress: { bytes: number }): AsyncGenerator<string> {
  // Not fatal: a byte that is wrong makes one wrong letter in one cell, which its row tells.
  const decoder = new TextDecoder(layout.encoding);
  for await (const chunk of source()) {
    progress.bytes += chunk.length;
    const text = decoder.decode(chunk, { stream: true });
    if (text !== "") yield text;
  }
  const last = decoder.decode();
  if (last !== "") yield last;
}

/** What breaks the form of the file itself, such as a quotation mark that is never closed; nothing after it can be read. */
function problemOf(error: unknown): RowProblem {
  if (!(error instanceof CsvError)) throw error;
  const line = typeof error["lines"] === "number" ? error["lines"] : 0;
  const reason =
    error.code === "CSV_QUOTE_NOT_CLOSED" || error.code === "CSV_MAX_RECORD_SIZE"
      ? "A quotation mark is opened here or above and not closed; what follows cannot be read."
      : "This line is not in the form of the others; what follows cannot be read.";
  return { severity: "error", line, column: "", reason, value: "" };
}
