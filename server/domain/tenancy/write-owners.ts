import { queueMail } from "@/server/domain/mail/mail";
import { forTenantBelow } from "@/server/domain/tenancy/tenant-below";
import type { WriteOwners } from "@/server/domain/tenancy/write-owners.schema";
import type { TenantRead, TenantWrite } from "@/server/infra/db/tenant-tx";
import { DomainError } from "@/server/kernel/errors";
import type { TenantId } from "@/server/kernel/ids";

const MOST_OWNERS = 20;
const AGAIN_MINUTES = 5;

type Reached = Readonly<{ id: TenantId; slug: string; owners: number }>;

/** Who of these tenants would be written to. Wants a subtree transaction. @throws DomainError not_below for one that is not. */
export async function reachOwners(
  tx: TenantRead,
  tenantId: TenantId,
  slugs: readonly string[],
): Promise<readonly Reached[]> {
  const wanted = [...new Set(slugs)];
  const found = await tx.$queryRaw<Reached[]>`
    SELECT t.id, t.slug, (SELECT least(count(*), ${MOST_OWNERS}::int)::int FROM seat s WHERE s.tenant_id = t.id AND s.role = 'owner') AS owners
    FROM tenant_below b JOIN tenant t ON t.id = b.descendant_id
    WHERE b.ancestor_id = ${tenantId}::uuid AND b.depth > 0 AND t.slug = ANY (${wanted}::text[]) ORDER BY b.depth, t.id`;
  const missing = wanted.find((slug) => !found.some((one) => one.slug === slug));
  if (missing !== undefined) throw new DomainError("not_below", { field: "childSlugs", slug: missing });
  return found;
}

export type Written = Readonly<{ mails: number; tenants: readonly TenantId[]; again: number }>;

/**
 * Writes one mail to each owner of these tenants, in the brand that holds for them. Whoever got the same subject in the last five
 * minutes gets no other, so a press that is repeated writes nothing twice.
 */
export async function writeOwners(
  tx: TenantWrite,
  reached: readonly Reached[],
  { title, text }: Pick<WriteOwners, "title" | "text">,
): Promise<Written> {
  const tenants: TenantId[] = [];
  let mails = 0;
  for (const { id } of reached) {
    const sent = await forTenantBelow(tx, id, () => writeOne(tx, id, { title, text }));
    if (sent === 0) continue;
    tenants.push(id);
    mails += sent;
  }
  return { mails, tenants, again: reached.length - tenants.length };
}

async function writeOne(tx: TenantWrite, id: TenantId, mail: Pick<WriteOwners, "title" | "text">): Promise<number> {
  // Of two presses at one moment the second waits and finds what the first wrote.
  await tx.$queryRaw`SELECT pg_advisory_xact_lock(hashtextextended('write-owners:' || ${id}, 0))::text`;
  const owners = await tx.$queryRaw<{ email: string }[]>`
    SELECT p.email FROM seat s JOIN person p ON p.id = s.user_id WHERE s.tenant_id = ${id}::uuid AND s.role = 'owner'
      AND NOT EXISTS (SELECT FROM mail m WHERE m.tenant_id = s.tenant_id AND m.recipient = p.email AND m.subject = ${mail.title}
        AND m.created_at > clock_timestamp() - ${AGAIN_MINUTES}::int * interval '1 minute')
    ORDER BY p.email LIMIT ${MOST_OWNERS}::int`;
  for (const { email } of owners) await queueMail(tx, id, { to: email, subject: mail.title, text: `${mail.text}\n` });
  return owners.length;
}
