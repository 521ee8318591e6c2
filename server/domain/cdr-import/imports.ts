import { type CdrOptions, cdrOptionsSchema, type NewCdrImport } from "@/server/domain/cdr-import/cdr-import.schema";
import { type ImportResult, resultSchema } from "@/server/domain/cdr-import/import-progress";
import { createTask, getTask, type Task } from "@/server/domain/tasks/tasks";
import type { TenantRead, TenantWrite } from "@/server/infra/db/tenant-tx";
import { DomainError } from "@/server/kernel/errors";
import type { TenantId } from "@/server/kernel/ids";

/**
 * Registers a file that is about to be sent. Nothing is read before all of its parts are here; what was never completed
 * within a day is let go of.
 * @returns its id.
 */
export async function createCdrImport(
  tx: TenantWrite,
  tenantId: TenantId,
  given: NewCdrImport,
  createdBy: string,
): Promise<string> {
  const { fileName, bytes, ...options } = given;
  await tx.$queryRaw`SELECT cdr_let_go()`;
  const { id } = await tx.cdrImport.create({
    data: {
      tenantId,
      format: given.format,
      source: given.source,
      fileName,
      bytes: BigInt(bytes),
      options: { ...options },
      createdBy,
    },
    select: { id: true },
  });
  return id;
}

/**
 * Keeps one part of the file's compressed content. The same part twice is kept once.
 * @throws DomainError not_found; invalid_state once the import was started.
 */
export async function addCdrPart(
  tx: TenantWrite,
  tenantId: TenantId,
  importId: string,
  part: number,
  content: Uint8Array<ArrayBuffer>,
): Promise<void> {
  const { taskId } = await getOne(tx, tenantId, importId);
  if (taskId) throw new DomainError("invalid_state", { import: importId }, "That file is complete already.");
  await tx.cdrImportPart.createMany({ data: [{ tenantId, importId, part, content }], skipDuplicates: true });
}

/**
 * Begins to read a file that is complete, which is when it has just these parts. A repeat gives the same job.
 * @returns the id of the long job.
 * @throws DomainError not_found; invalid_state while parts are missing.
 */
export async function startCdrImport(
  tx: TenantWrite,
  tenantId: TenantId,
  importId: string,
  parts: number,
): Promise<string> {
  await tx.$queryRaw`SELECT FROM cdr_import WHERE tenant_id = ${tenantId}::uuid AND id = ${importId}::uuid FOR NO KEY UPDATE`;
  const file = await getOne(tx, tenantId, importId);
  if (file.taskId) return file.taskId;
  const of = { tenantId, importId };
  const there = await tx.cdrImportPart.count({ where: { ...of, part: { lt: parts } } });
  const more = await tx.cdrImportPart.count({ where: { ...of, part: { gte: parts } } });
  if (there < parts || more > 0) {
    const sentence = `${there + more} parts are here and ${parts} were sent: send the file again.`;
    throw new DomainError("invalid_state", { import: importId, parts, there }, sentence);
  }
  const taskId = await createTask(tx, tenantId, {
    kind: "cdr.import",
    title: `Compare ${file.fileName}`,
    input: { importId },
    createdBy: file.createdBy,
  });
  await tx.cdrImport.update({ where: { tenantId_id: { tenantId, id: importId } }, data: { taskId, parts } });
  return taskId;
}

export type CdrImport = Readonly<{
  id: string;
  format: string;
  source: string;
  fileName: string;
  bytes: number;
  options: CdrOptions;
  sha256: string | null;
  createdAt: Date;
  /** null while its parts are on their way. */
  task: Task | null;
  /** What came of it; null until it is done. */
  result: ImportResult | null;
  /** Lines that were not understood, at most ten thousand of them. */
  problems: number;
  /** When its records were taken out again. */
  forgottenAt: Date | null;
}>;

async function getOne(tx: TenantRead, tenantId: TenantId, importId: string) {
  const row = await tx.cdrImport.findUnique({ where: { tenantId_id: { tenantId, id: importId } } });
  if (!row) throw new DomainError("not_found", { import: importId });
  return row;
}

type Stored = Awaited<ReturnType<typeof getOne>>;

async function shown(tx: TenantRead, tenantId: TenantId, row: Stored): Promise<CdrImport> {
  const problems = await tx.cdrProblem.count({ where: { tenantId, importId: row.id } });
  const task = row.taskId ? await getTask(tx, tenantId, row.taskId) : null;
  return {
    id: row.id,
    format: row.format,
    source: row.source,
    fileName: row.fileName,
    bytes: Number(row.bytes),
    options: cdrOptionsSchema.parse(row.options),
    sha256: row.sha256,
    createdAt: row.createdAt,
    task,
    result: task?.state === "done" ? (resultSchema.safeParse(task.result).data ?? null) : null,
    problems,
    forgottenAt: row.forgottenAt,
  };
}

/** The files of a tenant, newest first. */
export async function listCdrImports(tx: TenantRead, tenantId: TenantId, limit = 20): Promise<CdrImport[]> {
  const rows = await tx.cdrImport.findMany({ where: { tenantId }, orderBy: { createdAt: "desc" }, take: limit });
  const all: CdrImport[] = [];
  for (const row of rows) all.push(await shown(tx, tenantId, row));
  return all;
}

/** @throws DomainError not_found. */
export async function getCdrImport(tx: TenantRead, tenantId: TenantId, importId: string): Promise<CdrImport> {
  return shown(tx, tenantId, await getOne(tx, tenantId, importId));
}

export type CdrProblem = Readonly<{ line: number; column: number; name: string; reason: string }>;

/** What is wrong with which line, in the order of the file; at most ten thousand are kept. */
export async function listCdrProblems(
  tx: TenantRead,
  tenantId: TenantId,
  importId: string,
  limit = 10_000,
): Promise<CdrProblem[]> {
  await getOne(tx, tenantId, importId);
  const rows = await tx.cdrProblem.findMany({
    where: { tenantId, importId },
    orderBy: [{ line: "asc" }, { columnNumber: "asc" }],
    take: limit,
  });
  return rows.map(({ line, columnNumber, columnName, reason }) => ({
    line,
    column: columnNumber,
    name: columnName,
    reason,
  }));
}

/** Taking half a million records out again is one transaction, and may take a while on a busy machine. */
export const FORGET_PATIENCE_MS = 600_000;
const STEP = 5_000;
const BUSY_STATES: readonly string[] = ["queued", "running"];

/**
 * Takes a file's records and its open differences out again, so that it can be read once more with other settings. Calls
 * that were settled by it stay settled. A repeat removes nothing.
 * @returns how many records went.
 * @throws DomainError not_found; invalid_state while it is being read.
 */
export async function forgetCdrImport(tx: TenantWrite, tenantId: TenantId, importId: string): Promise<number> {
  const { task } = await getCdrImport(tx, tenantId, importId);
  if (task && BUSY_STATES.includes(task.state)) {
    throw new DomainError("invalid_state", { import: importId }, "It is being read: cancel the job first.");
  }
  let gone = 0;
  for (let step = STEP; step > 0; ) {
    const [row] = await tx.$queryRaw<{ n: number }[]>`SELECT cdr_forget(${importId}::uuid, ${STEP}::int) AS n`;
    step = row?.n ?? 0;
    gone += step;
  }
  return gone;
}
