import type { OpenHold } from "@/test/proof/sim/books";
import type { Channel } from "@/test/proof/sim/channel";
import { holdFor, type Price, taxOf } from "@/test/proof/sim/oracle";
import { ofBundleOfCalls, payersOf, priceAt } from "@/test/proof/sim/people";
import type { PlannedTenant, WorldPlan } from "@/test/proof/sim/plan";

/** A timer of the PBX may fire this much late. */
const TIMER_MS = 20;
/** In this time a limit that was set too late is set again. */
const MEND_MS = 4_000;

/** The same moment on two clocks, which may differ: prices go by the PBX's, as it is the one that tells of an answer. */
export type Now = Readonly<{ trueMs: number; pbxMs: number }>;

/**
 * Whether money is held at every level for as long as this channel may still run by the PBX's own timer.
 * @returns what is missing, in words; undefined when all is there.
 */
export function unpaidOf(channel: Channel, holds: readonly OpenHold[], plan: WorldPlan, now: Now): string | undefined {
  const mayLastMs = mayLast(channel);
  // On a slow way a limit comes late, which the next one mends.
  const slow =
    plan.weather.link.slowMs > 50 && channel.toldAtMs !== undefined && now.trueMs - channel.toldAtMs < MEND_MS;
  const excusedMs = plan.stepsMs + (slow ? plan.weather.link.slowMs : 0);
  for (const tenant of payersOf(plan, channel.dial)) {
    const hold = holds.find((one) => one.call === channel.call && one.tenant === tenant.slug);
    for (const price of pricesOf(tenant, channel, now)) {
      const needed = gross(price, tenant, Math.max(0, mayLastMs - excusedMs), hold);
      if (hold !== undefined && hold.held >= needed) continue;
      return `${channel.call} may talk for ${mayLastMs} ms, for which ${tenant.slug} needs ${needed}: held is ${hold?.held ?? "nothing"}`;
    }
  }
  return undefined;
}

/** Until the answer it is open which price will hold: that of the question, or one that began in between. */
const pricesOf = (tenant: PlannedTenant, { dial, startedAtMs, answeredAtMs }: Channel, { pbxMs }: Now): Price[] =>
  (answeredAtMs === undefined ? [startedAtMs, pbxMs] : [answeredAtMs]).map((atMs) => priceAt(tenant, dial.way, atMs));

function gross(price: Price, tenant: PlannedTenant, talkMs: number, hold: OpenHold | undefined): bigint {
  const lent = hold?.bundle === "seconds" ? hold.lent : 0;
  const net = holdFor(hold?.bundle === "calls" ? ofBundleOfCalls(price, tenant) : price, talkMs, lent);
  return net + taxOf(net, tenant.taxPpm);
}

function mayLast({ answeredAtMs, limitAtMs, grantedSeconds }: Channel): number {
  if (answeredAtMs === undefined) return grantedSeconds * 1000 - 100 + TIMER_MS;
  return (limitAtMs ?? 0) - answeredAtMs + TIMER_MS;
}
