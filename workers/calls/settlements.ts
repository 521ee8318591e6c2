import type { End } from "@/server/domain/calls/call-control";
import type { SqlPool } from "@/server/infra/db/pool";
import type { Logger } from "@/server/infra/log/logger";
import { isPermanent } from "@/workers/calls/permanent";
import { SettleWriter } from "@/workers/calls/settle-writer";

export type Settled = "settled" | "repeat" | "unknown";

type Waiting = { readonly end: End; attempt: number; readonly since: number; timer: NodeJS.Timeout | undefined };

type Options = Readonly<{
  pool: SqlPool;
  log: Logger;
  /** Told once for each call that is over, whoever reported it. */
  onOver: (end: End, result: Settled) => void;
  firstRetryMs?: number;
  lastRetryMs?: number;
  /** How long an end of a call that nobody authorised is kept: its authorisation may still be on the way. */
  unknownForMs?: number;
  maxWaiting?: number;
}>;

const RECENT = 20_000;

/**
 * Ends of calls on their way to the ledger. An end that cannot be written now is kept and tried again until the database
 * is back; when too many wait, the oldest are let go, because the file of call records brings them once more.
 */
export class Settlements {
  #waiting = new Map<string, Waiting>();
  #onTheWay = new Map<string, Promise<Settled>>();
  /** What is over, so that the second and third report of an end cost no question. The ledger would say the same. */
  #recent = new Set<string>();
  #dropped = 0;
  #closed = false;
  #heard: Partial<Record<End["source"], { count: number; lastAt: Date }>> = {};

  readonly #writer: SettleWriter;

  constructor(readonly options: Options) {
    this.#writer = new SettleWriter(options.pool);
  }

  get waiting(): number {
    return this.#waiting.size;
  }

  get dropped(): number {
    return this.#dropped;
  }

  /** How many ends each source reported since the start, and when the last of them came. */
  get heard(): Readonly<Partial<Record<End["source"], Readonly<{ count: number; lastAt: Date }>>>> {
    return this.#heard;
  }

  /** Whether an end of this call waits to be written. */
  has(call: string): boolean {
    return this.#waiting.has(call);
  }

  /**
   * Settles now.
   * @returns what the ledger said; "unknown" is tried again by itself.
   * @throws what the database threw; the end is kept and tried again.
   */
  report(end: End): Promise<Settled> {
    this.#heard[end.source] = { count: (this.#heard[end.source]?.count ?? 0) + 1, lastAt: new Date() };
    if (this.#recent.has(end.call)) return Promise.resolve("repeat");
    const before = this.#onTheWay.get(end.call);
    if (before) return before;
    const report = this.#report(end).finally(() => this.#onTheWay.delete(end.call));
    this.#onTheWay.set(end.call, report);
    return report;
  }

  async #report(end: End): Promise<Settled> {
    try {
      const result = await this.#writer.write(end);
      if (result === "unknown") this.#keep(end);
      else this.#over(end, result);
      return result;
    } catch (error) {
      this.#keep(end);
      throw error;
    }
  }

  close(): void {
    this.#closed = true;
    for (const { timer } of this.#waiting.values()) clearTimeout(timer);
    this.#waiting.clear();
  }

  #over(end: End, result: Settled): void {
    const kept = this.#waiting.get(end.call);
    clearTimeout(kept?.timer);
    this.#waiting.delete(end.call);
    this.#recent.add(end.call);
    if (this.#recent.size > RECENT) {
      const [oldest] = this.#recent;
      if (oldest !== undefined) this.#recent.delete(oldest);
    }
    this.options.onOver(end, result);
  }

  #keep(end: End): void {
    // The first report is kept: it was the nearest to the event.
    if (this.#closed || this.#waiting.has(end.call)) return;
    if (this.#waiting.size >= (this.options.maxWaiting ?? 20_000)) this.#dropOldest();
    const kept: Waiting = { end, attempt: 0, since: Date.now(), timer: undefined };
    this.#waiting.set(end.call, kept);
    this.#later(kept);
  }

  #dropOldest(): void {
    const [oldest] = this.#waiting.keys();
    if (oldest === undefined) return;
    clearTimeout(this.#waiting.get(oldest)?.timer);
    this.#waiting.delete(oldest);
    this.#dropped += 1;
    this.options.log.warn({ dropped: this.#dropped }, "too many ends of calls wait for the database");
  }

  #later(kept: Waiting): void {
    const { firstRetryMs = 250, lastRetryMs = 5_000 } = this.options;
    const wait = Math.min(lastRetryMs, firstRetryMs * 2 ** kept.attempt);
    kept.attempt += 1;
    kept.timer = setTimeout(() => void this.#again(kept), wait);
  }

  async #again(kept: Waiting): Promise<void> {
    const result = await this.#writer.write(kept.end).catch((error: unknown) => {
      const hopeless = isPermanent(error);
      const message = hopeless ? "an end of a call can not be settled" : "an end of a call could not be settled yet";
      this.options.log[hopeless ? "error" : "debug"]({ error, call: kept.end.call }, message);
      return hopeless ? "hopeless" : undefined;
    });
    if (this.#closed || this.#waiting.get(kept.end.call) !== kept) return;
    // Trying again cannot help; reconciliation lists the call with its money.
    if (result === "hopeless") this.#waiting.delete(kept.end.call);
    else if (result === "settled" || result === "repeat") this.#over(kept.end, result);
    else if (result === "unknown" && Date.now() - kept.since > (this.options.unknownForMs ?? 60_000)) {
      this.#waiting.delete(kept.end.call);
    } else this.#later(kept);
  }
}
