import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createDatabase, type TestDatabase } from "@/test/support/database";
import { eventually } from "@/test/support/eventually";
import { type Stage, stage } from "@/test/support/stage";
import { jsonOf, runCli } from "./run-cli";

let db: TestDatabase;
let world: Stage;
const folder = mkdtempSync(path.join(tmpdir(), "ringfence-cli-"));
beforeAll(async () => {
  db = await createDatabase();
  world = await stage(db);
  for (const name of ["Deck", "Copy"]) await run("plan", "create", "--name", name, "--currency", "EUR");
});
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await db.drop();
});

const run = (...words: string[]) => runCli(db.appUrl, words);
const thing = (...words: string[]) => jsonOf<Record<string, unknown>>(db.appUrl, words);
const at = (name: string) => path.join(folder, name);
const file = (name: string, text: string): string => {
  writeFileSync(at(name), text);
  return at(name);
};
const rates = (plan: string) =>
  world.sql("SELECT r.prefix, r.valid FROM rate r JOIN plan p ON p.id = r.plan_id WHERE p.name = $1 ORDER BY 1, 2", [
    plan,
  ]);

test("a deck is compared, applied, listed, written out, taken back", async () => {
  const prices = file("may.csv", "code;destination;price\n49;Germany;0,01\n4915;Germany mobile;0,05\n");
  const dry = await thing("deck", "import", prices, "--plan", "Deck", "--dry-run");
  expect(dry).toMatchObject({ state: "compared", new: 2, removed: 0, rows: 2, errors: 0 });
  expect(await rates("Deck")).toEqual([]);

  const done = await thing("deck", "import", prices, "--plan", "Deck", "--mode", "replace");
  expect(done).toMatchObject({ state: "applied", new: 2, sha256: expect.stringMatching(/^[0-9a-f]{64}$/) });
  const said = await run("deck", "import", prices, "--plan", "Deck", "--mode", "replace");
  expect(said).toMatchObject({ code: 0, out: "No change: every price of the file holds already.\n" });
  expect(said.err).toContain("reading");

  expect((await run("deck", "export", "--plan", "Deck", "--to", at("out.csv"))).code).toBe(0);
  const written = readFileSync(at("out.csv"), "utf8");
  expect((await run("deck", "export", "--plan", "Deck")).out).toBe(written);
  expect(await thing("deck", "export", "--plan", "Deck")).toMatchObject({ rates: 2, csv: written });
  await thing("deck", "import", at("out.csv"), "--plan", "Copy");
  expect((await run("deck", "export", "--plan", "Copy")).out).toBe(written);

  const [newest] = await jsonOf<{ deck: string }[]>(db.appUrl, ["deck", "list", "--plan", "Copy"]);
  expect(await thing("deck", "rollback", String(newest?.deck))).toMatchObject({ state: "rolled_back", plan: "Copy" });
  expect(await rates("Copy")).toEqual([]);
  const trail = await world.sql<{ action: string }>("SELECT action FROM audit_event WHERE subject = $1 ORDER BY seq", [
    `deck:${newest?.deck}`,
  ]);
  expect(trail.map(({ action }) => action)).toEqual(["deck.create", "deck.apply", "deck.roll_back"]);
});

test("a list that is cut off says so beside itself", async () => {
  const cut = await run("deck", "list", "--limit", "1", "--json");
  expect(JSON.parse(cut.out)).toHaveLength(1);
  expect(cut.err).toContain("there are older ones");
  expect(await run("deck", "list")).toMatchObject({ code: 0, err: "" });
});

test("what of a file is not read is named, and calls that the carrier refuses are not sold", async () => {
  const words = ["--plan", "Copy", "--dry-run"];
  const odd = file("odd.csv", "prefix,rate,iso_country,type,min_margin,Reject calls\n44,0.02,GB,fixed,0.1,No\n");
  expect(await thing("deck", "import", odd, ...words)).toMatchObject({
    errors: 0,
    notRead: ["iso_country", "type", "min_margin"],
  });
  expect((await run("deck", "import", odd, ...words)).out).toContain("Not read: iso_country, type, min_margin.\n");
  const refused = file("refused.csv", "Destination,Prefix,Rate,Reject calls\nA,44,0.02,No\nB,447,0.02,Yes\n");
  const ran = await run("deck", "import", refused, ...words, "--json");
  expect(JSON.parse(ran.out)).toMatchObject({
    error: { code: "deck_has_errors" },
    problems: [{ line: 3, column: "Reject calls", reason: expect.stringMatching(/^The carrier refuses these calls/) }],
  });
});

test("Ctrl-C while a file is read drops what was read, and says so", async () => {
  const prices = file("long.csv", "prefix,rate\n44,0.02\n");
  // Nothing can be read in until the signal was given.
  await world.sql("BEGIN");
  await world.sql("LOCK TABLE deck_row IN ACCESS EXCLUSIVE MODE");
  const running = run("deck", "import", prices, "--plan", "Copy", "--json");
  await eventually(async () => {
    const waiting = await world.sql("SELECT FROM pg_locks WHERE relation = 'deck_row'::regclass AND NOT granted");
    expect(waiting).toHaveLength(1);
  });
  process.emit("SIGINT");
  await world.sql("COMMIT");
  const ran = await running;
  expect(ran.err).toContain("Stopping");
  expect([ran.code, JSON.parse(ran.out)]).toMatchObject([1, { error: { code: "cancelled" }, state: "cancelled" }]);
  const { deck } = JSON.parse(ran.out);
  expect(await world.sql("SELECT state FROM deck WHERE id = $1", [deck])).toEqual([{ state: "cancelled" }]);
  expect(await world.sql("SELECT FROM deck_row WHERE deck_id = $1", [deck])).toEqual([]);
  // And a later one is none of its business.
  expect(await thing("deck", "import", prices, "--plan", "Copy", "--dry-run")).toMatchObject({ state: "compared" });
});

test("a deck for later is scheduled", async () => {
  const prices = file("later.csv", "prefix,rate\n33,0.02\n");
  const done = await thing("deck", "import", prices, "--plan", "Copy", "--effective", "2099-01-01T00:00:00Z");
  expect(done).toMatchObject({ state: "scheduled", effective: "2099-01-01T00:00:00.000Z" });
});

test("a file with errors changes nothing, ends with a code, names lines and writes them all to a file", async () => {
  const before = await rates("Deck");
  const bad = file("bad.csv", "prefix,rate\n49,0.02\n4.47E+09,0.02\n33,-1\n49,0.03\n");
  const ran = await run("deck", "import", bad, "--plan", "Deck", "--errors", at("errors.csv"));
  expect(ran.code).toBe(1);
  expect(ran.out).toContain("line 3, prefix:");
  expect(readFileSync(at("errors.csv"), "utf8").split("\n")).toEqual(
    expect.arrayContaining([
      expect.stringMatching(/^error,3,prefix,.*4\.47E\+09$/),
      expect.stringMatching(/^error,4,rate,.*,-1$/),
      expect.stringMatching(/^error,5,prefix,.*line 2/),
    ]),
  );
  const { code, out } = await run("deck", "import", bad, "--plan", "Deck", "--json");
  expect(code).toBe(1);
  expect(JSON.parse(out)).toMatchObject({
    error: { code: "deck_has_errors" },
    errors: 3,
    problems: [{ line: 3 }, { line: 4 }, { line: 5 }],
  });
  expect(await rates("Deck")).toEqual(before);
});

test.each([
  [["nothing.csv", "--plan", "Deck"], "invalid_input"],
  [["usd.csv", "--plan", "Deck"], "currency_mismatch"],
  [["usd.csv", "--plan", "Nobody"], "not_found"],
  [["unnamed.csv", "--plan", "Deck"], "deck_unreadable"],
  [["usd.csv", "--plan", "Deck", "--mode", "both"], "invalid_input"],
  [["usd.csv", "--plan", "Deck", "--columns", "prefix,price"], "invalid_input"],
  [["usd.csv", "--plan", "Deck", "--effective", "2020-01-01T00:00:00Z"], "invalid_input"],
])("deck import %j is refused with %s", async ([name = "", ...words], code) => {
  file("usd.csv", "prefix,Rate (USD)\n49,0.02\n");
  file("unnamed.csv", "49,0.02\n");
  const ran = await run("deck", "import", at(name), ...words, "--json");
  expect([ran.code, JSON.parse(ran.out).error.code]).toEqual([1, code]);
});
