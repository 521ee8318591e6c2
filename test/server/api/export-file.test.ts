import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { gunzipSync } from "node:zlib";
import { afterAll, beforeAll, expect, test } from "vitest";

import { exportFile } from "@/server/api/export-file";
import { jsonOf, runCli } from "@/test/server/cli/run-cli";
import { contextFor } from "@/test/support/caller";
import { createDatabase, type TestDatabase } from "@/test/support/database";
import { exportDesk, manyCalls } from "@/test/support/export-desk";
import { type Stage, stage } from "@/test/support/stage";
import { taskContext } from "@/test/support/task-context";
import { sweepRetention } from "@/workers/processors/sweep-retention";

let db: TestDatabase;
let on: Stage;
let desk: ReturnType<typeof exportDesk>;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "exports-"));
  db = await createDatabase();
  on = await stage(db);
  desk = exportDesk(db, on.as("customer"), on.customer);
  await manyCalls(db, on.customer, 30);
});
afterAll(async () => {
  await rm(folder, { recursive: true });
  await db.drop();
});

const get = (
  userId: string | undefined,
  exportId: string,
  more: { slug?: string; packed?: boolean; site?: string } = {},
) => {
  const headers = new Headers(more.site ? { "sec-fetch-site": more.site } : {});
  return exportFile(contextFor(db.app, userId), {
    tenantSlug: more.slug ?? "acme",
    exportId,
    packed: more.packed ?? false,
    headers,
  });
};
const trail = (action: string) =>
  on.sql<{ outcome: string }>("SELECT outcome FROM audit_event WHERE action = $1 ORDER BY at", [action]);

test("whoever may read what is in it takes it, plain or packed, and each time is an event", async () => {
  const file = await desk.made({ what: "calls" });
  const plain = await get(on.owners.customer, file.id, { site: "none" });
  expect(plain.status).toBe(200);
  expect(plain.headers.get("content-length")).toBe(String(file.bytes));
  expect(plain.headers.get("content-disposition")).toBe(`attachment; filename="${file.fileName}"`);
  expect(await plain.text()).toBe(file.text);
  const packed = await get(on.owners.reseller, file.id, { packed: true });
  expect(packed.headers.get("content-disposition")).toBe(`attachment; filename="${file.fileName}.gz"`);
  expect(gunzipSync(Buffer.from(await packed.arrayBuffer())).toString()).toBe(file.text);
  expect(await trail("export.download")).toEqual([{ outcome: "ok" }, { outcome: "ok" }]);
});

test("nobody else does: signed out, from another site, of another tenant, without the permission of its list", async () => {
  const file = await desk.made({ what: "audit" });
  expect((await get(undefined, file.id)).status).toBe(401);
  expect((await get(on.owners.customer, file.id, { site: "cross-site" })).status).toBe(403);
  const stranger = await on.person(await on.tenant("customer", on.operator));
  expect((await get(stranger, file.id)).status).toBe(404);
  expect((await get(on.owners.reseller, file.id, { slug: "reseller" })).status).toBe(404);
  for (const id of ["x", "../1", "00000000-0000-4000-8000-000000000000"])
    expect((await get(on.owners.customer, id)).status).toBe(404);
  const viewer = await on.person(on.customer, "viewer");
  expect((await get(viewer, file.id)).status).toBe(403);
  expect(await trail("permission.deny")).toEqual([{ outcome: "denied" }]);
});

test("a file that is not made yet says so, and one whose days are over is gone, from the database as well", async () => {
  const asked = await desk.ask({ what: "extensions" });
  expect((await get(on.owners.customer, asked.id)).status).toBe(409);
  await desk.make(asked.taskId);
  expect((await get(on.owners.customer, asked.id)).status).toBe(200);
  await on.sql(
    "UPDATE export_file SET ready_at = ready_at - interval '9 days', as_of = as_of - interval '9 days', expires_at = expires_at - interval '9 days' WHERE id = $1",
    [asked.id],
  );
  expect((await get(on.owners.customer, asked.id)).status).toBe(410);
  await sweepRetention({}, taskContext({ db: db.app, pool: db.pool }, on.operator.tenantId));
  expect(await on.sql("SELECT 1 FROM export_part WHERE export_id = $1", [asked.id])).toEqual([]);
  expect(await desk.get(asked.id)).toMatchObject({ state: "expired", what: "extensions" });
});

test("the command line asks for a file, says how far it is, writes it once, and names what does not narrow it", async () => {
  const of = ["--tenant", "acme"];
  const asked = await jsonOf<{ id: string; taskId: string }>(db.appUrl, [
    ...["export", "create", "calls", ...of, "--from", "2026-03-01", "--format", "jsonl", "--columns", "number,cost"],
  ]);
  const out = path.join(folder, "calls.jsonl");
  const get = ["export", "get", asked.id, ...of];
  expect(await jsonOf(db.appUrl, get)).toMatchObject({ state: "making" });
  expect((await runCli(db.appUrl, [...get, "--out", out])).code).toBe(1);
  await rm(out, { force: true });
  await desk.make(asked.taskId);
  expect(await jsonOf(db.appUrl, [...get, "--out", out])).toMatchObject({ state: "ready", lines: 30, file: out });
  expect((await readFile(out, "utf8")).split("\n")[0]).toBe('{"number":"+49301","cost":"0.020001"}');
  expect((await runCli(db.appUrl, [...get, "--out", out])).code).toBe(1);
  const refused = await runCli(db.appUrl, ["export", "create", "extensions", ...of, "--from", "2026-03-01", "--json"]);
  expect(refused.out).toContain("There is no filter from for this list.");
  expect(await jsonOf<{ id: string }[]>(db.appUrl, ["export", "list", ...of])).toContainEqual(
    expect.objectContaining({ id: asked.id, what: "calls" }),
  );
});

test("the command line has a file made every week, for somebody who may see it, lets it rest and takes it back", async () => {
  const of = ["--tenant", "acme"];
  const cli = <T>(...words: string[]) => jsonOf<T>(db.appUrl, ["export", ...words, ...of]);
  const emailOf = async (id: string) =>
    (await on.one<{ email: string }>("SELECT email FROM person WHERE id = $1", [id])).email;
  const weekly = ["schedule", "calls", "--every", "week", "--outcome", "answered", "--email"];
  const made = await cli<{ id: string }>(...weekly, await emailOf(on.owners.customer));
  const listed = () => cli<{ id: string }[]>("schedules");
  expect(await listed()).toMatchObject([
    { id: made.id, what: "calls", every: "week", filter: { outcome: "answered" } },
  ]);
  await cli("pause", made.id);
  expect(await listed()).toMatchObject([{ pausedAt: expect.any(String) }]);
  await cli("resume", made.id);
  expect(await listed()).toMatchObject([{ pausedAt: null }]);
  const stranger = await on.tenant("customer", on.operator);
  const foreign = await emailOf(await on.person(stranger));
  const refused = await runCli(db.appUrl, ["export", ...weekly, foreign, ...of]);
  expect([refused.code, refused.err]).toEqual([1, expect.stringContaining("has no seat at acme")]);
  await cli("remove", made.id);
  expect(await listed()).toEqual([]);
});
