import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";

import type { SqlPool } from "@/server/infra/db/pool";
import { type CdrCompany, cdrCompany, type MadeCall } from "@/test/support/cdr-company";
import { createDatabase, type TestDatabase } from "@/test/support/database";

let db: TestDatabase;
let company: CdrCompany;
let make: CdrCompany["make"];
let operator: CdrCompany["operator"];
let files: CdrCompany["files"];
let talked: CdrCompany["talked"];
let at: CdrCompany["at"];
let record: CdrCompany["record"];
let listed: CdrCompany["listed"];
let resultOf: CdrCompany["resultOf"];
beforeAll(async () => {
  db = await createDatabase();
  company = await cdrCompany(db);
  ({ make, operator, files, talked, at, record, listed, resultOf } = company);
});
afterAll(() => db.drop());
beforeEach(() => company.fresh());

const pbx = { format: "master", source: "pbx1" } as const;
const carrier = { format: "carrier", source: "wholesale", currency: "EUR" } as const;

describe("a carrier's file", () => {
  const heading = "Start Time;From;Called Number;Billed Seconds;Cost (EUR);Call ID\n";
  const line = (startedAt: Date, number: string, seconds: number, cost: string, id = "") =>
    `${startedAt.toISOString()};101;+${number};${seconds};${cost};${id}\n`;

  test("is matched by number, begin and talk time, each call once, whatever the order", async () => {
    const [a, b] = [await talked(at(0), 60, "493099900001"), await talked(at(4), 20, "493099900001")];
    const file = heading + line(at(6), "493099900001", 20, "0,005") + line(at(5), "493099900001", 60, "0,010");
    const done = await files.read(file, carrier);
    expect(resultOf(done)).toMatchObject({ records: 2, matched: 2, found: {} });
    const matched = await make.sql<{ talk: number; call_id: string }>(
      "SELECT r.talk_ms::int AS talk, m.call_id FROM cdr_row r JOIN cdr_match m USING (import_id, line) ORDER BY talk",
    );
    expect(matched).toEqual([
      { talk: 20_000, call_id: b.id },
      { talk: 60_000, call_id: a.id },
    ]);
  });

  test("lists charges without a call, calls it does not have, talk times and prices that differ, with the money", async () => {
    const [first, longer, dear, absent, last] = [
      await talked(at(0), 60, "493099900011"),
      await talked(at(600), 60, "493099900012"),
      await talked(at(1_200), 60, "493099900013"),
      await talked(at(1_800), 60, "493099900014"),
      await talked(at(2_400), 60, "493099900015"),
    ];
    const file =
      heading +
      line(at(3), "493099900011", 60, "0,02") +
      line(at(603), "493099900012", 90, "0,03") +
      line(at(1_203), "493099900013", 60, "0,0312345") +
      line(at(1_500), "493099900099", 120, "1,25", "stray") +
      line(at(2_403), "493099900015", 62, "0,03");
    await files.read(file, carrier);
    const key = (await make.one<{ key: string }>("SELECT key FROM cdr_row WHERE number = '493099900099'")).key;
    expect(await listed()).toEqual([
      ["call_missing_at_carrier", absent.id, "30000", "EUR"],
      ["carrier_charge_without_call", key, "1250000", "EUR"],
      ["carrier_duration", longer.id, "10000", "EUR"],
      ["carrier_price", dear.id, "1235", "EUR"],
    ]);
    expect([first.id, last.id]).not.toContain(absent.id);
  });

  test("heals what was missing when a later file has it, and leaves alone what a person closed", async () => {
    const [first, late, closed, last] = [
      await talked(at(0), 60, "493099900021"),
      await talked(at(600), 60, "493099900022"),
      await talked(at(900), 60, "493099900023"),
      await talked(at(1_200), 60, "493099900024"),
    ];
    const ends =
      heading + line(at(3), "493099900021", 60, "0,02", "1") + line(at(1_203), "493099900024", 60, "0,02", "2");
    await files.read(ends, carrier);
    expect((await listed()).map(([, subject]) => subject).sort()).toEqual([late.id, closed.id].sort());
    await make.sql(
      "UPDATE difference SET healed_at = now(), resolved_by = 'user:me', resolution = 'known' WHERE subject = $1",
      [closed.id],
    );
    await files.read(ends + line(at(603), "493099900022", 60, "0,02", "3"), { ...carrier, anyway: true });
    expect(await listed()).toEqual([]);
    expect([first, last]).toHaveLength(2);
  });

  test("costs in another currency are not compared, and not added to ours", async () => {
    const made = await talked(at(0), 60, "493099900031");
    const file = `start,to,duration,cost,currency\n${at(3).toISOString()},+493099900031,120,99.5,USD\n`;
    const done = await files.read(file, { ...carrier, expectAll: false });
    expect(await listed()).toEqual([["carrier_duration", made.id, "49750000", "USD"]]);
    expect(resultOf(done).found).toEqual({ carrier_duration: { USD: { count: 1, micros: "49750000" } } });
  });

  test("without a heading of ours is refused with what it has instead", async () => {
    const done = await files.read("Datum;Ziel\n1;2\n", carrier);
    expect(done.task).toMatchObject({ state: "failed" });
    expect(done.task?.error).toMatch(/start, to, duration; it has: Datum, Ziel/);
  });
});

describe("a file that is not what it says", () => {
  test("rubbish, a line without end, zero bytes, odd letters and formulas are told line by line, and the rest is read", async () => {
    const made = await talked(at(0), 60);
    const file = Buffer.concat([
      Buffer.from("rubbish\n"),
      Buffer.alloc(10_000_000, 0x61),
      Buffer.from(`\n"open quote,1,2\n\u0000\n`),
      Buffer.from(record(made, 60, { clid: "=HYPERLINK(\"http://x\") +cmd|' /C calc'!A0" })),
      Buffer.from([0xfc, 0x62, 0x65, 0x72, 0x0a]),
      Buffer.from(record(made, 60, { clid: "=HYPERLINK(\"http://x\") +cmd|' /C calc'!A0" })),
    ]);
    const done = await files.read(file, pbx);
    expect(resultOf(done)).toMatchObject({ lines: 7, records: 1, matched: 1, problems: 5, repeatedHere: 1 });
    const problems = await make.sql("SELECT line, column_number AS col, reason FROM cdr_problem ORDER BY line");
    expect(problems).toEqual([
      { line: 1, col: 0, reason: "has 1 columns, a record has 16 to 21" },
      { line: 2, col: 0, reason: "is too long to be a record" },
      { line: 3, col: 0, reason: "a quote is left open" },
      { line: 4, col: 0, reason: "holds a zero byte" },
      { line: 6, col: 0, reason: "has 1 columns, a record has 16 to 21" },
      { line: 7, col: 0, reason: "repeats line 5; it is counted once" },
    ]);
  });

  test.each([
    ["UTF-16", Buffer.from("\ufeffstart,to\n", "utf16le"), /UTF-16/],
    ["nothing but a heading of another file", Buffer.from("a,b,c\n"), /names no column for/],
  ])("%s is refused in words", async (_what, content, words) => {
    const done = await files.read(content, carrier);
    expect(done.task).toMatchObject({ state: "failed" });
    expect(done.task?.error).toMatch(words);
    expect(await listed()).toEqual([]);
  });

  test("a hundred records of which hardly any is ours are refused, and leave no trace", async () => {
    const lines = Array.from({ length: 120 }, (_, i) =>
      record({ call: `other-1770000000.${i}`, id: "", startedAt: at(i) }, 5, { endpoint: "not-ours" }),
    );
    const done = await files.read(lines.join(""), pbx);
    expect(done.task).toMatchObject({ state: "failed" });
    expect(done.task?.error).toMatch(/Only 0 of 120 records are calls of ours/);
    expect(await make.sql("SELECT FROM cdr_row")).toEqual([]);
    expect(await listed()).toEqual([]);
  });
});

/** A database that goes away after so many statements of a kind, as when a worker is killed between two steps. */
function dying(pool: SqlPool, statement: string, after: number): SqlPool {
  let left = after;
  return {
    close: () => pool.close(),
    query: async (name, text, values) => {
      if (name === statement && left-- <= 0) throw new Error("killed");
      return pool.query(name, text, values);
    },
  };
}

test("killed at any step and gone on with, it comes to the same as in one go", async () => {
  const calls: MadeCall[] = [];
  for (let i = 0; i < 30; i += 1) calls.push(await talked(at(i * 700), 30, `4930888${1000 + i}`));
  const lines = calls.map(
    ({ startedAt }, i) =>
      `${startedAt.toISOString()},+4930888${1000 + i},${i % 7 === 0 ? 50 : 30},${i % 5 === 0 ? "0.5" : "0.01"},id${i}\n`,
  );
  lines.splice(9, 1);
  // Two calls at almost one time, which must be weighed against each other.
  for (const seconds of [30_000, 30_004]) {
    const { startedAt } = await talked(at(seconds), 30, "493088899999");
    lines.push(`${startedAt.toISOString()},+493088899999,30,0.01,rival${seconds}\n`);
  }
  const file = `start,to,duration,cost,id\n${lines.join("")}broken\n`;
  const state = async () => ({
    listed: await listed(),
    rows: await make.sql(
      "SELECT key, line, m.call_id FROM cdr_row LEFT JOIN cdr_match m USING (import_id, line) ORDER BY key",
    ),
    problems: await make.sql("SELECT line, reason FROM cdr_problem ORDER BY line"),
  });
  const whole = resultOf(await files.read(file, carrier));
  const expected = await state();
  expect(expected.listed.length).toBeGreaterThan(8);
  for (const statement of [
    "cdr_part",
    "cdr_ingest",
    "task_report",
    "cdr_match_plain",
    "cdr_candidates",
    "cdr_match",
    "cdr_carrier_doubts",
    "differences_show",
    "cdr_missing",
  ]) {
    await make.sql("TRUNCATE difference, cdr_row, cdr_match, cdr_problem");
    const id = await files.send(file, carrier);
    await expect(files.run(id, { pool: dying(db.pool, statement, 0) })).rejects.toThrow("killed");
    const done = await files.run(id);
    expect(done.task).toMatchObject({ state: "done" });
    expect(resultOf(done)).toEqual(whole);
    expect(await state()).toEqual(expected);
  }
});

test("a file that was taken out again can be read with other settings", async () => {
  const made = await talked(at(0), 60);
  const id = await files.send(record(made, 90), pbx);
  await files.run(id);
  expect(await listed()).toHaveLength(1);
  const { forgetCdrImport } = await import("@/server/domain/cdr-import/imports");
  const { writeTenant } = await import("@/server/infra/db/write-tenant");
  const tenantId = operator.tenantId as Parameters<typeof forgetCdrImport>[1];
  expect(await writeTenant(db.app, { tenantId }, (tx) => forgetCdrImport(tx, tenantId, id))).toBe(1);
  expect(await listed()).toEqual([]);
  await files.read(record(made, 90), { ...pbx, talkToleranceSeconds: 60 });
  expect(await listed()).toEqual([]);
});
