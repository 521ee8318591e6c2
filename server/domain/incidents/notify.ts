import type { Severity } from "@/server/domain/incidents/incident.schema";
import { addLine } from "@/server/domain/incidents/incidents";
import { queueMail } from "@/server/domain/mail/mail";
import type { TenantWrite } from "@/server/infra/db/tenant-tx";
import type { TenantId } from "@/server/kernel/ids";

type Told = Readonly<{ number: string; mails: number }>;

/**
 * Mails everybody who works at the incident desk that an incident began or got worse, once per severity however often it
 * is asked for, and notes in the timeline that it did. What is over by then, or part of another, is nobody's alarm.
 * @param appUrl the portal's address, without a slash at the end.
 * @returns undefined when nobody had to be told.
 */
export async function notifyDesk(
  tx: TenantWrite,
  tenantId: TenantId,
  { incidentId, severity, appUrl }: Readonly<{ incidentId: string; severity: Severity; appUrl: string }>,
): Promise<Told | undefined> {
  const [incident] = await tx.$queryRaw<{ number: bigint; title: string; signals: bigint; slug: string }[]>`
    SELECT i.number, i.title, i.signals, t.slug FROM incident i JOIN tenant t ON t.id = i.tenant_id
    WHERE i.tenant_id = ${tenantId}::uuid AND i.id = ${incidentId}::uuid AND i.closed_at IS NULL AND i.merged_into IS NULL FOR UPDATE OF i`;
  if (!incident) return undefined;
  const [told] = await tx.$queryRaw<{ n: number }[]>`
    SELECT count(*)::int AS n FROM incident_line WHERE tenant_id = ${tenantId}::uuid AND incident_id = ${incidentId}::uuid
      AND kind = 'notified' AND detail ->> 'severity' = ${severity}`;
  if (told && told.n > 0) return undefined;
  const people = await tx.$queryRaw<{ email: string }[]>`
    SELECT p.email FROM seat s JOIN person p ON p.id = s.user_id
    WHERE s.tenant_id = ${tenantId}::uuid AND s.role IN ('owner', 'admin', 'incident_responder') ORDER BY p.email LIMIT 200`;
  const number = String(incident.number);
  const link = `${appUrl}/t/${incident.slug}/incidents?open=${incidentId}`;
  for (const { email } of people) {
    await queueMail(tx, tenantId, {
      to: email,
      subject: `[${severity}] Incident ${number}: ${incident.title}`,
      text: `${incident.title}.\nSeverity ${severity}, ${incident.signals} signals so far.\n\n${link}\n`,
    });
  }
  await addLine(tx, tenantId, incidentId, "system", { kind: "notified", detail: { severity, mails: people.length } });
  return { number, mails: people.length };
}
