import { type Message, msg } from "@/server/kernel/words";

/** How calls ended, as it stands in the middle of a sentence. */
export const outcomeWords: Readonly<Record<string, Message>> = {
  answered: msg("outcome|answered"),
  busy: msg("outcome|busy"),
  no_answer: msg("outcome|no answer"),
  failed: msg("outcome|failed"),
  blocked: msg("outcome|blocked"),
  cancelled: msg("outcome|cancelled"),
};
