import { change } from "@/server/domain/audit/change";
import { mailFinding } from "@/server/domain/rules/notify-finding";
import type { Processor } from "@/workers/processors/types";

/** Mails the desk that a rule reached critical. A repeat mails again, which happens only when a worker died in between. */
export const notifyFinding: Processor<"notifyFinding"> = async (payload, ctx) => {
  const actor = { kind: "job", id: "rule.notify", requestId: ctx.jobId } as const;
  await change(ctx.db, { tenantId: ctx.tenantId, actor, action: "rule.notify" }, async (tx) => {
    const told = await mailFinding(tx, ctx.tenantId, { ...payload, appUrl: ctx.settings.appUrl });
    return { subject: `finding:${payload.findingId}`, after: { mails: 0, ...told }, result: undefined };
  });
};
