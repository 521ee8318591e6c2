import { createSocket } from "node:dgram";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";

import { SipPhone } from "@/server/embedded/sip-phone";
import type { Stack } from "@/server/embedded/stack";
import {
  type Behaviour,
  type FakeCallControl,
  fakeCallControl,
  says,
  staysSilent,
} from "@/test/support/fake-call-control";
import { provisionPhone, startPbxAlone } from "@/test/support/pbx-alone";
import { type SippPhone, sippCall, sippRegister } from "@/test/support/sipp";
import { watchStandstill } from "@/test/support/standstill";

/** The dialplan alone: a real Asterisk, a real phone, and a call control that does whatever a server can do wrong. */
let dataDir: string;
let stack: Stack;
let control: FakeCallControl;
let phone: SippPhone;
let other: SippPhone;

beforeAll(async () => {
  dataDir = mkdtempSync(path.join(tmpdir(), "ringfence-dialplan-"));
  stack = await startPbxAlone(dataDir);
  control = await fakeCallControl(Number(new URL(stack.urls.callControl).port));
  phone = await provisionPhone(stack, "acme-100");
  other = await provisionPhone(stack, "acme-101");
});

afterAll(async () => {
  await control?.close();
  await stack?.stop();
  rmSync(dataDir, { recursive: true, force: true });
});

beforeEach(async () => {
  await control.close();
  await control.open();
  control.asked.length = 0;
  control.ended = says("ok");
});

/** Asterisk evaluates what follows a dollar sign, if it is ever let near it. */
const dollar = "$";
const errorPage = says("out|60|493012345678|||x", 500);
const behave = (behaviour: Behaviour) => () => {
  control.behaviour = behaviour;
};

const asked = (where: string) => control.asked.filter(({ path: at }) => at === where).map(({ fields }) => fields);

/** How the end of this test's call was told, once it is: when the phone hangs up, that comes after its BYE was answered. */
async function toldEnd(): Promise<Record<string, string> | undefined> {
  // The end of the call of the test before may come as late as that.
  await expect.poll(ownEnd).toBeDefined();
  return ownEnd();
}

const ownEnd = () => asked("/v1/ended").find(({ call }) => call === asked("/v1/authorise").at(-1)?.["call"]);

/** The last line of Asterisk's own record of calls, once it is there: it is written after the phone hung up. */
async function spoolLine(destination: string): Promise<string[]> {
  await expect.poll(() => lastSpoolLine()[4]).toBe(destination);
  return lastSpoolLine();
}

function lastSpoolLine(): string[] {
  const [line = ""] = readFileSync(stack.runtime.cdrSpoolFile ?? "", "utf8")
    .trimEnd()
    .split("\n")
    .slice(-1);
  return [...line.matchAll(/"((?:[^"]|"")*)"/g)].map((match) => (match[1] ?? "").replaceAll('""', '"'));
}

test("a call is asked for once, answered, told, and in the spool with the same talk time", async () => {
  control.behaviour = says("out|60|493012345678|493099||call-1");
  const machine = watchStandstill();
  const call = await sippCall(phone, "03012345678", { holdMs: 2_000 });
  expect(call).toMatchObject({ status: 200, endedBy: "phone" });
  const [question, ...more] = asked("/v1/authorise");
  expect(more).toEqual([]);
  expect(question).toMatchObject({ pbx: "pbx1", endpoint: "acme-100", dialled: "03012345678", cid: "100" });
  expect(question?.["addr"]).toMatch(/^127\.0\.0\.1:\d+$/);
  expect(question?.["call"]).toMatch(/^pbx1-\d+\.\d+$/);
  expect(Math.abs(Number(question?.["at"]) / 1_000 - Date.now())).toBeLessThan(60_000);
  expect(control.asked[0]?.authorization).toBe(`Bearer ${stack.runtime.pbxSecret}`);
  const end = await toldEnd();
  expect(end).toMatchObject({ call: question?.["call"], status: "ANSWER", side: "caller" });
  const [uniqueid, , , src, dst, start, answer, ended, billsec, disposition, userfield] =
    await spoolLine("493012345678");
  expect({ uniqueid, src, dst, disposition, userfield }).toEqual({
    uniqueid: question?.["call"],
    src: "493099",
    dst: "493012345678",
    disposition: "ANSWERED",
    userfield: "out:call-1",
  });
  expect(Math.abs(Number(billsec) * 1_000 - Number(end?.["talk_ms"]))).toBeLessThan(machine.slackMs());
  expect(Number(ended) - Number(answer)).toBeCloseTo(Number(billsec), 2);
  expect(Number(answer)).toBeGreaterThan(Number(start));
});

test.each([1, 3])("a grant of %i s is cut at its end, and ringing is not counted", async (seconds) => {
  control.behaviour = says(`out|${seconds}|493012345678|493099||call-2`);
  const machine = watchStandstill();
  const call = await sippCall(phone, "03012345678", { holdMs: 120_000 });
  expect(call).toMatchObject({ status: 200, endedBy: "server" });
  const talkMs = Number((await toldEnd())?.["talk_ms"]);
  expect(Math.abs(talkMs - seconds * 1_000)).toBeLessThan(machine.slackMs());
});

test("the cut does not wait for a call control that hangs at the end", async () => {
  control.behaviour = says("out|2|4930123456702|493099||call-3");
  control.ended = staysSilent;
  const machine = watchStandstill();
  const call = await sippCall(phone, "03012345678", { holdMs: 120_000 });
  const talkMs = Number((await spoolLine("4930123456702"))[8]) * 1_000;
  const slackMs = machine.slackMs();
  expect(Math.abs(talkMs - 2_000)).toBeLessThan(slackMs);
  // Call control is given a second, and then the phone hears of it.
  expect(call.talkMs).toBeLessThan(3_000 + slackMs);
});

describe("emergency numbers pass", () => {
  test.each([
    ["is away", () => control.close()],
    ["answers 500", behave(errorPage)],
    ["never answers", behave(staysSilent)],
    ["answers garbage", behave(says(`\u0000\u0001<html>${dollar}{SHELL(id)}`))],
    ["refuses", behave(says("refuse|403|||SEC-01|x"))],
    ["names something else", behave(says("out|5|4990012345|493099||x"))],
    ["knows them", behave(says("emergency|14400|112|493099||x"))],
  ])("when call control %s", async (_, misbehave) => {
    await misbehave();
    const call = await sippCall(phone, "112", { holdMs: 300 });
    expect(call).toMatchObject({ status: 200, endedBy: "phone" });
    // Another number would wait 45 seconds here; help is asked about for one.
    expect(call.setupMs).toBeLessThan(30_000);
    await spoolLine("112");
  });

  test("and only they: another number is refused when call control is away, answers 500 or hangs", async () => {
    control.behaviour = errorPage;
    expect((await sippCall(phone, "03012345678")).status).toBe(403);
    control.behaviour = staysSilent;
    await stack.pbx?.cli("dialplan set global RF_ANSWER_SECONDS 2");
    const machine = watchStandstill();
    const hung = await sippCall(phone, "1123");
    expect(hung.status).toBe(403);
    expect(hung.setupMs).toBeLessThan(2_000 + machine.slackMs());
    await stack.pbx?.cli("dialplan set global RF_ANSWER_SECONDS 45");
    await control.close();
    expect((await sippCall(phone, "+112")).status).toBe(403);
    expect((await sippCall(phone, "-112-")).status).toBe(403);
  });
});

describe("what call control may say", () => {
  test.each([402, 403, 404, 480, 484, 486, 503])("the phone hears the refusal %i, and no end is told", async (code) => {
    control.behaviour = says(`refuse|${code}|||DST-01|x`);
    expect((await sippCall(phone, "03012345678")).status).toBe(code);
    expect(ownEnd()).toBeUndefined();
  });

  test.each([
    ["nothing", ""],
    ["a number alone", "60"],
    ["no seconds", "out||493012345678|||x"],
    ["zero", "out|0|493012345678|||x"],
    ["a negative number", "out|-5|493012345678|||x"],
    ["a float", "out|1.5|493012345678|||x"],
    ["an exponent", "out|1e9|493012345678|||x"],
    ["an expression", "out|5 OR 1|493012345678|||x"],
    ["a number too long for arithmetic", "out|99999999999999999999|493012345678|||x"],
    ["another kind", "outside|60|493012345678|||x"],
    ["a second channel", "out|60|4930&PJSIP/123@carrier|||x"],
    ["an option of Dial", "out|60|493012345678,60,G(x^y^1)|||x"],
    ["a variable", `out|60|${dollar}{SHELL(id)}|||x`],
    ["no target", "out|60||||x"],
    ["a field too few", "out|60|493012345678||x"],
    ["a field too many", "out|60|493012345678|||x|y"],
    ["two lines", "out|60|493012345678|||x\nout|60|493012345678|||x"],
    ["a page", `${"x".repeat(100_000)}out|60|493012345678|||x`],
    ["an unknown extension", "internal|14400|nobody|||x"],
  ])("%s is refused", async (_, answer) => {
    control.behaviour = says(answer);
    const { status } = await sippCall(phone, "03012345678");
    expect([403, 480]).toContain(status);
  });

  test.each([301, 302, 404, 500])("an answer with status %i does not count, whatever it says", async (status) => {
    control.behaviour = says("out|60|493012345678|493099||x", status);
    expect((await sippCall(phone, "03012345678")).status).toBe(403);
  });

  test("a grant beyond four hours is cut down to four hours", async () => {
    control.behaviour = says("out|999999999|493012345678|493099||x");
    const calling = sippCall(phone, "03012345678", { holdMs: 120_000 });
    await expect.poll(() => stack.pbx?.cli("core show channels concise")).toContain("Up!Dial!");
    const channels = (await stack.pbx?.cli("core show channels concise")) ?? "";
    const caller = channels
      .split("\n")
      .find((line) => line.startsWith("PJSIP/acme-100"))
      ?.split("!")[0];
    expect(await stack.pbx?.cli(`core show channel ${caller}`)).toContain("RF_SECONDS=14400");
    await stack.pbx?.cli("channel request hangup all");
    await calling;
  });

  const failing = [["97", 404] as const, ["99", 486] as const];
  test.each(failing)("the demo's carrier fails a number that ends in %s with %i", async (ending, status) => {
    control.behaviour = says(`out|60|4930123456${ending}|493099||x`);
    expect((await sippCall(phone, `030123456${ending}`)).status).toBe(status);
    expect(await toldEnd()).toMatchObject({ talk_ms: "0" });
  });
});

describe("what a phone may send", () => {
  const strange = ["500&PJSIP/trunk", "500&PJSIP/123@carrier", "$(EPOCH)", "*43#", "a,b", "s", "h", "i", "t"];
  test.each([...strange, "1(2", "+", "+49-30"])("%s reaches call control as it was dialled", async (number) => {
    control.behaviour = says("refuse|484|||DST-04|x");
    // "@" would end the number in the address; a phone escapes it.
    expect((await sippCall(phone, number.replace("@", "%40"))).status).toBe(484);
    expect(asked("/v1/authorise")[0]?.["dialled"]).toBe(number);
  });

  test("a display name is not evaluated and does not leave the house", async () => {
    control.behaviour = says("out|60|4930123456703|||x");
    const call = await sippCall(phone, "03012345678", { holdMs: 200, displayName: `${dollar}{GLOBAL(x)}$[1+1]` });
    expect(call.status).toBe(200);
    expect((await spoolLine("4930123456703"))[3]).toBe("");
  });

  test("an address of a contact cannot add a second number to an internal call", async () => {
    control.behaviour = says("internal|14400|acme-101|100||x");
    const contact = "x&PJSIP/4930123456%40carrier&PJSIP/y";
    expect(await sippRegister(other, { contact })).toBe(200);
    expect((await sippCall(phone, "101")).status).toBe(480);
    expect(await toldEnd()).toMatchObject({ status: "CHANUNAVAIL", talk_ms: "0" });
  });

  test.each([";maddr=127.0.0.2", ";%6dAddr=127.0.0.2", ";%256daddr=127.0.0.2"])(
    "a contact with %s cannot lead an internal call to an address that is not the phone's",
    async (parameters) => {
      // A trunk that knows us by our address would take such a call for one of ours, and nobody would pay for it.
      const trunk = createSocket("udp4");
      const got: string[] = [];
      trunk.on("message", (message) => got.push(message.toString().split("\r\n")[0] ?? ""));
      await new Promise<void>((resolve) => trunk.bind(0, "127.0.0.2", resolve));
      const contact = { contact: "4930123456", parameters, port: trunk.address().port };
      try {
        control.behaviour = says("internal|14400|acme-101|100||x");
        expect(await sippRegister(other, contact)).toBe(200);
        const { status } = await sippCall(phone, "101");
        expect(got).toEqual([]);
        expect(status).toBe(480);
      } finally {
        await sippRegister(other, { ...contact, expires: 0 });
        trunk.close();
      }
    },
  );

  test("an internal call rings every phone of the extension, and the first to answer has it", async () => {
    control.behaviour = says("internal|14400|acme-101|100||x");
    const rang: string[] = [];
    const answering = (name: string, answerAfterMs: number) =>
      SipPhone.open({ ...other, incoming: { answerAfterMs }, onIncoming: () => void rang.push(name) });
    const [quick, slow] = [await answering("quick", 300), await answering("slow", 50_000)];
    try {
      await Promise.all([quick.register(), slow.register()]);
      const call = await sippCall(phone, "101", { holdMs: 700 });
      expect(call).toMatchObject({ status: 200, endedBy: "phone" });
      expect(call.setupMs).toBeLessThan(40_000);
      expect(rang.sort()).toEqual(["quick", "slow"]);
    } finally {
      await Promise.all([quick.close(), slow.close()]);
    }
  });

  test("the echo answers, and its talk time is told", async () => {
    control.behaviour = says("echo|14400||||x");
    const machine = watchStandstill();
    const call = await sippCall(phone, "*43", { holdMs: 2_000 });
    expect(call).toMatchObject({ status: 200, endedBy: "phone" });
    expect(Math.abs(Number((await toldEnd())?.["talk_ms"]) - call.talkMs)).toBeLessThan(machine.slackMs());
  });
});
