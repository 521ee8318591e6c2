import type { Level } from "@/server/domain/rules/rule.rules";

/** A call at which a subject was over the threshold to warn; moments in microseconds, as exactly as they are stored. */
export type Crossing = Readonly<{ subject: string; atUs: number; value: bigint }>;
export type Fire = Readonly<{ subject: string; atUs: number; level: Level }>;
/** Until when each subject is quiet, after it was over a threshold. */
export type Quiet = Readonly<Record<string, Readonly<Partial<Record<Level, number>>>>>;

/** Somebody lets a contained phone go after a day; until then the rule says nothing more about it. */
export const DAY_MS = 86_400_000;
const DAY_US = DAY_MS * 1_000;

/**
 * When a rule would have spoken: at the first crossing of each threshold, and again a day later at the earliest.
 * Crossings come in the order of time, also from one stretch to the next; `quiet` is what the last one returned.
 */
export function firesOf(
  crossings: readonly Crossing[],
  critical: bigint,
  quiet: Quiet,
): { fires: Fire[]; quiet: Quiet } {
  const until = new Map(Object.entries(quiet));
  const fires: Fire[] = [];
  for (const { subject, atUs, value } of crossings) {
    const levels: readonly Level[] = value >= critical ? ["warn", "critical"] : ["warn"];
    for (const level of levels) {
      const known = until.get(subject) ?? {};
      if (atUs <= (known[level] ?? 0)) continue;
      until.set(subject, { ...known, [level]: atUs + DAY_US });
      fires.push({ subject, atUs, level });
    }
  }
  return { fires, quiet: Object.fromEntries(until) };
}
