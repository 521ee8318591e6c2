import { afterAll, beforeAll, expect, test } from "vitest";

import { createPool } from "@/server/infra/db/pool";
import { createDatabase, type TestDatabase } from "@/test/support/database";
import { isPermanent } from "@/workers/calls/permanent";

let db: TestDatabase;

beforeAll(async () => {
  db = await createDatabase();
});
afterAll(async () => {
  await db.drop();
});

const errorOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => undefined,
    (error: unknown) => error,
  );
const raised = (code: string) => errorOf(db.owner.query(`DO $$ BEGIN RAISE 'so' USING ERRCODE = '${code}'; END $$`));

test.each([
  ["a rule of ours", "RF001"],
  ["a broken constraint", "23514"],
  ["a value out of range", "22003"],
  ["an exception of a function", "P0001"],
  ["a missing right", "42501"],
])("%s stays refused however often it is tried", async (_what, code) => {
  expect(isPermanent(await raised(code))).toBe(true);
});

test.each([
  ["a deadlock", "40P01"],
  ["a statement that took too long", "57014"],
  ["a server that is going down", "57P01"],
  ["a server that starts", "57P03"],
  ["a full disk", "53100"],
  ["too many connections", "53300"],
  ["a lock that was not free", "55P03"],
])("%s may go better later", async (_what, code) => {
  const error = await raised(code);
  expect(error).toMatchObject({ code });
  expect(isPermanent(error)).toBe(false);
});

test("so may a database that is not there, a connection that breaks, and what is no error of the database", async () => {
  const nowhere = createPool("postgresql://portal_app@127.0.0.1:1/none", () => {}, 1);
  const away = await errorOf(nowhere.query("away", "SELECT 1", []));
  await nowhere.close();
  expect(away).toMatchObject({ code: "ECONNREFUSED" });
  const cut = await errorOf(db.pool.query("cut", "SELECT pg_terminate_backend(pg_backend_pid())", []));
  expect([away, cut, new Error("timeout"), "rubbish", undefined].map(isPermanent)).toEqual(Array(5).fill(false));
});

test("a function that is not there is for ever, as when the schema is an older one", async () => {
  expect(isPermanent(await errorOf(db.pool.query("none", "SELECT not_there()", [])))).toBe(true);
});
