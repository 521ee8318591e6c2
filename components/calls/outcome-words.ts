import type { IconName } from "@/components/ui/icon";
import { type Message, msg, say, t } from "@/server/kernel/words";

type Words = Readonly<{ word: string; tone: "ok" | "plain" | "warn" | "bad" | "info" }>;

const words: Readonly<Record<string, Words & Readonly<{ word: Message }>>> = {
  answered: { word: msg("Answered"), tone: "plain" },
  busy: { word: msg("Busy"), tone: "plain" },
  no_answer: { word: msg("No answer"), tone: "plain" },
  cancelled: { word: msg("Cancelled"), tone: "plain" },
  failed: { word: msg("Failed"), tone: "warn" },
  blocked: { word: msg("Blocked"), tone: "bad" },
  ringing: { word: msg("Ringing"), tone: "info" },
  live: { word: msg("Talking"), tone: "ok" },
};

/** The word for an outcome, and how loud it is. An outcome that this page does not know is shown as it came. */
export function outcomeWords(outcome: string): Words {
  const known = words[outcome];
  return known ? { ...known, word: say(known.word) } : { word: outcome.replaceAll("_", " "), tone: "plain" };
}

export function directionIcon(direction: string, kind: string): { icon: IconName; word: string } {
  if (kind === "internal" || kind === "echo" || direction === "internal")
    return { icon: "inside", word: t("Internal call") };
  return direction.startsWith("in")
    ? { icon: "in", word: t("Incoming call") }
    : { icon: "out", word: t("Outgoing call") };
}

/** A reason as a clause after the outcome: no full stop, and no more than the row needs. */
export const reasonClause = (sentence: string): string => sentence.replace(/\.$/, "");
