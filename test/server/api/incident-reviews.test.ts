import { afterAll, beforeAll, expect, test } from "vitest";

import { type Branches, makeBranches } from "@/test/support/branch";
import { callerFor } from "@/test/support/caller";
import { createDatabase, type TestDatabase } from "@/test/support/database";

let db: TestDatabase;
let branches: Branches;
beforeAll(async () => {
  db = await createDatabase();
  branches = await makeBranches(db);
});
afterAll(() => db.drop());

const tenantSlug = "operator";
const as = (userId: string) => callerFor(db.app, userId);
const texts = { cause: "A guessed password.", worked: "The rule.", changes: "Longer passwords." };

test("a responder writes a review and its follow-ups, a reader reads them, and every step is in the trail", async () => {
  const responder = await branches.seat(branches.operator, "incident_responder");
  const auditor = await branches.seat(branches.operator, "auditor");
  const desk = as(responder);
  const { id: incidentId } = await desk.incidents.open({ tenantSlug, title: "Strange calls" });
  await desk.incidents.move({ tenantSlug, incidentId, state: "resolved", text: "New password." });
  const reviewed = { tenantSlug, incidentId, state: "reviewed" } as const;
  await expect(desk.incidents.move(reviewed)).rejects.toMatchObject({ cause: { code: "invalid_state" } });
  const followUps = [{ text: "Ask the customer", ownerId: responder, dueOn: "2027-01-31" }];
  const saved = await desk.incidentReviews.save({ tenantSlug, incidentId, version: 0, ...texts, followUps });
  const again = { tenantSlug, incidentId, version: 0, ...texts, followUps };
  await expect(desk.incidentReviews.save(again)).rejects.toMatchObject({ cause: { code: "changed_meanwhile" } });
  await desk.incidents.move(reviewed);

  const [followUpId = ""] = saved.followUpIds;
  const reader = as(auditor).incidentReviews;
  expect(await reader.get({ tenantSlug, incidentId })).toMatchObject({ ...texts, finishedAt: expect.any(Date) });
  await expect(reader.setDone({ tenantSlug, followUpId, done: true })).rejects.toMatchObject({ code: "FORBIDDEN" });
  await desk.incidentReviews.setDone({ tenantSlug, followUpId, done: true });
  expect(await reader.followUps({ tenantSlug, show: "done" })).toMatchObject({ items: [{ id: followUpId }] });
  const trail = await branches.build.sql<{ action: string }>(
    "SELECT action FROM audit_event WHERE subject = $1 AND outcome = 'ok' ORDER BY seq",
    [`incident:${incidentId}`],
  );
  expect(trail.map(({ action }) => action).slice(2)).toEqual([
    "incident.write_review",
    "incident.move",
    "incident.do_follow_up",
  ]);
});

test("a day that is none and a text without end are refused at their fields", async () => {
  const responder = await branches.seat(branches.operator, "incident_responder");
  const { id: incidentId } = await as(responder).incidents.open({ tenantSlug, title: "Strange calls" });
  const save = (more: object) =>
    as(responder).incidentReviews.save({ tenantSlug, incidentId, version: 0, ...texts, followUps: [], ...more });
  const wrongDay = [{ text: "Ask", ownerId: null, dueOn: "2027-02-30" }];
  await expect(save({ followUps: wrongDay })).rejects.toMatchObject({ code: "BAD_REQUEST" });
  await expect(save({ cause: "x".repeat(8_001) })).rejects.toMatchObject({ code: "BAD_REQUEST" });
  await expect(save({ cause: "\u0000" })).rejects.toMatchObject({ code: "BAD_REQUEST" });
});
