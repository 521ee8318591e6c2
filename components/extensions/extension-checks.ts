import { amountProblem } from "@/components/billing/amount-input";
import { checks } from "@/components/ui/use-fields";
import { msg } from "@/server/kernel/words";

/** The same bounds as the server's, in words. */
export const extensionChecks = {
  number: checks.shape(/^[1-9]\d{1,5}$/, msg("Write two to six digits, not beginning with zero.")),
  displayName: checks.filled(msg("The name is missing.")),
  callerId: checks.optional(
    checks.shape(/^\+?[\d ()-]{3,24}$/, msg("Write the number in full, such as +49 30 1234567.")),
  ),
  maxCalls: checks.optional(checks.shape(/^[1-9]\d?$/, msg("Write a number from 1 to 99."))),
  dailyCap: checks.optional(amountProblem),
} as const;
