import { z } from "zod";

import { router, tenantMutation, tenantQuery } from "@/server/api/trpc";
import { cancelTask, getTask, listTasks, resumeTask } from "@/server/domain/tasks/tasks";

const one = z.object({ taskId: z.uuid() });

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
        const task = await cancelTask(tx, ctx.tenantId, input.taskId);
        return { subject: `task:${task.id}`, after: { kind: task.kind, done: task.done }, result: task };
      }),
    ),

  resume: tenantMutation("tasks.write", "task.resume")
    .input(one)
    .mutation(({ ctx, input }) =>
      ctx.change(async (tx) => {
        const task = await resumeTask(tx, ctx.tenantId, input.taskId);
        return { subject: `task:${task.id}`, after: { kind: task.kind, done: task.done }, result: task };
      }),
    ),
});
