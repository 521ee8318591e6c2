import { type Changed, change } from "@/server/domain/audit/change";
import { type FindingReader, findingOf, settersOf, tellFinding } from "@/server/domain/rules/notify-finding";
import { readTenant } from "@/server/infra/db/read-tenant";
import type { TenantWrite } from "@/server/infra/db/tenant-tx";
import type { Processor, TenantContext } from "@/workers/processors/types";

/** This tenant heard of it before. */
class ToldBefore extends Error {
  override readonly name = "ToldBefore";
}

/**
 * Tells the desk, and whoever below set the rule, that it reached critical: each in a transaction of its own with its own place
 * in the trail, so that a repeat after a worker died tells only those who were not told.
 */
export const notifyFinding: Processor<"notifyFinding"> = async (payload, ctx) => {
  const { tenantId, settings } = ctx;
  const { finding, setters } = await readTenant(ctx.db, { tenantId }, async (tx) => ({
    finding: await findingOf(tx, payload),
    setters: await settersOf(tx, payload),
  }));
  const subject = `finding:${payload.findingId}`;
  if (!finding) {
    await told(ctx, tenantId, async () => ({ subject, after: { mails: 0 }, result: undefined }));
    return;
  }
  const readers: FindingReader[] = [{ id: tenantId, near: true }, ...setters];
  for (const reader of readers) {
    await told(ctx, reader.id, async (tx) => {
      const after = await tellFinding(tx, reader, { ...payload, finding, appUrl: settings.appUrl });
      if (!after) throw new ToldBefore();
      return { subject, after, result: undefined };
    });
  }
};

async function told(
  ctx: TenantContext,
  tenantId: FindingReader["id"],
  work: (tx: TenantWrite) => Promise<Changed<undefined>>,
): Promise<void> {
  const actor = { kind: "job", id: "rule.notify", requestId: ctx.jobId } as const;
  try {
    await change(ctx.db, { tenantId, actingTenantId: ctx.tenantId, actor, action: "rule.notify" }, work);
  } catch (error) {
    if (!(error instanceof ToldBefore)) throw error;
  }
}
