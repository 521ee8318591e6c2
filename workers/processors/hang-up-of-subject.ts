import { change, recordRefusal } from "@/server/domain/audit/change";
import { openCalls } from "@/server/domain/calls/call-control";
import { DomainError } from "@/server/kernel/errors";
import { hangUpAll, mayBeEnded } from "@/workers/calls/end-calls";
import type { Processor } from "@/workers/processors/types";

/**
 * Ends the live calls of one call, extension or tenant. An emergency call never is, and a call from outside that nobody pays
 * for only when it is meant by itself. How many it was, or that it could not be done, stands in the tenant's trail. Safe to
 * repeat: what is over already is over. The calls are settled by their own ends.
 * @throws DomainError pbx_unreachable when the PBX could not be asked about at least one of them; worth another try.
 */
export const hangUpOfSubject: Processor<"hangUpOfSubject"> = async ({ subject, id }, ctx) => {
  const mine = (await openCalls(ctx.pool, ctx.pbx)).filter((call) => {
    if (call.tenantId !== ctx.tenantId || call.kind === "emergency") return false;
    if (subject === "call") return call.callId === id;
    return mayBeEnded(call) && (subject === "tenant" ? call.tenantId === id : call.extensionId === id);
  });
  if (mine.length === 0) return;
  const calls = mine.length;
  const actor = { kind: "job", id: "call.hang_up_of_subject", requestId: ctx.jobId } as const;
  const by = { tenantId: ctx.tenantId, actor, action: "call.hang_up" } as const;
  const about = `${subject}:${id}`;
  try {
    await hangUpAll(ctx.ami, mine);
  } catch (error) {
    const known = error instanceof DomainError ? error : undefined;
    const after = { calls, asked: Number(known?.detail["asked"] ?? 0), code: known?.code ?? "internal" };
    await recordRefusal(ctx.db, by, { subject: about, outcome: "failed", after });
    throw error;
  }
  await change(ctx.db, by, async () => ({ subject: about, after: { calls }, result: undefined }));
  ctx.log.info({ subject, id, calls }, "asked to hang up");
};
