import { z } from "zod";

import { change } from "@/server/domain/audit/change";
import type { Payer } from "@/server/domain/billing/movements";
import {
  importResult,
  makeTenantLine,
  refuseTenantLine,
  waitingLines,
} from "@/server/domain/onboarding/tenant-imports";
import { readTenant } from "@/server/infra/db/read-tenant";
import { DomainError } from "@/server/kernel/errors";
import type { TenantContext } from "@/workers/processors/types";
import type { TaskRun, TaskWork } from "@/workers/tasks/run-task";

const inputSchema = z.object({ importId: z.uuid() });

/**
 * Makes the tenants of a file one after the other, each as a whole and with its own line in the trail. What is refused is written
 * down with the reason and stops no other. Which lines are done stands at the lines, so it goes on wherever it was stopped.
 */
export const importTenants: TaskWork = async (run, ctx) => {
  const { importId } = inputSchema.parse(run.input);
  const { tenantId } = ctx;
  const [lines, payer] = await readTenant(ctx.db, { tenantId }, async (tx) => {
    const tenant = await tx.tenant.findUniqueOrThrow({ where: { id: tenantId }, select: { kind: true } });
    return [await waitingLines(tx, tenantId, importId), { tenantId, kind: tenant.kind }] as const;
  });
  for (const line of lines) {
    await oneLine({ run, ctx, importId, payer }, line);
    const { made, refused } = await countOf(ctx, importId);
    await run.report({ done: made + refused, note: refused > 0 ? `${refused} refused` : "" });
  }
  const { made, refused } = await countOf(ctx, importId);
  return { importId, made, refused };
};

const countOf = (ctx: TenantContext, importId: string) =>
  readTenant(ctx.db, { tenantId: ctx.tenantId }, (tx) => importResult(tx, ctx.tenantId, importId));

type Doing = Readonly<{ run: TaskRun; ctx: TenantContext; importId: string; payer: Payer }>;

async function oneLine({ run, ctx, importId, payer }: Doing, line: number): Promise<void> {
  const { tenantId } = ctx;
  const actor = { kind: "job", id: "tenant.import", requestId: run.taskId } as const;
  const houseUrl = ctx.mailer ? ctx.settings.appUrl : undefined;
  // Without a limit named nobody posts alone.
  const approvalLimit = ctx.settings.approvalLimit ?? 0n;
  try {
    await change(ctx.db, { tenantId, actor, action: "tenant.create" }, async (tx) => {
      const made = await makeTenantLine(tx, { importId, line, payer, by: run.createdBy, approvalLimit, houseUrl });
      if (!made) return { subject: `import:${importId}`, after: { line, again: true }, result: undefined };
      const after = { ...made.after, by: run.createdBy };
      return { subject: `tenant:${made.tenantId}`, after, alsoFor: [made.tenantId], result: undefined };
    });
  } catch (error) {
    // What may go better in a moment is tried again with the whole job; everything else is the row's own matter.
    if (!(error instanceof DomainError) || error.code === "conflict") throw error;
    await change(ctx.db, { tenantId, actor, action: "tenant.import" }, async (tx) => {
      await refuseTenantLine(tx, tenantId, { importId, line, problem: error.sentence });
      return { subject: `import:${importId}`, after: { line, refused: error.code }, result: undefined };
    });
  }
}
