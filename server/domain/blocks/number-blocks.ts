import type { TenantRead, TenantWrite } from "@/server/infra/db/tenant-tx";
import { DomainError } from "@/server/kernel/errors";
import type { TenantId } from "@/server/kernel/ids";

export type NumberBlock = {
  readonly id: string;
  readonly digits: string;
  readonly exact: boolean;
  readonly note: string;
  readonly createdAt: Date;
};

const MOST = 1_000;

/** What a tenant blocks itself, by number; what is blocked above it holds as well and is not shown. At most 1000. */
export const listNumberBlocks = (tx: TenantRead, tenantId: TenantId): Promise<NumberBlock[]> =>
  tx.$queryRaw<NumberBlock[]>`
    SELECT id, digits, exact, reason AS note, created_at AS "createdAt" FROM number_block
    WHERE tenant_id = ${tenantId}::uuid ORDER BY digits, exact LIMIT ${MOST}`;

type Asked = Readonly<{ digits: string; exact: boolean; note: string; by: string }>;

/**
 * Blocks a number, or all that begin so, for the calls of a tenant and those below it, from the next one on; a call that goes on
 * is not prolonged. Emergency numbers always pass. A repeat changes nothing.
 * @param by "user:…" or "cli:…".
 * @throws DomainError limit_bound when a thousand are blocked already: more belong on a list.
 */
export async function blockNumber(
  tx: TenantWrite,
  tenantId: TenantId,
  { digits, exact, note, by }: Asked,
): Promise<{ id: string; added: boolean }> {
  if ((await tx.numberBlock.count({ where: { tenantId } })) >= MOST) {
    throw new DomainError(
      "limit_bound",
      { most: MOST },
      `At most ${MOST} numbers can be blocked one by one: use a list.`,
    );
  }
  const [row] = await tx.$queryRaw<{ id: string }[]>`
    INSERT INTO number_block (tenant_id, digits, exact, reason, created_by)
    VALUES (${tenantId}::uuid, ${digits}, ${exact}, ${note}, ${by}) ON CONFLICT DO NOTHING RETURNING id`;
  if (row) return { id: row.id, added: true };
  const there = await tx.numberBlock.findFirstOrThrow({ where: { tenantId, digits, exact }, select: { id: true } });
  return { id: there.id, added: false };
}

/** Lets a number be called again. @throws DomainError not_found when it is not blocked here; above, it is lifted there. */
export async function unblockNumber(tx: TenantWrite, tenantId: TenantId, id: string): Promise<NumberBlock> {
  const [gone] = await tx.$queryRaw<NumberBlock[]>`
    DELETE FROM number_block WHERE tenant_id = ${tenantId}::uuid AND id = ${id}::uuid
    RETURNING id, digits, exact, reason AS note, created_at AS "createdAt"`;
  if (!gone) throw new DomainError("not_found", { numberBlockId: id });
  return gone;
}

/** The id of a block by its digits. @throws DomainError not_found. */
export async function findNumberBlock(
  tx: TenantRead,
  tenantId: TenantId,
  { digits, exact }: Readonly<{ digits: string; exact: boolean }>,
): Promise<string> {
  const row = await tx.numberBlock.findFirst({ where: { tenantId, digits, exact }, select: { id: true } });
  if (row) return row.id;
  throw new DomainError("not_found", { digits }, `+${digits}${exact ? "" : "*"} is not blocked here.`);
}
