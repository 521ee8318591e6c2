import type { RetentionAction } from "@/server/domain/retention/retention-kinds.schema";

const words: Readonly<Record<RetentionAction, string>> = {
  keep: "kept",
  pseudonymise: "numbers go",
  delete: "deleted",
};

/** What becomes of data that is older, in the fewest words. */
export const actionText = (action: RetentionAction): string => words[action];

/** The same as a choice in a form. */
export const actionChoice: Readonly<Record<RetentionAction, string>> = {
  keep: "Keep for good",
  pseudonymise: "Replace numbers by tokens",
  delete: "Delete",
};
