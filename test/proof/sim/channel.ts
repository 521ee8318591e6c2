/** What somebody at a phone is going to do. */
export type Dial = Readonly<{
  /** From outside: the endpoint is the phone that the number rings at. */
  way: "out" | "in";
  endpoint: string;
  number: string;
  ringMs: number;
  /** What becomes of the ringing. */
  outcome: "answer" | "busy" | "no answer" | "cancel" | "fail";
  /** After the answer, unless the PBX ends it before. */
  talkMs: number;
  by: "caller" | "callee";
  /** The PBX loses the figure of the talk time in what it reports (its own record has it). */
  forgetsTalk: boolean;
}>;

export type Channel = {
  readonly call: string;
  readonly dial: Dial;
  readonly startedAtMs: number;
  state: "asking" | "ringing" | "up" | "ending" | "gone";
  context: string;
  userfield: string;
  /** What call control granted, in seconds. */
  grantedSeconds: number;
  answeredAtMs: number | undefined;
  /** When the PBX ends it by itself, on the PBX's clock. */
  limitAtMs: number | undefined;
  /** From answer to hang-up on the PBX's own clock: the truth that a customer pays for. */
  talkMs: number;
  endedAtMs: number | undefined;
  /** The hang-up handler ran and its report went somewhere; false when the PBX died with the call. */
  told: boolean;
  /** When the manager set the limit last. */
  toldAtMs: number | undefined;
  cancelLimit: () => void;
};

/** Where calls from outside come from, and the number that they show. */
export const TRUNK = "carrier";
export const CALLER = "+4917012345";

/** As Asterisk names it: the SIP endpoint, and a number. */
export const channelName = ({ dial, call }: Channel) =>
  `PJSIP/${dial.way === "in" ? TRUNK : dial.endpoint}-${Number(call.split(".").at(-1)).toString(16).padStart(8, "0")}`;

/** One line as cdr_custom writes it. */
export function recordOf(channel: Channel, endedAtMs: number): string {
  const seconds = (ms: number) => (ms / 1000).toFixed(6);
  const answered = channel.answeredAtMs !== undefined;
  const { outcome } = channel.dial;
  const fields = [
    channel.call,
    channel.call,
    channelName(channel),
    channel.dial.way === "in" ? CALLER : "101",
    channel.dial.number,
    seconds(channel.startedAtMs),
    answered ? seconds(channel.answeredAtMs ?? 0) : "0.000000",
    seconds(endedAtMs),
    seconds(channel.talkMs),
    answered ? "ANSWERED" : outcome === "busy" ? "BUSY" : outcome === "fail" ? "FAILED" : "NO ANSWER",
    channel.userfield,
  ];
  return fields.map((field) => `"${field}"`).join(",");
}
