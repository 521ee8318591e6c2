import type { IncidentRow } from "@/components/api/outputs";

type Due = NonNullable<IncidentRow["due"]>;

const AMBER = 0.75;

/** How much of a clock has run, from 0 to 1, how it stands, and how long until it is over or since it was. */
export function dueNow(
  { since, dueAt }: Due,
  now: Date,
): { share: number; ink: "ok" | "warn" | "bad"; leftMs: number } {
  const leftMs = dueAt.getTime() - now.getTime();
  const share = Math.min(1, Math.max(0, (now.getTime() - since.getTime()) / (dueAt.getTime() - since.getTime())));
  return { share, leftMs, ink: leftMs <= 0 ? "bad" : share >= AMBER ? "warn" : "ok" };
}
