import type { TenantRead } from "@/server/infra/db/tenant-tx";
import type { TenantId } from "@/server/kernel/ids";

/** Events of one part: a statement for a moment, however long the chain is. */
const PART = 20_000;
/** Parts that are walked at a time: hashing keeps a processor busy. */
const LANES = 2;

export type TrailCheck = { readonly ok: boolean; readonly rows: bigint; readonly firstBadSeq: bigint | null };

type Part = Readonly<{ after: bigint; through: bigint | null }>;

/**
 * Walks a tenant's chain of hashes part by part. An event that was edited, deleted, moved, added or cut off at the end shows as the
 * first bad number; nothing is read beyond the parts around it. What is appended or let go by retention meanwhile disturbs nothing.
 * @param read runs a question in a transaction of the tenant; two are asked at a time.
 * @param part for tests: events of a part.
 */
export async function verifyTrail(
  read: <T>(work: (tx: TenantRead) => Promise<T>) => Promise<T>,
  tenantId: TenantId,
  part = PART,
): Promise<TrailCheck> {
  const [ends] = await read(
    (tx) => tx.$queryRaw<{ first: bigint; last: bigint }[]>`
      SELECT coalesce(a.seq, 0) AS first, h.seq AS last FROM audit_head h LEFT JOIN audit_anchor a USING (tenant_id)
      WHERE h.tenant_id = ${tenantId}::uuid`,
  );
  if (!ends) return { ok: false, rows: 0n, firstBadSeq: 1n };
  const found = { rows: 0n, bad: null as bigint | null };
  const parts = partsOf(ends, BigInt(part));
  const lane = async () => {
    for (const { after, through } of parts) {
      const [row] = await read(
        (tx) => tx.$queryRaw<{ events: bigint; bad: bigint | null }[]>`
          SELECT events, first_bad_seq AS bad FROM audit_verify(${tenantId}::uuid, ${after}::bigint, ${through}::bigint)`,
      );
      const { events, bad } = row ?? { events: 0n, bad: after + 1n };
      found.rows += events;
      if (bad !== null && (found.bad === null || bad < found.bad)) found.bad = bad;
      // Parts are taken in order: what comes before is done or being done.
      if (found.bad !== null) return;
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  return { ok: found.bad === null, rows: found.rows, firstBadSeq: found.bad };
}

/** The first part begins before every number, the last one has no end. */
function* partsOf({ first, last }: Readonly<{ first: bigint; last: bigint }>, size: bigint): Generator<Part> {
  let after = 0n;
  for (let through = first + size; through < last; through += size) {
    yield { after, through };
    after = through;
  }
  yield { after, through: null };
}
