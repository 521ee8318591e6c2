import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";

import { callDesk } from "@/test/support/call-desk";
import { createDatabase, type TestDatabase } from "@/test/support/database";
import { noonZone } from "@/test/support/noon";
import { everyRow, type Stage, stage } from "@/test/support/stage";

let db: TestDatabase;
let on: Stage;
const acme = { tenantSlug: "acme" };
const key = () => ({ postingKey: randomUUID() });

beforeAll(async () => {
  db = await createDatabase();
  on = await stage(db);
});
afterAll(() => db.drop());

const posted = async (who: "operator" | "reseller" | "customer") => (await on.wallet(on[who])).posted;

/** Whatever happened, the books must balance. */
async function booksAddUp(): Promise<void> {
  expect(await on.sql("SELECT * FROM ledger_check()")).toEqual([]);
}

describe("topping up", () => {
  test("the operator posts a payment to any tenant below, in both trails", async () => {
    const before = await posted("reseller");
    const moved = await on
      .as("operator")
      .billing.topUp({ tenantSlug: "operator", toTenantSlug: "reseller", amount: "100.00", ...key() });
    expect(moved).toMatchObject({ amount: 100_000_000n, currency: "EUR" });
    await on.as("operator").billing.topUp({ tenantSlug: "operator", toTenantSlug: "acme", amount: "5", ...key() });
    expect(await posted("reseller")).toBe(before + 100_000_000n);
    const trail = await on.sql<{ tenant_id: string }>(
      "SELECT tenant_id, after FROM audit_event WHERE action = 'billing.top_up' AND after->>'to' = 'reseller' ORDER BY at",
    );
    expect(trail).toMatchObject([
      { tenant_id: on.operator.tenantId, after: { amount: "100.000000", currency: "EUR" } },
      { tenant_id: on.reseller.tenantId },
    ]);
    await booksAddUp();
  });

  test("a reseller gives credit of its own", async () => {
    const [mine, theirs] = [await posted("reseller"), await posted("customer")];
    await on.as("reseller").billing.topUp({ tenantSlug: "reseller", toTenantSlug: "acme", amount: "10.5", ...key() });
    expect([await posted("reseller"), await posted("customer")]).toEqual([mine - 10_500_000n, theirs + 10_500_000n]);
    await booksAddUp();
  });

  test("on the customer's own page the person's seat pays", async () => {
    const [mine, theirs] = [await posted("reseller"), await posted("customer")];
    await on.as("reseller").billing.topUp({ ...acme, amount: "1", ...key() });
    expect([await posted("reseller"), await posted("customer")]).toEqual([mine - 1_000_000n, theirs + 1_000_000n]);
    await on.as("operator").billing.topUp({ ...acme, amount: "1", ...key() });
    expect([await posted("reseller"), await posted("customer")]).toEqual([mine - 1_000_000n, theirs + 2_000_000n]);
  });

  test("nobody tops up the tenant they sit on, or the one above", async () => {
    const moneyRows = async () =>
      on.sql("SELECT w::text FROM wallet w UNION ALL SELECT e::text FROM ledger_entry e ORDER BY 1");
    const before = await moneyRows();
    const tryAs = (input: object) => on.as("customer").billing.topUp({ ...acme, amount: "1", ...key(), ...input });
    await expect(tryAs({})).rejects.toMatchObject({ message: "forbidden" });
    await expect(tryAs({ toTenantSlug: "acme" })).rejects.toMatchObject({ message: "forbidden" });
    await expect(tryAs({ toTenantSlug: "reseller" })).rejects.toMatchObject({ message: "not_below" });
    await expect(tryAs({ toTenantSlug: "nobody" })).rejects.toMatchObject({ message: "not_below" });
    // The attempt itself is in the trail; money did not move.
    expect(await moneyRows()).toEqual(before);
  });

  test("the same key again moves nothing; for something else it is refused", async () => {
    const once = { tenantSlug: "operator", toTenantSlug: "acme", amount: "3", ...key() };
    const before = await posted("customer");
    const first = await on.as("operator").billing.topUp(once);
    expect(await on.as("operator").billing.topUp(once)).toEqual(first);
    expect(await posted("customer")).toBe(before + 3_000_000n);
    await expect(on.as("operator").billing.topUp({ ...once, amount: "4" })).rejects.toMatchObject({
      message: "posting_key_reused",
    });
  });

  test("ten at once with one key move money once", async () => {
    const once = { tenantSlug: "operator", toTenantSlug: "acme", amount: "1", ...key() };
    const before = await posted("customer");
    await Promise.all(Array.from({ length: 10 }, () => on.as("operator").billing.topUp(once)));
    expect(await posted("customer")).toBe(before + 1_000_000n);
    await booksAddUp();
  });

  test("a reseller cannot give what it does not have, and nothing is half done", async () => {
    const before = await everyRow(db);
    await expect(
      on.as("reseller").billing.topUp({ tenantSlug: "reseller", toTenantSlug: "acme", amount: "999999999", ...key() }),
    ).rejects.toMatchObject({ message: "insufficient_funds" });
    expect(await everyRow(db)).toBe(before);
  });

  test.each<[string, Record<string, string>, string, string | undefined]>([
    ["a negative amount", { amount: "-5" }, "invalid_input", "amount"],
    ["nothing", { amount: "0" }, "invalid_input", "amount"],
    ["seven decimals", { amount: "1.0000001" }, "invalid_input", "amount"],
    ["an empty amount", { amount: "" }, "invalid_input", "amount"],
    ["an exponent", { amount: "1e9" }, "invalid_input", "amount"],
    ["a decimal comma", { amount: "1,5" }, "invalid_input", "amount"],
    ["ten digits", { amount: "1000000000" }, "invalid_input", "amount"],
    ["no number at all", { amount: "NaN" }, "invalid_input", "amount"],
    ["a currency the wallet does not have", { currency: "USD" }, "currency_mismatch", undefined],
    ["a currency that does not exist", { currency: "XXQ" }, "invalid_input", "currency"],
    ["no key", { postingKey: " " }, "invalid_input", "postingKey"],
    ["the key of a charge to come", { postingKey: "call:1:0" }, "invalid_input", "postingKey"],
    ["a line break in the memo", { memo: "a\r\nb" }, "invalid_input", "memo"],
  ])("%s is refused with its code, and nothing is changed", async (_, change, code, field) => {
    const before = await everyRow(db);
    for (const [who, tenantSlug] of [
      ["operator", "operator"],
      ["reseller", "reseller"],
    ] as const) {
      const attempt = on.as(who).billing.topUp({ tenantSlug, toTenantSlug: "acme", amount: "1", ...key(), ...change });
      const error = await attempt.then(
        () => undefined,
        (refused: { message: string; cause?: unknown }) => refused,
      );
      expect(error?.message).toBe(code);
      if (field) expect(Object.keys(z.flattenError(error?.cause as z.ZodError).fieldErrors)).toEqual([field]);
    }
    expect(await everyRow(db)).toBe(before);
  });
});

describe("a transfer", () => {
  test("goes down and comes back up", async () => {
    const [mine, theirs] = [await posted("reseller"), await posted("customer")];
    const move = (direction: "down" | "up", amount: string) =>
      on
        .as("reseller")
        .billing.transfer({ tenantSlug: "reseller", withTenantSlug: "acme", direction, amount, ...key() });
    await move("down", "2");
    await move("up", "0.5");
    expect([await posted("reseller"), await posted("customer")]).toEqual([mine - 1_500_000n, theirs + 1_500_000n]);
    await booksAddUp();
  });

  test("passes over no level, and not sideways", async () => {
    const beside = await on.tenant("customer", on.reseller, { slug: "beside" });
    const userId = await on.person(beside);
    const input = { amount: "1", ...key() };
    await expect(
      on.as("operator").billing.transfer({ ...input, tenantSlug: "operator", withTenantSlug: "acme" }),
    ).rejects.toMatchObject({ message: "not_below" });
    await expect(
      on.as({ userId }).billing.transfer({ ...input, tenantSlug: "beside", withTenantSlug: "acme" }),
    ).rejects.toMatchObject({ message: "not_below" });
    await expect(
      on.as("customer").billing.transfer({ ...input, ...acme, withTenantSlug: "reseller" }),
    ).rejects.toMatchObject({ message: "not_below" });
  });
});

describe("the balance", () => {
  test("says what is settled, held and free, and what today cost", async () => {
    await on.sql("UPDATE tenant SET time_zone = $2 WHERE id = $1", [on.customer.tenantId, noonZone()]);
    const phone = await on.phone(on.customer, "777");
    const desk = callDesk(db.pool);
    const before = await on.as("customer").billing.balance(acme);
    await desk.authorise({ call: "b1", endpoint: phone.endpoint });
    const during = await on.as("customer").billing.balance(acme);
    expect(during.heldMicros).toBe(before.heldMicros + 92_500n);
    expect(during.availableMicros).toBe(before.availableMicros - 92_500n);
    await desk.settle("b1", 60_000);
    expect(await on.as("customer").billing.balance(acme)).toMatchObject({
      currency: "EUR",
      postedMicros: before.postedMicros - 42_500n,
      heldMicros: before.heldMicros,
      spentTodayMicros: before.spentTodayMicros + 42_500n,
      spentWeekMicros: before.spentWeekMicros + 42_500n,
    });
  });

  test("the ledger's pages form one chain from the newest entry to the first", async () => {
    const lines: { seq: bigint; amountMicros: bigint; balanceAfterMicros: bigint }[] = [];
    let cursor: string | null = null;
    do {
      const page: { items: typeof lines; nextCursor: string | null } = await on
        .as("customer")
        .billing.ledger({ ...acme, limit: 3, ...(cursor === null ? {} : { cursor }) });
      lines.push(...page.items);
      cursor = page.nextCursor;
    } while (cursor !== null);
    expect(lines.map(({ seq }) => seq)).toEqual(lines.map((_, index) => BigInt(lines.length - index)));
    expect(lines[0]?.balanceAfterMicros).toBe(await posted("customer"));
    for (const [index, line] of lines.entries()) {
      expect(line.balanceAfterMicros - line.amountMicros).toBe(lines[index + 1]?.balanceAfterMicros ?? 0n);
    }
  });

  test("turned round, the ledger begins with its first entry", async () => {
    const newest = await on.as("customer").billing.ledger({ ...acme, limit: 200 });
    const oldest = await on.as("customer").billing.ledger({ ...acme, limit: 3, sort: "-time" });
    expect(newest.items.length).toBeGreaterThan(4);
    expect(oldest.items).toEqual(newest.items.slice(-3).toReversed());
    const next = await on
      .as("customer")
      .billing.ledger({ ...acme, limit: 200, sort: "-time", cursor: oldest.nextCursor ?? "" });
    expect([...oldest.items, ...next.items]).toEqual(newest.items.toReversed());
    expect(next.nextCursor).toBeNull();
  });

  test("a customer reads who gave credit only as its provider", async () => {
    const { items } = await on.as("customer").billing.ledger(acme);
    expect(items.find(({ kind }) => kind === "transfer")).toMatchObject({ actor: "provider" });
  });
});
