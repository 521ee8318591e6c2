import { takeSignal } from "@/server/domain/rules/take-signal";
import type { Logger } from "@/server/infra/log/logger";
import { jobs } from "@/server/queue/jobs";
import { markDone, OutboxRelay } from "@/workers/outbox-relay";
import { processors as all } from "@/workers/processors/all";
import { giveUpDelivery } from "@/workers/processors/deliver-notification";
import { giveUpMail } from "@/workers/processors/send-mail";
import type { Processors, SystemContext } from "@/workers/processors/types";
import { type JobQueue, openQueue, type QueueTarget, type TakenJob } from "@/workers/queue-backend";
import { runJob } from "@/workers/run-job";
import { Schedules } from "@/workers/schedules";
import { giveUpTask } from "@/workers/tasks/run-task";

type Options = Readonly<{
  target: QueueTarget;
  connectionString: string;
  base: Omit<SystemContext, "jobId">;
  log: Logger;
  processors?: Processors;
  queueName?: string;
  schedules?: boolean;
  /** How often the outbox is looked at when nothing wakes the relay. */
  relayEveryMs?: number;
}>;

export type RunningJobs = Readonly<{ queue: JobQueue; close: () => Promise<void> }>;

/** A job of a schedule has an id of the queue's own; one of the outbox has its row's. */
const isRow = (id: string) => /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id);

/** Everything that can wait: outbox to queue, queue to processors, and the schedules. */
export function startJobs(options: Options): RunningJobs {
  const { base, log, target, connectionString } = options;
  const queue = openQueue(target, log, options.queueName);
  const deps = { processors: options.processors ?? all, base: { ...base, retry: queue.retry } };
  const run = async (job: TakenJob) => {
    const result = await runJob(job, deps);
    if (result === "unknown") log.warn({ job: job.name }, "a job that no code knows was dropped");
    // Before BullMQ learns that it is over: when this fails the job runs again, and every processor may.
    if (isRow(job.id)) await markDone(base.pool, [job.id]);
    return result;
  };
  queue.work(run, (job, error) => {
    log.error({ job: job.name, id: job.id, attempt: job.attempt, error }, "a job was given up");
    if (isRow(job.id)) markDone(base.pool, [job.id]).catch(() => {});
    if (job.name === jobs.runTask.name) giveUpTask(base.pool, job.data).catch(() => {});
    if (job.name === jobs.sweepRetention.name) takeSignal(base.pool, { kind: "retention" }).catch(() => {});
    if (job.name === jobs.deliverNotification.name) giveUpDelivery(base.pool, job.data).catch(() => {});
    if (job.name === jobs.sendMail.name) giveUpMail(base.pool, job.data).catch(() => {});
  });
  const everyMs = options.relayEveryMs ?? 1_000;
  const relay = new OutboxRelay({ pool: base.pool, queue, connectionString, log, everyMs });
  const schedules = options.schedules === false ? undefined : new Schedules(queue, log);
  return {
    queue,
    close: async () => {
      schedules?.close();
      await relay.close();
      await queue.close();
    },
  };
}
