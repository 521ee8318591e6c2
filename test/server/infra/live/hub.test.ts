import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import { encodeLive, LIVE_CHANNEL, type LiveKind, liveKinds } from "@/server/infra/live/bus";
import { createLiveHub, type LiveHub } from "@/server/infra/live/hub";
import { silentLogger } from "@/server/infra/log/logger";
import type { TenantId, UserId } from "@/server/kernel/ids";
import { createDatabase, type TestDatabase } from "@/test/support/database";
import { eventually } from "@/test/support/eventually";

let db: TestDatabase;
beforeAll(async () => {
  db = await createDatabase();
});
afterAll(() => db.drop());

const hubs: LiveHub[] = [];
afterEach(async () => {
  await Promise.all(hubs.splice(0).map((hub) => hub.close()));
});

const parent = "00000000-0000-4000-8000-00000000000a" as TenantId;
const child = "00000000-0000-4000-8000-00000000000b" as TenantId;

/** A hub that listens already, over a tree of two. */
async function ready() {
  const above = vi.fn(async (id: TenantId) => (id === child ? [child, parent] : [id]));
  const hub = createLiveHub({ connectionString: db.appUrl, above, log: silentLogger });
  hubs.push(hub);
  const connected = vi.fn();
  hub.subscribe("start" as TenantId, connected);
  await eventually(() => expect(connected).toHaveBeenCalled());
  return { hub, above };
}
const told = (hub: LiveHub, tenantId: TenantId) => {
  const kinds: LiveKind[] = [];
  return { kinds, stop: hub.subscribe(tenantId, (some) => kinds.push(...some)) };
};
const notify = (tenantId: TenantId, kind: LiveKind) =>
  db.owner.query("SELECT pg_notify($1, $2)", [LIVE_CHANNEL, encodeLive({ tenantId, kind })]);

test("a change is told to its tenant and to those above, never sideways or down", async () => {
  const { hub } = await ready();
  const [up, down] = [told(hub, parent), told(hub, child)];
  await notify(child, "calls");
  await notify(parent, "balance");
  await eventually(() => expect(up.kinds).toEqual(["calls", "balance"]));
  expect(down.kinds).toEqual(["calls"]);
});

test("who stands above is asked once per tenant", async () => {
  const { hub, above } = await ready();
  const up = told(hub, parent);
  for (let i = 0; i < 5; i += 1) await notify(child, "calls");
  await eventually(() => expect(up.kinds).toHaveLength(5));
  expect(above).toHaveBeenCalledTimes(1);
});

test("whoever stopped listening hears nothing more", async () => {
  const { hub } = await ready();
  const [gone, here] = [told(hub, child), told(hub, child)];
  gone.stop();
  await notify(child, "calls");
  await eventually(() => expect(here.kinds).toEqual(["calls"]));
  expect(gone.kinds).toEqual([]);
  expect(hub.subscribers).toBe(2);
});

test("after a lost connection everything may be old, and everybody is told so", async () => {
  const { hub } = await ready();
  const here = told(hub, child);
  await db.owner.query(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = $1 AND datname = current_database()",
    [`ringfence listen ${LIVE_CHANNEL}`],
  );
  await eventually(() => expect(here.kinds).toEqual([...liveKinds]));
});

test("what a browser missed is told when it comes back, unless a message may have been lost", async () => {
  const { hub } = await ready();
  const here = told(hub, child);
  const before = hub.position();
  await notify(child, "calls");
  await notify(parent, "balance");
  await eventually(() =>
    expect(hub.since(before, [child, parent])?.get(parent)).toEqual(new Set(["calls", "balance"])),
  );
  expect(hub.since(before, [child])?.get(child)).toEqual(new Set(["calls"]));
  here.kinds.length = 0;
  await db.owner.query(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = $1 AND datname = current_database()",
    [`ringfence listen ${LIVE_CHANNEL}`],
  );
  await eventually(() => expect(here.kinds).toEqual([...liveKinds]));
  expect(hub.since(before, [child])).toBeUndefined();
});

test("a person whose session ends or whose seat changes is named to who holds their stream", async () => {
  const { hub } = await ready();
  const person = "00000000-0000-4000-8000-00000000000c" as UserId;
  const [theirs, others] = [vi.fn(), vi.fn()];
  hub.onPerson(person, theirs);
  const stop = hub.onPerson("00000000-0000-4000-8000-00000000000d" as UserId, others);
  await db.owner.query("SELECT pg_notify($1, $2)", [LIVE_CHANNEL, JSON.stringify({ u: person })]);
  await eventually(() => expect(theirs).toHaveBeenCalledTimes(1));
  expect(others).not.toHaveBeenCalled();
  stop();
});

test("a message that is none of ours is ignored", async () => {
  const { hub } = await ready();
  const here = told(hub, child);
  await db.owner.query("SELECT pg_notify($1, 'not json'), pg_notify($1, '{\"t\":1}')", [LIVE_CHANNEL]);
  await notify(child, "audit");
  await eventually(() => expect(here.kinds).toEqual(["audit"]));
});
