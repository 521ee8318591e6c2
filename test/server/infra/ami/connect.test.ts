import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";

import { connectAmi } from "@/server/infra/ami/connect";
import type { AmiGateway, PbxEvent } from "@/server/infra/ami/gateway";
import { silentLogger } from "@/server/infra/log/logger";
import { type FakeAsterisk, frame, startFakeAsterisk } from "@/test/support/fake-asterisk";

const timing = {
  connectMs: 500,
  bootWaitMs: 150,
  pingEveryMs: 100,
  pingDeadlineMs: 400,
  backoffMinMs: 20,
  backoffMaxMs: 60,
  refusedRetryMs: 300,
};
const unreachable = { name: "DomainError", code: "pbx_unreachable" };
const channel = "PJSIP/acme-101-0000002a";
const answered = (call: string) => ({
  Event: "UserEvent",
  UserEvent: "RingfenceAnswered",
  Call: call,
  At: "1700000000123456",
  Granted: "300",
});

describe.each(["package", "socket"] as const)("over the %s transport", (transport) => {
  let pbx: FakeAsterisk;
  let ami: AmiGateway;
  const open = (more: { pingEveryMs?: number } = {}) =>
    connectAmi({
      host: "127.0.0.1",
      port: pbx.port,
      tls: false,
      transport,
      reader: { username: "reads", secret: "secret-of-the-reader" },
      actor: { username: "acts", secret: "secret-of-the-actor" },
      log: silentLogger,
      timing: { ...timing, ...more },
    });
  const connected = (gateway = ami) => vi.waitFor(() => expect(gateway.status().connected).toBe(true), 3_000);
  /** Resolves when it is connected anew; a look now and then could miss the moment between. */
  const reconnected = () =>
    new Promise<void>((resolve) => {
      let told = 0;
      ami.onGap(() => {
        told += 1;
        if (told === 2) resolve();
      });
    });
  const actionsNamed = (name: string) => pbx.received.filter((action) => action["action"] === name);

  beforeEach(async () => {
    pbx = await startFakeAsterisk();
    ami = open();
  });
  afterEach(async () => {
    await ami.close();
    await pbx.close();
  });

  test("reads and acts as two different users", async () => {
    await connected();
    const users = pbx.received.filter((a) => a["action"]?.toLowerCase() === "login").map((a) => a["username"]);
    expect(users.toSorted()).toEqual(["acts", "reads"]);
    expect(pbx.connections()).toBe(2);
  });

  test("an action before the login is refused at once, and never sent later", async () => {
    await expect(ami.hangUp(channel, { cause: 16, deadlineMs: 1_000 })).rejects.toMatchObject(unreachable);
    await connected();
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(actionsNamed("Hangup")).toEqual([]);
  });

  test.each([
    "PJSIP/x\r\nAction: Originate",
    "/^PJSIP/",
    "PJSIP/a b",
    "",
    "PJSIP/x\0",
    `PJSIP/${"x".repeat(200)}`,
    "all",
  ])("the channel %j sends not a byte", async (bad) => {
    await connected();
    const before = pbx.raw().length;
    await expect(ami.hangUp(bad, { cause: 16, deadlineMs: 200 })).rejects.toMatchObject({ code: "invalid_input" });
    await expect(ami.setLimit(bad, 5, { deadlineMs: 200 })).rejects.toMatchObject({ code: "invalid_input" });
    expect(pbx.raw().slice(before)).not.toMatch(/Hangup|Setvar|Originate/);
  });

  test.each([0, -1, 14_401, Number.NaN, Number.POSITIVE_INFINITY, 1e20])(
    "a limit of %d seconds is refused",
    async (seconds) => {
      await connected();
      await expect(ami.setLimit(channel, seconds, { deadlineMs: 200 })).rejects.toMatchObject({
        code: "invalid_input",
      });
    },
  );

  test("a limit goes out as the one variable that may be set", async () => {
    await connected();
    expect(await ami.setLimit("1700000000.42", 59.9999, { deadlineMs: 500 })).toBe("set");
    const [sent] = actionsNamed("Setvar");
    expect(sent).toMatchObject({ channel: "1700000000.42", variable: "TIMEOUT(absolute)", value: "59.999" });
  });

  test("a channel that ended in the meantime is an answer, not a failure", async () => {
    await connected();
    pbx.respond = () => [{ Response: "Error", Message: "No such channel" }];
    expect(await ami.hangUp(channel, { cause: 16, deadlineMs: 500 })).toBe("gone");
    expect(await ami.setLimit(channel, 5, { deadlineMs: 500 })).toBe("gone");
  });

  test("what the PBX refuses says why", async () => {
    await connected();
    pbx.respond = () => [{ Response: "Error", Message: "Permission denied" }];
    const refused = ami.hangUp(channel, { cause: 16, deadlineMs: 500 });
    await expect(refused).rejects.toMatchObject({ ...unreachable, detail: { reason: "Permission denied" } });
  });

  test("an action without an answer ends at its deadline, and a late answer harms nobody", async () => {
    await connected();
    pbx.respond = () => "silent";
    const began = Date.now();
    await expect(ami.hangUp(channel, { cause: 16, deadlineMs: 80 })).rejects.toMatchObject(unreachable);
    expect(Date.now() - began).toBeLessThan(1_000);
    const late = actionsNamed("Hangup")[0]?.["actionid"] ?? "";
    pbx.send({ Response: "Success", ActionID: late, Message: "sorry" });
    pbx.respond = () => [{ Response: "Success" }];
    expect(await ami.hangUp(channel, { cause: 16, deadlineMs: 500 })).toBe("asked");
  });

  test("a connection lost in mid-action settles it at once and does not repeat it", async () => {
    await connected();
    pbx.respond = (action) => (action["action"] === "Hangup" ? "drop" : [{ Response: "Success" }]);
    const began = Date.now();
    await expect(ami.hangUp(channel, { cause: 16, deadlineMs: 5_000 })).rejects.toMatchObject(unreachable);
    expect(Date.now() - began).toBeLessThan(1_000);
    await connected();
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(actionsNamed("Hangup")).toHaveLength(1);
  });

  test("after each connect the caller is told that events may be missing", async () => {
    const gaps: string[] = [];
    ami.onGap((gap) => gaps.push(gap));
    await connected();
    expect(gaps).toEqual(["connected"]);
    pbx.dropConnections();
    await vi.waitFor(() => expect(gaps).toEqual(["connected", "connected"]), 3_000);
  });

  test("a PBX that was away is found again", async () => {
    await connected();
    const { port } = pbx;
    await pbx.close();
    await vi.waitFor(() => expect(ami.status()).toMatchObject({ connected: false }));
    pbx = await startFakeAsterisk(port);
    await connected();
  });

  test("a half-open connection is noticed by the ping and replaced", async () => {
    await connected();
    const again = reconnected();
    pbx.pings = "silent";
    await vi.waitFor(
      () => expect(pbx.received.filter((a) => a["action"]?.toLowerCase() === "login").length).toBeGreaterThan(2),
      5_000,
    );
    pbx.pings = "answer";
    await again;
  });

  test("a wrong secret is reported, and tried again slowly", async () => {
    await ami.close();
    pbx.loginAnswer = "refuse";
    const before = pbx.received.length;
    ami = open();
    await vi.waitFor(() => expect(ami.status().problem).toMatch(/login refused: Authentication failed/), 2_000);
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(pbx.received.length - before).toBe(2);
    pbx.loginAnswer = "ok";
    await connected();
  });

  test("a login that nobody answers is given up", async () => {
    await ami.close();
    pbx.loginAnswer = "silent";
    ami = open();
    await vi.waitFor(() => expect(ami.status().problem).toMatch(/no login in time/), 3_000);
  });

  test("a user that is never told of the boot counts as ready after a while", async () => {
    await ami.close();
    pbx.loginAnswer = "no boot";
    ami = open();
    await connected();
  });

  test("the list of live channels comes whole, and names the endpoint", async () => {
    await connected();
    const row = (n: number) => ({
      Event: "CoreShowChannel",
      Channel: `PJSIP/acme-101-0000000${n}`,
      Uniqueid: `1700000000.${n}`,
      Linkedid: "1700000000.1",
      Context: "ringfence-out",
      ChannelStateDesc: "Up",
      Duration: "01:02:03",
    });
    pbx.respond = () => [
      { Response: "Success", EventList: "start", Message: "Channels will follow" },
      row(1),
      row(2),
      { Event: "CoreShowChannelsComplete", EventList: "Complete", ListItems: "2" },
    ];
    const channels = await ami.liveChannels({ deadlineMs: 1_000 });
    expect(channels.map((c) => c.uniqueId)).toEqual(["1700000000.1", "1700000000.2"]);
    expect(channels[0]).toMatchObject({ endpoint: "acme-101", state: "Up", seconds: 3723, context: "ringfence-out" });
  });

  test("events come in order, one at a time, past a handler that fails", async () => {
    const seen: string[] = [];
    let running = 0;
    ami.onEvent("answered", async ({ call }) => {
      running += 1;
      expect(running).toBe(1);
      await new Promise((resolve) => setTimeout(resolve, 2));
      running -= 1;
      seen.push(call);
      if (call.endsWith(".2")) throw new Error("a bug");
    });
    await connected();
    for (let n = 1; n <= 20; n += 1) pbx.send(answered(`1700000000.${n}`), "reads");
    await vi.waitFor(() => expect(seen).toEqual(Array.from({ length: 20 }, (_, i) => `1700000000.${i + 1}`)), 3_000);
  });

  test("a message that arrives byte by byte is one message", async () => {
    const seen: PbxEvent[] = [];
    // An answer to a ping would come in the middle.
    await ami.close();
    ami = open({ pingEveryMs: 60_000 });
    ami.onEvent("answered", (event) => void seen.push(event));
    await connected();
    await new Promise((resolve) => setTimeout(resolve, 100));
    for (const byte of frame(answered("1700000000.7"))) {
      pbx.sendRaw(byte);
      await new Promise((resolve) => setImmediate(resolve));
    }
    const expected = { kind: "answered", call: "1700000000.7", atUs: 1_700_000_000_123_456, grantedSeconds: 300 };
    await vi.waitFor(() => expect(seen[0]).toEqual(expected), 3_000);
  });

  test("half a message of the last connection is not glued to the next", async () => {
    const seen: PbxEvent[] = [];
    ami.onEvent("answered", (event) => void seen.push(event));
    await connected();
    pbx.sendRaw("Event: UserEvent\r\nUserEvent: RingfenceAnswered\r\nCall: 1700000000.1\r\nGran");
    await new Promise((resolve) => setTimeout(resolve, 20));
    const again = reconnected();
    pbx.dropConnections();
    await again;
    pbx.send(answered("1700000000.2"), "reads");
    await vi.waitFor(() => expect(seen).toMatchObject([{ call: "1700000000.2" }]), 3_000);
  });

  test("an event that calls itself like the socket's own does not fool the adapter", async () => {
    await connected();
    for (const name of ["close", "error", "connect", "end"]) {
      pbx.send({ Event: name });
      pbx.send({ Response: "Success", ActionID: name });
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(ami.status().connected).toBe(true);
    expect(await ami.hangUp(channel, { cause: 16, deadlineMs: 500 })).toBe("asked");
  });

  test("security events lose everything of the digest exchange before anyone sees them", async () => {
    const seen: PbxEvent[] = [];
    ami.onEvent("security", (event) => void seen.push(event));
    await connected();
    pbx.send(
      {
        Event: "ChallengeResponseFailed",
        Privilege: "security,all",
        EventTV: "2026-11-22T13:54:00.123+0000",
        Severity: "Error",
        Service: "PJSIP",
        AccountID: "acme-101",
        RemoteAddress: "IPV4/UDP/203.0.113.7/5060",
        Challenge: "1763819640/abc",
        Response: "d41d8cd98f00b204e9800998ecf8427e",
        ExpectedResponse: "0cc175b9c0f1b6a831c399e269772661",
        ReceivedHash: "92eb5ffee6ae2fec3ad71c777531578f",
        SessionID: "call-id-of-the-phone",
      },
      "reads",
    );
    await vi.waitFor(() => expect(seen).toHaveLength(1), 3_000);
    expect(seen[0]).toMatchObject({
      event: {
        name: "ChallengeResponseFailed",
        accountId: "acme-101",
        transport: "UDP",
        remoteAddress: "203.0.113.7",
        remotePort: 5060,
        at: new Date("2026-11-22T13:54:00.123Z"),
      },
    });
    expect(JSON.stringify(seen)).not.toMatch(/1763819640|d41d8|0cc17|92eb5|call-id-of/);
  });

  test("a close settles what is pending and ends both connections", async () => {
    await connected();
    pbx.respond = () => "silent";
    const pending = expect(ami.hangUp(channel, { cause: 16, deadlineMs: 5_000 })).rejects.toMatchObject(unreachable);
    await new Promise((resolve) => setTimeout(resolve, 20));
    await ami.close();
    await pending;
    await vi.waitFor(() => expect(pbx.connections()).toBe(0));
  });
});
