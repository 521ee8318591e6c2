import type { Severity } from "@/server/domain/incidents/incident.schema";
import { titleText } from "@/server/domain/incidents/incident-title";
import { addLine } from "@/server/domain/incidents/incidents";
import { exposureText, lossLines, lossOf, rateText } from "@/server/domain/incidents/loss";
import { queueMail } from "@/server/domain/mail/mail";
import { tell } from "@/server/domain/notifications/deliveries";
import type { TenantWrite } from "@/server/infra/db/tenant-tx";
import type { TenantId } from "@/server/kernel/ids";
import { type Message, msg, say, t } from "@/server/kernel/words";

type Told = Readonly<{ number: string; mails: number }>;

type About = Readonly<{
  number: string;
  title: string;
  severity: Severity;
  acknowledged: boolean;
  link: string;
  /** What it has cost so far, as lines of a text; empty while no money is in it. */
  loss: () => string;
  /** What programs are told. */
  data: Readonly<Record<string, string | number>>;
}>;

/** Locks an incident that is going on and stands for itself, to tell somebody of it; undefined for any other. */
export async function aboutIncident(
  tx: TenantWrite,
  tenantId: TenantId,
  { incidentId, appUrl }: Readonly<{ incidentId: string; appUrl: string }>,
): Promise<About | undefined> {
  type Row = {
    number: bigint;
    title: string;
    severity: Severity;
    state: string;
    signals: bigint;
    slug: string;
    opened: Date;
    taken: Date | null;
  };
  const [row] = await tx.$queryRaw<Row[]>`
    SELECT i.number, i.title, i.severity, i.state, i.signals, t.slug, i.opened_at AS opened, i.acknowledged_at AS taken
    FROM incident i JOIN tenant t ON t.id = i.tenant_id
    WHERE i.tenant_id = ${tenantId}::uuid AND i.id = ${incidentId}::uuid AND i.closed_at IS NULL AND i.merged_into IS NULL FOR UPDATE OF i`;
  if (!row) return undefined;
  const { title, severity, state, slug, opened, taken } = row;
  const [number, signals] = [String(row.number), Number(row.signals)];
  const link = `${appUrl}/t/${slug}/incidents?open=${incidentId}`;
  const losses = (await lossOf(tx, [incidentId])).get(incidentId) ?? [];
  const money = { exposure: exposureText(losses), perMinute: rateText(losses) };
  const data = {
    incident: number,
    title,
    severity,
    state,
    signals,
    ...money,
    openedAt: opened.toISOString(),
    url: link,
  };
  return { number, title, severity, acknowledged: taken !== null, link, loss: () => lossLines(losses), data };
}

const severities: Readonly<Record<Severity, Message>> = {
  low: msg("severity|low"),
  medium: msg("severity|medium"),
  high: msg("severity|high"),
  critical: msg("severity|critical"),
};

/** How bad it is, as it stands within a sentence. */
export const severityText = (severity: Severity): string => say(severities[severity]);

/**
 * Tells everybody who works at the incident desk, by mail, and whoever else is to be told, that an incident began or got
 * worse, once per severity however often it is asked for, and notes in the timeline that it did. Those below whom it touches
 * are told where they asked for it. What is over by then, or part of another, is nobody's alarm.
 * @param appUrl the portal's address, without a slash at the end.
 * @returns undefined when nobody had to be told.
 */
export async function notifyDesk(
  tx: TenantWrite,
  tenantId: TenantId,
  { incidentId, severity, appUrl }: Readonly<{ incidentId: string; severity: Severity; appUrl: string }>,
): Promise<Told | undefined> {
  const incident = await aboutIncident(tx, tenantId, { incidentId, appUrl });
  if (!incident) return undefined;
  const [told] = await tx.$queryRaw<{ n: number }[]>`
    SELECT count(*)::int AS n FROM incident_line WHERE tenant_id = ${tenantId}::uuid AND incident_id = ${incidentId}::uuid
      AND kind = 'notified' AND detail ->> 'severity' = ${severity}`;
  if (told && told.n > 0) return undefined;
  const people = await tx.$queryRaw<{ email: string }[]>`
    SELECT p.email FROM seat s JOIN person p ON p.id = s.user_id
    WHERE s.tenant_id = ${tenantId}::uuid AND s.role IN ('owner', 'admin', 'incident_responder') ORDER BY p.email LIMIT 200`;
  const { number, title, link, loss, data } = incident;
  const signals = Number(data["signals"]);
  const text = () => {
    const bad = severityText(severity);
    const sentence = t("Severity {bad}, {signals, plural, one {# signal} other {# signals}} so far.", { bad, signals });
    return `${titleText(title)}.\n${sentence}\n${loss()}\n${link}\n`;
  };
  const subject = () =>
    t("[{bad}] Incident {number}: {title}", { bad: severityText(severity), number, title: titleText(title) });
  for (const { email } of people) await queueMail(tx, tenantId, { to: email, subject, text });
  const message = {
    key: `raised:${incidentId}:${severity}`,
    event: "incident.raised",
    data: { ...data, severity },
    text: text(),
  } as const;
  const targets = await tell(tx, tenantId, { level: 1, severity }, message);
  const [below] = await tx.$queryRaw<
    { n: number }[]
  >`SELECT notify_below(${incidentId}::uuid, ${severity}, ${appUrl}) AS n`;
  const detail = { severity, mails: people.length, others: targets, below: below?.n ?? 0 };
  await addLine(tx, tenantId, incidentId, "system", { kind: "notified", detail });
  return { number, mails: people.length };
}
