import { randomBytes, randomInt } from "node:crypto";

import { amiField } from "@/server/infra/ami/fields";
import { type Frame, isTold } from "@/server/infra/ami/frames";
import { PendingActions } from "@/server/infra/ami/pending";
import type { AmiTransport, OpenTransport, TransportTarget } from "@/server/infra/ami/transport";
import type { Logger } from "@/server/infra/log/logger";
import { DomainError } from "@/server/kernel/errors";

export type Timing = Readonly<{
  /** From dialling to "fully booted". */
  connectMs: number;
  /** A manager user that may not read the system class is never told "fully booted": after this it counts as booted. */
  bootWaitMs: number;
  pingEveryMs: number;
  pingDeadlineMs: number;
  backoffMinMs: number;
  backoffMaxMs: number;
  /** After a refused login. Slow, so that a wrong secret neither floods the PBX's log nor gets us banned. */
  refusedRetryMs: number;
}>;

export const defaultTiming: Timing = {
  connectMs: 10_000,
  bootWaitMs: 3_000,
  pingEveryMs: 4_000,
  pingDeadlineMs: 4_000,
  backoffMinMs: 250,
  backoffMaxMs: 10_000,
  refusedRetryMs: 30_000,
};

export type ConnectionState = "connecting" | "booting" | "ready" | "waiting" | "refused" | "closed";

export type ConnectionOptions = Readonly<{
  name: string;
  target: TransportTarget;
  open: OpenTransport;
  log: Logger;
  timing: Timing;
  /** Somebody else was told that Asterisk is fully booted, so there is nothing to wait for. */
  knownBooted: () => boolean;
  onEvent: (frame: Frame) => void;
  onReady: () => void;
  onLost: (reason: string) => void;
}>;

/** As Asterisk says it: too long to fit into what a stranger can write into a field of another event. */
const isFullyBooted = (frame: Frame): boolean =>
  frame["privilege"] === "system,all" && frame["status"] === "Fully Booted" && isTold(frame);

/**
 * Keeps one manager connection: logs in, waits until Asterisk is fully booted, pings, reconnects. Actions are sent
 * only while it is ready, each with a deadline; none is kept for later or sent a second time.
 */
export class AmiConnection {
  #state: ConnectionState = "connecting";
  #since = Date.now();
  #lastFrameAt: number | undefined;
  #problem: string | undefined;
  #clockOffsetMs = 0;
  #bootedAt: number | undefined;
  #transport: AmiTransport | undefined;
  #failures = 0;
  #pending = new PendingActions();
  #timers = new Set<NodeJS.Timeout>();
  #pinger: NodeJS.Timeout | undefined;

  constructor(readonly options: ConnectionOptions) {
    amiField("username", options.target.username);
    amiField("secret", options.target.secret);
    this.#dial();
  }

  get state(): ConnectionState {
    return this.#state;
  }

  status() {
    return {
      state: this.#state,
      since: this.#since,
      lastEventAt: this.#lastFrameAt === undefined ? undefined : new Date(this.#lastFrameAt),
      problem: this.#problem,
      /** Add it to this machine's clock to get the PBX's. Measured by the last ping. */
      clockOffsetMs: this.#clockOffsetMs,
      bootedAt: this.#bootedAt,
    };
  }

  /**
   * Sends one action and waits for its answer; with `listEnd`, also for the list that follows it.
   * @throws DomainError pbx_unreachable when it is not connected, not answered in time, cut off in between, or refused.
   */
  act(fields: Readonly<Record<string, string>>, deadlineMs: number, listEnd?: string): Promise<Frame[]> {
    amiField("action", fields["action"] ?? "");
    if (this.#state !== "ready" || !this.#transport) {
      return Promise.reject(
        new DomainError("pbx_unreachable", { reason: "not connected", action: `${fields["action"]}` }),
      );
    }
    const transport = this.#transport;
    // Random and with a prefix: the package keeps answers and its own events ("error", "close") under one roof of names.
    const id = `rf-${randomBytes(9).toString("hex")}`;
    return this.#pending.add(id, { deadlineMs, listEnd, settled: () => transport.forget(id) }, () =>
      transport.send(id, fields),
    );
  }

  /** Looks again whether it is known by now that Asterisk is fully booted. */
  booted(): void {
    if (this.#state === "booting" && this.options.knownBooted()) this.#ready();
  }

  async close(): Promise<void> {
    if (this.#state === "closed") return;
    this.#to("closed");
    this.#stopTimers();
    this.#pending.failAll("closing");
    this.#transport?.destroy("closed by us");
    this.#transport = undefined;
  }

  #to(state: ConnectionState, problem?: string): void {
    this.#state = state;
    this.#since = Date.now();
    this.#problem = problem;
  }

  #later(ms: number, work: () => void): NodeJS.Timeout {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      work();
    }, ms);
    this.#timers.add(timer);
    return timer;
  }

  #stopTimers(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
    clearInterval(this.#pinger);
  }

  #dial(): void {
    if (this.#state === "closed") return;
    this.#to("connecting", this.#problem);
    let mine: AmiTransport | undefined;
    const still = () => mine !== undefined && this.#transport === mine;
    mine = this.options.open(this.options.target, {
      onOpen: () => queueMicrotask(() => still() && mine?.login((refusal) => still() && this.#loggedIn(refusal))),
      onFrame: (frame) => {
        if (still()) this.#frame(frame);
      },
      onClose: (reason) => {
        if (still()) this.#lost(reason);
      },
    });
    this.#transport = mine;
    this.#later(this.options.timing.connectMs, () => {
      if (still() && this.#state !== "ready") mine?.destroy("no login in time");
    });
  }

  #loggedIn(refusal: string | undefined): void {
    if (refusal === undefined) {
      if (this.#state !== "connecting") return;
      this.#to("booting");
      this.booted();
      this.#later(this.options.timing.bootWaitMs, () => this.#ready());
      return;
    }
    this.options.log.error(
      { connection: this.options.name, refusal },
      "the PBX refused the login of the manager interface",
    );
    this.#to("refused", `login refused: ${refusal}`);
    this.#transport?.destroy("login refused");
  }

  #frame(frame: Frame): void {
    this.#lastFrameAt = Date.now();
    if (frame["event"] === "FullyBooted") {
      if (!isFullyBooted(frame)) return;
      // It can overtake the callback of the login by a tick.
      const uptimeSeconds = Number(frame["uptime"]);
      this.#bootedAt = Number.isFinite(uptimeSeconds) ? Date.now() - uptimeSeconds * 1000 : undefined;
      if (this.#state === "booting" || this.#state === "connecting") this.#ready();
    } else if (this.#pending.take(frame)) {
      return;
    } else if (frame["event"] !== undefined) {
      this.options.onEvent(frame);
    }
  }

  #ready(): void {
    if (this.#state === "ready" || this.#state === "closed" || this.#state === "waiting" || this.#state === "refused")
      return;
    this.#to("ready");
    this.#failures = 0;
    this.#stopTimers();
    this.#pinger = setInterval(() => void this.#ping(), this.options.timing.pingEveryMs);
    void this.#ping();
    this.options.log.info({ connection: this.options.name }, "connected to the manager interface");
    this.options.onReady();
  }

  async #ping(): Promise<void> {
    const transport = this.#transport;
    const sentAt = Date.now();
    try {
      const [answer] = await this.act({ action: "Ping" }, this.options.timing.pingDeadlineMs);
      const pbxMs = Number(answer?.["timestamp"]) * 1000;
      const now = Date.now();
      // A slow answer measures the wait, not the clocks.
      if (Number.isFinite(pbxMs) && now - sentAt < 100) this.#clockOffsetMs = Math.round(pbxMs - (sentAt + now) / 2);
    } catch {
      // Half open: the socket looks alive and nobody is behind it.
      if (transport === this.#transport) transport?.destroy("no answer to a ping");
    }
  }

  #lost(reason: string): void {
    const before = this.#state;
    this.#transport = undefined;
    if (before === "closed") return;
    this.#stopTimers();
    this.#pending.failAll(reason);
    const { timing, log, name } = this.options;
    this.#failures += 1;
    const ceiling = Math.min(timing.backoffMaxMs, timing.backoffMinMs * 2 ** Math.min(this.#failures - 1, 10));
    const base = before === "refused" ? timing.refusedRetryMs : ceiling;
    const waitMs = Math.ceil(base / 2) + randomInt(Math.max(1, Math.floor(base / 2)));
    if (before !== "refused") this.#to("waiting", reason);
    log.warn({ connection: name, reason, waitMs, failures: this.#failures }, "no connection to the manager interface");
    this.#later(waitMs, () => this.#dial());
    if (before === "ready") this.options.onLost(reason);
  }
}
