import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";

import { receiveEvent } from "@/server/domain/payments/receive-event";
import type { ChargeAsk, PaymentProvider } from "@/server/infra/payments/provider";
import { stripeProvider } from "@/server/infra/payments/stripe";
import { testProvider } from "@/server/infra/payments/test-provider";
import { DomainError } from "@/server/kernel/errors";
import type { Tenancy } from "@/test/support/builders";
import { byItself } from "@/test/support/by-itself";
import { createDatabase, type TestDatabase } from "@/test/support/database";
import { paymentDesk } from "@/test/support/payment-desk";
import { type Stage, stage } from "@/test/support/stage";
import { stripeDouble } from "@/test/support/stripe-double";

const EURO = 1_000_000n;
const JOB = "payments.auto_top_up";
let db: TestDatabase;
let on: Stage;
let desk: ReturnType<typeof paymentDesk>;
let self: ReturnType<typeof byItself>;
beforeAll(async () => {
  db = await createDatabase();
  on = await stage(db);
  desk = paymentDesk(db, on);
  self = byItself(db, on);
});
afterAll(() => db.drop());
afterEach(async () => expect(await desk.problems()).toEqual([]));

type Way = { card?: "works" | "declines"; provider?: string; monthly?: bigint; credit?: bigint };
/** A customer with an owner and 20 euros, topped up by 15 below 10. */
async function customer({ card = "works", provider = "test", monthly = 100n, credit = 20n }: Way = {}) {
  const of = await on.tenant("customer", on.reseller);
  await on.person(of);
  await on.topUp(of, credit * EURO);
  const cardId = await self.card(of, card, provider);
  await act(of, "SELECT auto_top_up_set($1, $2, $3, $4, 'test')", [cardId, 10n * EURO, 15n * EURO, monthly * EURO]);
  return of;
}
const act = async (of: Tenancy, text: string, values: unknown[] = []) => {
  await on.sql("SELECT set_config('app.tenant_id', $1, false)", [of.tenantId]);
  return on.sql(text, values);
};
const posted = async (of: Tenancy) => (await on.wallet(of)).posted;
const settings = (of: Tenancy) =>
  on.one<{ state: string; failures: number; note: string }>(
    "SELECT state, failures, note FROM auto_top_up WHERE tenant_id = $1",
    [of.tenantId],
  );
/** A failure is left alone for a while; this is that while. */
const later = (of: Tenancy) => on.sql("UPDATE auto_top_up SET next_try_at = now() WHERE tenant_id = $1", [of.tenantId]);
/** What the scheduler does once a minute. */
const minute = async () => {
  for (const { wallet_id } of await on.sql<{ wallet_id: string }>("SELECT * FROM levels_due(now())")) {
    await on.sql("SELECT levels_look($1)", [wallet_id]);
  }
};

describe("credit that falls below the threshold", () => {
  test("asks for one charge in the same transaction, and none before or after", async () => {
    const of = await customer();
    await self.spend(of, 10n * EURO);
    expect(await self.take(of, JOB)).toEqual([]);
    await self.spend(of, 1n);
    await self.spend(of, 1n);
    expect(await self.run(of, JOB)).toBe(1);
    expect(await self.charges(of)).toMatchObject([{ state: "paid", amount: "15000000" }]);
    expect(await posted(of)).toBe(25n * EURO - 2n);
    await self.spend(of, 15n * EURO);
    expect(await self.run(of, JOB), "armed again by the charge that went through").toBe(1);
    expect(await self.charges(of)).toHaveLength(2);
  });

  test("by twenty spenders at once, with every job run by five workers, is charged once", async () => {
    const of = await customer({ credit: 21n });
    await Promise.all(Array.from({ length: 20 }, () => self.spend(of, EURO)));
    const jobs = await self.take(of, JOB);
    expect(jobs).toHaveLength(1);
    await on.sql(
      "INSERT INTO outbox_job (tenant_id, job_name, payload) SELECT $1, $2, '{}' FROM generate_series(1, 5)",
      [of.tenantId, JOB],
    );
    await self.run(of, JOB);
    expect(await self.charges(of)).toMatchObject([{ state: "paid" }]);
    expect(await posted(of)).toBe(16n * EURO);
  });

  test("never takes more than the month's maximum, whoever triggers it and how often; the owner is told once", async () => {
    const of = await customer({ monthly: 31n });
    for (let round = 0; round < 4; round += 1) {
      await self.spend(of, (await posted(of)) - 5n * EURO || 1n);
      await on.sql(
        "INSERT INTO outbox_job (tenant_id, job_name, payload) SELECT $1, $2, '{}' FROM generate_series(1, 5)",
        [of.tenantId, JOB],
      );
      await self.run(of, JOB);
    }
    expect(await self.charges(of)).toMatchObject([{ state: "paid" }, { state: "paid" }]);
    await self.run(of, "balance.tell_owners");
    expect((await self.mails(of)).map(({ subject }) => subject)).toEqual([
      expect.stringContaining("this month’s maximum"),
    ]);
    await on.sql("UPDATE payment SET created_at = created_at - interval '40 days' WHERE tenant_id = $1", [of.tenantId]);
    await on.sql("UPDATE auto_top_up SET capped_month = capped_month - 31 WHERE tenant_id = $1", [of.tenantId]);
    await minute();
    await self.run(of, JOB);
    expect(await self.charges(of), "a new month").toHaveLength(3);
  });

  test("is looked at each minute as well: settings that came too late, credit that came by itself", async () => {
    const of = await customer();
    await on.sql("UPDATE wallet SET top_up_at_micros = NULL WHERE tenant_id = $1", [of.tenantId]);
    await self.spend(of, 15n * EURO);
    expect(await self.take(of, JOB)).toEqual([]);
    await minute();
    await self.run(of, JOB);
    expect(await posted(of)).toBe(20n * EURO);
    const already = await customer({ credit: 1n });
    expect(await self.run(already, JOB), "set below the threshold").toBe(1);
  });
});

describe("a charge that fails", () => {
  test("is tried again later; the third pauses it, and the owner is told once", async () => {
    const of = await customer({ card: "declines" });
    await self.spend(of, 15n * EURO);
    await self.run(of, JOB);
    await minute();
    await self.run(of, JOB);
    expect(await self.charges(of), "not again at once").toHaveLength(1);
    for (let n = 0; n < 5; n += 1) {
      await later(of);
      await minute();
      await self.run(of, JOB);
    }
    expect(await self.charges(of)).toMatchObject([{ state: "failed" }, { state: "failed" }, { state: "failed" }]);
    expect(await settings(of)).toMatchObject({ state: "paused", failures: 3, note: "The test card declines." });
    for (let n = 0; n < 2; n += 1) await self.run(of, "balance.tell_owners");
    const mails = await self.mails(of);
    expect(mails).toMatchObject([{ subject: expect.stringContaining("paused") }]);
    expect(mails[0]?.body).toContain(`https://portal.example/t/${of.slug}/balance`);
    await act(of, "UPDATE saved_card SET method_ref = method_ref || '_works' WHERE tenant_id = $1", [of.tenantId]);
    await act(of, "SELECT auto_top_up_switch('on', 'test')");
    await self.run(of, JOB);
    expect([await posted(of), await settings(of)]).toMatchObject([20n * EURO, { state: "on", failures: 0, note: "" }]);
  });

  test("two failures and a success begin to count anew", async () => {
    const of = await customer({ card: "declines" });
    await self.spend(of, 15n * EURO);
    await self.run(of, JOB);
    await later(of);
    await minute();
    await self.run(of, JOB);
    expect(await settings(of)).toMatchObject({ state: "on", failures: 2 });
    await on.sql("UPDATE saved_card SET method_ref = method_ref || '_works' WHERE tenant_id = $1", [of.tenantId]);
    await later(of);
    await minute();
    await self.run(of, JOB);
    expect(await settings(of)).toMatchObject({ state: "on", failures: 0 });
  });

  test("without its card, or while suspended, nothing is charged", async () => {
    const gone = await customer();
    await on.sql("UPDATE saved_card SET removed_at = now() WHERE tenant_id = $1", [gone.tenantId]);
    await self.spend(gone, 15n * EURO);
    await self.run(gone, JOB);
    expect([await self.charges(gone), (await settings(gone)).state]).toEqual([[], "paused"]);
    const suspended = await customer();
    await on.sql("UPDATE tenant SET state = 'suspended' WHERE id = $1", [suspended.tenantId]);
    await self.spend(suspended, 15n * EURO);
    await self.run(suspended, JOB);
    expect(await self.charges(suspended)).toEqual([]);
  });
});

describe("a worker that dies", () => {
  test("after the provider charged and before it was noted charges nothing twice", async () => {
    const of = await customer();
    const asked: ChargeAsk[] = [];
    const real = testProvider({ appUrl: "" });
    const dying: PaymentProvider = {
      ...real,
      chargeSavedCard: (ask) => {
        asked.push(ask);
        return asked.length === 1
          ? Promise.reject(new DomainError("payment_provider_away"))
          : real.chargeSavedCard(ask);
      },
    };
    await self.spend(of, 15n * EURO);
    await expect(self.run(of, JOB, dying)).rejects.toMatchObject({ code: "payment_provider_away" });
    expect(await self.charges(of)).toMatchObject([{ state: "pending" }]);
    await on.topUp(of, 50n * EURO);
    await on.sql("INSERT INTO outbox_job (tenant_id, job_name, payload) VALUES ($1, $2, '{}')", [of.tenantId, JOB]);
    await self.run(of, JOB, dying);
    expect(new Set(asked.map(({ paymentId }) => paymentId)).size, "one key for both").toBe(1);
    expect(await self.charges(of)).toMatchObject([{ state: "paid" }]);
    expect(await posted(of)).toBe(70n * EURO);
  });
});

describe("with Stripe", () => {
  test("the saved card is charged without its owner, and the event that tells it too is a repeat", async () => {
    const double = await stripeDouble();
    try {
      const stripe = stripeProvider({ secretKey: "sk_test_x", webhookSecret: "whsec_x", apiBase: double.apiBase });
      const of = await customer({ provider: "stripe" });
      double.answers.set("POST /v1/payment_intents", ({ form }) => ({
        body: {
          id: "pi_auto_1",
          object: "payment_intent",
          status: "succeeded",
          metadata: { payment_id: form.get("metadata[payment_id]") },
        },
      }));
      await self.spend(of, 15n * EURO);
      await self.run(of, JOB, stripe);
      const form = Object.fromEntries(double.calls[0]?.form ?? []);
      expect(form).toMatchObject({
        amount: "1500",
        customer: "cus_1",
        off_session: "true",
        "metadata[purpose]": "auto",
      });
      const [charge] = await self.charges(of);
      expect(double.calls[0]?.key).toBe(`charge:${charge?.id}`);
      const paid = { ref: "pi_auto_1", amount: "15000000", currency: "EUR" };
      const told = { id: "evt_late", type: "payment_intent.succeeded", paymentId: charge?.id, paymentRef: "pi_auto_1" };
      expect((await receiveEvent(db.app, "stripe", { ...told, what: { kind: "paid", paid } })).outcome).toBe("repeat");
      expect(await posted(of)).toBe(20n * EURO);
    } finally {
      await double.close();
    }
  });
});
