import { randomUUID } from "node:crypto";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";

import type { Tenancy } from "@/test/support/builders";
import { callDesk } from "@/test/support/call-desk";
import { createDatabase, type TestDatabase } from "@/test/support/database";
import { paymentDesk } from "@/test/support/payment-desk";
import { type Stage, stage } from "@/test/support/stage";

const EURO = 1_000_000n;
let db: TestDatabase;
let on: Stage;
let desk: ReturnType<typeof paymentDesk>;
beforeAll(async () => {
  db = await createDatabase();
  on = await stage(db);
  desk = paymentDesk(db, on);
  await on.topUp(on.reseller, 100n * EURO);
});
afterAll(() => db.drop());
afterEach(async () => expect(await desk.problems()).toEqual([]));

/** A customer of the reseller with nothing in its wallet. */
const customer = async (): Promise<Tenancy> => on.tenant("customer", on.reseller);
const posted = async (of: Tenancy) => (await on.wallet(of)).posted;

describe("a payment", () => {
  test("is credited once, passes through the reseller, and enters at the operator", async () => {
    const of = await customer();
    const before = await posted(on.reseller);
    const id = await desk.begin(of, 25n * EURO);
    const event = `evt_${randomUUID()}`;
    expect(await desk.tell(id, desk.paid(id, 25n * EURO), { id: event })).toBe("paid");
    expect(await desk.tell(id, desk.paid(id, 25n * EURO), { id: event })).toBe("repeat");
    expect(await desk.tell(id, desk.paid(id, 25n * EURO))).toBe("repeat");
    expect([await posted(of), await posted(on.reseller)]).toEqual([25n * EURO, before]);
    const lines = await on.sql(
      `SELECT t.slug, e.account, e.amount_micros::text AS amount FROM ledger_entry e JOIN tenant t ON t.id = e.tenant_id
       JOIN payment p ON p.transaction_id = e.transaction_id WHERE p.id = $1 ORDER BY e.line`,
      [id],
    );
    expect(lines).toEqual([
      { slug: of.slug, account: "wallet", amount: "25000000" },
      { slug: "reseller", account: "wallet", amount: "25000000" },
      { slug: "reseller", account: "wallet", amount: "-25000000" },
      { slug: "operator", account: "payments", amount: "-25000000" },
    ]);
  });

  test("told ten times at the same instant is credited once", async () => {
    const of = await customer();
    const id = await desk.begin(of, 5n * EURO);
    const same = `evt_${randomUUID()}`;
    const outcomes = await Promise.all(
      Array.from({ length: 10 }, (_, n) => desk.tell(id, desk.paid(id, 5n * EURO), n % 2 ? {} : { id: same })),
    );
    expect(outcomes.filter((outcome) => outcome === "paid")).toHaveLength(1);
    expect(await posted(of)).toBe(5n * EURO);
  });

  test.each([
    ["another amount", 26n * EURO, "EUR"],
    ["another currency", 25n * EURO, "USD"],
  ])("of %s than was asked for is not credited, and says so", async (_, amount, currency) => {
    const of = await customer();
    const id = await desk.begin(of, 25n * EURO);
    expect(await desk.tell(id, { kind: "paid", paid: desk.paidFact(id, amount, currency) })).toBe("mismatch");
    expect([await posted(of), await desk.stateOf(id)]).toEqual([0n, "pending"]);
    const { failure } = await on.one<{ failure: string }>("SELECT failure FROM payment WHERE id = $1", [id]);
    expect(failure).toContain(currency);
  });

  test("a second money for one payment is not credited", async () => {
    const of = await customer();
    const id = await desk.pay(of, 5n * EURO);
    const other = { ...desk.paidFact(id, 5n * EURO), ref: "pi_other" };
    expect(await desk.tell(id, { kind: "paid", paid: other })).toBe("mismatch");
    expect(await posted(of)).toBe(5n * EURO);
  });

  test("that is not ours changes nothing and is kept for whoever looks", async () => {
    const id = `evt_${randomUUID()}`;
    const paid = desk.paid(randomUUID(), EURO);
    expect(await desk.tell(randomUUID(), paid, { id })).toBe("unknown");
    expect(await desk.tell(undefined, paid, { id, ref: "pi_nobody" })).toBe("unknown");
    expect(await on.sql("SELECT outcome FROM payment_event WHERE event_id = $1", [id])).toEqual([
      { outcome: "unknown" },
    ]);
  });

  test("success after failure counts, failure after success does not", async () => {
    const of = await customer();
    const id = await desk.begin(of, 5n * EURO);
    expect(await desk.tell(id, { kind: "failed", why: "no" })).toBe("failed");
    expect(await desk.tell(id, desk.paid(id, 5n * EURO))).toBe("paid");
    expect(await desk.tell(id, { kind: "failed", why: "no" })).toBe("ignored");
    expect([await posted(of), await desk.stateOf(id)]).toEqual([5n * EURO, "paid"]);
  });

  test("stands in the trail of its tenant, with the provider as who did it", async () => {
    const of = await customer();
    const id = await desk.pay(of, 5n * EURO);
    const trail = await on.sql("SELECT actor_id, after FROM audit_event WHERE tenant_id = $1 AND subject = $2", [
      of.tenantId,
      `payment:${id}`,
    ]);
    expect(trail).toEqual([{ actor_id: "payments.stripe", after: { event: "test.paid", outcome: "paid" } }]);
  });
});

describe("a dispute", () => {
  test("takes the money back at once, and brings it again when it is won", async () => {
    const of = await customer();
    const id = await desk.pay(of, 20n * EURO);
    expect(await desk.tell(id, desk.dispute("dp_1", 20n * EURO, "open"))).toBe("dispute_open");
    expect(await desk.tell(id, desk.dispute("dp_1", 20n * EURO, "open"))).toBe("repeat");
    expect([await posted(of), await desk.stateOf(id)]).toEqual([0n, "disputed"]);
    expect(await desk.tell(id, desk.dispute("dp_1", 20n * EURO, "won"))).toBe("dispute_won");
    expect(await desk.tell(id, desk.dispute("dp_1", 20n * EURO, "won"))).toBe("repeat");
    expect([await posted(of), await desk.stateOf(id)]).toEqual([20n * EURO, "paid"]);
  });

  test("that is lost stays lost", async () => {
    const of = await customer();
    const id = await desk.pay(of, 20n * EURO);
    await desk.tell(id, desk.dispute("dp_2", 20n * EURO, "open"));
    expect(await desk.tell(id, desk.dispute("dp_2", 20n * EURO, "lost"))).toBe("dispute_lost");
    expect(await desk.tell(id, desk.dispute("dp_2", 20n * EURO, "won"))).toBe("repeat");
    expect([await posted(of), await desk.stateOf(id)]).toEqual([0n, "disputed"]);
  });

  test("whose end comes before its beginning, before the payment itself, ends the same", async () => {
    const of = await customer();
    const id = await desk.begin(of, 20n * EURO);
    const paid = desk.paidFact(id, 20n * EURO);
    expect(await desk.tell(id, { ...desk.dispute("dp_3", 20n * EURO, "won"), paid })).toBe("dispute_won");
    expect(await desk.tell(id, { ...desk.dispute("dp_3", 20n * EURO, "open"), paid })).toBe("repeat");
    expect(await desk.tell(id, desk.paid(id, 20n * EURO))).toBe("repeat");
    expect([await posted(of), await desk.stateOf(id)]).toEqual([20n * EURO, "paid"]);
    const lost = await desk.begin(of, 10n * EURO);
    const there = desk.paidFact(lost, 10n * EURO);
    expect(await desk.tell(lost, { ...desk.dispute("dp_4", 10n * EURO, "lost"), paid: there })).toBe("dispute_lost");
    expect([await posted(of), await desk.stateOf(lost)]).toEqual([20n * EURO, "disputed"]);
  });
});

describe("money that is taken back after it was spent", () => {
  /** Spends with the ledger's own function, as a correction does. */
  const spend = async (of: Tenancy, amount: bigint) => {
    await on.sql("SELECT set_config('app.tenant_id', $1, false)", [on.operator.tenantId]);
    await on.sql("SELECT wallet_post($1, 'correction', $2, 'EUR', $3, 'adjustments', '', 'test', NULL)", [
      of.tenantId,
      -amount,
      randomUUID(),
    ]);
  };

  test("becomes a debt: no call, and every credit goes there first", async () => {
    const of = await customer();
    await on.assign(of, on.selling);
    const phone = await on.phone(of);
    const id = await desk.pay(of, 20n * EURO);
    await spend(of, 15n * EURO);
    await desk.tell(id, desk.dispute("dp_5", 20n * EURO, "open"));
    expect([await posted(of), await desk.debtOf(of)]).toEqual([0n, 15n * EURO]);
    await on.topUp(of, 10n * EURO);
    expect([await posted(of), await desk.debtOf(of)]).toEqual([0n, 5n * EURO]);
    const calls = callDesk(db.pool);
    expect(await calls.authorise({ call: randomUUID(), endpoint: phone.endpoint })).toMatchObject({ code: "BAL-01" });
    await on.topUp(of, 8n * EURO);
    expect([await posted(of), await desk.debtOf(of)]).toEqual([3n * EURO, 0n]);
    expect(await calls.authorise({ call: randomUUID(), endpoint: phone.endpoint })).toMatchObject({ kind: "out" });
  });

  test("what live calls hold stays theirs; what they do not use pays the debt", async () => {
    const of = await customer();
    await on.assign(of, on.selling);
    const phone = await on.phone(of);
    const id = await desk.pay(of, 1n * EURO);
    const calls = callDesk(db.pool);
    const call = randomUUID();
    await calls.authorise({ call, endpoint: phone.endpoint });
    const { held } = await on.wallet(of);
    expect(held).toBeGreaterThan(0n);
    await desk.tell(id, desk.dispute("dp_6", 1n * EURO, "open"));
    expect([await on.wallet(of), await desk.debtOf(of)]).toEqual([{ posted: held, held, available: 0n }, held]);
    await calls.settle(call, 0);
    expect([await posted(of), await desk.debtOf(of)]).toEqual([0n, 0n]);
  });

  test("a dispute won lets the debt go and gives back what was paid of it", async () => {
    const of = await customer();
    const id = await desk.pay(of, 20n * EURO);
    await spend(of, 20n * EURO);
    await desk.tell(id, desk.dispute("dp_7", 20n * EURO, "open"));
    await on.topUp(of, 5n * EURO);
    expect(await desk.debtOf(of)).toBe(15n * EURO);
    await desk.tell(id, desk.dispute("dp_7", 20n * EURO, "won"));
    expect([await posted(of), await desk.debtOf(of)]).toEqual([5n * EURO, 0n]);
  });

  test("another payment pays the debt of the first; a credit limit counts as money", async () => {
    const of = await customer();
    const id = await desk.pay(of, 20n * EURO);
    await spend(of, 20n * EURO);
    await desk.tell(id, desk.refund("re_1", 20n * EURO));
    expect([await desk.debtOf(of), await desk.stateOf(id)]).toEqual([20n * EURO, "refunded"]);
    await desk.pay(of, 12n * EURO);
    expect([await posted(of), await desk.debtOf(of)]).toEqual([0n, 8n * EURO]);
    await on.sql("UPDATE wallet SET credit_limit_micros = $2 WHERE tenant_id = $1", [of.tenantId, 10n * EURO]);
    expect([await posted(of), await desk.debtOf(of)]).toEqual([-8n * EURO, 0n]);
  });

  test("racing credits and disputes leave the books right", async () => {
    const of = await customer();
    const ids: string[] = [];
    for (let n = 0; n < 6; n += 1) ids.push(await desk.pay(of, 10n * EURO));
    await spend(of, 45n * EURO);
    await Promise.all([
      ...ids.map((id, n) => desk.tell(id, desk.dispute(`dp_r${n}`, 10n * EURO, "open"))),
      ...ids.slice(0, 3).map((id, n) => desk.tell(id, desk.dispute(`dp_r${n}`, 10n * EURO, "won"))),
    ]);
    for (const [n, id] of ids.slice(0, 3).entries()) await desk.tell(id, desk.dispute(`dp_r${n}`, 10n * EURO, "won"));
    expect([await posted(of), await desk.debtOf(of)]).toEqual([0n, 15n * EURO]);
  });
});

describe("a refund that the provider tells", () => {
  test("is booked once by its name, in parts, and comes back when it fails", async () => {
    const of = await customer();
    const id = await desk.pay(of, 20n * EURO);
    expect(await desk.tell(id, desk.refund("re_a", 5n * EURO))).toBe("refunded");
    expect(await desk.tell(id, desk.refund("re_a", 5n * EURO))).toBe("repeat");
    expect([await posted(of), await desk.stateOf(id)]).toEqual([15n * EURO, "partly_refunded"]);
    expect(await desk.tell(id, desk.refund("re_a", 5n * EURO, "failed"))).toBe("refund_failed");
    expect(await desk.tell(id, desk.refund("re_a", 5n * EURO, "failed"))).toBe("repeat");
    expect([await posted(of), await desk.stateOf(id)]).toEqual([20n * EURO, "paid"]);
  });
});
