import type { CallReach } from "@/server/domain/calls/call-reach";
import type { CallChoice, CallRange } from "@/server/domain/calls/call-where";

/** Which sums have what a filter lets through: a dimension, and its values; null: all of them. */
export type Summed = Readonly<{ dim: "way" | "country" | "extension" | "child"; values: readonly string[] | null }>;

const outcomes = ["answered", "busy", "no_answer", "failed", "blocked", "cancelled"];
const ways = ["out", "in", "internal"];
const QUARTER_MS = 900_000;

const onQuarter = (at: Date | null): boolean => at === null || at.getTime() % QUARTER_MS === 0;

/**
 * The sums that answer a filter exactly: those by direction and outcome, by extension, by country or by the tenant directly below,
 * whichever is all that the filter asks for beside the time. Null: no sum does.
 */
export function summedBy(
  choice: CallChoice,
  { from, until }: Pick<CallRange, "from" | "until">,
  { below, chosen }: Pick<CallReach, "below" | "chosen"> = { below: false, chosen: null },
): Summed | null {
  const { text, reason, minCost, minSeconds, extensionId, country, outcome, direction } = choice;
  if (text || reason || minCost || minSeconds || !onQuarter(from) || !onQuarter(until)) return null;
  if (outcome === "ringing" || outcome === "live") return null;
  const way = outcome !== undefined || direction !== undefined;
  if (Number(way) + Number(extensionId !== undefined) + Number(country !== undefined) > 1) return null;
  // Sums know the tenants directly below, each with all that is below it, and the extensions of nobody but the tenant itself.
  if (chosen) {
    const alone = !way && extensionId === undefined && country === undefined && chosen.depth === 1;
    return alone ? { dim: "child", values: [chosen.id] } : null;
  }
  if (below && extensionId !== undefined) return null;
  if (extensionId !== undefined) return { dim: "extension", values: [extensionId.toLowerCase()] };
  if (country !== undefined) return { dim: "country", values: [country] };
  if (!way) return { dim: "way", values: null };
  const [directions, ends] = [direction ? [direction] : ways, outcome ? [outcome] : outcomes];
  return { dim: "way", values: directions.flatMap((one) => ends.map((end) => `${one}:${end}`)) };
}
