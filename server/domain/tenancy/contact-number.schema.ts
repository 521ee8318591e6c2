import { parsePhoneNumberFromString } from "libphonenumber-js/max";
import { z } from "zod";

/** A telephone number as people write it, with its country code; E.164 comes out, and nothing of nothing. */
export const contactNumberSchema = z
  .string()
  .trim()
  .max(40, "At most 40 characters.")
  .transform((text, ctx) => {
    if (text === "") return "";
    const number = parsePhoneNumberFromString(text);
    if (number?.isValid() && !number.ext) return number.number as string;
    ctx.addIssue({ code: "custom", message: "A telephone number with its country code, such as +49 30 901820." });
    return z.NEVER;
  });
