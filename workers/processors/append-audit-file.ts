import { open } from "node:fs/promises";

import { readTenant } from "@/server/infra/db/read-tenant";
import { redact } from "@/server/infra/log/redact";
import type { TenantId } from "@/server/kernel/ids";
import type { Processor, SystemContext } from "@/workers/processors/types";

const BATCH = 500;

type Exported = { seq: string; hash: Buffer; previous_hash: Buffer } & Record<string, unknown>;

/**
 * Keeps a second copy of the audit trail in a file, as JSON lines that only its owner may read. How far each tenant's
 * chain was copied is kept in the database; after a crash in between a line may be there twice, which its number shows.
 */
export const appendAuditFile: Processor<"appendAuditFile"> = async (_payload, ctx) => {
  const file = ctx.settings.auditFile;
  if (!file) return;
  const heads = await chainHeads(ctx);
  const copied = await copiedSoFar(ctx, file);
  for (const { tenantId, seq } of heads) {
    for (let from = copied.get(tenantId) ?? 0n; from < seq; ) {
      const rows = await ctx.pool.query<Exported>("audit_export", "SELECT * FROM audit_export($1, $2, $3)", [
        tenantId,
        from,
        BATCH,
      ]);
      const last = rows.at(-1);
      if (!last) break;
      await append(file, rows.map(lineOf));
      from = BigInt(last.seq);
      await noteCopied(ctx, file, tenantId, from);
    }
  }
};

async function chainHeads(ctx: SystemContext): Promise<{ tenantId: TenantId; seq: bigint }[]> {
  const [operator] = await ctx.pool.query<{ id: TenantId | null }>("operator", "SELECT operator_tenant() AS id", []);
  if (!operator?.id) return [];
  return readTenant(
    ctx.db,
    { tenantId: operator.id, subtree: true },
    (tx) =>
      tx.$queryRaw<
        { tenantId: TenantId; seq: bigint }[]
      >`SELECT tenant_id AS "tenantId", seq FROM audit_head WHERE seq > 0`,
  );
}

const keyOf = (file: string, tenantId: string) => `audit:${file}:${tenantId}`;

async function copiedSoFar(ctx: SystemContext, file: string): Promise<Map<TenantId, bigint>> {
  const rows = await ctx.pool.query<{ file: string; read_to: string }>(
    "audit_copied",
    "SELECT file, read_to FROM spool_position WHERE starts_with(file, $1)",
    [`audit:${file}:`],
  );
  return new Map(rows.map((row) => [row.file.slice(`audit:${file}:`.length) as TenantId, BigInt(row.read_to)]));
}

async function noteCopied(ctx: SystemContext, file: string, tenantId: TenantId, seq: bigint): Promise<void> {
  await ctx.pool.query(
    "audit_note_copied",
    `INSERT INTO spool_position (file, inode, read_to) VALUES ($1, 0, $2)
     ON CONFLICT (file) DO UPDATE SET read_to = excluded.read_to, updated_at = now()`,
    [keyOf(file, tenantId), seq],
  );
}

const lineOf = (row: Exported): string =>
  JSON.stringify({
    ...(redact({ ...row, hash: undefined, previous_hash: undefined }) as Record<string, unknown>),
    hash: row.hash.toString("hex"),
    previous_hash: row.previous_hash.toString("hex"),
  });

async function append(file: string, lines: readonly string[]): Promise<void> {
  const handle = await open(file, "a", 0o600);
  try {
    // A file that was there before may be readable for others.
    await handle.chmod(0o600);
    await handle.appendFile(`${lines.join("\n")}\n`);
    await handle.datasync();
  } finally {
    await handle.close();
  }
}
