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

/** In one line for people. */
export function summaryOf({ worlds, virtualMs, realMs, steps, statements, failed, calls }: Tally): string {
  const times = Math.round(virtualMs / Math.max(realMs, 1));
  return [
    `${worlds} worlds, ${(virtualMs / 3_600_000).toFixed(1)} hours at ${times} × real time`,
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
