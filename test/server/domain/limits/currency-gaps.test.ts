import { randomUUID } from "node:crypto";

import { afterAll, beforeAll, expect, test } from "vitest";

import { currencyGaps } from "@/server/domain/limits/currency-gaps";
import { readTenant } from "@/server/infra/db/read-tenant";
import type { TenantId } from "@/server/kernel/ids";
import { callDesk } from "@/test/support/call-desk";
import { createDatabase, type TestDatabase } from "@/test/support/database";
import { type Stage, stage } from "@/test/support/stage";

let db: TestDatabase;
let on: Stage;
beforeAll(async () => {
  db = await createDatabase();
  on = await stage(db);
});
afterAll(() => db.drop());

const gaps = (of: { tenantId: string }) =>
  readTenant(db.app, { tenantId: of.tenantId as TenantId, subtree: true }, (tx) => currencyGaps(tx));
const limits = () => on.as("reseller").limits.get({ tenantSlug: "reseller" });

test("a reseller whose calls are refused between two currencies is named, until it says that it means it", async () => {
  expect(await gaps(on.operator)).toEqual([]);
  const abroad = await on.tenant("customer", on.reseller, { currency: "USD" });
  expect(await gaps(on.operator), "who buys nothing is refused nothing").toEqual([]);
  const plan = await on.plan(on.reseller, { "49": { perMinute: 90_000n } }, { currency: "USD" });
  await on.assign(abroad, plan);
  const named = { id: on.reseller.tenantId, slug: "reseller", buys: "EUR", sells: ["USD"] };
  expect(await gaps(on.operator)).toEqual([named]);
  expect(await gaps(on.reseller)).toEqual([named]);
  expect(await gaps(on.customer)).toEqual([]);
  expect((await limits()).refusedCurrencies).toEqual(["USD"]);
  const seen = await on.as("operator").limits.get({ tenantSlug: "operator", ofTenantSlug: "reseller" });
  expect(seen.refusedCurrencies).toEqual([]);

  const { endpoint } = await on.phone(abroad, "101");
  const { code } = await callDesk(db.pool).authorise({ call: randomUUID(), endpoint });
  expect(code).toBe("RAT-02");
  await on.as("reseller").limits.setBelowCost({ tenantSlug: "reseller", allowed: true });
  expect(await gaps(on.operator)).toEqual([]);
  expect((await limits()).refusedCurrencies).toEqual([]);
  const next = await callDesk(db.pool).authorise({ call: randomUUID(), endpoint });
  expect(next.code).not.toBe("RAT-02");
});
