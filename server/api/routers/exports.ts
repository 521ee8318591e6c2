import { z } from "zod";

import { router, tenantMutation, tenantQuery } from "@/server/api/trpc";
import { exportWords } from "@/server/domain/exports/export.schema";
import { requireExport } from "@/server/domain/exports/export-rights";
import { createExport, getExport, listExports } from "@/server/domain/exports/exports";
import { exportId, newExportSchema } from "@/server/domain/exports/new-export.schema";
import { cancelTask, resumeTask } from "@/server/domain/tasks/tasks";

const one = z.object({ exportId });

/** Files of whole lists. Each kind wants the permission of its list as well. */
export const exportsRouter = router({
  list: tenantQuery("exports.read").query(({ ctx }) =>
    ctx.read(async (tx) => ({ items: await listExports(tx, ctx.tenantId, ctx.may) })),
  ),

  get: tenantQuery("exports.read")
    .input(one)
    .query(({ ctx, input }) =>
      ctx.read(async (tx) => {
        const file = await getExport(tx, ctx.tenantId, input.exportId);
        requireExport(ctx.may, ctx.seat.role, file.what);
        return file;
      }),
    ),

  create: tenantMutation("exports.write", "export.create")
    .input(z.object({ file: newExportSchema }))
    .mutation(({ ctx, input: { file } }) => {
      requireExport(ctx.may, ctx.seat.role, file.what);
      return ctx.change(async (tx) => {
        const made = await createExport(tx, ctx.tenantId, file, `user:${ctx.userId}`);
        const after = { what: file.what, format: file.format, filter: JSON.stringify(file.filter) };
        return { subject: `export:${made.id}`, after, result: made };
      });
    }),

  /** What is written by then stays, so that it can go on. */
  cancel: tenantMutation("exports.write", "task.cancel")
    .input(one)
    .mutation(({ ctx, input }) =>
      ctx.change(async (tx) => {
        const file = await getExport(tx, ctx.tenantId, input.exportId);
        requireExport(ctx.may, ctx.seat.role, file.what);
        const task = await cancelTask(tx, ctx.tenantId, file.taskId);
        const after = { kind: task.kind, done: task.done, name: exportWords[file.what].name };
        return { subject: `task:${task.id}`, after, result: { id: file.id } };
      }),
    ),

  resume: tenantMutation("exports.write", "task.resume")
    .input(one)
    .mutation(({ ctx, input }) =>
      ctx.change(async (tx) => {
        const file = await getExport(tx, ctx.tenantId, input.exportId);
        requireExport(ctx.may, ctx.seat.role, file.what);
        const task = await resumeTask(tx, ctx.tenantId, file.taskId);
        const after = { kind: task.kind, done: task.done, name: exportWords[file.what].name };
        return { subject: `task:${task.id}`, after, result: { id: file.id } };
      }),
    ),
});
