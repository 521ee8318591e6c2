import { z } from "zod";

import { router, tenantMutation, tenantQuery } from "@/server/api/trpc";
import { exportWords } from "@/server/domain/exports/export.schema";
import { requireExport } from "@/server/domain/exports/export-rights";
import { createExport, getExport, listExports } from "@/server/domain/exports/exports";
import { exportId, newExportSchema } from "@/server/domain/exports/new-export.schema";
import { newScheduleSchema, scheduleId } from "@/server/domain/exports/schedule.schema";
import {
  addSchedule,
  listSchedules,
  pauseSchedule,
  removeSchedule,
  scheduleKind,
} from "@/server/domain/exports/schedules";
import { cancelTask, resumeTask } from "@/server/domain/tasks/tasks";

const one = z.object({ exportId });
const oneSchedule = z.object({ scheduleId });

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

  /** What is made by itself, of kinds that one may read. */
  schedules: tenantQuery("exports.read").query(({ ctx }) => ctx.read((tx) => listSchedules(tx, ctx.tenantId, ctx.may))),

  schedule: tenantMutation("exports.write", "export.schedule")
    .input(newScheduleSchema)
    .mutation(({ ctx, input: { file, every } }) => {
      requireExport(ctx.may, ctx.seat.role, file.what);
      return ctx.change(async (tx) => {
        const result = await addSchedule(tx, ctx.tenantId, { file, every }, ctx.userId);
        const after = { what: file.what, every, format: file.format, filter: JSON.stringify(file.filter) };
        return { subject: `schedule:${result.id}`, after, result };
      });
    }),

  pauseSchedule: tenantMutation("exports.write", "export.pause_schedule")
    .input(oneSchedule)
    .mutation(({ ctx, input }) =>
      ctx.change(async (tx) => {
        requireExport(ctx.may, ctx.seat.role, await scheduleKind(tx, ctx.tenantId, input.scheduleId));
        await pauseSchedule(tx, ctx.tenantId, input.scheduleId, true);
        return { subject: `schedule:${input.scheduleId}`, result: { id: input.scheduleId } };
      }),
    ),

  resumeSchedule: tenantMutation("exports.write", "export.resume_schedule")
    .input(oneSchedule)
    .mutation(({ ctx, input }) =>
      ctx.change(async (tx) => {
        requireExport(ctx.may, ctx.seat.role, await scheduleKind(tx, ctx.tenantId, input.scheduleId));
        await pauseSchedule(tx, ctx.tenantId, input.scheduleId, false);
        return { subject: `schedule:${input.scheduleId}`, result: { id: input.scheduleId } };
      }),
    ),

  removeSchedule: tenantMutation("exports.write", "export.remove_schedule")
    .input(oneSchedule)
    .mutation(({ ctx, input }) =>
      ctx.change(async (tx) => {
        requireExport(ctx.may, ctx.seat.role, await scheduleKind(tx, ctx.tenantId, input.scheduleId));
        const what = await removeSchedule(tx, ctx.tenantId, input.scheduleId);
        return { subject: `schedule:${input.scheduleId}`, before: { what }, result: { id: input.scheduleId } };
      }),
    ),

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
