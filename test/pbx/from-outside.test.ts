import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";

import { SipPhone } from "@/server/embedded/sip-phone";
import type { Stack } from "@/server/embedded/stack";
import { type FakeCallControl, fakeCallControl, says } from "@/test/support/fake-call-control";
import { provisionPhone, provisionTrunk, startPbxAlone } from "@/test/support/pbx-alone";
import { freeUdpPort, type SippPhone, sippCall, sippFromOutside } from "@/test/support/sipp";

/** The dialplan alone, for calls that come by a trunk: a real Asterisk, SIPp as the carrier, a call control that may say anything. */
let dataDir: string;
let stack: Stack;
let control: FakeCallControl;
let phone: SippPhone;
let device: SipPhone;
let port: number;
const heard: string[] = [];

beforeAll(async () => {
  dataDir = mkdtempSync(path.join(tmpdir(), "ringfence-outside-"));
  stack = await startPbxAlone(dataDir);
  control = await fakeCallControl(Number(new URL(stack.urls.callControl).port));
  phone = await provisionPhone(stack, "acme-100");
  port = await freeUdpPort();
  await provisionTrunk(stack, port);
  device = await SipPhone.open({
    ...phone,
    incoming: { answerAfterMs: 100 },
    onIncoming: (call) => void heard.push(call.remote),
  });
  await device.register();
}, 180_000);

afterAll(async () => {
  await device?.close();
  await control?.close();
  await stack?.stop();
  rmSync(dataDir, { recursive: true, force: true });
});

beforeEach(() => {
  control.asked.length = 0;
  heard.length = 0;
});

const server = () => phone.server;
const asked = (where: string) => control.asked.filter(({ path: at }) => at === where).map(({ fields }) => fields);
/** The end of a call before may be told only now; that is no question. */
const questions = () => control.asked.filter(({ path: at }) => at.startsWith("/v1/authorise"));
const dollar = "$";

test("a call by the trunk is asked for once, rings at the phone, and its end is told", async () => {
  control.behaviour = says("inbound|60|acme-100|+441632960001||call-1");
  const call = await sippFromOutside(server(), "+493012345678", { port, holdMs: 900 });
  expect(call).toMatchObject({ status: 200, endedBy: "phone" });
  const [question, ...more] = asked("/v1/authorise-inbound");
  expect(more).toEqual([]);
  expect(question).toMatchObject({ endpoint: "carrier", dialled: "+493012345678", cid: "+441632960001" });
  const ends = () => asked("/v1/ended").filter(({ call }) => call === question?.["call"]);
  await expect.poll(() => ends().length, { timeout: 3_000 }).toBe(1);
  expect(ends()[0]).toMatchObject({ status: "ANSWER", side: "caller" });
  expect(heard.join()).toMatch(/^<sip:\+441632960001@/);
});

test("a grant of 2 s is cut a tenth of a second before its end", async () => {
  control.behaviour = says("inbound|2|acme-100|||call-2");
  const call = await sippFromOutside(server(), "493012345678", { port, holdMs: 20_000 });
  expect(call).toMatchObject({ status: 200, endedBy: "server" });
  expect(call.talkMs).toBeGreaterThan(1_750);
  expect(call.talkMs).toBeLessThan(2_060);
});

describe("what call control may say", () => {
  test.each([
    ["a number outside", "out|60|493012345678|||x", 503],
    ["an emergency call", "emergency|14400|112|||x", 503],
    ["an own phone's call", "internal|14400|acme-100|||x", 503],
    ["the echo", "echo|14400||||x", 503],
    ["a second channel", "inbound|60|acme-100&PJSIP/1@carrier|||x", 503],
    ["nothing to ring", "inbound|60||||x", 503],
    ["a phone that is not there", "inbound|60|acme-999|||x", 480],
    ["no money", "refuse|402|||BAL-01|x", 402],
    ["not in service", "refuse|404|||NUM-01|x", 404],
  ])("%s is heard as a refusal", async (_, answer, status) => {
    control.behaviour = says(answer);
    expect((await sippFromOutside(server(), "+493012345678", { port })).status).toBe(status);
    expect(heard).toEqual([]);
  });

  test("an emergency number from outside is a number like any other, also when call control is away", async () => {
    await control.close();
    expect((await sippFromOutside(server(), "112", { port })).status).toBe(503);
    await control.open();
    control.behaviour = says("", 500);
    expect((await sippFromOutside(server(), "112", { port })).status).toBe(503);
  });

  test("a phone's question is not answered with a call from outside", async () => {
    control.behaviour = says("inbound|60|acme-100|||x");
    expect((await sippCall(phone, "03012345678")).status).toBe(403);
    expect(heard).toEqual([]);
  });
});

describe("what comes from outside", () => {
  test.each([
    ["s", "s"],
    ["500&PJSIP%2F1%40carrier", "500&PJSIP/1@carrier"],
    [`${dollar}%7BSHELL(id)%7D`, `${dollar}{SHELL(id)}`],
  ])("the number %s reaches call control as it was sent", async (sent, dialled) => {
    control.behaviour = says("refuse|404|||NUM-01|x");
    expect((await sippFromOutside(server(), sent, { port })).status).toBe(404);
    expect(asked("/v1/authorise-inbound")[0]?.["dialled"]).toBe(dialled);
  });

  test("a name and a number that are none are not evaluated and reach no display", async () => {
    control.behaviour = says("inbound|60|acme-100|||x");
    const hostile = { port, caller: `x${dollar}%7BEPOCH%7D'--`, displayName: `${dollar}{GLOBAL(x)}`, holdMs: 200 };
    expect((await sippFromOutside(server(), "+493012345678", hostile)).status).toBe(200);
    expect(asked("/v1/authorise-inbound")[0]?.["cid"]).toBe(`x${dollar}{EPOCH}'--`);
    expect(heard.join()).not.toMatch(/EPOCH|GLOBAL|'/);
  });

  test("a stranger is asked who it is, whatever it calls itself, and nobody is asked about it", async () => {
    for (const caller of ["+441632960001", "carrier", "acme-100"]) {
      const stranger = { port: await freeUdpPort(), caller };
      expect((await sippFromOutside(server(), "+493012345678", stranger)).status, caller).toBe(401);
    }
    expect(questions()).toEqual([]);
  });

  test("a trunk cannot call as one of our phones", async () => {
    control.behaviour = says("out|60|493012345678|||x");
    expect((await sippFromOutside(server(), "+493012345678", { port, caller: "acme-100" })).status).toBe(401);
    expect(questions()).toEqual([]);
  });
});
