import { markAnswered, markSeen, type OpenCall, openCalls } from "@/server/domain/calls/call-control";
import {
  checkLedger,
  type Difference,
  narrowDifferences,
  noteDifference,
  openDifferences,
} from "@/server/domain/calls/differences";
import { judge, PATIENCE_MS } from "@/server/domain/calls/evidence.rules";
import { endingOf } from "@/server/domain/calls/outcome.rules";
import { byCurrency } from "@/server/domain/reconciliation/board";
import type { AmiGateway, LiveChannel } from "@/server/infra/ami/gateway";
import type { CallLifecycle } from "@/workers/calls/call-lifecycle";
import { isRenewable, type LiveCall } from "@/workers/calls/call-registry";
import { type Parts, Strangers } from "@/workers/calls/strangers";

type Options = Parts &
  Readonly<{
    lifecycle: CallLifecycle;
    drainSpool: () => Promise<void>;
    pbx: string;
    /** Told after each run; a failure is nobody's trouble but its own. */
    onRun?: (done: Reconciled, tookMs: number) => Promise<void>;
  }>;

export type Reconciled = Readonly<{
  /** false: the PBX could not be asked, so open calls were left alone. */
  sawChannels: boolean;
  /** false: it was not asked for, or it was too large to be read in time just now. */
  checkedLedger: boolean;
  open: number;
  live: number;
  settled: number;
}>;

export type Report = Reconciled &
  Readonly<{
    /** All that is listed and not healed. Money as decimal strings of micros. */
    differences: readonly (Omit<Difference, "moneyAtRiskMicros"> & { readonly moneyAtRiskMicros: string })[];
    /** By currency; amounts of different currencies are never added up. */
    moneyAtRiskByCurrency: Readonly<Record<string, string>>;
  }>;

type Sweep = { found: number; settled: number; again: boolean };

const AMI_MS = 5_000;
const LONGEST_LEDGER_PAUSE_MS = 900_000;

/**
 * Compares the calls that the database holds open with the channels that live in the PBX, and settles by evidence what
 * nobody reported. Runs after the start, after each gap in the events, every few seconds for the channels, and every
 * minute with the ledger. One run at a time; whoever asks during a run gets the next one.
 */
export class Reconciler {
  #missing = new Map<string, number>();
  #strangers = new Strangers();
  #running: Promise<Reconciled> | undefined;
  #next: Promise<Reconciled> | undefined;
  #soon: NodeJS.Timeout | undefined;
  #closed = false;
  #ledgerNotBefore = 0;
  #ledgerAsked = false;

  constructor(readonly options: Options) {}

  /** `insist` adds the ledger up however long that took the last time: somebody asked. */
  run(options: Readonly<{ ledger: boolean; insist?: boolean }> = { ledger: false }): Promise<Reconciled> {
    this.#ledgerAsked ||= options.ledger;
    if (options.insist) this.#ledgerNotBefore = 0;
    const start = () => {
      const ledger = this.#ledgerAsked;
      this.#next = undefined;
      this.#ledgerAsked = false;
      this.#running = this.#timed(ledger).finally(() => {
        this.#running = undefined;
      });
      return this.#running;
    };
    if (!this.#running) return start();
    this.#next ??= this.#running.then(start, start);
    return this.#next;
  }

  /** Runs with the ledger, and tells all that is open after it. */
  async report(): Promise<Report> {
    const done = await this.run({ ledger: true, insist: true });
    const differences = await openDifferences(this.options.pool);
    const sums = differences.map(({ currency, moneyAtRiskMicros }) => ({
      currency,
      count: 1,
      micros: moneyAtRiskMicros,
    }));
    return {
      ...done,
      differences: differences.map((one) => ({ ...one, moneyAtRiskMicros: one.moneyAtRiskMicros.toString() })),
      moneyAtRiskByCurrency: Object.fromEntries(
        byCurrency(sums).map(({ currency, micros }) => [currency, `${micros}`]),
      ),
    };
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#soon);
  }

  async #timed(ledger: boolean): Promise<Reconciled> {
    const began = performance.now();
    const done = await this.#run(ledger);
    await this.options.onRun?.(done, Math.round(performance.now() - began)).catch((error: unknown) => {
      this.options.log.warn({ error }, "what reconciliation saw could not be kept");
    });
    return done;
  }

  async #run(ledger: boolean): Promise<Reconciled> {
    const { pool, ami, pbx, log } = this.options;
    await this.options.drainSpool().catch(() => {});
    // The database first: a call that begins in between has a channel and is no stranger by then.
    const open = await openCalls(pool, pbx);
    const sweep: Sweep = { found: 0, settled: 0, again: false };
    // Before the PBX is asked: what its list shows is not proven for the time that the list took to come.
    const seenAt = new Date(this.options.lifecycle.pbxNow());
    const channels = ami?.status().connected ? await this.#channels(ami) : undefined;
    if (channels) {
      const live = new Map(channels.map((channel) => [channel.uniqueId, channel]));
      await this.#seen(open, live, seenAt);
      for (const call of open) if (!live.has(call.call)) await this.#gone(call, sweep);
      const known = new Set(open.map((call) => call.call));
      const strangers = channels.filter(({ uniqueId }) => !known.has(uniqueId) && !this.#registered(uniqueId));
      const looked = await this.#strangers.look(strangers, this.options);
      sweep.found += looked.found;
      if (looked.again) this.#lookAgain(sweep);
    }
    if (ledger || sweep.settled > 0) await narrowDifferences(pool);
    const checkedLedger = ledger && (await this.#checkLedger(sweep));
    if (sweep.again) this.#runSoon();
    if (sweep.settled > 0 || sweep.found > 0) {
      log.info({ settled: sweep.settled, differences: sweep.found }, "reconciled");
    }
    return {
      sawChannels: channels !== undefined,
      checkedLedger,
      open: open.length,
      live: channels?.length ?? 0,
      settled: sweep.settled,
    };
  }

  /** Adding up a large ledger takes a while: the longer it took, the longer until the next time. */
  async #checkLedger(sweep: Sweep): Promise<boolean> {
    const began = Date.now();
    if (began < this.#ledgerNotBefore) return false;
    try {
      sweep.found += (await checkLedger(this.options.pool)).length;
      this.#ledgerNotBefore = Date.now() + Math.min((Date.now() - began) * 100, LONGEST_LEDGER_PAUSE_MS);
      return true;
    } catch (error) {
      this.#ledgerNotBefore = Date.now() + LONGEST_LEDGER_PAUSE_MS;
      this.options.log.warn({ error }, "the ledger could not be added up; trying again later");
      return false;
    }
  }

  #registered(call: string): boolean {
    return this.options.lifecycle.registry.find(call) !== undefined;
  }

  #lookAgain(sweep: Sweep): void {
    sweep.again = true;
  }

  #runSoon(): void {
    clearTimeout(this.#soon);
    this.#soon = setTimeout(() => {
      if (!this.#closed) void this.run().catch(() => {});
    }, PATIENCE_MS + 500);
  }

  #channels(ami: AmiGateway): Promise<LiveChannel[] | undefined> {
    return ami.liveChannels({ deadlineMs: AMI_MS }).catch((error: unknown) => {
      this.options.log.warn({ error }, "the PBX did not list its channels");
      return undefined;
    });
  }

  /** Calls that go on: the evidence moves forward, and whoever has no watch over it gets one. */
  async #seen(open: readonly OpenCall[], live: ReadonlyMap<string, LiveChannel>, at: Date): Promise<void> {
    const { pool, pbx, lifecycle } = this.options;
    const going = open.filter((call) => live.has(call.call));
    for (const { call } of going) this.#missing.delete(call);
    await markSeen(
      pool,
      pbx,
      going.map(({ call }) => call),
      at,
    );
    for (const call of going) {
      const known = lifecycle.registry.find(call.call);
      const up = live.get(call.call)?.state === "Up";
      // Also one whose answer fell into a gap of the events.
      if (known && (known.answeredAtMs !== undefined || !up)) continue;
      await this.#adopt(call, up).catch((error: unknown) => {
        this.options.log.warn({ error, call: call.call }, "a call that goes on could not be taken over yet");
        lifecycle.registry.remove(call.call);
      });
    }
  }

  /** Takes over a call of which this process knows nothing: it began before the start, or during a gap. */
  async #adopt(open: OpenCall, up: boolean): Promise<void> {
    const { pool, ami, pbx, lifecycle } = this.options;
    const call = this.#remember(open);
    if (call.answeredAtMs === undefined && up) {
      const atUs = await ami?.answeredAtUs(open.call, { deadlineMs: AMI_MS });
      if (atUs === undefined) return;
      call.answeredAtMs = atUs / 1000;
      await markAnswered(pool, { pbx, call: open.call }, new Date(atUs / 1000));
    }
    if (call.answeredAtMs === undefined || !isRenewable(call)) return;
    // The limit that holds in the PBX may be an older one than what is paid for.
    await lifecycle.renewals?.prolong(call);
  }

  #remember(open: OpenCall): LiveCall {
    return this.options.lifecycle.registry.add({
      call: open.call,
      callId: open.callId,
      tenantId: open.tenantId,
      kind: open.kind,
      startedAtMs: open.startedAt.getTime(),
      grantedSeconds: open.grantedSeconds,
      answeredAtMs: open.answeredAt?.getTime(),
    });
  }

  /** A call that the database holds open and the PBX does not have. */
  async #gone(open: OpenCall, sweep: Sweep): Promise<void> {
    const { pool, ami, pbx, lifecycle } = this.options;
    // Its end is known to the millisecond and on its way to the ledger: nothing here could judge better.
    if (lifecycle.settlements.has(open.call)) return this.#lookAgain(sweep);
    const now = Date.now();
    const since = this.#missing.get(open.call) ?? now;
    this.#missing.set(open.call, since);
    // An answer that was heard counts, also when it could not be written down yet.
    const answeredAtMs = open.answeredAt?.getTime() ?? lifecycle.registry.find(open.call)?.answeredAtMs;
    const verdict = judge({
      state: answeredAtMs === undefined ? open.state : "answered",
      heldMicros: open.heldMicros,
      startedAtMs: open.startedAt.getTime(),
      answeredAtMs,
      lastSeenAtMs: (open.lastSeenAt ?? open.startedAt).getTime(),
      grantedSeconds: open.grantedSeconds,
      watchedSinceMs: lifecycle.watchedSinceMs,
      bootedAtMs: ami?.status().bootedAt?.getTime(),
      missingMs: now - since,
    });
    if (verdict.act === "wait") return this.#lookAgain(sweep);
    const { tenantId, callId, currency, heldMicros } = open;
    const difference = { tenantId, kind: "hold_without_channel", subject: callId, currency } as const;
    if (verdict.act === "list") {
      const found = {
        ...difference,
        moneyAtRiskMicros: heldMicros,
        detail: { call: open.call, because: verdict.because },
      };
      await noteDifference(pool, found);
      sweep.found += 1;
      return;
    }
    const { talkMs, endedAtMs, because, unprovenMs } = verdict;
    const ending = endingOf("CANCEL", 0, open.kind);
    const end = {
      pbx,
      call: open.call,
      talkMs,
      endedAt: new Date(endedAtMs),
      cause: 0,
      side: "",
      source: "sweep",
    } as const;
    this.#remember(open);
    // Listed before it is settled: afterwards nobody would look at this call again, whatever happens in between.
    if (unprovenMs > 0 && heldMicros > 0n) {
      const detail = { call: open.call, because, talkMs, unprovenMs };
      const found = { ...difference, moneyAtRiskMicros: heldMicros, detail };
      await noteDifference(pool, found);
      sweep.found += 1;
    }
    const result = await lifecycle.settlements.report({ ...end, ...ending });
    this.#missing.delete(open.call);
    if (result === "settled") sweep.settled += 1;
  }
}
