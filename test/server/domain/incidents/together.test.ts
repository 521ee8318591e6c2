import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { getIncident, listIncidents } from "@/server/domain/incidents/incident-list";
import { openIncident, setSeverity, unmergeIncident } from "@/server/domain/incidents/incidents";
import { moveIncident } from "@/server/domain/incidents/move-incident";
import { mergeIncidents, snoozeIncidents } from "@/server/domain/incidents/together";
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

const opened = async (title = "Strange calls") =>
  on.write((tx) => openIncident(tx, on.desk, { title, severity: "medium" }, on.me));
const list = (show: "active" | "snoozed" = "active") =>
  readTenant(db.app, { tenantId: on.desk }, (tx) => listIncidents(tx, on.desk, { show, limit: 200 }));
const shownIn = async (id: string) => {
  const [active, snoozed] = [await list("active"), await list("snoozed")];
  const has = ({ items }: { items: readonly { id: string }[] }) => items.some((one) => one.id === id);
  return [has(active) && "active", has(snoozed) && "snoozed"].filter(Boolean);
};
const get = (id: string) =>
  readTenant(db.app, { tenantId: on.desk, subtree: true }, (tx) => getIncident(tx, on.desk, id));
const inHours = (hours: number) => new Date(Date.now() + hours * 3_600_000);
const snooze = (incidentIds: string[], until: Date | null) =>
  on.write((tx) => snoozeIncidents(tx, on.desk, { incidentIds, until }, on.me));
const refused = (code: string) => expect.objectContaining({ code });

describe("an incident that is put off", () => {
  test("leaves the list until its moment, and is brought back by hand as well", async () => {
    const [one, two] = [await opened(), await opened()];
    const until = inHours(3);
    await snooze([one.id, two.id], until);
    expect(await shownIn(one.id)).toEqual(["snoozed"]);
    const { snoozed, backAt } = await list();
    expect(snoozed).toBe(2);
    expect(backAt).toEqual(until);
    expect(await get(one.id)).toMatchObject({ snoozedUntil: until, timeline: { lines: [{}, { kind: "snoozed" }] } });
    await on.sql("UPDATE incident SET snoozed_until = now() - interval '1 second' WHERE id = $1", [one.id]);
    expect(await shownIn(one.id)).toEqual(["active"]);
    expect((await get(one.id)).snoozedUntil).toBeNull();
    await snooze([two.id], null);
    expect(await shownIn(two.id)).toEqual(["active"]);
  });

  test("comes back as soon as something new happens, and not for less", async () => {
    const news: readonly ((id: string) => Promise<unknown>)[] = [
      (id) => on.sql("UPDATE incident SET last_at = last_at + interval '1 minute' WHERE id = $1", [id]),
      (id) => on.sql("UPDATE incident SET signals = signals + 1 WHERE id = $1", [id]),
      (id) => on.write((tx) => setSeverity(tx, on.desk, { incidentId: id, severity: "high" }, on.me)),
      (id) => on.write((tx) => moveIncident(tx, on.desk, { incidentId: id, state: "monitoring" }, on.me)),
    ];
    for (const happens of news) {
      const { id } = await opened();
      await snooze([id], inHours(1));
      await on.sql("UPDATE incident SET last_line = last_line WHERE id = $1", [id]);
      expect(await shownIn(id)).toEqual(["snoozed"]);
      await happens(id);
      expect(await shownIn(id)).toEqual(["active"]);
    }
  });

  test("is put off for 30 days at most, not into the past, and not when it is over; all or none", async () => {
    const [one, over] = [await opened(), await opened()];
    await on.write((tx) =>
      moveIncident(tx, on.desk, { incidentId: over.id, state: "dismissed", reason: "test", text: "A test" }, on.me),
    );
    await expect(snooze([one.id], inHours(-1))).rejects.toEqual(refused("invalid_input"));
    await expect(snooze([one.id], inHours(24 * 31))).rejects.toEqual(refused("invalid_input"));
    await expect(snooze([one.id, over.id], inHours(1))).rejects.toEqual(refused("invalid_state"));
    await expect(snooze(["00000000-0000-4000-8000-000000000000"], inHours(1))).rejects.toEqual(refused("not_found"));
    expect(await shownIn(one.id)).toEqual(["active"]);
  });
});

describe("several incidents that are one attack", () => {
  const merge = (incidentIds: string[], intoIncidentId: string) =>
    on.write((tx) => mergeIncidents(tx, on.desk, { incidentIds, intoIncidentId }, on.me));

  test("are merged at once, whoever is named twice, and each can be taken out again", async () => {
    const [one, two, three] = [await opened(), await opened(), await opened()];
    const ids = [one.id, two.id, three.id, three.id];
    expect(await merge(ids, one.id)).toHaveLength(2);
    expect((await get(one.id)).parts.map(({ id }) => id)).toEqual([two.id, three.id]);
    expect(await shownIn(two.id)).toEqual([]);
    // A repeat changes nothing.
    await merge(ids, one.id);
    expect((await get(one.id)).timeline.lines.filter(({ kind }) => kind === "took_in")).toHaveLength(2);
    await on.write((tx) => unmergeIncident(tx, on.desk, two.id, on.me));
    expect((await get(one.id)).parts.map(({ id }) => id)).toEqual([three.id]);
    expect(await shownIn(two.id)).toEqual(["active"]);
  });

  test("all or none: one that is over keeps the others from it, and one alone is nothing to merge", async () => {
    const [one, two, over] = [await opened(), await opened(), await opened()];
    await on.write((tx) =>
      moveIncident(tx, on.desk, { incidentId: over.id, state: "dismissed", reason: "test", text: "A test" }, on.me),
    );
    await expect(merge([two.id, over.id], one.id)).rejects.toEqual(refused("invalid_state"));
    expect((await get(one.id)).parts).toEqual([]);
    await expect(merge([one.id], one.id)).rejects.toEqual(refused("invalid_input"));
  });

  test("two people who merge the same into each other at once end with one whole", async () => {
    const [one, two, three] = [await opened(), await opened(), await opened()];
    const ids = [one.id, two.id, three.id];
    const done = await Promise.allSettled([merge(ids, one.id), merge(ids, three.id)]);
    expect(done.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    const wholes = await on.sql("SELECT FROM incident WHERE id = ANY ($1) AND merged_into IS NULL", [ids]);
    expect(wholes).toHaveLength(1);
  });
});
