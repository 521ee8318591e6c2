import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";

import { cdrOptionsSchema } from "@/server/domain/cdr-import/cdr-import.schema";
import { addCdrPart, createCdrImport, forgetCdrImport, startCdrImport } from "@/server/domain/cdr-import/imports";
import { resumeTask } from "@/server/domain/tasks/tasks";
import type { TenantWrite } from "@/server/infra/db/tenant-tx";
import { writeTenant } from "@/server/infra/db/write-tenant";
import type { TenantId } from "@/server/kernel/ids";
import { type CdrCompany, cdrCompany } from "@/test/support/cdr-company";
import { createDatabase, type TestDatabase } from "@/test/support/database";
import { killedWhileWaiting, lockAwaited } from "@/test/support/killed-child";

let db: TestDatabase;
let company: CdrCompany;
beforeAll(async () => {
  db = await createDatabase();
  company = await cdrCompany(db);
});
afterAll(() => db.drop());
beforeEach(() => company.fresh());

const pbx = { format: "master", source: "pbx1" } as const;
const carrier = { format: "carrier", source: "wholesale", anyway: true } as const;
const operatorId = () => company.operator.tenantId as TenantId;
const write = <T>(work: (tx: TenantWrite) => Promise<T>) => writeTenant(db.app, { tenantId: operatorId() }, work);
const newFile = () =>
  write((tx) =>
    createCdrImport(tx, operatorId(), { ...cdrOptionsSchema.parse(pbx), fileName: "a.csv", bytes: 9 }, "test"),
  );
const part = (id: string, n: number, content = gzipSync(`part ${n}\n`)) =>
  write((tx) => addCdrPart(tx, operatorId(), id, n, new Uint8Array(content)));
const start = (id: string, parts: number) => write((tx) => startCdrImport(tx, operatorId(), id, parts));
const parts = () => company.make.sql("SELECT import_id, part FROM cdr_import_part ORDER BY part");

describe("sending", () => {
  test("is over when just the parts that were sent are here; a repeat starts nothing new", async () => {
    const id = await newFile();
    await part(id, 0);
    await part(id, 0);
    await part(id, 2);
    await expect(start(id, 3)).rejects.toMatchObject({ code: "invalid_state" });
    await expect(start(id, 1), "parts behind the last").rejects.toMatchObject({ code: "invalid_state" });
    await part(id, 1);
    const [one, two] = await Promise.all([start(id, 3), start(id, 3)]);
    expect(one).toBe(two);
    expect(await company.make.sql("SELECT FROM task WHERE id = $1", [one])).toHaveLength(1);
    await expect(part(id, 3), "once it is complete").rejects.toMatchObject({ code: "invalid_state" });
  });

  test("that was given up is let go of with the next file, after a day", async () => {
    const id = await newFile();
    await part(id, 0);
    await newFile();
    expect(await parts()).toContainEqual({ import_id: id, part: 0 });
    await company.make.sql("UPDATE cdr_import SET created_at = now() - interval '25 hours' WHERE id = $1", [id]);
    await newFile();
    expect(await parts()).not.toContainEqual({ import_id: id, part: 0 });
  });

  test("what is no gzip is damage, in words", async () => {
    const id = await newFile();
    await part(id, 0, Buffer.from("nothing of the kind"));
    await start(id, 1);
    const done = await company.files.run(id);
    expect(done.task).toMatchObject({ state: "failed", error: expect.stringMatching(/damaged: send it again/) });
    expect(await company.listed()).toEqual([]);
  });
});

describe("a file that was taken out again", () => {
  test("cannot go on from the middle, where it would miss every call of ours", async () => {
    const made = await company.talked(company.at(0), 60);
    const [from, to] = [company.at(-60).toISOString(), company.at(600).toISOString()];
    const id = await company.files.send(company.record(made, 60), { ...pbx, from, to });
    const { query } = db.pool;
    const pool = {
      ...db.pool,
      query: ((name, text, values) =>
        name === "cdr_missing" ? Promise.reject(new Error("killed")) : query(name, text, values)) as typeof query,
    };
    await expect(company.files.run(id, { pool })).rejects.toThrow("killed");
    const { task } = await company.files.look(id);
    await company.make.sql("UPDATE task SET state = 'failed' WHERE id = $1", [task?.id]);
    expect(await write((tx) => forgetCdrImport(tx, operatorId(), id))).toBe(1);
    expect((await company.files.look(id)).forgottenAt).toBeInstanceOf(Date);
    await write((tx) => resumeTask(tx, operatorId(), task?.id ?? ""));
    const done = await company.files.run(id);
    expect(done.task).toMatchObject({ state: "failed", error: expect.stringMatching(/taken out again: send it/) });
    expect(await company.listed()).toEqual([]);
  });

  test("nor one that was refused, when somebody lets it go on all the same", async () => {
    await company.talked(company.at(0), 60);
    const [from, to] = [company.at(-60).toISOString(), company.at(600).toISOString()];
    const lines = Array.from({ length: 120 }, (_, i) =>
      company.record({ call: `other-1770000000.${i}`, id: "", startedAt: company.at(i) }, 5, { endpoint: "not-ours" }),
    );
    const id = await company.files.send(lines.join(""), { ...pbx, from, to });
    const refused = await company.files.run(id);
    expect(refused.task?.error).toMatch(/Only 0 of 120/);
    await write((tx) => resumeTask(tx, operatorId(), refused.task?.id ?? ""));
    expect((await company.files.run(id)).task?.error).toMatch(/taken out again: send it/);
    expect(await company.listed()).toEqual([]);
  });
});

test("a trial whose worker died after its records went still tells what it found", async () => {
  const made = await company.talked(company.at(0), 60);
  const id = await company.files.send(company.record(made, 90), { ...pbx, dryRun: true });
  const { query } = db.pool;
  const dying = {
    ...db.pool,
    query: (async (name, text, values) => {
      if (name === "task_end") throw new Error("killed");
      return query(name, text, values);
    }) as typeof query,
  };
  await expect(company.files.run(id, { pool: dying })).rejects.toThrow("killed");
  expect(await company.make.sql("SELECT FROM cdr_row")).toEqual([]);
  const done = await company.files.run(id);
  expect(done.result).toMatchObject({ records: 1, matched: 1, dryRun: true });
  expect(done.result?.found).toEqual({ cdr_duration: { EUR: { count: 1, micros: "15000" } } });
  expect(await company.listed()).toEqual([]);
});

test("a worker that is killed while it matches is followed by one that comes to the same", async () => {
  const calls = [];
  for (let i = 0; i < 8; i += 1) calls.push(await company.talked(company.at(i * 700), 30, `4930999${1000 + i}`));
  const lines = calls.map(
    ({ startedAt }, i) => `${startedAt.toISOString()},+4930999${1000 + i},${i === 3 ? 50 : 30},0.01,k${i}\n`,
  );
  const file = `start,to,duration,cost,id\n${lines.join("")}broken\n`;
  const whole = (await company.files.read(file, carrier)).result;
  const expected = await company.listed();
  expect(expected).toHaveLength(1);
  await company.make.sql("TRUNCATE difference, cdr_row, cdr_match, cdr_problem");

  const id = await company.files.send(file, carrier);
  const taskId = (await company.files.look(id)).task?.id ?? "";
  await killedWhileWaiting({
    program: "run-task-child",
    words: [db.appUrl, operatorId(), taskId],
    hold: async () => {
      await db.owner.query("BEGIN");
      await db.owner.query("LOCK TABLE cdr_match IN EXCLUSIVE MODE");
    },
    waits: () => lockAwaited(db, "relation = 'cdr_match'::regclass"),
    letGo: () => db.owner.query("COMMIT"),
  });
  await company.make.sql("UPDATE task SET heartbeat_at = now() - interval '1 minute' WHERE id = $1", [taskId]);
  expect((await company.files.run(id)).result).toEqual(whole);
  expect(await company.listed()).toEqual(expected);
});
