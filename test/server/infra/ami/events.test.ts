import { describe, expect, test } from "vitest";
import type { PbxEvent } from "@/server/infra/ami/gateway";
import { useAmiLink } from "@/test/support/ami-link";
import { eventually } from "@/test/support/eventually";
import { frame } from "@/test/support/fake-asterisk";
import { ofChannel } from "@/test/support/fake-calls";

const answered = (call: string) => ({
  Event: "UserEvent",
  ...ofChannel("user", call),
  UserEvent: "RingfenceAnswered",
  Call: call,
  At: "1700000000123456",
  Granted: "300",
});

describe.each(["package", "socket"] as const)("over the %s transport", (transport) => {
  const link = useAmiLink(transport);

  test("events come in order, one at a time, past a handler that fails", async () => {
    const seen: string[] = [];
    let running = 0;
    link.ami.onEvent("answered", async ({ call }) => {
      running += 1;
      expect(running).toBe(1);
      await new Promise((resolve) => setTimeout(resolve, 2));
      running -= 1;
      seen.push(call);
      if (call.endsWith(".2")) throw new Error("a bug");
    });
    await link.connected();
    for (let n = 1; n <= 20; n += 1) link.pbx.send(answered(`1700000000.${n}`), "reads");
    await eventually(() => expect(seen).toEqual(Array.from({ length: 20 }, (_, i) => `1700000000.${i + 1}`)));
  });

  test("a message that arrives byte by byte is one message", async () => {
    const seen: PbxEvent[] = [];
    // An answer to a ping would come in the middle.
    await link.ami.close();
    link.ami = link.open({ pingEveryMs: 60_000 });
    link.ami.onEvent("answered", (event) => void seen.push(event));
    await link.connected();
    await new Promise((resolve) => setTimeout(resolve, 100));
    for (const byte of frame(answered("1700000000.7"))) {
      link.pbx.sendRaw(byte);
      await new Promise((resolve) => setImmediate(resolve));
    }
    const expected = { kind: "answered", call: "1700000000.7", atUs: 1_700_000_000_123_456, grantedSeconds: 300 };
    await eventually(() => expect(seen[0]).toEqual(expected));
  });

  test("half a message of the last connection is not glued to the next", async () => {
    const seen: PbxEvent[] = [];
    link.ami.onEvent("answered", (event) => void seen.push(event));
    await link.connected();
    link.pbx.sendRaw("Event: UserEvent\r\nUserEvent: RingfenceAnswered\r\nCall: 1700000000.1\r\nGran");
    await new Promise((resolve) => setTimeout(resolve, 20));
    const again = link.reconnected();
    link.pbx.dropConnections();
    await again;
    link.pbx.send(answered("1700000000.2"), "reads");
    await eventually(() => expect(seen).toMatchObject([{ call: "1700000000.2" }]));
  });

  test("an event that calls itself like the socket's own does not fool the adapter", async () => {
    await link.connected();
    for (const name of ["close", "error", "connect", "end"]) {
      link.pbx.send({ Event: name });
      link.pbx.send({ Response: "Success", ActionID: name });
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(link.ami.status().connected).toBe(true);
    expect(await link.ami.hangUp("PJSIP/acme-101-0000002a", { cause: 16, deadlineMs: 60_000 })).toBe("asked");
  });

  /** As Asterisk 22 really writes them: what was sent stands in a field as it came, 36 bytes of a name, 79 of a number. */
  const tried = (name: string) =>
    `Event: InvalidAccountID\r\nPrivilege: security,all\r\nTimestamp: 1795746428.337129\r\nSystemName: pbx1\r\n` +
    `EventTV: 2026-11-27T02:27:08.337+0000\r\nSeverity: Error\r\nService: PJSIP\r\nEventVersion: 1\r\nAccountID: ${name.slice(0, 36)}\r\n` +
    "SessionID: 6f86\r\nLocalAddress: IPV4/UDP/127.0.0.1/5060\r\nRemoteAddress: IPV4/UDP/203.0.113.9/5060\r\n\r\n";
  const dialled = (event: string, number: string) =>
    `Event: ${event}\r\nPrivilege: call,all\r\nChannel: PJSIP/acme-101-00000003\r\nContext: ringfence-phone\r\nExten: ${number.slice(0, 79)}\r\n` +
    "Priority: 1\r\nUniqueid: pbx1-1795746573.3\r\nLinkedid: pbx1-1795746573.3\r\nCause: 0\r\n\r\n";

  test("what strangers and phones write into a field becomes no event of its own", async () => {
    const seen: PbxEvent[] = [];
    for (const kind of ["answered", "ended", "hangup", "userevent", "security"] as const) {
      link.ami.onEvent(kind, (event) => void seen.push(event as PbxEvent));
    }
    await link.connected();
    const before = link.ami.status().bootedAt;
    const call = "pbx1-1795746569.0";
    for (const end of ["\r\n", "\n"]) {
      for (const space of ["", " "]) {
        const line = (...lines: string[]) => end + end + lines.map((one) => one.replace(":", `:${space}`)).join(end);
        for (const event of ["Newchannel", "Hangup"]) {
          link.pbx.sendRaw(
            dialled(event, line("Event:UserEvent", "UserEvent:RingfenceEnded", `Call:${call}`, "TalkMs:0")),
          );
          link.pbx.sendRaw(
            dialled(event, line("Event:UserEvent", "UserEvent:RingfenceAnswered", `Call:${call}`, "Granted:1")),
          );
          link.pbx.sendRaw(dialled(event, line("Event:Hangup", "Privilege:call,all", `Uniqueid:${call}`, "", "")));
          link.pbx.sendRaw(dialled(event, line("Event:InvalidPassword", "RemoteAddress://198.51.100.1", "", "")));
        }
        link.pbx.sendRaw(tried(line("Event:FullyBooted", "Uptime:0", "")));
        link.pbx.sendRaw(tried(line("Event:InvalidPassword", "")));
        link.pbx.sendRaw(tried(`x${end}RemoteAddress://198.51.100.1`));
      }
    }
    link.pbx.send(answered("1700000000.9"), "reads");
    await eventually(() => expect(seen.some(({ kind }) => kind === "answered")).toBe(true));
    expect(seen.filter(({ kind }) => kind === "answered")).toMatchObject([{ call: "1700000000.9" }]);
    expect(seen.filter(({ kind }) => kind === "ended" || kind === "userevent")).toEqual([]);
    for (const event of seen) {
      if (event.kind === "hangup") expect(event.uniqueId).toBe("pbx1-1795746573.3");
      // A message that was cut short knows no address; none is ever one that was written into a name.
      if (event.kind === "security") expect(["203.0.113.9", undefined]).toContain(event.event.remoteAddress);
    }
    expect(seen).toContainEqual(
      expect.objectContaining({ event: expect.objectContaining({ remoteAddress: "203.0.113.9" }) }),
    );
    expect(link.ami.status()).toMatchObject({ connected: true, bootedAt: before });
  });

  test("security events lose everything of the digest exchange before anyone sees them", async () => {
    const seen: PbxEvent[] = [];
    link.ami.onEvent("security", (event) => void seen.push(event));
    await link.connected();
    link.pbx.send(
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
    await eventually(() => expect(seen).toHaveLength(1));
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
});
