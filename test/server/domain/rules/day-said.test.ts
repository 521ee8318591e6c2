import { readFileSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";

import { builders } from "@/test/support/builders";
import { createDatabase, type TestDatabase } from "@/test/support/database";

let db: TestDatabase;
beforeAll(async () => {
  db = await createDatabase();
});
afterAll(() => db.drop());

/** What the upgrade did once, to those who had said something of an hour before there was a rule of the day. */
const copied = (): string => {
  const migration = readFileSync("prisma/migrations/0158_spend_day_reviewed/migration.sql", "utf8");
  return migration.slice(migration.indexOf("INSERT INTO rule "));
};

test("who said that no phone is stopped by an hour's money has said so of a day's, and of nothing else", async () => {
  const { sql, tenant } = builders(db);
  const operator = await tenant("operator");
  const said = async (slug: string, signal: string, scope: string, mode: string | null, action: string | null) => {
    const [there] = await sql<{ id: string }>("SELECT id FROM tenant WHERE slug = $1", [slug]);
    const about = there?.id ?? (await tenant("customer", operator, { slug })).tenantId;
    await sql(
      `INSERT INTO rule (tenant_id, about_id, signal, scope, mode, action, window_minutes, warn, critical, ends_at, changed_by)
       VALUES ($1, $2, $3, $4, $5, $6, 60, 1, 2, '2026-12-24T12:00:00Z', 'ann')`,
      [operator.tenantId, about, signal, scope, mode, action],
    );
  };
  await said("off", "spend", "extension", "off", "contain");
  await said("shadow", "spend", "extension", "shadow", null);
  await said("told", "spend", "extension", "enforce", "notify");
  await said("stopped", "spend", "extension", "enforce", "contain");
  await said("unsaid", "spend", "extension", null, null);
  await said("whole", "spend", "tenant", "off", null);
  await said("other", "price", "extension", "off", null);
  await said("already", "spend", "extension", "off", null);
  await said("already", "spend_day", "extension", "enforce", "open");

  await sql(copied());
  await sql(copied());

  const kept = await sql(
    `SELECT t.slug, r.scope, r.mode, r.action, r.window_minutes, r.warn, r.critical, r.ends_at, r.changed_by
     FROM rule r JOIN tenant t ON t.id = r.about_id WHERE r.signal = 'spend_day' ORDER BY t.slug`,
  );
  const copy = { scope: "extension", window_minutes: null, warn: null, critical: null, changed_by: "ann" };
  const untilThen = { ends_at: new Date("2026-12-24T12:00:00Z") };
  expect(kept).toEqual([
    {
      ...copy,
      ...untilThen,
      slug: "already",
      mode: "enforce",
      action: "open",
      window_minutes: 60,
      warn: "1",
      critical: "2",
    },
    { ...copy, ...untilThen, slug: "off", mode: "off", action: null },
    { ...copy, ...untilThen, slug: "shadow", mode: "shadow", action: null },
    { ...copy, ...untilThen, slug: "told", mode: null, action: "notify" },
  ]);
});
