import type { TenantId } from "@/server/kernel/ids";
import type { SystemContext } from "@/workers/processors/types";

/** The head of a tenant's chain, and how far a file outside has it. */
export type Chain = Readonly<{ tenantId: TenantId; seq: bigint; hash: Buffer; readTo: bigint }>;

/** Chains of which a file, named by its key, does not have the end of now: behind it, or beyond it when the end is gone. */
export async function chainsAhead(ctx: SystemContext, key: string): Promise<Chain[]> {
  const rows = await ctx.pool.query<{ tenant_id: TenantId; seq: string; hash: Buffer; read_to: string | null }>(
    "audit_chains_ahead",
    `SELECT h.tenant_id, h.seq, h.hash, p.read_to FROM audit_heads() h
     LEFT JOIN spool_position p ON p.file = $1 || ':' || h.tenant_id
     WHERE p.read_to IS DISTINCT FROM h.seq`,
    [key],
  );
  return rows.map((row) => ({
    tenantId: row.tenant_id,
    seq: BigInt(row.seq),
    hash: row.hash,
    readTo: BigInt(row.read_to ?? 0),
  }));
}

/** Notes how far a file has a chain; never less than before. */
export async function noteRead(ctx: SystemContext, key: string, tenantId: TenantId, seq: bigint): Promise<void> {
  await ctx.pool.query(
    "audit_note_read",
    `INSERT INTO spool_position (file, inode, read_to) VALUES ($1, 0, $2)
     ON CONFLICT (file) DO UPDATE SET read_to = greatest(spool_position.read_to, excluded.read_to), updated_at = now()`,
    [`${key}:${tenantId}`, seq],
  );
}
