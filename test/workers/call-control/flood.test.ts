import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { builders } from "@/test/support/builders";
import { amiEnv, startTestWorkers } from "@/test/support/call-control";
import { callDesk } from "@/test/support/call-desk";
import { createDatabase, type TestDatabase } from "@/test/support/database";
import { eventually } from "@/test/support/eventually";
import { type FakeAsterisk, startFakeAsterisk } from "@/test/support/fake-asterisk";
import { fakeCalls, hostileTry } from "@/test/support/fake-calls";

let db: TestDatabase;
let make: ReturnType<typeof builders>;
let pbx: FakeAsterisk;
let workers: Awaited<ReturnType<typeof startTestWorkers>>;
beforeAll(async () => {
  db = await createDatabase();
  make = builders(db);
  pbx = await startFakeAsterisk();
  fakeCalls(pbx);
  workers = await startTestWorkers(db, amiEnv(pbx));
});
afterAll(async () => {
  await workers.stop();
  await pbx.close();
  await db.drop();
});

/** Ten minutes of 22 hostile messages a second, as many as a scanner sends. */
const MESSAGES = 13_200;
const CALLS = 60;

test("while a scanner sends all it has, each call is authorised and settled, and one incident stands", async () => {
  const operator = await make.tenant("operator");
  const acme = await make.tenant("customer", operator, { slug: "acme" });
  await make.assign(acme, await make.plan(operator, { "49": { perMinute: 60_000n, first: 1, next: 1 } }));
  await make.topUp(acme, 100_000_000n);
  const phone = await make.phone(acme, "101");
  const calls = callDesk(db.pool);
  await eventually(async () => expect((await workers.health()).report["ami"]).toMatchObject({ connected: true }));

  for (let call = 0; call < CALLS; call += 1) {
    for (let n = 0; n < MESSAGES / CALLS; n += 1) {
      pbx.send(hostileTry(`guess-${n % 50}`, "198.51.100.7"), "reads");
    }
    const id = `pbx1-1700000000.${call}`;
    expect(await calls.authorise({ call: id, endpoint: phone.endpoint })).toMatchObject({ kind: "out" });
    expect(await calls.settle(id, 1_000, { outcome: "answered" })).toBe("settled");
  }
  // On a slow machine the rules may look in between, and find that many short calls strange: that is another incident.
  const told = () =>
    make.sql<{ source: string; signals: number }>(
      "SELECT source, signals::int FROM incident WHERE kind = 'sip_attack'",
    );
  // What came faster than it could be kept is left out of the count, and said.
  await vi.waitFor(async () => expect((await told())[0]?.signals).toBeGreaterThan(1_000), {
    timeout: 120_000,
    interval: 200,
  });
  expect(await told()).toMatchObject([{ source: "198.51.100.0/24" }]);
  const [ended] = await make.sql<{ calls: number }>(
    "SELECT count(*)::int AS calls FROM call WHERE state = 'ended' AND outcome = 'answered'",
  );
  expect(ended?.calls).toBe(CALLS);
  expect(await make.sql("SELECT * FROM ledger_check()")).toEqual([]);
  expect(await make.wallet(acme)).toMatchObject({ held: 0n });
}, 600_000);
