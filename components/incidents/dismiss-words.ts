import type { DismissReason } from "@/server/domain/incidents/dismiss-reasons.schema";
import { type Message, msg, say } from "@/server/kernel/words";

const words: Readonly<Record<DismissReason, Message>> = {
  expected_traffic: msg("False alarm: expected traffic"),
  test: msg("A test"),
  duplicate: msg("A duplicate"),
  known_customer: msg("Known behaviour of the customer"),
  rule_too_strict: msg("The rule is too strict"),
  other: msg("Another reason"),
};
export const reasonText = (reason: DismissReason): string => say(words[reason]);
