import type { Db } from "@/server/infra/db/client";
import { translatingSqlErrors } from "@/server/infra/db/sql-error";
import type { TenantId } from "@/server/kernel/ids";

export type DeckCounts = Readonly<Record<"new" | "up" | "down" | "changed" | "removed" | "same", number>>;

type Party = { side: string; seller_id: string; plan_id: string; adding: boolean };

/** So many are looked at together: each adds a line per price to what the database keeps in hand meanwhile. */
const TOGETHER = 8;

/**
 * Compares a staged deck with the prices of its plan as they are at this moment, and finds what it means for the margins of
 * those who sell by it, for what they earn, and for the calls of the last thirty days. Safe to repeat; each step is one statement.
 * @param onStep hears which step of how many comes next; may throw to stop.
 * @throws DomainError invalid_state for a deck that is not staged.
 */
export async function compareDeck(
  db: Db,
  tenantId: TenantId,
  deckId: string,
  onStep: (done: number, of: number) => Promise<void> = async () => {},
): Promise<DeckCounts> {
  return translatingSqlErrors(async () => {
    await onStep(0, 3);
    const [row] = await db.$queryRaw<{ counts: DeckCounts }[]>`
      SELECT deck_compare(${tenantId}::uuid, ${deckId}::uuid) AS counts`;
    const parties = await db.$queryRaw<Party[]>`
      SELECT side, seller_id::text, plan_id::text, plan_id IN (SELECT deck_adding(${tenantId}::uuid, ${deckId}::uuid)) AS adding
      FROM deck_parties(${tenantId}::uuid, ${deckId}::uuid)`;
    const adding = parties.filter((party) => party.adding).map(({ plan_id }) => plan_id);
    const margins = [
      ...Array.from({ length: Math.ceil(adding.length / TOGETHER) }, (_, at) => {
        const plans = adding.slice(at * TOGETHER, (at + 1) * TOGETHER);
        return () =>
          db.$queryRaw`SELECT deck_margins_added(${tenantId}::uuid, ${deckId}::uuid, ${plans}::uuid[])::text`;
      }),
      ...parties
        .filter((party) => !party.adding)
        .map(
          ({ side, seller_id, plan_id }) =>
            () =>
              db.$queryRaw`
              SELECT deck_margin(${tenantId}::uuid, ${deckId}::uuid, ${side}, ${seller_id}::uuid, ${plan_id}::uuid)::text`,
        ),
    ];
    const steps = margins.length + 3;
    for (const [at, look] of margins.entries()) {
      await onStep(at + 1, steps);
      await look();
    }
    await onStep(steps - 2, steps);
    await db.$queryRaw`SELECT deck_earn(${tenantId}::uuid, ${deckId}::uuid)::text`;
    await onStep(steps - 1, steps);
    await db.$queryRaw`SELECT deck_weigh(${tenantId}::uuid, ${deckId}::uuid)::text`;
    return row?.counts ?? { new: 0, up: 0, down: 0, changed: 0, removed: 0, same: 0 };
  });
}
