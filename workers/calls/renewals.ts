import { type Renewed, renew } from "@/server/domain/calls/call-control";
import {
  askAgainInMs,
  LAST_CHANCE_MS,
  leftOfGrantMs,
  renewInMs,
  SAFETY_MS,
  TIMER_MS,
} from "@/server/domain/calls/renewal.rules";
import type { AmiGateway } from "@/server/infra/ami/gateway";
import type { SqlPool } from "@/server/infra/db/pool";
import type { Logger } from "@/server/infra/log/logger";
import { type CallRegistry, isRenewable, type LiveCall } from "@/workers/calls/call-registry";

type Options = Readonly<{
  pool: SqlPool;
  ami: AmiGateway;
  registry: CallRegistry;
  pbx: string;
  log: Logger;
  /** Milliseconds on the PBX's clock. */
  pbxNow: () => number;
  onRenewed: (call: LiveCall) => void;
}>;

const ASK_MS = 1_000;
const TELL_TRIES = 3;
const TELL_AGAIN_MS = 500;
/** No more than this is taken from a call. A way that stays slower than its pings may be is given up by them, later than this. */
const SLOWEST_MS = 2_000;

/**
 * Prolongs answered calls, slice by slice: first the money, then the limit inside Asterisk. Whatever fails here, the call
 * ends by itself when what is held is used up, so a failure is tried again but never covered up.
 */
export class Renewals {
  constructor(readonly options: Options) {}

  /** Starts, or starts anew, to watch over one answered call, whose limit ends so much before what is held for it. */
  arm(call: LiveCall, shorterMs = 0): void {
    if (!isRenewable(call) || call.answeredAtMs === undefined) return;
    this.#after(call, renewInMs(this.#leftMs(call) - shorterMs));
  }

  /** Asks at once, out of turn: money may have arrived. */
  hurry(call: LiveCall): void {
    if (isRenewable(call) && call.answeredAtMs !== undefined && this.#leftMs(call) < 30_000) this.#after(call, 0);
  }

  /**
   * The money is held: now the limit has to follow, for as long as there is a call to prolong. Also after a pause in which Asterisk may
   * not have been told. One that was not confirmed may still arrive, as late as it was on its way, and let the call go on for seconds that
   * nobody paid for: so it is set again at once, and shorter by that.
   */
  async prolong(call: LiveCall, slownessMs = 0): Promise<void> {
    const began = performance.now();
    try {
      this.arm(call, await this.#tell(call, slownessMs));
    } catch (error) {
      this.options.log.warn({ error, call: call.call }, "the limit of a call could not be set; trying again");
      clearTimeout(call.renewal);
      if (this.options.registry.find(call.call) !== call || this.#leftMs(call) < LAST_CHANCE_MS) return;
      // A way that refuses at once is not slow.
      const onItsWayMs = Math.min(SLOWEST_MS, slownessMs + Math.min(ASK_MS, performance.now() - began));
      call.renewal = setTimeout(() => void this.prolong(call, onItsWayMs), TELL_AGAIN_MS);
    }
  }

  /** @returns by how much the limit may end before what is held. */
  async #tell(call: LiveCall, expectedMs: number): Promise<number> {
    let slownessMs = expectedMs;
    for (let tries = 0; tries < TELL_TRIES; tries += 1) {
      const leftMs = this.#leftMs(call) - slownessMs;
      if (call.answeredAtMs === undefined || leftMs < LAST_CHANCE_MS) return slownessMs;
      const began = performance.now();
      await this.options.ami.setLimit(call.call, leftMs / 1000, { deadlineMs: ASK_MS });
      // The limit counts from when Asterisk reads it: on a slow way that is later than meant, by seconds nobody paid for. One that was
      // quicker than expected ends early, and is left so: another could come late.
      const tookMs = performance.now() - began;
      if (tookMs <= slownessMs + SAFETY_MS - TIMER_MS) return slownessMs;
      slownessMs = tookMs;
    }
    return slownessMs;
  }

  #leftMs(call: LiveCall): number {
    return leftOfGrantMs(call.answeredAtMs ?? 0, call.grantedSeconds, this.options.pbxNow());
  }

  #after(call: LiveCall, ms: number): void {
    clearTimeout(call.renewal);
    call.renewal = setTimeout(() => void this.#renew(call), ms);
  }

  async #renew(call: LiveCall): Promise<void> {
    const { pool, pbx, log, registry } = this.options;
    const going = () => registry.find(call.call) === call;
    if (!going()) return;
    let renewed: Renewed | undefined;
    try {
      // Nothing is held for a channel that is gone: its end is on the way, or reconciliation will find it.
      if ((await this.options.ami.answeredAtUs(call.call, { deadlineMs: ASK_MS })) === undefined) return;
      renewed = await renew(pool, { pbx, call: call.call }, new Date(this.options.pbxNow()));
    } catch (error) {
      log.warn({ error, call: call.call }, "a call could not be renewed; trying again");
      this.#askAgain(call);
      return;
    }
    if (!going()) return;
    if (!renewed || renewed.grantedSeconds <= call.grantedSeconds) {
      // No more money, or the answer is not written down yet. Asterisk ends the call by itself unless that changes.
      call.short = renewed !== undefined;
      this.#askAgain(call);
      return;
    }
    call.short = false;
    call.grantedSeconds = renewed.grantedSeconds;
    this.options.onRenewed(call);
    await this.prolong(call);
  }

  #askAgain(call: LiveCall): void {
    const again = askAgainInMs(this.#leftMs(call));
    if (again !== undefined) this.#after(call, Math.min(again, 5_000));
  }
}
