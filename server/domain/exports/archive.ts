import { z } from "zod";

import { type Row, writerOf } from "@/server/domain/exports/cells.rules";
import { type ExportColumn, type ExportKind, exportWords } from "@/server/domain/exports/export.schema";
import type { ExportRow } from "@/server/domain/exports/exports";
import { type Asked, type Batch, exportSources, type Source } from "@/server/domain/exports/sources";
import type { TenantRead } from "@/server/infra/db/tenant-tx";
import { streamZip, type ZipPieces } from "@/server/infra/zip/write-zip";
import type { TenantId } from "@/server/kernel/ids";

const boundsSchema = z.object({ bounds: z.object({ ledger: z.string(), audit: z.string() }) });

/** Up to where the numbered files go, as it was written down when the archive was asked for. */
export function archiveBounds(settings: unknown): Readonly<{ ledger: bigint; audit: bigint }> {
  const { bounds } = boundsSchema.parse(settings);
  return { ledger: BigInt(bounds.ledger), audit: BigInt(bounds.audit) };
}

type Archive = Readonly<{
  read: <T>(work: (tx: TenantRead) => Promise<T>, subtree?: boolean) => Promise<T>;
  asked: Asked<ExportKind>;
  bounds: Readonly<{ ledger: bigint; audit: bigint }>;
  file: ExportRow;
  /** Told how many lines more of which file; may stop the work. */
  onLines: (lines: number, name: string) => Promise<void>;
}>;

type Inner = Readonly<{
  name: string;
  about: string;
  columns: readonly ExportColumn[];
  next: (tx: TenantRead, after: string | null) => Promise<Batch>;
  subtree?: boolean;
}>;

/** Rows of one read: a megabyte or two of text. */
const BATCH = 5_000;

const column = (key: string, kind: ExportColumn["kind"], about: string): ExportColumn => ({ key, kind, about });

/**
 * Everything of a tenant in one ZIP: lists as tables or JSON lines, as the style says, and a file that says what is in it. Calls,
 * movements and events are those up to the moment it was asked for.
 * @yields the bytes of the ZIP, a piece in memory at a time.
 */
export async function* archiveOf(archive: Archive): AsyncGenerator<Buffer> {
  yield* streamZip(entriesOf(archive), archive.file.asOf);
}

async function* entriesOf(archive: Archive): AsyncGenerator<ZipPieces> {
  const { file } = archive;
  const ending = file.format === "jsonl" ? "jsonl" : "csv";
  const files = innerFiles(archive);
  for (const inner of files) yield { name: `${inner.name}.${ending}`, pieces: piecesOf(archive, inner) };
  const lines = files.flatMap(({ name, about, columns }) => [
    `${name}.${ending}: ${about}`,
    ...columns.map(({ key, about: what }) => `  ${key}: ${what}`),
    "",
  ]);
  const head = `Everything of this tenant as of ${file.asOf.toISOString()}. Times are of ${file.style.timeZone}.`;
  yield { name: "README.txt", pieces: one(Buffer.from([head, "", ...lines].join("\n"))) };
}

async function* one(bytes: Buffer): AsyncGenerator<Buffer> {
  yield bytes;
}

async function* piecesOf({ read, file, onLines }: Archive, inner: Inner): AsyncGenerator<Buffer> {
  const format = file.format === "pdf" ? "csv" : file.format;
  const writer = writerOf(inner.columns, { ...file.style, format });
  yield Buffer.from(writer.head);
  for (let after: string | null = null; ; ) {
    const from: string | null = after;
    const batch: Batch = await read((tx) => inner.next(tx, from), inner.subtree);
    if (batch.rows.length > 0) yield Buffer.from(batch.rows.map((row) => writer.line(row)).join(""));
    await onLines(batch.rows.length, inner.name);
    if (batch.after === null) return;
    after = batch.after;
  }
}

function innerFiles({ asked, bounds }: Archive): readonly Inner[] {
  const listed = (
    kind: "extensions" | "numbers" | "calls" | "ledger" | "audit",
    bound: bigint,
    subtree = false,
  ): Inner => {
    const source = exportSources[kind] as Source<ExportKind>;
    return {
      name: kind === "ledger" ? "movements" : kind,
      about: exportWords[kind].moment,
      columns: exportWords[kind].columns,
      next: (tx, after) => source.next(tx, { ...asked, filter: {}, bound }, after, BATCH),
      subtree,
    };
  };
  return [
    listed("extensions", 0n),
    listed("numbers", 0n, true),
    listed("calls", asked.bound),
    listed("ledger", bounds.ledger),
    statements(asked.tenantId),
    team(asked.tenantId),
    listed("audit", bounds.audit),
  ];
}

const whole =
  (read: (tx: TenantRead) => Promise<Row[]>): Inner["next"] =>
  async (tx) => ({
    rows: await read(tx),
    after: null,
  });

const statements = (tenantId: TenantId): Inner => ({
  name: "statements",
  about: "Statements and credit notes that were issued; the documents themselves are on the page of statements.",
  columns: [
    column("number", "text", "Of the statement"),
    column("kind", "text", "statement, or what corrects one"),
    column("first_day", "text", "Of the period"),
    column("last_day", "text", "Of the period"),
    column("currency", "text", "Of all amounts"),
    column("opening", "money", "Balance before"),
    column("closing", "money", "Balance after"),
    column("totals", "json", "By kind of movement"),
    column("issued_at", "moment", "When"),
    column("sha256", "text", "Of its content"),
  ],
  next: whole(async (tx) => {
    const rows = await tx.$queryRaw<{ cells: Row }[]>`
      SELECT json_build_array(s.number, s.kind, s.first_day, s.last_day, s.currency, s.opening_micros::text, s.closing_micros::text, s.totals,
        (extract(epoch FROM s.issued_at) * 1000)::bigint, encode(s.content_sha256, 'hex')) AS cells
      FROM statement s WHERE s.tenant_id = ${tenantId}::uuid ORDER BY s.issued_at, s.number`;
    return rows.map(({ cells }) => cells);
  }),
});

const team = (tenantId: TenantId): Inner => ({
  name: "team",
  about: "Who has a seat here. Passwords and second factors are in nobody's file.",
  columns: [
    column("email", "text", "Address"),
    column("name", "text", "For people"),
    column("role", "text", "What the seat may do"),
    column("since", "moment", "Since when"),
    column("until", "moment", "When it ends by itself"),
  ],
  next: whole(async (tx) => {
    const rows = await tx.$queryRaw<{ cells: Row }[]>`
      SELECT json_build_array(p.email, p.name, s.role, (extract(epoch FROM s.created_at) * 1000)::bigint, (extract(epoch FROM s.ends_at) * 1000)::bigint) AS cells
      FROM seat s JOIN person p ON p.id = s.user_id WHERE s.tenant_id = ${tenantId}::uuid ORDER BY p.email`;
    return rows.map(({ cells }) => cells);
  }),
});
