import { askOfLine, keyOfLine } from "@/server/domain/evidence/ask";
import { takeSnapshot } from "@/server/domain/evidence/take";
import { readTenant } from "@/server/infra/db/read-tenant";
import type { Processor } from "@/workers/processors/types";

/** Takes the evidence that somebody asked for. Safe to repeat: one ask is one snapshot. */
export const takeEvidence: Processor<"takeEvidence"> = async ({ incidentId, line }, ctx) => {
  const { db, ami, tenantId, log } = ctx;
  const asked = await readTenant(db, { tenantId }, (tx) => askOfLine(tx, tenantId, { incidentId, line }));
  const actor = { kind: "job", id: "evidence.take", requestId: ctx.jobId } as const;
  const key = keyOfLine(incidentId, line);
  const { number, missing } = await takeSnapshot({ db, ami }, tenantId, { incidentId, key, ...asked, actor });
  log.info({ snapshot: number, missing: missing.map(({ name }) => name) }, "evidence was taken");
};
