import { openCalls } from "@/server/domain/calls/call-control";
import { DomainError } from "@/server/kernel/errors";
import type { Processor } from "@/workers/processors/types";

const HANG_UP_MS = 3_000;
/** "Call rejected": what a phone shows when the other side of the fence ends the call. */
const CAUSE = 21;

/**
 * Ends the live calls of one call, extension or tenant. An emergency call never is, and a call from outside that nobody pays
 * for only when it is meant by itself. Safe to repeat: what is over already is over. The calls are settled by their own ends.
 * @throws DomainError pbx_unreachable when the PBX could not be asked about at least one of them; worth another try.
 */
export const hangUpOfSubject: Processor<"hangUpOfSubject"> = async ({ subject, id }, ctx) => {
  const mine = (await openCalls(ctx.pool, ctx.pbx)).filter((call) => {
    if (call.tenantId !== ctx.tenantId || call.kind === "emergency") return false;
    if (subject === "call") return call.callId === id;
    if (call.kind === "inbound" && call.heldMicros === 0n) return false;
    return subject === "tenant" ? call.tenantId === id : call.extensionId === id;
  });
  if (mine.length === 0) return;
  const { ami } = ctx;
  if (!ami) throw new DomainError("pbx_unreachable", { reason: "no PBX is connected" });
  const asked = await Promise.allSettled(
    mine.map(({ call }) => ami.hangUp(call, { cause: CAUSE, deadlineMs: HANG_UP_MS })),
  );
  const failed = asked.find((one) => one.status === "rejected");
  ctx.log.info(
    { subject, id, calls: mine.length, failed: asked.filter((a) => a.status === "rejected").length },
    "hung up",
  );
  if (failed) throw failed.reason;
};
