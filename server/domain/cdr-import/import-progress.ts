import { z } from "zod";

import type { Shown } from "@/server/domain/cdr-import/compare.rules";

const count = z.number().int().min(0);

/** How far an import is: everything that a runner needs to go on where another one died. */
export const progressSchema = z.object({
  phase: z.enum(["read", "match", "compare", "missing", "end"]).default("read"),
  /** The last line that was worked off in this phase. */
  line: count.default(0),
  /** Where the match goes on: the last number that is through. */
  number: z.string().default(""),
  /** Until when calls were looked for that the file does not have. */
  missingTo: z.string().nullable().default(null),
  lines: count.default(0),
  problems: count.default(0),
  /** Records that repeat another one of this file, and those that another file had before. */
  repeatedHere: count.default(0),
  repeatedElsewhere: count.default(0),
  settled: count.default(0),
  /** Counted at the end, before a trial's records go. */
  records: count.default(0),
  matched: count.default(0),
  /** Differences by kind and currency; micros as decimal strings. */
  found: z.record(z.string(), z.record(z.string(), z.object({ count, micros: z.string() }))).default({}),
});
export type Progress = z.infer<typeof progressSchema>;

/** Adds differences to what was found so far; currencies apart. */
export function withFound(
  progress: Progress,
  shown: readonly Pick<Shown, "kind" | "currency" | "moneyAtRiskMicros">[],
): Progress {
  const found = structuredClone(progress.found);
  for (const { kind, currency, moneyAtRiskMicros } of shown) {
    const ofKind = found[kind] ?? {};
    const before = ofKind[currency] ?? { count: 0, micros: "0" };
    ofKind[currency] = { count: before.count + 1, micros: `${BigInt(before.micros) + moneyAtRiskMicros}` };
    found[kind] = ofKind;
  }
  return { ...progress, found };
}

/** How many differences there are in all. */
export const countFound = ({ found }: Progress): number =>
  Object.values(found)
    .flatMap((ofKind) => Object.values(ofKind))
    .reduce((sum, one) => sum + one.count, 0);

/** What came of an import; shown on the page and by the command line. */
export const resultSchema = progressSchema
  .omit({ phase: true, line: true, number: true, missingTo: true })
  .extend({ dryRun: z.boolean() });
export type ImportResult = z.infer<typeof resultSchema>;
