import { z } from "zod";
import { extensionPlace, extensionSorts } from "@/server/domain/provisioning/extension-sort.schema";
import { extensionStatuses } from "@/server/domain/provisioning/extension-status.schema";
import { amountSchema } from "@/server/domain/rating/amount.schema";

const number = z.string().regex(/^[1-9]\d{1,5}$/, "Two to six digits, not beginning with 0.");

// One printable line: a CR or LF would end one header of the telephone system's and start another.
const displayName = z
  .string()
  .regex(/^[^\p{Cc}\p{Zl}\p{Zp}]*$/u, "No control characters.")
  .trim()
  .min(1, "A name is required.")
  .max(80, "At most 80 characters.");

/** Typed as people write numbers, kept as E.164 digits. */
const callerId = z
  .string()
  .transform((text) => text.replace(/[\s()./-]/g, "").replace(/^\+/, ""))
  .pipe(z.string().regex(/^[1-9]\d{5,14}$/, "The number in full form, such as +49 30 1234567."));

const maxCalls = z.number("A whole number.").int("A whole number.").min(0, "At least 0.").max(100, "At most 100.");

/** Shared by the form, the procedure and the command line; safe for the browser. */
export const newExtensionSchema = z.object({
  number,
  displayName,
  callerId: callerId.optional(),
  maxCalls: maxCalls.optional(),
  /** A typed amount; without it there is no cap of its own. */
  dailyCap: amountSchema.optional(),
});
export type NewExtension = z.output<typeof newExtensionSchema>;

/** What is left out stays as it is; null takes it away. The number stays: phones and people know it. */
export const extensionChangeSchema = z.object({
  displayName: displayName.optional(),
  callerId: callerId.nullable().optional(),
  maxCalls: maxCalls.optional(),
  dailyCap: amountSchema.nullable().optional(),
});
export type ExtensionChange = z.output<typeof extensionChangeSchema>;

export const extensionFilterSchema = z.object({
  text: z.string().trim().max(100).optional(),
  status: z.enum(extensionStatuses).optional(),
  unusedDays: z.number().int().min(1).max(3_650).optional(),
  sort: z.enum(extensionSorts).optional(),
  after: z.string().regex(extensionPlace, "Not a place in this list.").optional(),
});
