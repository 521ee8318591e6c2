import { learnNumberRanges } from "@/server/domain/rules/number-ranges";
import { markSignal } from "@/server/domain/rules/take-signal";
import type { AmiGateway } from "@/server/infra/ami/gateway";
import type { Db } from "@/server/infra/db/client";
import type { SqlPool } from "@/server/infra/db/pool";
import type { LiveBus } from "@/server/infra/live/bus";
import type { Logger } from "@/server/infra/log/logger";
import type { TenantId } from "@/server/kernel/ids";
import { type BanNetwork, banNetworks } from "@/workers/rules/ban-by-rule";
import { containByRule } from "@/workers/rules/contain-by-rule";
import { type Contain, judgeCalls } from "@/workers/rules/judge-calls";
import { judgeCounters } from "@/workers/rules/judge-counters";
import type { Found } from "@/workers/rules/subjects";

type Options = Readonly<{
  pool: SqlPool;
  /** For what a rule changes, with its place in the trail. */
  db: Db;
  ami: AmiGateway | undefined;
  bus: LiveBus;
  log: Logger;
  everyMs?: number;
}>;

const EVERY_MS = 2_000;
/** Of a day is asked so often: a call is among those that are looked at for a minute from its beginning, so none is missed. */
const DAYS_EVERY_MS = 30_000;
/** A sweep that takes long is followed by a longer pause: at most this share of the time is spent on them. */
const SHARE = 8;
/** A link that is down for less is no silence. */
const SILENCE_MS = 15_000;

/** Looks every few seconds at what happened, and does what the rules say. Calls are authorised without waiting for it. */
export class RuleSweep {
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<unknown> = Promise.resolve();
  #learned = false;
  #closed = false;
  #daysAt = Number.NEGATIVE_INFINITY;
  /** Since when no sweep has seen the link up. */
  #downSinceMs: number | undefined;

  #banning: BanNetwork;

  constructor(readonly options: Options) {
    this.#banning = banNetworks(options);
    this.#next(options.everyMs ?? EVERY_MS);
  }

  /** One sweep. What of it fails is tried again with the next one. */
  async run(): Promise<Found[]> {
    const { pool } = this.options;
    if (!this.#learned) {
      await learnNumberRanges(pool);
      this.#learned = true;
    }
    await this.#watchLink();
    const counted = await judgeCounters(pool, { ban: this.#ban });
    const began = performance.now();
    const days = began - this.#daysAt >= DAYS_EVERY_MS;
    const found = [...counted, ...(await judgeCalls(pool, { contain: await this.#containing(), days }))];
    if (days) this.#daysAt = began;
    await this.#tell(found);
    return found;
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    await this.#running;
  }

  #next(afterMs: number): void {
    if (this.#closed) return;
    this.#timer = setTimeout(() => {
      const began = performance.now();
      this.#running = this.run()
        .catch((error: unknown) =>
          this.options.log.warn({ error }, "the rules could not be looked after; trying again"),
        )
        .finally(() => {
          const tookMs = performance.now() - began;
          this.#next(Math.max(this.options.everyMs ?? EVERY_MS, tookMs * SHARE));
        });
    }, afterMs);
  }

  /** What cannot be contained now is tried again with the next sweep; it does not keep the others from being looked at. */
  async #containing(): Promise<Contain | undefined> {
    const { pool, db, log } = this.options;
    const [operator] = await pool.query<{ id: TenantId | null }>("operator", "SELECT operator_tenant() AS id", []);
    const operatorId = operator?.id;
    if (!operatorId) return undefined;
    return (result, measure) =>
      containByRule({ db, operatorId }, result, measure).catch((error: unknown) => {
        log.error({ error, incidentId: result.incidentId }, "a rule could not contain what it should; trying again");
      });
  }

  /** As with containing: it is tried again when more comes from there. */
  #ban: BanNetwork = (asked) =>
    this.#banning(asked).catch((error: unknown) => {
      this.options.log.error({ error, network: asked.network }, "a rule could not ban what it should");
    });

  async #watchLink(): Promise<void> {
    const status = this.options.ami?.status();
    if (!status || status.connected) {
      this.#downSinceMs = undefined;
      return;
    }
    this.#downSinceMs ??= Date.now();
    if (/login refused/.test(status.problem ?? "")) await markSignal(this.options.pool, "ami_login");
    if (Date.now() - this.#downSinceMs >= SILENCE_MS) await markSignal(this.options.pool, "ami_silence");
  }

  /** Whoever looks at an incident sees it grow, not only begin; and so does the tenant that reads of it in its notices. */
  async #tell(found: readonly Found[]): Promise<void> {
    const { pool, bus, log } = this.options;
    const fed = found.filter((one) => one.incidentId !== undefined);
    if (fed.length === 0) return;
    const [operator] = await pool.query<{ id: TenantId | null }>("operator", "SELECT operator_tenant() AS id", []);
    const touched = fed.map(({ measure }) => measure.tenantId as TenantId);
    for (const tenantId of new Set([...(operator?.id ? [operator.id] : []), ...touched])) {
      bus.publish({ tenantId, kind: "incidents" });
    }
    for (const { measure, incidentId, opened, raised } of fed) {
      const { signal, scope, source } = measure;
      if (!opened && !raised) continue;
      log.warn({ signal, scope, source, incidentId }, opened ? "a rule opened an incident" : "an incident got worse");
    }
  }
}
