import { afterAll, beforeAll, expect, test } from "vitest";

import { orderOf as orderOfIncidents } from "@/server/domain/incidents/incident-order";
import { incidentSorts } from "@/server/domain/incidents/incident-sort.schema";
import { orderOf, placeOf } from "@/server/domain/provisioning/extension-order";
import { extensionSorts } from "@/server/domain/provisioning/extension-sort.schema";
import { type Sql, sql } from "@/server/infra/db/sql";
import { createDatabase, type TestDatabase } from "@/test/support/database";

let db: TestDatabase;
beforeAll(async () => {
  db = await createDatabase();
});
afterAll(() => db.drop());

const tenant = "00000000-0000-7000-8000-000000000001";

/** How a page would be read, were there many rows. */
const planOf = (page: Sql): Promise<string> =>
  db.app.$transaction(async (tx) => {
    await tx.$executeRaw`SELECT set_config('app.tenant_id', ${tenant}, true)`;
    await tx.$executeRaw`SET LOCAL enable_seqscan = off`;
    await tx.$executeRaw`SET LOCAL enable_bitmapscan = off`;
    const rows = await tx.$queryRaw<Record<string, string>[]>`EXPLAIN ${page}`;
    return rows.map((row) => Object.values(row)[0]).join("\n");
  });

test.each(extensionSorts)("extensions by %s are gone through in the order of an index", async (sort) => {
  const after = placeOf({ number: "150", displayName: "Front desk" }, sort);
  const order = orderOf({ sort, after });
  const plan = await planOf(
    sql`SELECT * FROM extension x WHERE x.tenant_id = ${tenant}::uuid AND ${order.after} ORDER BY ${order.by("x")} LIMIT 101`,
  );
  expect(plan).not.toMatch(/Sort/);
  expect(plan).toMatch(sort.endsWith("name") ? /extension_by_name/ : /extension_by_number/);
});

test.each(incidentSorts)("a later page of incidents by %s is read from an index in its order", async (sort) => {
  const { after, by } = orderOfIncidents(sort);
  const plan = await planOf(
    sql`SELECT * FROM incident i WHERE i.tenant_id = ${tenant}::uuid AND i.merged_into IS NULL AND ${after("42", tenant)} ORDER BY ${by} LIMIT 51`,
  );
  expect(plan).not.toMatch(/Sort/);
  expect(plan).toMatch(sort.endsWith("number") ? /Index Cond: .*number [<>]/ : /Index Cond: .*ROW\(last_at, id\) [<>]/);
});
