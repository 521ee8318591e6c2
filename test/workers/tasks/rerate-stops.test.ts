import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";

import { builders, type Tenancy } from "@/test/support/builders";
import { createDatabase, type TestDatabase } from "@/test/support/database";
import { killedWhileWaiting, lockAwaited } from "@/test/support/killed-child";
import { makeRerating, type Rerating } from "@/test/support/rerating";
import { taskWorks } from "@/workers/tasks/all";
import { runTask } from "@/workers/tasks/run-task";

let db: TestDatabase;
let make: ReturnType<typeof builders>;
let operator: Tenancy;
let on: Rerating;
beforeAll(async () => {
  db = await createDatabase();
  make = builders(db);
  operator = await make.tenant("operator", undefined, { slug: "operator" });
});
afterAll(() => db.drop());
beforeEach(async () => {
  on = await makeRerating(db, operator);
});

describe("a run that stops", () => {
  test("cancelled between batches keeps what is done, and goes on to the same end", async () => {
    await on.setPrice(7_500n);
    const { taskId } = await on.ask("run");
    const cancelling = on.context();
    const { query } = cancelling.pool;
    let reports = 0;
    const pool = {
      ...cancelling.pool,
      query: (async (name, text, values) => {
        if (name === "task_report" && ++reports === 1)
          await on.portal().tasks.cancel({ tenantSlug: on.seller.slug, taskId });
        return query(name, text, values);
      }) as typeof query,
    };
    await runTask({ ...cancelling, pool }, taskId, taskWorks);
    expect((await on.task(taskId)).state).toBe("cancelled");
    expect(await on.comesTo()).toEqual([
      { sum: "15000", calls: 30 },
      { sum: "20000", calls: 30 },
    ]);
    await on.portal().tasks.resume({ tenantSlug: on.seller.slug, taskId });
    await runTask(on.context(), taskId, taskWorks);
    expect((await on.task(taskId)).result).toMatchObject({
      changed: 60,
      calls: 60,
      downMicros: "300000",
      buyersChanged: 2,
    });
    expect(await on.comesTo()).toEqual([{ sum: "15000", calls: 60 }]);
    await on.sound();
  });

  test("killed after money moved and before its checkpoint corrects nothing twice", async () => {
    await on.setPrice(7_500n);
    const { taskId } = await on.ask("run");
    const dying = on.context();
    const { query } = dying.pool;
    const pool = {
      ...dying.pool,
      query: ((name, text, values) =>
        name === "task_report" ? Promise.reject(new Error("killed")) : query(name, text, values)) as typeof query,
    };
    for (let tries = 0; tries < 3; tries += 1)
      await expect(runTask({ ...dying, pool }, taskId, taskWorks)).rejects.toThrow("killed");
    // What the rates become meanwhile is for another job.
    await on.setPrice(6_000n);
    await runTask(on.context(), taskId, taskWorks);
    expect((await on.task(taskId)).result).toMatchObject({
      changed: 60,
      calls: 60,
      downMicros: String(30 * 5_000 + 30 * 8_000),
    });
    expect(await on.comesTo()).toEqual([
      { sum: "12000", calls: 30 },
      { sum: "15000", calls: 30 },
    ]);
    await on.sound();
  });

  test("a worker killed with its hands in a wallet leaves that wallet whole, and the next one ends the job", async () => {
    await on.setPrice(7_500n);
    const { taskId } = await on.ask("run");
    await killedWhileWaiting({
      program: "run-task-child",
      words: [db.appUrl, on.seller.tenantId, taskId],
      // Whoever comes to the second customer's wallet waits for us.
      hold: async () => {
        await db.owner.query("BEGIN");
        await db.owner.query("SELECT FROM wallet WHERE tenant_id = $1 FOR UPDATE", [on.buyers[1]?.tenantId]);
      },
      waits: () => lockAwaited(db),
      letGo: () => db.owner.query("COMMIT"),
    });
    expect(await on.comesTo()).toEqual([
      { sum: "15000", calls: 30 },
      { sum: "20000", calls: 30 },
    ]);
    await on.sound();
    await make.sql("UPDATE task SET heartbeat_at = now() - interval '1 minute' WHERE id = $1", [taskId]);
    await runTask(on.context(), taskId, taskWorks);
    expect((await on.task(taskId)).result).toMatchObject({
      changed: 60,
      calls: 60,
      downMicros: "300000",
      buyersChanged: 2,
    });
    expect(await on.comesTo()).toEqual([{ sum: "15000", calls: 60 }]);
    await on.sound();
  });
});
