import { z } from "zod";

/** The makers of desk phones that fetch their settings here. The words are stored. */
export const vendors = ["yealink", "grandstream", "snom"] as const;
export type Vendor = (typeof vendors)[number];

/** The secret that was just shown, sent back by whoever was shown it. */
export const shownSecret = z.string().regex(/^[a-z2-9]{16,64}$/, "The secret as it was shown.");

/** Typed with colons, dashes, dots or none, as it stands on the phone; kept as twelve lower-case digits. */
const mac = z
  .string()
  .transform((text) => text.replace(/[\s:.-]/g, "").toLowerCase())
  .pipe(z.string().regex(/^[0-9a-f]{12}$/, "Twelve digits and letters from a to f, such as 80:5E:C0:12:34:56."))
  // The first digit's lowest bit marks a group of devices, never one; and no phone is called all zeros.
  .refine((text) => Number.parseInt(text.slice(0, 2), 16) % 2 === 0 && !/^0+$/.test(text), {
    error: "That is no address of one device. It stands on a label below the phone.",
  });

export const deskPhoneSchema = z.object({ vendor: z.enum(vendors), mac, secret: shownSecret });
export type NewDeskPhone = z.output<typeof deskPhoneSchema>;

export const linkSchema = z.object({ secret: shownSecret, devices: z.union([z.literal(1), z.literal(3)]) });
export type NewLink = z.output<typeof linkSchema>;
