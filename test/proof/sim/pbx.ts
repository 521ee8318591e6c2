import type { LiveChannel } from "@/server/infra/ami/gateway";
import { CALLER, type Channel, channelName, type Dial, recordOf, TRUNK } from "@/test/proof/sim/channel";
import { EPOCH_MS, type Kernel } from "@/test/proof/sim/kernel";
import type { SimLink } from "@/test/proof/sim/link";
import type { Random } from "@/test/proof/sim/random";
import { SimSpool } from "@/test/proof/sim/spool";
import type { Trace } from "@/test/proof/sim/trace";

/** Asks call control. Undefined: nobody answered in time. */
export type Ask = (
  path: string,
  form: Record<string, string>,
  deadlineMs: number,
  done: (line: string | undefined) => void,
) => void;

const SAFETY_MS = 100;
const RING_BACKSTOP_S = 62;
export const PBX = "pbx1";

/**
 * The telephone system, as our dialplan makes Asterisk behave: it asks before it dials, obeys within its own bounds, ends a
 * call by its own timer, tells an answer and an end as events, the end also as a request, and keeps a record of each call.
 */
export class SimPbx {
  up = true;
  offsetMs = 0;
  bootedAtTrueMs = EPOCH_MS - 3_600_000;
  readonly links = new Set<SimLink>();
  readonly spool = new SimSpool();
  /** Every channel there ever was. */
  readonly channels: Channel[] = [];
  /** Limits or channels changed since somebody last looked. */
  dirty = false;
  #count = 0;

  constructor(
    readonly kernel: Kernel,
    readonly random: Random,
    readonly trace: Trace,
    readonly ask: Ask,
  ) {}

  /** Whole milliseconds on the PBX's clock. */
  get nowMs(): number {
    return Math.round(this.kernel.nowMs + this.offsetMs);
  }

  find(call: string): Channel | undefined {
    return this.channels.find((one) => one.call === call && one.state !== "gone");
  }

  dial(dial: Dial): void {
    if (!this.up) return;
    this.#count += 1;
    const channel: Channel = {
      call: `${PBX}-${Math.floor(this.bootedAtTrueMs / 1000)}.${this.#count}`,
      dial,
      startedAtMs: this.nowMs,
      state: "asking",
      context: "ringfence-authorise",
      userfield: "",
      grantedSeconds: 0,
      answeredAtMs: undefined,
      limitAtMs: undefined,
      talkMs: 0,
      endedAtMs: undefined,
      told: false,
      toldAtMs: undefined,
      cancelLimit: () => {},
    };
    this.channels.push(channel);
    this.trace.add("pbx", `${channel.call} dials ${dial.number} from ${dial.endpoint}`);
    const inbound = dial.way === "in";
    const form = {
      pbx: PBX,
      call: channel.call,
      endpoint: inbound ? TRUNK : dial.endpoint,
      dialled: dial.number,
      cid: inbound ? CALLER : "",
      addr: "192.0.2.1",
    };
    this.ask(
      inbound ? "/v1/authorise-inbound" : "/v1/authorise",
      { ...form, at: String(this.nowMs * 1000) },
      2_000,
      (line) => {
        if (channel.state === "asking") this.#decided(channel, line);
      },
    );
  }

  #decided(channel: Channel, line: string | undefined): void {
    const fields = line?.split("|") ?? [];
    const [kind, seconds, target] = fields;
    const granted = Number(seconds);
    if (kind === "refuse" && fields.length === 6) {
      channel.userfield = `refuse:${fields[5]}`;
      this.#gone(channel, "refused");
      return;
    }
    const expected = channel.dial.way === "in" ? "inbound" : "out";
    const usable = fields.length === 6 && kind === expected && Number.isInteger(granted) && granted >= 1 && target;
    if (!usable) {
      this.trace.add("pbx", `${channel.call} gets no usable answer`);
      channel.userfield = "refuse:";
      this.#end(channel, "");
      return;
    }
    Object.assign(channel, {
      state: "ringing",
      context: `ringfence-${expected}`,
      userfield: `${expected}:${fields[5]}`,
      grantedSeconds: Math.min(granted, 14_400),
    });
    this.#limit(channel, this.nowMs + (channel.grantedSeconds + RING_BACKSTOP_S) * 1000);
    this.dirty = true;
    const { outcome, ringMs } = channel.dial;
    this.kernel.after(Math.min(ringMs, 60_000), () => {
      if (channel.state !== "ringing") return;
      if (outcome === "answer") this.#answer(channel);
      else this.#end(channel, outcome === "cancel" ? "caller" : "");
    });
  }

  #answer(channel: Channel): void {
    channel.state = "up";
    channel.answeredAtMs = this.nowMs;
    this.#limit(channel, channel.answeredAtMs + channel.grantedSeconds * 1000 - SAFETY_MS);
    this.trace.add("pbx", `${channel.call} is answered, ${channel.grantedSeconds} s granted`);
    this.#emit({
      event: "UserEvent",
      userevent: "RingfenceAnswered",
      call: channel.call,
      at: String(channel.answeredAtMs * 1000),
      granted: String(channel.grantedSeconds),
    });
    this.kernel.after(channel.dial.talkMs, () => {
      if (channel.state === "up") this.#end(channel, channel.dial.by);
    });
  }

  /** The timer is one of the wall clock, as Asterisk's is: a step of the clock moves its end. It fires a little late. */
  #limit(channel: Channel, atMs: number): void {
    channel.cancelLimit();
    channel.limitAtMs = atMs;
    this.dirty = true;
    channel.cancelLimit = this.kernel.at(atMs - this.offsetMs + this.random.int(0, 20), () => {
      if (channel.state === "up" || channel.state === "ringing") this.#end(channel, "");
    });
  }

  /** The hang-up handler: the event, the request for at most a second, and then the channel goes. */
  #end(channel: Channel, side: string, willAsk = true): void {
    const { call, dial } = channel;
    channel.cancelLimit();
    const wasUp = channel.state === "up";
    channel.talkMs = wasUp ? Math.max(0, this.nowMs - (channel.answeredAtMs ?? 0)) : 0;
    channel.endedAtMs = this.nowMs;
    channel.state = "ending";
    channel.told = true;
    this.dirty = true;
    this.trace.add("pbx", `${call} ends after ${channel.talkMs} ms${side ? ` by the ${side}` : ""}`);
    const status = wasUp
      ? "ANSWER"
      : (({ busy: "BUSY", "no answer": "NOANSWER", fail: "CONGESTION" } as Record<string, string>)[dial.outcome] ??
        "CANCEL");
    const talk = channel.talkMs === 0 || dial.forgetsTalk ? "0" : String(channel.talkMs);
    const cause = status === "BUSY" ? "17" : "16";
    const at = String(this.nowMs * 1000);
    this.#emit({ event: "UserEvent", userevent: "RingfenceEnded", call, talkms: talk, status, cause, side, at });
    if (!willAsk) {
      this.#gone(channel, status);
      return;
    }
    this.ask("/v1/ended", { pbx: PBX, call, talk_ms: talk, status, cause, side, at }, 1_000, () =>
      this.#gone(channel, status),
    );
  }

  #gone(channel: Channel, status: string): void {
    if (channel.state === "gone") return;
    channel.endedAtMs ??= this.nowMs;
    channel.state = "gone";
    channel.cancelLimit();
    this.dirty = true;
    const stamp = (this.nowMs / 1000).toFixed(6);
    this.#emit({
      event: "Hangup",
      uniqueid: channel.call,
      linkedid: channel.call,
      channel: channelName(channel),
      context: channel.context,
      cause: status === "BUSY" ? "17" : "16",
      timestamp: stamp,
    });
    this.spool.write(channel.call, recordOf(channel, channel.endedAtMs));
  }

  #emit(frame: Record<string, string>): void {
    for (const link of this.links) link.send(frame);
  }

  hangUpAsked(call: string): "asked" | "gone" {
    const channel = this.find(call);
    if (!channel || channel.state === "ending") return channel ? "asked" : "gone";
    this.trace.add("pbx", `${call} is hung up by the manager`);
    this.#end(channel, "");
    return "asked";
  }

  /** The far sides of all talks are gone at once. */
  trunkLost(): void {
    this.trace.add("pbx", "loses its trunk");
    for (const channel of this.channels) if (channel.state === "up") this.#end(channel, "callee");
  }

  setLimit(call: string, seconds: number): "set" | "gone" {
    const channel = this.find(call);
    if (!channel) return "gone";
    this.trace.add("pbx", `${call} may live ${seconds} s more`);
    channel.toldAtMs = this.kernel.nowMs;
    if (channel.state !== "ending") this.#limit(channel, this.nowMs + seconds * 1000);
    return "set";
  }

  answeredAtMs(call: string): number | undefined {
    return this.find(call)?.answeredAtMs;
  }

  liveChannels(): LiveChannel[] {
    return this.channels
      .filter(({ state }) => state !== "gone")
      .map((channel) => ({
        channel: channelName(channel),
        uniqueId: channel.call,
        linkedId: channel.call,
        context: channel.context,
        extension: channel.dial.number,
        endpoint: channel.dial.way === "in" ? TRUNK : channel.dial.endpoint,
        state: channel.answeredAtMs === undefined ? "Ring" : "Up",
        seconds: Math.max(0, Math.floor((this.nowMs - channel.startedAtMs) / 1000)),
      }));
  }

  /** Its clock is set. Limits are wall-clock times and move with it. */
  stepClock(byMs: number): void {
    this.offsetMs += byMs;
    this.trace.add("pbx", `its clock is set by ${byMs} ms`);
    for (const channel of this.channels) {
      if (channel.limitAtMs !== undefined && (channel.state === "up" || channel.state === "ringing"))
        this.#limit(channel, channel.limitAtMs);
    }
  }

  /** "kill": nothing is told and no record written. "stop": each call is hung up and has its record, but no request. */
  restart(how: "kill" | "stop", downMs: number, spool: "kept" | "torn" | "lost"): void {
    if (!this.up) return;
    this.trace.add("pbx", `is restarted (${how}, records ${spool})`);
    const living = this.channels.filter(({ state }) => state !== "gone");
    for (const channel of living) {
      if (how === "stop") {
        if (channel.state === "ending") this.#gone(channel, "");
        else this.#end(channel, "", false);
        continue;
      }
      channel.cancelLimit();
      if (channel.state === "up") channel.talkMs = Math.max(0, this.nowMs - (channel.answeredAtMs ?? 0));
      channel.endedAtMs ??= this.nowMs;
      channel.state = "gone";
      if (spool === "torn" && channel === living[0]) this.spool.tear(recordOf(channel, channel.endedAtMs));
    }
    if (spool === "lost") this.spool.lose();
    this.up = false;
    this.dirty = true;
    for (const link of this.links) link.disconnect(downMs + this.random.int(50, 1_000));
    this.kernel.after(downMs, () => {
      this.up = true;
      this.bootedAtTrueMs = this.kernel.nowMs;
      this.trace.add("pbx", "is back");
    });
  }
}
