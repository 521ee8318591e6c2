import { portalUrl } from "@/server/domain/brands/brands";
import { queueMail } from "@/server/domain/mail/mail";
import type { Fingerprint } from "@/server/domain/system/manager-secret.rules";
import { SECRET_DAYS } from "@/server/domain/system/manager-secret.schema";
import type { SqlPool } from "@/server/infra/db/pool";
import type { TenantRead, TenantWrite } from "@/server/infra/db/tenant-tx";
import type { TenantId } from "@/server/kernel/ids";
import { t } from "@/server/kernel/words";

export type SecretAge = Readonly<{ name: string; since: Date }>;

/** Keeps since when these secrets are used. A repeat moves nothing but when they were seen last. */
export async function noteManagerSecrets(pool: SqlPool, fingerprints: readonly Fingerprint[]): Promise<void> {
  for (const { name, fingerprint } of fingerprints) {
    await pool.query("manager_secret_note", "SELECT manager_secret_note($1, $2)", [name, fingerprint]);
  }
}

/** Since when each secret that the workers use is used; none where no PBX is connected or no worker ran for a day. */
export const managerSecretAges = (tx: TenantRead): Promise<SecretAge[]> =>
  tx.$queryRaw<SecretAge[]>`SELECT name, since FROM manager_secrets() ORDER BY name DESC`;

/** Seconds that each secret is used, for a monitoring system. */
export const readSecretGauges = (pool: SqlPool): Promise<Readonly<{ name: string; age_seconds: number }>[]> =>
  pool.query("manager_secrets", "SELECT name, age_seconds FROM manager_secrets()", []);

const MOST_OWNERS = 20;

/**
 * Mails the operator's owners about secrets that are used for more than a quarter: each secret once, however often this runs.
 * The transaction acts for the operator.
 * @returns the names of those that were due, and how many were told.
 */
export async function remindOfManagerSecrets(
  tx: TenantWrite,
  tenantId: TenantId,
  appUrl: string,
): Promise<{ names: readonly string[]; owners: number }> {
  const due = await tx.$queryRaw<{ name: string }[]>`
    SELECT r AS name FROM manager_secrets_remind(${SECRET_DAYS}::int) r ORDER BY 1`;
  const names = due.map(({ name }) => name);
  if (names.length === 0) return { names, owners: 0 };
  const { slug } = await tx.tenant.findUniqueOrThrow({ where: { id: tenantId }, select: { slug: true } });
  const owners = await tx.$queryRaw<{ email: string }[]>`
    SELECT p.email FROM seat s JOIN person p ON p.id = s.user_id
    WHERE s.tenant_id = ${tenantId}::uuid AND s.role = 'owner' ORDER BY p.email LIMIT ${MOST_OWNERS}`;
  const link = `${await portalUrl(tx, appUrl)}/t/${slug}/system`;
  const text = () => {
    const used = t("{names}: used for more than {days} days. Give the manager interface new secrets.", {
      names: names.join(", "),
      days: SECRET_DAYS,
    });
    return `${used}\n${t("How to is written in docs/manager-secrets.md.")}\n\n${link}\n`;
  };
  for (const { email } of owners) {
    await queueMail(tx, tenantId, { to: email, subject: () => t("Time for new secrets of the PBX"), text });
  }
  return { names, owners: owners.length };
}
