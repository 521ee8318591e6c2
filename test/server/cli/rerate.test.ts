import { afterAll, beforeAll, expect, test } from "vitest";

import { builders, type Tenancy } from "@/test/support/builders";
import { createDatabase, type TestDatabase } from "@/test/support/database";
import { makeRerating, type Rerating } from "@/test/support/rerating";
import { taskWorks } from "@/workers/tasks/all";
import { runTask } from "@/workers/tasks/run-task";
import { jsonOf } from "./run-cli";

let db: TestDatabase;
let operator: Tenancy;
let on: Rerating;
const cli = (...words: string[]) => jsonOf<Record<string, unknown>>(db.appUrl, ["rerate", ...words]);
const march = ["--from", "2026-03-01", "--to", "2026-03-31"];
beforeAll(async () => {
  db = await createDatabase();
  operator = await builders(db).tenant("operator", undefined, { slug: "operator" });
  on = await makeRerating(db, operator);
  await on.setPrice(7_500n);
});
afterAll(() => db.drop());

test("previews without a trace, then runs as a job of the seller and tells what it did", async () => {
  const slugs = on.buyers.map(({ slug }) => slug).join(",");
  const sums = { calls: 60, changed: 60, downMicros: "300000", upMicros: "0", uncollected: 0, currency: "EUR" };
  expect(await cli("--tenant", slugs, ...march, "--dry-run")).toMatchObject({ preview: true, ...sums });
  expect(await on.comesTo()).toEqual([{ sum: "20000", calls: 60 }]);
  expect((await db.owner.query("SELECT FROM task")).rowCount).toBe(0);

  expect(await cli("--seller", on.seller.slug, "--prefix", "4931", ...march, "--dry-run")).toMatchObject({ calls: 0 });
  const running = cli("--tenant", slugs, ...march);
  // The workers' part: the job waits in the outbox.
  let queued: { id: string } | undefined;
  while (!queued) queued = (await db.owner.query<{ id: string }>("SELECT id FROM task")).rows[0];
  await runTask(on.context(), queued.id, taskWorks);
  expect(await running).toMatchObject({ task: queued.id, state: "done", preview: false, ...sums });
  expect(await on.comesTo()).toEqual([{ sum: "15000", calls: 60 }]);
});

test.each([
  ["everything", "invalid_input", () => ["--seller", on.seller.slug]],
  ["nobody's calls", "invalid_input", () => []],
  ["a day that is none", "invalid_input", () => ["--tenant", on.buyers[0]?.slug ?? "", "--from", "soon"]],
  ["a tenant that is not there", "not_found", () => ["--tenant", "nobody"]],
  ["a tenant of another seller", "not_below", () => ["--seller", on.seller.slug, "--tenant", on.seller.slug]],
  ["a plan that is not there", "not_found", () => ["--tenant", on.buyers[0]?.slug ?? "", "--plan", "Nothing"]],
])("refuses %s", async (_, code, words) => {
  const given = words();
  const period = given.includes("--from") ? march.slice(2) : march;
  await expect(cli(...given, ...period)).rejects.toThrow(`"code":"${code}"`);
});
