import { rebuildUsage } from "@/server/domain/usage/rebuild";
import type { TaskWork } from "@/workers/tasks/run-task";

/** Makes the sums of calls anew, for the whole house. */
export const rebuildUsageWork: TaskWork = (run, ctx) =>
  rebuildUsage(ctx.pool, run.input, run.checkpoint, (state) => run.report(state));
