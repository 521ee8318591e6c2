import { change } from "@/server/domain/audit/change";
import { findOperator } from "@/server/domain/tenancy/tenants";
import type { Processor } from "@/workers/processors/types";
import { fileCalls } from "@/workers/retention/file-calls";

/** Files the calls of months that are over for long. Safe to repeat, to stop and to run twice at once. */
export const fileCallsJob: Processor<"fileCalls"> = async (_payload, ctx) => {
  const began = performance.now();
  const { calls, tenants } = await fileCalls(ctx);
  if (calls === 0) return;
  const tenantId = await findOperator(ctx.db);
  if (tenantId) {
    const actor = { kind: "job", id: "calls.file", requestId: ctx.jobId } as const;
    await change(ctx.db, { tenantId, actor, action: "call.file" }, async () => ({
      subject: `tenant:${tenantId}`,
      after: { calls, tenants },
      result: undefined,
    }));
  }
  ctx.log.info({ calls, tenants, ms: Math.round(performance.now() - began) }, "calls of old months were filed");
};
