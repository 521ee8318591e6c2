import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { callDesk } from "@/test/support/call-desk";
import { createDatabase, type TestDatabase } from "@/test/support/database";
import { deckDesk } from "@/test/support/decks";
import { type Stage, stage } from "@/test/support/stage";

let db: TestDatabase;
let world: Stage;
let desk: ReturnType<typeof deckDesk>;
let plan: string;
beforeAll(async () => {
  db = await createDatabase();
  world = await stage(db);
  desk = deckDesk(db, world.operator);
});
afterAll(() => db.drop());
beforeEach(async () => {
  plan = await world.plan(world.operator, {
    "49": { perMinute: 10_000n },
    "33": { perMinute: 20_000n },
    "34": { perMinute: 30_000n },
  });
});

const DAY_MS = 86_400_000;
const later = (days: number) => new Date(Math.ceil(Date.now() / 1_000) * 1_000 + days * DAY_MS);
const TERMS = "prefix,rate,initial_increment,increment";
const deckOf = (...rows: string[]) => [TERMS, ...rows.map((row) => `${row},60,60`), ""].join("\n");

/** What holds at a moment: prefix and price. */
async function holds(at = new Date(Date.now() + 1_000)): Promise<Record<string, string>> {
  const rows = await world.sql<{ prefix: string; price: string }>(
    "SELECT prefix, per_minute_micros::text AS price FROM rate WHERE plan_id = $1 AND valid @> $2::timestamptz ORDER BY prefix",
    [plan, at],
  );
  return Object.fromEntries(rows.map(({ prefix, price }) => [prefix, price]));
}
/** Every row of the plan, to the last field. */
const everything = async () =>
  (
    await world.sql<{ row: string }>(
      "SELECT (to_jsonb(r) - 'deck_id')::text AS row FROM rate r WHERE plan_id = $1 ORDER BY 1",
      [plan],
    )
  ).map(({ row }) => row);

describe("what a deck does", () => {
  test("is told before: new, up, down, otherwise changed, removed, unchanged", async () => {
    const file = `${TERMS},destination,status\n49,0.02,60,60,,\n33,0.01,60,60,,\n34,0.03,30,6,,\n351,0.05,60,60,Portugal,\n`;
    const deck = await desk.stage(file, { plan, mode: "replace" });
    expect(deck).toMatchObject({
      state: "staged",
      rows: 4,
      errors: 0,
      counts: { new: 1, up: 1, down: 1, changed: 1, removed: 0, same: 0 },
    });
    expect(deck.changes).toMatchObject([
      { kind: "down", prefix: "33", oldPerMinute: 20_000n, newPerMinute: 10_000n },
      { kind: "changed", prefix: "34", note: "increments 60/60 → 30/6" },
      { kind: "new", prefix: "351", destination: "Portugal", oldPerMinute: null, newPerMinute: 50_000n },
      { kind: "up", prefix: "49", oldPerMinute: 10_000n, newPerMinute: 20_000n },
    ]);
  });

  test("nothing before it is applied, and then all of it: merged, what it does not have stays", async () => {
    const before = await everything();
    const deck = await desk.stage(deckOf("49,0.02", "4915,0.05"), { plan });
    expect(await everything()).toEqual(before);
    await desk.apply(deck.id);
    expect(await holds()).toEqual({ "33": "20000", "34": "30000", "49": "20000", "4915": "50000" });
    expect(await desk.look(deck.id)).toMatchObject({ state: "applied" });
  });

  test("replaced, what it does not have ends, in the directions that it speaks of", async () => {
    await world.sql("UPDATE rate SET direction = 'in' WHERE plan_id = $1 AND prefix = '34'", [plan]);
    const deck = await desk.bring(deckOf("49,0.02"), { plan, mode: "replace" });
    expect(deck.counts).toMatchObject({ up: 1, removed: 1 });
    expect(await holds()).toEqual({ "34": "30000", "49": "20000" });
  });

  test("rows that delete end a price, in either mode; one that was not there is warned of", async () => {
    const file = `${TERMS},status\n49,,,,delete\n99,,,,delete\n`;
    const deck = await desk.bring(file, { plan });
    expect(deck.counts).toMatchObject({ removed: 1 });
    expect(deck.problems).toMatchObject([{ severity: "warning", line: 3, column: "status" }]);
    expect(await holds()).toEqual({ "33": "20000", "34": "30000" });
  });

  test("the same file twice changes nothing and says so", async () => {
    const file = deckOf("49,0.02", "33,0.02", "34,0.03");
    await desk.bring(file, { plan, mode: "replace" });
    const before = await everything();
    const again = await desk.stage(file, { plan, mode: "replace" });
    expect(again).toMatchObject({ counts: { new: 0, up: 0, down: 0, changed: 0, removed: 0, same: 3 } });
    await expect(desk.apply(again.id)).rejects.toMatchObject({ code: "deck_no_change" });
    expect(await everything()).toEqual(before);
  });

  test("scheduled, its prices take effect by themselves; until then the old ones hold", async () => {
    const at = later(3);
    const deck = await desk.bring(deckOf("49,0.02", "4915,0.05"), { plan, mode: "replace", effective: at });
    expect(deck.state).toBe("scheduled");
    expect(await holds()).toEqual({ "33": "20000", "34": "30000", "49": "10000" });
    expect(await holds(new Date(at.getTime() - 1))).toEqual({ "33": "20000", "34": "30000", "49": "10000" });
    expect(await holds(at)).toEqual({ "49": "20000", "4915": "50000" });
  });

  test("rows may have times of their own, and follow each other", async () => {
    const [first, second] = [later(2), later(5)];
    const file = `prefix,rate,effective from,effective to\n49,0.02,,${first.toISOString()}\n49,0.03,${first.toISOString()},${second.toISOString()}\n`;
    await desk.bring(file, { plan });
    const price = async (at: Date) => (await holds(at))["49"];
    expect([await price(later(1)), await price(first), await price(second)]).toEqual(["20000", "30000", undefined]);
  });
});

describe("what is refused, with nothing half done", () => {
  const refuses = async (file: string, reason: RegExp, of: { mode?: "replace"; effective?: Date } = {}) => {
    const before = await everything();
    const deck = await desk.stage(file, { plan, ...of });
    expect(deck.problems.filter(({ severity }) => severity === "error").map(({ reason: text }) => text)).toEqual(
      expect.arrayContaining([expect.stringMatching(reason)]),
    );
    await expect(desk.apply(deck.id)).rejects.toMatchObject({ code: "deck_has_errors" });
    expect(await everything()).toEqual(before);
    return deck;
  };

  test("two prices for one prefix, naming both lines", async () => {
    const deck = await refuses(deckOf("49,0.02", "33,0.02", "49,0.03"), /line 2 /);
    expect(deck.problems).toMatchObject([{ line: 4, value: "49" }]);
    await refuses(deckOf("4914-4916,0.02", "4915,0.03"), /line 2 /);
    await refuses("prefix,rate,effective from,effective to\n49,0.1,,2099-01-02\n49,0.2,2099-01-01,\n", /line 2 /);
    await refuses("prefix,rate,hours\n49,0.1,mon-fri 08:00-19:00\n49,0.2,fri 18:00-20:00\n", /line 2 .*hours/);
  });

  test("an end before its start", () =>
    refuses("prefix,rate,effective from,effective to\n49,0.1,2099-01-02,2099-01-01\n", /not after the start/));
  test("one bad row is enough", () => refuses(deckOf("49,0.02", "4.47E+09,0.02"), /spreadsheet/));

  test("a price that is planned for the same time", async () => {
    const at = later(3);
    await desk.bring(deckOf("49,0.02"), { plan, effective: at });
    await refuses(deckOf("49,0.03"), /planned from/);
    await refuses(deckOf("49,0.03"), /planned from/, { effective: at });
    await refuses(deckOf("33,0.05"), /planned from/, { mode: "replace" });
    const until = `prefix,rate,effective to\n49,0.03,${at.toISOString()}\n`;
    expect((await desk.bring(until, { plan })).state).toBe("applied");
    expect([(await holds())["49"], (await holds(at))["49"]]).toEqual(["30000", "20000"]);
  });

  test("a moment in the past", () =>
    expect(desk.create({ plan, effective: new Date(Date.now() - DAY_MS) })).rejects.toMatchObject({
      code: "invalid_input",
    }));
  test("another currency in the names of the columns", () =>
    expect(desk.stage("prefix,Rate (USD)\n49,0.1\n", { plan })).rejects.toMatchObject({ code: "currency_mismatch" }));
  test("another tenant's plan", async () => {
    const theirs = await world.plan(world.reseller, {});
    await expect(desk.create({ plan: theirs })).rejects.toMatchObject({ code: "not_found" });
  });
  test("a price in the past is not rewritten: it counts from now", async () => {
    await desk.bring("prefix,rate,effective from\n49,0.02,2021-05-01\n", { plan });
    expect([(await holds(new Date("2021-06-01")))["49"], (await holds())["49"]]).toEqual(["10000", "20000"]);
  });

  test("a failure in the middle leaves everything as it was", async () => {
    const before = await everything();
    const deck = await desk.stage(deckOf("49,0.02", "4915,0.05", "4916,0.05"), { plan, mode: "replace" });
    await world.sql(`CREATE FUNCTION fail_at_4916() RETURNS trigger LANGUAGE plpgsql AS
      $$ BEGIN IF NEW.prefix = '4916' THEN RAISE EXCEPTION 'planted'; END IF; RETURN NEW; END $$`);
    await world.sql("CREATE TRIGGER planted BEFORE INSERT ON rate FOR EACH ROW EXECUTE FUNCTION fail_at_4916()");
    await expect(desk.apply(deck.id)).rejects.toThrow(/planted/);
    await world.sql("DROP TRIGGER planted ON rate");
    await world.sql("DROP FUNCTION fail_at_4916()");
    expect(await everything()).toEqual(before);
    expect((await desk.look(deck.id)).state).toBe("staged");
    await desk.apply(deck.id);
    expect(Object.keys(await holds())).toEqual(["49", "4915", "4916"]);
  });
});

describe("taking it back", () => {
  test("restores exactly what held before", async () => {
    const before = await everything();
    const exported = await desk.exported(plan);
    const deck = await desk.bring(deckOf("49,0.02", "4915,0.05"), { plan, mode: "replace" });
    expect(await everything()).not.toEqual(before);
    expect(await desk.rollBack(deck.id)).toEqual({ restored: 3, kept: 0, keptPrices: [] });
    expect(await everything()).toEqual(before);
    expect(await desk.exported(plan)).toBe(exported);
    await expect(desk.rollBack(deck.id)).rejects.toMatchObject({ code: "invalid_state" });
    await expect(desk.apply(deck.id)).rejects.toMatchObject({ code: "invalid_state" });
  });

  test("a scheduled one is taken back as well", async () => {
    const before = await everything();
    const deck = await desk.bring(deckOf("49,0.02"), { plan, mode: "replace", effective: later(2) });
    await desk.rollBack(deck.id);
    expect(await everything()).toEqual(before);
  });

  test("not under a later one, which goes first", async () => {
    const before = await everything();
    const first = await desk.bring(deckOf("49,0.02"), { plan });
    const second = await desk.bring(deckOf("33,0.05"), { plan });
    await expect(desk.rollBack(first.id)).rejects.toMatchObject({ code: "deck_on_top", detail: { deck: second.id } });
    await desk.rollBack(second.id);
    await desk.rollBack(first.id);
    expect(await everything()).toEqual(before);
  });
});

describe("at the same moment", () => {
  test("of decks that race on one plan one wins, the others are told to compare again", async () => {
    const decks = await Promise.all(
      ["0.02", "0.03", "0.04", "0.05"].map((price) => desk.stage(deckOf(`49,${price}`), { plan })),
    );
    const done = await Promise.allSettled(decks.map(({ id }) => desk.apply(id)));
    expect(done.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    for (const one of done) if (one.status === "rejected") expect(one.reason).toMatchObject({ code: "deck_stale" });
    expect(
      await world.sql("SELECT 1 FROM rate WHERE plan_id = $1 AND prefix = '49' AND upper_inf(valid)", [plan]),
    ).toHaveLength(1);
  });

  test("a deck applied twice is applied once", async () => {
    const deck = await desk.stage(deckOf("49,0.02"), { plan });
    const done = await Promise.allSettled([desk.apply(deck.id), desk.apply(deck.id)]);
    expect(done.map(({ status }) => status).toSorted()).toEqual(["fulfilled", "rejected"]);
    expect(await world.sql("SELECT 1 FROM rate WHERE deck_id = $1", [deck.id])).toHaveLength(1);
  });
});

test("a call that is going on keeps its price when a deck is applied, and the next one has the new", async () => {
  const calls = callDesk(db.pool);
  const { customer, reseller, operator } = world;
  const mine = deckDesk(db, reseller);
  const selling = await world.plan(reseller, { "49": { perMinute: 60_000n, first: 1, next: 1 } });
  await world.assign(customer, selling);
  await world.assign(reseller, await world.plan(operator, { "49": { perMinute: 6_000n, first: 1, next: 1 } }));
  await world.sql("INSERT INTO destination (tenant_id, country) VALUES ($1, 'DE') ON CONFLICT DO NOTHING", [
    customer.tenantId,
  ]);
  const phone = await world.phone(customer, "101");
  for (const of of [customer, reseller]) await world.topUp(of, 10_000_000n);

  await calls.authorise({ call: "before", endpoint: phone.endpoint });
  await calls.answered("before");
  await mine.bring("prefix,rate,increments\n49,0.12,1/1\n", { plan: selling, mode: "replace" });
  await calls.settle("before", 10_000);
  await calls.authorise({ call: "after", endpoint: phone.endpoint });
  await calls.answered("after");
  await calls.settle("after", 10_000);
  const costs = await world.sql(
    "SELECT pbx_call_id AS call, cost_micros::text AS cost FROM call WHERE tenant_id = $1 ORDER BY started_at",
    [customer.tenantId],
  );
  expect(costs).toEqual([
    { call: "before", cost: "10000" },
    { call: "after", cost: "20000" },
  ]);
});
