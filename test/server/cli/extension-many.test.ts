import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";

import { createDatabase, type TestDatabase } from "@/test/support/database";
import { type Stage, stage } from "@/test/support/stage";
import { jsonOf, runCli } from "./run-cli";

let db: TestDatabase;
let on: Stage;
const folder = mkdtempSync(path.join(tmpdir(), "ringfence-cli-"));
beforeAll(async () => {
  db = await createDatabase();
  on = await stage(db);
});
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await db.drop();
});

const thing = (...words: string[]) => jsonOf<Record<string, unknown>>(db.appUrl, words);
const at = (name: string) => path.join(folder, name);
const rows = () => on.sql<{ number: string; state: string }>("SELECT number, state FROM extension ORDER BY number");

test("a file is looked at, refused with its problems, and made", async () => {
  writeFileSync(at("a.csv"), "number;name\n101;Front door\n102;Kitchen\n112;Not this\n");
  const file = at("a.csv");
  const dry = await thing("extension", "import", file, "--tenant", "acme", "--dry-run");
  expect(dry).toMatchObject({ good: 2, made: 0, problems: [{ line: 4, column: "number", value: "112" }] });
  const refused = await runCli(db.appUrl, ["extension", "import", file, "--tenant", "acme", "--json"]);
  expect(refused.code).not.toBe(0);
  expect(await rows()).toEqual([]);
  const made = await thing("extension", "import", file, "--tenant", "acme", "--partly");
  expect(made).toMatchObject({ made: 2, secrets: [{ sipUsername: "acme-101" }, { sipUsername: "acme-102" }] });
  expect((await rows()).map(({ number }) => number)).toEqual(["101", "102"]);
});

test("one act is done to many or to none; secrets go into a file for its owner", async () => {
  const done = await thing("extension", "bulk", "suspend", "--tenant", "acme", "--numbers", "101-102");
  expect(done).toEqual({ act: "suspend", count: 2, numbers: "101–102" });
  expect((await rows()).map(({ state }) => state)).toEqual(["suspended", "suspended"]);
  const some = await runCli(db.appUrl, [
    "extension",
    "bulk",
    "resume",
    "--tenant",
    "acme",
    "--numbers",
    "101-103",
    "--json",
  ]);
  expect(some.code).not.toBe(0);
  expect((await rows()).map(({ state }) => state)).toEqual(["suspended", "suspended"]);
  const file = at("secrets.csv");
  const words = ["extension", "bulk", "rotate", "--tenant", "acme", "--numbers", "101,102", "--secrets", file];
  expect(await thing(...words)).toMatchObject({ count: 2, secrets: [] });
  expect(readFileSync(file, "utf8")).toMatch(/^number,name,sip_username,secret\r\n101,,acme-101,[a-z2-9]{26}\r\n/);
  expect(statSync(file).mode & 0o777).toBe(0o600);
});
