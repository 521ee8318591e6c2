import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";

import type { End } from "@/server/domain/calls/call-control";
import { silentLogger } from "@/server/infra/log/logger";
import { builders, type Phone, type Tenancy } from "@/test/support/builders";
import { callDesk } from "@/test/support/call-desk";
import { createDatabase, type TestDatabase } from "@/test/support/database";
import { heldUp } from "@/test/support/held-up";
import { type Settled, Settlements } from "@/workers/calls/settlements";

let db: TestDatabase;
let make: ReturnType<typeof builders>;
let desk: ReturnType<typeof callDesk>;
let acme: Tenancy;
let phone: Phone;
let settlements: Settlements;
let over: [string, Settled][] = [];
let count = 0;

beforeAll(async () => {
  db = await createDatabase();
  make = builders(db);
  desk = callDesk(db.pool);
  const operator = await make.tenant("operator");
  acme = await make.tenant("customer", operator, { slug: "acme" });
  await make.assign(acme, await make.plan(operator, { "49": { perMinute: 60_000n, first: 1, next: 1 } }));
  await make.topUp(acme, 100_000_000n);
  phone = await make.phone(acme, "101");
});
afterAll(async () => {
  settlements.close();
  await db.drop();
});
beforeEach(() => {
  over = [];
  settlements = new Settlements({
    pool: db.pool,
    log: silentLogger,
    onOver: ({ call }, result) => over.push([call, result]),
    firstRetryMs: 20,
    lastRetryMs: 50,
  });
});

async function openCall(): Promise<string> {
  count += 1;
  const call = `pbx1-1700000000.${count}`;
  expect((await desk.authorise({ call, endpoint: phone.endpoint })).kind).toBe("out");
  return call;
}
const endOf = (call: string, talkMs: number, more: Partial<End> = {}): End => ({
  pbx: "pbx1",
  call,
  talkMs,
  endedAt: new Date(),
  outcome: "failed",
  reason: null,
  cause: 16,
  side: "caller",
  source: "hangup",
  ...more,
});
const chargesOf = (call: string) =>
  make.sql(
    "SELECT -e.amount_micros AS micros FROM ledger_entry e JOIN ledger_transaction t ON t.id = e.transaction_id WHERE e.account = 'wallet' AND t.kind = 'charge' AND t.call_id = (SELECT id FROM call WHERE pbx_call_id = $1)",
    [call],
  );

test("an end that meets an outage, and another one when it is tried again, is charged once the database is back", async () => {
  const call = await openCall();
  const held = await heldUp(db, call);
  const reported = settlements.report(endOf(call, 5_000)).catch(() => "failed");
  await held.cutOff();
  expect(await reported).toBe("failed");
  expect(settlements.has(call)).toBe(true);
  await held.cutOff();
  await held.cutOff();
  await held.release();
  await expect.poll(() => over).toEqual([[call, "settled"]]);
  expect(await chargesOf(call)).toEqual([{ micros: "5000" }]);
  expect(settlements.has(call)).toBe(false);
});

test("an end that the database will never take is let go, and those beside it are charged", async () => {
  const [bad, good] = [await openCall(), await openCall()];
  const reports = [settlements.report(endOf(bad, 2 ** 70)), settlements.report(endOf(good, 3_000))];
  expect((await Promise.allSettled(reports)).map(({ status }) => status)).toEqual(["rejected", "fulfilled"]);
  await expect.poll(() => settlements.waiting).toBe(0);
  expect(await chargesOf(good)).toEqual([{ micros: "3000" }]);
  expect(await make.one("SELECT state FROM call WHERE pbx_call_id = $1", [bad])).toEqual({ state: "authorised" });
});
