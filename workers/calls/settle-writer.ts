import { type End, settle, settleMany } from "@/server/domain/calls/call-control";
import type { SqlPool } from "@/server/infra/db/pool";

type Settled = "settled" | "repeat" | "unknown";
type Waiting = Readonly<{ end: End; resolve: (result: Settled) => void; reject: (error: unknown) => void }>;

/** A statement takes so many. */
const MOST = 64;
/** So many statements may be on their way: while one waits for the disk, the next does what needs no wallet. */
const AT_ONCE = 2;
/** Fewer than these wait for the statement that is on its way. */
const MANY = 16;
/** Statements of fewer begin so far apart, in milliseconds: one for three ends costs little more than one for one of them. */
const APART_MS = 30;

/**
 * The one writer of ends in this process. While it writes, and for a moment after it began, the ends that come gather and
 * go together with the next statement: a lone end waits for nobody, busy minutes leave the processors to those who ask
 * before they dial, and a thousand calls of one wallet lock it a few times and not a thousand.
 */
export class SettleWriter {
  readonly #waiting: Waiting[] = [];
  #writing = 0;
  #looking = false;
  #began = Number.NEGATIVE_INFINITY;

  constructor(readonly pool: SqlPool) {}

  /**
   * @returns what the ledger said about this end.
   * @throws what the database threw for it. One that cannot be written does not hold up the others.
   */
  write(end: End): Promise<Settled> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ end, resolve, reject });
      if (!this.#looking) void this.#look();
    });
  }

  /** What is told in the same breath goes together. */
  async #look(): Promise<void> {
    this.#looking = true;
    await Promise.resolve();
    const early = this.#began + APART_MS - performance.now();
    if (early > 0 && this.#writing === 0 && this.#waiting.length < MANY)
      await new Promise((resolve) => setTimeout(resolve, early));
    this.#looking = false;
    while (this.#writing < AT_ONCE && this.#waiting.length >= (this.#writing === 0 ? 1 : MANY))
      void this.#write(this.#take());
  }

  async #write(batch: readonly Waiting[]): Promise<void> {
    this.#writing += 1;
    this.#began = performance.now();
    await this.#writeBatch(batch);
    this.#writing -= 1;
    if (this.#waiting.length > 0 && !this.#looking) void this.#look();
  }

  /** Of one PBX, and each call once: a second end of a call goes with the next statement. */
  #take(): readonly Waiting[] {
    const pbx = this.#waiting[0]?.end.pbx;
    const seen = new Set<string>();
    const taken: Waiting[] = [];
    const left: Waiting[] = [];
    for (const one of this.#waiting.splice(0)) {
      const fits = taken.length < MOST && one.end.pbx === pbx && !seen.has(one.end.call);
      seen.add(one.end.call);
      (fits ? taken : left).push(one);
    }
    this.#waiting.push(...left);
    return taken;
  }

  async #writeBatch(batch: readonly Waiting[]): Promise<void> {
    if (batch.length > 1) {
      try {
        const results = await settleMany(
          this.pool,
          batch.map(({ end }) => end),
        );
        for (const { end, resolve } of batch) resolve(results.get(end.call) ?? "unknown");
        return;
      } catch {
        // One of them is bad, or the database is away: each for itself, so that the bad one fails alone.
      }
    }
    await Promise.all(batch.map(({ end, resolve, reject }) => settle(this.pool, end).then(resolve, reject)));
  }
}
