import { readEarnings } from "@/server/domain/earnings/earnings";
import type { Row } from "@/server/domain/exports/cells.rules";
import { MOST, refuseTooMany } from "@/server/domain/exports/whole-lists";
import { listTenants } from "@/server/domain/tenancy/tenant-list";
import type { TenantFilter } from "@/server/domain/tenancy/tenant-list.schema";
import type { TenantRead } from "@/server/infra/db/tenant-tx";
import type { TenantId } from "@/server/kernel/ids";

type Narrowed = Readonly<{ view?: TenantFilter["view"] | undefined; text?: string | undefined }>;

/** Everybody below who passes the filter of the page, as cells, by name. Wants a transaction that reads the subtree. */
export async function tenantRows(tx: TenantRead, tenantId: TenantId, { view = "all", text }: Narrowed): Promise<Row[]> {
  const { currency } = await tx.tenant.findUniqueOrThrow({ where: { id: tenantId }, select: { currency: true } });
  const { items } = await listTenants(tx, tenantId, { view, sort: "name", text, limit: MOST + 1 });
  refuseTooMany(items.length);
  return items.map((one) => [
    ...[one.slug, one.name, one.kind, one.state, one.parentSlug, one.planName],
    ...[String(one.availableMicros), String(one.spentTodayMicros), one.currency, one.runwayDays],
    ...(one.marginMicros === null ? [null, null] : [String(one.marginMicros), currency]),
    ...[one.liveCalls, one.openIncidents, one.phones, one.phonesOnline, one.createdAt.getTime()],
  ]);
}

/** What those directly below brought in a month, as cells, the most first. Wants a transaction that reads the subtree. */
export async function earningsRows(
  tx: TenantRead,
  tenantId: TenantId,
  filter: Readonly<{ month?: string | undefined }>,
): Promise<Row[]> {
  const { month, currency, customers } = await readEarnings(tx, tenantId, filter.month, new Date(), MOST + 1);
  refuseTooMany(customers.length);
  return customers.map((one) => [
    ...[month, one.slug, one.name, one.calls],
    ...[one.revenueMicros, one.costMicros, one.earnedMicros, one.beforeMicros].map(String),
    currency,
  ]);
}
