import { anchorLine } from "@/server/domain/audit/anchor-line";
import { appendLines } from "@/workers/processors/audit-lines";
import { chainsAhead, noteRead } from "@/workers/processors/audit-position";
import type { Processor } from "@/workers/processors/types";

/**
 * Writes the heads of the chains that grew into a file of their own. Whoever owns the database can write a chain anew, but
 * not what this file said of it; put it on another machine's disk. After a crash a line may be there twice.
 */
export const anchorAuditHeads: Processor<"anchorAuditHeads"> = async (_payload, ctx) => {
  const file = ctx.settings.auditAnchorFile;
  if (!file) return;
  const key = `audit-head:${file}`;
  const grown = (await chainsAhead(ctx, key)).filter(({ seq, readTo }) => seq > readTo);
  if (grown.length === 0) return;
  const at = new Date();
  const lines = grown.map(({ tenantId, seq, hash }) => anchorLine({ tenantId, seq, hash: hash.toString("hex") }, at));
  await appendLines(file, lines);
  for (const { tenantId, seq } of grown) await noteRead(ctx, key, tenantId, seq);
};
