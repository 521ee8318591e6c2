import { afterAll, beforeAll, expect, test } from "vitest";

import { duties } from "@/server/domain/duties/duty-kinds.schema";
import { jsonOf } from "@/test/server/cli/run-cli";
import { createDatabase, type TestDatabase } from "@/test/support/database";
import { noonZone } from "@/test/support/noon";
import { type Stage, stage } from "@/test/support/stage";

const tenantSlug = "operator";
let db: TestDatabase;
let on: Stage;
beforeAll(async () => {
  db = await createDatabase();
  on = await stage(db);
  await on.sql("UPDATE tenant SET time_zone = $1", [noonZone()]);
});
afterAll(() => db.drop());

const desk = () => on.as("operator").duties;
const of = async (duty: string) => (await desk().list({ tenantSlug })).items.find((one) => one.duty === duty);
const daysAgo = (days: number) => on.sql("UPDATE duty SET done_at = done_at - $1 * interval '1 day'", [days]);
const trail = () =>
  on.sql<{ action: string; after: object }>(
    "SELECT action, after FROM audit_event WHERE subject LIKE 'duty:%' ORDER BY seq",
  );

test("a duty is due a period after the operator began, is done with what shows it, and is overdue the day after the next", async () => {
  expect((await desk().list({ tenantSlug })).items.map(({ duty }) => duty)).toEqual(duties.map(({ duty }) => duty));
  expect(await of("refused")).toMatchObject({ every: "week", ownerName: null, doneAt: null, note: "", overdue: false });

  await desk().take({ tenantSlug, duty: "refused", taken: true });
  await desk().done({ tenantSlug, duty: "refused", note: "Nothing but typing errors." });
  expect(await of("refused")).toMatchObject({
    ownerId: on.owners.operator,
    note: "Nothing but typing errors.",
    overdue: false,
  });
  await daysAgo(7);
  expect((await of("refused"))?.overdue).toBe(false);
  await daysAgo(1);
  expect((await desk().list({ tenantSlug })).items[0]).toMatchObject({ duty: "refused", overdue: true });
  await desk().done({ tenantSlug, duty: "refused" });
  expect(await of("refused")).toMatchObject({ note: "", overdue: false });
  await desk().take({ tenantSlug, duty: "refused", taken: false });
  expect((await of("refused"))?.ownerId).toBeNull();

  await on.sql("UPDATE tenant SET created_at = now() - interval '100 days' WHERE slug = 'operator'");
  expect((await desk().list({ tenantSlug })).items.filter(({ overdue }) => overdue)).toHaveLength(duties.length - 1);
  expect(await trail()).toMatchObject([
    { action: "duty.take", after: { owner: on.owners.operator } },
    { action: "duty.do", after: { note: "Nothing but typing errors." } },
    { action: "duty.do", after: { note: "" } },
    { action: "duty.take", after: { owner: null } },
  ]);
});

test("what a colleague took is nobody else's without having been seen, and let go by whom it is or who saw it", async () => {
  const colleague = await on.person(on.operator);
  const take = (userId: string, taken: boolean, seen?: { owner: string | null }) =>
    on.as({ userId }).duties.take({ tenantSlug, duty: "bans", taken, seen });
  const me = on.owners.operator;
  await take(me, true);
  await take(me, true);
  for (const taken of [true, false]) {
    await expect(take(colleague, taken)).rejects.toMatchObject({ message: "changed_meanwhile" });
  }
  await expect(take(colleague, true, { owner: null })).rejects.toMatchObject({
    cause: {
      sentence: expect.stringContaining("it is Somebody now."),
      detail: { there: JSON.stringify({ owner: me }) },
    },
  });
  expect((await of("bans"))?.ownerId).toBe(me);
  await take(colleague, false, { owner: me });
  await take(colleague, false);
  await take(colleague, true);
  await expect(take(me, false, { owner: me })).rejects.toMatchObject({ message: "changed_meanwhile" });
  expect((await of("bans"))?.ownerId).toBe(colleague);
});

test("duties are the operator's alone", async () => {
  await expect(on.as("reseller").duties.list({ tenantSlug: "reseller" })).rejects.toMatchObject({
    message: "forbidden",
  });
});

test("the command line lists them and says that one was done", async () => {
  await jsonOf(db.appUrl, ["duty", "done", "restore", "--note", "Onto the spare machine in 40 minutes"]);
  const listed = await jsonOf<{ duty: string; note: string }[]>(db.appUrl, ["duty", "list"]);
  expect(listed.find(({ duty }) => duty === "restore")).toMatchObject({
    note: "Onto the spare machine in 40 minutes",
    overdue: false,
  });
});
