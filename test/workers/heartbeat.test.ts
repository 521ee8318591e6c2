import { afterAll, afterEach, beforeAll, expect, test } from "vitest";

import { connectAmi } from "@/server/infra/ami/connect";
import { silentLogger } from "@/server/infra/log/logger";
import { createDatabase, type TestDatabase } from "@/test/support/database";
import { type FakeAsterisk, startFakeAsterisk } from "@/test/support/fake-asterisk";
import { Heartbeat } from "@/workers/heartbeat";
import type { JobQueue } from "@/workers/queue-backend";

let db: TestDatabase;
let pbx: FakeAsterisk;
beforeAll(async () => {
  [db, pbx] = await Promise.all([createDatabase(), startFakeAsterisk()]);
});
afterAll(async () => {
  await pbx.close();
  await db.drop();
});
const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
});

const queue: Pick<JobQueue, "kind" | "counts" | "failed"> = {
  kind: "redis",
  counts: async () => ({ waiting: 4, active: 1, delayed: 2, failed: 1 }),
  failed: async () => [
    {
      id: "j1",
      name: "mail.send",
      data: { tenantId: "t1", payload: { mailId: "m" } },
      attempts: 3,
      why: "away",
      at: new Date(0),
    },
    { id: "j2", name: "payments.follow_up", data: {}, attempts: 1, why: "late", at: new Date(0) },
  ],
};
const lifecycle = { registry: { size: 3 }, settlements: { waiting: 1, dropped: 0 } };
const heart = (more: object = {}) => {
  const parts = {
    pool: db.pool,
    queue,
    lifecycle,
    ami: undefined,
    pbx: "pbx1",
    version: "1.0.0",
    mail: false,
    payments: null,
  };
  const heartbeat = new Heartbeat({ ...parts, log: silentLogger, everyMs: 60_000, ...more } as never);
  open.push(heartbeat);
  return heartbeat;
};
const stored = async () =>
  (await db.owner.query<{ id: string; report: Record<string, unknown> }>("SELECT id, report FROM worker_state")).rows;

test("a beat says how the queue, the calls and the PBX are, and of a failed job only whose it is", async () => {
  const id = "carrier@@0123456789abcdef0123456789abcdef";
  const variables: Record<string, string> = {
    "PJSIP_AOR(carrier,contact)": id,
    [`PJSIP_CONTACT(${id},status)`]: "Reachable",
    [`PJSIP_CONTACT(${id},rtt)`]: "12500",
  };
  pbx.respond = ({ action, variable = "" }) =>
    action === "CoreSettings"
      ? [{ Response: "Success", AsteriskVersion: "22.7.0" }]
      : [{ Response: "Success", CoreCurrentCalls: "5", Value: variables[variable] ?? "" }];
  const user = (username: string) => ({ username, secret: "s" });
  const ami = connectAmi({
    ...{ host: "127.0.0.1", port: pbx.port, tls: false, log: silentLogger },
    ...{ reader: user("reader"), actor: user("actor") },
  });
  open.push(ami);
  await expect.poll(() => ami.status().connected).toBe(true);
  const beating = heart({ ami });
  // A part that a busy machine does not ask within two seconds counts as away.
  const told = async () => {
    await beating.beat();
    return (await stored())[0]?.report;
  };
  await expect.poll(told).toMatchObject({
    ami: {
      connected: true,
      version: "22.7.0",
      calls: 5,
      problem: null,
      trunk: { status: "Reachable", roundTripMs: 12.5 },
    },
    queue: { backend: "redis", there: true, waiting: 4, active: 1, delayed: 2, failed: 1 },
    calls: { live: 3, endsWaiting: 1, endsDropped: 0 },
    failed: [
      { id: "j1", tenantId: "t1", why: "away" },
      { id: "j2", tenantId: null },
    ],
  });
  expect(JSON.stringify(await told())).not.toContain("mailId");
});

test("what is away is said, not waited for; and a worker that ends is not missed", async () => {
  const away = { ...queue, counts: () => Promise.reject(new Error("away")), failed: () => new Promise(() => {}) };
  const heartbeat = heart({ queue: away });
  await heartbeat.beat();
  expect((await stored())[0]?.report).toMatchObject({ ami: null, queue: { there: false, waiting: 0 }, failed: [] });
  await heartbeat.close();
  expect(await stored()).toEqual([]);
});
