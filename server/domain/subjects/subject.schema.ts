import { z } from "zod";

import { digitsOf } from "@/server/domain/subjects/subject.rules";

/** Whom it is about: a number in full, or the address of somebody's mail. */
export const subjectSchema = z
  .string()
  .trim()
  .max(254)
  .transform((typed, ctx) => {
    const digits = digitsOf(typed);
    if (digits) return { kind: "number" as const, subject: digits };
    const email = z.email().safeParse(typed.toLowerCase());
    if (email.success) return { kind: "person" as const, subject: email.data };
    ctx.addIssue({ code: "custom", message: "is a number in full, such as +4930123456, or an address of mail." });
    return z.NEVER;
  });
export type Subject = z.output<typeof subjectSchema>;

export const askErasureSchema = z.object({
  about: subjectSchema,
  reason: z.string().trim().min(1, "Say why: who asked, and when.").max(500, "At most 500 characters."),
});
