import type { Processor } from "@/workers/processors/types";
import { fileCalls } from "@/workers/retention/file-calls";

/** Files the calls of months that are over for long. Safe to repeat, to stop and to run twice at once. */
export const fileCallsJob: Processor<"fileCalls"> = async (_payload, ctx) => {
  const began = performance.now();
  const { calls, tenants } = await fileCalls(ctx);
  if (calls > 0)
    ctx.log.info({ calls, tenants, ms: Math.round(performance.now() - began) }, "calls of old months were filed");
};
