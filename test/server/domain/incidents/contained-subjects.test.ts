import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { acknowledgeIncident, mergeIncident } from "@/server/domain/incidents/incidents";
import { moveIncident } from "@/server/domain/incidents/move-incident";
import { deleteExtension } from "@/server/domain/provisioning/extensions";
import type { TenantId } from "@/server/kernel/ids";
import { type ContainedStage, containedStage } from "@/test/support/contained";
import { createDatabase, type TestDatabase } from "@/test/support/database";

let db: TestDatabase;
let on: ContainedStage;
let numbers = 500;
beforeAll(async () => {
  db = await createDatabase();
  on = await containedStage(db);
});
afterAll(() => db.drop());

const newPhone = () => {
  numbers += 1;
  return on.realPhone(String(numbers));
};
const stepsOf = async (incidentId: string) =>
  (await on.list(incidentId))[0]?.steps.map(({ step, state, count }) => `${step} ${state} ${count}`);
const stateOf = async (incidentId: string) =>
  (await on.one<{ state: string }>("SELECT state FROM incident WHERE id = $1", [incidentId])).state;

describe("what is contained", () => {
  test("is said when an incident does not touch exactly one phone", async () => {
    const { id: incidentId } = await on.incident();
    expect(await on.code(on.contain({ incidentId }))).toBe("invalid_input");
    const phone = await newPhone();
    const touch = (endpoint: string, extensionId: string) =>
      on.sql("INSERT INTO incident_subject VALUES ($1, $2, 'extension', $3, $4, $5, 1, now(), now())", [
        ...[on.desk, incidentId, endpoint, on.customerId, extensionId],
      ]);
    await touch(phone.endpoint, phone.extensionId);
    const contained = await on.contain({ incidentId }, { name: "system", userId: null });
    expect(contained.target).toEqual(on.target(phone));
    const other = await newPhone();
    await touch(other.endpoint, other.extensionId);
    expect(await on.code(on.contain({ incidentId }))).toBe("invalid_input");
    await on.release(contained.id);
  });

  test("by a rule is contained without anybody having taken it, and can be taken then", async () => {
    const phone = await newPhone();
    const { id: incidentId } = await on.incident();
    await on.sql("UPDATE incident SET state = 'triage', owner_id = NULL, acknowledged_at = NULL WHERE id = $1", [
      incidentId,
    ]);
    const { id } = await on.contain({ incidentId, target: on.target(phone) }, { name: "system", userId: null });
    await on.run(id);
    expect(await on.one("SELECT state, owner_id, acknowledged_at FROM incident WHERE id = $1", [incidentId])).toEqual({
      ...{ state: "contained", owner_id: null, acknowledged_at: null },
    });
    await on.write((tx) => acknowledgeIncident(tx, on.desk, incidentId, on.me));
    expect(await stateOf(incidentId)).toBe("contained");
    await on.release(id);
  });

  test("is of the branch, of an incident that goes on, and stands for itself", async () => {
    const [one, two] = [await on.incident(), await on.incident()];
    const phone = await newPhone();
    const strange = { tenantId: crypto.randomUUID() as TenantId, extensionId: null };
    expect(await on.code(on.contain({ incidentId: one.id, target: strange }))).toBe("not_below");
    const wrong = { tenantId: on.reseller.tenantId as TenantId, extensionId: on.target(phone).extensionId };
    expect(await on.code(on.contain({ incidentId: one.id, target: wrong }))).toBe("not_found");
    await on.write((tx) => mergeIncident(tx, on.desk, { incidentId: one.id, intoIncidentId: two.id }, on.me));
    expect(await on.code(on.contain({ incidentId: one.id, target: on.target(phone) }))).toBe("invalid_state");
    const move = { incidentId: two.id, state: "dismissed", reason: "test", text: "A test." } as const;
    await on.write((tx) => moveIncident(tx, on.desk, move, on.me));
    expect(await on.code(on.contain({ incidentId: two.id, target: on.target(phone) }))).toBe("invalid_state");
    expect(await on.ask(phone.endpoint)).toMatchObject({ kind: "out" });
    expect(await on.list(two.id)).toEqual([]);
  });

  test("goes along when its incident is merged: shown with the whole, which is contained and monitored by it", async () => {
    const [one, two] = [await on.incident(), await on.incident()];
    const phone = await newPhone();
    const { id } = await on.contain({ incidentId: one.id, target: on.target(phone) });
    await on.write((tx) => mergeIncident(tx, on.desk, { incidentId: one.id, intoIncidentId: two.id }, on.me));
    await on.run(id);
    expect((await on.list(two.id)).map((row) => row.incident)).toEqual([one.number]);
    expect(await stateOf(two.id)).toBe("contained");
    const move = { incidentId: two.id, state: "resolved", text: "Over." } as const;
    expect(await on.code(on.write((tx) => moveIncident(tx, on.desk, move, on.me)))).toBe("invalid_state");
    await on.release(id);
    expect(await stateOf(two.id)).toBe("monitoring");
    expect(await on.code(on.write((tx) => moveIncident(tx, on.desk, move, on.me)))).toBe("done");
  });

  test("as a whole tenant twice at once is one containment, whose steps are done once by two workers", async () => {
    const phone = await newPhone();
    const { id: incidentId } = await on.incident();
    const ask = () => on.contain({ incidentId, target: on.target() });
    const both = await Promise.all([ask(), ask()]);
    expect(both.map(({ joined }) => joined).toSorted()).toEqual([false, true]);
    const [id = ""] = both.map((one) => one.id);
    expect(both.map((one) => one.id)).toEqual([id, id]);
    await Promise.all([on.run(id), on.run(id)]);
    expect(await on.list(incidentId)).toHaveLength(1);
    const lines = `SELECT detail ->> 'step' AS step FROM incident_line WHERE incident_id = $1 AND kind = 'contain_step'`;
    const done = (await on.sql<{ step: string }>(lines, [incidentId])).map(({ step }) => step);
    expect(done).toEqual([...new Set(done)]);
    expect(done).toContain("rotate");
    expect(await on.ask(phone.endpoint)).toMatchObject({ code: "INC-01" });
    expect(await on.release(id)).toMatchObject({ lifted: 1, stillHeld: 0 });
    expect(await on.code(on.release(id))).toBe("done");
    expect(await on.ask(phone.endpoint)).not.toMatchObject({ code: "INC-01" });
  });

  test("may be a phone that somebody deletes in between: the rest is done", async () => {
    const phone = await newPhone();
    const { id: incidentId } = await on.incident();
    const { id } = await on.contain({ incidentId, target: on.target(phone) });
    const extensionId = on.target(phone).extensionId;
    if (extensionId) await on.write((tx) => deleteExtension(tx, on.customerId, extensionId), on.customerId);
    await on.run(id);
    expect(await stepsOf(incidentId)).toEqual(expect.arrayContaining(["rotate done 0", "contacts done 0"]));
    expect(await on.release(id)).toMatchObject({ lifted: 1 });
  });
});
