import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";

import { Prisma } from "@/server/infra/db/generated/client";
import { readTenant } from "@/server/infra/db/read-tenant";
import type { TenantId } from "@/server/kernel/ids";
import { createDatabase, type TestDatabase } from "@/test/support/database";

let db: TestDatabase;
beforeAll(async () => {
  db = await createDatabase();
});
afterAll(() => db.drop());

/** The SQL is the truth; Prisma's models describe it. A column that one of them has and the other has not is found here. */
test.each(Object.values(Prisma.ModelName))("%s can be read by the portal as described", async (model) => {
  const name = `${model.charAt(0).toLowerCase()}${model.slice(1)}`;
  const found = await readTenant(
    db.app,
    { tenantId: randomUUID() as TenantId },
    (tx) =>
      (tx as unknown as Record<string, { findFirst: () => Promise<unknown> }>)[name]?.findFirst() ??
      Promise.reject(new Error(name)),
  );
  expect(found).toBeNull();
});
