import { afterAll, beforeAll, expect, test } from "vitest";

import { builders } from "@/test/support/builders";
import { createDatabase, type TestDatabase } from "@/test/support/database";
import { makeRerating, type Rerating } from "@/test/support/rerating";

let db: TestDatabase;
let on: Rerating;
beforeAll(async () => {
  db = await createDatabase();
  const operator = await builders(db).tenant("operator", undefined, { slug: "operator" });
  on = await makeRerating(db, operator);
});
afterAll(() => db.drop());

test("a preview and a run are long jobs of the seller, queued and in its trail", async () => {
  for (const how of ["preview", "run"] as const) {
    const { taskId } = await on.ask(how);
    expect(await on.task(taskId)).toMatchObject({ kind: "rating.rerate", state: "queued" });
    const { rows } = await db.owner.query<{ action: string }>("SELECT action FROM audit_event WHERE subject = $1", [
      `task:${taskId}`,
    ]);
    expect(rows).toEqual([{ action: how === "run" ? "rating.rerate" : "rating.preview" }]);
  }
});

test("everything of everybody, without a filter, is refused, and changes nothing", async () => {
  const before = await on.charges();
  await expect(on.ask("run", {})).rejects.toMatchObject({ message: "invalid_input" });
  expect(await on.charges()).toEqual(before);
});
