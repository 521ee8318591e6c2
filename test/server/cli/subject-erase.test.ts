import { afterAll, beforeAll, expect, test } from "vitest";

import { createDatabase, type TestDatabase } from "@/test/support/database";
import { erasureDesk } from "@/test/support/erasure-desk";
import { jsonOf, runCli } from "./run-cli";

let db: TestDatabase;
let desk: Awaited<ReturnType<typeof erasureDesk>>;
beforeAll(async () => {
  db = await createDatabase();
  desk = await erasureDesk(db);
});
afterAll(() => db.drop());

const caller = "+493055500111";
const digits = caller.slice(1);
type Erased = {
  task: string;
  state: string;
  dryRun: boolean;
  token: string;
  lines: { erased: string; held: string }[];
};

/** What the command says while the workers do what it asked for. */
async function erase(...words: string[]): Promise<Erased> {
  const before = await desk.make.sql<{ id: string }>("SELECT id FROM task");
  const known = new Set(before.map(({ id }) => id));
  const said = jsonOf<Erased>(db.appUrl, ["subject", "erase", "--reason", "A letter of today", ...words]);
  const working = (async () => {
    for (;;) {
      const tasks = await desk.make.sql<{ id: string }>("SELECT id FROM task");
      const asked = tasks.find(({ id }) => !known.has(id));
      if (asked) return desk.run(asked.id);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  })();
  const [value] = await Promise.all([said, working]);
  return value;
}
const heldBy = (value: Erased) => value.lines.reduce((sum, { held }) => sum + Number(held), 0);
const erasedBy = (value: Erased) => value.lines.reduce((sum, { erased }) => sum + Number(erased), 0);

test("a number is counted, held, let go and forgotten by the command line, and money stays what it was", async () => {
  await desk.call(digits);
  const money = await desk.sums();

  const counted = await erase("--number", caller, "--dry-run");
  expect(counted).toMatchObject({ state: "done", dryRun: true });
  expect(erasedBy(counted)).toBeGreaterThan(0);
  expect(await desk.readable(digits)).toContain("call");

  const placed = await jsonOf<{ id: string }>(db.appUrl, [
    "hold",
    "place",
    "number",
    caller,
    "--reason",
    "A court asks",
  ]);
  const listed = await jsonOf<{ id: string; reason: string; held?: unknown }[]>(db.appUrl, [
    "hold",
    "list",
    "--counts",
  ]);
  expect(listed).toMatchObject([{ id: placed.id, reason: "A court asks", held: expect.anything() }]);
  expect((await runCli(db.appUrl, ["hold", "place", "number", caller, "--reason", "again"])).out).toContain(
    "held already",
  );
  const refused = await runCli(db.appUrl, [
    "subject",
    "erase",
    "--number",
    caller,
    "--reason",
    "x y z",
    "--wait",
    "1",
    "--json",
  ]);
  expect(refused.code).not.toBe(0);
  expect(JSON.parse(refused.out)).toMatchObject({ error: { code: expect.any(String) } });
  expect(await desk.readable(digits)).toContain("call");

  await jsonOf(db.appUrl, ["hold", "lift", placed.id, "--reason", "The court is done"]);
  const erased = await erase("--number", caller);
  expect(erased).toMatchObject({ state: "done", dryRun: false, token: expect.stringMatching(/^~\d*-[0-9a-f]{16}$/) });
  expect([heldBy(erased), await desk.readable(digits)]).toEqual([0, []]);
  expect(await desk.sums()).toEqual(money);
  expect(await desk.broken()).toEqual([]);
  for (const action of ["subject.count", "subject.erase", "evidence.place_hold", "evidence.lift_hold"])
    expect(await desk.make.sql("SELECT FROM audit_event WHERE action = $1 LIMIT 1", [action])).toHaveLength(1);
});

test("half a question, both halves and what is neither are refused, and nothing is asked for", async () => {
  const refusal = async (...words: string[]) =>
    (JSON.parse((await runCli(db.appUrl, ["subject", "erase", ...words, "--json"])).out) as { error: { code: string } })
      .error.code;
  const before = await desk.make.sql("SELECT FROM task");
  const why = ["--reason", "A letter of today"];
  expect(await refusal(...why)).toBe("invalid_input");
  expect(await refusal(...why, "--number", caller, "--person", "a@example.com")).toBe("invalid_input");
  expect(await refusal(...why, "--number", "a@example.com")).toBe("invalid_input");
  expect(await refusal("--number", caller)).toBe("invalid_input");
  expect(await refusal(...why, "--number", "12345")).toBe("invalid_input");
  expect(await desk.make.sql("SELECT FROM task")).toHaveLength(before.length);
});
