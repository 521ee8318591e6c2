import { afterAll, beforeAll, expect, test } from "vitest";

import { createDatabase, type TestDatabase } from "@/test/support/database";
import { runCli } from "./run-cli";

let db: TestDatabase;
const run = (...words: string[]) => runCli(db.appUrl, words);

beforeAll(async () => {
  db = await createDatabase();
  await run("operator", "create", "--name", "Operator", "--slug", "operator", "--email", "root@test.example");
  await run("tenant", "create", "--name", "Bad", "--slug", "bad", "--credit", "1");
});
afterAll(() => db.drop());

test("a list is a table, one thing is lines, a refusal is a sentence on the error stream", async () => {
  const list = await runCli(db.appUrl, ["tenant", "list"]);
  expect(list.out.split("\n")[0]).toMatch(/^slug +name +kind +state +parent +plan +currency +availableMicros/);
  expect(list.out).toMatch(/^bad +Bad .* 1\.000000 /m);
  const balance = await runCli(db.appUrl, ["balance", "--tenant", "bad"]);
  expect(balance.out).toMatch(/^availableMicros +1\.000000$/m);
  const refused = await runCli(db.appUrl, ["balance", "--tenant", "nobody"]);
  expect(refused).toMatchObject({
    code: 1,
    out: "",
    err: expect.stringMatching(/^There is no tenant "nobody"; .*\n$/),
  });
});

test("each command has help that names its options", async () => {
  const overview = await runCli(undefined, ["--help"]);
  const names = [...overview.out.matchAll(/^ {2}([a-z]+(?: [a-z]+)?) {2,}/gm)].map(([, name]) => name ?? "");
  expect(names.length).toBeGreaterThan(20);
  for (const name of names) {
    const help = await runCli(undefined, [...name.split(" "), "--help"]);
    expect(help).toMatchObject({ code: 0, err: "" });
    expect(help.out).toMatch(new RegExp(`^ringfence ${name}[\\s\\S]*--json`));
  }
});
