import { afterAll, beforeAll, expect, test } from "vitest";

import { matchCalls } from "@/server/domain/cdr-import/match.rules";
import { type CdrCompany, cdrCompany, type MadeCall } from "@/test/support/cdr-company";
import { createDatabase, type TestDatabase } from "@/test/support/database";

let db: TestDatabase;
let company: CdrCompany;
beforeAll(async () => {
  db = await createDatabase();
  company = await cdrCompany(db);
});
afterAll(() => db.drop());

/** The same numbers in every run: what fails once fails again. */
function* dice(): Generator<number> {
  for (let x = 12_345; ; x = (x * 1_103_515_245 + 12_345) % 2_147_483_648) yield x / 2_147_483_648;
}

test("records matched set by set are matched as if all were weighed against all", async () => {
  await company.fresh();
  const roll = dice();
  const next = (below: number) => Math.floor((roll.next().value ?? 0) * below);
  const calls: (MadeCall & { number: string; talkMs: number; begun: number })[] = [];
  for (let i = 0; i < 70; i += 1) {
    const number = `49305550${10 + next(6)}`;
    const begun = next(400);
    const seconds = 5 + next(40);
    calls.push({
      ...(await company.talked(company.at(begun), seconds, number)),
      number,
      talkMs: seconds * 1000,
      begun,
    });
  }
  const records = Array.from({ length: 70 }, (_, i) => ({
    line: i + 2,
    number: `49305550${10 + next(6)}`,
    startedAtMs: company.at(next(400)).getTime(),
    talkMs: (5 + next(40)) * 1000,
  }));
  const lines = records.map(
    ({ line, number, startedAtMs, talkMs }) =>
      `${new Date(startedAtMs).toISOString()},+${number},${talkMs / 1000},0,r${line}\n`,
  );
  const toleranceMs = 6_000;
  const candidates = records.flatMap(({ line, number }) =>
    calls
      .filter((call) => call.number === number)
      .map((call) => ({
        line,
        callId: call.id,
        startedAtMs: call.startedAt.getTime(),
        answeredAtMs: call.startedAt.getTime() + 3_000,
        talkMs: call.talkMs,
      })),
  );
  const expected = [...matchCalls(records, candidates, toleranceMs)].sort(([a], [b]) => a - b);
  await company.files.read(`start,to,duration,cost,id\n${lines.join("")}`, {
    format: "carrier",
    source: "wholesale",
    anyway: true,
    toleranceSeconds: toleranceMs / 1000,
  });
  const matched = await company.make.sql<{ line: number; call_id: string; talk: string; taken: string; cur: string }>(
    "SELECT line, call_id, talk_ms::text AS talk, taken_micros::text AS taken, taken_currency AS cur FROM cdr_match ORDER BY line",
  );
  expect(matched.map(({ line, call_id }) => [line, call_id])).toEqual(expected);
  expect(expected.length, "some fit").toBeGreaterThan(15);
  expect(expected.length, "and some do not").toBeLessThan(70);
  // The operator takes half a cent a second of it: 30 000 a minute.
  const talkOf = new Map(calls.map(({ id, talkMs }) => [id, talkMs]));
  for (const { call_id, talk, taken, cur } of matched) {
    expect([talk, taken, cur]).toEqual([String(talkOf.get(call_id)), String((talkOf.get(call_id) ?? 0) / 2), "EUR"]);
  }
});
