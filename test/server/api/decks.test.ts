import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";

import { createDatabase, type TestDatabase } from "@/test/support/database";
import { deckPortal } from "@/test/support/deck-portal";
import { everyRow, type Stage, stage } from "@/test/support/stage";

let db: TestDatabase;
let on: Stage;
let mine: ReturnType<typeof deckPortal>;
let plan: string;
beforeAll(async () => {
  db = await createDatabase();
  on = await stage(db);
  mine = deckPortal(db, on.as("reseller"), on.reseller);
});
afterAll(() => db.drop());
beforeEach(async () => {
  plan = await on.plan(on.reseller, { "49": { perMinute: 10_000n }, "33": { perMinute: 20_000n } });
});

const DAY_MS = 86_400_000;
const deckOf = (...rows: string[]) => ["prefix,rate", ...rows, ""].join("\n");
const holds = async (at = new Date(Date.now() + 1_000)) =>
  Object.fromEntries(
    (
      await on.sql<{ prefix: string; price: string }>(
        "SELECT prefix, per_minute_micros::text AS price FROM rate WHERE plan_id = $1 AND valid @> $2::timestamptz ORDER BY prefix",
        [plan, at],
      )
    ).map(({ prefix, price }) => [prefix, price]),
  );

describe("from a file to prices and back", () => {
  test("sent in parts, read by a job, looked at, applied as a whole, taken back", async () => {
    const { as, here } = mine;
    const deck = await mine.upload(deckOf("49,0.02", "34,0.05"), { plan, mode: "replace", parts: 3 });
    expect(deck).toMatchObject({ state: "staged", rows: 2, errors: 0, counts: { new: 1, up: 1, removed: 1 } });
    const { items } = await as.decks.changes({ ...here, deckId: deck.id, kinds: ["up", "removed"] });
    expect(items.map(({ kind, prefix }) => [kind, prefix])).toEqual([
      ["up", "49"],
      ["removed", "33"],
    ]);
    expect(await holds()).toEqual({ "33": "20000", "49": "10000" });
    await mine.apply(deck.id);
    expect(await holds()).toEqual({ "34": "50000", "49": "20000" });
    expect(await as.decks.previewRollBack({ ...here, deckId: deck.id })).toEqual({
      restores: 2,
      removes: 2,
      kept: 0,
      keptPrefixes: [],
      laterDeck: null,
    });
    expect(await as.decks.rollBack({ ...here, deckId: deck.id })).toEqual({ restored: 2, kept: 0, keptPrices: [] });
    expect(await holds()).toEqual({ "33": "20000", "49": "10000" });
    const trail = await on.sql<{ action: string }>(
      "SELECT action FROM audit_event WHERE tenant_id = $1 AND subject = $2 ORDER BY seq",
      [on.reseller.tenantId, `deck:${deck.id}`],
    );
    expect(trail.map(({ action }) => action)).toEqual([
      "deck.create",
      "deck.upload",
      "deck.upload",
      "deck.upload",
      "deck.compare",
      "deck.apply",
      "deck.roll_back",
    ]);
  });

  test("errors are told by line and column, and nothing can be applied", async () => {
    const file = deckOf("49,0.02", "4.47E+09,0.02", "33,cheap", "49,0.03");
    const deck = await mine.upload(file, { plan });
    expect(deck).toMatchObject({ state: "staged", errors: 3 });
    const { items } = await mine.as.decks.problems({ ...mine.here, deckId: deck.id });
    expect(items.map(({ line, column, severity }) => [line, column, severity])).toEqual([
      [3, "prefix", "error"],
      [4, "rate", "error"],
      [5, "prefix", "error"],
    ]);
    expect(items[0]?.reason).toMatch(/spreadsheet/);
    expect(items[2]?.reason).toMatch(/line 2/);
    await expect(mine.apply(deck.id, true)).rejects.toMatchObject({ message: "deck_has_errors" });
  });

  test("what cannot be read says why, and can be read again as somebody says", async () => {
    const deck = await mine.upload("code;what\n49;0,02\n", { plan });
    expect(deck).toMatchObject({ state: "failed", problem: expect.stringMatching(/Its columns are called/) });
    const settings = { columns: ["prefix" as const, "rate" as const], decimal: "comma" as const, header: 1 };
    const { taskId } = await mine.as.decks.again({ ...mine.here, deckId: deck.id, settings });
    await mine.run(taskId);
    expect(await mine.look(deck.id)).toMatchObject({ state: "staged", rows: 1, errors: 0, counts: { up: 1 } });
  });

  test("set for later after it was looked at, it is compared again and holds from then on", async () => {
    const deck = await mine.upload(deckOf("49,0.02"), { plan });
    const at = new Date(Math.ceil(Date.now() / 1_000) * 1_000 + DAY_MS);
    const { taskId } = await mine.as.decks.again({ ...mine.here, deckId: deck.id, effective: at.toISOString() });
    await expect(mine.apply(deck.id)).rejects.toMatchObject({ message: "invalid_state" });
    await mine.run(taskId);
    expect(await mine.apply(deck.id)).toEqual({ effectiveAt: at });
    expect(await mine.look(deck.id)).toMatchObject({ state: "scheduled", effectiveAt: at });
    expect([(await holds())["49"], (await holds(at))["49"]]).toEqual(["10000", "20000"]);
    const past = { ...mine.here, deckId: deck.id, effective: "2020-01-01T00:00:00Z" };
    await expect(mine.as.decks.again(past)).rejects.toMatchObject({ message: "invalid_state" });
  });

  test("warnings and prices below cost are looked at before, and only then", async () => {
    // The reseller pays 0.006 for 49.
    for (const row of ["33,0", "33,1000", "49,0.005"]) {
      const deck = await mine.upload(deckOf(row), { plan });
      await expect(mine.apply(deck.id)).rejects.toMatchObject({ message: "deck_not_acknowledged" });
      await mine.apply(deck.id, true);
      await mine.as.decks.rollBack({ ...mine.here, deckId: deck.id });
    }
  });

  test("an export comes in pieces and is what the plan holds; a change meanwhile is told", async () => {
    const first = await mine.as.decks.export({ ...mine.here, planId: plan });
    const rest = await mine.as.decks.export({ ...mine.here, planId: plan, cursor: first.nextCursor ?? "" });
    expect(rest).toMatchObject({ rows: 2, nextCursor: null });
    const deck = await mine.upload(first.text + rest.text, { plan, mode: "replace" });
    expect(deck.counts).toMatchObject({ same: 2, new: 0, up: 0, removed: 0 });
    const cursor = "2026-01-01 00:00:00+00|1|33";
    await expect(mine.as.decks.export({ ...mine.here, planId: plan, cursor })).rejects.toMatchObject({
      message: "conflict",
    });
    for (const wrong of ["33", "x|y|z"])
      await expect(mine.as.decks.export({ ...mine.here, planId: plan, cursor: wrong })).rejects.toMatchObject({
        message: "invalid_input",
      });
  });
});

describe("two people at once", () => {
  test("both apply: one does, the other is told that it is done", async () => {
    const { id: other } = await on.one<{ id: string }>("SELECT id FROM person LIMIT 1 OFFSET 0");
    expect(other).toBeDefined();
    const deck = await mine.upload(deckOf("49,0.02"), { plan });
    const colleague = deckPortal(db, on.as({ userId: await on.person(on.reseller, "billing") }), on.reseller);
    const done = await Promise.allSettled([mine.apply(deck.id), colleague.apply(deck.id)]);
    expect(done.map(({ status }) => status).toSorted()).toEqual(["fulfilled", "rejected"]);
    const lost = done.find(({ status }) => status === "rejected") as PromiseRejectedResult;
    expect(lost.reason).toMatchObject({
      message: "invalid_state",
      cause: { sentence: expect.stringMatching(/already/) },
    });
    expect(await on.sql("SELECT FROM rate WHERE deck_id = $1", [deck.id])).toHaveLength(1);
  });

  test("one compares again: what the other looked at is not what would be applied", async () => {
    const deck = await mine.upload(deckOf("49,0.02"), { plan });
    await mine.run((await mine.as.decks.again({ ...mine.here, deckId: deck.id, effective: null })).taskId);
    const stale = { ...mine.here, deckId: deck.id, comparedAt: deck.comparedAt ?? new Date(0), acknowledged: true };
    await expect(mine.as.decks.confirm(stale)).rejects.toMatchObject({ message: "deck_stale" });
    await mine.apply(deck.id);
  });

  test("both press start: it is one job", async () => {
    const deckId = await mine.send(deckOf("49,0.02"), { plan });
    const [one, two] = await Promise.all([mine.start(deckId), mine.start(deckId)]);
    expect(one).toBe(two);
  });
});

describe("an upload", () => {
  test("whose parts are not all here is not read, and takes no part that it has not", async () => {
    const { as, here } = mine;
    const given = { ...here, planId: plan, mode: "merge" as const, fileName: "a.csv", bytes: 9, parts: 2 };
    const { id: deckId } = await as.decks.create(given);
    await as.decks.addPart({ ...here, deckId, part: 0, data: "QQ==" });
    await as.decks.addPart({ ...here, deckId, part: 0, data: "QQ==" });
    await expect(as.decks.start({ ...here, deckId })).rejects.toMatchObject({ message: "invalid_state" });
    await expect(as.decks.addPart({ ...here, deckId, part: 2, data: "QQ==" })).rejects.toMatchObject({
      message: "invalid_input",
    });
    await as.decks.addPart({ ...here, deckId, part: 1, data: "QQ==" });
    await mine.run(await mine.start(deckId));
    expect(await mine.look(deckId)).toMatchObject({
      state: "failed",
      problem: expect.stringMatching(/damaged on its way/),
    });
    await expect(as.decks.addPart({ ...here, deckId, part: 1, data: "QQ==" })).rejects.toMatchObject({
      message: "invalid_state",
    });
  });

  test("that unpacks to more than is taken is refused with the limit", async () => {
    const file = `prefix,rate\n${" ".repeat(65 * 1024 * 1024)}`;
    await expect(mine.send(file, { plan })).rejects.toMatchObject({ message: "invalid_input" });
    const deck = await mine.upload(file, { plan, saysBytes: 9 });
    expect(deck).toMatchObject({ state: "failed", problem: expect.stringMatching(/64 MB/) });
  });

  test("is nobody else's: not the customer's, not a sibling's, not the operator's", async () => {
    const deckId = await mine.send(deckOf("49,0.02"), { plan });
    const sibling = await on.tenant("reseller", on.operator);
    const siblings = on.as({ userId: await on.person(sibling) });
    const before = await everyRow(db);
    const strangers = [
      [on.as("customer"), on.customer.slug],
      [siblings, sibling.slug],
      [on.as("operator"), on.operator.slug],
      [siblings, on.reseller.slug],
    ] as const;
    for (const [as, tenantSlug] of strangers) {
      const at = { tenantSlug, deckId };
      const tries = [
        as.decks.get(at),
        as.decks.start(at),
        as.decks.addPart({ ...at, part: 0, data: "QQ==" }),
        as.decks.again({ ...at, effective: null }),
        as.decks.confirm({ ...at, comparedAt: new Date(), acknowledged: true }),
        as.decks.rollBack(at),
        as.decks.previewRollBack(at),
        as.decks.drop(at),
        as.decks.export({ tenantSlug, planId: plan }),
      ];
      for (const one of await Promise.allSettled(tries))
        expect(one).toMatchObject({ status: "rejected", reason: { message: "not_found" } });
      const seen = await as.decks.list({ tenantSlug }).catch(() => ({ items: [] }));
      expect(seen.items).toEqual([]);
    }
    expect(await everyRow(db)).toBe(before);
    // The plan belongs to the reseller, so the operator cannot bring a deck for it either.
    const given = { planId: plan, mode: "merge" as const, fileName: "a.csv", bytes: 9, parts: 1 };
    await expect(on.as("operator").decks.create({ tenantSlug: "operator", ...given })).rejects.toMatchObject({
      message: "not_found",
    });
  });

  test("is one of at most twenty that wait for a decision", async () => {
    const theirs = await on.tenant("reseller", on.operator);
    const portal = deckPortal(db, on.as({ userId: await on.person(theirs) }), theirs);
    const own = await on.plan(theirs, {});
    const ids: string[] = [];
    for (let at = 0; at < 20; at += 1) ids.push(await portal.send(deckOf("49,0.02"), { plan: own }));
    await expect(portal.send(deckOf("49,0.02"), { plan: own })).rejects.toMatchObject({
      message: "invalid_state",
      cause: { sentence: expect.stringMatching(/20 decks wait/) },
    });
    await portal.as.decks.drop({ ...portal.here, deckId: ids[0] ?? "" });
    await portal.send(deckOf("49,0.02"), { plan: own });
  });

  test("dropped is gone, file and all", async () => {
    const deck = await mine.upload(deckOf("49,0.02"), { plan });
    await mine.as.decks.drop({ ...mine.here, deckId: deck.id });
    expect(await mine.look(deck.id)).toMatchObject({ state: "cancelled" });
    for (const table of ["deck_chunk", "deck_row", "deck_change"])
      expect(await on.sql(`SELECT FROM ${table} WHERE deck_id = $1`, [deck.id]), table).toEqual([]);
    await expect(mine.apply(deck.id)).rejects.toMatchObject({ message: "invalid_state" });
    await expect(mine.as.decks.drop({ ...mine.here, deckId: deck.id })).rejects.toMatchObject({
      message: "invalid_state",
    });
  });
});
