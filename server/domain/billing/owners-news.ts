import { type News, newsMail } from "@/server/domain/billing/owners-news.rules";
import { portalUrl } from "@/server/domain/brands/brands";
import { queueMail } from "@/server/domain/mail/mail";
import type { TenantWrite } from "@/server/infra/db/tenant-tx";
import type { TenantId } from "@/server/kernel/ids";

const MOST_OWNERS = 20;

type Row = {
  news: News["kind"];
  available_micros: bigint;
  level_micros: bigint;
  below_days: number | null;
  amount_micros: bigint | null;
  monthly_micros: bigint | null;
  note: string;
  currency: string;
};

export type Told = Readonly<{ news: readonly News["kind"][]; owners: number }>;

/**
 * Writes to the owners of the tenant acted on what they do not know yet: low credit, a pause, a reached maximum. Each is told
 * once, however often this runs. Locks the wallet, then the settings.
 */
export async function tellOwners(tx: TenantWrite, tenantId: TenantId, appUrl: string): Promise<Told> {
  const rows = await tx.$queryRaw<Row[]>`SELECT * FROM owners_news()`;
  if (rows.length === 0) return { news: [], owners: 0 };
  const tenant = await tx.tenant.findUniqueOrThrow({ where: { id: tenantId }, select: { name: true, slug: true } });
  const owners = await tx.$queryRaw<{ email: string }[]>`
    SELECT p.email FROM seat s JOIN person p ON p.id = s.user_id
    WHERE s.tenant_id = ${tenantId}::uuid AND s.role = 'owner' ORDER BY p.email LIMIT ${MOST_OWNERS}`;
  const about = { tenantName: tenant.name, balanceUrl: `${await portalUrl(tx, appUrl)}/t/${tenant.slug}/balance` };
  for (const row of rows) {
    const mail = () => newsMail(newsOf(row), about);
    for (const { email } of owners) {
      await queueMail(tx, tenantId, { to: email, subject: () => mail().subject, text: () => mail().text });
    }
  }
  return { news: rows.map(({ news }) => news), owners: owners.length };
}

const newsOf = (row: Row): News => ({
  kind: row.news,
  availableMicros: row.available_micros,
  levelMicros: row.level_micros,
  belowDays: row.below_days,
  amountMicros: row.amount_micros,
  monthlyMicros: row.monthly_micros,
  note: row.note,
  currency: row.currency.trim(),
});
