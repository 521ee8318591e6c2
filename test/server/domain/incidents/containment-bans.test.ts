import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { liftBan, placeBan } from "@/server/domain/bans/bans";
import { previewContainment } from "@/server/domain/incidents/containment-list";
import { readTenant } from "@/server/infra/db/read-tenant";
import { type ContainedStage, containedStage } from "@/test/support/contained";
import { createDatabase, type TestDatabase } from "@/test/support/database";
import { strayBans } from "@/test/support/stray-bans";

let db: TestDatabase;
let on: ContainedStage;
beforeAll(async () => {
  db = await createDatabase();
  on = await containedStage(db);
});
afterAll(() => db.drop());

let number = 400;
const newPhone = () => {
  number += 1;
  return on.realPhone(String(number));
};
type Phone = Awaited<ReturnType<typeof newPhone>>;

/** A call of a phone that came from that address, so many days ago. */
async function callFrom(phone: Phone, address: string, daysAgo = 0): Promise<void> {
  const call = await on.live(phone.endpoint);
  await on.sql(
    `UPDATE call SET source_address = $2, outcome = 'answered', started_at = started_at - $3 * interval '1 day' WHERE pbx_call_id = $1`,
    [call, address, daysAgo],
  );
}
const banned = async () =>
  (
    await on.sql<{ network: string }>(
      "SELECT abbrev(network) AS network FROM ban WHERE lifted_at IS NULL AND expires_at > now() ORDER BY network",
    )
  ).map(({ network }) => network);
/** Contains these phones, each for an incident of its own, and then does it: who is contained uses no address any more. */
async function contained(...phones: Phone[]): Promise<string[]> {
  const ids: string[] = [];
  for (const phone of phones) {
    const { id: incidentId } = await on.incident();
    ids.push((await on.contain({ incidentId, target: on.target(phone) })).id);
  }
  for (const id of ids) await on.run(id);
  return ids;
}
/** What a containment of that phone, or of all of the tenant, would do about each address. */
async function sources(phone: Phone | undefined, incidentId: string) {
  const preview = await readTenant(db.app, { tenantId: on.desk, subtree: true }, (tx) =>
    previewContainment(tx, on.desk, { incidentId, target: on.target(phone) }),
  );
  return preview.sources.map(({ network, kept }) => [network, kept]);
}
/** An incident that a rule opened: its attack began so many minutes ago. */
async function attack(minutesAgo: number, touches: readonly Phone[] = []): Promise<string> {
  const { id } = await on.incident();
  await on.sql("UPDATE incident SET kind = 'spend', first_at = now() - $2 * interval '1 minute' WHERE id = $1", [
    id,
    minutesAgo,
  ]);
  for (const { extensionId, endpoint } of touches) {
    await on.sql(
      `INSERT INTO incident_subject (tenant_id, incident_id, kind, value, of_tenant_id, extension_id, first_at, last_at)
       VALUES ($1, $2, 'extension', $3, $4, $5, now(), now())`,
      [on.desk, id, endpoint, on.customerId, extensionId],
    );
  }
  return id;
}
/** Has a phone be registered somewhere else than where it came from. */
const registeredAt = (phone: Phone, address: string, minutesAgo = 0) =>
  on.sql(
    `WITH moved AS (UPDATE pbx.ps_contacts SET uri = 'sip:x@' || $2 || ':5060' WHERE endpoint = $1)
     INSERT INTO registration_event (tenant_id, extension_id, at, kind, address, user_agent, transport)
     VALUES ($3, $4, now() - $5 * interval '1 minute', 'moved', $2 || ':5060', '', 'UDP')`,
    [phone.endpoint, address, on.customerId, phone.extensionId, minutesAgo],
  );

describe("where contained calls come from", () => {
  test("strangers are banned for as long as it holds; who was there before, or works there, is not", async () => {
    const phone = await newPhone();
    await newPhone();
    await callFrom(phone, "203.0.113.9");
    await callFrom(phone, "203.0.113.77");
    await callFrom(phone, "203.0.113.77", 2);
    await callFrom(phone, "198.51.100.7");
    await callFrom(phone, "127.0.0.1");
    const { id: incidentId } = await on.incident();
    expect(await sources(phone, incidentId)).toEqual([
      ["127.0.0.1", "loopback 127.0.0.1"],
      ["198.51.100.7", expect.stringMatching(/^phone 4/)],
      ["203.0.113.9", null],
      ["203.0.113.77", "usual"],
    ]);
    const { id } = await on.contain({ incidentId, target: on.target(phone) });
    await on.run(id);
    await on.run(id);
    expect(await banned()).toEqual(["203.0.113.9"]);
    const [row] = await on.list(incidentId);
    expect(row?.steps.find(({ step }) => step === "sources")).toMatchObject({ state: "done", count: 1 });
    await on.release(id);
    await on.release(id);
    expect(await banned()).toEqual([]);
  });

  test("a ban that two want ends with the second; one that a person placed stays", async () => {
    const [one, two] = [await newPhone(), await newPhone()];
    for (const phone of [one, two]) {
      await callFrom(phone, "203.0.113.20");
      await callFrom(phone, "203.0.113.21");
    }
    const byHand = { network: "203.0.113.21", scope: "sip", reason: "By hand", seconds: 3_600 } as const;
    await on.write((tx) => placeBan(tx, { ...byHand, source: { kind: "person", id: on.me.userId } }));
    const [first = "", second = ""] = await contained(one, two);
    await on.release(first);
    expect(await banned()).toEqual(["203.0.113.20", "203.0.113.21"]);
    await on.release(second);
    expect(await banned()).toEqual(["203.0.113.21"]);
    const [left] = await on.sql<{ seconds: number }>(
      "SELECT extract(epoch FROM expires_at - now())::int AS seconds FROM ban WHERE network = '203.0.113.21' AND lifted_at IS NULL",
    );
    // The hour of the person, not the day of the containments.
    expect(left?.seconds).toBeLessThanOrEqual(3_600);
    const [{ id: banId = "" } = {}] = await on.sql<{ id: string }>("SELECT id FROM ban WHERE lifted_at IS NULL");
    await on.write((tx) => liftBan(tx, { banId, by: "test" }));
    expect(await banned()).toEqual([]);
  });

  test("an office is not banned for one of its phones: who else is there, or called from there this week, keeps it", async () => {
    const [stolen, idle, caller] = [await newPhone(), await newPhone(), await newPhone()];
    const [office, branch, thief] = ["203.0.113.60", "203.0.113.61", "203.0.113.62"];
    for (const address of [office, branch, thief]) await callFrom(stolen, address);
    await registeredAt(idle, office);
    await callFrom(caller, branch, 3);
    const { id: incidentId } = await on.incident();
    expect(await sources(stolen, incidentId)).toEqual([
      [office, `phone ${number - 1}`],
      [branch, `phone ${number}`],
      [thief, null],
    ]);
    const [id = ""] = await contained(stolen);
    expect(await banned()).toEqual([thief]);
    await on.release(id);
    // What is contained itself is in the wrong hands as well, and keeps nothing.
    const others = [];
    for (const phone of [idle, caller]) {
      const { id: of } = await on.incident();
      others.push((await on.contain({ incidentId: of, target: on.target(phone) })).id);
    }
    expect((await sources(stolen, incidentId)).map(([, kept]) => kept)).toEqual([null, null, null]);
    for (const one of others) await on.release(one);
  });

  test("where a phone was before the first signal of an attack is no stranger, however new its address is", async () => {
    const phone = await newPhone();
    await callFrom(phone, "203.0.113.70");
    await on.sql(
      "UPDATE call SET started_at = started_at - interval '40 minutes' WHERE source_address = '203.0.113.70'",
    );
    await callFrom(phone, "203.0.113.71");
    expect(await sources(phone, await attack(20))).toEqual([
      ["203.0.113.70", "usual"],
      ["203.0.113.71", null],
    ]);
  });

  test("of a whole tenant, only addresses are banned that nobody but the attack uses, also after its phones were forgotten", async () => {
    const [stolen, idle, old] = [await newPhone(), await newPhone(), await newPhone()];
    const [office, home, thief] = ["203.0.113.80", "203.0.113.81", "203.0.113.82"];
    const incidentId = await attack(20, [stolen]);
    for (const address of [office, home, thief]) await callFrom(stolen, address);
    await registeredAt(idle, office);
    await registeredAt(old, home, 90);
    await callFrom(old, home);
    await registeredAt(stolen, thief, 30);
    const mine = async () =>
      (await sources(undefined, incidentId)).filter(([network]) => [office, home, thief].includes(String(network)));
    expect(await mine()).toEqual([
      [office, `phone ${number - 1}`],
      [home, "usual"],
      [thief, null],
    ]);
    const { id } = await on.contain({ incidentId, target: on.target(undefined) });
    await on.run(id);
    expect(await mine()).toEqual([
      [office, `phone ${number - 1}`],
      [home, "usual"],
      [thief, null],
    ]);
    expect(await banned()).toContain(thief);
    expect(await banned()).not.toContain(office);
    expect(await banned()).not.toContain(home);
    await on.release(id);
    expect(await banned()).toEqual([]);
  });

  test("of a whole tenant of which no phone is named, whoever came later with a phone's secret is the stranger", async () => {
    const [stolen, colleague] = [await newPhone(), await newPhone()];
    const [office, thief] = ["203.0.113.85", "203.0.113.86"];
    for (const phone of [stolen, colleague]) {
      await on.sql("DELETE FROM registration_event WHERE extension_id = $1", [phone.extensionId]);
      await registeredAt(phone, office, 5);
      await callFrom(phone, office);
    }
    await callFrom(stolen, thief);
    const { id: incidentId } = await on.incident();
    expect(
      (await sources(undefined, incidentId)).filter(([network]) => [office, thief].includes(String(network))),
    ).toEqual([
      [office, `phone ${number - 1}, ${number}`],
      [thief, null],
    ]);
  });

  test("left out, nothing is banned", async () => {
    const phone = await newPhone();
    await callFrom(phone, "203.0.113.30");
    const { id: incidentId } = await on.incident();
    const { id } = await on.contain({ incidentId, target: on.target(phone), skip: ["sources"] });
    await on.run(id);
    expect(await banned()).toEqual([]);
    await on.release(id);
  });
});

test("no sequence of containments and releases, two at a time, leaves a ban that nobody wants or lifts one that somebody wants", async () => {
  let seed = 20_261_128;
  const pick = (below: number) => {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((seed / 2_147_483_648) * below);
  };
  const phones = [await newPhone(), await newPhone(), await newPhone()];
  // Held throughout, so that none of them counts as somebody who works there.
  const { id: base } = await on.incident();
  const held = [];
  for (const phone of phones) held.push((await on.contain({ incidentId: base, target: on.target(phone) })).id);
  for (const phone of phones) for (const last of [40, 41]) await callFrom(phone, `203.0.113.${last}`);
  const incidents = [await on.incident(), await on.incident()];
  const containments: string[] = [];
  async function act(): Promise<unknown> {
    const id = containments[pick(containments.length)];
    const kind = pick(3);
    if (kind === 0 || !id) {
      const incidentId = incidents[pick(2)]?.id ?? "";
      const made = await on.contain({ incidentId, target: on.target(phones[pick(3)]) });
      containments.push(made.id);
      return made;
    }
    return kind === 1 ? on.release(id) : on.run(id);
  }
  for (let step = 0; step < 30; step += 1) {
    await Promise.all([on.code(act()), on.code(act())]);
    expect(await strayBans(on.sql), `after step ${step}`).toEqual([]);
  }
  for (const id of new Set([...containments, ...held])) await on.release(id);
  expect(await banned()).toEqual([]);
});
