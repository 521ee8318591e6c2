import { acknowledgeMinutes } from "@/server/domain/incidents/incident.rules";
import type { Severity } from "@/server/domain/incidents/incident.schema";
import { titleText } from "@/server/domain/incidents/incident-title";
import { addLine } from "@/server/domain/incidents/incidents";
import { aboutIncident, severityText } from "@/server/domain/incidents/notify";
import { queueMail } from "@/server/domain/mail/mail";
import { tell } from "@/server/domain/notifications/deliveries";
import type { TenantRead, TenantWrite } from "@/server/infra/db/tenant-tx";
import type { TenantId } from "@/server/kernel/ids";
import { t } from "@/server/kernel/words";

export type Due = Readonly<{ incidentId: string; level: 2 | 3 }>;

type Waiting = { id: string; severity: Severity; told: number | null; since: Date };

const MINUTE_MS = 60_000;

/**
 * Incidents that nobody took in their time, with the level to be told now: 2 when the time is over, 3 when as much has passed
 * since 2 was told. So each level has its time, also after a night in which nothing ran. What is low wakes nobody.
 */
export async function dueEscalations(tx: TenantRead, tenantId: TenantId, now: Date): Promise<Due[]> {
  const waiting = await tx.$queryRaw<Waiting[]>`
    SELECT i.id, i.severity, (l.detail ->> 'level')::int AS told, coalesce(l.at, i.opened_at) AS since
    FROM incident i LEFT JOIN LATERAL (
      SELECT l.detail, l.at FROM incident_line l WHERE l.tenant_id = i.tenant_id AND l.incident_id = i.id AND l.kind = 'escalated' ORDER BY l.seq DESC LIMIT 1) l ON true
    WHERE i.tenant_id = ${tenantId}::uuid AND i.acknowledged_at IS NULL AND i.closed_at IS NULL AND i.merged_into IS NULL
      AND i.severity <> 'low' AND coalesce((l.detail ->> 'level')::int, 1) < 3 ORDER BY i.opened_at LIMIT 500`;
  return waiting
    .filter(({ severity, since }) => now.getTime() >= since.getTime() + acknowledgeMinutes(severity) * MINUTE_MS)
    .map(({ id, told }) => ({ incidentId: id, level: told === null ? 2 : 3 }));
}

/**
 * Tells the next level of an incident that nobody took, each level once, whoever else is at it. Without anybody at level 2
 * the owners of the tenant are mailed. What was taken, closed or merged in the meantime tells nobody.
 * @returns undefined when nobody had to be told.
 */
export async function escalate(
  tx: TenantWrite,
  tenantId: TenantId,
  { incidentId, level, appUrl }: Due & Readonly<{ appUrl: string }>,
): Promise<{ number: string; told: number } | undefined> {
  const incident = await aboutIncident(tx, tenantId, { incidentId, appUrl });
  if (!incident || incident.acknowledged) return undefined;
  const lines = await tx.$queryRaw<{ n: number }[]>`
    SELECT count(*)::int AS n FROM incident_line WHERE tenant_id = ${tenantId}::uuid AND incident_id = ${incidentId}::uuid AND kind = 'escalated'
      AND (detail ->> 'level')::int >= ${level}`;
  if ((lines[0]?.n ?? 0) > 0) return undefined;
  const { number, severity, title, data, link, loss } = incident;
  const text = () => {
    const sentence = t("Nobody has taken incident {number} ({bad}): {title}.", {
      number,
      bad: severityText(severity),
      title: titleText(title),
    });
    return `${sentence}\n${loss()}\n${link}\n`;
  };
  const subject = () => t("[{bad}] Nobody has taken incident {number}", { bad: severityText(severity), number });
  const key = `escalated:${incidentId}:${level}`;
  let told = await tell(
    tx,
    tenantId,
    { level, severity },
    { key, event: "incident.escalated", data: { ...data, level }, text: text() },
  );
  if (told === 0 && level === 2) told = await mailOwners(tx, tenantId, { subject, text });
  await addLine(tx, tenantId, incidentId, "system", { kind: "escalated", detail: { level, told } });
  return { number, told };
}

type Words = Readonly<Record<"subject" | "text", () => string>>;

async function mailOwners(tx: TenantWrite, tenantId: TenantId, words: Words): Promise<number> {
  const owners = await tx.$queryRaw<{ email: string }[]>`
    SELECT p.email FROM seat s JOIN person p ON p.id = s.user_id WHERE s.tenant_id = ${tenantId}::uuid AND s.role = 'owner' ORDER BY p.email LIMIT 200`;
  for (const { email } of owners) await queueMail(tx, tenantId, { to: email, ...words });
  return owners.length;
}
