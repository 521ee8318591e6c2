import { isTaskKind, type TaskKind, type TaskState } from "@/server/domain/tasks/task.schema";
import { taskError } from "@/server/domain/tasks/task-errors";
import { taskNote, taskTitle } from "@/server/domain/tasks/task-words";
import type { Prisma } from "@/server/infra/db/generated/client";
import type { TenantRead, TenantWrite } from "@/server/infra/db/tenant-tx";
import { DomainError } from "@/server/kernel/errors";
import type { TenantId } from "@/server/kernel/ids";
import { enqueue } from "@/server/queue/outbox";

/** Plain JSON, as it is stored. */
export type Json = Prisma.InputJsonValue;

export type Task = {
  readonly id: string;
  readonly kind: TaskKind;
  readonly title: string;
  readonly state: TaskState;
  /** Steps done, of `total` when that is known. */
  readonly done: number;
  readonly total: number | null;
  readonly note: string;
  /** What came of it, as its kind says; null until it is done. */
  readonly result: unknown;
  /** One sentence for a failed task. */
  readonly error: string | null;
  readonly cancelRequested: boolean;
  readonly createdAt: Date;
  readonly startedAt: Date | null;
  readonly endedAt: Date | null;
};

type NewTask = Readonly<{
  kind: TaskKind;
  /** What people read in the list of jobs. */
  title: string;
  /** Ids and settings; never a secret. */
  input: Json;
  total?: number;
  /** "user:…" or "cli:…". */
  createdBy: string;
}>;

/**
 * Writes a long job down and queues it, in the transaction of the change that asks for it.
 * @returns its id.
 */
export async function createTask(tx: TenantWrite, tenantId: TenantId, task: NewTask): Promise<string> {
  const { id } = await tx.task.create({
    data: {
      tenantId,
      kind: task.kind,
      title: task.title.slice(0, 200),
      input: task.input,
      total: task.total ?? null,
      createdBy: task.createdBy,
    },
    select: { id: true },
  });
  await enqueue(tx, tenantId, "runTask", { taskId: id });
  return id;
}

const shown = {
  id: true,
  kind: true,
  title: true,
  state: true,
  done: true,
  total: true,
  note: true,
  result: true,
  error: true,
  cancelRequested: true,
  createdAt: true,
  startedAt: true,
  endedAt: true,
} as const;

type Stored = Prisma.TaskGetPayload<{ select: typeof shown }>;

function taskOf(row: Stored): Task {
  if (!isTaskKind(row.kind)) throw new DomainError("not_found", { task: row.id });
  return {
    ...row,
    kind: row.kind,
    title: taskTitle(row.kind, row.title),
    note: taskNote(row.kind, row.note),
    error: taskError(row.error),
    state: row.state as TaskState,
    done: Number(row.done),
    total: row.total === null ? null : Number(row.total),
  };
}

/** The tenant's own long jobs, newest first; `active` leaves only those that wait or run. */
export async function listTasks(
  tx: TenantRead,
  tenantId: TenantId,
  { active = false, limit = 50 }: { active?: boolean | undefined; limit?: number | undefined } = {},
): Promise<Task[]> {
  const states = active ? { state: { in: ["queued", "running"] } } : {};
  const rows = await tx.task.findMany({
    where: { tenantId, ...states },
    orderBy: { createdAt: "desc" },
    take: limit,
    select: shown,
  });
  return rows.filter((row) => isTaskKind(row.kind)).map(taskOf);
}

/** @throws DomainError not_found when the tenant has no such job. */
export async function getTask(tx: TenantRead, tenantId: TenantId, taskId: string): Promise<Task> {
  const row = await tx.task.findUnique({ where: { tenantId_id: { tenantId, id: taskId } }, select: shown });
  if (!row) throw new DomainError("not_found", { task: taskId });
  return taskOf(row);
}

/**
 * Asks a job to stop. One that waits stops at once, one that runs at its next step; what it has done by then stays.
 * A repeat changes nothing.
 * @throws DomainError not_found; invalid_state for one that is over.
 */
export async function cancelTask(tx: TenantWrite, tenantId: TenantId, taskId: string): Promise<Task> {
  const before = await getTask(tx, tenantId, taskId);
  if (before.state !== "queued" && before.state !== "running") {
    throw new DomainError("invalid_state", { task: taskId }, "That job is over already.");
  }
  const where = { tenantId, id: taskId };
  await tx.task.updateMany({ where, data: { cancelRequested: true } });
  await tx.task.updateMany({ where: { ...where, state: "queued" }, data: { state: "cancelled", endedAt: new Date() } });
  return getTask(tx, tenantId, taskId);
}

/**
 * Lets a cancelled or failed job go on from its last checkpoint.
 * @throws DomainError not_found; invalid_state for one that waits, runs or is done.
 */
export async function resumeTask(tx: TenantWrite, tenantId: TenantId, taskId: string): Promise<Task> {
  await getTask(tx, tenantId, taskId);
  const { count } = await tx.task.updateMany({
    where: { tenantId, id: taskId, state: { in: ["cancelled", "failed"] } },
    data: { state: "queued", cancelRequested: false, error: null, endedAt: null },
  });
  if (count === 0) throw new DomainError("invalid_state", { task: taskId }, "Only a stopped or failed job can go on.");
  await enqueue(tx, tenantId, "runTask", { taskId });
  return getTask(tx, tenantId, taskId);
}
