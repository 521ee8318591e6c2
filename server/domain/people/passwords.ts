import { queueMail } from "@/server/domain/mail/mail";
import type { TenantWrite } from "@/server/infra/db/tenant-tx";
import { DomainError } from "@/server/kernel/errors";
import type { SessionId, TenantId, UserId } from "@/server/kernel/ids";
import { t } from "@/server/kernel/words";

type Change = Readonly<{ userId: UserId; oldHash: string; newHash: string; short: boolean; keep: SessionId }>;

/**
 * Puts a new password in the place of the one that was shown; every session but the one that asks ends.
 * @throws DomainError conflict when it was changed at the same moment; invalid_state for a short one beside no factor.
 */
export async function replacePassword(
  tx: TenantWrite,
  { userId, oldHash, newHash, short, keep }: Change,
): Promise<void> {
  const [row] = await tx.$queryRaw<{ done: boolean }[]>`
    SELECT password_change(${userId}::uuid, ${oldHash}, ${newHash}, ${short}, ${keep}::uuid) AS done`;
  if (!row?.done) throw new DomainError("conflict");
}

/** Tells a person that their password is another one now: the owner hears of what they did not do themselves. */
export function mailPasswordChanged(
  tx: TenantWrite,
  tenantId: TenantId,
  { email, appUrl }: Readonly<{ email: string; appUrl: string }>,
): Promise<string> {
  return queueMail(tx, tenantId, {
    to: email,
    subject: () => t("Your password was changed"),
    text: () =>
      [
        t("The password of your account was changed just now, and its other sessions have ended."),
        t("If that was not you, choose another one at once: {page}", { page: `${appUrl}/forgot` }),
      ].join("\n\n"),
  });
}
