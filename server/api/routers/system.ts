import { z } from "zod";

import { onlyAtOperator } from "@/server/api/at-operator";
import { router, tenantMutation, tenantQuery } from "@/server/api/trpc";
import { listAllTasks } from "@/server/domain/system/all-tasks";
import { readSystem } from "@/server/domain/system/system";
import { enqueue } from "@/server/queue/outbox";

/** Parts and queues are shared by all tenants, and named to the operator only. */
const atOperator = onlyAtOperator("system", "The system is the operator's: open it there.");

export const systemRouter = router({
  /** Whether database, workers, PBX, queue and carrier work. */
  get: tenantQuery("system.read").query(({ ctx }) => {
    atOperator(ctx.seat);
    return ctx.readBelow(readSystem);
  }),

  /** Long jobs of all tenants, those that failed or run first. */
  tasks: tenantQuery("system.read").query(({ ctx }) => {
    atOperator(ctx.seat);
    return ctx.read(async (tx) => ({ items: await listAllTasks(tx) }));
  }),

  /** The job itself runs a moment later. */
  retryJob: tenantMutation("system.write", "system.retry_job")
    .input(z.object({ jobId: z.string().trim().min(1).max(200) }))
    .mutation(({ ctx, input: { jobId } }) => {
      atOperator(ctx.seat);
      return ctx.change(async (tx) => {
        await enqueue(tx, ctx.tenantId, "retryJob", { jobId });
        return { subject: `job:${jobId}`, result: { jobId } };
      });
    }),
});
