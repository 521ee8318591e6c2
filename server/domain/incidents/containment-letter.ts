import { portalUrl } from "@/server/domain/brands/brands";
import type { Target } from "@/server/domain/incidents/containments";
import { forTenantBelow } from "@/server/domain/tenancy/tenant-below";
import type { TenantRead } from "@/server/infra/db/tenant-tx";
import { inLanguage } from "@/server/infra/words/speaking";
import { DomainError } from "@/server/kernel/errors";
import type { TenantId } from "@/server/kernel/ids";
import { isLanguage, type Language } from "@/server/kernel/languages";
import { dateFormat } from "@/server/kernel/locale";
import { t } from "@/server/kernel/words";

type About = Readonly<{
  subject: string;
  /** The incident's number. */
  incident: string;
  at: Date;
  /** Of the tenant that is told. */
  timeZone: string;
  /** Whether secrets were replaced. */
  replaced: boolean;
  /** Whether whoever reads it is contained itself, and does not only sell to who is. */
  mine: boolean;
  link: string;
}>;

/** What owners are mailed when calls are stopped, said in the language that is spoken when it is written. */
export const letterOf = (about: About) => ({ subject: () => mailSubject(about.subject), text: () => bodyOf(about) });

function bodyOf({ subject, incident, at, timeZone, replaced, mine, link }: About): string {
  const paragraphs = [
    t("Calls of {subject} were stopped on {at} because of incident {incident}.", {
      subject,
      at: momentText(at, timeZone),
      incident,
    }),
    replaced
      ? t(
          "The SIP secret is replaced. Until a phone has its new one it reaches nobody, emergency numbers included; then it can dial those.",
        )
      : t("Emergency numbers can still be dialled."),
    t("Every call that was ended is charged for what was talked."),
    ...(replaced && mine ? [t("You get the new secret on the page of extensions.")] : []),
    ...(mine ? [] : [t("The customer was told as well.")]),
    link,
  ];
  return `${paragraphs.join("\n\n")}\n`;
}

/** With the day and the zone: a mail is read later, and elsewhere. */
const momentText = (at: Date, timeZone: string): string =>
  dateFormat({
    timeZone,
    day: "numeric",
    month: "short",
    year: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
    timeZoneName: "short",
  }).format(at);

/** A tenant's name may be long or hold what a subject may not. */
const mailSubject = (subject: string): string =>
  t("Calls are stopped: {subject}", { subject: subject.replace(/[\p{Cc}\p{Zl}\p{Zp}]/gu, " ") }).slice(0, 200);

/** Where a letter leads. The transaction acts for whoever is told. @param appUrl without a slash at the end. */
export const letterLink = async (tx: TenantRead, appUrl: string, slug: string, mine: boolean): Promise<string> =>
  `${await portalUrl(tx, appUrl)}/t/${slug}/${mine ? "extensions" : "home"}`;

/** The mail as its first owner would get it now: with secrets replaced, and without. */
export type LetterPreview = Readonly<{
  language: Language;
  subject: string;
  replaced: string;
  kept: string;
}>;

type Asked = Readonly<{ incidentId: string; target: Target; appUrl: string }>;

/**
 * What the owners of a tenant would be mailed if it, or its phone, were contained now, word for word. Wants a subtree transaction
 * of the operator; nothing is changed.
 * @param asked.appUrl the portal's address, without a slash at the end.
 * @returns null where nobody is mailed.
 * @throws DomainError not_found for an incident that is not there.
 */
export async function previewLetter(tx: TenantRead, tenantId: TenantId, asked: Asked): Promise<LetterPreview | null> {
  const { incidentId, target, appUrl } = asked;
  const [row] = await tx.$queryRaw<
    { incident: bigint; slug: string; kind: string; timeZone: string; subject: string }[]
  >`
    SELECT i.number AS incident, t.slug, t.kind, t.time_zone AS "timeZone",
      t.name || coalesce(', ' || (SELECT e.number FROM extension e WHERE e.tenant_id = t.id AND e.id = ${target.extensionId}::uuid), '') AS subject
    FROM incident i CROSS JOIN tenant t
    WHERE i.tenant_id = ${tenantId}::uuid AND i.id = ${incidentId}::uuid AND t.id = ${target.tenantId}::uuid`;
  if (!row) throw new DomainError("not_found", { incidentId });
  if (row.kind === "operator") return null;
  const { incident, slug, subject, timeZone } = row;
  return forTenantBelow(tx, target.tenantId, async () => {
    const [owner] = await tx.$queryRaw<{ language: string }[]>`
      SELECT mail_language(p.email) AS language FROM seat s JOIN person p ON p.id = s.user_id
      WHERE s.tenant_id = ${target.tenantId}::uuid AND s.role = 'owner' ORDER BY p.email LIMIT 1`;
    if (!owner) return null;
    const language = isLanguage(owner.language) ? owner.language : "en";
    const link = await letterLink(tx, appUrl, slug, true);
    const about = { subject, incident: String(incident), at: new Date(), timeZone, mine: true, link };
    return inLanguage(language, () => {
      const [replaced, kept] = [letterOf({ ...about, replaced: true }), letterOf({ ...about, replaced: false })];
      return { language, subject: kept.subject(), replaced: replaced.text(), kept: kept.text() };
    });
  });
}
