import { z } from "zod";

import { ruleActions, ruleModes, ruleScopes, type Signal, signals } from "@/server/domain/rules/rule-kinds.schema";

const minutes = z
  .number("Use a whole number of minutes.")
  .int("Use a whole number of minutes.")
  .min(1, "A window of no time sees nothing: at least 1 minute.")
  .max(1_440, "At most 1440 minutes, a day.");
/** A count as a whole number, or an amount as a decimal; which one, the signal says. */
const threshold = z
  .string()
  .trim()
  .regex(/^\d{1,12}(?:\.\d{1,6})?$/, "A number such as 20, or an amount such as 12.50.");

const key = { signal: z.enum(signals as readonly [Signal, ...Signal[]]), scope: z.enum(ruleScopes) };
const fields = {
  mode: z.enum(ruleModes).nullable().optional(),
  action: z.enum(ruleActions).nullable().optional(),
  windowMinutes: minutes.nullable().optional(),
  warn: threshold.nullable().optional(),
  critical: threshold.nullable().optional(),
  /** Until when it holds, and is inherited again; null: until somebody says otherwise. */
  until: z.date().nullable().optional(),
};

export const rulesOfSchema = z.object({
  /** A tenant below; without it the rules are one's own. */
  ofTenantSlug: z.string().min(1).max(63).optional(),
});

/** null takes back what was said about a field, so that it is inherited; what is left out stays. */
export const setRuleSchema = rulesOfSchema.extend({ ...key, ...fields });
export type RulePatch = z.output<typeof setRuleSchema>;

/** A rule as it would be after a change, tried against the calls of past days. */
export const rehearseSchema = setRuleSchema.extend({
  days: z.number().int().min(1, "At least a day.").max(30, "At most 30 days.").default(30),
});
export type Rehearsed = z.output<typeof rehearseSchema>;

const sums = z.record(z.string(), z.string());
/** What a rule would have done. Money is micros as text, by currency. */
export const rehearsalSchema = z.object({
  /** Calls that were looked at. */
  calls: z.number(),
  /** How often it would have warned, and how often it would have been critical; once a day per subject at most. */
  warned: z.number(),
  fired: z.number(),
  /** Of the critical ones: with harmful calls (disputed, or of an incident that nobody dismissed), and without. */
  trueHits: z.number(),
  falseHits: z.number(),
  /** Calls in the day after, which containing would have stopped: harmful ones, and others. */
  stopped: z.number(),
  falseBlocks: z.number(),
  /** What those calls cost. */
  saved: sums,
  refusedWrongly: sums,
});
export type Rehearsal = z.output<typeof rehearsalSchema>;

/** What a rule about networks would have done: each network once at most in each of the days. */
export const networkRehearsalSchema = z.object({
  /** Sign-ins that failed and were looked at. */
  failures: z.number(),
  warned: z.number(),
  fired: z.number(),
  /** Of the critical ones: where telephones worked in those days, which a ban would have cut off. */
  falseHits: z.number(),
  /** Networks that would have been banned, the worst first, 50 at most; with what works there now and keeps one from it. */
  bans: z.array(
    z.object({
      network: z.string(),
      times: z.number(),
      most: z.number(),
      kept: z.string().nullable(),
      phones: z.number(),
    }),
  ),
  /** How many that are; more than are listed, perhaps. */
  networks: z.number(),
});
export type NetworkRehearsal = z.output<typeof networkRehearsalSchema>;

export const findingsSchema = z.object({ ...key, limit: z.number().int().min(1).max(200).optional() });
