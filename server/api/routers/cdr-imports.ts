import { z } from "zod";

import { onlyAtOperator } from "@/server/api/at-operator";
import { linesInWords } from "@/server/api/line-words";
import { router, tenantMutation, tenantQuery } from "@/server/api/trpc";
import { cdrPartSchema, cdrStartSchema, newCdrImportSchema } from "@/server/domain/cdr-import/cdr-import.schema";
import {
  addCdrPart,
  createCdrImport,
  FORGET_PATIENCE_MS,
  forgetCdrImport,
  getCdrImport,
  listCdrImports,
  listCdrProblems,
  startCdrImport,
} from "@/server/domain/cdr-import/imports";

/** What carriers charge is the operator's own business. */
const atOperator = onlyAtOperator("reconciliation", "Reconciliation is the operator's: open it there.");

const one = z.object({ importId: z.uuid() });

/** Files of call records: sent in parts, read by a long job, compared with our calls. */
export const cdrImportsRouter = router({
  list: tenantQuery("reconciliation.read").query(({ ctx }) => {
    atOperator(ctx.seat);
    return ctx.read(async (tx) => ({ items: await listCdrImports(tx, ctx.tenantId) }));
  }),

  get: tenantQuery("reconciliation.read")
    .input(one)
    .query(({ ctx, input }) => {
      atOperator(ctx.seat);
      return ctx.read((tx) => getCdrImport(tx, ctx.tenantId, input.importId));
    }),

  problems: tenantQuery("reconciliation.read")
    .input(one)
    .query(({ ctx, input }) => {
      atOperator(ctx.seat);
      return ctx.read(async (tx) => ({ items: linesInWords(await listCdrProblems(tx, ctx.tenantId, input.importId)) }));
    }),

  create: tenantMutation("reconciliation.write", "cdr.import")
    .input(newCdrImportSchema)
    .mutation(({ ctx, input: { tenantSlug: _, ...given } }) => {
      atOperator(ctx.seat);
      return ctx.change(async (tx) => {
        const id = await createCdrImport(tx, ctx.tenantId, given, `user:${ctx.userId}`);
        const { fileName, format, source, bytes, dryRun } = given;
        return { subject: `cdr_import:${id}`, after: { fileName, format, source, bytes, dryRun }, result: { id } };
      });
    }),

  addPart: tenantMutation("reconciliation.write", "cdr.upload")
    .input(cdrPartSchema.extend(one.shape))
    .mutation(({ ctx, input: { importId, part, data } }) => {
      atOperator(ctx.seat);
      const content = new Uint8Array(Buffer.from(data, "base64"));
      return ctx.change(async (tx) => {
        await addCdrPart(tx, ctx.tenantId, importId, part, content);
        return { subject: `cdr_import:${importId}`, after: { part, bytes: content.length }, result: { part } };
      });
    }),

  start: tenantMutation("reconciliation.write", "cdr.import")
    .input(cdrStartSchema.extend(one.shape))
    .mutation(({ ctx, input: { importId, parts } }) => {
      atOperator(ctx.seat);
      return ctx.change(async (tx) => {
        const taskId = await startCdrImport(tx, ctx.tenantId, importId, parts);
        return { subject: `cdr_import:${importId}`, after: { task: taskId }, result: { taskId } };
      });
    }),

  forget: tenantMutation("reconciliation.write", "cdr.forget")
    .input(one)
    .mutation(({ ctx, input: { importId } }) => {
      atOperator(ctx.seat);
      return ctx.change(async (tx) => {
        const records = await forgetCdrImport(tx, ctx.tenantId, importId);
        return { subject: `cdr_import:${importId}`, after: { records }, result: { records } };
      }, FORGET_PATIENCE_MS);
    }),
});
