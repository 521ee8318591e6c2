import { banByRule, type RuleBan } from "@/server/domain/bans/rule-ban";
import type { Db } from "@/server/infra/db/client";
import type { SqlPool } from "@/server/infra/db/pool";
import type { LiveBus } from "@/server/infra/live/bus";
import type { Logger } from "@/server/infra/log/logger";
import type { TenantId } from "@/server/kernel/ids";

/** Bans a network that a rule says should be. */
export type BanNetwork = (asked: RuleBan) => Promise<void>;

type Options = Readonly<{ db: Db; pool: SqlPool; bus: LiveBus; log: Logger }>;

/** What was decided about a network holds for a moment: a flood of failures there asks the database once, not each time. */
const DECIDED_MS = 60_000;
const MOST_DECIDED = 1_000;

/**
 * Bans networks for rules, and tells open pages. What fails is tried again with the next failure from there; what was decided is
 * decided anew after a minute.
 */
export function banNetworks({ db, pool, bus, log }: Options): BanNetwork {
  const decided = new Map<string, number>();
  return async (asked) => {
    const key = `${asked.signal} ${asked.network}`;
    const now = Date.now();
    if (now < (decided.get(key) ?? 0)) return;
    const [operator] = await pool.query<{ id: TenantId | null }>("operator", "SELECT operator_tenant() AS id", []);
    const tenantId = operator?.id;
    if (!tenantId) return;
    const done = await banByRule(db, tenantId, asked);
    if (decided.size >= MOST_DECIDED) decided.clear();
    decided.set(key, now + DECIDED_MS);
    if (!done) return;
    const { network, signal } = asked;
    for (const kind of ["bans", "incidents", "audit"] as const) bus.publish({ tenantId, kind });
    if (done.kept)
      log.warn(
        { network, signal, kept: done.kept, instead: done.addresses },
        "a rule did not ban a network where something works",
      );
    else log.warn({ network, signal, expiresAt: done.ban?.expiresAt }, "a rule banned a network");
  };
}
