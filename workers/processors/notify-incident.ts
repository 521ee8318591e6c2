import { change } from "@/server/domain/audit/change";
import { notifyDesk } from "@/server/domain/incidents/notify";
import type { Processor } from "@/workers/processors/types";

/** Mails the desk about an incident that began or got worse. Safe to repeat: each severity is told once. */
export const notifyIncident: Processor<"notifyIncident"> = async ({ incidentId, severity }, ctx) => {
  const actor = { kind: "job", id: "incident.notify", requestId: ctx.jobId } as const;
  await change(ctx.db, { tenantId: ctx.tenantId, actor, action: "incident.notify" }, async (tx) => {
    const told = await notifyDesk(tx, ctx.tenantId, { incidentId, severity, appUrl: ctx.settings.appUrl });
    const after = { severity, mails: told?.mails ?? 0, ...(told && { incident: told.number }) };
    return { subject: `incident:${incidentId}`, after, result: undefined };
  });
};
