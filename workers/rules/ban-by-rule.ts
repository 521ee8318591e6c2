import { banByRule, type RuleBan } from "@/server/domain/bans/rule-ban";
import type { Db } from "@/server/infra/db/client";
import type { SqlPool } from "@/server/infra/db/pool";
import type { LiveBus } from "@/server/infra/live/bus";
import type { Logger } from "@/server/infra/log/logger";
import type { TenantId } from "@/server/kernel/ids";

/** Bans a network that a rule says should be. */
export type BanNetwork = (asked: RuleBan) => Promise<void>;

type Options = Readonly<{ db: Db; pool: SqlPool; bus: LiveBus; log: Logger }>;

/** Bans networks for rules, and tells open pages. What fails is tried again with the next failure from there. */
export const banNetworks =
  ({ db, pool, bus, log }: Options): BanNetwork =>
  async (asked) => {
    const [operator] = await pool.query<{ id: TenantId | null }>("operator", "SELECT operator_tenant() AS id", []);
    const tenantId = operator?.id;
    if (!tenantId) return;
    const done = await banByRule(db, tenantId, asked);
    if (!done) return;
    const { network, signal } = asked;
    for (const kind of ["bans", "incidents", "audit"] as const) bus.publish({ tenantId, kind });
    if (done.kept) log.warn({ network, signal, kept: done.kept }, "a rule did not ban a network where something works");
    else log.warn({ network, signal, expiresAt: done.ban?.expiresAt }, "a rule banned a network");
  };
