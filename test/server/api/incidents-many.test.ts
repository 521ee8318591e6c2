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

test("several are given to somebody, rated and dismissed; what one refuses keeps nothing from the others, and each has its events", async () => {
  const responder = await branches.seat(branches.operator, "incident_responder");
  const desk = as(responder);
  const ids: string[] = [];
  for (const title of ["One", "Two", "Over"]) ids.push((await desk.incidents.open({ tenantSlug, title })).id);
  const [one = "", two = "", over = ""] = ids;
  await desk.incidents.move({ tenantSlug, incidentId: over, state: "resolved", text: "It was none." });
  const nobody = "00000000-0000-4000-8000-000000000000";
  const incidentIds = [one, one, over, nobody, two];

  const rated = await desk.incidentsMany.setSeverity({ tenantSlug, incidentIds, severity: "critical" });
  expect(Object.fromEntries(rated.map((of) => [of.incidentId, of.done || of.code]))).toEqual({
    ...{ [one]: true, [two]: true, [over]: "invalid_state", [nobody]: "not_found" },
  });
  expect(rated.find(({ incidentId }) => incidentId === over)).toMatchObject({
    sentence: expect.stringContaining("open it again first"),
  });
  await desk.incidentsMany.assign({ tenantSlug, incidentIds: [one, two], ownerId: null });
  const outsider = await branches.person();
  const given = await desk.incidentsMany.assign({ tenantSlug, incidentIds: [one], ownerId: outsider });
  expect(given).toMatchObject([{ done: false, code: "invalid_input" }]);
  const dismissed = await desk.incidentsMany.dismiss({ tenantSlug, incidentIds, reason: "duplicate" });
  expect(dismissed.filter(({ done }) => done)).toHaveLength(2);

  const found = await desk.incidents.get({ tenantSlug, incidentId: one });
  expect(found).toMatchObject({ state: "dismissed", dismissedAs: "duplicate", severity: "critical" });
  expect(found.timeline.lines.map(({ kind }) => kind)).toEqual(["opened", "severity", "owner", "state"]);
  const trail = await branches.build.sql<{ action: string }>(
    "SELECT action FROM audit_event WHERE subject = $1 AND outcome = 'ok' ORDER BY seq",
    [`incident:${two}`],
  );
  expect(trail.map(({ action }) => action)).toEqual([
    "incident.open",
    "incident.set_severity",
    "incident.assign",
    "incident.move",
  ]);
});

test("a dismissal of several for another reason is refused for each without a note, and done with one", async () => {
  const responder = await branches.seat(branches.operator, "incident_responder");
  const desk = as(responder);
  const { id } = await desk.incidents.open({ tenantSlug, title: "Strange" });
  const asked = { tenantSlug, incidentIds: [id], reason: "other" as const };
  expect(await desk.incidentsMany.dismiss(asked)).toMatchObject([{ done: false, code: "invalid_input" }]);
  expect(await desk.incidentsMany.dismiss({ ...asked, text: "A drill." })).toMatchObject([{ done: true }]);
});
