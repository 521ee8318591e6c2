import { randomUUID } from "node:crypto";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, expect, test } from "vitest";

import { type Branches, makeBranches } from "@/test/support/branch";
import { callDesk } from "@/test/support/call-desk";
import { callerFor } from "@/test/support/caller";
import { createDatabase, type TestDatabase } from "@/test/support/database";
import { taskContext } from "@/test/support/task-context";
import { taskWorks } from "@/workers/tasks/all";
import { runTask } from "@/workers/tasks/run-task";

let db: TestDatabase;
let branches: Branches;
let mine: ReturnType<typeof callerFor>;
let tenantSlug: string;
beforeAll(async () => {
  db = await createDatabase();
  branches = await makeBranches(db);
  mine = callerFor(db.app, await branches.seat(branches.operator, "owner"));
  tenantSlug = branches.operator.slug;
});
afterAll(() => db.drop());

const context = () => taskContext({ db: db.app, pool: db.pool }, branches.operator.tenantId);
type File = Readonly<{ list: string; mode?: "merge" | "replace" }>;
async function started(text: string, { list, mode = "merge" }: File): Promise<{ taskId: string; importId: string }> {
  const there = (await mine.blocks.hotLists({ tenantSlug })).items.find(({ name }) => name === list);
  const hotListId = there?.id ?? (await mine.blocks.createHotList({ tenantSlug, name: list })).id;
  const file = { tenantSlug, hotListId, fileName: "hot.csv", bytes: Math.max(1, text.length), mode };
  const { id: hotImportId } = await mine.blocks.createHotImport(file);
  const data = gzipSync(text).toString("base64");
  const part = { tenantSlug, hotImportId, part: 0, data };
  await mine.blocks.addHotPart(part);
  await mine.blocks.addHotPart(part);
  const { taskId } = await mine.blocks.startHotImport({ tenantSlug, hotImportId, parts: 1 });
  return { taskId, importId: hotImportId };
}
const taskOf = (id: string) =>
  branches.build.one<{ state: string; error: string | null; result: unknown }>(
    "SELECT state, error, result FROM task WHERE id = $1",
    [id],
  );
async function read(text: string, file: File) {
  const { taskId, importId } = await started(text, file);
  await runTask(context(), taskId, taskWorks);
  return { ...(await taskOf(taskId)), importId };
}
const list = async (name: string) =>
  (await mine.blocks.hotLists({ tenantSlug })).items.find((one) => one.name === name);
const numbersOf = async (name: string) =>
  (
    await branches.build.sql<{ digits: string }>(
      "SELECT h.digits FROM hot_number h JOIN hot_list l ON l.id = h.list_id WHERE l.name = $1 ORDER BY h.digits",
      [name],
    )
  ).map(({ digits }) => digits);

test("a file's numbers hold at once for everybody below while the list is on, and its other lines are told by number", async () => {
  const phone = await branches.build.phone(branches.customer, "611");
  const desk = callDesk(db.pool);
  const dial = async (e164: string) =>
    (await desk.authorise({ call: randomUUID(), endpoint: phone.endpoint, e164 })).code;
  const before = await dial("4990012345");
  const done = await read("number,kind\n+49 900 12345,x\ngarbage\n882*\n\n030123\n4990012345\n", { list: "Fraud" });
  expect(done).toMatchObject({ state: "done", result: { numbers: 2, read: 2, repeated: 1, problems: 2 } });
  expect((await mine.blocks.hotProblems({ tenantSlug, hotImportId: done.importId })).items).toEqual([
    { line: 3, reason: "is no number" },
    { line: 6, reason: "has no country code: it begins with 0" },
  ]);
  expect(await dial("4990012345")).toBe("DST-03");
  expect(await dial("88213999999")).toBe("DST-03");
  expect(await dial("4990012346")).toBe(before);
  const hotListId = (await list("Fraud"))?.id ?? "";
  await mine.blocks.enableHotList({ tenantSlug, hotListId, enabled: false });
  expect(await dial("4990012345")).toBe(before);
  const trail = await branches.build.sql(
    "SELECT after FROM audit_event WHERE action = 'hotlist.import' AND actor_kind = 'job'",
  );
  expect(trail).toMatchObject([{ after: { numbers: 2, problems: 2, mode: "merge" } }]);
});

test("merge adds, replace leaves nothing else, and what held before is gone", async () => {
  await read("49111111\n49222222\n", { list: "Parts" });
  await read("49222222\n49333333\n", { list: "Parts" });
  expect(await numbersOf("Parts")).toEqual(["49111111", "49222222", "49333333"]);
  expect(await read("49444444\n", { list: "Parts", mode: "replace" })).toMatchObject({ result: { numbers: 1 } });
  expect(await numbersOf("Parts")).toEqual(["49444444"]);
  expect(await list("Parts")).toMatchObject({ numbers: 1, import: { fileName: "hot.csv", problems: 0 } });
});

test("a file without a number leaves the list as it was, and so does one that is stopped in the middle", async () => {
  await read("49111111\n", { list: "Kept" });
  const empty = await read("a\nb\n", { list: "Kept", mode: "replace" });
  expect(empty).toMatchObject({
    state: "failed",
    error: expect.stringContaining("None of the file's lines is a number"),
  });
  const { taskId } = await started(`${Array.from({ length: 25_000 }, (_, at) => 4_930_000_000 + at).join("\n")}\n`, {
    list: "Kept",
    mode: "replace",
  });
  const other = started("49222222\n", { list: "Kept" });
  await expect(other).rejects.toMatchObject({ code: "PRECONDITION_FAILED" });
  const ctx = context();
  const { query } = ctx.pool;
  let staged = 0;
  const pool = {
    ...ctx.pool,
    query: (async (name, text, values) => {
      const rows = await query(name, text, values);
      if (name === "hot_stage") {
        staged += 1;
        if (staged === 2) await branches.build.sql("UPDATE task SET cancel_requested = true WHERE id = $1", [taskId]);
      }
      return rows;
    }) as typeof query,
  };
  await runTask({ ...ctx, pool }, taskId, taskWorks);
  expect(await taskOf(taskId)).toMatchObject({ state: "cancelled" });
  expect(await numbersOf("Kept")).toEqual(["49111111"]);
  // Somebody lets it go on: it begins anew, and all of it holds.
  await mine.tasks.resume({ tenantSlug, taskId });
  await runTask(context(), taskId, taskWorks);
  expect(await list("Kept")).toMatchObject({ numbers: 25_000 });
});

test("a runner that died is followed by one that begins anew and ends the same", async () => {
  const { taskId } = await started("49555555\n49666666\nx\n", { list: "Twice" });
  const ctx = context();
  const { query } = ctx.pool;
  const dying = (async (name, text, values) => {
    if (name === "hot_stage") {
      await query(name, text, values);
      throw new Error("killed");
    }
    return query(name, text, values);
  }) as typeof query;
  await expect(runTask({ ...ctx, pool: { ...ctx.pool, query: dying } }, taskId, taskWorks)).rejects.toThrow("killed");
  expect(await list("Twice")).toMatchObject({ numbers: 0 });
  await runTask(context(), taskId, taskWorks);
  expect(await taskOf(taskId)).toMatchObject({ state: "done", result: { numbers: 2, problems: 1, repeated: 0 } });
});

test("a list that another tenant made is nobody else's, and one goes with its numbers", async () => {
  const away = callerFor(db.app, await branches.seat(branches.sibling, "owner"));
  const hotListId = (await list("Parts"))?.id ?? "";
  const slug = branches.sibling.slug;
  await expect(away.blocks.enableHotList({ tenantSlug: slug, hotListId, enabled: false })).rejects.toMatchObject({
    code: "NOT_FOUND",
  });
  expect((await away.blocks.hotLists({ tenantSlug: slug })).items).toEqual([]);
  await mine.blocks.deleteHotList({ tenantSlug, hotListId });
  expect(await numbersOf("Parts")).toEqual([]);
});
