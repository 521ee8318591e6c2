import { afterAll, beforeAll, expect, test } from "vitest";
import { connectAmi } from "@/server/infra/ami/connect";
import type { AmiGateway } from "@/server/infra/ami/gateway";
import { silentLogger } from "@/server/infra/log/logger";
import { builders, type Phone, type Tenancy } from "@/test/support/builders";
import { createDatabase, type TestDatabase } from "@/test/support/database";
import { eventually } from "@/test/support/eventually";
import { type FakeAsterisk, startFakeAsterisk } from "@/test/support/fake-asterisk";
import { fakeCalls } from "@/test/support/fake-calls";
import { CallAuthoriser } from "@/workers/calls/call-authoriser";
import { CallLifecycle } from "@/workers/calls/call-lifecycle";

let db: TestDatabase;
let make: ReturnType<typeof builders>;
let pbx: FakeAsterisk;
let ami: AmiGateway;
let calls: ReturnType<typeof fakeCalls>;
let lifecycle: CallLifecycle;
let acme: Tenancy;
let phone: Phone;
let count = 0;
/** What the answer to a ping, which may take twice as long, leaves open about the clock of a telephone system. */
const CLOCK_ERROR_MS = 50;

/** Follows calls by what is told; no sweep looks after what was missed. */
beforeAll(async () => {
  db = await createDatabase();
  make = builders(db);
  pbx = await startFakeAsterisk();
  calls = fakeCalls(pbx);
  const operator = await make.tenant("operator");
  acme = await make.tenant("customer", operator, { slug: "acme" });
  await make.assign(acme, await make.plan(operator, { "49": { perMinute: 60_000n, first: 1, next: 1 } }));
  await make.topUp(acme, 100_000_000n);
  phone = await make.phone(acme, "101");
  ami = connectAmi({
    host: "127.0.0.1",
    port: pbx.port,
    tls: false,
    reader: { username: "reads", secret: "secret-of-the-reader" },
    actor: { username: "acts", secret: "secret-of-the-actor" },
    log: silentLogger,
    timing: { backoffMinMs: 20, backoffMaxMs: 60 },
  });
  const bus = { publish: () => {}, close: async () => {} };
  lifecycle = new CallLifecycle({ pool: db.pool, ami, bus, log: silentLogger, pbx: "pbx1", hangupPatienceMs: 30 });
  await eventually(() => expect(lifecycle.watchedSinceMs).toBeDefined());
});
afterAll(async () => {
  lifecycle.close();
  await ami.close();
  await pbx.close();
  await db.drop();
});

async function startCall(): Promise<string> {
  count += 1;
  const call = `pbx1-1700000000.${count}`;
  const question = {
    pbx: "pbx1",
    call,
    endpoint: phone.endpoint,
    dialled: "+493012345678",
    address: "",
    at: new Date(lifecycle.pbxNow()),
  };
  lifecycle.authorised(question, await new CallAuthoriser(db.pool).ask(question));
  calls.ring(call);
  return call;
}
const rowOf = (call: string) => make.one("SELECT state, talk_ms, cost_micros FROM call WHERE pbx_call_id = $1", [call]);

test("a hang-up proves nothing when the answer may have fallen into a gap: the money stays held, and the record charges it", async () => {
  const call = await startCall();
  const { held } = await make.wallet(acme);
  const before = lifecycle.watchedSinceMs ?? 0;
  pbx.dropConnections();
  calls.answer(call, 10, false);
  await eventually(() => expect(lifecycle.watchedSinceMs).toBeGreaterThan(before));
  // Each ping measures the other clock anew: until both agree that it was later, it is not watched from its beginning.
  const since = lifecycle.watchedSinceMs ?? 0;
  await eventually(() => expect(lifecycle.pbxNow()).toBeGreaterThan(since + 2 * CLOCK_ERROR_MS));
  const watched = await startCall();
  calls.end(call, 0, "only hangup");
  // One that was watched from its beginning is over for nothing; it was hung up later, so the other one was judged before.
  calls.end(watched, 0, "only hangup");
  await expect.poll(() => rowOf(watched)).toMatchObject({ state: "ended", talk_ms: "0" });
  expect(await rowOf(call)).toMatchObject({ state: "authorised", cost_micros: null });
  expect((await make.wallet(acme)).held).toBe(held);
  const end = { call, talkMs: 2_000, status: "ANSWER", cause: 16, side: "caller", atUs: Date.now() * 1_000 };
  const told = lifecycle.endOf(end, "hangup");
  expect(told && (await lifecycle.settlements.report(told))).toBe("settled");
  expect(await rowOf(call)).toMatchObject({ state: "ended", talk_ms: "2000", cost_micros: "2000" });
});
