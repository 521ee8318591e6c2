import { countSecurityEvents } from "@/server/domain/security-events/security-event-counts";
import { LOOKED_AT } from "@/server/domain/security-events/security-event-where";
import { listSecurityEvents } from "@/server/domain/security-events/security-events";
import { connectDb } from "@/server/infra/db/client";
import { readTenant } from "@/server/infra/db/read-tenant";
import type { TenantRead } from "@/server/infra/db/tenant-tx";
import type { TenantId } from "@/server/kernel/ids";
import { builders } from "@/test/support/builders";
import { explained, manySecurityEvents, securityEventFilters } from "@/test/support/many-security-events";
import { benchDatabase } from "./database";
import { type Figure, quantile, round } from "./figure";

const EVENTS = 1_000_000;
const RUNS = 40;
const REACH_MS = 300;
/** The bound, what it finds, and what is counted of it once more for the bars; a tenant's among those of others. */
const REACH_EVENTS = 6 * LOOKED_AT;

/** The page of security events with a million of them: every way to narrow it, its first page, the next one and the counts. */
export async function signals(): Promise<Figure[]> {
  const bench = await benchDatabase();
  const db = connectDb(bench.appUrl, 4);
  try {
    const tenantId = bench.operatorId as TenantId;
    await builders(bench).tenant("customer", { tenantId, slug: "operator" }, { slug: "acme" });
    await manySecurityEvents((text, values) => bench.owner.query(text, values), EVENTS);
    await bench.owner.query("VACUUM security_event");
    const figures: Figure[] = [];
    for (const { found: _, ...filter } of securityEventFilters) {
      let cursor: string | undefined;
      const asks: readonly (readonly [string, (tx: TenantRead) => Promise<unknown>])[] = [
        [
          "first page",
          async (tx) => (cursor = (await listSecurityEvents(tx, tenantId, filter)).nextCursor ?? undefined),
        ],
        ["next page", (tx) => listSecurityEvents(tx, tenantId, { ...filter, cursor })],
        ["counts", (tx) => countSecurityEvents(tx, tenantId, filter)],
      ];
      for (const [what, ask] of asks) {
        if (what === "next page" && cursor === undefined) continue;
        const times: number[] = [];
        for (let run = 0; run < RUNS; run += 1) {
          const began = performance.now();
          await readTenant(db, { tenantId, subtree: true }, ask);
          times.push(performance.now() - began);
        }
        const plans = await explained(db, tenantId, ask);
        const read = Math.round(plans.reduce((sum, { events }) => sum + events, 0));
        const p95 = round(
          quantile(
            times.toSorted((a, b) => a - b),
            0.95,
          ),
        );
        figures.push({
          ...{ id: "signals", what: `${what} of ${JSON.stringify(filter)}, p95`, measured: p95, unit: "ms" },
          ...{
            reach: `≤ ${REACH_MS} ms, ${REACH_EVENTS} events read`,
            reached: p95 <= REACH_MS && read <= REACH_EVENTS,
          },
          anchor: `${read} of ${EVENTS} events read`,
        });
      }
    }
    return figures;
  } finally {
    await db.$disconnect();
    await bench.stop();
  }
}
