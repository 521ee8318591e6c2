import { createHash } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import type { ExtensionSort } from "@/server/domain/provisioning/extension-sort.schema";
import { createDatabase, type TestDatabase } from "@/test/support/database";
import { everyRow, type Stage, stage } from "@/test/support/stage";
import { taskContext } from "@/test/support/task-context";
import { taskWorks } from "@/workers/tasks/all";
import { importExtensions } from "@/workers/tasks/import-extensions";
import { runTask, TaskCancelled, type TaskRun } from "@/workers/tasks/run-task";

let db: TestDatabase;
let on: Stage;
const acme = { tenantSlug: "acme" };
const by = () => on.as("customer");
beforeAll(async () => {
  db = await createDatabase();
  on = await stage(db);
});
afterAll(() => db.drop());

const context = () => taskContext({ db: db.app, pool: db.pool }, on.customer.tenantId);
const fileOf = (from: number, count: number) =>
  ["number,name", ...Array.from({ length: count }, (_, at) => `${from + at},Room ${from + at}`)].join("\n");
const numbersFrom = async (from: number, to: number) =>
  (
    await on.sql<{ number: string }>(
      "SELECT number FROM extension WHERE tenant_id = $1 AND number::int BETWEEN $2 AND $3 ORDER BY 1",
      [on.customer.tenantId, from, to],
    )
  ).map(({ number }) => number);
const digestOf = async (sipUsername: string) =>
  (await on.one<{ password_digest: string }>("SELECT password_digest FROM pbx.ps_auths WHERE id = $1", [sipUsername]))
    .password_digest;
const md5Of = (sipUsername: string, secret: string) =>
  createHash("md5").update(`${sipUsername}:ringfence:${secret}`).digest("hex");

describe("a few at once", () => {
  test("a range is made while one waits, each with a secret that works, shown this once", async () => {
    const range = { ...acme, firstNumber: "101", lastNumber: "103", namePattern: "Room {number}", partly: false };
    expect(await by().bulk.createRange({ ...range, dryRun: true })).toMatchObject({
      good: 3,
      made: 0,
      secretsOnce: null,
    });
    expect(await numbersFrom(101, 103)).toEqual([]);
    const { made, secretsOnce, job } = await by().bulk.createRange(range);
    expect({ made, job }).toEqual({ made: 3, job: null });
    expect(secretsOnce?.map(({ number, displayName }) => `${number} ${displayName}`).sort()).toEqual([
      "101 Room 101",
      "102 Room 102",
      "103 Room 103",
    ]);
    for (const { sipUsername, secret } of secretsOnce ?? []) {
      expect(await digestOf(sipUsername)).toContain(`MD5:${md5Of(sipUsername, secret)}`);
    }
    const everything = await everyRow(db);
    for (const { secret } of secretsOnce ?? []) expect(everything).not.toContain(secret);
  });

  test("a file with problems makes nothing, or its good rows, as it was asked", async () => {
    const csv = "ext,name,daily cap\n101,Taken,\n112,Emergency,\n121,Good,5.00\n122,Bad,lots";
    const all = await by().bulk.importFile({ ...acme, csv, partly: false });
    expect(all).toMatchObject({ rows: 4, good: 1, problemCount: 3, made: 0 });
    expect(all.problems.map(({ line, value }) => [line, value])).toEqual([
      [2, "101"],
      [3, "112"],
      [5, "lots"],
    ]);
    expect(await numbersFrom(112, 130)).toEqual([]);
    expect(await by().bulk.importFile({ ...acme, csv, partly: true })).toMatchObject({ made: 1, problemCount: 3 });
    expect(await numbersFrom(112, 130)).toEqual(["121"]);
    const [row] = await on.sql("SELECT daily_cap_micros FROM extension WHERE number = '121'");
    expect(row).toEqual({ daily_cap_micros: "5000000" });
  });

  test("two who make the same range at once: one does, the other is told", async () => {
    const range = { ...acme, firstNumber: "140", lastNumber: "149", namePattern: "Twice", partly: false };
    const answers = await Promise.allSettled([by().bulk.createRange(range), by().bulk.createRange(range)]);
    const made = answers.map((one) => (one.status === "fulfilled" ? one.value.made : 0));
    expect(made.sort()).toEqual([0, 10]);
    expect(await numbersFrom(140, 149)).toHaveLength(10);
  });
});

describe("many, as a job", () => {
  const ask = async (from: number, count: number, partly: boolean) => {
    const { job, secretsOnce } = await by().bulk.importFile({ ...acme, csv: fileOf(from, count), partly });
    expect(secretsOnce).toBeNull();
    if (!job) throw new Error("no job");
    return job;
  };
  const take = (job: { batchId: string; keyOnce: string }, key = job.keyOnce) =>
    by().bulk.takeSecrets({ ...acme, secretBatchId: job.batchId, key });

  test("makes them, and tells their secrets once to whoever asked", async () => {
    const job = await ask(1_000, 600, false);
    await expect(take(job)).rejects.toMatchObject({ message: "invalid_state" });
    await runTask(context(), job.taskId, taskWorks);
    expect(await by().tasks.get({ ...acme, taskId: job.taskId })).toMatchObject({
      state: "done",
      done: 600,
      result: { made: 600, takenCount: 0 },
    });
    expect(await numbersFrom(1_000, 1_599)).toHaveLength(600);
    const before = await everyRow(db);
    expect(before).not.toContain(job.keyOnce);
    await expect(take(job, "A".repeat(43))).rejects.toMatchObject({ message: "invalid_state" });
    const answers = await Promise.allSettled([take(job), take(job)]);
    const [told] = answers.flatMap((one) => (one.status === "fulfilled" ? [one.value.secretsOnce] : []));
    expect(answers.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    expect(told).toHaveLength(600);
    for (const { sipUsername, secret } of (told ?? []).slice(0, 20)) {
      expect(await digestOf(sipUsername)).toContain(md5Of(sipUsername, secret));
      expect(before).not.toContain(secret);
    }
    expect(await on.sql("SELECT 1 FROM extension_batch_part WHERE sealed IS NOT NULL")).toEqual([]);
  });

  test("as a whole: stopped, or with a number taken in between, it leaves none behind", async () => {
    const job = await ask(2_000, 600, false);
    let reports = 0;
    const run: TaskRun = {
      taskId: job.taskId,
      input: { batchId: job.batchId },
      checkpoint: null,
      createdBy: "test",
      report: async () => {
        reports += 1;
        if (reports === 2) throw new TaskCancelled();
      },
    };
    await expect(importExtensions(run, context())).rejects.toBeInstanceOf(TaskCancelled);
    expect(await numbersFrom(2_000, 2_599)).toEqual([]);
    await by().extensions.create({ ...acme, number: "2555", displayName: "In between" });
    await runTask(context(), job.taskId, taskWorks);
    const task = await by().tasks.get({ ...acme, taskId: job.taskId });
    expect(task).toMatchObject({ state: "failed", error: expect.stringContaining("2555") });
    expect(await numbersFrom(2_000, 2_599)).toEqual(["2555"]);
  });

  test("partly: goes on after a runner that died, makes none twice, and loses no secret", async () => {
    const job = await ask(3_000, 600, true);
    const dying: TaskRun = {
      taskId: job.taskId,
      input: { batchId: job.batchId },
      checkpoint: null,
      createdBy: "test",
      // After the part was made, and before anybody wrote down that it was.
      report: () => Promise.reject(new Error("the machine went away")),
    };
    await expect(importExtensions(dying, context())).rejects.toThrow("went away");
    expect(await numbersFrom(3_000, 3_599)).toHaveLength(250);
    await by().extensions.create({ ...acme, number: "3300", displayName: "In between" });
    await runTask(context(), job.taskId, taskWorks);
    const task = await by().tasks.get({ ...acme, taskId: job.taskId });
    expect(task).toMatchObject({ state: "done", result: { made: 599, taken: ["3300"], takenCount: 1 } });
    const { secretsOnce } = await take(job);
    expect(new Set(secretsOnce.map(({ number }) => number)).size).toBe(599);
    for (const { sipUsername, secret } of secretsOnce.slice(0, 10)) {
      expect(await digestOf(sipUsername)).toContain(md5Of(sipUsername, secret));
    }
  });
});

describe("acts on many", () => {
  const idsOf = async (...numbers: string[]) =>
    (
      await on.sql<{ id: string }>("SELECT id FROM extension WHERE tenant_id = $1 AND number = ANY ($2)", [
        on.customer.tenantId,
        numbers,
      ])
    ).map(({ id }) => id);
  const stateOf = async (...numbers: string[]) =>
    (
      await on.sql<{ state: string }>("SELECT state FROM extension WHERE number = ANY ($1) ORDER BY number", [numbers])
    ).map(({ state }) => state);

  test("are done to all of them, and say which in the trail", async () => {
    const extensionIds = await idsOf("101", "102");
    expect(await by().bulk.suspend({ ...acme, extensionIds })).toEqual({ count: 2 });
    expect(await stateOf("101", "102", "103")).toEqual(["suspended", "suspended", "active"]);
    const jobs = await on.sql("SELECT 1 FROM outbox_job WHERE job_name = 'call.hang_up_of_subject'");
    expect(jobs).toHaveLength(2);
    await by().bulk.limit({ ...acme, extensionIds, maxCalls: 5, dailyCap: "3.00" });
    const rows = await on.sql("SELECT max_calls, daily_cap_micros FROM extension WHERE number IN ('101', '102')");
    expect(rows).toEqual(Array(2).fill({ max_calls: 5, daily_cap_micros: "3000000" }));
    await by().bulk.resume({ ...acme, extensionIds });
    expect(await stateOf("101", "102")).toEqual(["active", "active"]);
    const before = await digestOf("acme-101");
    const { secretsOnce } = await by().bulk.rotate({ ...acme, extensionIds });
    expect(secretsOnce.map(({ number }) => number).sort()).toEqual(["101", "102"]);
    expect(await digestOf("acme-101")).not.toBe(before);
    const [last] = await on.sql<{ after: unknown }>(
      "SELECT after FROM audit_event WHERE action = 'extension.rotate_secret' ORDER BY seq DESC LIMIT 1",
    );
    expect(last?.after).toEqual({ count: 2, numbers: "101–102" });
  });

  test("with one of somebody else's among them are done to none", async () => {
    const [foreign] = await on.sql<{ id: string }>(
      `INSERT INTO extension (tenant_id, number, display_name, sip_username) VALUES ($1, '900', 'Theirs', 'theirs-900') RETURNING id`,
      [on.reseller.tenantId],
    );
    const extensionIds = [...(await idsOf("101", "102")), foreign?.id ?? ""];
    for (const act of [
      () => by().bulk.suspend({ ...acme, extensionIds }),
      () => by().bulk.rotate({ ...acme, extensionIds }),
      () => by().bulk.limit({ ...acme, extensionIds, maxCalls: 9 }),
    ]) {
      await expect(act()).rejects.toMatchObject({ message: "not_found" });
    }
    expect(await stateOf("101", "102", "900")).toEqual(["active", "active", "active"]);
  });
});

describe("a long list", () => {
  test("is paged by number, shorter ones first, without a gap or a double", async () => {
    const seen: string[] = [];
    for (let after: string | undefined; ; ) {
      const page = await by().extensions.page({ ...acme, after });
      seen.push(...page.items.map(({ number }) => number));
      if (!page.nextAfter) break;
      after = page.nextAfter;
    }
    const all = (await by().extensions.list(acme)).items.map(({ number }) => number);
    expect(seen).toEqual(all);
    expect(seen.map(Number)).toEqual(seen.map(Number).toSorted((a, b) => a - b));
    expect(new Set(seen).size).toBe(seen.length);
  });

  test("is paged by name and either way round, also when names are the same", async () => {
    await on.sql("UPDATE extension SET display_name = 'Same ~ Ä name' WHERE tenant_id = $1 AND number::int % 3 = 0", [
      on.customer.tenantId,
    ]);
    const seen = async (sort: ExtensionSort) => {
      const rows: { number: string; displayName: string }[] = [];
      for (let after: string | undefined; ; ) {
        const page = await by().extensions.page({ ...acme, sort, after });
        rows.push(...page.items);
        if (!page.nextAfter) return rows.map(({ number, displayName }) => ({ number, name: displayName }));
        after = page.nextAfter;
      }
    };
    const byName = await seen("name");
    const expected = await on.sql(
      `SELECT number, display_name AS name FROM extension WHERE tenant_id = $1 ORDER BY lower(display_name) COLLATE "C", number`,
      [on.customer.tenantId],
    );
    expect(byName).toEqual(expected);
    expect(await seen("-name")).toEqual(byName.toReversed());
    expect(await seen("-number")).toEqual((await seen("number")).toReversed());
    await expect(by().extensions.page({ ...acme, after: "101~%" })).rejects.toMatchObject({ code: "BAD_REQUEST" });
  });

  test("is searched and narrowed", async () => {
    await by().extensions.create({ ...acme, number: "777", displayName: "100% _odd_" });
    await on.sql(
      `INSERT INTO pbx.ps_contacts (id, uri, endpoint, user_agent, expiration_time) VALUES ('acme-101@1', 'sip:acme-101@192.0.2.7:5080', 'acme-101', 'T', $1)`,
      [String(Math.floor(Date.now() / 1_000) + 300)],
    );
    await on.sql("UPDATE extension SET last_seen_at = now() - interval '40 days' WHERE number = '102'");
    const numbers = async (filter: Record<string, unknown>) =>
      (await by().extensions.page({ ...acme, ...filter })).items.map(({ number }) => number);
    expect(await numbers({ text: "0% _" })).toEqual(["777"]);
    expect(await numbers({ text: "twice 149" })).toEqual(["149"]);
    expect(await numbers({ status: "registered" })).toEqual(["101"]);
    expect(await numbers({ status: "offline" })).toEqual(["102"]);
    expect(await numbers({ unusedDays: 30 })).toEqual(["102"]);
    expect(await numbers({ status: "never", text: "777" })).toEqual(["777"]);
    const { total, registered } = await by().extensions.page(acme);
    expect({ total: total > 1_000, registered }).toEqual({ total: true, registered: 1 });
  });

  test("is given as a table that can be read in again", async () => {
    const { csv } = await by().bulk.export(acme);
    const dry = await by().bulk.importFile({ ...acme, csv, partly: true, dryRun: true });
    expect(dry.good).toBe(0);
    expect(new Set(dry.problems.map(({ reason }) => reason))).toEqual(new Set(["It is in use already."]));
    expect(csv.split("\r\n")[1]).toMatch(/^101,Room 101,,5,3\.00/);
  });
});
