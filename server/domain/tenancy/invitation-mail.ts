import { queueMail } from "@/server/domain/mail/mail";
import type { TenantWrite } from "@/server/infra/db/tenant-tx";
import type { TenantId } from "@/server/kernel/ids";
import { t } from "@/server/kernel/words";

/**
 * Sends an invitation's link to the address it was made for; it is forgotten once it was sent. The transaction acts for the
 * tenant that invites.
 * @throws DomainError invalid_input for an address that cannot be written to.
 */
export async function mailInvitation(
  tx: TenantWrite,
  tenantId: TenantId,
  { to, url }: { to: string; url: string },
): Promise<string> {
  const [tenant] = await tx.$queryRaw<{ name: string }[]>`SELECT name FROM tenant WHERE id = ${tenantId}::uuid`;
  const name = tenant?.name ?? "";
  return queueMail(tx, tenantId, {
    to,
    subject: () => t("Your invitation to {tenant}", { tenant: name }),
    text: () =>
      [
        t("You were invited to the telephones of {tenant}.", { tenant: name }),
        t("Open this link to choose your name and password. It works once, for seven days:"),
        url,
        t("If you did not expect this, do nothing: without the link nobody gets in."),
      ].join("\n\n"),
    secret: true,
  });
}
