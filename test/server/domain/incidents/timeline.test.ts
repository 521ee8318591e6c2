import { afterAll, beforeAll, expect, test } from "vitest";

import { getIncident } from "@/server/domain/incidents/incident-list";
import { commentIncident } from "@/server/domain/incidents/incidents";
import { readTimeline, type Timeline } from "@/server/domain/incidents/timeline";
import { readTenant } from "@/server/infra/db/read-tenant";
import { type ContainedStage, containedStage } from "@/test/support/contained";
import { createDatabase, type TestDatabase } from "@/test/support/database";

let db: TestDatabase;
let on: ContainedStage;
beforeAll(async () => {
  db = await createDatabase();
  on = await containedStage(db);
});
afterAll(() => db.drop());

test("of a long timeline the newest lines are there, the older ones by pages, and those of a kind", async () => {
  const { id } = await on.incident();
  await on.sql(
    "SELECT incident_note($1, $2, 'system', CASE n % 2 WHEN 0 THEN 'rule_kept' ELSE 'notified' END, '', '{}') FROM generate_series(1, 1500) n",
    [on.desk, id],
  );
  const text = "The last word.";
  await on.write((tx) => commentIncident(tx, on.desk, { incidentId: id, text }, on.me));
  const { timeline } = await readTenant(db.app, { tenantId: on.desk, subtree: true }, (tx) =>
    getIncident(tx, on.desk, id),
  );
  expect(timeline).toMatchObject({ older: true });
  expect(timeline.lines).toHaveLength(200);
  expect(timeline.lines.at(-1)).toMatchObject({ kind: "comment", body: text });
  const read = (asked: object) =>
    readTenant(db.app, { tenantId: on.desk }, (tx) => readTimeline(tx, on.desk, { incidentId: id, ...asked }));
  const seen = [...timeline.lines];
  for (let page: Timeline = timeline; page.older; ) {
    page = await read({ before: page.lines[0]?.seq });
    seen.unshift(...page.lines);
  }
  expect(seen.map(({ seq }) => seq)).toEqual(Array.from({ length: 1_502 }, (_, n) => n + 1));
  expect(await read({ of: "people" })).toMatchObject({ older: false, lines: [{ kind: "comment" }] });
  const rules = await read({ of: "rules", before: 12 });
  expect(rules.lines.map(({ kind }) => kind)).toEqual(["opened", ...Array(5).fill("rule_kept")]);
});
