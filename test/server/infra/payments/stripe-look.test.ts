import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";

import { stripeProvider } from "@/server/infra/payments/stripe";
import { type StripeDouble, stripeDouble } from "@/test/support/stripe-double";

const paymentId = randomUUID();
let double: StripeDouble;
let provider: ReturnType<typeof stripeProvider>;
beforeAll(async () => {
  double = await stripeDouble();
  provider = stripeProvider({ secretKey: "sk_test_x", webhookSecret: "whsec_x", apiBase: double.apiBase });
});
afterAll(() => double.close());
beforeEach(() => {
  double.calls.length = 0;
  double.answers.clear();
});

const on = (what: string, body: unknown, status = 200) => double.answers.set(what, () => ({ status, body }));
const intent = (more: object = {}) => ({
  id: "pi_1",
  object: "payment_intent",
  status: "succeeded",
  amount_received: 2_500,
  currency: "eur",
  ...more,
});

describe("a look at a payment of which no event came", () => {
  const look = (more: object = {}) =>
    provider.look({
      paymentId,
      purpose: "checkout",
      sessionRef: "cs_1",
      customerRef: undefined,
      saveCard: false,
      createdAt: new Date(),
      ...more,
    });
  const session = (more: object) => ({
    id: "cs_1",
    object: "checkout.session",
    status: "complete",
    payment_status: "paid",
    payment_intent: "pi_1",
    amount_total: 2_500,
    currency: "eur",
    metadata: { payment_id: paymentId, save_card: "no" },
    ...more,
  });

  test("finds that a visit was paid, has expired, is still open, or never was", async () => {
    on("GET /v1/checkout/sessions/cs_1", session({}));
    const paid = { ref: "pi_1", amount: "25000000", currency: "EUR" };
    expect(await look()).toEqual({ kind: "paid", paid });
    on("GET /v1/checkout/sessions/cs_1", session({ status: "expired", payment_status: "unpaid" }));
    expect(await look()).toMatchObject({ kind: "failed" });
    on("GET /v1/checkout/sessions/cs_1", session({ status: "open", payment_status: "unpaid" }));
    expect(await look()).toBe("waiting");
    on("GET /v1/checkout/sessions/cs_1", session({ payment_status: "unpaid" }));
    expect(await look(), "a method that takes days").toBe("waiting");
    double.answers.clear();
    expect(await look()).toBe("unknown");
    expect(await look({ sessionRef: undefined })).toBe("unknown");
  });

  test("finds the charge of a saved card by our id, among others of the same customer", async () => {
    const auto = { purpose: "auto", customerRef: "cus_1", sessionRef: undefined };
    const mine = (status: string) =>
      intent({ id: "pi_2", status, metadata: { payment_id: paymentId, purpose: "auto" } });
    const answer = (...data: object[]) => on("GET /v1/payment_intents", { object: "list", data });
    answer(intent({ metadata: { payment_id: randomUUID() } }), mine("succeeded"));
    expect(await look(auto)).toMatchObject({ kind: "paid", paid: { ref: "pi_2", amount: "25000000" } });
    expect(double.calls[0]?.form.get("customer")).toBe("cus_1");
    answer(mine("processing"));
    expect(await look(auto)).toBe("waiting");
    answer(mine("requires_payment_method"));
    expect(await look(auto)).toMatchObject({ kind: "failed" });
    answer();
    expect(await look(auto)).toBe("unknown");
  });

  test("at a provider that is away is no answer", async () => {
    on("GET /v1/checkout/sessions/cs_1", { error: { type: "api_error", message: "broken" } }, 500);
    await expect(look()).rejects.toMatchObject({ code: "payment_provider_away" });
  });
});
