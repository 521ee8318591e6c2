import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import fc from "fast-check";
import { Client } from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";

import { change } from "@/server/domain/audit/change";
import { setAllowList } from "@/server/domain/blocks/allow-list";
import { newExtensionSchema } from "@/server/domain/provisioning/extension.schema";
import { createExtension } from "@/server/domain/provisioning/extensions";
import { SipPhone } from "@/server/embedded/sip-phone";
import type { Stack } from "@/server/embedded/stack";
import { connectAmi } from "@/server/infra/ami/connect";
import type { AmiGateway, PbxEvent } from "@/server/infra/ami/gateway";
import { connectDb } from "@/server/infra/db/client";
import { silentLogger } from "@/server/infra/log/logger";
import type { TenantId } from "@/server/kernel/ids";
import { builders } from "@/test/support/builders";
import { eventually } from "@/test/support/eventually";
import { type FakeCallControl, fakeCallControl, says } from "@/test/support/fake-call-control";
import { endsOf, inHex, oneLine, strangeNames, strangersTry } from "@/test/support/hostile-sip";
import { hostileText } from "@/test/support/hostile-text";
import { provisionPhone, startPbxAlone } from "@/test/support/pbx-alone";
import type { SippPhone } from "@/test/support/sipp";
import { strangerAt } from "@/test/support/stranger-sip";

/** What strangers, phones and people write into fields, against a real Asterisk: nothing of it becomes a word of its own. */
let dataDir: string;
let stack: Stack;
let control: FakeCallControl;
let phone: SippPhone;
let ami: AmiGateway;
let owner: Client;
const seen: PbxEvent[] = [];
const kinds = ["answered", "ended", "hangup", "userevent", "security"] as const;

beforeAll(async () => {
  dataDir = mkdtempSync(path.join(tmpdir(), "ringfence-hostile-"));
  stack = await startPbxAlone(dataDir);
  control = await fakeCallControl(Number(new URL(stack.urls.callControl).port));
  phone = await provisionPhone(stack, "acme-101");
  const { amiPort, amiReadUsername, amiReadSecret, amiActUsername, amiActSecret } = stack.runtime;
  ami = connectAmi({
    ...{ host: "127.0.0.1", port: amiPort ?? 0, tls: false, log: silentLogger },
    reader: { username: amiReadUsername ?? "", secret: amiReadSecret ?? "" },
    actor: { username: amiActUsername ?? "", secret: amiActSecret ?? "" },
    // A link that is lost and comes back would be a busy machine's doing.
    timing: { pingDeadlineMs: 90_000 },
  });
  for (const kind of kinds) ami.onEvent(kind, (event) => void seen.push(event as PbxEvent));
  await eventually(() => expect(ami.status().connected).toBe(true));
  owner = new Client({ connectionString: stack.urls.owner });
  await owner.connect();
});
afterAll(async () => {
  await owner?.end();
  await ami?.close();
  await control?.close();
  await stack?.stop();
  rmSync(dataDir, { recursive: true, force: true });
});

const of = <K extends PbxEvent["kind"]>(kind: K) =>
  seen.filter((event): event is Extract<PbxEvent, { kind: K }> => event.kind === kind);

test("what is dialled or tried as a name becomes no event: no call ends by it, and nobody else is blamed", async () => {
  const device = await SipPhone.open(phone);
  await device.register();
  const booted = ami.status().bootedAt;
  const forged = "pbx1-1700000000.1";
  await strangersTry(stack.runtime.sipPort);
  control.behaviour = says("refuse|403||||x");
  for (const text of endsOf(forged)) {
    expect((await (await device.call(text)).ended).talkMs).toBe(0);
    // Given up at once: the PBX may tell of the end before it has looked at the number.
    const call = await device.call(text);
    call.hangUp();
    expect((await call.ended).talkMs).toBe(0);
  }
  // A real call comes last: when its end is told, all that was sent before has been read.
  control.behaviour = says("echo|60||||x");
  const real = await device.call("*43");
  await real.answered;
  real.hangUp();
  await real.ended;
  const id = control.asked.filter((one) => one.path === "/v1/authorise").at(-1)?.fields["call"];
  await eventually(() => expect(of("ended").map(({ call }) => call)).toContain(id));
  await device.close();
  // What is told of strangers may come behind what is told of calls.
  const from = () => of("security").map(({ event }) => event.remoteAddress);
  for (const at of strangeNames.keys()) await eventually(() => expect(from()).toContain(`127.8.${at}.1`));

  expect(of("answered")).toMatchObject([{ call: id, grantedSeconds: 60 }]);
  // Those that were given up at once may have ends of their own.
  for (const { call } of of("ended")) expect(call).not.toBe(forged);
  for (const { name, fields } of of("userevent")) {
    expect(name).toBe("RingfenceRefused");
    expect(fields["call"]).not.toBe(forged);
  }
  expect(of("hangup").length).toBeGreaterThan(0);
  for (const { uniqueId } of of("hangup")) expect(uniqueId).toMatch(/^pbx1-\d{10}\.\d+$/);
  expect(of("hangup").map(({ uniqueId }) => uniqueId)).not.toContain(forged);
  const tries = of("security").filter(({ event }) => event.name !== "SuccessfulAuth");
  expect(tries.map(({ event }) => event.name)).toContain("InvalidAccountID");
  for (const { event } of tries) {
    // A message that was cut short knows no address; none is ever one that was written into a name.
    expect(event.remoteAddress ?? "127.8.0.1").toMatch(/^127\.8\.\d\.1$/);
    expect(event.accountId.length).toBeLessThanOrEqual(36);
    expect(Object.keys(event.detail).join()).not.toMatch(/challenge|response|sessionid/);
  }
  expect(ami.status()).toMatchObject({ connected: true, bootedAt: booted, droppedEvents: 0 });
});

test("of ten thousand texts that are asked of it or dialled, the PBX does none to a call that goes on", async () => {
  const device = await SipPhone.open(phone);
  await device.register();
  const booted = ami.status().bootedAt;
  control.behaviour = says("echo|3600||||x");
  const real = await device.call("*43");
  await real.answered;
  const live = async () => (await ami.liveChannels({ deadlineMs: 90_000 })).map(({ channel }) => channel);
  const [channel = ""] = await live();

  const asked = { refused: 0, gone: 0 };
  const ask = async (request: Promise<unknown>) => {
    const answer = await request.catch((error: { code?: string }) => error.code);
    if (answer === "invalid_input") asked.refused += 1;
    else if (answer === "gone" || answer === undefined) asked.gone += 1;
    else throw new Error(`the PBX did it: ${answer}`);
  };
  // Half of them begin with the name of the call that goes on; none is that name.
  const texts = fc
    .sample(hostileText, { numRuns: 3_300, seed: 5 })
    .map((text, at) => (at % 2 ? text : `${channel}${text}`))
    .map((text) => (text === channel ? `${text}0` : text));
  for (let at = 0; at < texts.length; at += 50) {
    await Promise.all(
      texts
        .slice(at, at + 50)
        .flatMap((text) => [
          ask(ami.hangUp(text, { cause: 16, deadlineMs: 90_000 })),
          ask(ami.setLimit(text, 1, { deadlineMs: 90_000 })),
          ask(ami.answeredAtUs(text, { deadlineMs: 90_000 })),
        ]),
    );
  }
  expect(asked.refused + asked.gone).toBe(9_900);
  expect(Math.min(asked.refused, asked.gone)).toBeGreaterThan(100);

  control.behaviour = says("refuse|403||||x");
  const before = control.asked.length;
  const dialled = fc.sample(hostileText, { numRuns: 100, seed: 6 });
  for (let at = 0; at < dialled.length; at += 20) {
    const calls = dialled.slice(at, at + 20).map(async (text) => (await (await device.call(text)).ended).talkMs);
    expect(await Promise.all(calls)).toEqual(calls.map(() => 0));
  }
  const questions = control.asked.slice(before).filter((one) => one.path === "/v1/authorise");
  expect(questions.length).toBeGreaterThan(50);
  const names = Object.keys(questions[0]?.fields ?? {}).toSorted();
  for (const { fields } of questions) expect(Object.keys(fields).toSorted()).toEqual(names);

  // A telephone has its answer before its channel is gone.
  await eventually(async () => expect(await live()).toEqual([channel]));
  real.hangUp();
  await real.ended;
  await device.close();
  expect(ami.status()).toMatchObject({ connected: true, bootedAt: booted, droppedEvents: 0 });
});

test("what a phone that registers says of itself stays what it says", async () => {
  const device = await strangerAt("127.0.0.1", stack.runtime.sipPort);
  const answers: (number | undefined)[] = [];
  for (const text of fc.sample(hostileText, { numRuns: 8, seed: 11 })) {
    const written = {
      ...{ user: phone.username, agent: oneLine(text), callId: inHex(text).slice(0, 200) },
      display: `"${oneLine(text).replace(/["\\]/g, "")}"`,
      contact: `<sip:${inHex(text)}@127.0.0.1:${device.port}>`,
    };
    answers.push(await device.register(written, phone.secret, 5_000));
  }
  device.close();
  expect(answers).toContain(200);
  const { rows } = await owner.query<{ id: string; endpoint: string; uri: string; agent: string }>(
    "SELECT id, endpoint, uri, user_agent AS agent FROM pbx.ps_contacts WHERE via_port = $1",
    [String(device.port)],
  );
  expect(rows.length).toBeGreaterThan(0);
  for (const { id, endpoint, uri, agent } of rows) {
    expect([endpoint, id.startsWith(`${phone.username}^3B@`)]).toEqual([phone.username, true]);
    expect(uri).toMatch(/^sip:[\x21-\x7e]+@127\.0\.0\.1:\d+$/);
    expect(agent).not.toMatch(/[\r\n]/);
  }
});

test("of what people name, the PBX reads the number and the networks alone", async () => {
  const make = builders({ owner });
  const operator = await make.tenant("operator", undefined, { slug: "operator" });
  const acme = await make.tenant("customer", operator, { slug: "acme" });
  const tenantId = acme.tenantId as TenantId;
  const dollar = "$";
  const displayName = `Eve" <sip:112@x>;\\,[x](y)=\u202e${dollar}{SHELL(id)}`;
  await make.sql("UPDATE tenant SET name = $2 WHERE id = $1", [tenantId, displayName]);
  const db = connectDb(stack.urls.database, 2);
  const actor = { kind: "cli", id: "test", requestId: "test" } as const;
  const extension = (number: string, name: string, networks: readonly string[]) =>
    change(db, { tenantId, action: "extension.create", actor }, async (tx) => {
      const input = newExtensionSchema.parse({ number, displayName: name });
      const result = await createExtension(tx, tenantId, input);
      await setAllowList(tx, tenantId, { extensionId: result.id, networks, cutOff: true });
      return { subject: `extension:${result.id}`, result: result.sipUsername };
    });
  const names = [await extension("201", "Plain", []), await extension("202", displayName, ["203.0.113.0/24"])];
  await db.$disconnect();
  const shown = await Promise.all(names.map((name) => stack.pbx?.cli(`pjsip show endpoint ${name}`)));
  const [plain = [], named = []] = shown.map((text = "") =>
    text.split("\n").flatMap((line) => {
      const [, name = "", value = ""] = /^ (\w+) +: (.*)$/.exec(line) ?? [];
      return name === ""
        ? []
        : [
            `${name}=${value
              .trim()
              .replaceAll(/acme-20[12]/g, "acme-N")
              .replace(/^20[12]$/, "N")}`,
          ];
    }),
  );
  expect(named.length).toBeGreaterThan(80);
  expect(plain).toContain("callerid=N");
  const others = (lines: readonly string[]) => lines.filter((line) => !/^(acl|deny|permit)=/.test(line));
  expect(others(named)).toEqual(others(plain));
  expect(shown.join("\n")).not.toMatch(/SHELL|Eve|112@/);
});

test("the PBX's log has no line that somebody else wrote", () => {
  const logs = path.dirname(path.dirname(stack.pbx?.spoolFile ?? ""));
  expect(existsSync(path.join(logs, "security"))).toBe(false);
  const lines = readFileSync(path.join(logs, "messages"), "latin1").split("\n");
  expect(lines.length).toBeGreaterThan(10);
  expect(lines.filter((line) => line.trim() !== "" && !/^(\[\d{4}-|\s)/.test(line))).toEqual([]);
});
