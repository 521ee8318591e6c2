import { afterAll, beforeAll, expect, test } from "vitest";

import { change } from "@/server/domain/audit/change";
import type { TaskKind } from "@/server/domain/tasks/task.schema";
import { createTask } from "@/server/domain/tasks/tasks";
import type { TenantId } from "@/server/kernel/ids";
import { contextFor } from "@/test/support/caller";
import { createDatabase, type TestDatabase } from "@/test/support/database";
import { type Stage, stage } from "@/test/support/stage";

let db: TestDatabase;
let world: Stage;
beforeAll(async () => {
  db = await createDatabase();
  world = await stage(db);
});
afterAll(() => db.drop());

const actor = { kind: "cli", id: "test", requestId: "r1" } as const;
const start = (title: string) => {
  const tenantId = world.reseller.tenantId as TenantId;
  return change(db.app, { tenantId, actor, action: "task.resume" }, async (tx) => {
    const task = { kind: "deck.import", title, input: { plan: "Office" }, total: 10, createdBy: "cli:test" } as const;
    const id = await createTask(tx, tenantId, task);
    return { subject: `task:${id}`, result: id };
  });
};
const tenantSlug = () => world.reseller.slug;

test("a job is written down, queued in the same transaction, and listed for its tenant only", async () => {
  const taskId = await start("A deck of May");
  expect(await world.sql("SELECT job_name, payload FROM outbox_job WHERE payload ->> 'taskId' = $1", [taskId])).toEqual(
    [{ job_name: "task.run", payload: { taskId } }],
  );
  const { items } = await world.as("reseller").tasks.list({ tenantSlug: tenantSlug(), active: true });
  expect(items).toMatchObject([{ id: taskId, title: "A deck of May", state: "queued", done: 0, total: 10 }]);
  expect((await world.as("customer").tasks.list({ tenantSlug: world.customer.slug })).items).toEqual([]);
});

test("stopped and resumed, it is queued again, and both are in the trail", async () => {
  const taskId = await start("Another");
  const of = { tenantSlug: tenantSlug(), taskId };
  expect(await world.as("reseller").tasks.cancel(of)).toMatchObject({ state: "cancelled", cancelRequested: true });
  expect(await world.as("reseller").tasks.resume(of)).toMatchObject({ state: "queued", cancelRequested: false });
  expect(await world.sql("SELECT 1 FROM outbox_job WHERE payload ->> 'taskId' = $1", [taskId])).toHaveLength(2);
  const trail = await world.sql<{ action: string }>(
    "SELECT action FROM audit_event WHERE subject = $1 AND actor_kind = 'user' ORDER BY seq",
    [`task:${taskId}`],
  );
  expect(trail.map(({ action }) => action)).toEqual(["task.cancel", "task.resume"]);
});

test("a job goes on, or stops, for whoever may ask for one of its kind; what cannot be taken back asks who one is", async () => {
  const tenantId = world.operator.tenantId as TenantId;
  const ask = (kind: TaskKind) =>
    change(db.app, { tenantId, actor, action: "task.resume" }, async (tx) => {
      const id = await createTask(tx, tenantId, { kind, title: kind, input: {}, createdBy: "cli:test" });
      return { subject: `task:${id}`, result: id };
    });
  const billing = world.as({ userId: await world.person(world.operator, "billing") });
  const userId = world.owners.operator;
  const { signedIn } = contextFor(db.app, userId);
  const stale = world.as("operator", {
    signedIn: signedIn && { ...signedIn, authenticatedAt: new Date(Date.now() - 3_600_000) },
  });
  for (const kind of ["subject.erase", "tenant.import"] as const) {
    const of = { tenantSlug: world.operator.slug, taskId: await ask(kind) };
    await expect(billing.tasks.cancel(of)).rejects.toMatchObject({ cause: { code: "forbidden" } });
    expect(await stale.tasks.cancel(of)).toMatchObject({ state: "cancelled" });
    await expect(billing.tasks.resume(of)).rejects.toMatchObject({ cause: { code: "forbidden" } });
    await expect(stale.tasks.resume(of)).rejects.toMatchObject({ cause: { code: "reauth_required" } });
    expect(await world.as("operator").tasks.resume(of)).toMatchObject({ state: "queued" });
  }
  const own = { tenantSlug: world.operator.slug, taskId: await ask("cdr.import") };
  expect(await billing.tasks.cancel(own)).toMatchObject({ state: "cancelled" });
  expect(await billing.tasks.resume(own)).toMatchObject({ state: "queued" });
});
