import { z } from "zod";

import { roleSchema } from "@/server/domain/tenancy/member.schema";

/** Six digits of an app, or a recovery code with its dashes. */
export const codeSchema = z.object({ code: z.string().trim().min(1).max(40) });

const base64url = z
  .string()
  .max(20_000)
  .regex(/^[\w-]*$/, "Not what a browser sends.");

/** What a browser hands over of a passkey; the library that checks it knows the rest of its shape. */
export const passkeyAnswerSchema = z.object({
  id: base64url.min(1).max(1_400),
  rawId: base64url,
  type: z.literal("public-key"),
  response: z.record(z.string().max(40), z.union([base64url, z.number(), z.array(z.string().max(40)).max(10)])),
  clientExtensionResults: z.record(z.string(), z.unknown()),
  authenticatorAttachment: z.string().max(40).optional(),
});
export type PasskeyAnswer = z.output<typeof passkeyAnswerSchema>;

export const newPasskeySchema = z.object({
  name: z
    .string()
    .trim()
    .min(1, "Give it a name.")
    .max(60, "At most 60 characters.")
    .regex(/^[^\p{Cc}]*$/u, "No control characters."),
  answer: passkeyAnswerSchema,
});

/** What is shown when one is asked again: a password, a code of the second factor, or a passkey. */
export const shownSchema = z.object({
  password: z.string().max(1_000).optional(),
  code: z.string().trim().max(40).optional(),
  passkey: passkeyAnswerSchema.optional(),
});

/** The roles whose seats here work only with a second factor. */
export const factorPolicySchema = z.object({ roles: z.array(roleSchema).max(7) });
