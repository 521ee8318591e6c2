import { randomUUID } from "node:crypto";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";

import { createAttempts } from "@/server/auth/attempts";
import { jsonOf } from "@/test/server/cli/run-cli";
import type { Tenancy } from "@/test/support/builders";
import { createDatabase, type TestDatabase } from "@/test/support/database";
import { paymentDesk } from "@/test/support/payment-desk";
import { everyRow, type Stage, stage } from "@/test/support/stage";

const EURO = 1_000_000n;
const acme = { tenantSlug: "acme" };
const tomorrow = () => new Date(Date.now() + 86_400_000);
let db: TestDatabase;
let on: Stage;
beforeAll(async () => {
  db = await createDatabase();
  on = await stage(db);
});
afterAll(() => db.drop());
afterEach(async () => expect(await paymentDesk(db, on).problems()).toEqual([]));

const posted = async (of: Tenancy) => (await on.wallet(of)).posted;
const sell = (who: "operator" | "reseller" = "reseller", more: object = {}) =>
  on.as(who).vouchers.create({ tenantSlug: who, count: 1, amount: "5", expiresAt: tomorrow(), ...more });
const codeOf = async (...of: Parameters<typeof sell>) => (await sell(...of)).codes[0] ?? "";
const redeem = (code: string) => on.as("customer").vouchers.redeem({ ...acme, code });

describe("a batch", () => {
  test("tells its codes once, as a list and as a file, and keeps none", async () => {
    const batch = await sell("reseller", { count: 3, prefix: "xmas", note: "Shop" });
    expect(batch.codes).toHaveLength(3);
    expect(batch.csv.split("\r\n")).toEqual([
      "code,amount,currency,expires_at",
      ...batch.codes.map((code) => `${code},5.000000,EUR,${batch.expiresAt.toISOString()}`),
      "",
    ]);
    const rows = await everyRow(db);
    for (const code of batch.codes) {
      expect(code).toMatch(/^XMAS-/);
      for (const form of [code, code.replaceAll("-", "")]) expect(rows).not.toContain(form);
    }
    const { items } = await on.as("reseller").vouchers.list({ tenantSlug: "reseller" });
    expect(items[0]).toMatchObject({ id: batch.id, count: 3, open: 3, used: 0, expired: 0, revoked: 0, note: "Shop" });
  });

  test.each<[string, object, string]>([
    ["no code", { count: 0 }, "invalid_input"],
    ["too many codes", { count: 10_001 }, "invalid_input"],
    ["half a code", { count: 1.5 }, "invalid_input"],
    ["codes worth nothing", { amount: "0" }, "invalid_input"],
    ["codes worth too much", { amount: "1000.01" }, "invalid_input"],
    ["a prefix with a blank", { prefix: "A B" }, "invalid_input"],
    ["an expiry that has passed", { expiresAt: new Date(Date.now() - 1) }, "invalid_input"],
    ["a currency without a wallet", { currency: "USD" }, "currency_mismatch"],
  ])("of %s is refused", async (_, more, code) => {
    const before = await everyRow(db);
    await expect(sell("reseller", more)).rejects.toMatchObject({ message: code });
    expect(await everyRow(db)).toBe(before);
  });

  test("is nothing for a customer to sell, and nothing for others to see or revoke", async () => {
    const tried = on.as("customer").vouchers.create({ ...acme, count: 1, amount: "5", expiresAt: tomorrow() });
    await expect(tried).rejects.toMatchObject({ message: "invalid_state" });
    const { id: batchId } = await sell("operator");
    await expect(on.as("reseller").vouchers.revoke({ tenantSlug: "reseller", batchId })).rejects.toMatchObject({
      message: "not_found",
    });
  });

  test("of the operator that is worth more than one person may post counts when a second one said yes, once", async () => {
    const second = { userId: await on.person(on.operator, "billing") };
    const operator = { tenantSlug: "operator" };
    const before = await posted(on.customer);
    const [small, large] = [
      await sell("operator", { count: 1, amount: "500" }),
      await sell("operator", { count: 3, amount: "500" }),
    ];
    expect([small.waits, large.waits]).toEqual([false, true]);
    await expect(redeem(large.codes[0] ?? "")).rejects.toMatchObject({ message: "voucher_waits" });
    const approve = (who: "operator" | "reseller" | typeof second) =>
      on.as(who).vouchers.approve({ tenantSlug: who === "reseller" ? who : "operator", batchId: large.id });
    await expect(approve("operator")).rejects.toMatchObject({ message: "approval_by_another" });
    await expect(approve("reseller")).rejects.toMatchObject({ message: "not_found" });
    expect((await on.as(second).vouchers.list(operator)).items.find(({ id }) => id === large.id)).toMatchObject({
      waits: true,
      own: false,
    });
    expect(await posted(on.customer)).toBe(before);
    const yes = await Promise.allSettled([approve(second), approve(second), approve(second)]);
    expect(yes.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    await redeem(large.codes[0] ?? "");
    await redeem(small.codes[0] ?? "");
    expect(await posted(on.customer)).toBe(before + 1_000n * EURO);
    const [told] = await on.sql("SELECT after FROM audit_event WHERE action = 'voucher.approve'");
    expect(told).toMatchObject({ after: { worth: "1500.000000", currency: "EUR" } });
    // A reseller backs its codes with its own money, so nobody else need say yes; a machine is nobody.
    expect((await sell("reseller", { count: 3, amount: "500" })).waits).toBe(false);
    const byMachine = jsonOf(db.appUrl, [
      "voucher",
      "create",
      "--count",
      "3",
      "--amount",
      "500",
      "--expires",
      "2099-12-31",
    ]);
    await expect(byMachine).rejects.toThrow(/approval_in_person/);
  });

  test("can be revoked as far as it is unused", async () => {
    const { id: batchId, codes } = await sell("operator", { count: 3 });
    await redeem(codes[0] ?? "");
    expect(await on.as("operator").vouchers.revoke({ tenantSlug: "operator", batchId })).toEqual({ revoked: 2 });
    expect(await on.as("operator").vouchers.revoke({ tenantSlug: "operator", batchId })).toEqual({ revoked: 0 });
    await expect(redeem(codes[1] ?? "")).rejects.toMatchObject({ message: "voucher_revoked" });
    const { items } = await on.as("operator").vouchers.list({ tenantSlug: "operator" });
    expect(items.find(({ id }) => id === batchId)).toMatchObject({ used: 1, revoked: 2, open: 0 });
  });
});

describe("a code", () => {
  test("of the operator brings money into the house, through the reseller", async () => {
    const code = await codeOf("operator");
    const before = [await posted(on.customer), await posted(on.reseller)];
    expect(await redeem(code)).toMatchObject({ amountMicros: 5n * EURO, currency: "EUR" });
    expect([await posted(on.customer), await posted(on.reseller)]).toEqual([(before[0] ?? 0n) + 5n * EURO, before[1]]);
  });

  test("of a reseller is paid by its wallet, and stays good while that has none", async () => {
    const code = await codeOf();
    await on.sql("UPDATE wallet SET credit_limit_micros = 50000000 WHERE tenant_id = $1", [on.reseller.tenantId]);
    // A limit is trust, not money.
    await expect(redeem(code)).rejects.toMatchObject({ message: "voucher_unfunded" });
    await on.topUp(on.reseller, 8n * EURO);
    const [mine, theirs] = [await posted(on.customer), await posted(on.reseller)];
    await redeem(code);
    expect([await posted(on.customer), await posted(on.reseller)]).toEqual([mine + 5n * EURO, theirs - 5n * EURO]);
    await expect(redeem(await codeOf())).rejects.toMatchObject({ message: "voucher_unfunded" });
  });

  test("used by twenty at the same instant counts once", async () => {
    const code = await codeOf("operator");
    const other = await on.tenant("customer", on.reseller);
    const userId = await on.person(other);
    const before = (await posted(on.customer)) + (await posted(other));
    const outcomes = await Promise.allSettled(
      Array.from({ length: 20 }, (_, n) =>
        n % 2 ? redeem(code) : on.as({ userId }).vouchers.redeem({ tenantSlug: other.slug, code }),
      ),
    );
    const lost = outcomes.filter(({ status }) => status === "rejected") as PromiseRejectedResult[];
    expect(lost).toHaveLength(19);
    for (const { reason } of lost) expect(reason).toMatchObject({ message: "voucher_used" });
    expect((await posted(on.customer)) + (await posted(other))).toBe(before + 5n * EURO);
  });

  test("that has expired, in another currency, of a stranger or of nobody says so and tells of nobody", async () => {
    const expired = await codeOf("operator");
    await on.sql(
      "UPDATE voucher_batch SET expires_at = now() WHERE id = (SELECT id FROM voucher_batch ORDER BY created_at DESC LIMIT 1)",
    );
    await expect(redeem(expired)).rejects.toMatchObject({ message: "voucher_expired" });
    await on.sql("INSERT INTO wallet (tenant_id, currency) VALUES ($1, 'USD')", [on.operator.tenantId]);
    const dollars = await codeOf("operator", { currency: "USD" });
    await expect(redeem(dollars)).rejects.toMatchObject({ message: "currency_mismatch" });
    const theirs = await on.tenant("reseller", on.operator);
    const userId = await on.person(theirs);
    const { codes } = await on
      .as({ userId })
      .vouchers.create({ tenantSlug: theirs.slug, count: 1, amount: "5", expiresAt: tomorrow() });
    const answerTo = (code: string) =>
      redeem(code).catch((error: { message: string; cause: unknown }) => [error.message, String(error.cause)]);
    const stranger = await answerTo(codes[0] ?? "");
    expect(stranger[0 as never]).toBe("voucher_wrong");
    expect(stranger).toEqual(await answerTo("0000-0000-0000-0000-0000"));
    await expect(redeem("not a code")).rejects.toMatchObject({ message: "voucher_wrong" });
  });

  test("is not for its own seller", async () => {
    const code = await codeOf();
    const own = on.as("reseller").vouchers.redeem({ tenantSlug: "reseller", code });
    await expect(own).rejects.toMatchObject({ message: "voucher_wrong" });
  });

  test("that is guessed has to wait longer and longer; a right one in time does not", async () => {
    const attempts = createAttempts({ secret: randomUUID(), sql: db.pool });
    const guess = (code: string) =>
      on.as("customer", { attempts, address: "192.0.2.77" }).vouchers.redeem({ ...acme, code });
    for (let n = 0; n < 5; n += 1)
      await expect(guess("0000-0000-0000-0000-0000")).rejects.toMatchObject({ message: "voucher_wrong" });
    // The first beyond the free ones gets through and starts the wait; the next is told how long it is.
    await expect(guess("0000-0000-0000-0000-0000")).rejects.toMatchObject({ message: "voucher_wrong" });
    await expect(guess(await codeOf("operator"))).rejects.toMatchObject({ message: "rate_limited" });
    await expect(redeem(await codeOf("operator"))).resolves.toMatchObject({ amountMicros: 5n * EURO });
  });
});
