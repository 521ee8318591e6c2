import { change } from "@/server/domain/audit/change";
import { tellOfExport } from "@/server/domain/exports/schedule-mail";
import { putOffSchedule, runSchedule } from "@/server/domain/exports/schedules";
import type { TenantId } from "@/server/kernel/ids";
import type { Processor, SystemContext } from "@/workers/processors/types";

const MOST = 200;

type One = { tenant_id: TenantId; id: string };

class NothingDue extends Error {
  override readonly name = "NothingDue";
}

/**
 * Asks for the files whose time has come, and tells of those that ended. One that fails holds up no other. Safe to repeat, and
 * beside another worker.
 */
export const runExportSchedules: Processor<"runExportSchedules"> = async (_payload, ctx) => {
  const due = await ctx.pool.query<One>("export_schedules_due", "SELECT * FROM export_schedules_due($1)", [MOST]);
  for (const one of due) {
    const asked = await each(ctx, one, () => ask(ctx, one));
    // Those that wait longest come first, so one that cannot be asked for must not stay among them.
    if (!asked) await each(ctx, one, () => putOff(ctx, one));
  }
  const untold = await ctx.pool.query<One>("export_untold", "SELECT * FROM export_untold($1)", [MOST]);
  for (const one of untold) await each(ctx, one, () => tell(ctx, one));
};

/** @returns false when it failed. */
async function each(
  ctx: SystemContext,
  { tenant_id: tenant, id }: One,
  work: () => Promise<unknown>,
): Promise<boolean> {
  try {
    await work();
    return true;
  } catch (error) {
    if (error instanceof NothingDue) return true;
    ctx.log.warn({ tenant, schedule: id, error }, "a scheduled file was not asked for");
    return false;
  }
}

const actorOf = (ctx: SystemContext) => ({ kind: "job", id: "export.schedule", requestId: ctx.jobId }) as const;

async function tell(ctx: SystemContext, { tenant_id: tenantId, id }: One): Promise<void> {
  await change(ctx.db, { tenantId, actor: actorOf(ctx), action: "export.tell" }, async (tx) => {
    if (!(await tellOfExport(tx, tenantId, id, ctx.settings.appUrl))) throw new NothingDue();
    return { subject: `export:${id}`, result: undefined };
  });
}

async function ask(ctx: SystemContext, { tenant_id: tenantId, id }: One): Promise<void> {
  await change(ctx.db, { tenantId, actor: actorOf(ctx), action: "export.create" }, async (tx) => {
    const made = await runSchedule(tx, tenantId, id);
    if (made === "nothing") throw new NothingDue();
    if (made === "rests") return { subject: `schedule:${id}`, after: { paused: true }, result: undefined };
    const after = { what: made.what, schedule: id, from: made.from, to: made.to };
    return { subject: `export:${made.exportId}`, after, result: undefined };
  });
}

async function putOff(ctx: SystemContext, { tenant_id: tenantId, id }: One): Promise<void> {
  await change(ctx.db, { tenantId, actor: actorOf(ctx), action: "export.create" }, async (tx) => {
    const rests = await putOffSchedule(tx, tenantId, id);
    return { subject: `schedule:${id}`, after: { failed: true, paused: rests }, result: undefined };
  });
}
