import { type Anchor, readAnchor } from "@/server/domain/audit/anchor-line";
import type { TenantRead } from "@/server/infra/db/tenant-tx";
import type { TenantId } from "@/server/kernel/ids";

const BATCH = 2_000;

export type AnchorCheck = Readonly<{
  /** Lines that were compared, and lines that were none. */
  checked: number;
  unreadable: number;
  /** Events that are not in the database any more, or hash to something else than they did. */
  broken: readonly { tenantId: TenantId; seq: bigint; missing: boolean }[];
}>;

/**
 * Compares what a file outside the database knows of the chains (anchors, or the copy of the trail) with the events of now.
 * So a chain that was cut and sealed again, or written anew as a whole, is found, which no walk inside the database can.
 * At most 100 broken ones are named; reading goes on to the end of the lines.
 * @param read runs a question that may see all tenants of the file.
 */
export async function checkAnchors(
  read: <T>(work: (tx: TenantRead) => Promise<T>) => Promise<T>,
  lines: AsyncIterable<string>,
): Promise<AnchorCheck> {
  const broken: { tenantId: TenantId; seq: bigint; missing: boolean }[] = [];
  let [checked, unreadable] = [0, 0];
  let batch: Anchor[] = [];
  const flush = async () => {
    const some = batch;
    batch = [];
    if (some.length === 0) return;
    const found = await read((tx) => findBroken(tx, some));
    checked += some.length;
    broken.push(...found.slice(0, Math.max(0, 100 - broken.length)));
  };
  for await (const line of lines) {
    if (line.trim() === "") continue;
    const anchor = readAnchor(line);
    if (anchor) batch.push(anchor);
    else unreadable += 1;
    if (batch.length >= BATCH) await flush();
  }
  await flush();
  return { checked, unreadable, broken };
}

const findBroken = (tx: TenantRead, anchors: readonly Anchor[]) =>
  tx.$queryRaw<{ tenantId: TenantId; seq: bigint; missing: boolean }[]>`
    SELECT tenant_id AS "tenantId", seq, missing FROM audit_disagrees(${anchors.map(({ tenantId }) => tenantId)}::uuid[],
      ${anchors.map(({ seq }) => String(seq))}::text[]::bigint[], ${anchors.map(({ hash }) => hash)}::text[])`;
