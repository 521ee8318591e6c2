import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";

import { type Chain, makeChain } from "@/test/support/chain";
import { createDatabase, type TestDatabase } from "@/test/support/database";
import { everyRow } from "@/test/support/stage";

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

const customer = () => on.as("customer").disputes;
const seller = () => on.as("lower").disputes;

describe("who may", () => {
  test("a customer cannot credit itself, nor the reseller above what its reseller sold", async () => {
    const { id: disputeId } = await customer().open({ ...acme, callId });
    const before = await everyRow(db, ["public"]).then((text) => text.replace(/audit_\w+[\s\S]*?\n\n/g, ""));
    await expect(customer().credit({ ...acme, disputeId })).rejects.toMatchObject({ message: "forbidden" });
    await expect(customer().reject({ ...acme, disputeId, text: "x" })).rejects.toMatchObject({ message: "forbidden" });
    await expect(seller().withdraw({ ...lower, disputeId })).rejects.toMatchObject({ message: "forbidden" });
    await expect(seller().comment({ ...lower, disputeId, reason: "other" })).rejects.toMatchObject({
      message: "forbidden",
    });
    await expect(on.as("upper").disputes.credit({ ...upper, disputeId })).rejects.toMatchObject({
      message: "not_found",
    });
    for (const of of [on.customer, on.upper, on.operator]) {
      await on.as_(of.tenantId);
      const past = on.sql("SELECT * FROM charge_credit($1, $2, 1, 'past', '', 'test')", [on.customer.tenantId, callId]);
      await expect(past).rejects.toMatchObject({ code: "RF007" });
      if (of !== on.customer)
        await expect(on.sql("SELECT * FROM dispute_decide($1, NULL, '', 'test')", [disputeId])).rejects.toMatchObject({
          code: "RF007",
        });
    }
    expect(await everyRow(db, ["public"]).then((text) => text.replace(/audit_\w+[\s\S]*?\n\n/g, ""))).toBe(before);
    // Somebody above with a seat acts in the seller's own pages.
    await on.as("operator").disputes.credit({ ...lower, disputeId });
  });

  test("a sibling, and a sibling of the seller, see and reach nothing", async () => {
    const beside = await on.tenant("reseller", on.upper, { slug: `beside-${crypto.randomUUID().slice(0, 6)}` });
    const sibling = await on.tenant("customer", on.lower, { slug: `sibling-${crypto.randomUUID().slice(0, 6)}` });
    const { id: disputeId } = await customer().open({ ...acme, callId });
    for (const of of [beside, sibling]) {
      const { disputes } = on.as({ userId: await on.owner(of) });
      const at = { tenantSlug: of.slug };
      for (const side of ["sold", "bought"] as const)
        expect(await disputes.list({ ...at, side })).toEqual({ items: [], nextCursor: null, open: 0 });
      for (const tried of [
        () => disputes.get({ ...at, disputeId }),
        () => disputes.open({ ...at, callId }),
        () => disputes.ofCall({ ...at, callId }),
        () => disputes.credit({ ...at, disputeId }),
        () => disputes.reject({ ...at, disputeId, text: "No." }),
        () => disputes.withdraw({ ...at, disputeId }),
        () => disputes.comment({ ...at, disputeId, text: "Hello?" }),
      ])
        await expect(tried()).rejects.toMatchObject({ message: "not_found" });
    }
  });

  test("the two functions write and nobody else: the portal's role may not touch the tables", async () => {
    for (const attempt of [
      "UPDATE dispute SET state = 'credited'",
      "DELETE FROM dispute_event",
      "UPDATE dispute_counter SET last_number = 0",
    ])
      await expect(db.app.$executeRawUnsafe(attempt)).rejects.toThrow(/permission denied/);
    await expect(
      db.app.$queryRawUnsafe("SELECT corrections_post(NULL, '{}', '{}', '{}', '{}', '', '')"),
    ).rejects.toThrow(/permission denied/);
  });
});
