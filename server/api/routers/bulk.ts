import { z } from "zod";
import { linesInWords } from "@/server/api/line-words";

import { freshTenantMutation, router, tenantMutation, tenantQuery } from "@/server/api/trpc";
import { createBatch, type TellableSecret, takeSecrets } from "@/server/domain/provisioning/batches";
import { createMany, isInPlace, type MadePhone, numbersText, planBulk } from "@/server/domain/provisioning/bulk";
import {
  bulkLimitsSchema,
  importFileSchema,
  MOST_IN_AN_ACT,
  rangeSchema,
} from "@/server/domain/provisioning/bulk.schema";
import { limitMany, resumeMany, rotateMany, suspendMany } from "@/server/domain/provisioning/bulk-acts";
import { type BulkRead, readBulkFile, rowsOfRange } from "@/server/domain/provisioning/bulk-file";
import { exportExtensions } from "@/server/domain/provisioning/extension-export";
import type { TenantRead, TenantWrite } from "@/server/infra/db/tenant-tx";
import { DomainError } from "@/server/kernel/errors";
import type { ExtensionId, TenantId } from "@/server/kernel/ids";

const many = z.object({
  extensionIds: z
    .array(z.uuid().transform((id) => id as ExtensionId))
    .min(1)
    .max(MOST_IN_AN_ACT),
});
const ACT_PATIENCE_MS = 60_000;
const MOST_PROBLEMS = 500;

const told = ({ number, displayName, sipUsername, secret }: MadePhone): TellableSecret => ({
  number,
  displayName,
  sipUsername,
  secret: secret.reveal(),
});

type Asked = Readonly<{ partly: boolean; dryRun?: boolean | undefined }>;
type Making = Readonly<{ tenantId: TenantId; by: string; read: BulkRead; asked: Asked }>;

/** What became of a file or a range; secrets are told here or by takeSecrets, and never again. */
type Answer = Readonly<{
  rows: number;
  good: number;
  problems: BulkRead["problems"];
  problemCount: number;
  ignored: readonly string[];
  made: number;
  secretsOnce: readonly TellableSecret[] | null;
  job: Readonly<{ taskId: string; batchId: string; keyOnce: string }> | null;
}>;

async function make(tx: TenantWrite, { tenantId, by, read, asked }: Making) {
  const plan = await planBulk(tx as TenantRead, tenantId, read);
  const answer: Answer = {
    rows: read.rows.length + new Set(read.problems.map(({ line }) => line)).size,
    good: plan.rows.length,
    problems: linesInWords(plan.problems.slice(0, MOST_PROBLEMS)),
    problemCount: plan.problems.length,
    ignored: plan.ignored,
    made: 0,
    secretsOnce: null,
    job: null,
  };
  const none = asked.dryRun || plan.rows.length === 0 || (plan.problems.length > 0 && !asked.partly);
  const after = { rows: answer.rows, problems: answer.problemCount, dryRun: asked.dryRun ?? false };
  const subject = `tenant:${tenantId}`;
  if (none) return { subject, after: { ...after, made: 0 }, result: answer };
  if (!isInPlace(plan.rows.length)) {
    const { taskId, batchId, key } = await createBatch(tx, tenantId, { rows: plan.rows, partly: asked.partly, by });
    const result: Answer = { ...answer, job: { taskId, batchId, keyOnce: key } };
    return { subject, after: { ...after, batch: batchId }, result };
  }
  const { made, taken } = await createMany(tx, tenantId, plan.rows);
  // Taken in the moment between the look and the making: the whole act is undone, to be tried again.
  if (taken.length > 0) throw new DomainError("number_taken", { field: "number", number: taken[0] ?? "" });
  const numbers = numbersText(made.map(({ number }) => number));
  const result: Answer = { ...answer, made: made.length, secretsOnce: made.map(told) };
  return { subject, after: { ...after, made: made.length, numbers }, result };
}

/** Many extensions at once. */
export const bulkRouter = router({
  importFile: tenantMutation("extensions.write", "extension.import")
    .input(importFileSchema)
    .mutation(({ ctx, input }) => {
      const read = readBulkFile(input.csv);
      const making = { tenantId: ctx.tenantId, by: `user:${ctx.userId}`, read, asked: input };
      return ctx.change((tx) => make(tx, making), ACT_PATIENCE_MS);
    }),

  createRange: tenantMutation("extensions.write", "extension.import")
    .input(rangeSchema)
    .mutation(({ ctx, input }) => {
      const making = { tenantId: ctx.tenantId, by: `user:${ctx.userId}`, read: rowsOfRange(input), asked: input };
      return ctx.change((tx) => make(tx, making), ACT_PATIENCE_MS);
    }),

  /** The one answer that carries the secrets a job made. */
  takeSecrets: tenantMutation("extensions.write", "extension.take_secrets")
    .input(z.object({ secretBatchId: z.uuid(), key: z.string().length(43) }))
    .mutation(({ ctx, input: { secretBatchId: batchId, key } }) =>
      ctx.change(async (tx) => {
        const secretsOnce = await takeSecrets(tx, ctx.tenantId, { batchId, key });
        return { subject: `batch:${batchId}`, after: { secrets: secretsOnce.length }, result: { secretsOnce } };
      }),
    ),

  suspend: tenantMutation("extensions.write", "extension.suspend")
    .input(many)
    .mutation(({ ctx, input: { extensionIds } }) =>
      ctx.change(async (tx) => {
        const { count, numbers } = await suspendMany(tx, ctx.tenantId, extensionIds);
        const after = { state: "suspended", count, numbers };
        return { subject: `tenant:${ctx.tenantId}`, after, result: { count } };
      }, ACT_PATIENCE_MS),
    ),

  resume: tenantMutation("extensions.write", "extension.resume")
    .input(many)
    .mutation(({ ctx, input: { extensionIds } }) =>
      ctx.change(async (tx) => {
        const { count, numbers } = await resumeMany(tx, ctx.tenantId, extensionIds);
        const after = { state: "active", count, numbers };
        return { subject: `tenant:${ctx.tenantId}`, after, result: { count } };
      }, ACT_PATIENCE_MS),
    ),

  rotate: freshTenantMutation("extensions.write", "extension.rotate_secret")
    .input(many)
    .mutation(async ({ ctx, input: { extensionIds } }) => {
      const secretsOnce = await ctx.change(async (tx) => {
        const { count, numbers, result } = await rotateMany(tx, ctx.tenantId, extensionIds);
        const secrets = result.map(({ number, sipUsername, secret }) => ({
          number,
          sipUsername,
          secret: secret.reveal(),
        }));
        return { subject: `tenant:${ctx.tenantId}`, after: { count, numbers }, result: secrets };
      }, ACT_PATIENCE_MS);
      ctx.publish(["registrations"]);
      return { secretsOnce };
    }),

  limit: tenantMutation("extensions.write", "extension.edit")
    .input(many.extend(bulkLimitsSchema.shape))
    .mutation(({ ctx, input: { extensionIds, maxCalls, dailyCap } }) =>
      ctx.change(async (tx) => {
        const limits = {
          ...(maxCalls === undefined ? {} : { maxCalls }),
          ...(dailyCap === undefined ? {} : { dailyCap }),
        };
        const { count, numbers } = await limitMany(tx, ctx.tenantId, { ids: extensionIds, limits });
        const after = {
          count,
          numbers,
          ...(maxCalls === undefined ? {} : { maxCalls }),
          ...(dailyCap === undefined ? {} : { dailyCap: dailyCap === null ? null : String(dailyCap) }),
        };
        return { subject: `tenant:${ctx.tenantId}`, after, result: { count } };
      }, ACT_PATIENCE_MS),
    ),

  /** The list as a table, without secrets. */
  export: tenantQuery("extensions.read").query(async ({ ctx }) => ({
    csv: await ctx.read((tx) => exportExtensions(tx, ctx.tenantId)),
  })),
});
