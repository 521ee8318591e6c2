import { afterAll, beforeAll, expect, test } from "vitest";

import { createDatabase, type TestDatabase } from "@/test/support/database";
import { type Stage, stage } from "@/test/support/stage";
import { jsonOf, runCli } from "./run-cli";

let db: TestDatabase;
let on: Stage;
beforeAll(async () => {
  db = await createDatabase();
  on = await stage(db);
});
afterAll(() => db.drop());

const cli = <T = unknown>(...words: string[]) => jsonOf<T>(db.appUrl, words);
const refusal = async (...words: string[]) =>
  (JSON.parse((await runCli(db.appUrl, [...words, "--json"])).out) as { error: { message: string } }).error.message;

test("a script bans, prolongs, lists and lifts, and the trail names who ran it", async () => {
  const first = await cli<{ expiresAt: string }>("ban", "add", "203.0.113.7", "--reason", "Scan", "--for", "2h");
  const again = await cli("ban", "add", "203.0.113.7", "--reason", "Scan", "--for", "5m");
  expect(again).toEqual({ ...first, placed: false, prolonged: false });
  await cli("ban", "add", "2001:db8::/48", "--reason", "Scan", "--scope", "web");
  expect(await cli("ban", "list")).toMatchObject([
    { network: "2001:db8::/48", scope: "web" },
    { network: "203.0.113.7", scope: "sip", reason: "Scan", source: "person", hits: 0 },
  ]);
  expect(await cli("ban", "lift", "203.0.113.7")).toMatchObject({ lifted: true });
  expect(await cli("ban", "list", "--scope", "sip")).toEqual([]);
  const trail = await on.sql<{ action: string }>(
    "SELECT action FROM audit_event WHERE action LIKE 'ban.%' ORDER BY seq",
  );
  expect(trail.map(({ action }) => action)).toEqual(["ban.place", "ban.place", "ban.place", "ban.lift"]);
});

test("what cannot be is said by name", async () => {
  expect(await refusal("ban", "add", "0.0.0.0/0", "--reason", "x")).toContain("too wide");
  expect(await refusal("ban", "add", "203.0.113.7/24", "--reason", "x")).toContain("203.0.113.0/24");
  expect(await refusal("ban", "add", "203.0.113.7", "--reason", "x", "--for", "soon")).toContain("--for");
  expect(await refusal("ban", "add", "203.0.113.7", "--reason", "x", "--for", "5s")).toContain("--for");
  expect(await refusal("ban", "add", "127.0.0.1", "--reason", "x", "--cut-off")).toContain("This machine itself");
  expect(await refusal("ban", "lift", "203.0.113.99")).toContain("is not banned");
});
