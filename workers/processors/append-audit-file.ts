import { redact } from "@/server/infra/log/redact";
import { appendLines } from "@/workers/processors/audit-lines";
import { type Chain, chainsAhead, noteRead } from "@/workers/processors/audit-position";
import type { Processor, SystemContext } from "@/workers/processors/types";

const BATCH = 500;

type Exported = { seq: string; hash: Buffer; previous_hash: Buffer } & Record<string, unknown>;

/**
 * Keeps a second copy of the audit trail in a file, as JSON lines that only its owner may read, and begins a new file when
 * one is full. How far each tenant's chain was copied is kept in the database; after a crash in between a line may be
 * there twice, which its number shows.
 */
export const appendAuditFile: Processor<"appendAuditFile"> = async (_payload, ctx) => {
  const { auditFile: file, auditFileMaxBytes, auditRetentionDays } = ctx.settings;
  if (!file) return;
  for (const chain of await chainsAhead(ctx, `audit:${file}`)) {
    if (isCut(ctx, chain)) continue;
    for (let from = chain.readTo; from < chain.seq; ) {
      const rows = await ctx.pool.query<Exported>("audit_export", "SELECT * FROM audit_export($1, $2, $3)", [
        chain.tenantId,
        from,
        BATCH,
      ]);
      const last = rows.at(-1);
      if (!last) break;
      await appendLines(file, rows.map(lineOf), { maxBytes: auditFileMaxBytes, keepDays: auditRetentionDays });
      from = BigInt(last.seq);
      await noteRead(ctx, `audit:${file}`, chain.tenantId, from);
    }
  }
};

/** A chain never gets shorter by itself: somebody who writes to the database past the portal took its end away. */
function isCut({ log }: SystemContext, { tenantId, seq, readTo }: Chain): boolean {
  if (readTo <= seq) return false;
  log.error(
    { tenantId, seq: Number(seq), copied: Number(readTo) },
    "the audit trail of a tenant is shorter than its copy: keep the copy, and compare with ringfence audit verify --against",
  );
  return true;
}

const lineOf = (row: Exported): string =>
  JSON.stringify({
    ...(redact({ ...row, hash: undefined, previous_hash: undefined }) as Record<string, unknown>),
    hash: row.hash.toString("hex"),
    previous_hash: row.previous_hash.toString("hex"),
  });
