import { rehearse } from "@/server/domain/rules/rehearsal";
import type { TaskWork } from "@/workers/tasks/run-task";

/** Replays a rule over past calls for the tenant whose job it is. */
export const rehearseRule: TaskWork = (run, ctx) =>
  rehearse(ctx.pool, ctx.tenantId, run.input, run.checkpoint, (state) => run.report(state));
