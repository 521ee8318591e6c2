import { z } from "zod";

import { MOST_LOGO_BYTES } from "@/server/domain/brands/logo-limits.schema";
import { emailSchema } from "@/server/domain/tenancy/tenant.schema";
import { readHex } from "@/server/kernel/brand-colour";

const line = (text: z.ZodString) => text.trim().regex(/^[^\p{Cc}\p{Zl}\p{Zp}]*$/u, "No control characters.");

export const brandNameSchema = line(z.string()).min(1, "A name is required.").max(60, "At most 60 characters.");

export const brandColourSchema = z
  .string()
  .max(20)
  .transform((text, context) => {
    const hex = readHex(text);
    if (hex !== undefined) return hex;
    context.issues.push({ code: "custom", input: text, message: "Write a colour such as #2B55D3." });
    return z.NEVER;
  });

/** In the header of a mail, before the address: a name that looks like an address would tell of another sender. */
export const senderNameSchema = line(z.string())
  .min(1)
  .max(60, "At most 60 characters.")
  .regex(/^[^@,;:<>"\\]*$/, "A sender's name has none of @ , ; : < > \" \\.");

export const brandSchema = z.object({
  name: brandNameSchema,
  /** null is the house's own. */
  colour: brandColourSchema.nullable(),
  senderName: senderNameSchema.nullable(),
  replyTo: emailSchema.nullable(),
  /** The state that the form was filled in from, as `get` told it; whoever was slower is told. */
  seen: z.string().max(40),
});
export type BrandInput = z.output<typeof brandSchema>;

export const logoSchema = z.object({
  type: z.enum(["image/png", "image/svg+xml"], "A logo is a PNG or an SVG file."),
  /** Base64 of the file. */
  data: z.base64("This is not a file.").max(Math.ceil(MOST_LOGO_BYTES / 3) * 4 + 4, "A logo has at most 200 kB."),
});
export type LogoInput = z.output<typeof logoSchema>;

/** A host name as it is typed: without a scheme, a port or a dot at the end. */
export const hostSchema = z
  .string()
  .trim()
  .toLowerCase()
  .max(253, "A host name has at most 253 characters.")
  .regex(
    /^(?=.*[a-z])([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/,
    "Write a host name such as portal.example.com; other letters in their form with xn--.",
  );
