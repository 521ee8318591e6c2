import { connect } from "node:net";

import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { builders, type Phone, type Tenancy } from "@/test/support/builders";
import { callControlAt, startTestWorkers } from "@/test/support/call-control";
import { createDatabase, type TestDatabase } from "@/test/support/database";
import { watchStandstill } from "@/test/support/standstill";

let db: TestDatabase;
let make: ReturnType<typeof builders>;
let pbx: Awaited<ReturnType<typeof startTestWorkers>>;
let acme: Tenancy;
let phone: Phone;
let other: Phone;
let calls = 0;
function newCall(): string {
  calls += 1;
  return `pbx1-1700000000.${calls}`;
}
const rowOf = (call: string) => make.one<Record<string, unknown>>("SELECT * FROM call WHERE pbx_call_id = $1", [call]);

beforeAll(async () => {
  db = await createDatabase();
  make = builders(db);
  const operator = await make.tenant("operator");
  acme = await make.tenant("customer", operator, { slug: "acme" });
  await make.assign(acme, await make.plan(operator, { "49": { perMinute: 12_500n, first: 60, next: 6 } }));
  await make.topUp(acme, 1_000_000n);
  phone = await make.phone(acme, "101");
  other = await make.phone(acme, "102");
  pbx = await startTestWorkers(db);
});
afterAll(async () => {
  await pbx.stop();
  await db.drop();
});

test("a call is authorised, and its end charges what it cost", async () => {
  const call = newCall();
  const answer = await pbx.authorise(call, phone.endpoint, "030 12345678");
  const { id } = await rowOf(call);
  expect(answer).toEqual({ status: 200, text: `out|300|493012345678|||${id}` });
  expect((await make.wallet(acme)).held).toBe(62_500n);
  expect(await pbx.ended(call, 47_000)).toEqual({ status: 200, text: "ok" });
  expect(await rowOf(call)).toMatchObject({ outcome: "answered", cost_micros: "12500", source: "hangup" });
  expect(await make.wallet(acme)).toEqual({ posted: 987_500n, held: 0n, available: 987_500n });
});

test("the same question twice holds once and is answered the same; the same end three times charges once", async () => {
  const call = newCall();
  const before = await make.wallet(acme);
  const [first, second] = await Promise.all([1, 2].map(() => pbx.authorise(call, phone.endpoint, "+493012345678")));
  expect(second).toEqual(first);
  expect((await make.wallet(acme)).held).toBe(62_500n);
  for (const answer of await Promise.all([1, 2, 3].map(() => pbx.ended(call, 61_000)))) expect(answer.status).toBe(200);
  expect(before.posted - (await make.wallet(acme)).posted).toBe(13_750n);
});

test.each([
  ["500&PJSIP/trunk", "refuse|484|||DST-04|"],
  ["0900-CALL", "refuse|484|||DST-04|"],
  ["999", "refuse|484|||DST-04|"],
  ["+4412345678901234567", "refuse|484|||DST-04|"],
  ["+442079460018", "refuse|403|||DST-01|"],
  ["+14165550123", "refuse|403|||DST-01|"],
])("%s is refused with its reason and has its record", async (dialled, answer) => {
  const call = newCall();
  expect((await pbx.authorise(call, phone.endpoint, dialled)).text).toMatch(answer);
  expect(await rowOf(call)).toMatchObject({ state: "ended", outcome: "blocked", dialled });
});

test("what a stranger dials becomes text that can be shown, whatever it holds", async () => {
  const call = newCall();
  await pbx.authorise(call, phone.endpoint, "49\r\nX: \u0000\u202e&");
  expect(await rowOf(call)).toMatchObject({ dialled: "49??X: ?\u202e&", outcome: "blocked" });
});

test("an own extension is reached by its endpoint, the echo and an emergency number by themselves", async () => {
  expect((await pbx.authorise(newCall(), phone.endpoint, "102")).text).toMatch(
    `internal|14400|${other.endpoint}|101||`,
  );
  expect((await pbx.authorise(newCall(), phone.endpoint, "*43")).text).toMatch("echo|14400|*43|||");
  expect((await pbx.authorise(newCall(), phone.endpoint, "112")).text).toMatch("emergency|14400|112|||");
});

test("a phone nobody knows is refused without a record", async () => {
  const call = newCall();
  expect(await pbx.authorise(call, "nobody-1", "112")).toEqual({ status: 200, text: "refuse|403|||AUT-02|" });
  expect(await make.sql("SELECT FROM call WHERE pbx_call_id = $1", [call])).toEqual([]);
});

test.each([
  ["another PBX", { pbx: "pbx2" }],
  ["an unknown field", { more: "1" }],
  ["a call id with a blank", { call: "a b" }],
  ["no time", { at: "" }],
  ["a time in words", { at: "now" }],
  ["an endpoint with a slash", { endpoint: "PJSIP/x" }],
])("%s in a question is refused before anything is looked up", async (_what, change) => {
  expect((await pbx.authorise(newCall(), phone.endpoint, "+493012345678", change)).status).toBe(400);
});

test("a field that comes twice, or is missing, is refused", async () => {
  expect((await pbx.post("/v1/ended", "pbx=pbx1&pbx=pbx1&call=1")).status).toBe(400);
  expect((await pbx.post("/v1/authorise", { pbx: "pbx1" })).status).toBe(400);
  expect((await pbx.post("/v1/ended", "")).status).toBe(400);
});

test("without the secret nobody learns whether a path exists", async () => {
  const stranger = callControlAt(pbx.callControlPort, "the-secret-of-another-pbx");
  expect(await stranger.authorise(newCall(), phone.endpoint, "112")).toEqual({ status: 401, text: "not allowed" });
  expect((await stranger.post("/v1/nothing", "")).status).toBe(401);
  expect((await pbx.post("/v1/nothing", "")).status).toBe(404);
});

test("a body beyond four kilobytes is cut off", async () => {
  expect((await pbx.post("/v1/authorise", `dialled=${"1".repeat(100_000)}`)).status).toBe(413);
});

test("a request that stays half does not stay for ever", async () => {
  const socket = connect(pbx.callControlPort, "127.0.0.1");
  socket.write("POST /v1/authorise HTTP/1.1\r\nhost: x\r\nauthorization: Bea");
  await new Promise((resolve) =>
    socket
      .on("close", resolve)
      .on("error", () => {})
      .on("data", () => {}),
  );
});

test("the end of a call that nobody authorised is no error", async () => {
  expect(await pbx.ended("pbx1-1600000000.1", 5_000)).toEqual({ status: 200, text: "ok" });
});

test("health says how each part is, and no secret", async () => {
  // A part that a busy machine does not ask within a second counts as away.
  const report = { database: "ok", queue: { backend: "postgres", state: "ok" }, ami: null };
  await expect.poll(() => pbx.health()).toMatchObject({ status: 200, report });
  expect(JSON.stringify((await pbx.health()).report)).not.toMatch(/secret|postgres:/i);
});

test("with the database away every question is refused quickly, and all works again when it is back", async () => {
  const call = newCall();
  const kept = newCall();
  // A machine with too much to do may refuse a call in time rather than let it wait; the telephone dials again.
  await expect.poll(async () => (await pbx.authorise(kept, phone.endpoint, "+493012345678")).status).toBe(200);
  const before = await make.wallet(acme);
  const { name } = await make.one<{ name: string }>("SELECT current_database() AS name");
  await make.sql(`ALTER DATABASE ${name} CONNECTION LIMIT 0`);
  await make.sql(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'portal_app' AND datname = current_database()",
  );
  const machine = watchStandstill();
  const began = Date.now();
  expect((await pbx.authorise(call, phone.endpoint, "+493012345678")).status).toBe(503);
  expect((await pbx.ended(kept, 47_000)).status).toBe(503);
  expect(Date.now() - began).toBeLessThan(3_000 + machine.slackMs());
  await make.sql(`ALTER DATABASE ${name} CONNECTION LIMIT -1`);
  await expect.poll(async () => (await pbx.authorise(call, phone.endpoint, "+493012345678")).status).toBe(200);
  await expect.poll(async () => (await rowOf(kept))["state"]).toBe("ended");
  expect(before.posted - (await make.wallet(acme)).posted).toBe(12_500n);
});

describe("a call from outside", () => {
  test("is answered with the telephone that it rings at, and a number that nobody has with its refusal", async () => {
    await make.did(acme, "493012340003", phone.extensionId);
    const call = newCall();
    const answer = await pbx.authoriseInbound(call, "00493012340003");
    const { id } = await rowOf(call);
    expect(answer).toEqual({ status: 200, text: `inbound|14400|acme-101|+441632960001||${id}` });
    expect(await pbx.ended(call, 4_000)).toEqual({ status: 200, text: "ok" });
    const unknown = await pbx.authoriseInbound(newCall(), "+4930000000");
    expect(unknown.text).toMatch(/^refuse\|404\|\|\|NUM-01\|[0-9a-f-]{36}$/);
  });

  test.each([
    ["a caller that is none", { cid: "'); DROP TABLE call; --|x\r\ny" }],
    ["a very long caller", { cid: "4".repeat(120) }],
    ["no caller", { cid: "" }],
  ])("with %s rings, and shows nobody", async (_, more) => {
    const call = newCall();
    expect((await pbx.authoriseInbound(call, "493012340003", more)).text).toMatch(/^inbound\|14400\|acme-101\|\|\|/);
    expect(await rowOf(call)).toMatchObject({ from_number: "" });
    await pbx.ended(call, 0);
  });

  test("with a field that is not of its form is refused", async () => {
    expect((await pbx.authoriseInbound(newCall(), "4".repeat(129))).status).toBe(400);
    expect((await pbx.authoriseInbound(newCall(), "493012340003", { extra: "x" })).status).toBe(400);
    expect((await pbx.authoriseInbound(newCall(), "493012340003", { pbx: "other" })).status).toBe(400);
  });
});
