import { createPostgresBackend, type Job, Queue, UnrecoverableError, Worker } from "bullmq";

import type { Logger } from "@/server/infra/log/logger";

export type QueueTarget = Readonly<{ redisUrl: string } | { databaseUrl: string }>;

export type JobToAdd = Readonly<{ id: string; name: string; data: unknown; attempts: number; backoffMs: number }>;
export type TakenJob = Readonly<{ id: string; name: string; data: unknown; attempt: number }>;

export type FailedJob = Readonly<{ id: string; name: string; data: unknown; attempts: number; why: string; at: Date }>;

export type JobQueue = {
  readonly kind: "redis" | "postgres";
  /** A job with an id that is there already is not added again. */
  add(jobs: readonly JobToAdd[]): Promise<void>;
  /** Sees to it that this job runs so often, until the end of days. Safe to repeat. */
  schedule(job: Omit<JobToAdd, "id"> & Readonly<{ everyMs: number }>): Promise<void>;
  /** How many jobs wait, run and failed. Rejects when the queue cannot be reached in time. */
  counts(): Promise<Record<string, number>>;
  /** The jobs that were given up last, the newest first. */
  failed(limit: number): Promise<readonly FailedJob[]>;
  /** Runs a job that was given up once more. "gone": there is none of that name that was given up. */
  retry(id: string): Promise<"asked" | "gone">;
  /** Takes jobs until the queue is closed. */
  work(run: (job: TakenJob) => Promise<unknown>, onGivenUp: (job: TakenJob, error: Error) => void): void;
  close(): Promise<void>;
};

const KEPT_SECONDS = { done: 300, failed: 86_400 } as const;
const CONCURRENCY = 8;
const QUEUE_NAME = "ringfence";

/**
 * BullMQ on Redis where there is one, else on the database, with the same behaviour. What counts is never only in here:
 * jobs come from the outbox and from the schedules, and both fill an emptied queue again.
 */
export function openQueue(target: QueueTarget, log: Logger, name = QUEUE_NAME): JobQueue {
  const redis = "redisUrl" in target;
  const queue = redis
    ? new Queue(name, { connection: redisConnection(target.redisUrl, false) })
    : new Queue(name, { connection: { connectionString: target.databaseUrl, max: 3 } }, createPostgresBackend);
  const heard = quietly(log);
  queue.on("error", heard);
  const workers: { close(): Promise<void> }[] = [];
  return {
    kind: redis ? "redis" : "postgres",
    async add(jobs) {
      await queue.addBulk(
        jobs.map(({ id, name: job, data, ...rest }) => ({ name: job, data, opts: { jobId: id, ...optionsOf(rest) } })),
      );
    },
    async schedule({ name: job, data, everyMs, ...rest }) {
      const known = await queue.getJobScheduler(job);
      if (known?.every === everyMs && (known.next ?? 0) > Date.now() - 2 * everyMs) return;
      await queue.upsertJobScheduler(job, { every: everyMs }, { name: job, data, opts: optionsOf(rest) });
    },
    counts: () => queue.getJobCounts("waiting", "active", "delayed", "failed"),
    failed: async (limit) => (await queue.getFailed(0, limit - 1)).filter(Boolean).map(failedOf),
    async retry(id) {
      const job = await queue.getJob(id);
      if (!job || !(await job.isFailed())) return "gone";
      await job.retry("failed");
      return "asked";
    },
    work(run, onGivenUp) {
      const take = async (job: Job) => run(takenOf(job));
      const options = { concurrency: CONCURRENCY, lockDuration: 30_000, stalledInterval: 15_000 };
      const worker = redis
        ? new Worker(name, take, { ...options, connection: redisConnection(target.redisUrl, true) })
        : new Worker(
            name,
            take,
            { ...options, connection: { connectionString: target.databaseUrl, max: 4 } },
            createPostgresBackend,
          );
      worker.on("error", heard);
      worker.on("failed", (job, error) => {
        if (!job) return;
        const over = error instanceof UnrecoverableError || error.name === "UnrecoverableError";
        if (over || job.attemptsMade >= (job.opts.attempts ?? 1)) onGivenUp(takenOf(job), error);
      });
      workers.push(worker);
    },
    async close() {
      await Promise.all(workers.map((worker) => worker.close()));
      await queue.close();
    },
  };
}

const takenOf = (job: Job): TakenJob => ({
  id: job.id ?? "",
  name: job.name,
  data: job.data as unknown,
  attempt: job.attemptsMade,
});

const failedOf = (job: Job): FailedJob => ({
  ...{ id: job.id ?? "", name: job.name, data: job.data as unknown, attempts: job.attemptsMade },
  why: (job.failedReason ?? "").slice(0, 200),
  at: new Date(job.finishedOn ?? job.timestamp),
});

const optionsOf = ({ attempts, backoffMs }: Pick<JobToAdd, "attempts" | "backoffMs">) => ({
  attempts,
  backoff: { type: "exponential", delay: backoffMs },
  removeOnComplete: { age: KEPT_SECONDS.done },
  removeOnFail: { age: KEPT_SECONDS.failed },
});

/** A worker waits for Redis as long as it takes; whoever adds a job learns at once that it is away. */
const redisConnection = (url: string, patient: boolean) => ({
  url,
  maxRetriesPerRequest: patient ? null : 1,
  enableOfflineQueue: patient,
  connectTimeout: 5_000,
  retryStrategy: (attempt: number) => Math.min(attempt * 200, 3_000),
});

/** The same trouble is reported once in a while, not with every attempt to connect. */
function quietly(log: Logger): (error: Error) => void {
  let said = "";
  let at = 0;
  return (error) => {
    if (error.message === said && Date.now() - at < 30_000) return;
    said = error.message;
    at = Date.now();
    log.warn({ error }, "the queue is in trouble");
  };
}
