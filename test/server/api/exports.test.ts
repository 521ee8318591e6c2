import { afterAll, beforeAll, expect, test } from "vitest";

import { type May, missingFor } from "@/server/domain/exports/export-rights";
import { listExports } from "@/server/domain/exports/exports";
import { readTenant } from "@/server/infra/db/read-tenant";
import type { TenantId } from "@/server/kernel/ids";
import { createDatabase, type TestDatabase } from "@/test/support/database";
import { exportDesk } from "@/test/support/export-desk";
import { type Stage, stage } from "@/test/support/stage";

let db: TestDatabase;
let on: Stage;
let desk: ReturnType<typeof exportDesk>;
beforeAll(async () => {
  db = await createDatabase();
  on = await stage(db);
  desk = exportDesk(db, on.as("customer"), on.customer);
});
afterAll(() => db.drop());

const acme = { tenantSlug: "acme" };
const trail = (subject: string) =>
  on.sql("SELECT action, actor_id, after FROM audit_event WHERE subject = $1 ORDER BY seq", [subject]);

test("a file is asked for with its filter, queued in the same change, listed while it is made, and recorded", async () => {
  const filter = { from: "2026-03-01", to: "2026-03-31" };
  const { id, taskId } = await desk.ask({ what: "ledger", filter, format: "jsonl" });
  expect(await on.sql("SELECT job_name FROM outbox_job WHERE payload ->> 'taskId' = $1", [taskId])).toEqual([
    { job_name: "task.run" },
  ]);
  const { items } = await on.as("customer").exports.list(acme);
  expect(items).toMatchObject([{ id, taskId, what: "ledger", format: "jsonl", filter, state: "making" }]);
  expect(await trail(`export:${id}`)).toEqual([
    {
      action: "export.create",
      actor_id: on.owners.customer,
      after: { what: "ledger", format: "jsonl", filter: JSON.stringify(filter) },
    },
  ]);
});

test("its making is stopped and goes on, and both are in the trail under the name of the list", async () => {
  const { id, taskId } = await desk.ask({ what: "calls" });
  const one = { ...acme, exportId: id };
  expect(await on.as("customer").exports.cancel(one)).toEqual({ id });
  expect((await desk.get(id)).state).toBe("stopped");
  expect(await on.as("customer").exports.resume(one)).toEqual({ id });
  expect((await desk.get(id)).state).toBe("making");
  const after = expect.objectContaining({ kind: "export.make", name: "Calls" });
  const by = { actor_id: on.owners.customer, after };
  expect(await trail(`task:${taskId}`)).toEqual([
    { ...by, action: "task.cancel" },
    { ...by, action: "task.resume" },
  ]);
});

test("whoever may not read a list has no file of it: not asked for, not seen, not stopped, and the try is recorded", async () => {
  const { id: exportId } = await desk.ask({ what: "audit" });
  const { exports } = on.as({ userId: await on.person(on.customer, "viewer") });
  const refused = { message: "forbidden", cause: { detail: { permission: "audit.read", role: "viewer" } } };
  await expect(exports.create({ ...acme, file: { what: "audit", filter: {} } })).rejects.toMatchObject(refused);
  for (const act of [exports.get, exports.cancel, exports.resume])
    await expect(act({ ...acme, exportId })).rejects.toMatchObject(refused);
  expect((await exports.list(acme)).items.map(({ what }) => what)).not.toContain("audit");
  expect((await desk.get(exportId)).state).toBe("making");
  expect(await on.sql("SELECT subject FROM audit_event WHERE action = 'permission.deny' ORDER BY seq")).toEqual(
    ["create", "get", "cancel", "resume"].map((name) => ({ subject: `procedure:exports.${name}` })),
  );
  await exports.create({ ...acme, file: { what: "calls", filter: {} } });
});

test.each([
  ["a column that is none", { what: "calls", columns: ["secret"] }],
  ["a document of what is no list of calls", { what: "ledger", format: "pdf" }],
  ["a time zone that is none", { what: "calls", timeZone: "Mars/Olympus" }],
] as const)("%s is refused, and nothing is queued for it", async (_what, file) => {
  const files = () => on.sql("SELECT id FROM export_file ORDER BY id");
  const before = await files();
  await expect(desk.ask(file)).rejects.toMatchObject({ message: "invalid_input" });
  expect(await files()).toEqual(before);
});

test("another tenant's file is not found, and its making goes on", async () => {
  const above = exportDesk(db, on.as("reseller"), on.reseller);
  const { id: exportId } = await above.ask({ what: "calls" });
  const { exports } = on.as("customer");
  const absent = { message: "not_found" };
  for (const act of [exports.get, exports.cancel, exports.resume])
    await expect(act({ ...acme, exportId })).rejects.toMatchObject(absent);
  await expect(exports.list({ tenantSlug: on.reseller.slug })).rejects.toMatchObject(absent);
  expect((await above.get(exportId)).state).toBe("making");
});

test("what is in a file besides its list is wanted for seeing it in the list as well", async () => {
  const { id } = await desk.ask({ what: "everything", format: "jsonl" });
  const tenantId = on.customer.tenantId as TenantId;
  const seen = async (may: May) =>
    (await readTenant(db.app, { tenantId }, (tx) => listExports(tx, tenantId, may))).some((file) => file.id === id);
  expect(await seen(() => true)).toBe(true);
  expect(await seen((permission) => permission !== "audit.read")).toBe(false);
  expect(missingFor((permission) => permission !== "audit.read", "everything")).toBe("audit.read");
});

test("a filter that the list does not have is refused by name, also for a file that is made again and again", async () => {
  const { exports } = on.as("customer");
  const refused = {
    message: "invalid_input",
    cause: { issues: [{ message: "There is no filter outcomes for this list." }] },
  };
  const file = { what: "calls", filter: { outcomes: "blocked" } } as never;
  await expect(exports.create({ ...acme, file })).rejects.toMatchObject(refused);
  await expect(exports.schedule({ ...acme, file, every: "day" })).rejects.toMatchObject(refused);
});
