import type { Result } from "@/test/proof/sim/simulate";

/** What many worlds came to. */
export class Tally {
  worlds = 0;
  virtualMs = 0;
  realMs = 0;
  steps = 0;
  statements = 0;
  readonly failed: Result[] = [];
  readonly calls = { calls: 0, talked: 0, exact: 0, byHangup: 0, unproven: 0, stuck: 0 };

  add(result: Result): void {
    this.worlds += 1;
    this.virtualMs += result.virtualMs;
    this.realMs += result.realMs;
    this.steps += result.steps;
    this.statements += result.statements;
    if (result.violation !== undefined) this.failed.push(result);
    if (!result.outcome) return;
    for (const [name, count] of Object.entries(result.outcome) as [keyof typeof this.calls, number][]) {
      this.calls[name] += count;
    }
  }
}

/** How many times faster than real time all worlds together were lived through. */
export const speedOf = ({ virtualMs, realMs }: Pick<Tally, "virtualMs" | "realMs">): number =>
  Math.round(virtualMs / Math.max(realMs, 1));

/** What is wrong when they were slower than asked for, in one line; undefined otherwise. */
export function slowness(tally: Pick<Tally, "virtualMs" | "realMs">, least: number): string | undefined {
  const speed = speedOf(tally);
  return speed < least ? `Too slow: ${speed} × real time in all, and at least ${least} × is asked for.` : undefined;
}

/** In one line for people. */
export function summaryOf(tally: Tally): string {
  const { worlds, virtualMs, steps, statements, failed, calls } = tally;
  return [
    `${worlds} worlds, ${(virtualMs / 3_600_000).toFixed(1)} hours at ${speedOf(tally)} × real time`,
    `${steps} steps, ${statements} statements`,
    `${calls.calls} calls, ${calls.talked} talked; ${calls.exact} charged exactly, ${calls.byHangup} by the hang-up event, ${calls.unproven} for less and listed, ${calls.stuck} held and listed`,
    failed.length === 0
      ? "no seed failed"
      : `${failed.length} failed: ${failed
          .slice(0, 20)
          .map(({ seed }) => seed)
          .join(", ")}`,
  ].join(" · ");
}
