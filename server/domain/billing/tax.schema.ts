import { z } from "zod";

const PPM_PER_PERCENT = 10_000;
const PERCENT = /^(\d{1,3})(?:\.(\d{1,4}))?$/;

/** Reads "19" or "7.7" as parts per million, exactly; undefined for anything but a percentage from 0 to 100 with at most four decimals. */
export function parsePercent(text: string): number | undefined {
  const match = PERCENT.exec(text.trim());
  if (!match) return undefined;
  const [, whole = "0", fraction = ""] = match;
  const ppm = Number(whole) * PPM_PER_PERCENT + Number(fraction.padEnd(4, "0"));
  return ppm <= 100 * PPM_PER_PERCENT ? ppm : undefined;
}

/** Parts per million as a percentage without needless zeros: 77 000 is "7.7". */
export function percentOf(ppm: number): string {
  const fraction = (ppm % PPM_PER_PERCENT).toString().padStart(4, "0").replace(/0+$/, "");
  const whole = Math.floor(ppm / PPM_PER_PERCENT).toString();
  return fraction === "" ? whole : `${whole}.${fraction}`;
}

/** What a seller adds to each charge of a buyer. `percent` comes out as parts per million. */
export const taxSchema = z.object({
  percent: z.string().transform((text, context): number => {
    const ppm = parsePercent(text);
    if (ppm !== undefined) return ppm;
    const message = "Write a percentage from 0 to 100 with at most four decimals, such as 19 or 7.7.";
    context.issues.push({ code: "custom", input: text, message });
    return z.NEVER;
  }),
  /** What it is called in the ledger and on statements. */
  name: z
    .string()
    .trim()
    .max(40, "At most 40 characters.")
    .regex(/^[^\p{Cc}]*$/u, "No control characters.")
    .default(""),
});
export type Tax = z.output<typeof taxSchema>;
