import { openCalls } from "@/server/domain/calls/call-control";
import { hangUpAll, mayBeEnded } from "@/workers/calls/end-calls";
import type { Processor } from "@/workers/processors/types";

/**
 * Ends the live calls of one call, extension or tenant. An emergency call never is, and a call from outside that nobody pays
 * for only when it is meant by itself. Safe to repeat: what is over already is over. The calls are settled by their own ends.
 * @throws DomainError pbx_unreachable when the PBX could not be asked about at least one of them; worth another try.
 */
export const hangUpOfSubject: Processor<"hangUpOfSubject"> = async ({ subject, id }, ctx) => {
  const mine = (await openCalls(ctx.pool, ctx.pbx)).filter((call) => {
    if (call.tenantId !== ctx.tenantId || call.kind === "emergency") return false;
    if (subject === "call") return call.callId === id;
    return mayBeEnded(call) && (subject === "tenant" ? call.tenantId === id : call.extensionId === id);
  });
  await hangUpAll(ctx.ami, mine).finally(() => {
    if (mine.length > 0) ctx.log.info({ subject, id, calls: mine.length }, "asked to hang up");
  });
};
