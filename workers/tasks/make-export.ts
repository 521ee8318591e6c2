import { z } from "zod";

import { makeExport } from "@/server/domain/exports/make";
import { listPolicies } from "@/server/domain/retention/policies";
import { readTenant } from "@/server/infra/db/read-tenant";
import { DomainError } from "@/server/kernel/errors";
import type { TaskWork } from "@/workers/tasks/run-task";

/** Makes the file of this job; what is there of it by now stays, so it goes on where it stopped. */
export const makeExportFile: TaskWork = async (run, { db, pool, tenantId }) => {
  const { file, keepDays } = await readTenant(db, { tenantId }, async (tx) => ({
    file: await tx.exportFile.findFirst({ where: { tenantId, taskId: run.taskId }, select: { id: true } }),
    keepDays: (await listPolicies(tx, tenantId)).find((one) => one.class === "exports")?.days,
  }));
  if (!file) throw new DomainError("not_found", { task: run.taskId });
  return makeExport({
    db,
    pool,
    tenantId,
    exportId: z.uuid().parse(file.id),
    keepDays: keepDays ?? 7,
    actor: { kind: "job", id: "export.make", requestId: run.taskId },
    report: (report) => run.report(report),
  });
};
