import { afterAll, beforeAll, expect, test } from "vitest";

import { createDatabase, type TestDatabase } from "@/test/support/database";

let db: TestDatabase;
beforeAll(async () => {
  db = await createDatabase();
});
afterAll(() => db.drop());

test("the telephone system reads its own tables, writes contacts, and sees nothing of the portal", async () => {
  const { rows: may } = await db.owner.query<{ t: string; p: string }>(`
      SELECT n.nspname || '.' || c.relname AS t, p FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      CROSS JOIN unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE']) p
      WHERE c.relkind IN ('r', 'p', 'v') AND n.nspname IN ('public', 'pbx', 'bullmq') AND has_table_privilege('asterisk', c.oid, p) ORDER BY 1, 2`);
  const tables = new Map<string, string[]>();
  for (const { t, p } of may) tables.set(t, [...(tables.get(t) ?? []), p]);
  expect(Object.fromEntries(tables)).toEqual({
    "pbx.aors": ["SELECT"],
    "pbx.auths": ["SELECT"],
    "pbx.endpoints": ["SELECT"],
    "pbx.identifies": ["SELECT"],
    "pbx.ps_acls": ["SELECT"],
    "pbx.ps_aors": ["SELECT"],
    "pbx.ps_auths": ["SELECT"],
    "pbx.ps_contacts": ["DELETE", "INSERT", "SELECT", "UPDATE"],
    "pbx.ps_endpoint_id_ips": ["SELECT"],
    "pbx.ps_endpoints": ["SELECT"],
  });
});
