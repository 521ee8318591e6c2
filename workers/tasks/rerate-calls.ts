import { rerate } from "@/server/domain/rerating/rerate-run";
import type { TaskWork } from "@/workers/tasks/run-task";

/** Re-rates calls for the tenant whose job it is, or previews that. */
export const rerateCalls: TaskWork = (run, ctx) =>
  rerate({
    db: ctx.db,
    sellerId: ctx.tenantId,
    taskId: run.taskId,
    input: run.input,
    checkpoint: run.checkpoint,
    actorName: run.createdBy,
    actor: { kind: "job", id: "rating.rerate", requestId: ctx.jobId },
    report: (state) => run.report(state),
  });
