import { type News, newsMail } from "@/server/domain/billing/owners-news.rules";
import { portalUrl } from "@/server/domain/brands/brands";
import { queueMail } from "@/server/domain/mail/mail";
import type { TenantWrite } from "@/server/infra/db/tenant-tx";
import type { TenantId } from "@/server/kernel/ids";

const MOST_OWNERS = 20;

type Row = {
  news: News["kind"];
  available_micros: bigint;
  threshold_micros: bigint | null;
  /** Micros as text. */
  levels: readonly Readonly<{ level: number; of: number; levelMicros: string; belowDays: number | null }>[];
  next: Readonly<{ belowMicros: string | null; belowDays: number | null }> | null;
  amount_micros: bigint | null;
  monthly_micros: bigint | null;
  note: string;
  currency: string;
};

/** `levels` are those of low credit that were passed, by their number. */
export type Told = Readonly<{ news: readonly News["kind"][]; levels: readonly number[]; owners: number }>;

/**
 * Writes to the owners of the tenant acted on what they do not know yet: low credit, a pause, a reached maximum. Each is told
 * once, however often this runs. Locks the wallet, then the settings.
 */
export async function tellOwners(tx: TenantWrite, tenantId: TenantId, appUrl: string): Promise<Told> {
  const rows = await tx.$queryRaw<Row[]>`SELECT * FROM owners_news()`;
  if (rows.length === 0) return { news: [], levels: [], owners: 0 };
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
  const levels = rows.flatMap((row) => row.levels.map(({ level }) => level));
  return { news: rows.map(({ news }) => news), levels, owners: owners.length };
}

const newsOf = (row: Row): News => ({
  kind: row.news,
  availableMicros: row.available_micros,
  levels: row.levels.map((one) => ({ ...one, levelMicros: BigInt(one.levelMicros) })),
  next: row.next && {
    belowMicros: row.next.belowMicros === null ? null : BigInt(row.next.belowMicros),
    belowDays: row.next.belowDays,
  },
  amountMicros: row.amount_micros,
  monthlyMicros: row.monthly_micros,
  note: row.note,
  currency: row.currency.trim(),
});
