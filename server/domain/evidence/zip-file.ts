import { sha256Of } from "@/server/domain/evidence/chain.rules";
import { MANIFEST, SUMS } from "@/server/domain/evidence/evidence.schema";
import { itemAt, type ToExport } from "@/server/domain/evidence/snapshots";
import type { TenantRead } from "@/server/infra/db/tenant-tx";
import { writeZip, type ZipEntry } from "@/server/infra/zip/write-zip";
import type { TenantId } from "@/server/kernel/ids";

type Read = <T>(work: (tx: TenantRead) => Promise<T>) => Promise<T>;

/** What a downloaded snapshot is called. */
export const zipName = ({ number, incident }: ToExport): string => `evidence-${number}-incident-${incident}.zip`;

/**
 * A snapshot as a ZIP, in pieces: each item as a file, the manifest, and SHA256SUMS, with which `sha256sum -c` checks all of
 * them where nothing of ours is installed. The same snapshot gives the same bytes. What somebody changed in the database is
 * given out as it is now: the sums then say so.
 * @param read runs one short read; a slow reader of the file holds no transaction open.
 */
export async function* evidenceZip(read: Read, tenantId: TenantId, snapshot: ToExport): AsyncGenerator<Buffer> {
  yield* writeZip(filesOf(read, tenantId, snapshot), snapshot.takenAt);
}

async function* filesOf(read: Read, tenantId: TenantId, snapshot: ToExport): AsyncGenerator<ZipEntry> {
  const sums = [`${snapshot.sha256}  ${MANIFEST}`];
  yield { name: MANIFEST, bytes: Buffer.from(snapshot.manifest) };
  for (const position of snapshot.positions) {
    const item = await read((tx) => itemAt(tx, tenantId, { snapshotId: snapshot.id, position }));
    if (!item?.content) continue;
    sums.push(`${item.sha256 ?? sha256Of("")}  ${item.name}`);
    yield { name: item.name, bytes: item.content };
  }
  yield { name: SUMS, bytes: Buffer.from(`${sums.join("\n")}\n`) };
}
