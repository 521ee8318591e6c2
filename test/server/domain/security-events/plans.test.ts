import { afterAll, beforeAll, expect, test } from "vitest";

import { countSecurityEvents } from "@/server/domain/security-events/security-event-counts";
import { listSecurityEvents } from "@/server/domain/security-events/security-events";
import type { TenantRead } from "@/server/infra/db/tenant-tx";
import type { TenantId } from "@/server/kernel/ids";
import { createDatabase, type TestDatabase } from "@/test/support/database";
import { explained, manySecurityEvents, securityEventFilters } from "@/test/support/many-security-events";
import { type Stage, stage } from "@/test/support/stage";

let db: TestDatabase;
let on: Stage;
beforeAll(async () => {
  db = await createDatabase();
  on = await stage(db);
  await manySecurityEvents(on.sql, 5_000);
});
afterAll(() => db.drop());

test.each(securityEventFilters.map(({ found, ...filter }) => [JSON.stringify(filter), found, filter] as const))(
  "the events that %s looks at are found by the index of %s, on every page",
  async (_, found, filter) => {
    const tenantId = on.operator.tenantId as TenantId;
    const asked = async (work: (tx: TenantRead) => Promise<unknown>) => {
      const [first, ...more] = await explained(db.app, tenantId, work, true);
      expect(first?.by).toEqual([found]);
      expect(more.flatMap(({ by }) => by)).not.toContain("all");
    };
    let cursor: string | undefined;
    await asked(async (tx) => {
      cursor = (await listSecurityEvents(tx, tenantId, { ...filter, limit: 1 })).nextCursor ?? undefined;
    });
    if (cursor) await asked((tx) => listSecurityEvents(tx, tenantId, { ...filter, limit: 1, cursor }));
    await asked((tx) => countSecurityEvents(tx, tenantId, filter));
  },
);

test("a customer's own events are found by its index, and those of its phone by the name", async () => {
  const tenantId = on.customer.tenantId as TenantId;
  const { sipUsername } = await on
    .as("customer")
    .extensions.create({ tenantSlug: "acme", number: "101", displayName: "A" });
  const found = async (filter: object) =>
    (await explained(db.app, tenantId, (tx) => listSecurityEvents(tx, tenantId, filter), true))[0]?.by;
  expect(await found({ type: "SessionLimit" })).toEqual(["tenant"]);
  expect(await found({ account: "name-17" })).toEqual(["tenant"]);
  expect(await found({ account: sipUsername, type: "FailedACL" })).toEqual(["username"]);
});
