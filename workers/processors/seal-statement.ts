import { sealStatement as seal } from "@/server/domain/statements/seal";
import type { Processor } from "@/workers/processors/types";

/** Makes the files of a statement that was issued and sends a month's. Safe to repeat: the first time counts. */
export const sealStatement: Processor<"sealStatement"> = async ({ statementId }, ctx) => {
  const actor = { kind: "job", id: "statement.seal", requestId: ctx.jobId } as const;
  await seal(ctx.db, { tenantId: ctx.tenantId, actor }, statementId);
};
