import { toPbxEvent } from "@/server/infra/ami/events";
import type { Frame } from "@/server/infra/ami/frames";
import type { AmiGateway, AmiStatus } from "@/server/infra/ami/gateway";
import { createSubscriptions } from "@/server/infra/ami/subscriptions";
import { DomainError } from "@/server/kernel/errors";
import type { Host, Kernel } from "@/test/proof/sim/kernel";
import type { SimPbx } from "@/test/proof/sim/pbx";
import type { Random } from "@/test/proof/sim/random";
import type { Trace } from "@/test/proof/sim/trace";

export type LinkFaults = Readonly<{
  /** Of a thousand events: thrown away, as when they come faster than they are taken. The reader is told of a gap. */
  dropped: number;
  repeated: number;
  /** Later than those behind it. */
  reordered: number;
  /** Of a thousand actions: never answered, carried out or not. */
  unanswered: number;
  slowMs: number;
}>;

const PING_MS = 4_000;

type Wiring = Readonly<{
  kernel: Kernel;
  pbx: SimPbx;
  host: Host;
  random: Random;
  trace: Trace;
  faults: () => LinkFaults;
}>;

/**
 * One process's connection to the simulated PBX. It behaves as server/infra/ami does: events in order and with a gap told
 * when some were missed, actions with a deadline, never late and never twice, and clocks compared by pings.
 */
export class SimLink {
  connected = false;
  #sinceMs = 0;
  #clockOffsetMs = 0;
  #lastDeliveryMs = 0;
  #epoch = 0;
  readonly #subscriptions;

  constructor(readonly wiring: Wiring) {
    this.#subscriptions = createSubscriptions(wiring.trace.logger(wiring.host.name));
    wiring.pbx.links.add(this);
  }

  /** Comes up when the PBX is there; tries again until it is. */
  connect(): void {
    const { kernel, pbx, host, random, trace } = this.wiring;
    if (this.connected) return;
    if (!pbx.up) {
      kernel.after(random.int(250, 2_000), () => this.connect(), host);
      return;
    }
    this.connected = true;
    this.#epoch += 1;
    this.#sinceMs = kernel.nowMs;
    this.#ping(this.#epoch);
    trace.add(host.name, "is connected to the PBX");
    this.#subscriptions.tellGap("connected");
  }

  /** The connection breaks. What was on its way is lost; it comes back by itself. */
  disconnect(forMs: number): void {
    const { kernel, host, trace } = this.wiring;
    if (!this.connected) return;
    this.connected = false;
    this.#epoch += 1;
    trace.add(host.name, "loses its connection to the PBX");
    kernel.after(forMs, () => this.connect(), host);
  }

  /** An event of the PBX sets out. */
  send(frame: Frame): void {
    const { kernel, host, random, trace, faults } = this.wiring;
    if (!this.connected || !host.alive) return;
    const { dropped, repeated, reordered, slowMs } = faults();
    const drawn = random.int(1, 1000);
    if (drawn <= dropped) {
      trace.add(host.name, `drops ${frame["userevent"] ?? frame["event"]} of ${frame["call"] ?? frame["uniqueid"]}`);
      kernel.after(1, () => this.#subscriptions.tellGap("dropped"), host);
      return;
    }
    const late = drawn <= dropped + reordered ? random.int(20, 1_500) : 0;
    const atMs = Math.max(this.#lastDeliveryMs, kernel.nowMs + random.int(0, random.chance(0.1) ? slowMs : 3));
    if (!late) this.#lastDeliveryMs = atMs;
    this.#deliver(frame, atMs + late);
    if (random.int(1, 1000) <= repeated) this.#deliver(frame, atMs + random.int(0, 3_000));
  }

  #deliver(frame: Frame, atMs: number): void {
    const { kernel, pbx, host } = this.wiring;
    const epoch = this.#epoch;
    const event = toPbxEvent(frame, pbx.nowMs * 1000);
    if (!event) return;
    kernel.at(
      atMs,
      () => {
        if (this.#epoch === epoch) this.#subscriptions.push(event);
      },
      host,
    );
  }

  gateway(): AmiGateway {
    const { pbx } = this.wiring;
    return {
      hangUp: (channel, { deadlineMs }) => this.#act("hangUp", deadlineMs, () => pbx.hangUpAsked(channel)),
      setLimit: (channel, seconds, { deadlineMs }) =>
        this.#act("setLimit", deadlineMs, () => pbx.setLimit(channel, seconds)),
      answeredAtUs: (channel, { deadlineMs }) =>
        this.#act("answeredAtUs", deadlineMs, () => {
          const at = pbx.answeredAtMs(channel);
          return at === undefined ? undefined : at * 1000;
        }),
      // Nobody in a simulated world picks a test call up.
      ringForEcho: (_, { deadlineMs }) => this.#act("ringForEcho", deadlineMs, () => {}),
      liveChannels: ({ deadlineMs }) => this.#act("liveChannels", deadlineMs, () => pbx.liveChannels()),
      contact: (_, { deadlineMs }) => this.#act("contact", deadlineMs, () => undefined),
      core: ({ deadlineMs }) =>
        this.#act("core", deadlineMs, () => ({ version: "simulated", calls: pbx.liveChannels().length })),
      onEvent: this.#subscriptions.onEvent,
      onGap: (handler) => {
        this.#subscriptions.onGap(handler);
        if (this.connected) handler("connected");
      },
      status: () => this.#status(),
      close: async () => {},
    };
  }

  /** There and back with a deadline, as pending.ts keeps it: late is the same as never. */
  #act<T>(name: string, deadlineMs: number, work: () => T): Promise<T> {
    const { kernel, host, random, trace, faults } = this.wiring;
    const unreachable = (reason: string) => new DomainError("pbx_unreachable", { reason, action: name });
    if (!this.connected) return Promise.reject(unreachable("not connected"));
    return new Promise<T>((resolve, reject) => {
      const epoch = this.#epoch;
      let over = false;
      const finish = (what: () => void) => {
        if (!over) what();
        over = true;
      };
      kernel.after(deadlineMs, () => finish(() => reject(unreachable("no answer in time"))), host);
      const { unanswered, slowMs } = faults();
      const fate = random.int(1, 2000);
      if (fate <= unanswered) {
        trace.add(host.name, `${name} never reaches the PBX`);
        return;
      }
      const travel = () => random.int(0, random.chance(0.05) ? slowMs : 3);
      kernel.after(travel(), () => {
        if (this.#epoch !== epoch) return kernel.after(1, () => finish(() => reject(unreachable("cut off"))), host);
        const result = work();
        if (fate <= 2 * unanswered) {
          trace.add(host.name, `the answer to ${name} is lost`);
          return undefined;
        }
        return kernel.after(
          travel(),
          () => finish(() => (this.#epoch === epoch ? resolve(result) : reject(unreachable("cut off")))),
          host,
        );
      });
    });
  }

  #ping(epoch: number): void {
    const { kernel, pbx, host } = this.wiring;
    if (epoch !== this.#epoch) return;
    this.#clockOffsetMs = pbx.nowMs - (kernel.nowMs + host.skewMs);
    kernel.after(PING_MS, () => this.#ping(epoch), host);
  }

  #status(): AmiStatus {
    const { pbx, kernel, host } = this.wiring;
    return {
      connected: this.connected,
      since: new Date(this.#sinceMs),
      lastEventAt: undefined,
      problem: undefined,
      droppedEvents: 0,
      clockOffsetMs: this.#clockOffsetMs,
      // As the real one has it: the PBX's uptime, taken from this machine's clock.
      bootedAt: new Date(kernel.nowMs + host.skewMs - (kernel.nowMs - pbx.bootedAtTrueMs)),
    };
  }
}
