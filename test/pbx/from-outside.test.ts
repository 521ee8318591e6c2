import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { Client } from "pg";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";

import { change } from "@/server/domain/audit/change";
import { setTrunkNetworks } from "@/server/domain/blocks/trunks";
import { SipPhone } from "@/server/embedded/sip-phone";
import type { Stack } from "@/server/embedded/stack";
import { connectDb, type Db } from "@/server/infra/db/client";
import type { TenantId } from "@/server/kernel/ids";
import { builders } from "@/test/support/builders";
import { type FakeCallControl, fakeCallControl, says } from "@/test/support/fake-call-control";
import { provisionPhone, provisionTrunk, startPbxAlone } from "@/test/support/pbx-alone";
import { freeUdpPort, type SippPhone, sippCall, sippFromOutside } from "@/test/support/sipp";
import { watchStandstill } from "@/test/support/standstill";

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
});

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
  await expect.poll(() => ends().length).toBe(1);
  expect(ends()[0]).toMatchObject({ status: "ANSWER", side: "caller" });
  expect(heard.join()).toMatch(/^<sip:\+441632960001@/);
});

test("a grant of 2 s is cut at its end", async () => {
  control.behaviour = says("inbound|2|acme-100|||call-2");
  const machine = watchStandstill();
  const call = await sippFromOutside(server(), "493012345678", { port, holdMs: 120_000 });
  expect(call).toMatchObject({ status: 200, endedBy: "server" });
  const told = () => asked("/v1/ended").find((end) => end["status"] === "ANSWER")?.["talk_ms"];
  await expect.poll(told).toBeDefined();
  expect(Math.abs(Number(told()) - 2_000)).toBeLessThan(machine.slackMs());
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

describe("the networks of a trunk", () => {
  let db: Db;
  let owner: Client;
  let operator: TenantId;
  beforeAll(async () => {
    db = connectDb(stack.urls.database, 2);
    owner = new Client({ connectionString: stack.urls.owner });
    await owner.connect();
    operator = (await builders({ owner }).tenant("operator")).tenantId as TenantId;
  });
  afterAll(async () => {
    await db?.$disconnect();
    await owner?.end();
  });

  const calls = async (bindHost: string) => {
    const from = await SipPhone.open({ username: "+441632960001", secret: "none", server: server(), bindHost });
    try {
      return await (await from.call("+493012345678")).ended;
    } finally {
      await from.close();
    }
  };
  const list = (networks: readonly string[], cutOff = false) => {
    const actor = { kind: "cli", id: "test", requestId: "test" } as const;
    return change(db, { tenantId: operator, actor, action: "trunk.set_networks" }, async (tx) => {
      const result = await setTrunkNetworks(tx, { trunk: "carrier", networks, cutOff, isNew: false });
      return { subject: "trunk:carrier", result };
    });
  };

  test("are where its calls come from, from the next call on; what goes out does not ask them", async () => {
    // To a number that nobody holds: 404 is said to a trunk, 401 to a stranger.
    control.behaviour = says("refuse|404|||NUM-01|x");
    expect(await calls("127.0.0.41")).toMatchObject({ sipCode: 401 });
    expect(questions()).toEqual([]);
    await expect(list(["127.0.0.41"])).rejects.toMatchObject({ code: "ban_cuts_off" });
    await list(["127.0.0.41", "127.0.4.0/24"], true);
    expect(await calls("127.0.0.41")).toMatchObject({ sipCode: 404 });
    expect(await calls("127.0.4.9")).toMatchObject({ sipCode: 404 });
    expect(questions()).toHaveLength(2);
    expect(await calls("127.0.0.42")).toMatchObject({ sipCode: 401 });
    expect((await sippFromOutside(server(), "+493012345678", { port })).status).toBe(401);

    // The address that calls are sent to is not on the list: an emergency call goes there all the same, and ends.
    control.behaviour = says("emergency|14400|112|||x");
    const call = await device.call("112");
    await call.answered;
    call.hangUp();
    await call.ended;

    control.behaviour = says("refuse|404|||NUM-01|x");
    await list([]);
    expect(await calls("127.0.4.9")).toMatchObject({ sipCode: 401 });
    expect((await sippFromOutside(server(), "+493012345678", { port })).status).toBe(404);
  });
});
