import { type Answer, type End, markAnswered } from "@/server/domain/calls/call-control";
import { endingOf } from "@/server/domain/calls/outcome.rules";
import type { AmiGateway, PbxEvent } from "@/server/infra/ami/gateway";
import type { SqlPool } from "@/server/infra/db/pool";
import type { LiveBus } from "@/server/infra/live/bus";
import type { Logger } from "@/server/infra/log/logger";
import type { TenantId } from "@/server/kernel/ids";
import { CallCounts } from "@/workers/calls/call-counts";
import { CallRegistry, type LiveCall } from "@/workers/calls/call-registry";
import { Renewals } from "@/workers/calls/renewals";
import { type Settled, Settlements } from "@/workers/calls/settlements";

type Options = Readonly<{
  pool: SqlPool;
  ami: AmiGateway | undefined;
  bus: LiveBus;
  log: Logger;
  pbx: string;
  /** Reads what the file of call records has by now. */
  drainSpool?: () => Promise<void>;
  /** How long the exact sources get to report an end before the hang-up event counts. */
  hangupPatienceMs?: number;
}>;

type Event<K extends PbxEvent["kind"]> = Extract<PbxEvent, { kind: K }>;

type ToldEnd = Readonly<{
  call: string;
  talkMs: number;
  status: string;
  cause: number;
  side: string;
  atUs: number;
}>;

const sides = ["caller", "callee"] as const;
const RETRY_MS = 500;

/** Follows every call from its authorisation to its end, and reports what it sees to the ledger. */
export class CallLifecycle {
  readonly registry = new CallRegistry();
  readonly counts = new CallCounts();
  readonly settlements: Settlements;
  readonly renewals: Renewals | undefined;
  #watchedSinceMs: number | undefined;
  #closed = false;

  constructor(readonly options: Options) {
    const { pool, ami, log, pbx } = options;
    this.settlements = new Settlements({ pool, log, onOver: (end, result) => this.#over(end, result) });
    this.renewals =
      ami &&
      new Renewals({
        pool,
        ami,
        log,
        pbx,
        registry: this.registry,
        pbxNow: () => this.pbxNow(),
        onRenewed: (call) => this.#publish(call.tenantId, "balance"),
      });
    ami?.onEvent("answered", (event) => this.answered(event));
    ami?.onEvent("ended", (event) => this.ended(event));
    ami?.onEvent("hangup", (event) => this.hungUp(event));
    ami?.onGap(() => {
      this.#watchedSinceMs = this.pbxNow();
    });
  }

  /** Milliseconds on the PBX's clock. */
  pbxNow(): number {
    return Date.now() + (this.options.ami?.status().clockOffsetMs ?? 0);
  }

  /** Since when no event of the PBX was missed. */
  get watchedSinceMs(): number | undefined {
    return this.options.ami?.status().connected ? this.#watchedSinceMs : undefined;
  }

  authorised(question: Readonly<{ call: string; at: Date }>, answer: Answer): void {
    if (answer.kind === "refuse") this.counts.add("blocked", answer.code);
    if (!answer.tenantId || !answer.callId) return;
    this.#publish(answer.tenantId, "calls");
    if (answer.kind === "refuse") return;
    this.registry.add({
      call: question.call,
      callId: answer.callId,
      tenantId: answer.tenantId,
      kind: answer.kind === "out" ? "external" : answer.kind,
      startedAtMs: question.at.getTime(),
      grantedSeconds: answer.grantedSeconds,
      answeredAtMs: undefined,
    });
    if (answer.kind === "out" || answer.kind === "inbound") this.#publish(answer.tenantId, "balance");
  }

  /** The far side answered: the grant begins to run. Returns at once; the record follows. */
  answered(event: Omit<Event<"answered">, "kind">): void {
    const call = this.registry.find(event.call);
    const atMs = event.atUs / 1000;
    if (call) {
      call.answeredAtMs ??= atMs;
      this.renewals?.arm(call);
    }
    void this.#noteAnswer(event.call, new Date(atMs));
  }

  /** The hang-up handler's event: it knows the exact talk time. */
  ended(event: Omit<Event<"ended">, "kind">): void {
    const end = this.endOf(event, "event");
    if (!end) return;
    this.settlements.report(end).catch((error: unknown) => this.#settleFailed(error, end));
  }

  /** Asterisk's own event of the end comes after the exact sources. It counts only when none of them was heard. */
  hungUp({ uniqueId, cause, atUs }: Pick<Event<"hangup">, "uniqueId" | "cause" | "atUs">): void {
    const call = this.registry.find(uniqueId);
    if (!call) return;
    clearTimeout(call.renewal);
    const watched = this.watchedSinceMs !== undefined && this.watchedSinceMs <= call.startedAtMs;
    setTimeout(
      () => void this.#settleByHangup(call, cause, atUs / 1000, watched),
      this.options.hangupPatienceMs ?? 2_500,
    );
  }

  close(): void {
    this.#closed = true;
    this.registry.clear();
    this.settlements.close();
  }

  /** @returns undefined for a report that proves nothing: answered, but for how long it does not know, nor do we. */
  endOf(told: ToldEnd, source: End["source"]): End | undefined {
    const talkMs = this.#talkMsOf(told);
    if (talkMs === undefined) return undefined;
    const ending = endingOf(told.status, told.cause, this.registry.find(told.call)?.kind);
    return {
      pbx: this.options.pbx,
      call: told.call,
      talkMs,
      endedAt: new Date(told.atUs / 1000),
      outcome: ending.outcome === "answered" && talkMs === 0 ? "failed" : ending.outcome,
      reason: ending.reason,
      cause: told.cause,
      side: sides.find((side) => side === told.side) ?? "",
      source,
    };
  }

  /** An answered call without its figure is measured by the clock, where the answer was heard. */
  #talkMsOf({ call, talkMs, status, atUs }: ToldEnd): number | undefined {
    if (talkMs > 0 || status !== "ANSWER") return talkMs;
    const answeredAtMs = this.registry.find(call)?.answeredAtMs;
    return answeredAtMs === undefined ? undefined : Math.max(0, Math.round(atUs / 1000 - answeredAtMs));
  }

  async #settleByHangup(call: LiveCall, cause: number, atMs: number, watched: boolean): Promise<void> {
    const going = () => this.registry.find(call.call) === call && !this.#closed;
    if (!going()) return;
    await this.options.drainSpool?.().catch(() => {});
    if (!going()) return;
    // Without an answer that was heard, only an unbroken watch proves that there was none.
    if (call.answeredAtMs === undefined && !watched) return;
    const talkMs = call.answeredAtMs === undefined ? 0 : Math.max(0, Math.round(atMs - call.answeredAtMs));
    const status = cause === 17 ? "BUSY" : "CANCEL";
    const end = this.endOf({ call: call.call, talkMs, status, cause, side: "", atUs: atMs * 1000 }, "event");
    if (!end) return;
    this.settlements.report(end).catch((error: unknown) => this.#settleFailed(error, end));
  }

  async #noteAnswer(call: string, at: Date): Promise<void> {
    const { pool, pbx, log } = this.options;
    for (let wait = RETRY_MS; !this.#closed; wait = Math.min(wait * 2, 5_000)) {
      try {
        await markAnswered(pool, { pbx, call }, at);
        const known = this.registry.find(call);
        if (known) this.#publish(known.tenantId, "calls");
        return;
      } catch (error) {
        log.warn({ error, call }, "an answer could not be noted yet");
        await new Promise((resolve) => setTimeout(resolve, wait));
        // Its end, once settled, tells the answer too.
        if (!this.registry.find(call)) return;
      }
    }
  }

  #over(end: End, result: Settled): void {
    const known = this.registry.remove(end.call);
    if (result === "settled") {
      const answered = end.talkMs > 0;
      this.counts.add(answered ? "answered" : end.outcome, answered ? "" : (end.reason ?? ""));
    }
    if (!known || result !== "settled") return;
    this.#publish(known.tenantId, "calls");
    this.#publish(known.tenantId, "balance");
  }

  #settleFailed(error: unknown, end: End): void {
    this.options.log.warn({ error, call: end.call }, "an end of a call could not be settled yet");
  }

  #publish(tenantId: TenantId, kind: "calls" | "balance"): void {
    this.options.bus.publish({ tenantId, kind });
  }
}
