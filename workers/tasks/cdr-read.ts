import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import { createGunzip } from "node:zlib";

import { type CarrierLayout, readCarrierRow, readHeading } from "@/server/domain/cdr-import/carrier-row.rules";
import type { CdrOptions } from "@/server/domain/cdr-import/cdr-import.schema";
import type { CdrRow, RowProblem } from "@/server/domain/cdr-import/cdr-row.rules";
import { type CdrFile, contentOf, ingest, noteProblems, noteReadToEnd } from "@/server/domain/cdr-import/cdr-store";
import { delimiterOf } from "@/server/domain/cdr-import/csv-line.rules";
import { type Lines, linesOf } from "@/server/domain/cdr-import/file-lines";
import type { Progress } from "@/server/domain/cdr-import/import-progress";
import { readMasterRow, readSpoolRow } from "@/server/domain/cdr-import/master-row.rules";
import type { SqlPool } from "@/server/infra/db/pool";
import { DomainError } from "@/server/kernel/errors";

/** So many lines go to the database in one statement. */
const BATCH = 4_000;

type Batch = Readonly<{ last: number; rows: readonly CdrRow[]; problems: readonly RowProblem[] }>;
type RowReader = (text: string, line: number) => CdrRow | RowProblem;
/** Told after each batch that is in the database. */
type Step = (progress: Progress, bytesRead: number) => Promise<void>;

/**
 * Reads a file from its content into the database: every record once, every bad line with its reason. While one batch is
 * written the next is taken apart. Goes on behind the last line that an earlier runner reported.
 * @throws DomainError invalid_input for a file that is none, not_found when its content is gone.
 */
export async function readFile(pool: SqlPool, file: CdrFile, begin: Progress, step: Step): Promise<Progress> {
  const digest = createHash("sha256");
  let bytesRead = 0;
  const counted = async function* (): AsyncGenerator<Buffer> {
    for await (const chunk of unzipped(pool, file)) {
      bytesRead += chunk.length;
      digest.update(chunk);
      yield chunk;
    }
  };
  let progress = begin;
  let written: Promise<void> | undefined;
  let reader: RowReader | undefined;
  for await (const lines of linesOf(counted(), BATCH)) {
    reader ??= readerOf(file, lines.texts[0]);
    if (lines.first + lines.texts.length - 1 <= begin.line) continue;
    const batch = takeApart(lines, reader, begin.line, file.options.format === "carrier" ? 1 : 0);
    await written;
    const at = bytesRead;
    written = write(pool, file.id, batch, progress).then(async (next) => {
      progress = next;
      await step(progress, at);
    });
    // It is awaited with the next batch; until then nobody hears of a failure.
    written.catch(() => {});
  }
  await written;
  if (progress.lines === 0) throw new DomainError("invalid_input", { import: file.id }, "The file has no lines.");
  await noteReadToEnd(pool, file.id, digest.digest("hex"));
  return { ...progress, phase: file.options.format === "carrier" ? "match" : "compare", line: 0 };
}

async function* unzipped(pool: SqlPool, file: CdrFile): AsyncGenerator<Buffer> {
  const gunzip = createGunzip();
  const source = Readable.from(contentOf(pool, file));
  source.on("error", (error) => gunzip.destroy(error));
  try {
    for await (const chunk of source.pipe(gunzip)) yield chunk as Buffer;
  } catch (error) {
    const { code } = error as { code?: unknown };
    if (typeof code !== "string" || !code.startsWith("Z_")) throw error;
    throw new DomainError("invalid_input", { import: file.id }, "The content that was sent is damaged: send it again.");
  } finally {
    source.destroy();
  }
}

function readerOf(file: CdrFile, heading: string | undefined): RowReader {
  const { source, options } = file;
  const zone = options.timeZone;
  if (options.format === "master") return (text, line) => readMasterRow(text, line, { source, zone });
  if (options.format === "spool") return (text, line) => readSpoolRow(text, line, { source, zone });
  const layout = layoutOf(heading ?? "", options);
  const given = { source, zone, dateOrder: options.dateOrder, currency: options.currency };
  return (text, line) => readCarrierRow(text, line, layout, given);
}

function layoutOf(heading: string, { delimiter, decimals }: CdrOptions): CarrierLayout {
  const cut = delimiter === "auto" ? delimiterOf(heading) : delimiter === "tab" ? "\t" : delimiter;
  const layout = readHeading(heading, cut, decimals);
  if ("missing" in layout) throw new DomainError("invalid_input", { field: "heading" }, layout.missing);
  return layout;
}

function takeApart({ first, texts }: Lines, reader: RowReader, after: number, headings: number): Batch {
  const rows: CdrRow[] = [];
  const problems: RowProblem[] = [];
  for (const [index, text] of texts.entries()) {
    const line = first + index;
    if (line <= after || line <= headings || text === "") continue;
    const read = text === undefined ? whole(line, "is too long to be a record") : readOne(text, line, reader);
    if ("reason" in read) problems.push(read);
    else rows.push(read);
  }
  return { last: first + texts.length - 1, rows, problems };
}

const whole = (line: number, reason: string): RowProblem => ({ line, column: 0, name: "", reason });
const readOne = (text: string, line: number, reader: RowReader): CdrRow | RowProblem =>
  text.includes("\u0000") ? whole(line, "holds a zero byte") : reader(text, line);

async function write(pool: SqlPool, importId: string, batch: Batch, before: Progress): Promise<Progress> {
  const repeated = await ingest(pool, importId, batch.rows);
  const here = repeated.filter(({ ofLine }) => ofLine > 0);
  const notes = here.map(({ line, ofLine }) => whole(line, `repeats line ${ofLine}; it is counted once`));
  await noteProblems(pool, importId, [...batch.problems, ...notes]);
  return {
    ...before,
    line: batch.last,
    lines: batch.last,
    problems: before.problems + batch.problems.length,
    repeatedHere: before.repeatedHere + here.length,
    repeatedElsewhere: before.repeatedElsewhere + repeated.length - here.length,
  };
}
