import { z } from "zod";

import { savedPages } from "@/server/domain/saved-lists/saved-list-kinds.schema";

export const savedPageSchema = z.object({ page: z.enum(savedPages) });

export const saveListSchema = savedPageSchema.extend({
  name: z
    .string()
    .trim()
    .min(1, "A name is missing.")
    .max(80, "At most 80 characters.")
    .regex(/^[^\p{Cc}]*$/u, "One line, without control characters."),
  /** The address after its question mark: q=berlin&outcome=failed. */
  query: z
    .string()
    .min(1, "Narrow the list first.")
    .max(1_000, "At most 1,000 characters.")
    .regex(/^[\x21-\x7e]*$/, "The address as a browser writes it."),
});
export type NewSavedList = z.output<typeof saveListSchema>;

export const savedListId = z.object({ savedListId: z.uuid() });
