import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { callDesk } from "@/test/support/call-desk";
import { createDatabase, type TestDatabase } from "@/test/support/database";
import { everyRow, type Stage, stage } from "@/test/support/stage";

let db: TestDatabase;
let on: Stage;
let sibling: { tenantId: string; slug: string };
beforeAll(async () => {
  db = await createDatabase();
  on = await stage(db);
  sibling = await on.tenant("customer", on.reseller, { slug: "sibling" });
});
afterAll(() => db.drop());

const credit = (who: "operator" | "reseller" | "customer", ofTenantSlug: string, limit: string) =>
  on.as(who).terms.setCreditLimit({ tenantSlug: who === "customer" ? "acme" : who, ofTenantSlug, limit });
const limitOf = async (of: { tenantId: string }) =>
  (
    await on.one<{ credit: number }>("SELECT credit_limit_micros::int AS credit FROM wallet WHERE tenant_id = $1", [
      of.tenantId,
    ])
  ).credit;

describe("a credit limit", () => {
  test("is given from above, within what the one above has, and shown to both", async () => {
    await expect(credit("reseller", "acme", "1")).rejects.toMatchObject({ message: "credit_limit_exceeded" });
    await credit("operator", "reseller", "100");
    await credit("reseller", "acme", "60");
    await credit("reseller", "sibling", "40");
    const before = await everyRow(db);
    await expect(credit("reseller", "acme", "60.000001")).rejects.toMatchObject({
      message: "credit_limit_exceeded",
      cause: {
        sentence: expect.stringMatching(
          /limit of €100\.00 and gave €40\.00 of it to others; €60\.000001 would be more/,
        ),
      },
    });
    // The operator may act for the reseller's customer, but it is the reseller's limit that pays for it.
    await expect(credit("operator", "acme", "61")).rejects.toMatchObject({ message: "credit_limit_exceeded" });
    await expect(credit("operator", "reseller", "99")).rejects.toMatchObject({
      message: "credit_limit_in_use",
      cause: { sentence: expect.stringMatching(/€100\.00 was given to tenants below; €99\.00 would be less/) },
    });
    expect(await everyRow(db)).toBe(before);
    expect(await on.as("customer").terms.get({ tenantSlug: "acme" })).toMatchObject({
      creditLimitMicros: 60_000_000n,
      creditUsedMicros: 0n,
      creditAtMostMicros: null,
    });
    expect(await on.as("reseller").terms.get({ tenantSlug: "reseller", ofTenantSlug: "acme" })).toMatchObject({
      creditLimitMicros: 60_000_000n,
      creditAtMostMicros: 60_000_000n,
    });
    expect(await on.as("reseller").terms.get({ tenantSlug: "reseller" })).toMatchObject({
      creditGivenMicros: 100_000_000n,
    });
    const trail = await on.sql<{ tenant_id: string }>(
      "SELECT tenant_id, before, after FROM audit_event WHERE action = 'billing.set_credit_limit' AND after->>'creditLimit' = '60.000000'",
    );
    expect(trail).toMatchObject([
      { tenant_id: on.reseller.tenantId, before: { creditLimit: "0.000000" }, after: { currency: "EUR" } },
      { tenant_id: on.customer.tenantId },
    ]);
  });

  test("is not lowered below what is used", async () => {
    const phone = await on.phone(on.customer, "101");
    const desk = callDesk(db.pool);
    expect(await desk.authorise({ call: "c1", endpoint: phone.endpoint })).toMatchObject({ kind: "out" });
    const { held } = await on.wallet(on.customer);
    await expect(credit("reseller", "acme", "0.01")).rejects.toMatchObject({
      message: "credit_limit_in_use",
      cause: { detail: { used: held.toString(), asked: "10000" } },
    });
    await desk.settle("c1", 61_000);
    const { posted } = await on.wallet(on.customer);
    expect(posted).toBeLessThan(0n);
    await expect(credit("reseller", "acme", "0")).rejects.toMatchObject({ message: "credit_limit_in_use" });
    await on.topUp(on.customer, -posted);
    await credit("reseller", "acme", "0");
    expect(await limitOf(on.customer)).toBe(0);
    expect(await on.sql("SELECT * FROM ledger_check()")).toEqual([]);
  });

  test("is nobody's own to give", async () => {
    for (const [who, of] of [
      ["customer", "acme"],
      ["customer", "reseller"],
      ["customer", "sibling"],
      ["reseller", "reseller"],
      ["reseller", "operator"],
      ["operator", "operator"],
      ["reseller", "nobody"],
    ] as const) {
      await expect(credit(who, of, "1")).rejects.toMatchObject({ message: "not_below" });
    }
    for (const limit of ["-1", "", "1.0000001", "1e3"]) {
      await expect(credit("reseller", "acme", limit)).rejects.toMatchObject({ message: "invalid_input" });
    }
  });

  test("changed by many at once never adds up to more than there is", async () => {
    await credit("reseller", "sibling", "0");
    const given = async () => {
      const [row] = await on.sql<{ given: number; own: number }>(
        `SELECT (SELECT sum(credit_limit_micros)::int FROM wallet w JOIN tenant t ON t.id = w.tenant_id WHERE t.parent_id = $1) AS given,
           (SELECT credit_limit_micros::int FROM wallet WHERE tenant_id = $1) AS own`,
        [on.reseller.tenantId],
      );
      return row ?? { given: 0, own: 0 };
    };
    for (let round = 0; round < 6; round += 1) {
      await credit("operator", "reseller", "100");
      const results = await Promise.allSettled([
        credit("reseller", "acme", "60"),
        credit("reseller", "sibling", "60"),
        credit("operator", "reseller", "70"),
        credit("operator", "acme", "45"),
      ]);
      for (const result of results) {
        if (result.status === "rejected") expect(result.reason.message).toMatch(/^credit_limit_(exceeded|in_use)$/);
      }
      const { given: sum, own } = await given();
      expect(sum).toBeLessThanOrEqual(own);
      await credit("reseller", "acme", "0");
      await credit("reseller", "sibling", "0");
    }
    expect(await limitOf(sibling)).toBe(0);
  });
});

describe("the tax", () => {
  const tax = (who: "operator" | "reseller" | "customer", ofTenantSlug: string, percent: string, name = "VAT") =>
    on.as(who).terms.setTax({ tenantSlug: who === "customer" ? "acme" : who, ofTenantSlug, percent, name });

  test("is set by somebody above, exactly, and read by the buyer", async () => {
    await tax("reseller", "acme", "19.0001");
    expect(await on.one("SELECT tax_ppm, tax_name FROM tenant WHERE id = $1", [on.customer.tenantId])).toEqual({
      tax_ppm: 190_001,
      tax_name: "VAT",
    });
    expect(await on.as("customer").terms.get({ tenantSlug: "acme" })).toMatchObject({
      taxPercent: "19.0001",
      taxName: "VAT",
    });
    await tax("operator", "acme", "7.7", "MwSt");
    const [event] = await on.sql(
      "SELECT before, after FROM audit_event WHERE tenant_id = $1 AND action = 'billing.set_tax' ORDER BY seq DESC LIMIT 1",
      [on.customer.tenantId],
    );
    expect(event).toEqual({ before: { percent: "19.0001", name: "VAT" }, after: { percent: "7.7", name: "MwSt" } });
  });

  test("is nobody's own to set, and no more than a whole", async () => {
    const before = await everyRow(db);
    for (const [who, of] of [
      ["customer", "acme"],
      ["customer", "sibling"],
      ["reseller", "reseller"],
      ["reseller", "operator"],
    ] as const) {
      await expect(tax(who, of, "0")).rejects.toMatchObject({ message: "not_below" });
    }
    for (const percent of ["100.0001", "-1", "nineteen", ""]) {
      await expect(tax("reseller", "acme", percent)).rejects.toMatchObject({ message: "invalid_input" });
    }
    expect(await everyRow(db)).toBe(before);
  });
});
