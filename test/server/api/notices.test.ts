import { afterAll, beforeAll, expect, test } from "vitest";

import { createDatabase, type TestDatabase } from "@/test/support/database";
import { type Stage, stage } from "@/test/support/stage";

let db: TestDatabase;
let on: Stage;
let beta: { tenantId: string; slug: string };
const tenantSlug = "operator";
beforeAll(async () => {
  db = await createDatabase();
  on = await stage(db);
  beta = await on.tenant("customer", on.reseller, { slug: "beta" });
});
afterAll(() => db.drop());

test("a customer reads what touches its phones and what was done to them, and no word about anybody else", async () => {
  const [mine, theirs] = [await on.phone(on.customer, "101"), await on.phone(beta, "909")];
  const betaOwner = await on.person(beta);
  const take = async (endpoint: string) =>
    (
      await db.pool.query<{ id: string }>(
        "take",
        "SELECT incident_id AS id FROM signal_take(now(), 'InvalidPassword', $1, '203.0.113.9', 30)",
        [endpoint],
      )
    )[0]?.id ?? "";
  const incidentId = await take(mine.endpoint);
  expect(await take(theirs.endpoint)).toBe(incidentId);
  const desk = on.as("operator").incidents;
  await desk.acknowledge({ tenantSlug, incidentId });
  await desk.comment({ tenantSlug, incidentId, text: "Beta is a nuisance." });
  await on.sql(
    "UPDATE extension SET state = 'suspended', secret_created_at = now() + interval '1 second' WHERE id = $1",
    [mine.extensionId],
  );

  const list = await on.as("customer").notices.list({ tenantSlug: "acme" });
  expect(list).toMatchObject([
    {
      state: "open",
      severity: "high",
      attack: true,
      tenantSlug: "acme",
      extensions: [
        {
          number: "101",
          signals: 30,
          suspended: true,
          stopped: false,
          deleted: false,
          secretChangedAt: expect.any(String),
        },
      ],
    },
  ]);
  expect(JSON.stringify(list)).not.toMatch(/beta|"909"|203\.0\.113|nuisance|Failed sign-ins/);
  expect(await on.as({ userId: betaOwner }).notices.list({ tenantSlug: "beta" })).toMatchObject([
    { extensions: [{ number: "909", suspended: false, secretChangedAt: null }] },
  ]);
  const slugs = (await on.as("reseller").notices.list({ tenantSlug: "reseller" })).map((notice) => notice.tenantSlug);
  expect(slugs.toSorted()).toEqual(["acme", "beta"]);
  const viewer = await on.person(on.customer, "viewer");
  expect(await on.as({ userId: viewer }).notices.list({ tenantSlug: "acme" })).toHaveLength(1);

  await desk.move({ tenantSlug, incidentId, state: "contained" });
  expect(await on.as("customer").notices.list({ tenantSlug: "acme" })).toMatchObject([
    { state: "stopped", stoppedAt: expect.any(Date) },
  ]);
  await desk.move({ tenantSlug, incidentId, state: "resolved", text: "An old phone of beta." });
  const over = await on.as("customer").notices.list({ tenantSlug: "acme" });
  expect(over).toMatchObject([{ state: "over", overAt: expect.any(Date) }]);
  expect(JSON.stringify(over)).not.toContain("beta");
});

test("a false alarm is no notice, and what was merged is one", async () => {
  const phone = await on.phone(on.customer, "102");
  const take = async (network: string) =>
    (
      await db.pool.query<{ id: string }>(
        "take_from",
        "SELECT incident_id AS id FROM signal_take(now(), 'InvalidPassword', $1, $2, 10)",
        [phone.endpoint, network],
      )
    )[0]?.id ?? "";
  const [one, two] = [await take("198.51.100.1"), await take("192.0.2.1")];
  const desk = on.as("operator").incidents;
  const mine = async () =>
    (await on.as("customer").notices.list({ tenantSlug: "acme" })).filter(({ extensions }) =>
      extensions.some(({ number }) => number === "102"),
    );
  expect(await mine()).toHaveLength(2);
  await desk.merge({ tenantSlug, incidentId: one, intoIncidentId: two });
  expect(await mine()).toHaveLength(1);
  await desk.move({ tenantSlug, incidentId: two, state: "dismissed", text: "Our own test." });
  expect(await mine()).toEqual([]);
});
