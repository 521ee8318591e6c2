import { randomUUID } from "node:crypto";

import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";

import type { PaymentProvider } from "@/server/infra/payments/provider";
import { testProvider } from "@/server/infra/payments/test-provider";
import { DomainError } from "@/server/kernel/errors";
import { createDatabase, type TestDatabase } from "@/test/support/database";
import { paymentDesk } from "@/test/support/payment-desk";
import { type Stage, stage } from "@/test/support/stage";

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
/** A card that the customer left at the test provider when it paid. */
const savedCard = async (answer: "save_good_card" | "save_bad_card" = "save_good_card") => {
  const { paymentId } = await on.as("customer").payments.start({ ...acme, amount: "25", saveCard: true });
  await on.as("customer").payments.answerTest({ ...acme, paymentId, answer });
  const found = "SELECT id FROM saved_card WHERE method_ref LIKE 'test_card_' || $1 || '%'";
  return (await on.one<{ id: string }>(found, [paymentId])).id;
};

describe("a payment", () => {
  test("by a saved card needs no page: charged once for one order, however often it is sent", async () => {
    const cardId = await savedCard();
    const before = await posted();
    const order = { ...acme, cardId, amount: "15", paymentId: randomUUID() };
    const sent = await Promise.all([1, 2, 3].map(() => on.as("customer").payments.byCard(order)));
    expect(sent).toEqual(sent.map(() => ({ state: "paid", why: "" })));
    expect(await on.as("customer").payments.byCard(order)).toEqual({ state: "paid", why: "" });
    expect(await posted()).toBe(before + 15n * EURO);
    const other = on.as("customer").payments.byCard({ ...order, amount: "16" });
    await expect(other).rejects.toMatchObject({ message: "posting_key_reused" });
    const { items } = await on.as("customer").payments.list(acme);
    expect(items[0]).toMatchObject({ id: order.paymentId, purpose: "card", state: "paid" });
  });

  test("by a saved card that declines is answered with the provider's words, and nothing is credited", async () => {
    const cardId = await savedCard("save_bad_card");
    const before = await posted();
    const order = { ...acme, cardId, amount: "15", paymentId: randomUUID() };
    expect(await on.as("customer").payments.byCard(order)).toEqual({ state: "failed", why: "The test card declines." });
    expect(await on.as("customer").payments.byCard(order)).toMatchObject({ state: "failed" });
    expect(await posted()).toBe(before);
  });

  test("of which the provider gave no answer stays open, and the same order sent again charges once", async () => {
    const cardId = await savedCard();
    const before = await posted();
    const order = { ...acme, cardId, amount: "15", paymentId: randomUUID() };
    const chargeSavedCard = () => Promise.reject(new DomainError("payment_provider_away"));
    const away: PaymentProvider = { ...testProvider({ appUrl: "" }), chargeSavedCard };
    const lost = on.as("customer", { payments: away }).payments.byCard(order);
    await expect(lost).rejects.toMatchObject({ message: "payment_provider_away" });
    expect(await posted()).toBe(before);
    expect(await on.as("customer").payments.byCard(order)).toMatchObject({ state: "paid" });
    expect(await posted()).toBe(before + 15n * EURO);
  });

  test("by a saved card is the card holder's: nobody above charges it, and no other tenant finds it", async () => {
    const cardId = await savedCard();
    const order = { cardId, amount: "15", paymentId: randomUUID() };
    await expect(on.as("reseller").payments.byCard({ ...acme, ...order })).rejects.toMatchObject({
      message: "forbidden",
    });
    const own = on.as("reseller").payments.byCard({ tenantSlug: "reseller", ...order });
    await expect(own).rejects.toMatchObject({ message: "not_found" });
    const off = on.as("customer", { payments: undefined }).payments.byCard({ ...acme, ...order });
    await expect(off).rejects.toMatchObject({ message: "payments_off" });
  });
});
