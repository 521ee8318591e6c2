import { taskError } from "@/server/domain/tasks/task-errors";
import { taskTitle } from "@/server/domain/tasks/task-words";
import type { TenantRead } from "@/server/infra/db/tenant-tx";

export type AnyTask = Readonly<{
  id: string;
  kind: string;
  title: string;
  state: string;
  done: number;
  total: number | null;
  error: string | null;
  tenantName: string;
  tenantSlug: string;
  createdAt: Date;
  startedAt: Date | null;
  endedAt: Date | null;
}>;

const MOST = 100;

/**
 * Long jobs of all tenants: those that wait or run, then those that failed, then the others of the last week, the newest
 * first; at most 100. None for anybody but the operator.
 */
export async function listAllTasks(tx: TenantRead): Promise<AnyTask[]> {
  const rows = await tx.$queryRaw<AnyTask[]>`
    SELECT id, kind, title, state, done::float8 AS done, total::float8 AS total, error, tenant_name AS "tenantName",
      tenant_slug AS "tenantSlug", created_at AS "createdAt", started_at AS "startedAt", ended_at AS "endedAt"
    FROM tasks_of_all(${MOST})`;
  return rows.map((row) => ({ ...row, title: taskTitle(row.kind, row.title), error: taskError(row.error) }));
}
