import { describe, expect, test } from "vitest";
import { useAmiLink } from "@/test/support/ami-link";
import { eventually } from "@/test/support/eventually";
import { startFakeAsterisk } from "@/test/support/fake-asterisk";

const unreachable = { name: "DomainError", code: "pbx_unreachable" };
const channel = "PJSIP/acme-101-0000002a";

describe.each(["package", "socket"] as const)("over the %s transport", (transport) => {
  const link = useAmiLink(transport);

  test("reads and acts as two different users", async () => {
    await link.connected();
    const users = link.pbx.received.filter((a) => a["action"]?.toLowerCase() === "login").map((a) => a["username"]);
    expect(users.toSorted()).toEqual(["acts", "reads"]);
    expect(link.pbx.connections()).toBe(2);
  });

  test("an action before the login is refused at once, and never sent later", async () => {
    await expect(link.ami.hangUp(channel, { cause: 16, deadlineMs: 60_000 })).rejects.toMatchObject(unreachable);
    await link.connected();
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(link.actionsNamed("Hangup")).toEqual([]);
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
    await link.connected();
    const before = link.pbx.raw().length;
    await expect(link.ami.hangUp(bad, { cause: 16, deadlineMs: 60_000 })).rejects.toMatchObject({
      code: "invalid_input",
    });
    await expect(link.ami.setLimit(bad, 5, { deadlineMs: 60_000 })).rejects.toMatchObject({ code: "invalid_input" });
    expect(link.pbx.raw().slice(before)).not.toMatch(/Hangup|Setvar|Originate/);
  });

  test.each([0, -1, 14_401, Number.NaN, Number.POSITIVE_INFINITY, 1e20])(
    "a limit of %d seconds is refused",
    async (seconds) => {
      await link.connected();
      await expect(link.ami.setLimit(channel, seconds, { deadlineMs: 60_000 })).rejects.toMatchObject({
        code: "invalid_input",
      });
    },
  );

  test("a limit goes out as the one variable that may be set", async () => {
    await link.connected();
    expect(await link.ami.setLimit("1700000000.42", 59.9999, { deadlineMs: 60_000 })).toBe("set");
    const [sent] = link.actionsNamed("Setvar");
    expect(sent).toMatchObject({ channel: "1700000000.42", variable: "TIMEOUT(absolute)", value: "59.999" });
  });

  test("a phone is rung for its echo test where the dialplan asks about it, and no other name gets there", async () => {
    await link.connected();
    await link.ami.ringForEcho("acme-101", { deadlineMs: 60_000 });
    expect(link.actionsNamed("Originate")).toMatchObject([
      { channel: "Local/acme-101@ringfence-test/n", async: "true" },
    ]);
    for (const bad of [
      "acme-101@ringfence-out",
      "x/n",
      "",
      "-x",
      "a,b",
      "a\r\nContext: x",
      "a&PJSIP/b",
      "x".repeat(90),
    ]) {
      const asked = link.ami.ringForEcho(bad, { deadlineMs: 60_000 });
      await expect(asked, bad).rejects.toMatchObject({ code: "invalid_input" });
    }
    expect(link.actionsNamed("Originate")).toHaveLength(1);
  });

  test("a channel that ended in the meantime is an answer, not a failure", async () => {
    await link.connected();
    link.pbx.respond = () => [{ Response: "Error", Message: "No such channel" }];
    expect(await link.ami.hangUp(channel, { cause: 16, deadlineMs: 60_000 })).toBe("gone");
    expect(await link.ami.setLimit(channel, 5, { deadlineMs: 60_000 })).toBe("gone");
  });

  test("what the PBX refuses says why", async () => {
    await link.connected();
    link.pbx.respond = () => [{ Response: "Error", Message: "Permission denied" }];
    const refused = link.ami.hangUp(channel, { cause: 16, deadlineMs: 60_000 });
    await expect(refused).rejects.toMatchObject({ ...unreachable, detail: { reason: "Permission denied" } });
  });

  test("an action without an answer ends at its deadline, and a late answer harms nobody", async () => {
    await link.connected();
    link.pbx.respond = () => "silent";
    await expect(link.ami.hangUp(channel, { cause: 16, deadlineMs: 80 })).rejects.toMatchObject(unreachable);
    const late = link.actionsNamed("Hangup")[0]?.["actionid"] ?? "";
    link.pbx.send({ Response: "Success", ActionID: late, Message: "sorry" });
    link.pbx.respond = () => [{ Response: "Success" }];
    expect(await link.ami.hangUp(channel, { cause: 16, deadlineMs: 60_000 })).toBe("asked");
  });

  test("a connection lost in mid-action settles it at once and does not repeat it", async () => {
    await link.connected();
    link.pbx.respond = (action) => (action["action"] === "Hangup" ? "drop" : [{ Response: "Success" }]);
    const late = { detail: { reason: "no answer in time" } };
    const asked = link.ami.hangUp(channel, { cause: 16, deadlineMs: 60_000 }).catch((error: unknown) => error);
    expect(await asked).toMatchObject(unreachable);
    expect(await asked).not.toMatchObject(late);
    await link.connected();
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(link.actionsNamed("Hangup")).toHaveLength(1);
  });

  test("after each connect the caller is told that events may be missing", async () => {
    const gaps: string[] = [];
    link.ami.onGap((gap) => gaps.push(gap));
    await link.connected();
    expect(gaps).toEqual(["connected"]);
    link.pbx.dropConnections();
    await eventually(() => expect(gaps).toEqual(["connected", "connected"]));
  });

  test("a PBX that was away is found again", async () => {
    await link.connected();
    const { port } = link.pbx;
    await link.pbx.close();
    await eventually(() => expect(link.ami.status()).toMatchObject({ connected: false }));
    link.pbx = await startFakeAsterisk(port);
    await link.connected();
  });

  test("a half-open connection is noticed by the ping and replaced", async () => {
    await link.ami.close();
    link.ami = link.open({ pingDeadlineMs: 400 });
    await link.connected();
    const again = link.reconnected();
    link.pbx.pings = "silent";
    await eventually(() =>
      expect(link.pbx.received.filter((a) => a["action"]?.toLowerCase() === "login").length).toBeGreaterThan(2),
    );
    link.pbx.pings = "answer";
    await again;
  });

  test("a wrong secret is reported, and tried again slowly", async () => {
    await link.ami.close();
    link.pbx.loginAnswer = "refuse";
    const [before, began] = [link.pbx.received.length, performance.now()];
    link.ami = link.open();
    await eventually(() => expect(link.ami.status().problem).toMatch(/login refused: Authentication failed/));
    await new Promise((resolve) => setTimeout(resolve, 400));
    // Two connections, each of which waits half of the slow time at least; a lost one would be back in a fifth of that.
    const tried = link.pbx.received.length - before;
    expect(tried).toBeGreaterThanOrEqual(2);
    expect(tried).toBeLessThanOrEqual(2 * (1 + Math.floor((performance.now() - began) / 150)));
    link.pbx.loginAnswer = "ok";
    await link.connected();
  });

  test("a login that nobody answers is given up", async () => {
    await link.ami.close();
    link.pbx.loginAnswer = "silent";
    link.ami = link.open({ connectMs: 500 });
    await eventually(() => expect(link.ami.status().problem).toMatch(/no login in time/));
  });

  test("a user that is never told of the boot counts as ready after a while", async () => {
    await link.ami.close();
    link.pbx.loginAnswer = "no boot";
    link.ami = link.open();
    await link.connected();
  });

  test("the list of live channels comes whole, and names the endpoint", async () => {
    await link.connected();
    const row = (n: number) => ({
      Event: "CoreShowChannel",
      Channel: `PJSIP/acme-101-0000000${n}`,
      Uniqueid: `1700000000.${n}`,
      Linkedid: "1700000000.1",
      Context: "ringfence-out",
      ChannelStateDesc: "Up",
      Duration: "01:02:03",
    });
    link.pbx.respond = () => [
      { Response: "Success", EventList: "start", Message: "Channels will follow" },
      row(1),
      row(2),
      { Event: "CoreShowChannelsComplete", EventList: "Complete", ListItems: "2" },
    ];
    const channels = await link.ami.liveChannels({ deadlineMs: 60_000 });
    expect(channels.map((c) => c.uniqueId)).toEqual(["1700000000.1", "1700000000.2"]);
    expect(channels[0]).toMatchObject({ endpoint: "acme-101", state: "Up", seconds: 3723, context: "ringfence-out" });
  });

  test("a close settles what is pending and ends both connections", async () => {
    await link.connected();
    link.pbx.respond = () => "silent";
    const pending = expect(link.ami.hangUp(channel, { cause: 16, deadlineMs: 5_000 })).rejects.toMatchObject(
      unreachable,
    );
    await new Promise((resolve) => setTimeout(resolve, 20));
    await link.ami.close();
    await pending;
    await eventually(() => expect(link.pbx.connections()).toBe(0));
  });
});
