import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";

import { type CdrCompany, cdrCompany, type MadeCall } from "@/test/support/cdr-company";
import { masterLine } from "@/test/support/cdr-files";
import { createDatabase, type TestDatabase } from "@/test/support/database";

let db: TestDatabase;
let company: CdrCompany;
let make: CdrCompany["make"];
let desk: CdrCompany["desk"];
let operator: CdrCompany["operator"];
let acme: CdrCompany["acme"];
let phone: CdrCompany["phone"];
let files: CdrCompany["files"];
let open: CdrCompany["open"];
let talked: CdrCompany["talked"];
let differences: CdrCompany["differences"];
let at: CdrCompany["at"];
let record: CdrCompany["record"];
let listed: CdrCompany["listed"];
let resultOf: CdrCompany["resultOf"];
beforeAll(async () => {
  db = await createDatabase();
  company = await cdrCompany(db);
  ({ make, desk, operator, acme, phone, files, open, talked, differences, at, record, listed, resultOf } = company);
});
afterAll(() => db.drop());
beforeEach(() => company.fresh());

const pbx = { format: "master", source: "pbx1" } as const;

describe("Asterisk's Master.csv", () => {
  test("that agrees lists nothing; the same file again is nothing new", async () => {
    const calls = [await talked(at(0), 60), await talked(at(100), 30), await talked(at(200), 5)];
    const file = calls.map((call, i) => record(call, [60, 30, 5][i] ?? 0)).join("");
    const first = await files.read(file, pbx);
    expect(first.task).toMatchObject({ state: "done", error: null });
    expect(resultOf(first)).toMatchObject({ records: 3, matched: 3, problems: 0, found: {}, settled: 0 });
    const again = await files.read(file, pbx);
    expect(resultOf(again)).toMatchObject({ records: 0, repeatedElsewhere: 3, found: {} });
    expect(again.sha256).toBe(first.sha256);
    expect(await listed()).toEqual([]);
    expect(await make.sql("SELECT FROM cdr_row")).toHaveLength(3);
    expect(await make.sql("SELECT FROM cdr_import_part")).toEqual([]);
  });

  test("settles a call that is still open, once, and releases one that nobody answered", async () => {
    const [answered, missed, live] = [await open(at(0)), await open(at(10)), await open(at(20))];
    const before = await make.wallet(acme);
    const file = record(answered, 42) + record(missed, 0) + record(live, 9);
    const channel = { uniqueId: live.call } as const;
    const ami = {
      status: () => ({ connected: true }),
      liveChannels: async () => [channel],
    } as unknown as NonNullable<Parameters<typeof files.run>[1]>["ami"];
    const done = await files.read(file, pbx, { ami });
    expect(resultOf(done)).toMatchObject({ settled: 2, found: {} });
    const rows = await make.sql(
      "SELECT state, talk_ms::int AS talk, source FROM call WHERE id = ANY ($1) ORDER BY started_at",
      [[answered.id, missed.id, live.id]],
    );
    expect(rows).toEqual([
      { state: "ended", talk: 42_000, source: "spool" },
      { state: "ended", talk: 0, source: "spool" },
      { state: "authorised", talk: null, source: null },
    ]);
    await files.read(`${file}\n`, { ...pbx, anyway: true });
    expect(before.posted - (await make.wallet(acme)).posted).toBe(42_000n);
    await desk.settle(live.call, 0);
  });

  test("lists a talk time that differs by more than the tolerance, with the part of the money that it is", async () => {
    const [equal, edge, longer, shorter] = [
      await talked(at(0), 60),
      await talked(at(100), 60),
      await talked(at(200), 60),
      await talked(at(300), 60),
    ];
    const file = record(equal, 60) + record(edge, 62) + record(longer, 63) + record(shorter, 30);
    await files.read(file, pbx);
    // The operator takes half a cent a second of it: 30 000 a minute.
    expect((await listed()).sort((a, b) => Number(a[2]) - Number(b[2]))).toEqual([
      ["cdr_duration", longer.id, "1500", "EUR"],
      ["cdr_duration", shorter.id, "15000", "EUR"],
    ]);
    expect((await differences()).every(({ tenant_id }) => tenant_id === operator.tenantId)).toBe(true);
  });

  test("with seconds rounded up, one second longer is equal", async () => {
    const made = await talked(at(0), 60);
    await files.read(record(made, 63), { ...pbx, initiatedSeconds: true });
    expect(await listed()).toEqual([]);
  });

  test("lists calls that it does not have, between its first and its last record", async () => {
    const [first, gone, last, after] = [
      await talked(at(0), 60),
      await talked(at(1_000), 20),
      await talked(at(2_000), 60),
      await talked(at(3_000), 60),
    ];
    await files.read(record(first, 60) + record(last, 60), pbx);
    expect(await listed()).toEqual([["call_missing_in_cdr", gone.id, "10000", "EUR"]]);
    await make.sql("TRUNCATE difference, cdr_row, cdr_match");
    await files.read(record(first, 60) + record(last, 60), {
      ...pbx,
      from: at(0).toISOString(),
      to: at(4_000).toISOString(),
    });
    expect((await listed()).map(([, subject]) => subject).sort()).toEqual([gone.id, after.id].sort());
    await make.sql("TRUNCATE difference, cdr_row, cdr_match");
    await files.read(record(first, 60) + record(last, 60), { ...pbx, expectAll: false });
    expect(await listed()).toEqual([]);
  });

  test("an answered call that nobody knows is written down and listed; a callee's record and a refusal are none", async () => {
    const stranger = { call: "pbx1-1770009999.1", id: "", startedAt: at(0) };
    const foreign = { call: "pbx1-1770009999.2", id: "", startedAt: at(10) };
    const callee = { call: "pbx1-1770009999.3", id: "", startedAt: at(20) };
    const refused = { call: "pbx1-1770009999.4", id: "", startedAt: at(30) };
    const file =
      record(stranger, 30) +
      record(foreign, 20, { endpoint: "not-ours" }) +
      record(callee, 20, { linkedId: stranger.call }) +
      record(refused, 3, { word: "refuse:x" });
    const done = await files.read(file, pbx);
    expect((await differences()).map(({ kind, tenant_id }) => [kind, tenant_id])).toEqual([
      ["cdr_without_call", operator.tenantId],
      ["record_without_charge", acme.tenantId],
    ]);
    // Half a minute, at the prices of both levels of the chain; a number of which nobody knows a price says so.
    const unheld = (await listed()).find(([kind]) => kind === "record_without_charge");
    expect(unheld?.slice(2)).toEqual(["45000", "EUR"]);
    expect(resultOf(done).found["record_without_charge"]).toEqual({ EUR: { count: 1, micros: "45000" } });
    expect(
      await make.one("SELECT source, talk_ms::int AS talk FROM call WHERE pbx_call_id = $1", [stranger.call]),
    ).toEqual({
      source: "spool",
      talk: 30_000,
    });
  });

  test("several records of one call that nobody knows are one difference, by the longest talk", async () => {
    const foreign = { call: "pbx1-1770009998.1", id: "", startedAt: at(0) };
    const stranger = { call: "pbx1-1770009998.2", id: "", startedAt: at(10) };
    const of = (made: MadeCall, more: object) =>
      [7, 20, 5].map((talk, i) => record(made, talk, { ...more, sequence: i }));
    const done = await files.read([...of(foreign, { endpoint: "not-ours" }), ...of(stranger, {})].join(""), pbx);
    expect(done.task).toMatchObject({ state: "done", error: null });
    expect((await listed()).map(([kind, , micros]) => [kind, micros])).toEqual([
      ["cdr_without_call", "0"],
      ["record_without_charge", "30000"],
    ]);
    expect(await make.sql("SELECT detail->>'theirMs' AS ms FROM difference WHERE kind = 'cdr_without_call'")).toEqual([
      { ms: "20000" },
    ]);
  });

  test("is read without the newer columns, with the caller first, and in local time", async () => {
    const made = await talked(at(0), 60);
    const plain = masterLine({ ...made, endpoint: phone.endpoint, talkSeconds: 60 });
    const fields = plain
      .trimEnd()
      .split('","')
      .map((field) => field.replace(/^"|"$/g, ""));
    const [account = "", src = "", dst = "", context = "", , ...rest] = fields;
    const callerFirst = [
      '""Front door"" <101>',
      src,
      dst,
      context,
      ...rest.slice(0, 11),
      account,
      made.call,
      "out:x",
      "7",
    ];
    const text = `${callerFirst.map((field) => `"${field}"`).join(",")}\n`;
    expect(resultOf(await files.read(plain + text, pbx))).toMatchObject({
      records: 2,
      matched: 2,
      problems: 0,
      found: {},
    });
    const berlin = masterLine({
      ...made,
      startedAt: new Date(made.startedAt.getTime() + 3_600_000),
      endpoint: phone.endpoint,
      talkSeconds: 60,
    });
    await files.read(berlin, { ...pbx, timeZone: "Europe/Berlin" });
    const starts = await make.sql<{ started_at: Date }>("SELECT DISTINCT started_at FROM cdr_row");
    expect(starts.map(({ started_at }) => started_at.toISOString())).toEqual(["2026-03-10T12:00:00.000Z"]);
  });

  test("a trial tells what it would find and keeps nothing", async () => {
    const [made, waiting] = [await talked(at(0), 60), await open(at(50))];
    const done = await files.read(record(made, 90) + record(waiting, 5), { ...pbx, dryRun: true });
    expect(resultOf(done)).toMatchObject({
      dryRun: true,
      records: 2,
      settled: 0,
      found: { cdr_duration: { EUR: { count: 1, micros: "15000" } } },
    });
    expect(await listed()).toEqual([]);
    expect(await make.sql("SELECT FROM cdr_row")).toEqual([]);
    expect(await make.one("SELECT state FROM call WHERE id = $1", [waiting.id])).toEqual({ state: "authorised" });
    await desk.settle(waiting.call, 0);
  });
});
