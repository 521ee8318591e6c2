import { randomUUID } from "node:crypto";

import { UnrecoverableError } from "bullmq";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";

import { writeTenant } from "@/server/infra/db/write-tenant";
import { silentLogger } from "@/server/infra/log/logger";
import { DomainError } from "@/server/kernel/errors";
import type { TenantId } from "@/server/kernel/ids";
import { jobs } from "@/server/queue/jobs";
import { enqueue } from "@/server/queue/outbox";
import { builders } from "@/test/support/builders";
import { createDatabase, type TestDatabase } from "@/test/support/database";
import { startTestRedis } from "@/test/support/redis";
import type { Processors, SystemContext } from "@/workers/processors/types";
import { type JobQueue, openQueue, type QueueTarget } from "@/workers/queue-backend";
import { runJob } from "@/workers/run-job";
import { type RunningJobs, startJobs } from "@/workers/start-jobs";

let db: TestDatabase;
let redis: Awaited<ReturnType<typeof startTestRedis>>;
let tenantId: TenantId;

beforeAll(async () => {
  [db, redis] = await Promise.all([createDatabase(), startTestRedis()]);
  tenantId = (await builders(db).tenant("operator")).tenantId as TenantId;
}, 600_000);
afterAll(async () => {
  await redis.stop();
  await db.drop();
});

const payload = { subject: "extension", id: randomUUID() } as const;
const nothing = Object.fromEntries(Object.keys(jobs).map((name) => [name, async () => {}])) as unknown as Processors;
const base = (): Omit<SystemContext, "jobId"> => ({
  db: db.app,
  pool: db.pool,
  ami: undefined,
  payments: undefined,
  reconciler: { run: async () => ({ sawChannels: false, checkedLedger: false, open: 0, live: 0, settled: 0 }) },
  log: silentLogger,
  pbx: "pbx1",
  settings: { appUrl: "https://portal.example", securityEventRetentionDays: 90, auditFile: undefined },
});
const queued = (more: object = {}) => ({
  id: "1",
  name: "call.hang_up_of_subject",
  data: { tenantId, payload },
  ...more,
});

describe("running one job", () => {
  test("a schedule that outlived its code is dropped, not retried", async () => {
    expect(await runJob(queued({ name: "gone.last_week" }), { processors: nothing, base: base() })).toBe("unknown");
  });

  test.each([
    ["a malformed payload", { tenantId: randomUUID(), payload: {} }],
    ["a tenant's job without a tenant", { payload }],
    ["no envelope", "text"],
    ["nothing", null],
  ])("%s is not worth a second try", async (_what, data) => {
    await expect(runJob(queued({ data }), { processors: nothing, base: base() })).rejects.toBeInstanceOf(
      UnrecoverableError,
    );
  });

  test("a job of a tenant knows for whom it acts", async () => {
    const seen: unknown[] = [];
    const processors: Processors = {
      ...nothing,
      hangUpOfSubject: async (p, ctx) => void seen.push(p, ctx.tenantId, ctx.jobId),
    };
    expect(await runJob(queued(), { processors, base: base() })).toBe("done");
    expect(seen).toEqual([payload, tenantId, "1"]);
  });
});

/** The same promises on both back ends: what BullMQ does with our jobs, not what we hope it does. */
describe.each(["redis", "postgres"] as const)("the queue on %s", (kind) => {
  const target = (): QueueTarget => (kind === "redis" ? { redisUrl: redis.url } : { databaseUrl: db.appUrl });
  const open: { close(): Promise<void> }[] = [];
  afterEach(async () => {
    for (const one of open.splice(0)) await one.close();
  });
  const newQueue = (): JobQueue => {
    const queue = openQueue(target(), silentLogger, `t-${randomUUID()}`);
    open.push(queue);
    return queue;
  };
  const job = (more: object = {}) => ({
    id: randomUUID(),
    name: "call.hang_up_of_subject",
    data: { tenantId, payload },
    attempts: 3,
    backoffMs: 20,
    ...more,
  });

  /** How often a job that fails like this is tried. */
  async function attemptsFor(error: Error): Promise<number> {
    const queue = newQueue();
    let attempts = 0;
    const givenUp = new Promise((resolve) => {
      const processors: Processors = {
        ...nothing,
        hangUpOfSubject: () => {
          attempts += 1;
          return Promise.reject(error);
        },
      };
      queue.work((taken) => runJob(taken, { processors, base: base() }), resolve);
    });
    await queue.add([job()]);
    await givenUp;
    await new Promise((resolve) => setTimeout(resolve, 200));
    return attempts;
  }

  test("an unreachable PBX is retried to the last attempt, a refusal is final at the first", async () => {
    expect(await attemptsFor(new DomainError("pbx_unreachable"))).toBe(3);
    expect(await attemptsFor(new DomainError("not_found"))).toBe(1);
  });

  test("a job that was given up is listed with the reason, and runs again when somebody asks for it", async () => {
    const queue = newQueue();
    let broken = true;
    let ran = 0;
    const givenUp = new Promise((resolve) => {
      queue.work(async () => {
        if (broken) throw new Error("the carrier's door is shut");
        ran += 1;
      }, resolve);
    });
    const one = job({ attempts: 1 });
    await queue.add([one]);
    await givenUp;
    await expect.poll(async () => (await queue.failed(5)).length).toBe(1);
    expect(await queue.failed(5)).toMatchObject([
      { id: one.id, name: one.name, why: "the carrier's door is shut", attempts: 1 },
    ]);
    broken = false;
    expect(await queue.retry(one.id)).toBe("asked");
    await expect.poll(() => ran).toBe(1);
    await expect.poll(async () => (await queue.failed(5)).length).toBe(0);
    expect(await queue.retry(one.id)).toBe("gone");
    expect(await queue.retry("nobody-knows-it")).toBe("gone");
  });

  test("counter-example: an error that only looks final is retried all the same", async () => {
    class NonRetryableError extends Error {
      override readonly name = "NonRetryableError";
    }
    expect(await attemptsFor(new NonRetryableError("final, surely"))).toBe(3);
  });

  test("a job whose id is there already runs once", async () => {
    const queue = newQueue();
    const seen: string[] = [];
    const one = job();
    await queue.add([one]);
    await queue.add([one, job({ id: "second-0001" })]);
    queue.work(
      async ({ id }) => void seen.push(id),
      () => {},
    );
    await expect.poll(() => seen.length).toBe(2);
    await queue.add([one]);
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(seen.toSorted()).toEqual([one.id, "second-0001"].toSorted());
  });

  test("a schedule runs again and again, and asking for it twice makes one", async () => {
    const queue = newQueue();
    const schedule = { name: "calls.reconcile", data: {}, attempts: 1, backoffMs: 10, everyMs: 200 };
    for (let n = 0; n < 5; n += 1) await queue.schedule(schedule);
    let runs = 0;
    queue.work(
      async () => {
        runs += 1;
      },
      () => {},
    );
    const began = Date.now();
    while (runs < 5) await new Promise((resolve) => setTimeout(resolve, 20));
    // Five schedules would have run five times as often.
    expect(runs).toBeLessThanOrEqual((Date.now() - began) / 200 + 2);
  });

  test("a worker that is closed lets its job end", async () => {
    const queue = openQueue(target(), silentLogger, `t-${randomUUID()}`);
    let finished = false;
    let begun = false;
    queue.work(
      async () => {
        begun = true;
        await new Promise((resolve) => setTimeout(resolve, 300));
        finished = true;
      },
      () => {},
    );
    await queue.add([job()]);
    await expect.poll(() => begun).toBe(true);
    await queue.close();
    expect(finished).toBe(true);
  });

  describe("with the outbox before it", () => {
    let jobs: RunningJobs;
    const seen: string[] = [];
    const start = (
      hangUpOfSubject: Processors["hangUpOfSubject"],
      more: { schedules?: boolean; relayEveryMs?: number } = {},
    ) => {
      jobs = startJobs({
        target: target(),
        connectionString: db.appUrl,
        base: base(),
        log: silentLogger,
        processors: { ...nothing, hangUpOfSubject },
        queueName: `t-${randomUUID()}`,
        schedules: false,
        ...more,
      });
      open.push(jobs);
      return jobs;
    };
    const emptyPostgres = async () => {
      const tables = await db.owner.query<{ name: string }>(
        "SELECT format('bullmq.%I', tablename) AS name FROM pg_tables WHERE schemaname = 'bullmq' AND tablename <> 'migration'",
      );
      await db.owner.query(`TRUNCATE ${tables.rows.map(({ name }) => name).join(", ")}`);
    };
    const ask = () => writeTenant(db.app, { tenantId }, (tx) => enqueue(tx, tenantId, "hangUpOfSubject", payload));
    const doneAt = async (id: string) =>
      (await db.owner.query("SELECT done_at FROM outbox_job WHERE id = $1", [id])).rows[0]?.done_at;

    test("a committed job runs at once, under the id of its row, and the row is done", async () => {
      // Looked at every ten minutes: what is quicker was woken by the commit.
      start(async (_payload, ctx) => void seen.push(ctx.jobId), { relayEveryMs: 600_000 });
      await new Promise((resolve) => setTimeout(resolve, 1_000));
      const id = await ask();
      await expect.poll(() => seen).toContain(id);
      await expect.poll(() => doneAt(id)).toBeInstanceOf(Date);
    });

    test("a job that can never run is given up, and its row is done", async () => {
      start(() => Promise.reject(new DomainError("not_found")));
      const id = await ask();
      await expect.poll(() => doneAt(id)).toBeInstanceOf(Date);
    });

    test("emptying the queue loses nothing: the outbox brings the job again, the schedules come back", async () => {
      const ran: string[] = [];
      const stuck = start(() => Promise.reject(new DomainError("pbx_unreachable")), { schedules: true });
      const id = await ask();
      await expect.poll(async () => (await stuck.queue.counts())["delayed"]).toBeGreaterThan(0);
      await stuck.close();
      open.pop();
      if (kind === "redis") await redis.flush();
      else await emptyPostgres();
      expect(await doneAt(id)).toBeNull();
      await db.owner.query("UPDATE outbox_job SET sent_at = sent_at - interval '1 minute' WHERE id = $1", [id]);
      const again = start(async (_payload, ctx) => void ran.push(ctx.jobId), { schedules: true });
      await expect.poll(() => ran).toEqual([id]);
      await expect.poll(async () => (await again.queue.counts())["delayed"]).toBeGreaterThan(0);
    });
  });
});
