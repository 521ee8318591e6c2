import { durationText } from "@/components/calls/duration-text";

type Told = Readonly<{
  direction: string;
  outcome: string;
  startedAt: Date;
  answeredAt: Date | null;
  talkMs: number;
  hangupSide: string | null;
  reasonSentence: string | null;
}>;

const [yours, theirs] = ["your side hung up", "the other side hung up"];
const sides: Readonly<Record<string, string>> = {
  caller: yours,
  callee: theirs,
  limit: "the reserved money was used up",
  system: "the system ended it",
};

const sidesIncoming: Readonly<Record<string, string>> = { ...sides, caller: theirs, callee: yours };

/** What happened, in one sentence. */
export function callSentence(call: Told): string {
  const incoming = call.direction === "in";
  if (call.answeredAt) {
    const rang = Math.max(0, Math.round((call.answeredAt.getTime() - call.startedAt.getTime()) / 1_000));
    const opening = `Rang ${rang} s, then talked for ${durationText(call.talkMs / 1_000)}`;
    if (call.outcome === "live") return `${opening} so far.`;
    const side = call.hangupSide ? (incoming ? sidesIncoming : sides)[call.hangupSide] : undefined;
    return `${opening}${side ? `; ${side}` : ""}.`;
  }
  if (call.reasonSentence) return call.reasonSentence;
  if (call.outcome === "ringing") return incoming ? "Your side is ringing." : "The other side is ringing.";
  if (call.outcome === "cancelled") return `${incoming ? "The caller" : "Your side"} hung up before anybody answered.`;
  if (call.outcome === "no_answer") return "Nobody answered.";
  return "The call was not answered, so it cost nothing.";
}
