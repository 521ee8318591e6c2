import type { IncidentRow } from "@/components/api/outputs";

type Loss = IncidentRow["losses"][number];

const MINUTE_MS = 60_000n;

/**
 * What is spent and what is still at risk a while after the server said so: the calls that go on are talked at their price, and
 * never for more than is held for them, so that both together stay what they were until somebody asks again.
 */
export function lossNow(loss: Loss, elapsedMs: number): { spentMicros: bigint; riskMicros: bigint } {
  const grown = loss.talkedMicros + (loss.perMinuteMicros * BigInt(Math.max(0, Math.round(elapsedMs)))) / MINUTE_MS;
  const talked = grown < loss.heldMicros ? grown : loss.heldMicros;
  return { spentMicros: loss.chargedMicros + talked, riskMicros: loss.heldMicros - talked };
}
