import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";

import { createDatabase, type TestDatabase } from "@/test/support/database";
import { deckPortal } from "@/test/support/deck-portal";
import { killedWhileWaiting, lockAwaited } from "@/test/support/killed-child";
import { type Stage, stage } from "@/test/support/stage";
import { sweepRetention } from "@/workers/processors/sweep-retention";

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
  plan = await on.plan(on.reseller, { "49": { perMinute: 10_000n }, "3001": { perMinute: 20_000n } });
});

const ROWS = 2_600;
const file = ["prefix,rate", ...Array.from({ length: ROWS }, (_, at) => `${3_000 + at},0.0${1 + (at % 9)}`), ""].join(
  "\n",
);
const tables = ["deck_row", "deck_change", "deck_problem", "deck_chunk"] as const;

/** All that an import leaves, without the ids of its own. */
async function left(deckId: string): Promise<string> {
  const parts = [];
  for (const table of ["deck_row", "deck_change", "deck_problem"]) {
    const { digest } = await on.one<{ digest: string }>(
      `SELECT md5(coalesce(string_agg((to_jsonb(t) - 'deck_id' - 'id')::text, '|' ORDER BY to_jsonb(t) - 'deck_id' - 'id'), '')) AS digest
       FROM ${table} t WHERE deck_id = $1`,
      [deckId],
    );
    parts.push(digest);
  }
  const { state, rows, errors, warnings, counts, effects, exposure } = await mine.look(deckId);
  const weighed = exposure && { ...exposure, since: "" };
  return JSON.stringify([...parts, state, rows, errors, warnings, counts, effects, weighed]);
}
const countIn = async (table: string, deckId: string): Promise<number> =>
  (await on.one<{ n: number }>(`SELECT count(*)::int AS n FROM ${table} WHERE deck_id = $1`, [deckId])).n;

/** A job whose reports go through somebody's hands. */
function reporting(hear: (nth: number) => Promise<void>) {
  const context = mine.context();
  const { query } = context.pool;
  let reports = 0;
  const heard = (async (name, text, values) => {
    if (name === "task_report") {
      reports += 1;
      await hear(reports);
    }
    return query(name, text, values);
  }) as typeof query;
  return { ...context, pool: { ...context.pool, query: heard } };
}

describe("a worker that dies", () => {
  test("killed in the middle of the file: the next one ends as if nothing had been", async () => {
    const clean = await left((await mine.upload(file, { plan, mode: "replace" })).id);
    const deckId = await mine.send(file, { plan, mode: "replace", parts: 2 });
    const taskId = await mine.start(deckId);
    await killedWhileWaiting({
      program: "run-task-child",
      words: [db.appUrl, on.reseller.tenantId, taskId],
      // Whoever writes the 2300th row waits for us.
      hold: async () => {
        await on.sql("SELECT pg_advisory_lock(77)");
        await on.sql(`CREATE FUNCTION wait_here() RETURNS trigger LANGUAGE plpgsql AS
          $$ BEGIN PERFORM pg_advisory_xact_lock(77); RETURN NEW; END $$`);
        await on.sql(
          "CREATE TRIGGER planted BEFORE INSERT ON deck_row FOR EACH ROW WHEN (NEW.n = 2300) EXECUTE FUNCTION wait_here()",
        );
      },
      waits: () => lockAwaited(db),
      letGo: async () => {
        await on.sql("SELECT pg_advisory_unlock(77)");
        await on.sql("DROP FUNCTION wait_here() CASCADE");
      },
    });
    expect(await countIn("deck_row", deckId)).toBeGreaterThan(0);
    await on.sql("UPDATE task SET heartbeat_at = now() - interval '1 minute' WHERE id = $1", [taskId]);
    await mine.run(taskId);
    expect(await left(deckId)).toBe(clean);
    expect(await mine.as.tasks.get({ ...mine.here, taskId })).toMatchObject({ state: "done", result: { errors: 0 } });
  });

  test("at any of its reports: tried again it ends the same, and read files are not read twice", async () => {
    const clean = await left((await mine.upload(file, { plan })).id);
    const deckId = await mine.send(file, { plan });
    const taskId = await mine.start(deckId);
    let [died, done] = [0, false];
    for (let survives = 0; !done && survives < 40; survives += 1) {
      const dying = reporting(async (nth) => {
        if (nth > survives) throw new Error("killed");
      });
      done = await mine.run(taskId, dying).then(
        () => true,
        () => false,
      );
      if (!done) died += 1;
    }
    expect(done).toBe(true);
    expect(died).toBeGreaterThan(3);
    expect(await left(deckId)).toBe(clean);
    const { reading } = await on.one<{ reading: number }>("SELECT reading FROM deck WHERE id = $1", [deckId]);
    expect(reading).toBeLessThan(died + 1);
    // It does the whole work once for each of its reports.
  }, 300_000);
});

describe("a job that is stopped", () => {
  test("leaves nothing but the file, changes no price, and can go on", async () => {
    const prices = () => on.sql("SELECT * FROM rate WHERE plan_id = $1 ORDER BY prefix", [plan]);
    const [before, clean] = [await prices(), await left((await mine.upload(file, { plan })).id)];
    const deckId = await mine.send(file, { plan });
    const taskId = await mine.start(deckId);
    const stopped = reporting(async (nth) => {
      if (nth === 3) await mine.as.tasks.cancel({ ...mine.here, taskId });
    });
    await mine.run(taskId, stopped);
    expect(await mine.as.tasks.get({ ...mine.here, taskId })).toMatchObject({ state: "cancelled" });
    for (const table of ["deck_row", "deck_change", "deck_problem"]) expect(await countIn(table, deckId)).toBe(0);
    expect(await prices()).toEqual(before);
    await expect(mine.apply(deckId, true)).rejects.toMatchObject({ message: "invalid_state" });
    await mine.as.tasks.resume({ ...mine.here, taskId });
    await mine.run(taskId);
    expect(await left(deckId)).toBe(clean);
  });

  test("because its deck is dropped: nothing at all is left", async () => {
    const deckId = await mine.send(file, { plan });
    const taskId = await mine.start(deckId);
    const dropped = reporting(async (nth) => {
      if (nth === 3) await mine.as.decks.drop({ ...mine.here, deckId });
    });
    await mine.run(taskId, dropped).catch(() => mine.run(taskId));
    expect(await mine.as.tasks.get({ ...mine.here, taskId })).toMatchObject({ state: "cancelled" });
    for (const table of tables) expect(await countIn(table, deckId), table).toBe(0);
    expect(await mine.look(deckId)).toMatchObject({ state: "cancelled" });
  });

  test("is not let go on once a newer one has read the deck", async () => {
    const deckId = await mine.send("prefix,rate\n49,0.02\n", { plan });
    const old = await mine.start(deckId);
    await mine.as.tasks.cancel({ ...mine.here, taskId: old });
    const { taskId } = await mine.as.decks.again({ ...mine.here, deckId, effective: null });
    await mine.run(taskId);
    const before = await left(deckId);
    await mine.as.tasks.resume({ ...mine.here, taskId: old });
    await mine.run(old);
    expect(await mine.as.tasks.get({ ...mine.here, taskId: old })).toMatchObject({
      state: "failed",
      error: expect.stringMatching(/newer job/),
    });
    expect(await left(deckId)).toBe(before);
  });

  test("while margins are still looked at, nobody can apply it", async () => {
    const deckId = await mine.send("prefix,rate\n49,0.02\n", { plan });
    const taskId = await mine.start(deckId);
    const refused: unknown[] = [];
    const eager = reporting(async () => {
      await mine.apply(deckId, true).then(
        () => refused.push("applied"),
        (error: Error) => refused.push(error.message),
      );
    });
    await mine.run(taskId, eager);
    expect(new Set(refused)).toEqual(new Set(["invalid_state"]));
    await mine.apply(deckId, true);
  });
});

test("what nobody applied is dropped after a week; of what was applied only the way back is kept after a month", async () => {
  const small = "prefix,rate\n49,0.02\n";
  const abandoned = await mine.upload(small, { plan });
  const unsent = await mine.send(small, { plan });
  const applied = await mine.upload(small, { plan });
  const fresh = await mine.upload(small, { plan });
  await mine.apply(applied.id);
  const old = [
    [8, abandoned.id],
    [8, unsent],
    [31, applied.id],
  ] as const;
  for (const [days, id] of old)
    await on.sql(
      `UPDATE deck SET created_at = created_at - $2 * interval '1 day', compared_at = compared_at - $2 * interval '1 day',
         applied_at = applied_at - $2 * interval '1 day' WHERE id = $1`,
      [id, days],
    );
  for (let again = 0; again < 2; again += 1) await sweepRetention({}, mine.context());
  for (const id of [abandoned.id, unsent]) {
    for (const table of tables) expect(await countIn(table, id)).toBe(0);
    expect(await mine.look(id)).toMatchObject({ state: "cancelled", swept: true });
  }
  expect(await mine.look(applied.id)).toMatchObject({ state: "applied", swept: true });
  expect(await countIn("deck_row", applied.id)).toBe(0);
  expect(await mine.look(fresh.id)).toMatchObject({ state: "staged", swept: false });
  expect(await mine.as.decks.rollBack({ ...mine.here, deckId: applied.id })).toMatchObject({ restored: 1, kept: 0 });
});
