import { brandOfSeller, portalUrl } from "@/server/domain/brands/brands";
import { addLine, takeWhole, type Worker } from "@/server/domain/incidents/incidents";
import { queueMail } from "@/server/domain/mail/mail";
import { forTenantBelow } from "@/server/domain/tenancy/tenant-below";
import type { TenantRead, TenantWrite } from "@/server/infra/db/tenant-tx";
import { DomainError } from "@/server/kernel/errors";
import type { TenantId } from "@/server/kernel/ids";
import { t } from "@/server/kernel/words";

/** Somebody whom an incident concerns, and how many owners a word to them is mailed to. */
export type Concerned = Readonly<{ id: TenantId; slug: string; name: string; owners: number }>;

const MOST_OWNERS = 50;

/**
 * The customers and resellers whom an incident, or a part of it, is about or contains: who has a notice of it. At most 200, by
 * name. Wants a subtree transaction of the operator.
 */
export async function concernedBy(tx: TenantRead, tenantId: TenantId, incidentId: string): Promise<Concerned[]> {
  return tx.$queryRaw<Concerned[]>`
    SELECT t.id, t.slug, t.name, (SELECT least(count(*), ${MOST_OWNERS})::int FROM seat s WHERE s.tenant_id = t.id AND s.role = 'owner') AS owners
    FROM tenant t WHERE t.kind <> 'operator' AND t.id IN (
      SELECT x.of_tenant_id FROM incident p JOIN (
        SELECT s.tenant_id, s.incident_id, s.of_tenant_id, s.extension_id IS NOT NULL AS phone FROM incident_subject s
          WHERE s.of_tenant_id IS NOT NULL AND (s.extension_id IS NOT NULL OR s.kind = 'tenant')
        UNION ALL SELECT c.tenant_id, c.incident_id, c.of_tenant_id, true FROM containment c) x
        ON x.tenant_id = p.tenant_id AND x.incident_id = p.id
      WHERE p.tenant_id = ${tenantId}::uuid AND (p.id = ${incidentId}::uuid OR p.merged_into = ${incidentId}::uuid)
        AND (x.phone OR p.kind NOT IN ('difference', 'ami_login', 'ami_silence', 'retention')))
    ORDER BY t.name, t.slug LIMIT 200`;
}

/** One of them by its short name. @throws DomainError not_found for anybody else. */
export async function concernedNamed(
  tx: TenantRead,
  tenantId: TenantId,
  { incidentId, ofSlug }: Readonly<{ incidentId: string; ofSlug: string }>,
): Promise<Concerned> {
  const found = (await concernedBy(tx, tenantId, incidentId)).find(({ slug }) => slug === ofSlug);
  const sentence = "The incident concerns no customer of that name.";
  if (!found) throw new DomainError("not_found", { field: "ofSlug", ofSlug }, sentence);
  return found;
}

type Words = Readonly<{ incidentId: string; to: Concerned; text: string; appUrl: string }>;

/**
 * Writes to a customer about an incident, also about one that is over: the words stand in its notice from then on, in the
 * timeline, and are mailed to its owners. They stay. A repeat writes again. The transaction acts for the operator; locks the incident.
 * @param words.appUrl the portal's address, without a slash at the end.
 * @returns the incident's number, and how many mails.
 * @throws DomainError not_found; invalid_state when it is part of another.
 */
export async function tellCustomer(
  tx: TenantWrite,
  tenantId: TenantId,
  { incidentId, to, text, appUrl }: Words,
  by: Worker,
): Promise<Readonly<{ number: string; mails: number }>> {
  const { number } = await takeWhole(tx, tenantId, incidentId);
  const house = await tx.tenant.findUniqueOrThrow({ where: { id: tenantId }, select: { name: true } });
  const mails = await forTenantBelow(tx, to.id, () => mailOwners(tx, { number, house: house.name, to, text, appUrl }));
  const detail = { tenantId: to.id, tenant: to.slug, name: to.name, mails };
  await addLine(tx, tenantId, incidentId, by.name, { kind: "told", body: text, detail });
  return { number, mails };
}

type Letter = Readonly<{ number: string; house: string }> & Omit<Words, "incidentId">;

/** In the name of the nearest brand above them, else of the operator. Acts for the customer. */
async function mailOwners(tx: TenantWrite, { number, house, to, text, appUrl }: Letter): Promise<number> {
  const owners = await tx.$queryRaw<{ email: string }[]>`
    SELECT p.email FROM seat s JOIN person p ON p.id = s.user_id
    WHERE s.tenant_id = ${to.id}::uuid AND s.role = 'owner' ORDER BY p.email LIMIT ${MOST_OWNERS}::int`;
  const company = (await brandOfSeller(tx))?.name ?? house;
  const link = `${await portalUrl(tx, appUrl)}/t/${to.slug}/notices`;
  const subject = () => t("{company} writes about incident {number}", { company, number });
  const body = () => [
    t("{company} writes about incident {number}:", { company, number }),
    text,
    t("What was seen and done:"),
    link,
  ];
  for (const { email } of owners) {
    await queueMail(tx, to.id, { to: email, subject, text: () => `${body().join("\n\n")}\n` });
  }
  return owners.length;
}
