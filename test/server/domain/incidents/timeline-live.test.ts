import { afterAll, beforeAll, expect, test } from "vitest";

import { openIncident } from "@/server/domain/incidents/incidents";
import { type ContainedStage, containedStage } from "@/test/support/contained";
import { createDatabase, type TestDatabase } from "@/test/support/database";
import { eventually } from "@/test/support/eventually";
import { taskContext } from "@/test/support/task-context";
import { escalateIncidents } from "@/workers/processors/escalate-incidents";
import { notifyIncident } from "@/workers/processors/notify-incident";

let db: TestDatabase;
let on: ContainedStage;
let heard: string[];
beforeAll(async () => {
  db = await createDatabase();
  on = await containedStage(db);
  heard = [];
  db.owner.on("notification", ({ payload }) => heard.push(payload ?? ""));
  await db.owner.query("LISTEN live");
});
afterAll(async () => {
  await db.owner.query("UNLISTEN live");
  await db.drop();
});

test("whoever writes into a timeline tells open pages: the jobs that tell people as well", async () => {
  const ctx = taskContext({ db: db.app, pool: db.pool }, on.desk);
  const { id } = await on.write((tx) => openIncident(tx, on.desk, { title: "Strange calls", severity: "high" }, on.me));
  await on.sql(
    "UPDATE incident SET opened_at = now() - interval '1 hour', acknowledged_at = NULL, state = 'triage' WHERE id = $1",
    [id],
  );
  const told = JSON.stringify({ t: on.desk, k: "incidents" });
  for (const write of [
    () => notifyIncident({ incidentId: id, severity: "high" }, ctx),
    () => escalateIncidents({}, ctx),
  ]) {
    heard.length = 0;
    await write();
    await eventually(() => expect(heard).toContain(told));
  }
  const lines = await on.sql("SELECT kind FROM incident_line WHERE incident_id = $1 ORDER BY seq", [id]);
  expect(lines).toMatchObject([{ kind: "opened" }, { kind: "notified" }, { kind: "escalated" }]);
});
