import { randomUUID } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";

import { createDatabase, type TestDatabase } from "@/test/support/database";
import { erasureDesk } from "@/test/support/erasure-desk";
import { waitAtLocks } from "@/test/support/wait-at-locks";

let db: TestDatabase;
let on: Awaited<ReturnType<typeof erasureDesk>>;
beforeAll(async () => {
  db = await createDatabase();
  on = await erasureDesk(db);
});
afterAll(async () => {
  await on.close();
  await db.drop();
});
const lineOf = (found: Awaited<ReturnType<typeof on.look>>, relation: string) =>
  found.lines.find((line) => line.relation === relation);

test("times and amounts are what they were, in words and in documents", async () => {
  const { make, buyer } = on;
  const day = "2025-03-14T10:00:00.000Z";
  const task = (input: object) =>
    make.one<{ id: string }>(
      "INSERT INTO task (tenant_id, kind, title, input, created_by, state, ended_at) VALUES ($1, 'export.make', '2025-03-14 10:00', $2, 'x', 'done', now()) RETURNING id",
      [buyer.tenantId, JSON.stringify(input)],
    );
  const kept = {
    at: day,
    day: "2025-03-14 10",
    amount: "250000.000000",
    creditMicros: "250000000000",
    n: 250000000000,
  };
  const { id } = await task(kept);
  const named = await task({ ...kept, who: "+250 000 000 000" });
  for (const number of ["+2025031410", "+250000000000"]) {
    const erased = await on.erase(number);
    // The one that is named, and the job itself.
    expect(lineOf(erased, "task")?.erased ?? 0n).toBe(number === "+2025031410" ? 0n : 1n);
  }
  const read = (of: string) => make.one("SELECT title, input FROM task WHERE id = $1", [of]);
  expect(await read(id)).toEqual({ title: "2025-03-14 10:00", input: kept });
  expect(await read(named.id)).toMatchObject({ input: { ...kept, who: expect.stringMatching(/^~/) } });
});

test("a row that somebody changes between the look and the change is forgotten too, and counted once", async () => {
  const { make, buyer } = on;
  const number = "493033334444";
  await make.sql("INSERT INTO mail (tenant_id, recipient, subject, body) VALUES ($1, 'o@example.com', 'x', $2)", [
    buyer.tenantId,
    number,
  ]);
  const { taskId } = await on.ask(`+${number}`);
  await waitAtLocks(db, "erasure_step");
  await db.owner.query("BEGIN");
  await db.owner.query("UPDATE mail SET attempts = attempts + 1 WHERE body = $1", [number]);
  const running = on.run(taskId);
  const waits = async () =>
    (
      await db.app.$queryRaw<unknown[]>`
    SELECT 1 FROM pg_locks WHERE NOT granted AND pid IN (SELECT pid FROM pg_stat_activity WHERE datname = current_database())`
    ).length > 0;
  while (!(await waits())) await pause(5);
  await db.owner.query("COMMIT");
  await running;
  const erased = await on.look(taskId);
  expect(erased).toMatchObject({ state: "done" });
  expect(lineOf(erased, "mail")).toMatchObject({ erased: 1n, held: 0n });
  expect(await on.readable(number)).toEqual([]);
});

test("nobody but the operator reaches an erasure, whatever its id", async () => {
  const { make, buyer, operator } = on;
  const { id, taskId } = await on.ask("+493033335555");
  const asks = [
    ["SELECT erasure_name($1, 'x', 'x', '{}', '{}')", id],
    ["SELECT erasure_person($1)", id],
    ["SELECT erasure_step($1, 'mail', 'mail', 0, 1, '{}', '{}', '{}')", id],
    ["SELECT erasure_end($1)", id],
    ["SELECT * FROM erasure_refusal('number', $1, NULL)", "493033335555"],
    ["SELECT erasure_person_of($1)", "x@example.com"],
  ] as const;
  await make.as(buyer.tenantId);
  for (const [text, value] of asks) await expect(make.sql(text, [value])).rejects.toMatchObject({ code: "RF007" });
  expect(await make.sql("SELECT * FROM erasure_of_task($1)", [taskId])).toEqual([]);
  await make.as(operator.tenantId);
  expect(await make.sql("SELECT * FROM erasure_of_task($1)", [taskId])).toHaveLength(1);
});

test("whom one that stopped was about is gone after a week, and it says to ask anew", async () => {
  const { make } = on;
  const number = "493033336666";
  const { taskId } = await on.ask(`+${number}`);
  const stopped = (days: number) =>
    make.sql("UPDATE task SET state = 'cancelled', ended_at = now() - $2 * interval '1 day' WHERE id = $1", [
      taskId,
      days,
    ]);
  const subject = async () =>
    (await make.one<{ subject: string | null }>("SELECT subject FROM erasure WHERE task_id = $1", [taskId])).subject;
  await stopped(6);
  await on.sweep();
  expect(await subject()).toBe(number);
  await stopped(8);
  await on.sweep();
  expect(await subject()).toBeNull();
  await make.sql("UPDATE task SET state = 'queued', ended_at = NULL WHERE id = $1", [taskId]);
  await on.run(taskId);
  expect(await on.look(taskId)).toMatchObject({
    state: "failed",
    error: "What it was about is gone. Ask for it anew.",
  });
});

test("no tenant is made for somebody who was forgotten while their line waited", async () => {
  const { make, seller } = on;
  const email = "waiting@example.com";
  const file = randomUUID();
  await make.sql("INSERT INTO tenant_import (tenant_id, id, created_by) VALUES ($1, $2, 'x')", [seller.tenantId, file]);
  await make.sql(
    `INSERT INTO tenant_import_row (tenant_id, import_id, line, key, slug, asked, state, problem) VALUES
      ($1, $2, 1, 'a', 'a', $3, 'waiting', NULL), ($1, $2, 2, 'b', 'b', $3, 'refused', $4), ($1, $2, 3, 'c', 'c', '{}', 'waiting', NULL)`,
    [seller.tenantId, file, JSON.stringify({ adminEmail: email, creditMicros: "1" }), `No mail to ${email}`],
  );
  expect(lineOf(await on.erase(email), "tenant_import_row")).toMatchObject({ erased: 2n });
  const rows = await make.sql("SELECT state, problem FROM tenant_import_row WHERE import_id = $1 ORDER BY line", [
    file,
  ]);
  expect(rows).toEqual([
    { state: "refused", problem: expect.stringContaining("forgotten") },
    { state: "refused", problem: expect.stringMatching(/^No mail to ~/) },
    { state: "waiting", problem: null },
  ]);
  expect(await on.readable(email)).toEqual([]);
});

test("trails are written from the root down, as every other change locks them", async () => {
  const number = "493033337777";
  for (const of of [on.buyer, on.acme, on.seller, on.operator]) await on.trail(of, "extension.edit", { name: number });
  const { id } = await on.erase(`+${number}`);
  for (const action of ["subject.erase_trail", "subject.erase"]) {
    const written = await on.make.sql<{ depth: number }>(
      `SELECT b.depth FROM audit_event e JOIN tenant_below b ON b.descendant_id = e.tenant_id AND b.ancestor_id = $1
        WHERE e.action = $2 AND e.subject = $3 AND e.actor_kind = 'job' ORDER BY e.at, b.depth DESC`,
      [on.operator.tenantId, action, `erasure:${id}`],
    );
    expect(written.map(({ depth }) => depth)).toEqual([0, 1, 1, 2]);
  }
});

test("what a call weighs for the rules forgets the number with the call", async () => {
  const { make } = on;
  const number = "493055556666";
  const id = await on.call(number);
  await make.sql("UPDATE call SET started_at = now() WHERE id = $1", [id]);
  await db.owner.query("SELECT calls_weigh()");
  const weighed = () => make.one("SELECT number, digits FROM call_weight WHERE id = $1", [id]);
  expect(await weighed()).toEqual({ number, digits: number });
  await on.erase(`+${number}`);
  expect(await weighed()).toEqual({ number: expect.stringMatching(/^~/), digits: null });
});
