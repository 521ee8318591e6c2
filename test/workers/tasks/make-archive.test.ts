import { crc32, inflateRawSync } from "node:zlib";
import { parse } from "csv-parse/sync";
import { afterAll, beforeAll, expect, test } from "vitest";

import { createDatabase, type TestDatabase } from "@/test/support/database";
import { exportDesk, manyCalls } from "@/test/support/export-desk";
import { type Stage, stage } from "@/test/support/stage";
import { taskContext } from "@/test/support/task-context";
import { taskWorks } from "@/workers/tasks/all";
import { runTask } from "@/workers/tasks/run-task";

let db: TestDatabase;
let on: Stage;
let desk: ReturnType<typeof exportDesk>;
beforeAll(async () => {
  db = await createDatabase();
  on = await stage(db);
  desk = exportDesk(db, on.as("customer"), on.customer);
  await manyCalls(db, on.customer, 6_000);
  await on.topUp(on.customer, 5_000_000n);
});
afterAll(() => db.drop());

/** What any program reads of a ZIP: by its directory, with sizes and sums that must agree. */
function unzipped(zip: Buffer): Map<string, string> {
  const end = zip.length - 22;
  expect(zip.toString("latin1", end, end + 4)).toBe("PK\x05\x06");
  const files = new Map<string, string>();
  let at = zip.readUInt32LE(end + 16);
  for (let n = 0; n < zip.readUInt16LE(end + 10); n += 1) {
    const [crc, packed, size, length] = [16, 20, 24]
      .map((place) => zip.readUInt32LE(at + place))
      .concat(zip.readUInt16LE(at + 28));
    const name = zip.toString("utf8", at + 46, at + 46 + (length ?? 0));
    const local = zip.readUInt32LE(at + 42);
    const from = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28);
    const bytes = inflateRawSync(zip.subarray(from, from + (packed ?? 0)));
    expect([name, bytes.length, crc32(bytes)]).toEqual([name, size, crc]);
    // What reads it from its beginning finds the same sums behind the bytes.
    expect(zip.readUInt32LE(from + (packed ?? 0) + 4)).toBe(crc);
    files.set(name, bytes.toString());
    at += 46 + (length ?? 0);
  }
  return files;
}
const rowsOf = (text = "") => parse(text.replace(/^\uFEFF/, ""), { columns: true }) as Record<string, string>[];

test("everything of a tenant is one ZIP of one moment, without a secret and without a neighbour", async () => {
  const { secretOnce, id } = await on
    .as("customer")
    .extensions.create({ tenantSlug: on.customer.slug, number: "101", displayName: "Door" });
  const { digest } = await on.one<{ digest: string }>(
    "SELECT u.password_digest AS digest FROM pbx.ps_auths u JOIN extension x ON x.sip_username = u.id WHERE x.id = $1",
    [id],
  );
  const asked = await desk.ask({ what: "everything" });
  await manyCalls(db, on.customer, 5, new Date(Date.now() - 3_600_000).toISOString());
  await on.topUp(on.customer, 1_000_000n);
  await desk.make(asked.taskId);
  const file = await desk.get(asked.id);
  expect(file).toMatchObject({ state: "ready", what: "everything" });
  expect(file.fileName).toMatch(/^everything-acme-.*\.zip$/);
  const zip = await desk.bytes(asked.id);
  expect(file.bytes).toBe(zip.length);
  const files = unzipped(zip);
  expect([...files.keys()]).toEqual([
    "extensions.csv",
    "numbers.csv",
    "calls.csv",
    "movements.csv",
    "statements.csv",
    "team.csv",
    "audit.csv",
    "README.txt",
  ]);
  expect(rowsOf(files.get("calls.csv"))).toHaveLength(6_000);
  expect(rowsOf(files.get("movements.csv"))).toMatchObject([{ kind: "top_up", amount: "5.000000" }]);
  expect(rowsOf(files.get("extensions.csv"))).toMatchObject([{ number: "101", name: "Door" }]);
  expect(rowsOf(files.get("team.csv")).length).toBeGreaterThan(0);
  expect(rowsOf(files.get("audit.csv")).map(({ action }) => action)).toContain("extension.create");
  const text = [...files.values()].join("\n");
  for (const hidden of [secretOnce, digest, ...digest.split(/[,:]/).filter((part) => part.length >= 32)])
    expect(text).not.toContain(hidden);
});

test("a worker that dies in the middle leaves nothing that can be had, and the next makes it whole", async () => {
  const asked = await desk.ask({ what: "everything", format: "jsonl" });
  const context = taskContext({ db: db.app, pool: db.pool }, on.customer.tenantId);
  const dying = {
    query: (name: string, text: string, values: unknown[]) => {
      if (name === "export_add_part") return Promise.reject(new Error("killed"));
      return db.pool.query(name, text, values);
    },
  } as unknown as typeof context.pool;
  await expect(runTask({ ...context, pool: dying }, asked.taskId, taskWorks)).rejects.toThrow("killed");
  expect(await desk.get(asked.id)).toMatchObject({ state: "making" });
  await desk.make(asked.taskId);
  expect(await desk.get(asked.id)).toMatchObject({ state: "ready" });
  const lines =
    unzipped(await desk.bytes(asked.id))
      .get("calls.jsonl")
      ?.trim()
      .split("\n") ?? [];
  expect(lines).toHaveLength(6_005);
});

test("it is for who may read all of it: not for a viewer, and not as a document", async () => {
  const ask = (as: Stage["as"] extends (who: infer W) => unknown ? W : never, format = "csv") =>
    on
      .as(as)
      .exports.create({ tenantSlug: on.customer.slug, file: { what: "everything", filter: {}, format } as never });
  await expect(ask("customer", "pdf")).rejects.toMatchObject({ cause: { code: "invalid_input" } });
  await on.sql("UPDATE seat SET role = 'viewer' WHERE tenant_id = $1", [on.customer.tenantId]);
  await expect(ask("customer")).rejects.toMatchObject({ cause: { code: "forbidden" } });
});
