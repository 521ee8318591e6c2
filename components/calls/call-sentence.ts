import { durationText } from "@/components/calls/duration-text";

type Told = Readonly<{
  outcome: string;
  startedAt: Date;
  answeredAt: Date | null;
  talkMs: number;
  hangupSide: string | null;
  reasonSentence: string | null;
}>;

const sides: Readonly<Record<string, string>> = {
  caller: "your side hung up",
  callee: "the other side hung up",
  limit: "the reserved money was used up",
  system: "the system ended it",
};

/** What happened, in one sentence. */
export function callSentence(call: Told): string {
  if (call.answeredAt) {
    const rang = Math.max(0, Math.round((call.answeredAt.getTime() - call.startedAt.getTime()) / 1_000));
    const opening = `Rang ${rang} s, then talked for ${durationText(call.talkMs / 1_000)}`;
    if (call.outcome === "live") return `${opening} so far.`;
    const side = call.hangupSide ? sides[call.hangupSide] : undefined;
    return `${opening}${side ? `; ${side}` : ""}.`;
  }
  if (call.reasonSentence) return call.reasonSentence;
  if (call.outcome === "ringing") return "The other side is ringing.";
  if (call.outcome === "cancelled") return "Your side hung up before anybody answered.";
  if (call.outcome === "no_answer") return "Nobody answered.";
  return "The call was not answered, so it cost nothing.";
}
