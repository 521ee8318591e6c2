import { Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { z } from "zod";

import { change } from "@/server/domain/audit/change";
import { type HotNumber, readHotLine } from "@/server/domain/blocks/hot-line.rules";
import { applyHotImport, getHotImport, type HotProblem, hotPart } from "@/server/domain/blocks/hot-lists";
import { type Lines, linesOf } from "@/server/domain/cdr-import/file-lines";
import { readTenant } from "@/server/infra/db/read-tenant";
import { DomainError } from "@/server/kernel/errors";
import type { TenantContext } from "@/workers/processors/types";
import { TaskCancelled, type TaskRun, type TaskWork } from "@/workers/tasks/run-task";

const inputSchema = z.object({ importId: z.uuid() });

/** So many lines go to the database in one statement: few enough for its time-out also where the machine is busy. */
const BATCH = 2_000;
const REPORT_MS = 500;
/** More than this on one list is no list of fraud but a country. */
const MOST_NUMBERS = 5_000_000;
const APPLY_PATIENCE_MS = 120_000;

type Counts = { read: number; repeated: number; problems: number };

/**
 * Reads a file into a set beside the one that holds, and has it hold all at once when the file is read to its end: calls see
 * the old list or the new one, never a part. Begins anew after a runner that died; stopped, it leaves the list as it was.
 */
export const importHotList: TaskWork = async (run, ctx) => {
  const { importId } = inputSchema.parse(run.input);
  try {
    await unstage(ctx, importId, run);
    const counts = await reading(run, ctx, importId);
    if (counts.read === 0) throw nothingIn(importId, counts);
    await run.report({ note: "Putting it in place" });
    const numbers = await applied(run, ctx, importId, counts);
    await unstage(ctx, importId, run);
    return { importId, numbers, ...counts };
  } catch (error) {
    if (error instanceof TaskCancelled || error instanceof DomainError) await unstage(ctx, importId);
    throw error;
  }
};

function nothingIn(importId: string, { problems }: Counts): DomainError {
  const sentence = `None of the file's lines is a number (${problems} are something else); the list stays as it was.`;
  return new DomainError("invalid_input", { hotImportId: importId, problems }, sentence);
}

function refuseTooMany(numbers: number): void {
  if (numbers <= MOST_NUMBERS) return;
  const sentence = `A list has at most ${MOST_NUMBERS} numbers; block ranges instead. The list stays as it was.`;
  throw new DomainError("too_large", { most: MOST_NUMBERS }, sentence);
}

async function reading(run: TaskRun, ctx: TenantContext, importId: string): Promise<Counts> {
  const { db, tenantId } = ctx;
  const file = await readTenant(db, { tenantId }, (tx) => getHotImport(tx, tenantId, importId));
  const counts: Counts = { read: 0, repeated: 0, problems: 0 };
  const at = { bytes: 0, reportedMs: Date.now() };
  for await (const lines of linesOf(unzipped(ctx, importId, file.parts, at), BATCH)) {
    const { numbers, problems } = takeApart(lines);
    const [row] = await ctx.pool.query<{ n: number }>("hot_stage", "SELECT hot_stage($1, $2, $3, $4, $5) AS n", [
      importId,
      numbers.map(({ digits }) => digits),
      numbers.map(({ exact }) => exact),
      problems.map(({ line }) => line),
      problems.map(({ reason }) => reason),
    ]);
    counts.read += row?.n ?? 0;
    counts.repeated += numbers.length - (row?.n ?? 0);
    counts.problems += problems.length;
    refuseTooMany(counts.read);
    if (Date.now() - at.reportedMs < REPORT_MS) continue;
    at.reportedMs = Date.now();
    await run.report({ done: at.bytes, total: file.bytes, note: "Reading, in bytes" });
  }
  await run.report({ done: file.bytes, total: file.bytes });
  return counts;
}

async function* unzipped(
  { db, tenantId }: TenantContext,
  importId: string,
  parts: number,
  at: { bytes: number },
): AsyncGenerator<Buffer> {
  const content = async function* () {
    for (let part = 0; part < parts; part += 1) {
      yield await readTenant(db, { tenantId }, (tx) => hotPart(tx, tenantId, importId, part));
    }
  };
  const gunzip = createGunzip();
  const source = Readable.from(content());
  source.on("error", (error) => gunzip.destroy(error));
  try {
    for await (const chunk of source.pipe(gunzip)) {
      at.bytes += (chunk as Buffer).length;
      yield chunk as Buffer;
    }
  } catch (error) {
    const { code } = error as { code?: unknown };
    if (typeof code !== "string" || !code.startsWith("Z_")) throw error;
    throw new DomainError(
      "invalid_input",
      { hotImportId: importId },
      "The content that was sent is damaged: send it again.",
    );
  } finally {
    source.destroy();
  }
}

function takeApart({ first, texts }: Lines): { numbers: HotNumber[]; problems: HotProblem[] } {
  const numbers: HotNumber[] = [];
  const problems: HotProblem[] = [];
  for (const [index, text] of texts.entries()) {
    const line = first + index;
    if (text === undefined || text.includes("\u0000")) {
      problems.push({ line, reason: "is too long, or holds a zero byte" });
      continue;
    }
    const read = readHotLine(text, line);
    if (read && "reason" in read) problems.push({ line, reason: read.reason });
    else if (read) numbers.push(read);
  }
  return { numbers, problems };
}

async function applied(
  run: TaskRun,
  { db, tenantId }: TenantContext,
  importId: string,
  { read, problems }: Counts,
): Promise<number> {
  const { listId, fileName, mode } = await readTenant(db, { tenantId }, (tx) => getHotImport(tx, tenantId, importId));
  const actor = { kind: "job", id: "hotlist.import", requestId: run.taskId } as const;
  const by = { tenantId, actor, action: "hotlist.import", patienceMs: APPLY_PATIENCE_MS } as const;
  return change(db, by, async (tx) => {
    const numbers = await applyHotImport(tx, importId);
    refuseTooMany(numbers);
    const after = { fileName, mode, read, problems, numbers, by: run.createdBy };
    return { subject: `hot_list:${listId}`, after, result: numbers };
  });
}

/** What does not hold goes, in bounded steps. */
async function unstage({ pool }: TenantContext, importId: string, run?: TaskRun): Promise<void> {
  for (let gone = 1; gone > 0; ) {
    const [row] = await pool.query<{ n: number }>("hot_unstage", "SELECT hot_unstage($1, $2) AS n", [importId, 50_000]);
    gone = row?.n ?? 0;
    if (gone > 0) await run?.report({ note: "Clearing up" });
  }
}
