import type { HotMode } from "@/server/domain/blocks/block.schema";
import { createTask, getTask, type Task } from "@/server/domain/tasks/tasks";
import type { TenantRead, TenantWrite } from "@/server/infra/db/tenant-tx";
import { DomainError } from "@/server/kernel/errors";
import type { TenantId } from "@/server/kernel/ids";

export type HotList = {
  readonly id: string;
  readonly name: string;
  readonly enabled: boolean;
  readonly numbers: number;
  readonly changedAt: Date | null;
  /** The last file, once all of it was sent. */
  readonly import: {
    readonly id: string;
    readonly fileName: string;
    readonly problems: number;
    readonly task: Task;
  } | null;
};

const MOST_LISTS = 50;

const fileIn = (tx: TenantRead, tenantId: TenantId, id: string) =>
  tx.hotImport.findUnique({ where: { tenantId_id: { tenantId, id } } });

/** A tenant's own lists, by name; those above it hold as well and are not shown. */
export async function listHotLists(tx: TenantRead, tenantId: TenantId): Promise<HotList[]> {
  const rows = await tx.hotList.findMany({ where: { tenantId }, orderBy: { name: "asc" }, take: MOST_LISTS });
  const lists: HotList[] = [];
  for (const { id, name, enabled, numbers, changedAt, importId } of rows) {
    const file = importId === null ? null : await fileIn(tx, tenantId, importId);
    const last = file?.taskId
      ? {
          id: file.id,
          fileName: file.fileName,
          problems: file.problems,
          task: await getTask(tx, tenantId, file.taskId),
        }
      : null;
    lists.push({ id, name, enabled, numbers, changedAt, import: last });
  }
  return lists;
}

/**
 * Makes an empty list, which holds from when it has numbers.
 * @throws DomainError conflict when there is one of that name; limit_bound when there are fifty.
 */
export async function createHotList(tx: TenantWrite, tenantId: TenantId, name: string): Promise<string> {
  if ((await tx.hotList.count({ where: { tenantId } })) >= MOST_LISTS) {
    throw new DomainError("limit_bound", { most: MOST_LISTS }, `A tenant has at most ${MOST_LISTS} lists.`);
  }
  const [row] = await tx.$queryRaw<{ id: string }[]>`
    INSERT INTO hot_list (tenant_id, name, enabled) VALUES (${tenantId}::uuid, ${name}, true) ON CONFLICT DO NOTHING RETURNING id`;
  if (!row) throw new DomainError("conflict", { field: "name" }, `There is a list ${JSON.stringify(name)} already.`);
  return row.id;
}

/** The id of a list by its name. @throws DomainError not_found. */
export async function findHotList(tx: TenantRead, tenantId: TenantId, name: string): Promise<string> {
  const row = await tx.hotList.findFirst({ where: { tenantId, name }, select: { id: true } });
  if (!row) throw new DomainError("not_found", { list: name }, `There is no list ${JSON.stringify(name)}.`);
  return row.id;
}

type Locked = { name: string; enabled: boolean; importId: string | null };

async function lock(tx: TenantWrite, tenantId: TenantId, id: string): Promise<Locked> {
  const [row] = await tx.$queryRaw<Locked[]>`
    SELECT name, enabled, import_id AS "importId" FROM hot_list WHERE tenant_id = ${tenantId}::uuid AND id = ${id}::uuid FOR UPDATE`;
  if (!row) throw new DomainError("not_found", { hotListId: id });
  return row;
}

/** Has a list hold, or not, from the next call on. A repeat changes nothing. @throws DomainError not_found. */
export async function enableHotList(
  tx: TenantWrite,
  tenantId: TenantId,
  { id, enabled }: Readonly<{ id: string; enabled: boolean }>,
): Promise<{ name: string; before: boolean }> {
  const list = await lock(tx, tenantId, id);
  await tx.$executeRaw`UPDATE hot_list SET enabled = ${enabled} WHERE tenant_id = ${tenantId}::uuid AND id = ${id}::uuid`;
  return { name: list.name, before: list.enabled };
}

/** Deletes a list with all its numbers. @throws DomainError not_found; invalid_state while a file is being read into it. */
export async function deleteHotList(tx: TenantWrite, tenantId: TenantId, id: string): Promise<string> {
  const list = await lock(tx, tenantId, id);
  await refuseWhileReading(tx, tenantId, list);
  await tx.$executeRaw`DELETE FROM hot_list WHERE tenant_id = ${tenantId}::uuid AND id = ${id}::uuid`;
  return list.name;
}

async function refuseWhileReading(tx: TenantRead, tenantId: TenantId, { importId, name }: Locked): Promise<void> {
  const file = importId === null ? null : await fileIn(tx, tenantId, importId);
  const task = file?.taskId ? await getTask(tx, tenantId, file.taskId) : undefined;
  if (task?.state !== "queued" && task?.state !== "running") return;
  throw new DomainError(
    "invalid_state",
    { list: name },
    `A file is being read into ${name}: wait, or cancel that job.`,
  );
}

type NewFile = Readonly<{ hotListId: string; fileName: string; bytes: number; mode: HotMode; by: string }>;

/**
 * Registers a file that is about to be sent for a list. Nothing is read before all of its parts are here.
 * @param file.by "user:…" or "cli:…".
 * @returns its id.
 * @throws DomainError not_found.
 */
export async function createHotImport(tx: TenantWrite, tenantId: TenantId, file: NewFile): Promise<string> {
  await lock(tx, tenantId, file.hotListId);
  await tx.$queryRaw`SELECT hot_let_go()`;
  const [row] = await tx.$queryRaw<{ id: string }[]>`
    INSERT INTO hot_import (tenant_id, list_id, file_name, bytes, mode, created_by)
    VALUES (${tenantId}::uuid, ${file.hotListId}::uuid, ${file.fileName}, ${file.bytes}::bigint, ${file.mode}, ${file.by}) RETURNING id`;
  if (!row) throw new Error("an import was not written");
  return row.id;
}

async function fileOf(tx: TenantRead, tenantId: TenantId, id: string) {
  const file = await fileIn(tx, tenantId, id);
  if (!file) throw new DomainError("not_found", { hotImportId: id });
  return file;
}

/**
 * Keeps one part of the file's compressed content. The same part twice is kept once.
 * @throws DomainError not_found; invalid_state once it is being read.
 */
export async function addHotPart(
  tx: TenantWrite,
  tenantId: TenantId,
  { importId, part, content }: Readonly<{ importId: string; part: number; content: Uint8Array<ArrayBuffer> }>,
): Promise<void> {
  const { taskId } = await fileOf(tx, tenantId, importId);
  if (taskId) throw new DomainError("invalid_state", { hotImportId: importId }, "That file is complete already.");
  await tx.hotImportPart.createMany({ data: [{ tenantId, importId, part, content }], skipDuplicates: true });
}

/**
 * Begins to read a file that is complete, which is when it has just these parts. A repeat gives the same job.
 * @returns the id of the long job.
 * @throws DomainError not_found; invalid_state while parts are missing, or while another file is read into the list.
 */
export async function startHotImport(
  tx: TenantWrite,
  tenantId: TenantId,
  { importId, parts }: Readonly<{ importId: string; parts: number }>,
): Promise<string> {
  const { listId } = await fileOf(tx, tenantId, importId);
  const list = await lock(tx, tenantId, listId);
  const file = await fileOf(tx, tenantId, importId);
  if (file.taskId) return file.taskId;
  await refuseWhileReading(tx, tenantId, list);
  const there = await tx.hotImportPart.count({ where: { tenantId, importId } });
  if (there !== parts) {
    const sentence = `${there} parts are here and ${parts} were sent: send the file again.`;
    throw new DomainError("invalid_state", { hotImportId: importId, parts, there }, sentence);
  }
  const taskId = await createTask(tx, tenantId, {
    kind: "hotlist.import",
    title: `Read ${file.fileName} into ${list.name}`,
    input: { importId },
    createdBy: file.createdBy,
  });
  await tx.$executeRaw`
    UPDATE hot_import SET task_id = ${taskId}::uuid, parts = ${parts}::int WHERE tenant_id = ${tenantId}::uuid AND id = ${importId}::uuid`;
  await tx.$executeRaw`
    UPDATE hot_list SET import_id = ${importId}::uuid WHERE tenant_id = ${tenantId}::uuid AND id = ${listId}::uuid`;
  return taskId;
}

export type HotProblem = { readonly line: number; readonly reason: string };

/** Lines of a file that are no number, in their order; at most a thousand of them. @throws DomainError not_found. */
export async function listHotProblems(tx: TenantRead, tenantId: TenantId, importId: string): Promise<HotProblem[]> {
  await fileOf(tx, tenantId, importId);
  return tx.hotImportProblem.findMany({
    where: { tenantId, importId },
    select: { line: true, reason: true },
    orderBy: { line: "asc" },
    take: 1_000,
  });
}

/** A file that is read, and the job that does it. @throws DomainError not_found; invalid_state before it was started. */
export async function getHotImport(tx: TenantRead, tenantId: TenantId, importId: string) {
  const { taskId, parts, problems, mode, fileName, bytes, listId } = await fileOf(tx, tenantId, importId);
  if (!taskId || parts === null) throw new DomainError("invalid_state", { hotImportId: importId });
  const task = await getTask(tx, tenantId, taskId);
  return { task, parts, problems, mode: mode as HotMode, fileName, bytes: Number(bytes), listId };
}

/** One part of the content. @throws DomainError not_found when it is gone. */
export async function hotPart(tx: TenantRead, tenantId: TenantId, importId: string, part: number): Promise<Uint8Array> {
  const row = await tx.hotImportPart.findUnique({ where: { tenantId_importId_part: { tenantId, importId, part } } });
  if (row) return row.content;
  throw new DomainError(
    "not_found",
    { hotImportId: importId, part },
    "The content of the file is gone: send it again.",
  );
}

/**
 * Has what was read hold, all at once. A repeat changes nothing.
 * @returns how many numbers the list has.
 * @throws DomainError not_found; invalid_state when another file was first.
 */
export async function applyHotImport(tx: TenantWrite, importId: string): Promise<number> {
  const [row] = await tx.$queryRaw<{ numbers: number }[]>`SELECT hot_apply(${importId}::uuid) AS numbers`;
  return row?.numbers ?? 0;
}
