import type { Processor } from "@/workers/processors/types";
import { taskWorks } from "@/workers/tasks/all";
import { runTask } from "@/workers/tasks/run-task";

/** Runs one long job; safe to repeat, because each goes on from its checkpoint. */
export const runLongTask: Processor<"runTask"> = ({ taskId }, ctx) => runTask(ctx, taskId, taskWorks);
