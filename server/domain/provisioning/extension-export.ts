import { stringify } from "csv-stringify/sync";

import { listExtensions } from "@/server/domain/provisioning/extension-list";
import { cellText } from "@/server/domain/statements/statement.rules";
import type { TenantRead } from "@/server/infra/db/tenant-tx";
import type { TenantId } from "@/server/kernel/ids";
import { decimalOf } from "@/server/kernel/money";

const columns = [
  "number",
  "name",
  "caller_id",
  "max_channels",
  "daily_cap",
  "state",
  "sip_username",
  "registered",
  "device",
  "address",
  "last_seen_utc",
  "calls_today",
  "cost_today",
] as const;

/** The extensions of a tenant as a table that can be read in again: UTF-8 with CRLF, exact decimals, no secret. */
export async function exportExtensions(tx: TenantRead, tenantId: TenantId): Promise<string> {
  const rows = await listExtensions(tx, tenantId);
  const table = rows.map((row) => [
    row.number,
    cellText(row.displayName),
    row.callerId ?? "",
    String(row.maxCalls),
    row.dailyCapMicros === null ? "" : decimalOf(row.dailyCapMicros),
    row.state,
    row.sipUsername,
    row.registration ? "yes" : "no",
    cellText(row.registration?.userAgent ?? ""),
    row.registration?.address ?? "",
    row.lastSeenAt?.toISOString() ?? "",
    String(row.callsToday),
    decimalOf(row.costTodayMicros),
  ]);
  return stringify([[...columns], ...table], { record_delimiter: "\r\n" });
}
