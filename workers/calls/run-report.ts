import { change } from "@/server/domain/audit/change";
import { saveRunState } from "@/server/domain/reconciliation/state";
import { findOperator } from "@/server/domain/tenancy/tenants";
import type { AmiGateway } from "@/server/infra/ami/gateway";
import type { Db } from "@/server/infra/db/client";
import type { SqlPool } from "@/server/infra/db/pool";
import type { CdrSpool } from "@/workers/calls/cdr-spool";
import type { Reconciled } from "@/workers/calls/reconcile";
import type { Settlements } from "@/workers/calls/settlements";

type Parts = Readonly<{
  db: Db;
  pool: SqlPool;
  pbx: string;
  ami: AmiGateway | undefined;
  settlements: Settlements;
  spool: () => CdrSpool | undefined;
}>;

/**
 * Keeps what each run of reconciliation saw: on the board it is read from the database, by the metrics from here.
 * The ledger's entries are counted only when the ledger was added up anyway.
 */
export class RunReporter {
  #ledgerCheckedAt: Date | null = null;
  #ledgerEntries: Readonly<Record<string, number>> = {};
  #last: Readonly<{ at: Date; done: Reconciled }> | undefined;

  constructor(readonly parts: Parts) {}

  /** The last run; undefined before the first. */
  get last(): Readonly<{ at: Date; done: Reconciled }> | undefined {
    return this.#last;
  }

  get ledgerEntries(): Readonly<Record<string, number>> {
    return this.#ledgerEntries;
  }

  readonly note = async (done: Reconciled, tookMs: number): Promise<void> => {
    const { pool, pbx, ami, settlements, spool } = this.parts;
    const at = new Date();
    this.#last = { at, done };
    if (done.checkedLedger) {
      this.#ledgerCheckedAt = at;
      // Of a ledger that is too large to be counted in time the last count stays.
      await this.#countLedger().catch(() => {});
    }
    const status = ami?.status();
    await saveRunState(pool, {
      pbx,
      at,
      tookMs,
      sawChannels: done.sawChannels,
      ledgerCheckedAt: this.#ledgerCheckedAt,
      open: done.open,
      live: done.live,
      settled: done.settled,
      endsWaiting: settlements.waiting,
      endsDropped: settlements.dropped,
      ends: Object.fromEntries(Object.entries(settlements.heard).map(([source, heard]) => [source, { ...heard }])),
      ami: status
        ? {
            connected: status.connected,
            since: status.since,
            lastEventAt: status.lastEventAt ?? null,
            problem: status.problem ?? null,
            droppedEvents: status.droppedEvents,
          }
        : null,
      spool: (await spool()?.status()) ?? null,
      ledgerEntries: this.#ledgerEntries,
    });
    if (done.settled > 0) await this.#tellSettled(done.settled);
  };

  /** Calls that ended without anybody's word are settled by what is known; that it was done is in the trail. */
  async #tellSettled(settled: number): Promise<void> {
    const { db, pbx } = this.parts;
    const tenantId = await findOperator(db);
    if (!tenantId) return;
    const actor = { kind: "job", id: "calls.reconcile", requestId: "calls.reconcile" } as const;
    await change(db, { tenantId, actor, action: "reconciliation.heal" }, async () => ({
      subject: `pbx:${pbx}`,
      after: { settled },
      result: undefined,
    }));
  }

  async #countLedger(): Promise<void> {
    const text = "SELECT kind, entries::int AS entries FROM ledger_counts()";
    const rows = await this.parts.pool.query<{ kind: string; entries: number }>("ledger_counts", text, []);
    this.#ledgerEntries = Object.fromEntries(rows.map(({ kind, entries }) => [kind, entries]));
  }
}
