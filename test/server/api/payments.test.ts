import { randomUUID } from "node:crypto";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { silentLogger } from "@/server/infra/log/logger";
import type { PaymentProvider, RefundAsk, Refunded } from "@/server/infra/payments/provider";
import { testProvider } from "@/server/infra/payments/test-provider";
import { DomainError } from "@/server/kernel/errors";
import type { TenantId } from "@/server/kernel/ids";
import { createDatabase, type TestDatabase } from "@/test/support/database";
import { paymentDesk } from "@/test/support/payment-desk";
import { everyRow, type Stage, stage } from "@/test/support/stage";
import { refundPayment } from "@/workers/processors/refund-payment";

const EURO = 1_000_000n;
const acme = { tenantSlug: "acme" };
let db: TestDatabase;
let on: Stage;
let desk: ReturnType<typeof paymentDesk>;
beforeAll(async () => {
  db = await createDatabase();
  on = await stage(db);
  desk = paymentDesk(db, on);
});
afterAll(() => db.drop());
afterEach(async () => expect(await desk.problems()).toEqual([]));

const posted = async () => (await on.wallet(on.customer)).posted;
const start = (input: object = {}) => on.as("customer").payments.start({ ...acme, amount: "25", ...input });
const refund = (paymentId: string, amount: string, postingKey: string = randomUUID()) =>
  on.as("operator").payments.refund({ ...acme, paymentId, amount, postingKey });
/** A payment of the test provider whose money is there. */
const paidByTest = async (amount: string) => {
  const { paymentId } = await start({ amount });
  await on.as("customer").payments.answerTest({ ...acme, paymentId, answer: "pay" });
  return paymentId;
};

describe("a payment", () => {
  test("begins at the provider's page and ends with credit in the ledger, linked to it", async () => {
    const before = await posted();
    const { paymentId, url } = await start({ saveCard: true });
    expect(url).toBe(`http://127.0.0.1:3000/t/acme/test-payment?payment=${paymentId}`);
    expect(await posted()).toBe(before);
    const answer = { ...acme, paymentId, answer: "save_good_card" } as const;
    expect(await on.as("customer").payments.answerTest(answer)).toEqual({ outcome: "paid" });
    expect(await on.as("customer").payments.answerTest(answer)).toEqual({ outcome: "repeat" });
    expect(await posted()).toBe(before + 25n * EURO);
    const { cards, items, provider } = await on.as("customer").payments.list(acme);
    expect(provider).toBe("test");
    expect(cards).toMatchObject([{ last4: "4242" }]);
    expect(items[0]).toMatchObject({ id: paymentId, state: "paid", amountMicros: 25n * EURO, leftMicros: 25n * EURO });
    const { items: lines } = await on.as("customer").billing.ledger(acme);
    expect(lines[0]).toMatchObject({ kind: "payment", paymentId, amountMicros: 25n * EURO });
  });

  test("has a test page for its own tenant only, and only while the test provider is on", async () => {
    const { paymentId } = await start();
    const page = (who: "customer" | "reseller" | "operator", tenantSlug: string, more = {}) =>
      on.as(who, more).payments.testPage({ tenantSlug, paymentId });
    expect(await page("customer", "acme")).toMatchObject({ id: paymentId, state: "pending" });
    await expect(page("reseller", "reseller")).rejects.toMatchObject({ message: "not_found" });
    await expect(page("customer", "acme", { payments: undefined })).rejects.toMatchObject({ message: "not_found" });
    const stripes = await desk.begin(on.customer, 5n * EURO);
    const foreign = on.as("customer").payments.testPage({ ...acme, paymentId: stripes });
    await expect(foreign).rejects.toMatchObject({ message: "not_found" });
    const viewer = { userId: await on.person(on.customer, "viewer") };
    await expect(on.as(viewer).payments.testPage({ ...acme, paymentId })).rejects.toMatchObject({
      message: "forbidden",
    });
  });

  test("that fails moves nothing", async () => {
    const before = await posted();
    const { paymentId } = await start();
    await on.as("customer").payments.answerTest({ ...acme, paymentId, answer: "fail" });
    expect(await posted()).toBe(before);
    expect(await on.as("customer").payments.get({ ...acme, paymentId })).toMatchObject({ state: "failed" });
  });

  test.each(["0", "0.99", "-5", "10000.01", "1.005", "1e3", "", "12,5"])("of %j is refused", async (amount) => {
    const before = await everyRow(db);
    await expect(start({ amount })).rejects.toMatchObject({ message: "invalid_input" });
    expect(await everyRow(db)).toBe(before);
  });

  test("needs a provider, and one that answers", async () => {
    const off = on.as("customer", { payments: undefined }).payments.start({ ...acme, amount: "5" });
    await expect(off).rejects.toMatchObject({ message: "payments_off" });
    const away: PaymentProvider = {
      ...testProvider({ appUrl: "" }),
      startCheckout: () => Promise.reject(new DomainError("payment_provider_away")),
    };
    const tried = on.as("customer", { payments: away }).payments.start({ ...acme, amount: "5" });
    await expect(tried).rejects.toMatchObject({ message: "payment_provider_away" });
    const { items } = await on.as("customer").payments.list(acme);
    expect(items[0]).toMatchObject({ state: "failed", amountMicros: 5n * EURO });
  });

  test("the operator has nobody to pay; a viewer may not", async () => {
    const own = on.as("operator").payments.start({ tenantSlug: "operator", amount: "5" });
    await expect(own).rejects.toMatchObject({ message: "invalid_state" });
    const userId = await on.person(on.customer, "viewer");
    await expect(on.as({ userId }).payments.start({ ...acme, amount: "5" })).rejects.toMatchObject({
      message: "forbidden",
    });
  });

  test("the buttons of the test page are dead where the test provider is off, and for real payments", async () => {
    const { paymentId } = await start();
    const answer = { ...acme, paymentId, answer: "pay" } as const;
    for (const payments of [undefined, { ...testProvider({ appUrl: "" }), name: "stripe" as const }]) {
      const tried = on.as("customer", { payments }).payments.answerTest(answer);
      await expect(tried).rejects.toMatchObject({ message: "payments_off" });
    }
    const real = await desk.begin(on.customer, 5n * EURO);
    const tried = on.as("customer").payments.answerTest({ ...answer, paymentId: real });
    await expect(tried).rejects.toMatchObject({ message: "payments_off" });
  });

  test("a sibling cannot see it, answer it or refund it", async () => {
    const { paymentId } = await start();
    const beside = await on.tenant("customer", on.reseller, { slug: `b${randomUUID().slice(0, 6)}` });
    const userId = await on.person(beside);
    const there = { tenantSlug: beside.slug, paymentId };
    await expect(on.as({ userId }).payments.get(there)).rejects.toMatchObject({ message: "not_found" });
    const answered = on.as({ userId }).payments.answerTest({ ...there, answer: "pay" });
    await expect(answered).rejects.toMatchObject({ message: "not_found" });
    const wrong = on.as("operator").payments.refund({ ...there, amount: "1", postingKey: randomUUID() });
    await expect(wrong).rejects.toMatchObject({ message: "not_found" });
  });

  test("a removed card is gone for its owner only", async () => {
    const { paymentId } = await start({ saveCard: true });
    await on.as("customer").payments.answerTest({ ...acme, paymentId, answer: "save_bad_card" });
    const [card] = (await on.as("customer").payments.list(acme)).cards;
    await on.as("customer").payments.removeCard({ ...acme, cardId: card?.id ?? "" });
    const { cards } = await on.as("customer").payments.list(acme);
    expect(cards.map(({ id }) => id)).not.toContain(card?.id);
  });
});

describe("a refund", () => {
  /** Runs the queued refund against a provider that answers like this. */
  async function tellProvider(said: Partial<Refunded> = {}): Promise<RefundAsk[]> {
    const asked: RefundAsk[] = [];
    const payments: PaymentProvider = {
      ...testProvider({ appUrl: "" }),
      refund: async (ask) => {
        asked.push(ask);
        return { ref: `re_${ask.refundId}`, failed: false, why: "", ...said };
      },
    };
    const waiting = await on.sql<{ payload: { reversalId: string } }>(
      "SELECT payload FROM outbox_job WHERE job_name = 'payments.refund' ORDER BY created_at",
    );
    for (const { payload } of waiting) {
      await refundPayment(payload, {
        ...{
          jobId: randomUUID(),
          tenantId: on.customer.tenantId as TenantId,
          db: db.app,
          pool: db.pool,
          ami: undefined,
        },
        ...{
          payments,
          log: silentLogger,
          pbx: "pbx1",
          settings: { appUrl: "https://portal.example", securityEventRetentionDays: 1, auditFile: undefined },
        },
        reconciler: { run: async () => ({ sawChannels: false, checkedLedger: false, open: 0, live: 0, settled: 0 }) },
      });
    }
    return asked;
  }

  test("leaves the wallet at once and is told to the provider once", async () => {
    const paymentId = await paidByTest("30");
    const before = await posted();
    const key = randomUUID();
    const first = await refund(paymentId, "12", key);
    expect(await refund(paymentId, "12", key)).toEqual(first);
    expect(await posted()).toBe(before - 12n * EURO);
    expect(await tellProvider()).toMatchObject([{ refundId: first.refundId, amount: 12n * EURO, currency: "EUR" }]);
    expect(await tellProvider()).toEqual([]);
    expect(await on.as("customer").payments.get({ ...acme, paymentId })).toMatchObject({
      state: "partly_refunded",
      leftMicros: 18n * EURO,
      reversals: [{ state: "done", kind: "refund" }],
    });
    await expect(refund(paymentId, "13", key)).rejects.toMatchObject({ message: "posting_key_reused" });
  });

  test("more than the payment, or than is left of it, is refused with what is left", async () => {
    const paymentId = await paidByTest("30");
    const before = await posted();
    await expect(refund(paymentId, "30.01")).rejects.toMatchObject({
      message: "refund_too_large",
      cause: { detail: { possible: "30.000000" } },
    });
    await refund(paymentId, "20");
    await expect(refund(paymentId, "10.01")).rejects.toMatchObject({ cause: { detail: { possible: "10.000000" } } });
    expect(await posted()).toBe(before - 20n * EURO);
    await tellProvider();
  });

  test("twice at the same instant, only what is there goes back", async () => {
    const paymentId = await paidByTest("30");
    const before = await posted();
    const outcomes = await Promise.allSettled(Array.from({ length: 5 }, () => refund(paymentId, "20")));
    expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    expect(await posted()).toBe(before - 20n * EURO);
    await tellProvider();
  });

  test("money that is spent cannot be refunded; the sentence says how much can", async () => {
    const of = await on.tenant("customer", on.reseller, { slug: `p${randomUUID().slice(0, 6)}` });
    const paymentId = await desk.pay(of, 30n * EURO);
    await on.sql("SELECT set_config('app.tenant_id', $1, false)", [on.operator.tenantId]);
    await on.sql("SELECT wallet_post($1, 'correction', -25000000, 'EUR', 'spent', 'adjustments', '', 'test', NULL)", [
      of.tenantId,
    ]);
    // A limit is trust, not money: it is not paid out.
    await on.sql("UPDATE wallet SET credit_limit_micros = 50000000 WHERE tenant_id = $1", [of.tenantId]);
    const tried = on.as("operator").payments.refund({ tenantSlug: of.slug, paymentId, amount: "6", postingKey: "r" });
    await expect(tried).rejects.toMatchObject({
      message: "insufficient_funds",
      cause: { detail: { possible: "5.000000" } },
    });
    await on.as("operator").payments.refund({ tenantSlug: of.slug, paymentId, amount: "5", postingKey: "r2" });
    expect((await on.wallet(of)).posted).toBe(0n);
  });

  test("that the provider refuses is back in the wallet", async () => {
    const paymentId = await paidByTest("30");
    const before = await posted();
    await refund(paymentId, "30");
    expect(await posted()).toBe(before - 30n * EURO);
    await tellProvider({ ref: null, failed: true, why: "too old" });
    expect(await posted()).toBe(before);
    expect(await on.as("customer").payments.get({ ...acme, paymentId })).toMatchObject({
      state: "paid",
      leftMicros: 30n * EURO,
      reversals: [{ state: "failed", note: "too old" }],
    });
  });

  test("is the operator's to give, of money that came and is not disputed", async () => {
    const paymentId = await paidByTest("30");
    const input = { ...acme, paymentId, amount: "1", postingKey: randomUUID() };
    await expect(on.as("customer").payments.refund(input)).rejects.toMatchObject({ message: "forbidden" });
    await expect(on.as("reseller").payments.refund(input)).rejects.toMatchObject({ message: "forbidden" });
    const { paymentId: waiting } = await start();
    await expect(refund(waiting, "1")).rejects.toMatchObject({ message: "invalid_state" });
    const disputed = await desk.pay(on.customer, 5n * EURO);
    await desk.tell(disputed, desk.dispute(`dp_${disputed}`, 5n * EURO, "open"));
    await expect(refund(disputed, "1")).rejects.toMatchObject({ message: "invalid_state" });
  });
});
