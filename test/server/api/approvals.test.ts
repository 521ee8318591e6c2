import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { jsonOf } from "@/test/server/cli/run-cli";
import { createDatabase, type TestDatabase } from "@/test/support/database";
import { type Stage, stage } from "@/test/support/stage";

const EURO = 1_000_000n;
const operator = { tenantSlug: "operator" };
let db: TestDatabase;
let on: Stage;
let second: { userId: string };
beforeAll(async () => {
  db = await createDatabase();
  on = await stage(db);
  second = { userId: await on.person(on.operator, "billing") };
});
afterAll(() => db.drop());

const posted = async () => (await on.wallet(on.customer)).posted;
const ask = (amount: string, postingKey: string = randomUUID()) =>
  on.as("operator").billing.topUp({ ...operator, toTenantSlug: "acme", amount, postingKey });
const waiting = async (amount = "1000.01") => (await ask(amount)).pendingId ?? "";

describe("a top-up that its receiver asks for", () => {
  const key = () => randomUUID();
  const asks = (amount: string, postingKey = key(), who: "customer" | "reseller" = "customer") =>
    on
      .as(who)
      .approvals.ask({ tenantSlug: who === "customer" ? "acme" : "reseller", amount, postingKey, memo: "RF-1" });
  const asked = async () => (await on.as("customer").approvals.asked({ tenantSlug: "acme" })).items;

  test("waits at the one directly above, who pays it from its own wallet, once", async () => {
    await on.topUp(on.reseller, 100n * EURO);
    const before = [await posted(), (await on.wallet(on.reseller)).posted] as const;
    const same = key();
    const { requestId } = await asks("30", same);
    expect(await asks("30", same)).toEqual({ requestId });
    await expect(asks("31", same)).rejects.toMatchObject({ message: "posting_key_reused" });
    expect(await posted()).toBe(before[0]);
    const { items } = await on.as("reseller").approvals.list({ tenantSlug: "reseller" });
    expect(items).toMatchObject([{ id: requestId, toSlug: "acme", askedByName: "Somebody", memo: "RF-1", own: false }]);
    const above = on.as("operator").approvals.approve({ ...operator, topUpId: requestId });
    await expect(above).rejects.toMatchObject({ message: "not_found" });
    const decide = () => on.as("reseller").approvals.approve({ tenantSlug: "reseller", topUpId: requestId });
    const decisions = await Promise.allSettled([decide(), decide(), decide()]);
    expect(decisions.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    expect([await posted(), (await on.wallet(on.reseller)).posted]).toEqual([
      before[0] + 30n * EURO,
      before[1] - 30n * EURO,
    ]);
    expect(await asked()).toMatchObject([{ id: requestId, state: "approved", amountMicros: 30n * EURO }]);
  });

  test("that the reseller cannot back stays open; declined it is never posted; five wait at most", async () => {
    const before = await posted();
    const { requestId } = await asks("5000");
    const approve = on.as("reseller").approvals.approve({ tenantSlug: "reseller", topUpId: requestId });
    await expect(approve).rejects.toMatchObject({ message: "insufficient_funds" });
    await on.as("reseller").approvals.reject({ tenantSlug: "reseller", topUpId: requestId });
    for (let n = 0; n < 5; n += 1) await asks("1");
    await expect(asks("1")).rejects.toMatchObject({ message: "invalid_state" });
    for (const { id } of (await asked()).filter(({ state }) => state === "pending")) {
      await on.as("reseller").approvals.reject({ tenantSlug: "reseller", topUpId: id });
    }
    expect(await posted()).toBe(before);
  });

  test("of the operator, above its limit, needs two of its people; nobody asks the operator's own", async () => {
    const before = (await on.wallet(on.reseller)).posted;
    const { requestId: topUpId } = await asks("1000.01", key(), "reseller");
    const first = await on.as("operator").approvals.approve({ ...operator, topUpId });
    expect([first.transactionId, (await on.wallet(on.reseller)).posted]).toEqual([null, before]);
    const again = on.as("operator").approvals.approve({ ...operator, topUpId });
    await expect(again).rejects.toMatchObject({ message: "approval_by_another" });
    expect((await on.as(second).approvals.approve({ ...operator, topUpId })).transactionId).not.toBeNull();
    expect((await on.wallet(on.reseller)).posted).toBe(before + 1_000_010_000n);
    const own = on.as("operator").approvals.ask({ ...operator, amount: "5", postingKey: key() });
    await expect(own).rejects.toMatchObject({ message: "invalid_state" });
  });

  test("is asked for on the command line as well", async () => {
    const { requestId } = await jsonOf<{ requestId: string }>(db.appUrl, [
      "topup",
      "ask",
      "--tenant",
      "acme",
      "--amount",
      "7",
    ]);
    await on.as("reseller").approvals.reject({ tenantSlug: "reseller", topUpId: requestId });
  });
});

describe("a top-up by the operator", () => {
  test("up to the limit is posted, above it waits", async () => {
    const before = await posted();
    expect(await ask("1000.00")).toMatchObject({ pendingId: null, transactionId: expect.any(String) });
    const key = randomUUID();
    const asked = await ask("1000.01", key);
    expect(asked).toMatchObject({ transactionId: null, pendingId: expect.any(String) });
    expect(await ask("1000.01", key)).toEqual(asked);
    await expect(ask("1000.02", key)).rejects.toMatchObject({ message: "posting_key_reused" });
    expect(await posted()).toBe(before + 1_000n * EURO);
  });

  test("is approved by somebody else, once, in both trails", async () => {
    const topUpId = await waiting();
    const before = await posted();
    await expect(on.as("operator").approvals.approve({ ...operator, topUpId })).rejects.toMatchObject({
      message: "approval_by_another",
    });
    const decisions = await Promise.allSettled(
      Array.from({ length: 4 }, () => on.as(second).approvals.approve({ ...operator, topUpId })),
    );
    expect(decisions.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    expect(await posted()).toBe(before + 1_000_010_000n);
    const trail = await on.sql(
      "SELECT tenant_id FROM audit_event WHERE action = 'billing.approve_top_up' AND subject = $1",
      [`top_up:${topUpId}`],
    );
    expect(trail).toHaveLength(2);
    const { items } = await on.as(second).approvals.list(operator);
    expect(items.find(({ id }) => id === topUpId)).toMatchObject({ state: "approved", toSlug: "acme" });
  });

  test("that is rejected is never posted, also not under its key", async () => {
    const key = randomUUID();
    const topUpId = (await ask("2000", key)).pendingId ?? "";
    const before = await posted();
    await on.as(second).approvals.reject({ ...operator, topUpId });
    await expect(on.as(second).approvals.approve({ ...operator, topUpId })).rejects.toMatchObject({
      message: "invalid_state",
    });
    await expect(ask("2000", key)).rejects.toMatchObject({ message: "invalid_state" });
    expect(await posted()).toBe(before);
  });

  test("cannot be had by making a tenant with it, nor decided by a reseller", async () => {
    const topUpId = await waiting();
    await expect(on.as("reseller").approvals.approve({ tenantSlug: "reseller", topUpId })).rejects.toMatchObject({
      message: "not_found",
    });
    const made = jsonOf(db.appUrl, ["tenant", "create", "--name", "Rich", "--slug", "rich", "--credit", "1000.01"]);
    await expect(made).rejects.toThrow(/invalid_input/);
  });

  test("a reseller gives its own money without asking anybody", async () => {
    await on.topUp(on.reseller, 5_000n * EURO);
    const given = await on
      .as("reseller")
      .billing.topUp({ tenantSlug: "reseller", toTenantSlug: "acme", amount: "1500", postingKey: "own" });
    expect(given.pendingId).toBeNull();
  });
});

describe("the command line", () => {
  const cli = <T>(...words: string[]) => jsonOf<T>(db.appUrl, words);

  // Whoever sits at the command line may be the one who asked in the portal, or who will approve there.
  test("is nobody: above the limit it neither asks nor approves, and may only let go", async () => {
    const before = await posted();
    const topUp = ["topup", "--tenant", "acme", "--amount", "1000.01", "--key", "bank-9"];
    await expect(cli(...topUp)).rejects.toThrow(/approval_in_person/);
    const portal = await waiting("1200");
    await expect(cli("topup", "approve", "--id", portal)).rejects.toThrow(/approval_in_person/);
    expect(await cli<object[]>("topup", "pending")).toContainEqual(expect.objectContaining({ id: portal }));
    expect(await posted()).toBe(before);
    expect(await cli("topup", "reject", "--id", portal)).toMatchObject({ state: "rejected" });
  });

  test("what it asked for in earlier days takes two people of the portal", async () => {
    const topUpId = await waiting("1300");
    await on.sql("UPDATE pending_top_up SET asked_by = 'cli:root' WHERE id = $1", [topUpId]);
    const before = await posted();
    const approve = (who: "operator" | { userId: string }) => on.as(who).approvals.approve({ ...operator, topUpId });
    expect((await approve("operator")).transactionId).toBeNull();
    await expect(approve("operator")).rejects.toMatchObject({ message: "approval_by_another" });
    expect(await posted()).toBe(before);
    expect((await approve(second)).transactionId).not.toBeNull();
    expect(await posted()).toBe(before + 1_300n * EURO);
  });

  test("agrees to what a tenant asked for up to the limit, once another asked", async () => {
    await on.sql("UPDATE ledger_transaction SET recorded_at = recorded_at - interval '24 hours'");
    const { requestId } = await on.as("reseller").approvals.ask({
      tenantSlug: "reseller",
      amount: "20",
      postingKey: randomUUID(),
    });
    expect(await cli("topup", "approve", "--id", requestId)).toMatchObject({ state: "approved" });
  });

  test("sells codes and uses them up", async () => {
    const words = ["voucher", "create", "--count", "2", "--amount", "3", "--expires", "2099-12-31", "--prefix", "cli"];
    const batch = await cli<{ batchId: string; codes: string[] }>(...words);
    expect(batch.codes).toHaveLength(2);
    const used = () => cli("voucher", "redeem", "--tenant", "acme", "--code", batch.codes[0] ?? "");
    expect(await used()).toMatchObject({ tenant: "acme", amountMicros: "3000000" });
    await expect(used()).rejects.toThrow(/voucher_used/);
    expect(await cli("voucher", "list")).toMatchObject([{ id: batch.batchId, used: 1, open: 1 }]);
    expect(await cli("voucher", "revoke", "--batch", batch.batchId)).toEqual({ batchId: batch.batchId, revoked: 1 });
    await expect(cli("voucher", "create", "--count", "0", "--amount", "3", "--expires", "2099-12-31")).rejects.toThrow(
      /--count/,
    );
    await expect(cli("voucher", "create", "--count", "1", "--amount", "3", "--expires", "soon")).rejects.toThrow(
      /--expires/,
    );
  });
});
