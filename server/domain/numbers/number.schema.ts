import { z } from "zod";

/** A number as people write it, kept as digits of E.164. Safe for the browser; that it can exist is looked up on the server. */
export const didSchema = z
  .string()
  .max(40, "The number in full form, such as +49 30 1234567.")
  .transform((text) => text.replace(/[\s()./-]/g, "").replace(/^(?:\+|00)/, ""))
  .pipe(z.string().regex(/^[1-9]\d{5,14}$/, "The number in full form, such as +49 30 1234567."));

/** The list's filter: a part of a number, and where the page before ended. */
export const numberFilterSchema = z.object({
  /** A part of a number, however it is written, or of the name of its holder. */
  text: z.string().trim().max(100).optional(),
  /** Opaque: the previous page's nextCursor. */
  cursor: z
    .string()
    .regex(/^\d{6,15}$/, "Not a cursor of this list.")
    .optional(),
});
export type NumberFilter = z.output<typeof numberFilterSchema>;
