import { createHash } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import { promisify } from "node:util";
import { gunzip, gzip } from "node:zlib";

import { type Actor, change } from "@/server/domain/audit/change";
import { mayReachBelow } from "@/server/domain/calls/call-reach";
import { archiveBounds, archiveOf } from "@/server/domain/exports/archive";
import { callDocument } from "@/server/domain/exports/call-document";
import { type Row, writerOf } from "@/server/domain/exports/cells.rules";
import { type ExportKind, exportWords, MOST_OF_DOCUMENT } from "@/server/domain/exports/export.schema";
import { type ExportRow, exportPart, getExport } from "@/server/domain/exports/exports";
import {
  type Asked,
  type Batch,
  exportSources,
  type Filters,
  readsBelow,
  type Source,
} from "@/server/domain/exports/sources";
import { getTenantFacts } from "@/server/domain/exports/tenant-facts";
import type { Db } from "@/server/infra/db/client";
import type { SqlPool } from "@/server/infra/db/pool";
import { readTenant } from "@/server/infra/db/read-tenant";
import type { TenantRead } from "@/server/infra/db/tenant-tx";
import { inLanguage } from "@/server/infra/words/speaking";
import { DomainError } from "@/server/kernel/errors";
import type { TenantId, UserId } from "@/server/kernel/ids";

type Report = Readonly<{ done?: number; total?: number; note?: string }>;
export type Making = Readonly<{
  db: Db;
  pool: SqlPool;
  tenantId: TenantId;
  exportId: string;
  actor: Actor;
  /** How long the file can be had; whole days. */
  keepDays: number;
  /** Says how far it is; throws when it is to stop. */
  report: (report: Report) => Promise<void>;
}>;

/** Rows of one part: a megabyte or two of text, whatever the size of the file. */
const BATCH = 5_000;
const PIECE_BYTES = 1_048_576;
const REPORT_MS = 400;
const WAIT_MS = 100;
const PATIENCE_MS = 120_000;
const [pack, unpack] = [promisify(gzip), promisify(gunzip)];
const PACKING = { level: 4 } as const;

type Part = Readonly<{ part: number; lines: number; bytes: number; after: string | null }>;

/**
 * Makes the file that was asked for, part by part, and lets it be had when it is whole. Parts that are there already stay:
 * the bytes are those of a making that was never interrupted. Asked again for a file that can be had, it does nothing.
 * @returns how many lines and bytes the file has.
 * @throws DomainError not_found; too_large for a document or a list that is too long; what `report` throws.
 */
export async function makeExport(of: Making): Promise<{ exportId: string; lines: number; bytes: number }> {
  const { exportId } = of;
  const file = await reading(of, (tx) => getExport(tx, of.tenantId, exportId));
  if (file.lines !== null && file.bytes !== null) return { exportId, lines: file.lines, bytes: file.bytes };
  const asked = await askedOf(of, file);
  if (file.what === "calls" || file.what === "everything") await untilNothingOlderRuns(of, asked.bound);
  const parts = await partsOf(of, file, asked);
  return finish(of, file, parts);
}

function partsOf(of: Making, file: ExportRow, asked: Asked<ExportKind>): Promise<Part[]> {
  if (file.what === "everything") return archiveParts(of, file, asked);
  return file.format === "pdf" ? documentParts(of, file, asked) : tableParts(of, file, asked);
}

const reading = <T>({ db, tenantId }: Making, work: (tx: TenantRead) => Promise<T>, subtree = false): Promise<T> =>
  readTenant(db, { tenantId, subtree, patienceMs: PATIENCE_MS }, work);

async function askedOf(of: Making, file: ExportRow): Promise<Asked<ExportKind>> {
  const where = { tenantId_id: { tenantId: of.tenantId, id: of.exportId } };
  const stored = await reading(of, (tx) =>
    tx.exportFile.findUnique({ where, select: { bound: true, createdBy: true } }),
  );
  // The filter was read by the schema of its kind when it was asked for.
  const filter = file.filter as Filters[ExportKind];
  return {
    tenantId: of.tenantId,
    filter,
    asOf: file.asOf,
    bound: stored?.bound ?? 0n,
    me: personOf(stored?.createdBy),
  };
}

const personOf = (by = ""): UserId | undefined => (by.startsWith("user:") ? (by.slice(5) as UserId) : undefined);

/** Transactions that had begun when the file was asked for may still write rows that belong into it. */
async function untilNothingOlderRuns(of: Making, bound: bigint): Promise<void> {
  for (let waited = 0; ; waited += WAIT_MS) {
    const [row] = await of.pool.query<{ over: boolean }>(
      "export_settled",
      "SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint >= $1 AS over",
      [String(bound)],
    );
    if (row?.over) return;
    if (waited % 1_000 === 0) await of.report({ note: "Waiting for changes that are under way" });
    await pause(WAIT_MS);
  }
}

const sourceOf = (what: ExportKind): Source<ExportKind> => exportSources[what] as Source<ExportKind>;

/** What is there of an interrupted making, when it has no gap. */
async function partsThere(of: Making): Promise<Part[]> {
  const where = { tenantId: of.tenantId, exportId: of.exportId };
  const select = { part: true, lines: true, bytes: true, after: true } as const;
  const parts = await reading(of, (tx) => tx.exportPart.findMany({ where, select, orderBy: { part: "asc" } }));
  if (parts.every(({ part }, place) => part === place)) return parts;
  await dropParts(of);
  return [];
}

const dropParts = (of: Making) =>
  of.pool.query("export_drop_parts", "SELECT export_drop_parts($1, $2)", [of.tenantId, of.exportId]);

/** Whether the filter of a file of calls reaches to the tenants below. */
const reachesBelow = ({ filter }: Asked<ExportKind>): boolean => mayReachBelow(filter as Filters["calls"]);

async function tableParts(of: Making, file: ExportRow, asked: Asked<ExportKind>): Promise<Part[]> {
  const { what, format, style } = file;
  const source = sourceOf(what);
  const all = exportWords[what].columns;
  const columns = style.columns?.length ? style.columns.flatMap((key) => all.filter((one) => one.key === key)) : all;
  const places = columns.map((column) => all.indexOf(column));
  const writer = writerOf(columns, { ...style, format: format === "pdf" ? "csv" : format });
  const below = readsBelow(what) || reachesBelow(asked);
  const next = (after: string | null) => reading(of, (tx) => source.next(tx, asked, after, BATCH), below);
  const parts = await partsThere(of);
  const total = await reading(of, (tx) => source.count(tx, asked), below);
  let done = parts.reduce((sum, { lines }) => sum + lines, 0);
  let said = 0;
  // The next batch is read while this one is written and packed.
  let last = parts.at(-1);
  let ahead: Promise<Batch> | undefined = !last || last.after !== null ? next(last?.after ?? null) : undefined;
  while (ahead) {
    const batch: Batch = await ahead;
    ahead = batch.after === null ? undefined : next(batch.after);
    // Whoever stops here leaves nobody waiting for it.
    ahead?.catch(() => {});
    const text = batch.rows.map((row: Row) => writer.line(places.map((place) => row[place] ?? null))).join("");
    last = await addPart(of, parts.length, {
      text: parts.length === 0 ? writer.head + text : text,
      lines: batch.rows.length,
      after: batch.after,
    });
    parts.push(last);
    done += batch.rows.length;
    if (Date.now() - said < REPORT_MS) continue;
    said = Date.now();
    await of.report({ done, ...(total === null ? {} : { total }), note: "Writing" });
  }
  await of.report({ done, total: done, note: "Adding up" });
  return parts;
}

type Piece = Readonly<{ text: string | Buffer; lines: number; after: string | null }>;

async function addPart(of: Making, part: number, { text, lines, after }: Piece): Promise<Part> {
  const plain = Buffer.from(text);
  const data = await pack(plain, PACKING);
  await of.pool.query("export_add_part", "SELECT export_add_part($1, $2, $3, $4, $5, $6, $7)", [
    of.tenantId,
    of.exportId,
    part,
    lines,
    plain.length,
    after,
    data,
  ]);
  return { part, lines, bytes: plain.length, after };
}

/** A document is made in one go, from rows of one read each; what there was of it goes. */
async function documentParts(of: Making, file: ExportRow, asked: Asked<ExportKind>): Promise<Part[]> {
  await dropParts(of);
  const source = sourceOf(file.what);
  const rows: Row[] = [];
  for (let after: string | null = null; ; ) {
    const from: string | null = after;
    const batch: Batch = await reading(of, (tx) => source.next(tx, asked, from, BATCH));
    rows.push(...batch.rows);
    if (rows.length > MOST_OF_DOCUMENT) {
      const sentence = `A document has at most ${MOST_OF_DOCUMENT} calls; narrow the filter, or take a table.`;
      throw new DomainError("too_large", { most: MOST_OF_DOCUMENT }, sentence);
    }
    await of.report({ done: rows.length });
    if (batch.after === null) break;
    after = batch.after;
  }
  const facts = await reading(of, (tx) => getTenantFacts(tx, of.tenantId));
  const bytes = await inLanguage(file.style.language ?? "en", () => callDocument(rows, { ...facts, file }));
  return piecesOf(of, bytes, rows.length);
}

/** An archive is made in one go as well, a piece in memory at a time: whoever goes on after a dead worker begins anew. */
async function archiveParts(of: Making, file: ExportRow, asked: Asked<ExportKind>): Promise<Part[]> {
  await dropParts(of);
  const where = { tenantId_id: { tenantId: of.tenantId, id: of.exportId } };
  const stored = await reading(of, (tx) => tx.exportFile.findUnique({ where, select: { settings: true } }));
  const state = { lines: 0, said: 0 };
  const zip = archiveOf({
    read: (work, subtree) => reading(of, work, subtree),
    asked,
    bounds: archiveBounds(stored?.settings),
    file,
    onLines: async (lines, name) => {
      state.lines += lines;
      if (Date.now() - state.said < REPORT_MS) return;
      state.said = Date.now();
      await of.report({ done: state.lines, note: name });
    },
  });
  const parts: Part[] = [];
  const flush = async (bytes: Buffer) => {
    parts.push(await addPart(of, parts.length, { text: bytes, lines: 0, after: null }));
  };
  let waiting: Buffer[] = [];
  let size = 0;
  for await (const piece of zip) {
    waiting.push(piece);
    size += piece.length;
    if (size < PIECE_BYTES) continue;
    await flush(Buffer.concat(waiting));
    [waiting, size] = [[], 0];
  }
  if (size > 0) await flush(Buffer.concat(waiting));
  await of.report({ done: state.lines, total: state.lines, note: "Adding up" });
  return parts.map((part, place) => (place === 0 ? { ...part, lines: state.lines } : part));
}

async function piecesOf(of: Making, bytes: Buffer, lines: number): Promise<Part[]> {
  const parts: Part[] = [];
  for (let from = 0; from < bytes.length; from += PIECE_BYTES) {
    const text = bytes.subarray(from, from + PIECE_BYTES);
    parts.push(await addPart(of, parts.length, { text, lines: parts.length === 0 ? lines : 0, after: null }));
  }
  return parts;
}

class MadeAlready extends Error {}

/** Reads the whole file once more, as a reader will, and lets it be had. */
async function finish(
  of: Making,
  file: ExportRow,
  parts: readonly Part[],
): Promise<{ exportId: string; lines: number; bytes: number }> {
  const { tenantId, exportId } = of;
  const hash = createHash("sha256");
  let bytes = 0;
  for await (const piece of exportBytes((work) => reading(of, work), tenantId, exportId)) {
    hash.update(piece);
    bytes += piece.length;
  }
  const lines = parts.reduce((sum, part) => sum + part.lines, 0);
  const sha256 = hash.digest("hex");
  const made = change(of.db, { tenantId, actor: of.actor, action: "export.make" }, async (tx) => {
    const [row] = await tx.$queryRaw<{ first: boolean }[]>`
      SELECT export_ready(${tenantId}::uuid, ${exportId}::uuid, ${parts.length}::int, ${lines}::bigint, ${bytes}::bigint, ${sha256}, ${of.keepDays}::int) AS first`;
    if (!row?.first) throw new MadeAlready();
    const after = { what: file.what, format: file.format, lines, bytes, sha256, task: file.taskId };
    return { subject: `export:${exportId}`, after, result: undefined };
  });
  // Who was quicker wrote the same bytes.
  await made.catch((error: unknown) => {
    if (!(error instanceof MadeAlready)) throw error;
  });
  return { exportId, lines, bytes };
}

type Read = <T>(work: (tx: TenantRead) => Promise<T>) => Promise<T>;

/**
 * A file in pieces, one part in memory at a time.
 * @param read runs one short read; a slow reader of the file holds no transaction open.
 * @param packed gives the bytes of a gzip file instead.
 */
export async function* exportBytes(read: Read, tenantId: TenantId, id: string, packed = false): AsyncGenerator<Buffer> {
  for (let part = 0; ; part += 1) {
    const data = await read((tx) => exportPart(tx, tenantId, id, part));
    if (!data) return;
    yield packed ? data : await unpack(data);
  }
}
