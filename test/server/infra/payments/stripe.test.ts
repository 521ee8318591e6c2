import { randomUUID } from "node:crypto";
import Stripe from "stripe";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";

import { stripeProvider } from "@/server/infra/payments/stripe";
import { micros } from "@/server/kernel/money";
import { type StripeDouble, stripeDouble } from "@/test/support/stripe-double";

const webhookSecret = "whsec_of_the_tests_and_nobody_else";
const secretKey = "sk_test_of_the_tests_only";
const paymentId = randomUUID();
const stripe = new Stripe(secretKey);

let double: StripeDouble;
let provider: ReturnType<typeof stripeProvider>;
beforeAll(async () => {
  double = await stripeDouble();
  provider = stripeProvider({ secretKey, webhookSecret, apiBase: double.apiBase });
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
  metadata: { payment_id: paymentId, purpose: "checkout" },
  ...more,
});

async function told(type: string, object: object, more: { secret?: string; timestamp?: number; header?: string } = {}) {
  const body = JSON.stringify({ id: `evt_${randomUUID()}`, object: "event", type, data: { object } });
  const { secret = webhookSecret, timestamp = Math.floor(Date.now() / 1000) } = more;
  const header = more.header ?? stripe.webhooks.generateTestHeaderString({ payload: body, secret, timestamp });
  return provider.readWebhook(body, header);
}

const checkout = (saveCard: boolean) => ({
  paymentId,
  tenantSlug: "acme",
  amount: micros(25_000_000n),
  currency: "EUR",
  description: "Credit for Acme",
  saveCard,
  returnUrl: "https://portal.example/t/acme/balance",
});

describe("a checkout", () => {
  test("asks for the amount in cents, carries our id twice, and comes back to us", async () => {
    on("POST /v1/checkout/sessions", { id: "cs_1", url: "https://checkout.example/cs_1" });
    expect(await provider.startCheckout(checkout(true))).toEqual({
      sessionRef: "cs_1",
      url: "https://checkout.example/cs_1",
    });
    const [call] = double.calls;
    expect(Object.fromEntries(call?.form ?? [])).toMatchObject({
      mode: "payment",
      client_reference_id: paymentId,
      "metadata[payment_id]": paymentId,
      "payment_intent_data[metadata][payment_id]": paymentId,
      "payment_intent_data[setup_future_usage]": "off_session",
      customer_creation: "always",
      "line_items[0][price_data][unit_amount]": "2500",
      "line_items[0][price_data][currency]": "eur",
      success_url: `https://portal.example/t/acme/balance?paid=${paymentId}`,
    });
    expect(call?.key).toBe(`checkout:${paymentId}`);
  });

  test("without a card to keep nothing is kept", async () => {
    on("POST /v1/checkout/sessions", { id: "cs_2", url: "https://checkout.example/cs_2" });
    await provider.startCheckout({ ...checkout(false), paymentId: randomUUID() });
    expect([...(double.calls[0]?.form.keys() ?? [])].filter((name) => /setup_future|customer/.test(name))).toEqual([]);
  });

  test("a provider that is broken is away, and its message stays with us", async () => {
    on("POST /v1/checkout/sessions", { error: { type: "api_error", message: `no ${secretKey} here` } }, 500);
    const failed = provider.startCheckout({ ...checkout(false), paymentId: randomUUID() });
    await expect(failed).rejects.toMatchObject({ code: "payment_provider_away" });
    await failed.catch((error: unknown) => expect(JSON.stringify(error)).not.toContain(secretKey));
  });
});

describe("the saved card", () => {
  const charge = (id: string = randomUUID()) =>
    provider.chargeSavedCard({
      paymentId: id,
      amount: micros(50_000_000n),
      currency: "EUR",
      customerRef: "cus_1",
      methodRef: "pm_1",
      description: "Automatic top-up",
    });

  test("is charged without its owner, once per key", async () => {
    let charged = 0;
    double.answers.set("POST /v1/payment_intents", () => {
      charged += 1;
      return { body: intent({ id: `pi_${charged}` }) };
    });
    const id = randomUUID();
    expect(await charge(id)).toEqual({ state: "paid", ref: "pi_1" });
    expect(await charge(id)).toEqual({ state: "paid", ref: "pi_1" });
    expect(charged).toBe(1);
    expect(Object.fromEntries(double.calls[0]?.form ?? [])).toMatchObject({
      amount: "5000",
      off_session: "true",
      confirm: "true",
      "metadata[purpose]": "auto",
    });
  });

  test("a card that declines is an answer, one that needs its owner as well", async () => {
    on(
      "POST /v1/payment_intents",
      { error: { type: "card_error", code: "card_declined", message: "Your card was declined." } },
      402,
    );
    expect(await charge()).toEqual({ state: "failed", why: "Your card was declined. (card_declined)" });
    on("POST /v1/payment_intents", intent({ status: "requires_action" }));
    expect(await charge()).toMatchObject({ state: "failed" });
    on("POST /v1/payment_intents", intent({ status: "processing" }));
    expect(await charge()).toEqual({ state: "waiting", ref: "pi_1" });
  });

  test("nobody there is an error that may be tried again", async () => {
    const nobody = stripeProvider({ secretKey, webhookSecret, apiBase: "http://127.0.0.1:9" });
    const asked = nobody.chargeSavedCard({
      ...{ paymentId, amount: micros(1_000_000n), currency: "EUR", customerRef: "c", methodRef: "m", description: "d" },
    });
    await expect(asked).rejects.toMatchObject({ code: "payment_provider_away" });
  });
});

describe("a refund", () => {
  const refund = (more: { refundId?: string; again?: boolean } = {}) =>
    provider.refund({
      refundId: randomUUID(),
      again: false,
      paymentId,
      paymentRef: "pi_1",
      amount: micros(5_000_000n),
      currency: "EUR",
      ...more,
    });

  test("asked for again after the key may be forgotten, it is looked for and not made twice", async () => {
    const refundId = randomUUID();
    on("GET /v1/refunds", { data: [{ id: "re_9", status: "succeeded", metadata: { refund_id: refundId } }] });
    on("POST /v1/refunds", { id: "re_10", status: "succeeded" });
    expect(await refund({ refundId, again: true })).toMatchObject({ ref: "re_9" });
    expect(await refund({ again: true })).toMatchObject({ ref: "re_10" });
    expect(double.calls.filter(({ method }) => method === "POST")).toHaveLength(1);
  });

  test("names our refund, so that its event is recognised", async () => {
    on("POST /v1/refunds", { id: "re_1", status: "succeeded" });
    expect(await refund()).toEqual({ ref: "re_1", failed: false, why: "" });
    expect(double.calls[0]?.form.get("metadata[refund_id]")).toMatch(/^[0-9a-f-]{36}$/);
    expect(double.calls[0]?.form.get("amount")).toBe("500");
  });

  test("what Stripe refuses has failed, with its reason", async () => {
    on(
      "POST /v1/refunds",
      { error: { type: "invalid_request_error", code: "charge_already_refunded", message: "Already." } },
      400,
    );
    expect(await refund()).toEqual({ ref: null, failed: true, why: "Already. (charge_already_refunded)" });
  });
});

describe("a webhook", () => {
  const session = { id: "cs_1", payment_status: "paid", payment_intent: "pi_1", amount_total: 2_500, currency: "eur" };

  test.each([
    ["another secret", { secret: "whsec_guessed_by_somebody_else" }],
    ["a time too long ago", { timestamp: Math.floor(Date.now() / 1000) - 301 }],
    ["no signature", { header: "" }],
    ["a signature of something else", { header: `t=${Math.floor(Date.now() / 1000)},v1=${"0".repeat(64)}` }],
  ])("signed with %s is not believed", async (_, more) => {
    await expect(told("checkout.session.completed", session, more)).rejects.toMatchObject({ code: "webhook_invalid" });
    expect(double.calls).toEqual([]);
  });

  test("one changed byte of the body breaks the signature", async () => {
    const body = JSON.stringify({
      id: "evt_1",
      object: "event",
      type: "checkout.session.completed",
      data: { object: session },
    });
    const header = stripe.webhooks.generateTestHeaderString({ payload: body, secret: webhookSecret });
    const changed = provider.readWebhook(body.replace("2500", "9500"), header);
    await expect(changed).rejects.toMatchObject({ code: "webhook_invalid" });
  });

  test("a paid session says what was paid, and the card that may be kept", async () => {
    on(
      "GET /v1/payment_intents/pi_1",
      intent({
        customer: "cus_1",
        payment_method: { id: "pm_1", card: { brand: "visa", last4: "4242", exp_month: 12, exp_year: 2030 } },
      }),
    );
    const event = await told("checkout.session.completed", {
      ...session,
      metadata: { payment_id: paymentId, save_card: "yes" },
    });
    expect(event).toMatchObject({
      paymentId,
      what: {
        kind: "paid",
        paid: { ref: "pi_1", amount: "25000000", currency: "EUR" },
        card: { customerRef: "cus_1", methodRef: "pm_1", brand: "visa", last4: "4242", expMonth: 12, expYear: 2030 },
      },
    });
  });

  test("a session whose money comes later says nothing yet; one that ran out has failed", async () => {
    const metadata = { payment_id: paymentId };
    expect(
      (await told("checkout.session.completed", { ...session, metadata, payment_status: "unpaid" })).what,
    ).toBeUndefined();
    expect((await told("checkout.session.expired", { ...session, metadata })).what).toMatchObject({ kind: "failed" });
  });

  test("an id that is not ours is no id", async () => {
    const event = await told("checkout.session.completed", { ...session, metadata: { payment_id: "order 66" } });
    expect(event.paymentId).toBeUndefined();
  });

  test("an attempt at the page that declined is not the end of the payment; one of the saved card is", async () => {
    expect(
      (await told("payment_intent.payment_failed", intent({ status: "requires_payment_method" }))).what,
    ).toBeUndefined();
    const auto = intent({ status: "requires_payment_method", metadata: { payment_id: paymentId, purpose: "auto" } });
    expect((await told("payment_intent.payment_failed", auto)).what).toMatchObject({ kind: "failed" });
  });

  test("disputes and refunds find their payment, and say that it was paid", async () => {
    on("GET /v1/payment_intents/pi_1", intent());
    const dispute = { id: "dp_1", payment_intent: "pi_1", amount: 2_500, currency: "eur", status: "needs_response" };
    const paid = { ref: "pi_1", amount: "25000000", currency: "EUR" };
    expect(await told("charge.dispute.created", dispute)).toMatchObject({
      paymentId,
      what: { kind: "dispute", dispute: { ref: "dp_1", amount: "25000000", status: "open" }, paid },
    });
    expect((await told("charge.dispute.closed", { ...dispute, status: "won" })).what).toMatchObject({
      dispute: { status: "won" },
    });
    expect(
      (await told("charge.dispute.created", { ...dispute, status: "warning_needs_response" })).what,
    ).toBeUndefined();
    on("GET /v1/refunds", {
      object: "list",
      has_more: false,
      data: [{ id: "re_9", amount: 500, currency: "eur", status: "succeeded" }],
    });
    expect(await told("charge.refunded", { id: "ch_1", payment_intent: "pi_1" })).toMatchObject({
      paymentId,
      what: { kind: "refunds", refunds: [{ ref: "re_9", amount: "5000000", ours: null }], paid },
    });
  });

  test("while Stripe cannot be asked about it, an event is not taken", async () => {
    on("GET /v1/payment_intents/pi_1", { error: { type: "api_error", message: "down" } }, 500);
    const dispute = { id: "dp_1", payment_intent: "pi_1", amount: 2_500, currency: "eur", status: "needs_response" };
    await expect(told("charge.dispute.created", dispute)).rejects.toMatchObject({ code: "payment_provider_away" });
  });
});
