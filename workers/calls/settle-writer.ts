import { type End, settle, settleMany } from "@/server/domain/calls/call-control";
import type { SqlPool } from "@/server/infra/db/pool";

type Settled = "settled" | "repeat" | "unknown";
type Waiting = Readonly<{ end: End; resolve: (result: Settled) => void; reject: (error: unknown) => void }>;

/** While so many are charged, as many others are authorised: statements of all that wait would take turns. */
const MOST = 64;

/**
 * The one writer of ends in this process. While it writes, the ends that come gather and go together with the next
 * statement: a lone end waits for nobody, and a thousand calls of one wallet lock it a few times and not a thousand.
 */
export class SettleWriter {
  readonly #waiting: Waiting[] = [];
  #writing = false;

  constructor(readonly pool: SqlPool) {}

  /**
   * @returns what the ledger said about this end.
   * @throws what the database threw for it. One that cannot be written does not hold up the others.
   */
  write(end: End): Promise<Settled> {
    const written = new Promise<Settled>((resolve, reject) => {
      this.#waiting.push({ end, resolve, reject });
    });
    if (!this.#writing) void this.#write();
    return written;
  }

  async #write(): Promise<void> {
    this.#writing = true;
    // What is told in the same breath goes together.
    await Promise.resolve();
    for (let batch = this.#take(); batch.length > 0; batch = this.#take()) await this.#writeBatch(batch);
    this.#writing = false;
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
