import type { IconName } from "@/components/ui/icon";

type Words = Readonly<{ word: string; tone: "ok" | "plain" | "warn" | "bad" | "info" }>;

const words: Readonly<Record<string, Words>> = {
  answered: { word: "Answered", tone: "plain" },
  busy: { word: "Busy", tone: "plain" },
  no_answer: { word: "No answer", tone: "plain" },
  cancelled: { word: "Cancelled", tone: "plain" },
  failed: { word: "Failed", tone: "warn" },
  blocked: { word: "Blocked", tone: "bad" },
  ringing: { word: "Ringing", tone: "info" },
  live: { word: "Talking", tone: "ok" },
};

/** The word for an outcome, and how loud it is. An outcome that this page does not know is shown as it came. */
export const outcomeWords = (outcome: string): Words =>
  words[outcome] ?? { word: outcome.replaceAll("_", " "), tone: "plain" };

export function directionIcon(direction: string, kind: string): { icon: IconName; word: string } {
  if (kind === "internal" || kind === "echo" || direction === "internal")
    return { icon: "inside", word: "Internal call" };
  return direction.startsWith("in") ? { icon: "in", word: "Incoming call" } : { icon: "out", word: "Outgoing call" };
}

/** A reason as a clause after the outcome: no full stop, and no more than the row needs. */
export const reasonClause = (sentence: string): string => sentence.replace(/\.$/, "");
