import { afterAll, beforeAll, expect, test } from "vitest";

import { itemSources } from "@/server/domain/evidence/items";
import { getIncident, listIncidents } from "@/server/domain/incidents/incident-list";
import { lossOf } from "@/server/domain/incidents/loss";
import { readTenant } from "@/server/infra/db/read-tenant";
import type { ExtensionId, TenantId } from "@/server/kernel/ids";
import { type ContainedStage, containedStage } from "@/test/support/contained";
import { createDatabase, type TestDatabase } from "@/test/support/database";
import { taskContext } from "@/test/support/task-context";
import { notifyIncident } from "@/workers/processors/notify-incident";

let db: TestDatabase;
let on: ContainedStage;
beforeAll(async () => {
  db = await createDatabase();
  on = await containedStage(db);
});
afterAll(() => db.drop());

const loss = async (incidentId: string, tenantId: TenantId = on.desk) =>
  (await readTenant(db.app, { tenantId }, (tx) => lossOf(tx, [incidentId]))).get(incidentId) ?? [];
/** What the reseller pays the operator for a minute; the customer pays twice as much, which is not the operator's to know. */
const MINUTE = 6_000n;
/** An answered call that has been talked for so long. */
async function talked(endpoint: string, seconds: number): Promise<string> {
  const call = await on.live(endpoint);
  await on.sql(
    "UPDATE call SET started_at = now() - $2 * interval '1 second', answered_at = now() - $2 * interval '1 second' WHERE pbx_call_id = $1",
    [call, seconds],
  );
  return call;
}
const held = async () =>
  (
    await on.one<{ held: bigint }>(
      "SELECT coalesce(sum(held_micros), 0)::text AS held FROM hold WHERE tenant_id = $1 AND state = 'open'",
      [on.reseller.tenantId],
    )
  ).held;

test("an incident counts what was charged and is held since it began, and what is talked each minute, at the payer's price", async () => {
  const [phone, other] = [await on.realPhone("101"), await on.realPhone("102")];
  const { id } = await on.incident();
  expect(await loss(id)).toEqual([]);
  const over = await on.live(phone.endpoint);
  await on.calls.settle(over, 61_000);
  await on.contain({ incidentId: id, target: on.target(phone) });
  expect(await loss(id)).toMatchObject([{ chargedMicros: 2n * MINUTE, heldMicros: 0n, perMinuteMicros: 0n, live: 0 }]);

  // Calls of a phone that the incident is not about cost it nothing.
  await talked(other.endpoint, 30);
  expect(await loss(id)).toMatchObject([{ chargedMicros: 2n * MINUTE, heldMicros: 0n, calls: 1 }]);
  await on.contain({ incidentId: id, target: on.target() });
  const [now] = await loss(id);
  expect(now).toMatchObject({
    currency: "EUR",
    chargedMicros: 2n * MINUTE,
    talkedMicros: MINUTE,
    perMinuteMicros: MINUTE,
  });
  expect(now).toMatchObject({ calls: 2, live: 1, heldMicros: BigInt(await held()) });
});

/** The list, the room, the mail and the evidence of an incident all say what it costs. */
async function told(id: string): Promise<void> {
  const shown = [{ talkedMicros: 3n * MINUTE, perMinuteMicros: MINUTE, live: 1 }];
  const { items } = await readTenant(db.app, { tenantId: on.desk }, (tx) =>
    listIncidents(tx, on.desk, { show: "active" }),
  );
  expect(items.find((row) => row.id === id)?.losses).toMatchObject(shown);
  const room = await readTenant(db.app, { tenantId: on.desk, subtree: true }, (tx) => getIncident(tx, on.desk, id));
  expect(room.losses).toMatchObject(shown);
  await notifyIncident({ incidentId: id, severity: "high" }, taskContext({ db: db.app, pool: db.pool }, on.desk));
  const [mail] = await on.sql<{ body: string }>("SELECT body FROM mail WHERE subject LIKE '%Much money spent'");
  expect(mail?.body).toMatch(/€0\.02 spent so far, €0\.\d+ more at risk; 1 call goes on, for €0\.006 per minute\./u);
  const kept = itemSources.find(({ name }) => name === "incident.jsonl");
  if (!kept || !("lines" in kept)) throw new Error("no item about the incident");
  const incident = { id, number: "1", title: "", severity: "high", state: "triage" };
  const nobody = { tenantIds: [], extensionIds: [], usernames: [], networks: [] };
  const scope = { incident, slug: "operator", incidentIds: [id], ...nobody };
  const lines = kept.lines({ tenantId: on.desk, scope, since: new Date(0), mostRows: 100 });
  const rows = await readTenant(db.app, { tenantId: on.desk }, (tx) => tx.$queryRaw<{ row: object }[]>(lines));
  expect(rows).toContainEqual({
    row: { loss: expect.objectContaining({ talked: 18_000, per_minute: 6_000, live: 1 }) },
  });
}

/** A customer that buys from the operator itself, with a phone. */
async function direct(slug: string) {
  const customer = await on.tenant("customer", on.operator, { slug });
  await on.assign(customer, on.buying);
  await on.topUp(customer, 1_000_000_000n);
  const phone = await on.phone(customer, "201");
  return { customer, phone };
}

test("no other tenant's money is in it, a part's is in the whole, and nothing of before or after", async () => {
  const { customer, phone } = await direct("direct");
  const { id } = await on.one<{ id: string }>(
    `INSERT INTO incident (tenant_id, kind, source, title, severity, first_at, last_at)
     VALUES ($1, 'spend', $2, 'Much money spent', 'high', now() - interval '10 minutes', now()) RETURNING id`,
    [on.desk, phone.endpoint],
  );
  await on.sql("INSERT INTO incident_subject VALUES ($1, $2, 'extension', $3, $4, $5, 3, now(), now())", [
    on.desk,
    id,
    phone.endpoint,
    customer.tenantId,
    phone.extensionId,
  ]);
  const early = await on.live(phone.endpoint);
  await on.calls.settle(early, 600_000);
  await on.sql("UPDATE call SET started_at = now() - interval '1 hour' WHERE pbx_call_id = $1", [early]);
  expect(await loss(id)).toEqual([]);
  const call = await talked(phone.endpoint, 130);
  expect(await loss(id)).toMatchObject([{ chargedMicros: 0n, talkedMicros: 3n * MINUTE, calls: 1, live: 1 }]);
  expect(await loss(id, on.customerId)).toEqual([]);
  await told(id);

  const whole = await on.incident("All of it");
  await on.sql("UPDATE incident SET merged_into = $2 WHERE id = $1", [id, whole.id]);
  expect(await loss(whole.id)).toMatchObject([{ talkedMicros: 3n * MINUTE, calls: 1 }]);
  expect(await loss(id)).toEqual([]);

  await on.calls.settle(call, 130_000);
  await on.sql("UPDATE incident SET state = 'resolved', closed_at = clock_timestamp() WHERE id = $1 OR id = $2", [
    id,
    whole.id,
  ]);
  await talked(phone.endpoint, -60);
  expect(await loss(whole.id)).toMatchObject([{ chargedMicros: 3n * MINUTE, heldMicros: 0n, calls: 1, live: 0 }]);
});

test("phones whose password is guessed at cost nothing until they are contained", async () => {
  const { customer, phone } = await direct("guessed");
  await talked(phone.endpoint, 30);
  const [row] = await db.pool.query<{ id: string }>(
    "take",
    "SELECT incident_id AS id FROM signal_take(now() - interval '5 minutes', 'InvalidPassword', $1, '203.0.113.9', 30)",
    [phone.endpoint],
  );
  expect(await loss(row?.id ?? "")).toEqual([]);
  const target = { tenantId: customer.tenantId as TenantId, extensionId: phone.extensionId as ExtensionId };
  await on.contain({ incidentId: row?.id ?? "", target });
  expect(await loss(row?.id ?? "")).toMatchObject([{ talkedMicros: MINUTE, live: 1 }]);
});
