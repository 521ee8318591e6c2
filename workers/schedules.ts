import type { Logger } from "@/server/infra/log/logger";
import type { JobDefinition } from "@/server/queue/define-job";
import { jobs } from "@/server/queue/jobs";
import type { JobQueue } from "@/workers/queue-backend";

/**
 * Keeps every job that runs by itself in the queue. Looks again each minute, because whoever empties Redis empties the
 * schedules as well.
 */
export class Schedules {
  #timer: NodeJS.Timeout;

  constructor(
    readonly queue: JobQueue,
    readonly log: Logger,
    everyMs = 60_000,
  ) {
    this.#timer = setInterval(() => void this.ensure(), everyMs);
    void this.ensure();
  }

  async ensure(): Promise<void> {
    try {
      for (const { name, attempts, backoffMs, everyMs } of Object.values<JobDefinition>(jobs)) {
        if (everyMs === undefined) continue;
        await this.queue.schedule({ name, data: {}, attempts, backoffMs, everyMs });
      }
    } catch (error) {
      this.log.warn({ error }, "the schedules could not be looked after; trying again");
    }
  }

  close(): void {
    clearInterval(this.#timer);
  }
}
