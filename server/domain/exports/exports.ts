import { mayReachBelow } from "@/server/domain/calls/call-reach";
import { type ExportFormat, type ExportKind, exportWords, isExportKind } from "@/server/domain/exports/export.schema";
import { type May, missingFor } from "@/server/domain/exports/export-rights";
import { type ExportStyle, exportStyleSchema, type NewExport } from "@/server/domain/exports/new-export.schema";
import { exportSources } from "@/server/domain/exports/sources";
import type { TaskState } from "@/server/domain/tasks/task.schema";
import { taskError } from "@/server/domain/tasks/task-errors";
import { createTask } from "@/server/domain/tasks/tasks";
import type { TenantRead, TenantWrite } from "@/server/infra/db/tenant-tx";
import { DomainError } from "@/server/kernel/errors";
import type { TenantId } from "@/server/kernel/ids";
import { isLanguage } from "@/server/kernel/languages";
import { spoken } from "@/server/kernel/words";

export type ExportRow = Readonly<{
  id: string;
  taskId: string;
  what: ExportKind;
  format: ExportFormat;
  fileName: string;
  /** As it was asked for, for "the same again with other dates". */
  filter: Readonly<Record<string, unknown>>;
  style: ExportStyle;
  /** What is in the file was true then. */
  asOf: Date;
  lines: number | null;
  /** Of the file as it is read, not packed. */
  bytes: number | null;
  sha256: string | null;
  readyAt: Date | null;
  expiresAt: Date | null;
  state: "making" | "stopped" | "failed" | "ready" | "expired";
  /** Of the job that makes it. */
  task: Readonly<{ state: TaskState; done: number; total: number | null; note: string; error: string | null }>;
}>;

const extensionOf = { csv: "csv", csv_safe: "csv", jsonl: "jsonl", pdf: "pdf" } as const satisfies Record<
  ExportFormat,
  string
>;

/** @throws DomainError invalid_input for a column that is none, and for a document of what is no list of a tenant's own calls. */
export function checkAsked(asked: NewExport): void {
  const { what, filter: _, ...style } = asked;
  const { columns } = exportWords[what];
  const unknown = style.columns?.find((key) => !columns.some((column) => column.key === key));
  if (unknown !== undefined) {
    throw new DomainError(
      "invalid_input",
      { field: "columns", column: unknown.slice(0, 40) },
      `There is no column ${unknown} in this file.`,
    );
  }
  if (style.format === "pdf" && what !== "calls") {
    throw new DomainError(
      "invalid_input",
      { field: "format" },
      "Only calls come as a document; take a table or JSON lines.",
    );
  }
  if (style.format === "pdf" && asked.what === "calls" && mayReachBelow(asked.filter)) {
    throw new DomainError(
      "invalid_input",
      { field: "format" },
      "A document is of a tenant's own calls; take a table or JSON lines for those of all below.",
    );
  }
}

/** What is asked for, with the language of whoever asks for a document: it is made later, by nobody who speaks one. */
export function inOwnLanguage(asked: NewExport): NewExport {
  const language = spoken();
  return asked.format === "pdf" && isLanguage(language) ? { language, ...asked } : asked;
}

/**
 * Asks for a file of a whole list, in the transaction of the change: fixes the moment that it will show, and queues the job.
 * Asking again makes another file.
 * @param by "user:…", "cli:…" or "token:…".
 * @throws DomainError invalid_input for a column that is none, and for a document of what is no list of calls.
 */
export async function createExport(
  tx: TenantWrite,
  tenantId: TenantId,
  asked: NewExport,
  by: string,
): Promise<{ id: string; taskId: string }> {
  const { what, filter, ...style } = inOwnLanguage(asked);
  checkAsked(asked);
  const bound = await exportSources[what].bound(tx, tenantId);
  const bounds = what === "everything" ? await boundsOf(tx, tenantId) : undefined;
  const title = `Export: ${exportWords[what].name.toLowerCase()}`;
  const taskId = await createTask(tx, tenantId, { kind: "export.make", title, input: { what }, createdBy: by });
  const [row] = await tx.$queryRaw<{ id: string }[]>`
    INSERT INTO export_file (tenant_id, task_id, what, format, settings, file_name, bound, created_by)
    SELECT ${tenantId}::uuid, ${taskId}::uuid, ${what}, ${style.format}, ${JSON.stringify({ filter, style, bounds })}::jsonb,
      ${what} || '-' || t.slug || '-' || to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYYMMDD-HH24MI') || '.' || ${what === "everything" ? "zip" : extensionOf[style.format]},
      ${bound}::bigint, ${by}
    FROM tenant t WHERE t.id = ${tenantId}::uuid RETURNING id`;
  if (!row) throw new DomainError("not_found");
  return { id: row.id, taskId };
}

/** Up to where the numbered files of an archive go; the calls' own number is the archive's. */
async function boundsOf(tx: TenantRead, tenantId: TenantId): Promise<Readonly<Record<string, string>>> {
  const [ledger, audit] = [
    await exportSources.ledger.bound(tx, tenantId),
    await exportSources.audit.bound(tx, tenantId),
  ];
  return { ledger: String(ledger), audit: String(audit) };
}

type Stored = Omit<ExportRow, "what" | "filter" | "style" | "state" | "task" | "lines" | "bytes"> & {
  what: string;
  settings: unknown;
  lines: bigint | null;
  bytes: bigint | null;
  gone: boolean;
  taskState: TaskState;
  done: bigint;
  total: bigint | null;
  note: string;
  error: string | null;
};

/**
 * The files that were asked for, newest first, of kinds that the role may read: those being made, those that can be had, and
 * the settings of those that cannot any more.
 */
export async function listExports(tx: TenantRead, tenantId: TenantId, may: May, limit = 50): Promise<ExportRow[]> {
  const rows = await select(tx, tenantId, null, limit);
  return rows.filter(({ what }) => missingFor(may, what) === undefined);
}

/** @throws DomainError not_found when the tenant has no such file. */
export async function getExport(tx: TenantRead, tenantId: TenantId, id: string): Promise<ExportRow> {
  const [row] = await select(tx, tenantId, id, 1);
  if (!row) throw new DomainError("not_found", { exportId: id });
  return row;
}

async function select(tx: TenantRead, tenantId: TenantId, id: string | null, limit: number): Promise<ExportRow[]> {
  const rows = await tx.$queryRaw<Stored[]>`
    SELECT f.id, f.task_id AS "taskId", f.what, f.format, f.file_name AS "fileName", f.settings, f.as_of AS "asOf", f.lines, f.bytes, f.sha256,
      f.ready_at AS "readyAt", f.expires_at AS "expiresAt", t.state AS "taskState", t.done, t.total, t.note, t.error,
      f.ready_at IS NOT NULL AND (f.expires_at <= clock_timestamp()
        OR NOT EXISTS (SELECT FROM export_part p WHERE p.tenant_id = f.tenant_id AND p.export_id = f.id)) AS gone
    FROM export_file f JOIN task t ON t.tenant_id = f.tenant_id AND t.id = f.task_id
    WHERE f.tenant_id = ${tenantId}::uuid AND (${id}::uuid IS NULL OR f.id = ${id}::uuid)
    ORDER BY f.as_of DESC, f.id LIMIT ${limit}`;
  return rows.flatMap((row) => (isExportKind(row.what) ? [rowOf({ ...row, what: row.what })] : []));
}

function rowOf({
  settings,
  lines,
  bytes,
  gone,
  taskState,
  done,
  total,
  note,
  error,
  ...row
}: Stored & { what: ExportKind }): ExportRow {
  const { filter = {}, style = {} } = settings as { filter?: Record<string, unknown>; style?: unknown };
  return {
    ...row,
    filter,
    style: exportStyleSchema.parse(style),
    lines: lines === null ? null : Number(lines),
    bytes: bytes === null ? null : Number(bytes),
    state: stateOf(row.readyAt, gone, taskState),
    task: {
      state: taskState,
      done: Number(done),
      total: total === null ? null : Number(total),
      note,
      error: taskError(error),
    },
  };
}

function stateOf(readyAt: Date | null, gone: boolean, task: TaskState): ExportRow["state"] {
  if (readyAt) return gone ? "expired" : "ready";
  if (task === "cancelled") return "stopped";
  return task === "failed" ? "failed" : "making";
}

/** One part of a file as it is stored; undefined after the last one. */
export async function exportPart(
  tx: TenantRead,
  tenantId: TenantId,
  id: string,
  part: number,
): Promise<Buffer | undefined> {
  const row = await tx.exportPart.findUnique({
    where: { tenantId_exportId_part: { tenantId, exportId: id, part } },
    select: { data: true },
  });
  return row ? Buffer.from(row.data) : undefined;
}
