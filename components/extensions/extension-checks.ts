import { amountProblem } from "@/components/billing/amount-input";
import { checks } from "@/components/ui/use-fields";

/** The same bounds as the server's, in words. */
export const extensionChecks = {
  number: checks.shape(/^[1-9]\d{1,5}$/, "Write two to six digits, not beginning with zero."),
  displayName: checks.filled("The name"),
  callerId: checks.optional(checks.shape(/^\+?[\d ()-]{3,24}$/, "Write the number in full, such as +49 30 1234567.")),
  maxCalls: checks.optional(checks.shape(/^[1-9]\d?$/, "Write a number from 1 to 99.")),
  dailyCap: checks.optional(amountProblem),
} as const;
