import { manifestSchema } from "@/server/domain/evidence/evidence.schema";
import type { TenantRead } from "@/server/infra/db/tenant-tx";
import { DomainError } from "@/server/kernel/errors";
import type { TenantId } from "@/server/kernel/ids";

export type SnapshotRow = {
  readonly id: string;
  readonly number: number;
  readonly incident: string;
  readonly reason: string;
  /** A name; "Ringfence" for the system's own. */
  readonly takenBy: string;
  readonly takenAt: Date;
  readonly bytes: number;
  /** Of its manifest, in hexadecimal. */
  readonly sha256: string;
  readonly items: readonly {
    readonly name: string;
    readonly about: string;
    readonly rows: number | null;
    readonly bytes: number | null;
    readonly sha256: string | null;
    /** Why it was cut or is missing. */
    readonly note: string;
  }[];
};

type Stored = Omit<SnapshotRow, "bytes" | "items" | "incident"> & { bytes: bigint; incident: bigint; manifest: string };

/** The snapshots of an incident, or of all, newest first; at most 100. */
export async function listSnapshots(
  tx: TenantRead,
  tenantId: TenantId,
  incidentId: string | undefined,
): Promise<SnapshotRow[]> {
  const rows = await tx.$queryRaw<Stored[]>`
    SELECT s.id, s.number, i.number AS incident, s.reason, s.taken_at AS "takenAt", s.bytes, s.manifest, encode(s.manifest_sha256, 'hex') AS sha256,
      CASE WHEN s.taken_by = 'system' THEN 'Ringfence' ELSE coalesce(nullif(p.name, ''), p.email, s.taken_by) END AS "takenBy"
    FROM evidence_snapshot s JOIN incident i ON i.tenant_id = s.tenant_id AND i.id = s.incident_id
    LEFT JOIN person p ON p.id::text = s.taken_by
    WHERE s.tenant_id = ${tenantId}::uuid AND (${incidentId ?? null}::uuid IS NULL OR s.incident_id = ${incidentId ?? null}::uuid)
    ORDER BY s.number DESC LIMIT 100`;
  return rows.map(({ manifest, ...row }) => ({
    ...row,
    incident: String(row.incident),
    bytes: Number(row.bytes),
    // A page shows what it can of one that somebody damaged; the check of the chain names it.
    items: itemsOf(manifest),
  }));
}

function itemsOf(manifest: string): SnapshotRow["items"] {
  const read = manifestSchema.safeParse(jsonOf(manifest));
  return (read.data?.items ?? []).map(({ name, about, rows, bytes, sha256, note }) => ({
    name,
    about,
    rows,
    bytes,
    sha256,
    note,
  }));
}

/** undefined for a text that is no JSON. */
export function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export type ToExport = {
  readonly id: string;
  readonly number: number;
  readonly takenAt: Date;
  readonly sha256: string;
  readonly manifest: string;
  readonly incident: string;
  /** Positions of those that are there. */
  readonly positions: readonly number[];
};

/**
 * One snapshot by its number, without its bytes.
 * @throws DomainError not_found.
 */
export async function findSnapshot(tx: TenantRead, tenantId: TenantId, number: number): Promise<ToExport> {
  const [row] = await tx.$queryRaw<(Omit<ToExport, "positions" | "incident"> & { incident: bigint })[]>`
    SELECT s.id, s.number, s.taken_at AS "takenAt", encode(s.manifest_sha256, 'hex') AS sha256, s.manifest, i.number AS incident
    FROM evidence_snapshot s JOIN incident i ON i.tenant_id = s.tenant_id AND i.id = s.incident_id
    WHERE s.tenant_id = ${tenantId}::uuid AND s.number = ${number}`;
  if (!row) throw new DomainError("not_found", { snapshot: number }, `There is no snapshot ${number}.`);
  const items = await tx.$queryRaw<{ position: number }[]>`
    SELECT position FROM evidence_item WHERE tenant_id = ${tenantId}::uuid AND snapshot_id = ${row.id}::uuid AND content IS NOT NULL ORDER BY position`;
  return { ...row, incident: String(row.incident), positions: items.map(({ position }) => position) };
}

export type ItemBytes = {
  readonly name: string;
  readonly content: Buffer | null;
  readonly sha256: string | null;
  readonly note: string;
};

/** The items of a snapshot, in their order. */
export async function itemsOfSnapshot(tx: TenantRead, tenantId: TenantId, snapshotId: string): Promise<ItemBytes[]> {
  const rows = await tx.evidenceItem.findMany({ where: { tenantId, snapshotId }, orderBy: { position: "asc" } });
  return rows.map(bytesOf);
}

type Row = { name: string; content: Uint8Array | null; sha256: Uint8Array | null; note: string };
const bytesOf = ({ name, content, sha256, note }: Row): ItemBytes => ({
  name,
  content: content && Buffer.from(content),
  sha256: sha256 && Buffer.from(sha256).toString("hex"),
  note,
});

/** The item of a snapshot in that place; undefined when there is none. */
export async function itemAt(
  tx: TenantRead,
  tenantId: TenantId,
  { snapshotId, position }: Readonly<{ snapshotId: string; position: number }>,
): Promise<ItemBytes | undefined> {
  const row = await tx.evidenceItem.findUnique({
    where: { tenantId_snapshotId_position: { tenantId, snapshotId, position } },
  });
  return row ? bytesOf(row) : undefined;
}
