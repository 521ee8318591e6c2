import type { SqlPool } from "@/server/infra/db/pool";
import { listen } from "@/server/infra/live/listener";
import type { Logger } from "@/server/infra/log/logger";
import { type JobKey, jobs } from "@/server/queue/jobs";
import { OUTBOX_CHANNEL } from "@/server/queue/outbox";
import type { JobQueue, JobToAdd } from "@/workers/queue-backend";

type Row = { tenant_id: string; id: string; job_name: string; payload: unknown };

type Options = Readonly<{
  pool: SqlPool;
  queue: JobQueue;
  connectionString: string;
  log: Logger;
  everyMs: number;
}>;

const BATCH = 100;
const byName = new Map<string, (typeof jobs)[JobKey]>(Object.values(jobs).map((job) => [job.name, job]));

/**
 * Carries committed jobs from the outbox to the queue, under the same id. A row stays until its job is done: what the
 * queue loses is sent again a minute later, and what arrives twice is one job.
 */
export class OutboxRelay {
  #listener: ReturnType<typeof listen>;
  #timer: NodeJS.Timeout;
  #running: Promise<void> | undefined;
  #again = false;
  /** Taken from the outbox and not in the queue yet, because that was away. */
  #held: readonly JobToAdd[] = [];
  #closed = false;

  constructor(readonly options: Options) {
    const { connectionString, log } = options;
    const wake = () => this.wake();
    this.#listener = listen({ connectionString, channel: OUTBOX_CHANNEL, onMessage: wake, onConnected: wake, log });
    this.#timer = setInterval(wake, options.everyMs);
  }

  /** Looks now. */
  wake(): void {
    if (this.#closed) return;
    this.#again = true;
    this.#running ??= this.#run().finally(() => {
      this.#running = undefined;
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearInterval(this.#timer);
    await this.#listener.close();
    await this.#running;
  }

  async #run(): Promise<void> {
    try {
      while (this.#again && !this.#closed) {
        this.#again = false;
        if ((await this.#carry()) === BATCH) this.#again = true;
      }
    } catch (error) {
      this.options.log.warn({ error }, "the outbox could not be emptied; trying again");
    }
  }

  async #carry(): Promise<number> {
    const { pool, queue } = this.options;
    if (this.#held.length > 0) {
      await queue.add(this.#held);
      this.#held = [];
    }
    const rows = await pool.query<Row>("outbox_waiting", "SELECT * FROM outbox_waiting($1)", [BATCH]);
    if (rows.length === 0) return 0;
    this.#held = rows.map((row) => ({
      id: row.id,
      name: row.job_name,
      data: { tenantId: row.tenant_id, payload: row.payload },
      attempts: byName.get(row.job_name)?.attempts ?? 1,
      backoffMs: byName.get(row.job_name)?.backoffMs ?? 1_000,
    }));
    await queue.add(this.#held);
    this.#held = [];
    return rows.length;
  }
}

/** The job ran, or never will: its row need not be sent again. A repeat changes nothing. */
export async function markDone(pool: SqlPool, ids: readonly string[]): Promise<void> {
  await pool.query("outbox_done", "SELECT outbox_done($1)", [ids]);
}
