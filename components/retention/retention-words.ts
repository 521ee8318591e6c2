import type { RetentionAction } from "@/server/domain/retention/retention-kinds.schema";
import { type Message, msg, say } from "@/server/kernel/words";

const words: Readonly<Record<RetentionAction, Message>> = {
  keep: msg("kept"),
  pseudonymise: msg("numbers go"),
  delete: msg("deleted"),
};

/** What becomes of data that is older, in the fewest words. */
export const actionText = (action: RetentionAction): string => say(words[action]);

/** The same as a choice in a form. */
export const actionChoice: Readonly<Record<RetentionAction, Message>> = {
  keep: msg("Keep for good"),
  pseudonymise: msg("Replace numbers by tokens"),
  delete: msg("Delete"),
};
