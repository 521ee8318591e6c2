import { randomUUID } from "node:crypto";
import Stripe from "stripe";
import { afterAll, beforeAll, expect, test } from "vitest";

import { stripeWebhook } from "@/server/api/payment-webhook";
import type { LiveChange } from "@/server/infra/live/bus";
import { silentLogger } from "@/server/infra/log/logger";
import { stripeProvider } from "@/server/infra/payments/stripe";
import { testProvider } from "@/server/infra/payments/test-provider";
import { createDatabase, type TestDatabase } from "@/test/support/database";
import { paymentDesk } from "@/test/support/payment-desk";
import { everyRow, type Stage, stage } from "@/test/support/stage";
import { type StripeDouble, stripeDouble } from "@/test/support/stripe-double";

const EURO = 1_000_000n;
const webhookSecret = "whsec_of_the_tests_and_nobody_else";
const secretKey = "sk_test_of_the_tests_only";
const stripe = new Stripe(secretKey);
let db: TestDatabase;
let on: Stage;
let desk: ReturnType<typeof paymentDesk>;
let double: StripeDouble;
const published: LiveChange[] = [];
beforeAll(async () => {
  db = await createDatabase();
  on = await stage(db);
  desk = paymentDesk(db, on);
  double = await stripeDouble();
});
afterAll(async () => {
  await double.close();
  await db.drop();
});

const provider = () => stripeProvider({ secretKey, webhookSecret, apiBase: double.apiBase });

async function deliver(
  event: { id?: string; type: string; object: object },
  more: { secret?: string; ageS?: number } = {},
) {
  const { id = `evt_${randomUUID()}`, type, object } = event;
  const body = JSON.stringify({ id, object: "event", type, data: { object } });
  const timestamp = Math.floor(Date.now() / 1000) - (more.ageS ?? 0);
  const signature = stripe.webhooks.generateTestHeaderString({
    payload: body,
    secret: more.secret ?? webhookSecret,
    timestamp,
  });
  const request = new Request("http://portal.example/api/payments/stripe", {
    method: "POST",
    headers: { "stripe-signature": signature },
    body,
  });
  const response = await stripeWebhook(request, {
    ...{
      db: db.app,
      provider: provider(),
      log: silentLogger,
      publish: (change: LiveChange) => void published.push(change),
    },
  });
  return { status: response.status, ...((await response.json()) as { outcome?: string; error?: string }) };
}

const session = (paymentId: string, more: object = {}) => ({
  type: "checkout.session.completed",
  object: {
    ...{
      id: `cs_${paymentId}`,
      payment_status: "paid",
      payment_intent: `pi_${paymentId}`,
      amount_total: 2_500,
      currency: "eur",
    },
    metadata: { payment_id: paymentId },
    ...more,
  },
});

test("a signed event credits the wallet once, however often it comes, and the pages are told", async () => {
  const id = await desk.begin(on.customer, 25n * EURO);
  const event = { ...session(id), id: `evt_${randomUUID()}` };
  expect(await deliver(event)).toEqual({ status: 200, received: true, outcome: "paid" });
  expect(published).toContainEqual({ tenantId: on.customer.tenantId, kind: "balance" });
  expect(await deliver(event)).toMatchObject({ status: 200, outcome: "repeat" });
  expect((await on.wallet(on.customer)).posted).toBe(25n * EURO);
});

test("a forged or replayed event changes nothing and is refused", async () => {
  const id = await desk.begin(on.customer, 25n * EURO);
  const before = await everyRow(db);
  expect(await deliver(session(id), { secret: "whsec_guessed_by_somebody" })).toEqual({
    status: 400,
    error: "webhook_invalid",
  });
  expect(await deliver(session(id), { ageS: 301 })).toEqual({ status: 400, error: "webhook_invalid" });
  expect(await everyRow(db)).toBe(before);
});

test("a sum that is not what was asked for is not credited, and not asked for again", async () => {
  const id = await desk.begin(on.customer, 25n * EURO);
  const before = (await on.wallet(on.customer)).posted;
  expect(await deliver(session(id, { amount_total: 2_501 }))).toMatchObject({ status: 200, outcome: "mismatch" });
  expect(await deliver(session(id, { currency: "usd" }))).toMatchObject({ status: 200, outcome: "mismatch" });
  expect((await on.wallet(on.customer)).posted).toBe(before);
});

test("an event about nobody's payment is taken and kept", async () => {
  expect(await deliver(session(randomUUID()))).toMatchObject({ status: 200, outcome: "unknown" });
  expect(await deliver({ type: "customer.created", object: { id: "cus_1" } })).toMatchObject({
    status: 200,
    outcome: "ignored",
  });
});

test("a dispute that arrives first brings its payment along", async () => {
  const id = await desk.begin(on.customer, 25n * EURO);
  const before = (await on.wallet(on.customer)).posted;
  double.answers.set(`GET /v1/payment_intents/pi_${id}`, () => ({
    body: {
      id: `pi_${id}`,
      status: "succeeded",
      amount_received: 2_500,
      currency: "eur",
      metadata: { payment_id: id },
    },
  }));
  const dispute = {
    id: `dp_${id}`,
    payment_intent: `pi_${id}`,
    amount: 2_500,
    currency: "eur",
    status: "needs_response",
  };
  expect(await deliver({ type: "charge.dispute.created", object: dispute })).toMatchObject({ outcome: "dispute_open" });
  expect(await deliver(session(id))).toMatchObject({ outcome: "repeat" });
  expect((await on.wallet(on.customer)).posted).toBe(before);
  const won = { type: "charge.dispute.closed", object: { ...dispute, status: "won" } };
  expect(await deliver(won)).toMatchObject({ outcome: "dispute_won" });
  expect((await on.wallet(on.customer)).posted).toBe(before + 25n * EURO);
  expect(await desk.problems()).toEqual([]);
});

test("while the provider cannot be asked, the event shall come again; where there is no Stripe, there is no door", async () => {
  const dispute = { id: "dp_9", payment_intent: "pi_away", amount: 2_500, currency: "eur", status: "needs_response" };
  double.answers.set("GET /v1/payment_intents/pi_away", () => ({
    status: 500,
    body: { error: { type: "api_error", message: "x" } },
  }));
  expect(await deliver({ type: "charge.dispute.created", object: dispute })).toMatchObject({ status: 503 });
  const request = () => new Request("http://portal.example/", { method: "POST", body: "{}" });
  const deps = { db: db.app, log: silentLogger, publish: () => {} };
  expect((await stripeWebhook(request(), { ...deps, provider: undefined })).status).toBe(404);
  expect((await stripeWebhook(request(), { ...deps, provider: testProvider({ appUrl: "" }) })).status).toBe(404);
});
