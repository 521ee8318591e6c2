import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";

import { type Chain, makeChain } from "@/test/support/chain";
import { createDatabase, type TestDatabase } from "@/test/support/database";

const DAY = 86_400_000;
const acme = { tenantSlug: "acme" };
const lower = { tenantSlug: "lower" };
const upper = { tenantSlug: "upper" };

let db: TestDatabase;
let on: Chain;
let callId: string;
beforeAll(async () => {
  db = await createDatabase();
  on = await makeChain(db);
});
afterAll(() => db.drop());
beforeEach(async () => {
  callId = await on.talk(60_000);
});

/** The original entries of a call, byte for byte. */
const charges = (id: string) =>
  on.sql(
    "SELECT x::text, e::text FROM ledger_transaction x JOIN ledger_entry e ON e.transaction_id = x.id WHERE x.kind = 'charge' AND x.call_id = $1 ORDER BY 1, 2",
    [id],
  );
const customer = () => on.as("customer").disputes;
const seller = () => on.as("lower").disputes;

describe("a dispute", () => {
  test("is opened with one press, decided with one, and the credit stands linked in the buyer's ledger", async () => {
    const before = await charges(callId);
    const holds = await on.sql("SELECT h::text, c::text FROM hold h JOIN call c ON c.id = h.call_id WHERE c.id = $1", [
      callId,
    ]);
    const opened = await customer().open({ ...acme, callId, reason: "bad_quality", text: "It crackled." });
    expect(opened).toMatchObject({ number: expect.stringMatching(/^D-\d{6}$/), repeated: false });

    const wallet = (await on.wallet(on.customer)).posted;
    const decided = await seller().credit({ ...lower, disputeId: opened.id });
    expect(decided).toMatchObject({ state: "credited", creditedMicros: 3_456_780n });
    expect((await on.wallet(on.customer)).posted).toBe(wallet + 3_456_780n);
    const [newest] = (await on.as("customer").billing.ledger(acme)).items;
    expect(newest).toMatchObject({
      id: decided.transactionId,
      kind: "correction",
      callId,
      amountMicros: 3_456_780n,
      memo: `Credit ${opened.number}: Call to +493012345678`,
      actor: "provider",
    });
    const [linked] = await on.sql<{ key: string }>(
      "SELECT y.posting_key AS key FROM ledger_transaction x JOIN ledger_transaction y ON y.id = x.corrects_id WHERE x.id = $1",
      [decided.transactionId],
    );
    expect(linked?.key).toBe(`call:${callId}:0`);
    expect(await customer().get({ ...acme, disputeId: opened.id })).toMatchObject({
      state: "credited",
      creditedMicros: 3_456_780n,
      leftMicros: 0n,
      correctionId: decided.transactionId,
      events: [
        { side: "buyer", kind: "opened", body: "It crackled." },
        { side: "seller", kind: "credited", body: "" },
      ],
    });
    // What was charged stays what was charged; what it comes to now is the sum over what is linked.
    expect(await charges(callId)).toEqual(before);
    expect(
      await on.sql("SELECT h::text, c::text FROM hold h JOIN call c ON c.id = h.call_id WHERE c.id = $1", [callId]),
    ).toEqual(holds);
    expect(await on.paid(callId)).toBe(0n);
    expect(await on.sound()).toEqual([]);
  });

  test("keeps receipt and decisions as the buyer saw them, and each side sees its own level only", async () => {
    const { id: disputeId } = await customer().open({ ...acme, callId });
    const bought = await customer().get({ ...acme, disputeId });
    const call = await on.as("customer").calls.get({ ...acme, callId });
    expect(bought).toMatchObject({ side: "buyer", cost: null, chargedMicros: 3_456_780n });
    expect(bought.evidence).toMatchObject({
      call: { to: "+49 30 12345678", from: "101 Phone", talkMs: 60_000, hangupSide: "caller" },
      receipt: { costMicros: "3456780", prefix: "49", steps: call.receipt?.steps },
      trace: call.trace,
      ledger: [{ amountMicros: "-3456780" }],
    });
    const sold = await seller().get({ ...lower, disputeId });
    expect(sold).toMatchObject({
      side: "seller",
      evidence: bought.evidence,
      leftMicros: 3_456_780n,
      cost: { receipt: { costMicros: 2_345_679n } },
    });
  });

  test("works for a reseller against its provider, at its own level, and leaves the levels beside it alone", async () => {
    const { id: disputeId } = await on.as("lower").disputes.open({ ...lower, callId, reason: "wrong_price" });
    expect(await on.as("upper").disputes.credit({ ...upper, disputeId, amount: "1.00" })).toMatchObject({
      state: "partly_credited",
      creditedMicros: 1_000_000n,
    });
    expect([await on.paid(callId, 0), await on.paid(callId, 1), await on.paid(callId, 2)]).toEqual([
      3_456_780n,
      1_345_679n,
      1_234_566n,
    ]);
    const { id: above } = await on.as("upper").disputes.open({ ...upper, callId });
    const sold = await on.as("operator").disputes.get({ tenantSlug: "operator", disputeId: above });
    expect(sold).toMatchObject({ side: "seller", cost: null, buyerSlug: "upper", chargedMicros: 1_234_566n });
    await on.as("operator").disputes.credit({ tenantSlug: "operator", disputeId: above });
    expect(await on.paid(callId, 2)).toBe(0n);
    expect(await on.sound()).toEqual([]);
  });

  test("a double click, and two people at once, make one; numbers have no gap", async () => {
    const calls = [callId, await on.talk(1_000), await on.talk(2_000)];
    const opened = await Promise.all(
      calls.flatMap((id) => [1, 2, 3].map(() => customer().open({ ...acme, callId: id }))),
    );
    expect(new Set(opened.map(({ id }) => id)).size).toBe(3);
    expect(opened.filter(({ repeated }) => !repeated)).toHaveLength(3);
    await expect(customer().open({ ...acme, callId: crypto.randomUUID() })).rejects.toMatchObject({
      message: "not_found",
    });
    await customer().open({ ...acme, callId: await on.talk(1_000) });
    const numbers = await on.sql<{ number: number }>(
      "SELECT number FROM dispute WHERE seller_id = $1 ORDER BY number",
      [on.lower.tenantId],
    );
    expect(numbers.map(({ number }) => number)).toEqual(numbers.map((_, at) => at + 1));
  });

  test("a credit in full and one in part, at once from many connections, give one", async () => {
    const { id: disputeId } = await customer().open({ ...acme, callId });
    const wallet = (await on.wallet(on.customer)).posted;
    const tries = await Promise.allSettled(
      Array.from({ length: 8 }, (_, at) =>
        seller().credit({ ...lower, disputeId, ...(at % 2 ? { amount: "0.50" } : {}) }),
      ),
    );
    const made = tries.filter((one) => one.status === "fulfilled");
    expect(made).toHaveLength(1);
    for (const one of tries)
      if (one.status === "rejected") expect(one.reason).toMatchObject({ message: "invalid_state" });
    expect((await on.wallet(on.customer)).posted - wallet).toBe(made[0]?.value.creditedMicros);
    expect(await on.sound()).toEqual([]);
  });

  test("in part twice, and never more than the charge", async () => {
    const first = await customer().open({ ...acme, callId });
    await expect(seller().credit({ ...lower, disputeId: first.id, amount: "3.456781" })).rejects.toMatchObject({
      message: "invalid_input",
      cause: { sentence: expect.stringContaining("€3.45678:") },
    });
    await seller().credit({ ...lower, disputeId: first.id, amount: "3.00" });
    const second = await customer().open({ ...acme, callId });
    expect(second.id).not.toBe(first.id);
    expect(await customer().get({ ...acme, disputeId: second.id })).toMatchObject({ chargedMicros: 456_780n });
    await expect(seller().credit({ ...lower, disputeId: second.id, amount: "0.456781" })).rejects.toMatchObject({
      message: "invalid_input",
    });
    expect(await seller().credit({ ...lower, disputeId: second.id })).toMatchObject({ creditedMicros: 456_780n });
    await expect(customer().open({ ...acme, callId })).rejects.toMatchObject({ message: "invalid_state" });
    // Past the procedure's own look the function holds the line as well.
    await on.as_(on.lower.tenantId);
    const past = on.sql("SELECT * FROM charge_credit($1, $2, 1, 'past', '', 'test')", [on.customer.tenantId, callId]);
    await expect(past).rejects.toMatchObject({ code: "RF006" });
    expect(await on.paid(callId)).toBe(0n);
  });

  test("is rejected with a reason, or withdrawn, and then it is over for both", async () => {
    const { id: disputeId } = await customer().open({ ...acme, callId });
    await expect(seller().reject({ ...lower, disputeId, text: " " })).rejects.toMatchObject({
      message: "invalid_input",
    });
    await customer().comment({ ...acme, disputeId, reason: "too_long", text: "Only a minute." });
    await seller().comment({ ...lower, disputeId, text: "We look." });
    await seller().reject({ ...lower, disputeId, text: "The carrier confirms it." });
    expect(await customer().get({ ...acme, disputeId })).toMatchObject({
      state: "rejected",
      reason: "too_long",
      creditedMicros: 0n,
      correctionId: null,
      events: [
        { kind: "opened" },
        { body: "Only a minute." },
        { side: "seller", body: "We look." },
        { kind: "rejected", body: "The carrier confirms it." },
      ],
    });
    const { id: again } = await customer().open({ ...acme, callId });
    await customer().withdraw({ ...acme, disputeId: again });
    for (const over of [
      () => seller().credit({ ...lower, disputeId }),
      () => seller().reject({ ...lower, disputeId: again, text: "No." }),
      () => customer().withdraw({ ...acme, disputeId }),
      () => customer().comment({ ...acme, disputeId: again, text: "Still there?" }),
    ])
      await expect(over()).rejects.toMatchObject({
        message: "invalid_state",
        cause: { sentence: expect.stringMatching(/^D-\d{6} is over/) },
      });
    expect(await on.paid(callId)).toBe(3_456_780n);
  });

  test("is in both trails when it is decided, and in the buyer's when it is opened", async () => {
    const { id: disputeId } = await customer().open({ ...acme, callId });
    await seller().credit({ ...lower, disputeId, amount: "0.10" });
    const trail = await on.sql(
      "SELECT tenant_id, action, after->>'credited' AS credited FROM audit_event WHERE subject = $1 ORDER BY at",
      [`dispute:${disputeId}`],
    );
    expect(trail).toEqual([
      { tenant_id: on.customer.tenantId, action: "dispute.open", credited: null },
      { tenant_id: on.lower.tenantId, action: "dispute.credit", credited: "0.100000" },
      { tenant_id: on.customer.tenantId, action: "dispute.credit", credited: "0.100000" },
    ]);
  });

  test("only of what was charged, and for 90 days", async () => {
    const free = await on.talk(0);
    await expect(customer().open({ ...acme, callId: free })).rejects.toMatchObject({ message: "invalid_state" });
    const late = await on.talk(1_000, new Date(Date.now() - 90 * DAY - 60_000));
    await expect(customer().open({ ...acme, callId: late })).rejects.toMatchObject({
      message: "invalid_state",
      cause: { sentence: expect.stringMatching(/90 days/) },
    });
    expect(await customer().ofCall({ ...acme, callId: late })).toMatchObject({
      open: false,
      problem: expect.stringMatching(/90 days/),
    });
    await customer().open({ ...acme, callId: await on.talk(1_000, new Date(Date.now() - 90 * DAY + 3_600_000)) });
    // The operator sold it and paid nobody.
    await expect(on.as("operator").disputes.open({ tenantSlug: "operator", callId })).rejects.toMatchObject({
      message: "invalid_state",
    });
  });
});

describe("the list", () => {
  test("has both sides, filters, and pages that meet", async () => {
    const all = await on.sql<{ n: number }>("SELECT count(*)::int AS n FROM dispute WHERE seller_id = $1", [
      on.lower.tenantId,
    ]);
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const page: { items: readonly { id: string }[]; nextCursor: string | null } = await seller().list({
        ...lower,
        side: "sold",
        limit: 3,
        ...(cursor ? { cursor } : {}),
      });
      seen.push(...page.items.map(({ id }) => id));
      cursor = page.nextCursor;
    } while (cursor);
    expect(new Set(seen).size).toBe(all[0]?.n);
    expect(seen).toHaveLength(all[0]?.n ?? 0);

    const { id, number } = await customer().open({ ...acme, callId });
    const found = async (filter: object) =>
      (await seller().list({ ...lower, side: "sold", limit: 200, ...filter })).items.map((row) => row.id);
    expect(await found({ text: number })).toEqual([id]);
    expect(await found({ text: "acm", state: "open" })).toContain(id);
    expect(await found({ state: "rejected" })).not.toContain(id);
    expect(await found({ text: "+49 30" })).toContain(id);
    expect(await found({ text: "%" })).toEqual([]);
    const mine = await customer().list({ ...acme, text: number });
    expect(mine.items).toMatchObject([
      { id, side: "buyer", toFormatted: "+49 30 12345678", chargedMicros: 3_456_780n, state: "open", callId },
    ]);
    expect((await seller().list({ ...lower, side: "bought" })).items.every((row) => row.side === "buyer")).toBe(true);
  });
});
