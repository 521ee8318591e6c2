import { type CdrOptions, cdrOptionsSchema } from "@/server/domain/cdr-import/cdr-import.schema";
import type { CdrRow, RowProblem } from "@/server/domain/cdr-import/cdr-row.rules";
import type { Shown } from "@/server/domain/cdr-import/compare.rules";
import type { SqlPool } from "@/server/infra/db/pool";
import { DomainError } from "@/server/kernel/errors";

export type CdrFile = Readonly<{
  id: string;
  parts: number;
  fileBytes: number;
  source: string;
  options: CdrOptions;
  forgotten: boolean;
}>;

/** @throws DomainError not_found for an import that is gone. */
export async function readCdrFile(pool: SqlPool, importId: string): Promise<CdrFile> {
  const text =
    'SELECT id, parts, bytes::float8 AS "fileBytes", source, options, forgotten_at IS NOT NULL AS forgotten FROM cdr_file($1)';
  const [row] = await pool.query<Omit<CdrFile, "options"> & { options: unknown }>("cdr_file", text, [importId]);
  if (!row) throw new DomainError("not_found", { import: importId });
  return { ...row, options: cdrOptionsSchema.parse(row.options) };
}

/** The compressed content of a file, part by part. @throws DomainError not_found when a part is gone. */
export async function* contentOf(pool: SqlPool, { id, parts }: CdrFile): AsyncGenerator<Buffer> {
  for (let part = 0; part < parts; part += 1) {
    const [row] = await pool.query<{ content: Buffer | null }>("cdr_part", "SELECT cdr_part($1, $2) AS content", [
      id,
      part,
    ]);
    if (!row?.content) {
      const sentence = "The content of the file is not kept any more: send it again.";
      throw new DomainError("not_found", { import: id, part }, sentence);
    }
    yield row.content;
  }
}

/** Of a repeated record: its line, and the line it repeats; 0 when that stands in another file. */
export type Repeated = Readonly<{ line: number; ofLine: number }>;

const INGEST = "SELECT line, of_line FROM cdr_ingest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)";

/**
 * Puts records in, each once, and finds the calls that they name: one statement for all of them. A repeat of the same lines
 * changes nothing.
 * @returns the records that were there already, in another line or file.
 */
export async function ingest(pool: SqlPool, importId: string, rows: readonly CdrRow[]): Promise<Repeated[]> {
  if (rows.length === 0) return [];
  const found = await pool.query<{ line: number; of_line: number }>("cdr_ingest", INGEST, [
    importId,
    rows.map((row) => row.line),
    rows.map((row) => row.key),
    rows.map((row) => row.callKey),
    rows.map((row) => row.number),
    rows.map((row) => row.startedAtMs / 1000),
    rows.map((row) => (row.endedAtMs === null ? null : row.endedAtMs / 1000)),
    rows.map((row) => row.talkMs),
    rows.map((row) => row.costMicros),
    rows.map((row) => row.currency),
    rows.map((row) => row.endpoint?.slice(0, 80) ?? null),
    rows.map((row) => row.dialled.slice(0, 128)),
    rows.map((row) => row.word.slice(0, 20)),
    rows.map((row) => row.disposition.slice(0, 20)),
    rows.map((row) => row.secondary),
  ]);
  return found.map((row) => ({ line: row.line, ofLine: row.of_line }));
}

/** Keeps what is wrong with which line; a repeat changes nothing. */
export async function noteProblems(pool: SqlPool, importId: string, problems: readonly RowProblem[]): Promise<void> {
  if (problems.length === 0) return;
  await pool.query("cdr_problems_add", "SELECT cdr_problems_add($1, $2, $3, $4, $5)", [
    importId,
    problems.map(({ line }) => line),
    problems.map(({ column }) => column),
    problems.map(({ name }) => name),
    problems.map(({ reason }) => reason),
  ]);
}

/** Lists what a file shows; what is listed already is brought up to date, what a person closed stays closed. */
export async function show(pool: SqlPool, importId: string, shown: readonly Shown[]): Promise<void> {
  if (shown.length === 0) return;
  const rows = shown.map(({ moneyAtRiskMicros, ...one }) => ({ ...one, micros: moneyAtRiskMicros.toString() }));
  await pool.query("differences_show", "SELECT differences_show($1, $2)", [importId, JSON.stringify(rows)]);
}

export type Extent = Readonly<{
  firstAt: Date | null;
  lastAt: Date | null;
  lastLine: number;
  records: number;
  matched: number;
}>;

/** Where a file's records begin and end, and how many of them name a call of ours. */
export async function extentOf(pool: SqlPool, importId: string): Promise<Extent> {
  const [row] = await pool.query<{
    first_at: Date | null;
    last_at: Date | null;
    last_line: number;
    records: string;
    matched: string;
  }>("cdr_extent", "SELECT * FROM cdr_extent($1)", [importId]);
  return {
    firstAt: row?.first_at ?? null,
    lastAt: row?.last_at ?? null,
    lastLine: row?.last_line ?? 0,
    records: Number(row?.records ?? 0),
    matched: Number(row?.matched ?? 0),
  };
}

/** Notes the digest of a file that was read to its end. */
export async function noteReadToEnd(pool: SqlPool, importId: string, sha256: string): Promise<void> {
  await pool.query("cdr_read_to_end", "SELECT cdr_read_to_end($1, $2)", [importId, sha256]);
}

/** Lets go of the content of a file that is not needed any more. */
export async function dropContent(pool: SqlPool, importId: string): Promise<void> {
  await pool.query("cdr_drop_content", "SELECT cdr_drop_content($1)", [importId]);
}

/** Takes a file's records out again, in steps, with the open differences that it showed. */
export async function forgetRows(pool: SqlPool, importId: string): Promise<void> {
  for (let gone = 1; gone > 0; ) {
    const [row] = await pool.query<{ n: number }>("cdr_forget", "SELECT cdr_forget($1, 5000) AS n", [importId]);
    gone = row?.n ?? 0;
  }
}
