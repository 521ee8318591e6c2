import { describe, expect, test, vi } from "vitest";

import type { PbxEvent } from "@/server/infra/ami/gateway";
import { useAmiLink } from "@/test/support/ami-link";
import { frame } from "@/test/support/fake-asterisk";

const answered = (call: string) => ({
  Event: "UserEvent",
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
    await vi.waitFor(() => expect(seen).toEqual(Array.from({ length: 20 }, (_, i) => `1700000000.${i + 1}`)), 3_000);
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
    await vi.waitFor(() => expect(seen[0]).toEqual(expected), 3_000);
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
    await vi.waitFor(() => expect(seen).toMatchObject([{ call: "1700000000.2" }]), 3_000);
  });

  test("an event that calls itself like the socket's own does not fool the adapter", async () => {
    await link.connected();
    for (const name of ["close", "error", "connect", "end"]) {
      link.pbx.send({ Event: name });
      link.pbx.send({ Response: "Success", ActionID: name });
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(link.ami.status().connected).toBe(true);
    expect(await link.ami.hangUp("PJSIP/acme-101-0000002a", { cause: 16, deadlineMs: 500 })).toBe("asked");
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
});
