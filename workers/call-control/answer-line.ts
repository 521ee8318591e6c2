import type { Answer } from "@/server/domain/calls/call-control";
import { refusals } from "@/server/kernel/refusals";

const MOST_SECONDS = 14_400;

/**
 * The one line that the dialplan reads: kind|seconds|target|caller id|code|our id of the call.
 * @throws RangeError when a field could break the line or the dial string: the PBX then hears an error and refuses.
 */
export function answerLine(answer: Answer): string {
  const refused = answer.kind === "refuse";
  const seconds = refused ? refusals[answer.code || "SYS-01"].sip : Math.min(answer.grantedSeconds, MOST_SECONDS);
  if (!Number.isInteger(seconds) || seconds < 1) throw new RangeError("a grant is at least one second");
  const target = refused ? "" : answer.target;
  const fields = [answer.kind, String(seconds), target, answer.callerId, answer.code, answer.callId ?? ""];
  const bad = fields.find((field) => !/^[A-Za-z0-9+*#._-]{0,80}$/.test(field));
  if (bad !== undefined) throw new RangeError("a field of the answer holds what the dialplan may not read");
  const atPhone = answer.kind === "internal" || answer.kind === "inbound";
  if (!refused && (target === "" || (!atPhone && !/^[0-9+*#]{2,20}$/.test(target)))) {
    throw new RangeError("nothing to dial");
  }
  return fields.join("|");
}
