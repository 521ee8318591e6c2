import { appendFileSync, mkdirSync, mkdtempSync, renameSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";

import { silentLogger } from "@/server/infra/log/logger";
import { builders, type Phone, type Tenancy } from "@/test/support/builders";
import { callDesk } from "@/test/support/call-desk";
import { createDatabase, type TestDatabase } from "@/test/support/database";
import { heldUp } from "@/test/support/held-up";
import { CdrSpool } from "@/workers/calls/cdr-spool";
import { Settlements } from "@/workers/calls/settlements";

const folder = mkdtempSync(path.join(tmpdir(), "spool-"));
let db: TestDatabase;
let make: ReturnType<typeof builders>;
let desk: ReturnType<typeof callDesk>;
let acme: Tenancy;
let phone: Phone;
let file = "";
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
  rmSync(folder, { recursive: true, force: true });
  await db.drop();
});
beforeEach(() => {
  count += 1;
  file = path.join(folder, `${count}`, "ringfence.csv");
  rmSync(path.dirname(file), { recursive: true, force: true });
  mkdirSync(path.dirname(file), { recursive: true });
});

/** A process that reads the file; every one begins where the last one left off. */
function process() {
  const settlements = new Settlements({ pool: db.pool, log: silentLogger, onOver: () => {} });
  return { settlements, spool: new CdrSpool({ file, pool: db.pool, pbx: "pbx1", settlements, log: silentLogger }) };
}
const reader = () => process().spool;

async function openCall(): Promise<string> {
  count += 1;
  const call = `pbx1-1700000000.${count}`;
  expect((await desk.authorise({ call, endpoint: phone.endpoint })).kind).toBe("out");
  return call;
}

function record(
  call: string,
  talkSeconds: number,
  more: { userfield?: string; endpoint?: string; dst?: string } = {},
): string {
  const end = Date.now() / 1000;
  const answered = talkSeconds > 0;
  const fields = [
    call,
    call,
    `PJSIP/${more.endpoint ?? phone.endpoint}-00000001`,
    "101",
    more.dst ?? "493012345678",
    (end - talkSeconds - 2).toFixed(6),
    answered ? (end - talkSeconds).toFixed(6) : "0.000000",
    end.toFixed(6),
    talkSeconds.toFixed(6),
    answered ? "ANSWERED" : "NO ANSWER",
    more.userfield ?? "out:x",
  ];
  return `${fields.map((field) => `"${field}"`).join(",")}\n`;
}
const talked = async (call: string) =>
  (await make.one<{ t: string | null }>("SELECT talk_ms::text AS t FROM call WHERE pbx_call_id = $1", [call])).t;

test("a record settles a call that nobody reported", async () => {
  const [answered, missed] = [await openCall(), await openCall()];
  writeFileSync(file, record(answered, 12.345678) + record(missed, 0));
  await reader().drain();
  expect(await make.one("SELECT talk_ms, cost_micros, source FROM call WHERE pbx_call_id = $1", [answered])).toEqual({
    talk_ms: "12346",
    cost_micros: "13000",
    source: "spool",
  });
  expect(await make.one("SELECT talk_ms, outcome, reason FROM call WHERE pbx_call_id = $1", [missed])).toEqual({
    talk_ms: "0",
    outcome: "no_answer",
    reason: "FAR-02",
  });
});

test("a call that the PBX refused, because it heard no answer, gives back what was held for it", async () => {
  const { held } = await make.wallet(acme);
  const call = await openCall();
  expect((await make.wallet(acme)).held).toBeGreaterThan(held);
  writeFileSync(file, record(call, 0, { userfield: "refuse:" }));
  await reader().drain();
  expect((await make.wallet(acme)).held).toBe(held);
});

test("half a line waits for its other half", async () => {
  const call = await openCall();
  const line = record(call, 5);
  const spool = reader();
  writeFileSync(file, line.slice(0, 40));
  await spool.drain();
  expect(await talked(call)).toBeNull();
  appendFileSync(file, line.slice(40));
  await spool.drain();
  expect(await talked(call)).toBe("5000");
});

test("a new process goes on where the last one stopped, and reading it all again charges nothing twice", async () => {
  const [first, second] = [await openCall(), await openCall()];
  writeFileSync(file, record(first, 1));
  await reader().drain();
  appendFileSync(file, record(second, 2));
  const posted = (await make.wallet(acme)).posted;
  await reader().drain();
  expect(posted - (await make.wallet(acme)).posted).toBe(2_000n);
  await make.sql("DELETE FROM spool_position");
  await reader().drain();
  expect(posted - (await make.wallet(acme)).posted).toBe(2_000n);
});

test("a process that loses the database and dies while it settles a record leaves that record to the next one", async () => {
  const [first, second] = [await openCall(), await openCall()];
  writeFileSync(file, record(first, 1));
  await reader().drain();
  const { spool, settlements } = process();
  const held = await heldUp(db, second);
  appendFileSync(file, record(second, 7));
  const drained = spool.drain().then(
    () => "done",
    () => "failed",
  );
  await held.cutOff();
  expect(await drained).toBe("failed");
  settlements.close();
  await held.release();
  expect(await talked(second)).toBeNull();
  await reader().drain();
  expect(await talked(second)).toBe("7000");
});

test("after a rotation the end of the old file is read before the new one", async () => {
  const [first, second, third] = [await openCall(), await openCall(), await openCall()];
  const spool = reader();
  writeFileSync(file, record(first, 1));
  await spool.drain();
  appendFileSync(file, record(second, 2));
  renameSync(file, `${file}.1`);
  writeFileSync(file, record(third, 3));
  await spool.drain();
  expect([await talked(second), await talked(third)]).toEqual(["2000", "3000"]);
});

test("a file that was emptied is read from its beginning", async () => {
  const [first, second] = [await openCall(), await openCall()];
  const spool = reader();
  writeFileSync(file, record(first, 1) + record(first, 1));
  await spool.drain();
  truncateSync(file);
  appendFileSync(file, record(second, 2));
  await spool.drain();
  expect(await talked(second)).toBe("2000");
});

test("no file, an empty one and rubbish are no trouble, and what follows is read", async () => {
  const call = await openCall();
  const spool = reader();
  rmSync(file, { force: true });
  await spool.drain();
  writeFileSync(file, "");
  await spool.drain();
  appendFileSync(file, `rubbish\n"a","b"\n${"x".repeat(200_000)}\n${record(call, 4)}`);
  await spool.drain();
  expect(await talked(call)).toBe("4000");
});

test("ten thousand records at once are all read", async () => {
  const call = await openCall();
  writeFileSync(file, record("pbx1-1600000000.1", 0, { userfield: "refuse:0" }).repeat(10_000) + record(call, 6));
  await reader().drain();
  expect(await talked(call)).toBe("6000");
});

test("an emergency call made while nobody answered the PBX is written down, and is no difference", async () => {
  count += 1;
  const call = `pbx1-1700000000.${count}`;
  writeFileSync(file, record(call, 30, { userfield: "emergency:", dst: "112" }));
  await reader().drain();
  expect(await make.one("SELECT kind, dialled, outcome, cost_micros FROM call WHERE pbx_call_id = $1", [call])).toEqual(
    { kind: "emergency", dialled: "112", outcome: "answered", cost_micros: "0" },
  );
  expect(await make.sql("SELECT FROM difference")).toEqual([]);
});

test("a paid call that was never authorised is listed", async () => {
  count += 1;
  const call = `pbx1-1700000000.${count}`;
  writeFileSync(file, record(call, 30));
  await reader().drain();
  expect(await make.sql("SELECT kind FROM difference WHERE healed_at IS NULL")).toEqual([
    { kind: "record_without_charge" },
  ]);
});

test("a record of a call from outside that call control never heard of goes to whoever holds the number", async () => {
  await make.did(acme, "493012349999", phone.extensionId);
  const more = { userfield: "inbound:", endpoint: "carrier", dst: "493012349999" };
  appendFileSync(file, record("pbx1-1700000003.1", 3, more));
  await reader().drain();
  expect(
    await make.sql(
      "SELECT tenant_id, kind, to_e164, talk_ms::int AS talk FROM call WHERE pbx_call_id = 'pbx1-1700000003.1'",
    ),
  ).toEqual([{ tenant_id: acme.tenantId, kind: "inbound", to_e164: "493012349999", talk: 3_000 }]);
});
