import type { Subject } from "@/server/domain/subjects/subject.schema";
import type { TaskState } from "@/server/domain/tasks/task.schema";
import { taskError } from "@/server/domain/tasks/task-errors";
import { createTask } from "@/server/domain/tasks/tasks";
import type { TenantRead, TenantWrite } from "@/server/infra/db/tenant-tx";
import { DomainError } from "@/server/kernel/errors";
import type { TenantId } from "@/server/kernel/ids";

export type ErasureLine = Readonly<{ relation: string; tenants: number; erased: bigint; held: bigint; kept: bigint }>;

export type Erasure = Readonly<{
  id: string;
  taskId: string;
  kind: "number" | "person";
  /** What stands for whom it was about; empty until a worker took it. */
  token: string;
  countsOnly: boolean;
  reason: string;
  askedBy: string;
  askedAt: Date;
  endedAt: Date | null;
  state: TaskState;
  error: string | null;
  lines: readonly ErasureLine[];
}>;

/**
 * What stands against an erasure.
 * @throws DomainError erasure_held for a legal hold; erasure_in_use for a number in service or the last owner of a tenant.
 */
async function mustBeFree(tx: TenantRead, { kind, subject }: Subject, personId: string | null): Promise<void> {
  const found = await tx.$queryRaw<{ code: string; what: string }[]>`
    SELECT code, what FROM erasure_refusal(${kind}, ${subject}, ${personId}::uuid)`;
  const held = found.find(({ code }) => code === "held");
  if (held) {
    const sentence = `A legal hold keeps it: ${held.what}. Lift the hold first, or tell who asked that it has to stay.`;
    throw new DomainError("erasure_held", {}, sentence);
  }
  const [first] = found;
  if (!first) return;
  const places = found.filter(({ code }) => code === first.code).map(({ what }) => what);
  const where = places.join(", ");
  const sentences: Readonly<Record<string, string>> = {
    number: `That number is in service at ${where}. Remove it there first.`,
    caller_id: `That number is the caller ID of ${where}. Change that first.`,
    last_owner: `That is the last owner of ${where}. Invite another owner there first.`,
  };
  throw new DomainError("erasure_in_use", { in: first.code }, sentences[first.code]);
}

/**
 * Asks for everything about a number or a person to be forgotten, or to be counted, at every tenant: a long job does it. What it is
 * about is known to the job only, and only until it is done. Asking again makes another job, which finds what came since.
 * @param by "user:…" or "cli:…".
 * @throws DomainError erasure_held, erasure_in_use; a count is refused by neither.
 */
export async function askErasure(
  tx: TenantWrite,
  operator: TenantId,
  asked: Readonly<{ about: Subject; reason: string; countsOnly: boolean }>,
  by: string,
): Promise<{ id: string; taskId: string }> {
  const { about, reason, countsOnly } = asked;
  const [person] =
    about.kind === "person"
      ? await tx.$queryRaw<{ id: string | null }[]>`SELECT erasure_person_of(${about.subject}) AS id`
      : [];
  const personId = person?.id ?? null;
  if (!countsOnly) await mustBeFree(tx, about, personId);
  const what = about.kind === "number" ? "a number" : "a person";
  const title = countsOnly ? `Count what is known about ${what}` : `Erasure of ${what}`;
  const taskId = await createTask(tx, operator, { kind: "subject.erase", title, input: { countsOnly }, createdBy: by });
  await tx.$executeRaw`
    INSERT INTO erasure (tenant_id, task_id, kind, subject, person_id, counts_only, reason, asked_by)
    VALUES (${operator}::uuid, ${taskId}::uuid, ${about.kind}, ${about.subject}, ${personId}::uuid, ${countsOnly}, ${reason}, ${by})`;
  const [row] = await tx.$queryRaw<{ id: string }[]>`
    SELECT id FROM erasure WHERE tenant_id = ${operator}::uuid AND task_id = ${taskId}::uuid`;
  if (!row) throw new Error("the erasure was not written");
  return { id: row.id, taskId };
}

type Stored = Omit<Erasure, "lines">;

/** Erasures and counts, newest first, with what each found by kind of row. */
export async function listErasures(tx: TenantRead, operator: TenantId, limit = 20): Promise<Erasure[]> {
  const rows = await tx.$queryRaw<Stored[]>`
    SELECT e.id, e.task_id AS "taskId", e.kind, e.token, e.counts_only AS "countsOnly", e.reason,
      coalesce(nullif(p.name, ''), p.email, e.asked_by) AS "askedBy", e.asked_at AS "askedAt", e.ended_at AS "endedAt", t.state, t.error
    FROM erasure e JOIN task t ON t.tenant_id = e.tenant_id AND t.id = e.task_id LEFT JOIN person p ON 'user:' || p.id = e.asked_by
    WHERE e.tenant_id = ${operator}::uuid ORDER BY e.asked_at DESC, e.id LIMIT ${limit}`;
  const counts = await tx.$queryRaw<(ErasureLine & { id: string })[]>`
    SELECT c.erasure_id AS id, c.relation, count(*)::int AS tenants, sum(c.erased)::bigint AS erased, sum(c.held)::bigint AS held, sum(c.kept)::bigint AS kept
    FROM erasure_count c LEFT JOIN erasure_target g ON g.relation = c.relation
    WHERE c.tenant_id = ${operator}::uuid AND c.erasure_id = ANY (${rows.map(({ id }) => id)}::uuid[])
    GROUP BY 1, 2, g.rank ORDER BY g.rank NULLS FIRST, c.relation`;
  return rows.map((row) => ({
    ...row,
    error: taskError(row.error),
    lines: counts.filter(({ id }) => id === row.id).map(({ id: _, ...line }) => line),
  }));
}

/** @throws DomainError not_found for a job that is no erasure. */
export async function erasureOfTask(tx: TenantRead, operator: TenantId, taskId: string): Promise<Erasure> {
  const found = (await listErasures(tx, operator, 1_000)).find((one) => one.taskId === taskId);
  if (!found) throw new DomainError("not_found", { task: taskId });
  return found;
}
