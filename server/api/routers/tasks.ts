import { z } from "zod";

import { requireFresh, router, tenantMutation, tenantQuery } from "@/server/api/trpc";
import { freshTasks, type TaskKind, taskPermissions } from "@/server/domain/tasks/task.schema";
import { cancelTask, getTask, listTasks, resumeTask } from "@/server/domain/tasks/tasks";
import type { Permission } from "@/server/domain/tenancy/roles";
import { DomainError } from "@/server/kernel/errors";

const one = z.object({ taskId: z.uuid() });

/** Whoever may not ask for a job of a kind may neither stop one nor let it go on. */
function requireKind(may: (permission: Permission) => boolean, kind: TaskKind): void {
  const permission = taskPermissions[kind];
  if (may(permission)) return;
  throw new DomainError("forbidden", { permission, kind }, `A job of this kind takes the permission ${permission}.`);
}

/** The long jobs of a tenant. They are started by the procedures of their subjects. */
export const tasksRouter = router({
  list: tenantQuery("tasks.read")
    .input(z.object({ active: z.boolean().optional(), limit: z.number().int().min(1).max(200).optional() }))
    .query(({ ctx, input }) => ctx.read(async (tx) => ({ items: await listTasks(tx, ctx.tenantId, input) }))),

  get: tenantQuery("tasks.read")
    .input(one)
    .query(({ ctx, input }) => ctx.read((tx) => getTask(tx, ctx.tenantId, input.taskId))),

  cancel: tenantMutation("tasks.write", "task.cancel")
    .input(one)
    .mutation(({ ctx, input }) =>
      ctx.change(async (tx) => {
        requireKind(ctx.may, (await getTask(tx, ctx.tenantId, input.taskId)).kind);
        const task = await cancelTask(tx, ctx.tenantId, input.taskId);
        return { subject: `task:${task.id}`, after: { kind: task.kind, done: task.done }, result: task };
      }),
    ),

  resume: tenantMutation("tasks.write", "task.resume")
    .input(one)
    .mutation(({ ctx, input }) =>
      ctx.change(async (tx) => {
        const { kind } = await getTask(tx, ctx.tenantId, input.taskId);
        requireKind(ctx.may, kind);
        if (freshTasks.has(kind)) requireFresh(ctx.signedIn);
        const task = await resumeTask(tx, ctx.tenantId, input.taskId);
        return { subject: `task:${task.id}`, after: { kind: task.kind, done: task.done }, result: task };
      }),
    ),
});
