import { AsyncLocalStorage } from "node:async_hooks";

/** One process of the simulated machine room. What it has in memory dies with it. */
export type Host = {
  readonly name: string;
  alive: boolean;
  /** What its clock is wrong by. */
  skewMs: number;
};

type Entry = {
  readonly atMs: number;
  readonly order: number;
  readonly host: Host | undefined;
  readonly run: () => unknown;
  cancelled: boolean;
};

/** When every world begins: a fixed moment, so that a trace is the same on every day. */
export const EPOCH_MS = Date.UTC(2026, 0, 5, 12, 0, 0);

const hosts = new AsyncLocalStorage<Host>();
const real = { setImmediate: globalThis.setImmediate, now: Date.now };

/**
 * Virtual time. Everything that happens is an entry in one queue; after each entry all promises that can go on have gone
 * on, so that between two entries nothing moves. One seed therefore decides the whole order of events.
 */
export class Kernel {
  nowMs = EPOCH_MS;
  steps = 0;
  #queue: Entry[] = [];
  #order = 0;

  /** Runs something at that time; not when its host is dead by then. */
  at(atMs: number, run: () => unknown, host?: Host): () => void {
    const entry: Entry = { atMs: Math.max(atMs, this.nowMs), order: this.#order++, host, run, cancelled: false };
    push(this.#queue, entry);
    return () => {
      entry.cancelled = true;
    };
  }

  after(ms: number, run: () => unknown, host?: Host): () => void {
    return this.at(this.nowMs + ms, run, host);
  }

  /** Works off the queue up to that time. `afterEach` sees the world between any two steps. */
  async runUntil(untilMs: number, afterEach: () => Promise<void> | void): Promise<void> {
    for (;;) {
      const next = this.#queue[0];
      if (!next || next.atMs > untilMs) break;
      pop(this.#queue);
      if (next.cancelled || next.host?.alive === false) continue;
      this.nowMs = Math.max(this.nowMs, next.atMs);
      this.steps += 1;
      const done = next.host ? hosts.run(next.host, next.run) : next.run();
      if (done instanceof Promise && !next.host) await done;
      await settled();
      await afterEach();
    }
    this.nowMs = Math.max(this.nowMs, untilMs);
  }
}

/** When this resolves, every promise that could go on has done so. */
const settled = (): Promise<void> => new Promise((resolve) => real.setImmediate(resolve));

/**
 * While it is installed, whatever runs on a simulated host sees that host's clock and sets timers in virtual time.
 * Everything else in this process keeps the real ones.
 * @returns what takes it away again.
 */
export function installClock(kernel: Kernel): () => void {
  const before = {
    setTimeout: globalThis.setTimeout,
    clearTimeout: globalThis.clearTimeout,
    setInterval: globalThis.setInterval,
    clearInterval: globalThis.clearInterval,
    setImmediate: globalThis.setImmediate,
    now: Date.now,
    monotonic: performance.now,
  };
  const start =
    (repeat: boolean) =>
    (work: (...args: unknown[]) => void, ms?: number, ...args: unknown[]) => {
      const host = hosts.getStore();
      if (!host) return (repeat ? before.setInterval : before.setTimeout)(work, ms, ...args);
      const timer = new VirtualTimer();
      const arm = () => {
        timer.cancel = kernel.after(Math.max(1, Math.round(ms ?? 1)), fire, host);
      };
      const fire = () => {
        if (repeat) arm();
        work(...args);
      };
      arm();
      return timer;
    };
  const stop = (timer: unknown) => {
    if (timer instanceof VirtualTimer) timer.cancel();
    else before.clearTimeout(timer as NodeJS.Timeout | undefined);
  };
  const immediately = (work: (...args: unknown[]) => void, ...args: unknown[]) => {
    const host = hosts.getStore();
    return host ? kernel.after(0, () => work(...args), host) : before.setImmediate(work, ...args);
  };
  Object.assign(globalThis, {
    setTimeout: start(false),
    setInterval: start(true),
    clearTimeout: stop,
    clearInterval: stop,
    setImmediate: immediately,
  });
  Date.now = () => {
    const host = hosts.getStore();
    return host ? Math.round(kernel.nowMs + host.skewMs) : real.now();
  };
  performance.now = () => (hosts.getStore() ? kernel.nowMs - EPOCH_MS : before.monotonic.call(performance));
  return () => {
    const { now, monotonic, ...timers } = before;
    Object.assign(globalThis, timers);
    Date.now = now;
    performance.now = monotonic;
  };
}

class VirtualTimer {
  cancel: () => void = () => {};
  unref(): this {
    return this;
  }
  ref(): this {
    return this;
  }
}

const before = (a: Entry, b: Entry): boolean => a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order);

function push(heap: Entry[], entry: Entry): void {
  heap.push(entry);
  for (let at = heap.length - 1; at > 0; ) {
    const up = (at - 1) >> 1;
    if (!swapWhen(heap, at, up)) break;
    at = up;
  }
}

function pop(heap: Entry[]): void {
  const last = heap.pop();
  if (!last || heap.length === 0) return;
  heap[0] = last;
  for (let at = 0; ; ) {
    const [left, right] = [2 * at + 1, 2 * at + 2];
    const [a, b] = [heap[left], heap[right]];
    if (!a) break;
    const least = b && before(b, a) ? right : left;
    if (!swapWhen(heap, least, at)) break;
    at = least;
  }
}

/** Exchanges the two when the lower one comes before the upper one. */
function swapWhen(heap: Entry[], lower: number, upper: number): boolean {
  const [low, up] = [heap[lower], heap[upper]];
  if (!low || !up || !before(low, up)) return false;
  heap[lower] = up;
  heap[upper] = low;
  return true;
}
