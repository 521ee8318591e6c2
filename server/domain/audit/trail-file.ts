import { stringify } from "csv-stringify/sync";

import { type AuditRow, trailAfter } from "@/server/domain/audit/trail";
import type { TrailFilter, TrailFormat } from "@/server/domain/audit/trail.schema";
import type { TenantRead } from "@/server/infra/db/tenant-tx";
import type { TenantId } from "@/server/kernel/ids";

const BATCH = 1_000;

type Read = <T>(work: (tx: TenantRead) => Promise<T>) => Promise<T>;
type Line = Readonly<Record<string, string>>;

/**
 * A trail as a file, oldest event first, in pieces of some thousand events: CSV whose cells no spreadsheet runs as a
 * formula, or a JSON object per line. Columns and their order stay. Events recorded while it is read may be in it.
 * @param read runs one short read; a slow reader of the file holds no transaction open.
 */
export async function* trailFile(
  read: Read,
  tenantId: TenantId,
  format: TrailFormat,
  filter: TrailFilter,
): AsyncGenerator<string> {
  if (format === "csv") yield `${columns.join(",")}\n`;
  for (let after = 0n; ; ) {
    const from = after;
    const rows = await read((tx) => trailAfter(tx, tenantId, { ...filter, after: from, limit: BATCH }));
    if (rows.length > 0) yield format === "csv" ? csvOf(rows.map(lineOf)) : jsonOf(rows);
    const last = rows.at(-1);
    if (!last || rows.length < BATCH) return;
    after = last.seq;
  }
}

const columns = [
  "seq",
  "at",
  "actor_kind",
  "actor",
  "acting_for",
  "action",
  "subject",
  "outcome",
  "address",
  "request_id",
  "before",
  "after",
] as const;

const lineOf = (row: AuditRow): Line => ({
  seq: String(row.seq),
  at: row.at.toISOString(),
  actor_kind: row.actorKind,
  actor: row.actor,
  acting_for: row.actingFor ?? "",
  action: row.action,
  subject: row.subject,
  outcome: row.outcome,
  address: row.address,
  request_id: row.requestId,
  before: JSON.stringify(row.before),
  after: JSON.stringify(row.after),
});

const csvOf = (lines: readonly Line[]): string =>
  stringify([...lines], { columns: [...columns], escape_formulas: true, record_delimiter: "\n" });

const jsonOf = (rows: readonly AuditRow[]): string =>
  rows.map((row) => `${JSON.stringify({ ...lineOf(row), before: row.before, after: row.after })}\n`).join("");
