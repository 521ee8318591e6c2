import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { silentLogger } from "@/server/infra/log/logger";
import { jobs } from "@/server/queue/jobs";
import { builders } from "@/test/support/builders";
import { createDatabase, type TestDatabase } from "@/test/support/database";
import { eventually } from "@/test/support/eventually";
import { taskContext } from "@/test/support/task-context";
import { processors } from "@/workers/processors/all";
import { type RunningJobs, startJobs } from "@/workers/start-jobs";

let db: TestDatabase;
let make: ReturnType<typeof builders>;
let running: RunningJobs | undefined;
beforeAll(async () => {
  db = await createDatabase();
  make = builders(db);
});
afterAll(async () => {
  await running?.close();
  await db.drop();
});

test("a sweep that is given up is a signal for the rule about it, counted once", async () => {
  const { tenantId } = await make.tenant("operator");
  let tries = 0;
  running = startJobs({
    target: { databaseUrl: db.appUrl },
    connectionString: db.appUrl,
    base: taskContext({ db: db.app, pool: db.pool }, tenantId),
    log: silentLogger,
    processors: {
      ...processors,
      sweepRetention: async () => {
        tries += 1;
        throw new Error("the table is locked");
      },
    },
    queueName: `t-${randomUUID()}`,
    schedules: false,
  });
  const { name } = jobs.sweepRetention;
  await running.queue.add([{ id: "sweep-0001", name, data: {}, attempts: 2, backoffMs: 10 }]);
  const signals = () => make.sql("SELECT tenant_id, kind, signals::int FROM signal");
  await eventually(async () =>
    expect(await signals()).toEqual([{ tenant_id: tenantId, kind: "retention", signals: 1 }]),
  );
  expect(tries).toBe(2);
});
