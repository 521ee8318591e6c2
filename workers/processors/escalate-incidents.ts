import { change } from "@/server/domain/audit/change";
import { type Due, dueEscalations, escalate } from "@/server/domain/incidents/escalate";
import { readTenant } from "@/server/infra/db/read-tenant";
import type { TenantId } from "@/server/kernel/ids";
import type { Processor, SystemContext } from "@/workers/processors/types";

/** Nobody had to be told, so nothing is to be committed and nothing stands in the trail. */
class Unchanged extends Error {
  override readonly name = "Unchanged";
}

/** Tells the next level of incidents that nobody took in their time. Safe to repeat, and beside another worker. */
export const escalateIncidents: Processor<"escalateIncidents"> = async (_payload, ctx) => {
  const [row] = await ctx.pool.query<{ id: TenantId | null }>("operator", "SELECT operator_tenant() AS id", []);
  const tenantId = row?.id;
  if (!tenantId) return;
  const due = await readTenant(ctx.db, { tenantId }, (tx) => dueEscalations(tx, tenantId, new Date()));
  for (const one of due) await tellNext(ctx, tenantId, one);
};

async function tellNext(ctx: SystemContext, tenantId: TenantId, due: Due): Promise<void> {
  const actor = { kind: "job", id: "incident.escalate", requestId: ctx.jobId } as const;
  try {
    await change(ctx.db, { tenantId, actor, action: "incident.escalate" }, async (tx) => {
      const done = await escalate(tx, tenantId, { ...due, appUrl: ctx.settings.appUrl });
      if (!done) throw new Unchanged();
      return {
        subject: `incident:${due.incidentId}`,
        after: { incident: done.number, level: due.level, told: done.told },
        result: undefined,
      };
    });
  } catch (error) {
    if (!(error instanceof Unchanged)) throw error;
  }
}
