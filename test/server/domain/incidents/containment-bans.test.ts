import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { placeBan } from "@/server/domain/bans/bans";
import { previewContainment } from "@/server/domain/incidents/containment-list";
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
/** Contains a phone for an incident of its own, and does it. */
async function contained(phone: Phone): Promise<string> {
  const { id: incidentId } = await on.incident();
  const { id } = await on.contain({ incidentId, target: on.target(phone) });
  await on.run(id);
  return id;
}

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
    const { sources } = await readTenant(db.app, { tenantId: on.desk, subtree: true }, (tx) =>
      previewContainment(tx, on.desk, { incidentId, target: on.target(phone) }),
    );
    expect(sources.map(({ network, kept }) => [network, kept])).toEqual([
      ["127.0.0.1", "loopback 127.0.0.1"],
      ["198.51.100.7", expect.stringContaining("extension ")],
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
    const [first, second] = [await contained(one), await contained(two)];
    await on.release(first);
    expect(await banned()).toEqual(["203.0.113.20", "203.0.113.21"]);
    await on.release(second);
    expect(await banned()).toEqual(["203.0.113.21"]);
    await on.sql("UPDATE ban SET lifted_at = now(), lifted_by = 'test' WHERE lifted_at IS NULL");
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
  const wrong = () =>
    on.sql(`
      SELECT 'a ban that nobody wants' AS what, abbrev(b.network) AS net FROM ban b WHERE b.source = 'incident' AND b.lifted_at IS NULL
        AND NOT EXISTS (SELECT FROM ban_owner o JOIN containment c ON c.id = o.containment_id WHERE o.ban_id = b.id AND c.released_at IS NULL)
      UNION ALL SELECT 'a ban that was lifted though it is wanted', abbrev(b.network) FROM ban b JOIN ban_owner o ON o.ban_id = b.id
        JOIN containment c ON c.id = o.containment_id WHERE b.lifted_at IS NOT NULL AND b.lifted_by <> 'test' AND c.released_at IS NULL`);
  for (let step = 0; step < 30; step += 1) {
    await Promise.all([on.code(act()), on.code(act())]);
    expect(await wrong(), `after step ${step}`).toEqual([]);
  }
  for (const id of new Set(containments)) await on.release(id);
  expect(await banned()).toEqual([]);
}, 60_000);
