import { recordUnheld } from "@/server/domain/calls/call-control";
import { type CdrLine, callKindOf, cdrRecordsOf } from "@/server/domain/calls/cdr-line.rules";
import { recordUnheldInbound } from "@/server/domain/calls/inbound-calls";
import { endingOfDisposition } from "@/server/domain/calls/outcome.rules";
import type { SqlPool } from "@/server/infra/db/pool";
import type { Logger } from "@/server/infra/log/logger";
import { isPermanent } from "@/workers/calls/permanent";
import type { Settlements } from "@/workers/calls/settlements";
import { readSpool, type SpoolPosition, unreadOf } from "@/workers/calls/spool-file";

type Options = Readonly<{
  file: string;
  pool: SqlPool;
  pbx: string;
  settlements: Settlements;
  log: Logger;
  everyMs?: number;
  /** How the file is read; another way when there is no real file. */
  read?: typeof readSpool;
}>;

export type SpoolStatus = Readonly<{
  file: string;
  there: boolean;
  readTo: number;
  size: number;
  /** What Asterisk has written and nobody has read, a rotated file included. */
  lagBytes: number;
  /** Since when there is something unread; null when there is nothing. */
  behindSince: Date | null;
  lastRecordAt: Date | null;
  /** Of this process: records read, and lines that were none. */
  records: number;
  unreadable: number;
  problem: string | null;
}>;

/**
 * Reads Asterisk's own file of call records as it grows: the source that survives everything else being away. How far it
 * was read is kept in the database, in step with what was settled, so that no record is passed over.
 */
export class CdrSpool {
  #running: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #position: SpoolPosition | undefined;
  #known = false;
  #complained = false;
  #problem: string | undefined;
  #behindSince: Date | undefined;
  #lastRecordAt: Date | undefined;
  #records = 0;
  #unreadable = 0;

  constructor(readonly options: Options) {}

  start(): void {
    this.#timer = setInterval(() => void this.drain().catch(() => {}), this.options.everyMs ?? 500);
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#running?.catch(() => {});
  }

  /** How far it is, without reading anything of it. */
  async status(): Promise<SpoolStatus> {
    const { there, size, unread } = await unreadOf(this.options.file, this.#position);
    this.#behindSince = unread > 0 ? (this.#behindSince ?? new Date()) : undefined;
    return {
      file: this.options.file,
      there,
      readTo: this.#position?.readTo ?? 0,
      size,
      lagBytes: unread,
      behindSince: this.#behindSince ?? null,
      lastRecordAt: this.#lastRecordAt ?? null,
      records: this.#records,
      unreadable: this.#unreadable,
      problem: this.#problem ?? null,
    };
  }

  /** Settles every record that is there by now. */
  async drain(): Promise<void> {
    // One that runs already may have passed the newest record, so a second one follows it.
    const before = this.#running;
    if (before) await before.catch(() => {});
    this.#running ??= this.#drain().finally(() => {
      this.#running = undefined;
    });
    await this.#running;
  }

  async #drain(): Promise<void> {
    try {
      if (!this.#known) await this.#load();
      for (let more = true; more; ) {
        const chunk = await (this.options.read ?? readSpool)(this.options.file, this.#position);
        if (!chunk) return;
        if (chunk.lines.length > 0) await this.#settleAll(chunk.lines);
        await this.#save(chunk.next);
        more = chunk.more;
      }
      this.#complained = false;
      this.#problem = undefined;
    } catch (error) {
      this.#problem = "The records cannot be written to the database.";
      if (!this.#complained)
        this.options.log.warn({ error }, "the file of call records cannot be worked off; trying again");
      this.#complained = true;
      throw error;
    }
  }

  async #settleAll(lines: readonly string[]): Promise<void> {
    const read = lines.map(cdrRecordsOf);
    const records = read.flatMap((of) => of.records);
    const unreadable = read.reduce((sum, of) => sum + of.unreadable, 0);
    this.#records += records.length;
    this.#unreadable += unreadable;
    if (records.length > 0) this.#lastRecordAt = new Date();
    if (unreadable > 0)
      this.options.log.warn({ lines: unreadable }, "lines in the file of call records are not readable");
    // A call that rang at several phones has several records: the one with the most talk comes first and decides.
    for (const record of records.toSorted((a, b) => b.talkMs - a.talkMs)) {
      await this.#settle(record).catch((error: unknown) => {
        // One record that can never be settled may not block all those behind it.
        if (!isPermanent(error)) throw error;
        this.options.log.error({ error, call: record.uniqueId }, "a call record can not be settled");
      });
    }
  }

  async #settle(record: CdrLine): Promise<void> {
    const { pool, pbx, settlements } = this.options;
    // Refused by call control: nothing was held. Refused without its answer: it may have held money, and here is the proof
    // that nobody talked.
    if (record.kind === "refuse" && record.callId !== "") return;
    const kind = callKindOf(record.kind);
    const ending = endingOfDisposition(record.disposition, kind);
    const result = await settlements.report({
      pbx,
      call: record.uniqueId,
      talkMs: record.talkMs,
      endedAt: new Date(record.endedAtMs),
      outcome: ending.outcome === "answered" ? "failed" : ending.outcome,
      reason: ending.reason,
      cause: 0,
      side: "",
      source: "spool",
    });
    // Only the caller's own record tells who called; what never got as far as dialling is no call.
    if (result !== "unknown" || record.kind === "refuse" || !record.endpoint || record.uniqueId !== record.linkedId)
      return;
    if (record.kind === "" && record.talkMs === 0) return;
    const call = {
      pbx,
      call: record.uniqueId,
      startedAt: new Date(record.startedAtMs),
      endedAt: new Date(record.endedAtMs),
      talkMs: record.talkMs,
    };
    const { destination, source, endpoint } = record;
    if (kind === "inbound") await recordUnheldInbound(pool, { ...call, called: destination, caller: source });
    else await recordUnheld(pool, { ...call, endpoint, dialled: destination, kind });
  }

  async #load(): Promise<void> {
    const text = "SELECT inode, read_to FROM spool_position WHERE file = $1";
    const [row] = await this.options.pool.query<{ inode: string; read_to: string }>("spool_load", text, [
      this.options.file,
    ]);
    this.#position = row && { inode: Number(row.inode), readTo: Number(row.read_to) };
    this.#known = true;
  }

  async #save(next: SpoolPosition): Promise<void> {
    if (next.inode === this.#position?.inode && next.readTo === this.#position.readTo) return;
    await this.options.pool.query(
      "spool_save",
      `INSERT INTO spool_position (file, inode, read_to) VALUES ($1, $2, $3)
       ON CONFLICT (file) DO UPDATE SET inode = excluded.inode, read_to = excluded.read_to, updated_at = now()`,
      [this.options.file, next.inode, next.readTo],
    );
    this.#position = next;
  }
}
