import { z } from "zod";

/** The short name in addresses and in the phones' user names. Never changes, so it is checked with care. */
export const slugSchema = z
  .string()
  .min(3, "A short name has at least 3 characters.")
  .max(32, "A short name has at most 32 characters.")
  .regex(/^[a-z]/, "Begin with a lower-case letter.")
  .regex(/^[a-z0-9-]*$/, "Use lower-case letters, digits and hyphens only.")
  .regex(/[a-z0-9]$/, "End with a letter or a digit.");

/** What a company calls itself: one printable line. */
export const tenantNameSchema = z
  .string()
  .trim()
  .min(1, "A name is required.")
  .max(200, "At most 200 characters.")
  .regex(/^[^\p{Cc}\p{Zl}\p{Zp}]*$/u, "No control characters.");

export const emailSchema = z
  .string()
  .trim()
  .toLowerCase()
  .max(254, "At most 254 characters.")
  .pipe(z.email("This is not an e-mail address."));

export const timeZoneSchema = z.string().max(64).refine(isTimeZone, "Use a time zone's name, such as Europe/Berlin.");

/** The form of an ISO 3166 code; whether there is such a country, the numbering plan knows. */
export const countrySchema = z
  .string()
  .trim()
  .toUpperCase()
  .regex(/^[A-Z]{2}$/, "Use a country's two letters, such as DE.");

function isTimeZone(name: string): boolean {
  try {
    // Offsets such as +01:00 are accepted by Intl and know no summer time.
    return (
      /^[A-Za-z]/.test(name) && new Intl.DateTimeFormat("en", { timeZone: name }).resolvedOptions().timeZone !== ""
    );
  } catch {
    return false;
  }
}
