import type { FakeAsterisk } from "@/test/support/fake-asterisk";

type Channel = {
  uniqueId: string;
  context: string;
  extension: string;
  endpoint: string;
  up: boolean;
  answeredAtMs?: number;
};

/** What Asterisk puts into every event about a channel. */
export const ofChannel = (privilege: "call" | "user", call: string) => ({
  Privilege: `${privilege},all`,
  Channel: "PJSIP/x-00000001",
  Context: "ringfence-out",
  Uniqueid: call,
  Linkedid: call,
});

/** A sign-in that failed, as Asterisk tells it. */
export const hostileTry = (name: string, address: string) => ({
  Event: "InvalidPassword",
  Privilege: "security,all",
  EventTV: new Date().toISOString(),
  Severity: "Error",
  Service: "PJSIP",
  AccountID: name,
  RemoteAddress: `IPV4/UDP/${address}/5060`,
});

/** Gives a fake Asterisk channels: it lists them, prolongs them, hangs them up, and tells what a dialplan of ours tells. */
export function fakeCalls(pbx: FakeAsterisk) {
  const channels = new Map<string, Channel>();
  const limits: { channel: string; seconds: number; atMs: number }[] = [];
  const hungUp: string[] = [];
  const at = () => String(Date.now() * 1000);
  const gone = { Response: "Error", Message: "No such channel" };

  pbx.respond = (action) => {
    const channel = channels.get(action["channel"] ?? "");
    switch (action["action"]) {
      case "CoreShowChannels":
        return [
          { Response: "Success", EventList: "start" },
          ...[...channels.values()].map((one) => ({
            Event: "CoreShowChannel",
            Channel: `PJSIP/${one.endpoint}-00000001`,
            Uniqueid: one.uniqueId,
            Linkedid: one.uniqueId,
            Context: one.context,
            Exten: one.extension,
            ChannelStateDesc: one.up ? "Up" : "Ring",
            Duration: "00:00:07",
          })),
          { Event: "CoreShowChannelsComplete", EventList: "Complete" },
        ];
      case "Setvar":
        if (!channel) return [gone];
        limits.push({ channel: channel.uniqueId, seconds: Number(action["value"]), atMs: Date.now() });
        return [{ Response: "Success" }];
      case "Getvar":
        if (!channel) return [gone];
        return [
          { Response: "Success", Value: channel.answeredAtMs ? (channel.answeredAtMs / 1000).toFixed(6) : "0.000000" },
        ];
      case "Hangup":
        if (!channel) return [gone];
        hungUp.push(channel.uniqueId);
        channels.delete(channel.uniqueId);
        return [{ Response: "Success" }];
      default:
        return [{ Response: "Success" }];
    }
  };

  const userEvent = (name: string, fields: Record<string, string>) =>
    pbx.send(
      { Event: "UserEvent", ...ofChannel("user", fields["Call"] ?? ""), UserEvent: name, At: at(), ...fields },
      "reads",
    );
  return {
    channels,
    limits,
    hungUp,
    /** From the answer on: the PBX obeys the limit it was told last, from when it reads it. Over a slow way it is told again. */
    endsAfterMs(call: string) {
      const told = limits.filter(({ channel }) => channel === call).at(-1);
      const answeredAtMs = channels.get(call)?.answeredAtMs;
      return told && answeredAtMs ? told.atMs + told.seconds * 1_000 - answeredAtMs : Number.NaN;
    },
    ring: (call: string, context = "ringfence-out", extension = "s", endpoint = "acme-101") =>
      channels.set(call, { uniqueId: call, context, extension, endpoint, up: false }),
    /** Answered, with or without telling. */
    answer(call: string, granted: number, tell = true) {
      const channel = channels.get(call);
      if (channel) Object.assign(channel, { up: true, answeredAtMs: Date.now() });
      if (tell) userEvent("RingfenceAnswered", { Call: call, Granted: String(granted) });
    },
    /** Over, with the hang-up handler's event or only Asterisk's own. */
    end(call: string, talkMs: number, how: "told" | "only hangup" | "silent" = "told") {
      channels.delete(call);
      if (how === "told")
        userEvent("RingfenceEnded", {
          Call: call,
          TalkMs: String(talkMs),
          Status: "ANSWER",
          Cause: "16",
          Side: "caller",
        });
      if (how !== "silent") {
        pbx.send(
          {
            Event: "Hangup",
            ...ofChannel("call", call),
            Cause: "16",
          },
          "reads",
        );
      }
    },
    userEvent,
  };
}
