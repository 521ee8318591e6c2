import type { TenantRead } from "@/server/infra/db/tenant-tx";
import { decimalOf, formatMicros, type Micros } from "@/server/kernel/money";
import { t } from "@/server/kernel/words";

/** What an incident has cost in one currency, and costs now. Micros, at whoever buys from the operator. */
export type Loss = {
  readonly currency: string;
  /** What began later is counted. */
  readonly since: Date;
  /** Of calls that are over. */
  readonly chargedMicros: Micros;
  /** Put aside for calls that go on, and how much of that is talked by now. */
  readonly heldMicros: Micros;
  readonly talkedMicros: Micros;
  /** What the calls that go on cost per minute together. */
  readonly perMinuteMicros: Micros;
  readonly calls: number;
  readonly live: number;
};

/**
 * What the calls of the phones and tenants that each incident is about cost since it began, with its parts, per currency. None for
 * incidents that are not about calls and contain nothing, or about which no money was spent. The transaction acts for the operator.
 */
export async function lossOf(
  tx: TenantRead,
  incidentIds: readonly string[],
): Promise<ReadonlyMap<string, readonly Loss[]>> {
  const rows = await tx.$queryRaw<(Loss & { incidentId: string })[]>`
    SELECT incident_id AS "incidentId", currency, since, charged AS "chargedMicros", held AS "heldMicros", talked AS "talkedMicros",
      per_minute AS "perMinuteMicros", calls, live FROM incident_loss(${[...incidentIds]}::uuid[])`;
  const losses = new Map<string, Loss[]>();
  for (const { incidentId, ...loss } of rows) losses.set(incidentId, [...(losses.get(incidentId) ?? []), loss]);
  return losses;
}

const amounts = (losses: readonly Loss[], of: (loss: Loss) => bigint): string =>
  losses.map((loss) => `${decimalOf(of(loss))} ${loss.currency}`).join(", ");

/** What is spent and held together, as `12.5 EUR`; several currencies beside each other, and nothing where there is no loss. */
export const exposureText = (losses: readonly Loss[]): string =>
  amounts(losses, ({ chargedMicros, heldMicros }) => chargedMicros + heldMicros);

/** What the calls that go on cost per minute, in the same way. */
export const rateText = (losses: readonly Loss[]): string =>
  amounts(
    losses.filter(({ live }) => live > 0),
    ({ perMinuteMicros }) => perMinuteMicros,
  );

/** For a message, a line of its own: what was spent, what is held for how many calls that go on, and what those cost per minute. */
export const lossLines = (losses: readonly Loss[]): string =>
  losses
    .map((loss) => {
      const { currency, chargedMicros, talkedMicros, heldMicros, perMinuteMicros, live } = loss;
      const money = (amount: bigint) => formatMicros(amount, currency);
      const spent = money(chargedMicros + talkedMicros);
      if (live === 0) return `${t("{spent} spent so far; no call goes on.", { spent })}\n`;
      return `${t(
        "{spent} spent so far, {held} more at risk; {live, plural, one {# call goes on} other {# calls go on}}, for {rate} per minute.",
        { spent, held: money(heldMicros - talkedMicros), live, rate: money(perMinuteMicros) },
      )}\n`;
    })
    .join("");
