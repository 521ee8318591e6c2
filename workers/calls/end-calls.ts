import { setTimeout as pause } from "node:timers/promises";

import type { OpenCall } from "@/server/domain/calls/call-control";
import type { AmiGateway } from "@/server/infra/ami/gateway";
import { DomainError } from "@/server/kernel/errors";

const HANG_UP_MS = 3_000;
const GONE_MS = 1_500;
const LOOK_EVERY_MS = 100;
/** "Call rejected": what a phone shows when the other side of the fence ends the call. */
const CAUSE = 21;

/**
 * Whether a call may be ended from here: an emergency call never, nor one that calls back a phone that called for help, and a
 * call from outside only when somebody pays for it.
 */
export const mayBeEnded = (call: OpenCall): boolean =>
  call.kind !== "emergency" && !call.helps && (call.kind !== "inbound" || call.heldMicros > 0n);

/**
 * Asks the PBX to end these calls, all at once. What is over already is over. They are settled by their own ends.
 * @throws DomainError pbx_unreachable when it could not be asked about at least one, with how many were asked.
 */
export async function hangUpAll(ami: AmiGateway | undefined, calls: readonly OpenCall[]): Promise<void> {
  if (calls.length === 0) return;
  if (!ami) throw new DomainError("pbx_unreachable", { reason: "no PBX is connected", asked: 0 });
  const asked = await Promise.allSettled(
    calls.map(({ call }) => ami.hangUp(call, { cause: CAUSE, deadlineMs: HANG_UP_MS })),
  );
  const failed = asked.filter((one) => one.status === "rejected");
  const [first] = failed;
  if (!first) return;
  const { reason } = first;
  if (!(reason instanceof DomainError)) throw reason;
  throw new DomainError(reason.code, { ...reason.detail, asked: calls.length - failed.length });
}

/**
 * Waits a moment until the PBX has no channel of these calls any more.
 * @throws DomainError pbx_unreachable when some are still there, or the PBX cannot be asked.
 */
export async function seeGone(ami: AmiGateway | undefined, calls: readonly OpenCall[]): Promise<void> {
  if (calls.length === 0 || !ami) return;
  const ids = new Set(calls.map(({ call }) => call));
  for (const deadline = Date.now() + GONE_MS; ; await pause(LOOK_EVERY_MS)) {
    const live = await ami.liveChannels({ deadlineMs: HANG_UP_MS });
    const left = live.filter(({ uniqueId }) => ids.has(uniqueId)).length;
    if (left === 0) return;
    if (Date.now() > deadline) throw new DomainError("pbx_unreachable", { reason: "calls go on", left, asked: 0 });
  }
}
