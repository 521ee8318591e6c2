import { randomUUID } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { runCli } from "@/test/server/cli/run-cli";
import { type Branches, makeBranches } from "@/test/support/branch";
import { callerFor } from "@/test/support/caller";
import { createDatabase, type TestDatabase } from "@/test/support/database";
import { taskContext } from "@/test/support/task-context";
import { taskWorks } from "@/workers/tasks/all";
import { runTask } from "@/workers/tasks/run-task";

let db: TestDatabase;
let branches: Branches;
let owner: string;
beforeAll(async () => {
  db = await createDatabase();
  branches = await makeBranches(db);
  owner = await branches.seat(branches.reseller, "owner");
  await branches.build.topUp(branches.reseller, 100_000_000n);
  const plan = await branches.build.plan(branches.reseller, { "49": { perMinute: 10_000n } });
  await branches.build.sql("UPDATE plan SET name = 'Office' WHERE id = $1", [plan]);
});
afterAll(() => db.drop());

const ours = { tenantSlug: "ours" };
const as = (userId: string) => callerFor(db.app, userId).tenantImports;
const HEAD = "Company;Short name;Owner mail;Tariff;Opening credit;Daily cap;Channels;Time zone;Colour";
const row = (slug: string, more: readonly string[] = []) =>
  [`Kontor ${slug}`, slug, `owner@${slug}.example`, ...more].join(";");
const csvOf = (...rows: readonly string[]) => [HEAD, ...rows].join("\r\n");
const send = (csv: string, more: { partly?: boolean; dryRun?: boolean } = {}) =>
  as(owner).importFile({ ...ours, csv, partly: false, ...more });
const work = (taskId: string) =>
  runTask(taskContext({ db: db.app, pool: db.pool }, branches.reseller.tenantId), taskId, taskWorks);
const name = () => `k${randomUUID().slice(0, 8)}`;
const wallet = () => branches.build.wallet(branches.reseller);
const tenantOf = async (slug: string) =>
  (
    await branches.build.sql<Record<string, unknown>>(
      `SELECT t.name, t.kind, t.time_zone, t.currency, (SELECT name FROM plan p WHERE p.id = t.plan_id) AS plan, w.posted_micros, t.daily_cap_micros,
         t.max_calls, (SELECT count(*)::int FROM invitation i WHERE i.tenant_id = t.id AND i.email = 'owner@' || t.slug || '.example') AS invited,
         (SELECT count(*)::int FROM extension e WHERE e.tenant_id = t.id) AS phones
       FROM tenant t JOIN wallet w ON w.tenant_id = t.id WHERE t.slug = $1`,
      [slug],
    )
  )[0];
const dbCount = async (table: string) =>
  (await branches.build.one<{ n: number }>(`SELECT count(*)::int AS n FROM ${table}`)).n;

describe("a file of tenants", () => {
  test("is looked at without making anything: columns, rows, and what it does to the wallet", async () => {
    const [a, b] = [name(), name()];
    const before = [await dbCount("tenant"), await dbCount("tenant_import"), await wallet()];
    const csv = csvOf(row(a, ["office", "10.00", "25", "2", "Europe/Berlin"]), row(b, ["Office", "5.50"]));
    const look = await send(csv, { dryRun: true });
    expect(look).toMatchObject({ lines: 2, good: 2, problemCount: 0, madeBefore: 0, job: null });
    expect(look.columns.filter(({ field }) => field === null)).toEqual([{ column: "Colour", field: null }]);
    const { creditMicros, beforeMicros, afterMicros } = look.money;
    expect([creditMicros, (beforeMicros ?? 0n) - (afterMicros ?? 0n)]).toEqual([15_500_000n, 15_500_000n]);
    expect([await dbCount("tenant"), await dbCount("tenant_import"), await wallet()]).toEqual(before);
  });

  test("says of each wrong row its line, its column and why, and makes the good ones when asked", async () => {
    const [good, twice] = [name(), name()];
    const csv = csvOf(
      row(good, ["Office", "1.00"]),
      row("Bad Name", ["Office"]),
      row("inside"),
      row(twice),
      row(twice),
      row(name(), ["Nowhere"]),
      row(name(), ["Office", "-5"]),
      row(name(), ["", "", "", "many"]),
      row(name(), ["", "", "", "", "Europe/Nowhere"]),
      `;${name()};no address`,
      `"open;x;y`,
    );
    const look = await send(csv);
    expect(look.job).toBeNull();
    const told = look.problems.map(({ line, column, reason }) => `${line} ${column}: ${reason}`);
    expect(told).toEqual([
      "3 Short name: Begin with a lower-case letter.",
      "3 Short name: Use lower-case letters, digits and hyphens only.",
      "3 Owner mail: This is not an e-mail address.",
      "4 Short name: It is in use already.",
      "6 Short name: It is in line 5 already.",
      "7 Tariff: You have no plan of that name.",
      "8 Opening credit: The amount must not be negative.",
      "9 Channels: Use a whole number.",
      "10 Time zone: Use a time zone's name, such as Europe/Berlin.",
      "11 Company: It is missing.",
      "11 Owner mail: This is not an e-mail address.",
      "12 : A quotation mark is left open.",
    ]);
    const { job, good: count } = await send(csv, { partly: true });
    expect(count).toBe(2);
    await work(job?.taskId ?? "");
    expect(await tenantOf(good)).toMatchObject({ plan: "Office", posted_micros: "1000000", invited: 1, phones: 1 });
    expect(await tenantOf(twice)).toMatchObject({ plan: null, posted_micros: "0" });
  });

  test("makes each tenant as a whole, with its caps, by the money of whoever imports, and says so in both trails", async () => {
    const slug = name();
    const before = BigInt((await wallet()).posted);
    const { job } = await send(csvOf(row(slug, ["Office", "10.00", "25", "2", "Europe/Berlin"])));
    await work(job?.taskId ?? "");
    expect(await tenantOf(slug)).toMatchObject({
      kind: "customer",
      time_zone: "Europe/Berlin",
      plan: "Office",
      posted_micros: "10000000",
      daily_cap_micros: "25000000",
      max_calls: 2,
    });
    expect(BigInt((await wallet()).posted)).toBe(before - 10_000_000n);
    expect(await branches.build.sql("SELECT * FROM ledger_check()")).toEqual([]);
    const events = await branches.build.sql<{ after: { slug: string; by: string } }>(
      "SELECT after FROM audit_event WHERE action = 'tenant.create' AND after ->> 'slug' = $1",
      [slug],
    );
    expect(events).toHaveLength(2);
    expect(events[0]?.after.by).toBe(`user:${owner}`);
    expect(await branches.build.sql("SELECT asked FROM tenant_import_row WHERE slug = $1", [slug])).toEqual([
      { asked: {} },
    ]);
  });

  test("sent again makes nobody twice, and pays nobody twice", async () => {
    const [a, b] = [name(), name()];
    const csv = csvOf(row(a, ["", "2.00"]), row(b, ["", "2.00"]));
    const first = await send(csv);
    const second = await send(csv);
    // Both were asked for before either began; both jobs run, at once.
    const before = BigInt((await wallet()).posted);
    const ended = await Promise.allSettled([work(first.job?.taskId ?? ""), work(second.job?.taskId ?? "")]);
    expect(ended.filter(({ status }) => status === "rejected")).toEqual([]);
    expect(BigInt((await wallet()).posted)).toBe(before - 4_000_000n);
    const results = await Promise.all(
      [first, second].map(({ job }) => as(owner).result({ ...ours, tenantImportId: job?.importId ?? "" })),
    );
    expect(results.reduce((sum, { made }) => sum + made, 0)).toBe(2);
    expect(results.reduce((sum, { refused }) => sum + refused, 0)).toBe(2);
    expect(await send(csv)).toMatchObject({ good: 0, madeBefore: 2, problemCount: 0, job: null });
  });

  test("goes on where it was stopped, and what is refused meanwhile stops no other", async () => {
    const slugs = [name(), name(), name()];
    const { job } = await send(csvOf(...slugs.map((slug) => row(slug, ["", "1.00"]))));
    const [taskId, importId] = [job?.taskId ?? "", job?.importId ?? ""];
    await branches.build.tenant("customer", branches.theirs, { slug: slugs[1] ?? "" });
    // Whoever works dies after the first tenant: nothing is left of the second, and the next goes on.
    const dying = { ...taskWorks };
    const real = taskWorks["tenant.import"];
    dying["tenant.import"] = (run, ctx) =>
      real?.({ ...run, report: () => Promise.reject(new Error("killed")) }, ctx) ??
      Promise.reject(new Error("no such work"));
    const ctx = taskContext({ db: db.app, pool: db.pool }, branches.reseller.tenantId);
    await expect(runTask(ctx, taskId, dying)).rejects.toThrow("killed");
    expect(await as(owner).result({ ...ours, tenantImportId: importId })).toMatchObject({
      made: 1,
      refused: 0,
      waiting: 2,
    });
    await work(taskId);
    const done = await as(owner).result({ ...ours, tenantImportId: importId });
    expect(done).toMatchObject({ made: 2, refused: 1, waiting: 0 });
    expect(done.lines[1]).toMatchObject({ state: "refused", problem: expect.stringContaining("already in use") });
    expect(
      await as(owner).importFile({ ...ours, csv: csvOf(row(name(), ["", "1.00"])), partly: true, dryRun: true }),
    ).toMatchObject({ good: 1 });
  });

  test("moves no money without the right to, and no more than there is", async () => {
    const admin = await branches.seat(branches.reseller, "admin");
    expect(
      (await as(admin).importFile({ ...ours, csv: csvOf(row(name(), ["", "1.00"])), partly: false })).job,
    ).not.toBeNull();
    const rich = send(csvOf(row(name(), ["", "400.00"])));
    await expect(rich).rejects.toMatchObject({ message: "insufficient_funds" });
    const support = await branches.seat(branches.reseller, "support");
    await expect(as(support).importFile({ ...ours, csv: csvOf(row(name())), partly: false })).rejects.toMatchObject({
      message: "forbidden",
    });
  });

  test("gives no credit on that was only lent", async () => {
    await branches.build.sql("UPDATE wallet SET credit_limit_micros = 500000000 WHERE tenant_id = $1", [
      branches.reseller.tenantId,
    ]);
    const look = await send(csvOf(row(name(), ["", "400.00"])), { dryRun: true });
    const { available } = await branches.build.one<{ available: string }>(
      "SELECT (posted_micros - held_micros)::text AS available FROM wallet WHERE tenant_id = $1",
      [branches.reseller.tenantId],
    );
    expect(look.money.beforeMicros).toBe(BigInt(available));
    await expect(send(csvOf(row(name(), ["", "400.00"])))).rejects.toMatchObject({ message: "insufficient_funds" });
    await branches.build.sql("UPDATE wallet SET credit_limit_micros = 0 WHERE tenant_id = $1", [
      branches.reseller.tenantId,
    ]);
  });

  test("of the operator's wants a second person for all of it together, not only for each row", async () => {
    const house = await branches.seat(branches.operator, "owner");
    const ask = (each: string) =>
      as(house).importFile({
        tenantSlug: "operator",
        csv: csvOf(row(name(), ["", each]), row(name(), ["", each])),
        partly: false,
      });
    await expect(ask("600.00")).rejects.toMatchObject({ message: "invalid_input" });
    expect((await ask("500.00")).job).not.toBeNull();
  });

  test("makes no more once who sent it has lost the seat or the right, and one unreadable line stops no other", async () => {
    const { build, reseller } = branches;
    const leaver = await branches.seat(reseller, "admin");
    const file = (...rows: string[]) => as(leaver).importFile({ ...ours, csv: csvOf(...rows), partly: false });
    const [broken, good, late] = [name(), name(), name()];
    const first = await file(row(broken), row(good));
    await build.sql("UPDATE tenant_import_row SET asked = '{}' WHERE slug = $1", [broken]);
    await work(first.job?.taskId ?? "");
    expect(await as(owner).result({ ...ours, tenantImportId: first.job?.importId ?? "" })).toMatchObject({
      ...{ made: 1, refused: 1, waiting: 0 },
      lines: [{ state: "refused", problem: expect.stringContaining("cannot be read") }, { state: "made" }],
    });
    const second = await file(row(late, ["", "1.00"]));
    await build.sql("UPDATE seat SET role = 'viewer' WHERE user_id = $1", [leaver]);
    await work(second.job?.taskId ?? "");
    const third = await as(owner).result({ ...ours, tenantImportId: second.job?.importId ?? "" });
    expect(third).toMatchObject({ made: 0, refused: 1, lines: [{ problem: expect.stringContaining("may not") }] });
    expect(await tenantOf(late)).toBeUndefined();
  });

  test("belongs to who sent it", async () => {
    const { job } = await send(csvOf(row(name())));
    const theirs = await branches.seat(branches.theirs, "owner");
    const asked = as(theirs).result({ tenantSlug: "theirs", tenantImportId: job?.importId ?? "" });
    await expect(asked).rejects.toMatchObject({ message: "not_found" });
    const inside = await branches.seat(branches.customer, "owner");
    const below = as(inside).importFile({ tenantSlug: "inside", csv: csvOf(row(name())), partly: false });
    await expect(below).rejects.toMatchObject({ message: "invalid_state" });
  });

  test.each([
    ["no line of names", "a;b;c\r\n1;2;3"],
    ["two columns of one meaning", "name;company;slug;mail\r\na;b;c;d"],
    ["no row", "name;slug;mail\r\n"],
  ])("with %s is refused", async (_what, csv) => {
    await expect(send(csv)).rejects.toMatchObject({ message: "invalid_input" });
  });

  test("of too many rows is refused", async () => {
    const csv = csvOf(...Array.from({ length: 1_001 }, (_, at) => row(`row-${at}`)));
    await expect(send(csv)).rejects.toMatchObject({ message: "too_large" });
  });

  test("is made by the command line alike", async () => {
    const slug = name();
    const file = path.join(tmpdir(), `${slug}.csv`);
    await writeFile(file, csvOf(row(slug, ["Office", "3.00"]), row("inside")));
    const run = async (...more: string[]) => {
      const { out, code } = await runCli(db.appUrl, ["tenant", "import", file, "--parent", "ours", ...more, "--json"]);
      return { code, ...(JSON.parse(out) as { good: number; made: number; problems: unknown[] }) };
    };
    expect(await run("--dry-run")).toMatchObject({ code: 0, good: 1, made: 0 });
    expect(await run()).toMatchObject({ made: 0, problems: [{ line: 3 }] });
    expect(await tenantOf(slug)).toBeUndefined();
    expect(await run("--partly")).toMatchObject({ code: 0, good: 1, made: 1 });
    expect(await tenantOf(slug)).toMatchObject({ plan: "Office", posted_micros: "3000000" });
  });
});
