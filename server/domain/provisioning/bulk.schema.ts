import { z } from "zod";

import { newExtensionSchema } from "@/server/domain/provisioning/extension.schema";
import { amountSchema } from "@/server/domain/rating/amount.schema";

/** More than this at once is no telephone system but a mistake. */
export const MOST_ROWS = 10_000;
/** A row has some sixty characters; what is longer is another file. */
export const MOST_CHARACTERS = 900_000;
/** So many are made while one waits; more become a job. */
export const IN_PLACE = 100;
/** So many are changed in one act. */
export const MOST_IN_AN_ACT = 500;

/** Where the number stands in the names of a range. */
export const NUMBER_MARK = "{number}";

/** Whether the good rows of a file are made although others are not. */
const partly = z.boolean();
/** Says what would be made, and makes nothing. */
const dryRun = z.boolean().optional();

export const importFileSchema = z.object({ csv: z.string().max(MOST_CHARACTERS), partly, dryRun });

const { number, displayName } = newExtensionSchema.shape;
export const rangeSchema = z.object({
  firstNumber: number,
  lastNumber: number,
  /** A name in which {number} stands for the number; without it the number is put behind. */
  namePattern: displayName,
  partly,
  dryRun,
});
export type NumberRange = z.output<typeof rangeSchema>;

export const bulkLimitsSchema = z.object({
  maxCalls: newExtensionSchema.shape.maxCalls,
  /** null takes it away. */
  dailyCap: amountSchema.nullable().optional(),
});
