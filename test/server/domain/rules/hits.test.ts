import { afterAll, beforeAll, expect, test } from "vitest";
import { hit, type Measure } from "@/server/domain/rules/hits";
import type { Rule } from "@/server/domain/rules/rule-kinds.schema";
import { builders, type Phone, type Tenancy } from "@/test/support/builders";
import { createDatabase, type TestDatabase } from "@/test/support/database";

let db: TestDatabase;
let make: ReturnType<typeof builders>;
let tenant: Tenancy;
let phone: Phone;
beforeAll(async () => {
  db = await createDatabase();
  make = builders(db);
  const operator = await make.tenant("operator");
  tenant = await make.tenant("customer", operator);
  phone = await make.phone(tenant);
});
afterAll(() => db.drop());

const rule: Rule = { mode: "enforce", action: "open", windowMinutes: 1_440, warn: 10n, critical: 100n };
const at = Date.now();

/** The same phone, so many seconds later. */
async function hits(seconds: number): Promise<string | undefined> {
  const measure: Measure = {
    ...{ signal: "spend_day", scope: "extension", tenantId: tenant.tenantId, extensionId: phone.extensionId },
    ...{ source: phone.endpoint, about: phone.endpoint, value: 20n, calls: 1 },
    firstAt: new Date(at),
    lastAt: new Date(at + seconds * 1_000),
  };
  return (await hit(db.pool, rule, measure, []))?.incidentId;
}
const findings = async () =>
  (await make.sql<{ id: string }>("SELECT incident_id AS id FROM rule_finding ORDER BY last_at")).map(({ id }) => id);

test("what comes after an incident is over is a finding of its own, and belongs to the next one", async () => {
  const first = await hits(0);
  expect(await hits(1)).toBe(first);
  expect(await findings()).toEqual([first]);
  await make.sql("UPDATE incident SET state = 'resolved', closed_at = now() WHERE id = $1", [first]);
  const second = await hits(2);
  expect(second).not.toBe(first);
  expect(await hits(3)).toBe(second);
  expect(await findings()).toEqual([first, second]);
});
