import { afterAll, beforeAll, expect, test } from "vitest";

import { createDatabase, type TestDatabase } from "@/test/support/database";
import { type Stage, stage } from "@/test/support/stage";
import { jsonOf, runCli } from "./run-cli";

let db: TestDatabase;
let on: Stage;
beforeAll(async () => {
  db = await createDatabase();
  on = await stage(db);
});
afterAll(() => db.drop());

const cli = <T = unknown>(...words: string[]) => jsonOf<T>(db.appUrl, words);
const refusal = async (...words: string[]) =>
  (JSON.parse((await runCli(db.appUrl, [...words, "--json"])).out) as { error: unknown }).error;

test("a script reads and sets how long things are kept, and a shorter wish than the floor is told so", async () => {
  const { slug, tenantId } = on.customer;
  const listed = await cli<{ class: string; days: number }[]>("retention", "list", "--tenant", slug);
  expect(listed.find((row) => row.class === "audit")).toMatchObject({
    action: "delete",
    days: 365,
    floorDays: 180,
    setBy: null,
  });
  const set = ["retention", "set", "audit", "--days", "30", "--tenant", slug];
  expect(await cli(...set)).toEqual({ class: "audit", action: "delete", days: 180, wishDays: 30, bound: "floor" });
  expect((await runCli(db.appUrl, set)).out).toContain("180 days, then delete, not 30");
  expect(await cli("retention", "set", "audit", "--inherit", "--tenant", slug)).toMatchObject({
    days: 365,
    bound: null,
  });
  expect(await refusal("retention", "set", "audit", "--tenant", slug)).toMatchObject({ code: "invalid_input" });
  expect(await refusal("retention", "set", "soup", "--days", "30")).toMatchObject({ code: "invalid_input" });
  await on.sql(
    "INSERT INTO invitation (tenant_id, email, role, token_hash, expires_at) VALUES ($1, 'a@example.com', 'viewer', 'x', now() - interval '50 days')",
    [tenantId],
  );
  expect(await cli("retention", "run", "--dry-run", "--class", "invitations")).toMatchObject([
    { tenant: slug, due: "1", held: "0" },
  ]);
  expect(await cli("retention", "run")).toMatchObject({ job: expect.any(String) });
});
