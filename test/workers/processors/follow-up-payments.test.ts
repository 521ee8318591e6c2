import { randomUUID } from "node:crypto";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";

import { checkLedger } from "@/server/domain/calls/differences";
import type { LookAsk, Looked, PaymentProvider } from "@/server/infra/payments/provider";
import { testProvider } from "@/server/infra/payments/test-provider";
import { DomainError } from "@/server/kernel/errors";
import type { Tenancy } from "@/test/support/builders";
import { byItself } from "@/test/support/by-itself";
import { createDatabase, type TestDatabase } from "@/test/support/database";
import { paymentDesk } from "@/test/support/payment-desk";
import { type Stage, stage } from "@/test/support/stage";
import { followUpPayments } from "@/workers/processors/follow-up-payments";

const EURO = 1_000_000n;
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

const customer = () => on.tenant("customer", on.reseller);
const posted = async (of: Tenancy) => (await on.wallet(of)).posted;
const aged = (paymentId: string, age: string) =>
  on.sql("UPDATE payment SET next_look_at = now(), created_at = now() - $2::interval WHERE id = $1", [paymentId, age]);
/** One run of the scheduler, with a provider that answers so; what it was asked is the answer. */
async function follow(
  answer: (ask: LookAsk) => Looked,
  name: "stripe" | "test" = "stripe",
): Promise<readonly LookAsk[]> {
  const asked: LookAsk[] = [];
  const provider: PaymentProvider = {
    ...testProvider({ appUrl: "" }),
    name,
    look: async (ask) => {
      asked.push(ask);
      return answer(ask);
    },
  };
  await followUpPayments({}, self.contextOf(on.operator, provider));
  return asked;
}

describe("a payment of which no event came", () => {
  test("is asked for and credited once, though the event comes after all", async () => {
    const of = await customer();
    const id = await desk.begin(of, 25n * EURO);
    const paid = { kind: "paid", paid: desk.paidFact(id, 25n * EURO) } as const;
    expect(await follow(() => paid), "not before two minutes").toEqual([]);
    await aged(id, "3 minutes");
    expect(await follow(() => paid)).toMatchObject([{ paymentId: id, purpose: "checkout" }]);
    expect([await posted(of), await desk.stateOf(id)]).toEqual([25n * EURO, "paid"]);
    expect(await desk.tell(id, paid)).toBe("repeat");
    await aged(id, "3 minutes");
    expect(await follow(() => paid), "a paid one is not asked for").toEqual([]);
    expect(await posted(of)).toBe(25n * EURO);
  });

  test("waits, later each time, and fails when nobody paid", async () => {
    const of = await customer();
    const id = await desk.begin(of, 5n * EURO);
    await aged(id, "3 minutes");
    expect(await follow(() => "waiting")).toHaveLength(1);
    expect(await follow(() => "waiting"), "not again in the same minute").toEqual([]);
    await aged(id, "1 day");
    await follow(() => ({ kind: "failed", why: "Nobody paid in time." }));
    expect([await posted(of), await desk.stateOf(id)]).toEqual([0n, "failed"]);
  });

  test.each([
    ["a visit that never reached the page", "checkout", "30 minutes", "2 hours"],
    ["a charge of which the provider knows nothing", "auto", "21 hours", "23 hours"],
  ])("%s fails when it is old, and not before", async (_, purpose, young, old) => {
    const of = await customer();
    const id = await desk.begin(of, 5n * EURO);
    await on.sql("UPDATE payment SET purpose = $2 WHERE id = $1", [id, purpose]);
    await aged(id, young);
    await follow(() => "unknown");
    expect(await desk.stateOf(id)).toBe("pending");
    await aged(id, old);
    await follow(() => "unknown");
    expect(await desk.stateOf(id)).toBe("failed");
  });

  test("that cannot be looked at hinders no other, and is looked at again", async () => {
    const of = await customer();
    const [broken, fine] = [await desk.begin(of, 5n * EURO), await desk.begin(of, 6n * EURO)];
    for (const id of [broken, fine]) await aged(id, "3 minutes");
    await follow((ask) => {
      if (ask.paymentId === broken) throw new DomainError("payment_provider_away");
      return { kind: "paid", paid: desk.paidFact(fine, 6n * EURO) };
    });
    expect([await desk.stateOf(broken), await desk.stateOf(fine)]).toEqual(["pending", "paid"]);
    await aged(broken, "3 minutes");
    await follow(() => ({ kind: "paid", paid: desk.paidFact(broken, 5n * EURO) }));
    expect(await posted(of)).toBe(11n * EURO);
  });

  test("of another provider than the one that is switched on is left alone", async () => {
    const id = await desk.begin(await customer(), 5n * EURO);
    await aged(id, "3 minutes");
    expect(await follow(() => "unknown", "test")).toEqual([]);
    await on.sql("UPDATE payment SET state = 'failed' WHERE id = $1", [id]);
  });
});

describe("a refund whose job was given up", () => {
  test("is on the board after a day, is asked for again under its name, and leaves the board", async () => {
    const of = await customer();
    const id = await desk.pay(of, 20n * EURO);
    await on.sql("SELECT set_config('app.tenant_id', $1, false)", [of.tenantId]);
    const { reversal_id: refund } = await on.one<{ reversal_id: string }>(
      "SELECT * FROM payment_refund_ask($1, $2, $3, 'test', '')",
      [id, 5n * EURO, randomUUID()],
    );
    expect((await checkLedger(db.pool)).map(({ kind }) => kind)).toEqual([]);
    await on.sql(
      "UPDATE payment_reversal SET created_at = now() - interval '25 hours', next_try_at = now() WHERE id = $1",
      [refund],
    );
    expect(await checkLedger(db.pool)).toMatchObject([
      { kind: "refund_untold", subject: refund, moneyAtRiskMicros: 5n * EURO },
    ]);
    await follow(() => "waiting");
    await follow(() => "waiting");
    const asked: boolean[] = [];
    const provider: PaymentProvider = {
      ...testProvider({ appUrl: "" }),
      name: "stripe",
      refund: async (ask) => {
        asked.push(ask.again);
        return { ref: "re_1", failed: false, why: "" };
      },
    };
    expect(await self.run(of, "payments.refund", provider), "once in six hours").toBe(1);
    expect(asked).toEqual([true]);
    expect(await checkLedger(db.pool)).toEqual([]);
    expect(await on.sql("SELECT FROM difference WHERE kind = 'refund_untold' AND healed_at IS NULL")).toEqual([]);
  });
});

describe("the board of reconciliation", () => {
  test("lists money that came and was not credited, until a person says why", async () => {
    const of = await customer();
    const id = await desk.begin(of, 25n * EURO);
    expect(await desk.tell(id, { kind: "paid", paid: desk.paidFact(id, 24n * EURO) })).toBe("mismatch");
    const found = await on.sql(
      "SELECT kind, subject, money_at_risk_micros::text AS risk FROM difference WHERE tenant_id = $1 AND healed_at IS NULL",
      [of.tenantId],
    );
    expect(found).toEqual([{ kind: "payment_uncredited", subject: `pi_${id}`, risk: "24000000" }]);
    await checkLedger(db.pool);
    expect(await on.sql("SELECT FROM difference WHERE kind = 'payment_uncredited' AND healed_at IS NULL")).toHaveLength(
      1,
    );
  });

  test("lists books of payments that do not agree, and heals when they do again", async () => {
    const of = await customer();
    const id = await desk.pay(of, 5n * EURO);
    await on.sql("UPDATE wallet SET debt_micros = 7 WHERE tenant_id = $1", [of.tenantId]);
    const kinds = (await checkLedger(db.pool)).map(({ kind, tenantId }) => `${kind} ${tenantId === of.tenantId}`);
    expect(new Set(kinds)).toEqual(new Set(["payment_mismatch true"]));
    await on.sql("UPDATE wallet SET debt_micros = 0 WHERE tenant_id = $1", [of.tenantId]);
    expect([await checkLedger(db.pool), await desk.stateOf(id)]).toEqual([[], "paid"]);
    expect(await on.sql("SELECT FROM difference WHERE kind = 'payment_mismatch' AND healed_at IS NULL")).toEqual([]);
  });
});

describe("a dispute told in another currency", () => {
  const dollars = (ref: string, status: "open" | "won" | "lost") =>
    ({ kind: "dispute", dispute: { ref, amount: "23000000", currency: "USD", status } }) as const;

  test("takes back what is left of the payment, says so, and gives it back when it is won", async () => {
    const of = await customer();
    const id = await desk.pay(of, 20n * EURO);
    await desk.tell(id, desk.refund("re_part", 5n * EURO));
    expect(await desk.tell(id, dollars("dp_usd", "open"))).toBe("dispute_open");
    expect(await desk.tell(id, dollars("dp_usd", "open"))).toBe("repeat");
    expect([await posted(of), await desk.stateOf(id)]).toEqual([0n, "disputed"]);
    const note = () => on.sql("SELECT note FROM payment_reversal WHERE provider_ref = 'dp_usd'");
    expect(await note()).toEqual([{ note: expect.stringContaining("USD") }]);
    expect(await desk.tell(id, dollars("dp_usd", "won"))).toBe("dispute_won");
    expect(await posted(of)).toBe(15n * EURO);
    expect(await note(), "still").toEqual([{ note: expect.stringContaining("USD") }]);
  });
});
