import { durationText } from "@/components/calls/duration-text";
import { type Message, msg, say, t } from "@/server/kernel/words";

type Told = Readonly<{
  direction: string;
  outcome: string;
  startedAt: Date;
  answeredAt: Date | null;
  talkMs: number;
  hangupSide: string | null;
  reasonSentence: string | null;
}>;

const [yours, theirs] = [
  msg("Rang {rang} s, then talked for {talk}; your side hung up."),
  msg("Rang {rang} s, then talked for {talk}; the other side hung up."),
];
const sides: Readonly<Record<string, Message>> = {
  caller: yours,
  callee: theirs,
  limit: msg("Rang {rang} s, then talked for {talk}; the reserved money was used up."),
  system: msg("Rang {rang} s, then talked for {talk}; the system ended it."),
};
const sidesIncoming: Readonly<Record<string, Message>> = { ...sides, caller: theirs, callee: yours };
const plain = msg("Rang {rang} s, then talked for {talk}.");

const sideWords: Readonly<Record<string, Message>> = {
  caller: msg("hung up by|caller"),
  callee: msg("hung up by|callee"),
  limit: msg("hung up by|limit"),
  system: msg("hung up by|system"),
};

/** Who ended a call, in a word; one that is not known here is shown as it came. */
export function sideWord(side: string): string {
  const known = sideWords[side];
  return known ? say(known) : side;
}

/** What happened, in one sentence. */
export function callSentence(call: Told): string {
  const incoming = call.direction === "in";
  if (call.answeredAt) {
    const rang = Math.max(0, Math.round((call.answeredAt.getTime() - call.startedAt.getTime()) / 1_000));
    const talk = durationText(call.talkMs / 1_000);
    if (call.outcome === "live") return t("Rang {rang} s, then talked for {talk} so far.", { rang, talk });
    const side = call.hangupSide ? (incoming ? sidesIncoming : sides)[call.hangupSide] : undefined;
    return say(side ?? plain, { rang, talk });
  }
  if (call.reasonSentence) return call.reasonSentence;
  if (call.outcome === "ringing") return incoming ? t("Your side is ringing.") : t("The other side is ringing.");
  if (call.outcome === "cancelled")
    return t(incoming ? "The caller hung up before anybody answered." : "Your side hung up before anybody answered.");
  if (call.outcome === "no_answer") return t("Nobody answered.");
  return t("The call was not answered, so it cost nothing.");
}
