import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { callDesk } from "@/test/support/call-desk";
import { createDatabase, type TestDatabase } from "@/test/support/database";
import { everyRow, type Stage, stage } from "@/test/support/stage";

let db: TestDatabase;
let on: Stage;
beforeAll(async () => {
  db = await createDatabase();
  on = await stage(db);
  await on.topUp(on.reseller, 100_000_000n);
});
afterAll(() => db.drop());

const move = (direction: "down" | "up", amount: string, more: Record<string, unknown> = {}) =>
  on.as("reseller").billing.transfer({
    tenantSlug: "reseller",
    withTenantSlug: "acme",
    direction,
    amount,
    postingKey: randomUUID(),
    ...more,
  });
const undo = (transactionId: string, who: "operator" | "reseller" | "customer" = "reseller") =>
  on.as(who).billing.undoTransfer({ tenantSlug: who === "customer" ? "acme" : who, transactionId });
const posted = async () => [(await on.wallet(on.reseller)).posted, (await on.wallet(on.customer)).posted];
const booksAddUp = async () => expect(await on.sql("SELECT * FROM ledger_check()")).toEqual([]);
const credit = (of: { tenantId: string }, limit: bigint) =>
  on.sql("UPDATE wallet SET credit_limit_micros = $2 WHERE tenant_id = $1", [of.tenantId, limit]);

describe("a transfer", () => {
  test("moves money and never credit, in neither direction", async () => {
    await move("down", "3");
    await credit(on.customer, 50_000_000n);
    await credit(on.reseller, 1_000_000_000n);
    const before = await everyRow(db);
    await expect(move("up", "3.000001")).rejects.toMatchObject({
      message: "insufficient_funds",
      cause: {
        detail: { money: "3000000", asked: "3000001", field: "amount" },
        sentence: expect.stringMatching(/^There is €3\.00 to move, and €3\.000001 was asked for/),
      },
    });
    await expect(move("down", "97.000001")).rejects.toMatchObject({ message: "insufficient_funds" });
    expect(await everyRow(db)).toBe(before);
    await move("up", "3");
    expect(await posted()).toEqual([100_000_000n, 0n]);
    // Nothing is left but credit, and a held call counts as spent.
    await expect(move("up", "0.000001")).rejects.toMatchObject({ message: "insufficient_funds" });
    await credit(on.customer, 0n);
    await move("down", "1");
    const phone = await on.phone(on.customer, "801");
    const { call_id } = await callDesk(db.pool).authorise({ call: "held", endpoint: phone.endpoint });
    expect(call_id).not.toBeNull();
    const { held } = await on.wallet(on.customer);
    expect(held).toBeGreaterThan(0n);
    await expect(move("up", "1")).rejects.toMatchObject({ message: "insufficient_funds" });
    await callDesk(db.pool).settle("held", 0);
    await move("up", "1");
    await credit(on.reseller, 0n);
    await booksAddUp();
  });

  test.each<[string, Record<string, unknown>, string]>([
    ["to itself", { withTenantSlug: "reseller" }, "not_below"],
    ["to one that is not below", { withTenantSlug: "operator" }, "not_below"],
    ["to one that is not there", { withTenantSlug: "nobody" }, "not_below"],
    ["in a currency that neither has", { currency: "USD" }, "currency_mismatch"],
    ["of nothing", { amount: "0" }, "invalid_input"],
    ["of less than nothing", { amount: "-1" }, "invalid_input"],
    ["of more than there is", { amount: "999999999" }, "insufficient_funds"],
    ["under a charge's key", { postingKey: "call:1:0" }, "invalid_input"],
    ["under the key of one taken back", { postingKey: `undo:${randomUUID()}` }, "invalid_input"],
  ])("%s is refused and changes nothing", async (_, change, code) => {
    const before = await everyRow(db);
    await expect(move("down", "1", change)).rejects.toMatchObject({ message: code });
    expect(await everyRow(db)).toBe(before);
  });

  test("of one key moves once, and its key is good for nothing else", async () => {
    const postingKey = randomUUID();
    const before = await posted();
    await Promise.all(Array.from({ length: 8 }, () => move("down", "1", { postingKey })));
    expect(await posted()).toEqual([(before[0] ?? 0n) - 1_000_000n, (before[1] ?? 0n) + 1_000_000n]);
    await expect(move("down", "2", { postingKey })).rejects.toMatchObject({ message: "posting_key_reused" });
    await move("up", "1");
  });
});

describe("taking a transfer back", () => {
  test("moves it back once, whoever repeats it, and both trails say so", async () => {
    const before = await posted();
    const { transactionId } = await move("down", "5");
    const listed = () => on.as("reseller").terms.transfers({ tenantSlug: "reseller", ofTenantSlug: "acme" });
    const first = (await listed()).items.find((item) => item.transactionId === transactionId);
    expect(first).toMatchObject({ amountMicros: 5_000_000n, down: true });
    const answers = await Promise.all([undo(transactionId), undo(transactionId), undo(transactionId, "operator")]);
    expect((await listed()).items.map((item) => item.transactionId)).not.toContain(transactionId);
    expect(new Set(answers.map((answer) => answer.transactionId)).size).toBe(1);
    expect(await posted()).toEqual(before);
    const trail = await on.sql<{ tenant_id: string }>(
      "SELECT DISTINCT tenant_id FROM audit_event WHERE action = 'billing.undo_transfer' AND after->>'undoes' = $1",
      [transactionId],
    );
    expect(trail.map((row) => row.tenant_id).sort()).toEqual(
      [on.operator, on.reseller, on.customer].map(({ tenantId }) => tenantId).sort(),
    );
    const line = await on.one<{ corrects_id: string }>("SELECT corrects_id FROM ledger_transaction WHERE id = $1", [
      answers[0]?.transactionId,
    ]);
    expect(line.corrects_id).toBe(transactionId);
    // What was taken back is not taken back again.
    await expect(undo(answers[0]?.transactionId ?? "")).rejects.toMatchObject({ message: "not_found" });
    await booksAddUp();
  });

  test("is refused when it is spent, when it is late, and to those who may not", async () => {
    const { transactionId } = await move("down", "5");
    await move("up", "1");
    await expect(undo(transactionId)).rejects.toMatchObject({
      message: "insufficient_funds",
      cause: { sentence: expect.stringMatching(/spent/) },
    });
    await move("down", "1");
    await expect(undo(transactionId, "customer")).rejects.toMatchObject({ message: "not_found" });
    const beside = await on.tenant("reseller", on.operator, { slug: "beside" });
    const userId = await on.person(beside);
    await expect(on.as({ userId }).billing.undoTransfer({ tenantSlug: "beside", transactionId })).rejects.toMatchObject(
      { message: "not_found" },
    );
    await expect(undo(randomUUID())).rejects.toMatchObject({ message: "not_found" });

    await on.sql("UPDATE ledger_transaction SET recorded_at = recorded_at - interval '15 minutes' WHERE id = $1", [
      transactionId,
    ]);
    await expect(undo(transactionId)).rejects.toMatchObject({
      message: "invalid_state",
      cause: { sentence: expect.stringMatching(/15 minutes/) },
    });
    await move("up", "5");
    await booksAddUp();
  });
});

test("transfers both ways beside calls on the same wallets lose nothing and wait for nobody who waits for them", async () => {
  await move("down", "20");
  const phone = await on.phone(on.customer, "802");
  const desk = callDesk(db.pool);
  const refused: string[] = [];
  const tolerant = (work: Promise<unknown>) =>
    work.catch((error: { message: string }) => {
      if (error.message !== "insufficient_funds") throw error;
      refused.push(error.message);
    });
  const talk = async () => {
    for (let i = 0; i < 25; i += 1) {
      const call = randomUUID();
      const verdict = await desk.authorise({ call, endpoint: phone.endpoint });
      if (verdict.kind !== "out") continue;
      await desk.answered(call);
      await desk.renew(call);
      await desk.settle(call, 61_000);
    }
  };
  const shuffle = async (direction: "down" | "up") => {
    for (let i = 0; i < 12; i += 1) {
      const moved = tolerant(move(direction, i % 3 === 0 ? "15" : "0.7"));
      const done = (await moved) as { transactionId: string } | undefined;
      if (done && i % 4 === 0) await tolerant(undo(done.transactionId));
    }
  };
  await Promise.all([talk(), talk(), talk(), talk(), shuffle("down"), shuffle("up"), shuffle("down"), shuffle("up")]);
  await booksAddUp();
  const [sum] = await on.sql<{ moved: string }>(
    `SELECT coalesce(sum(e.amount_micros), 0)::text AS moved FROM ledger_entry e JOIN ledger_transaction x ON x.id = e.transaction_id WHERE x.kind = 'transfer'`,
  );
  expect(sum?.moved).toBe("0");
  expect((await on.wallet(on.customer)).held).toBe(0n);
  expect((await on.wallet(on.reseller)).held).toBe(0n);
  const charged = await on.one<{ n: number }>(
    "SELECT count(*)::int AS n FROM ledger_transaction WHERE kind = 'charge'",
  );
  expect(charged.n).toBeGreaterThan(50);
});
