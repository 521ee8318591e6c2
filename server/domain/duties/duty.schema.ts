import { z } from "zod";

import { type Duty, duties } from "@/server/domain/duties/duty-kinds.schema";

const duty = z.enum(duties.map((one) => one.duty) as [Duty, ...Duty[]]);

export const doneDutySchema = z.object({
  duty,
  /** What shows it: what was found, or where it is written. */
  note: z
    .string()
    .trim()
    .max(500, "At most 500 characters.")
    .regex(/^[^\p{Cc}]*$/u, "One line, without control characters.")
    .default(""),
});
export type DoneDuty = z.output<typeof doneDutySchema>;

export const takeDutySchema = z.object({
  duty,
  /** By whoever asks; false: by nobody. */
  taken: z.boolean(),
});
