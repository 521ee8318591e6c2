import { hostname } from "node:os";

import { forgetWorker, saveBeat, type WorkerReport } from "@/server/domain/system/workers";
import type { AmiGateway } from "@/server/infra/ami/gateway";
import type { SqlPool } from "@/server/infra/db/pool";
import type { Logger } from "@/server/infra/log/logger";
import { DIALLED_TRUNK } from "@/server/kernel/dialled-trunk";
import type { CallLifecycle } from "@/workers/calls/call-lifecycle";
import { inTime } from "@/workers/in-time";
import type { JobQueue } from "@/workers/queue-backend";

type Parts = Readonly<{
  pool: SqlPool;
  queue: JobQueue;
  ami: AmiGateway | undefined;
  lifecycle: Pick<CallLifecycle, "registry" | "settlements">;
  pbx: string;
  version: string;
  mail: boolean;
  payments: string | null;
  log: Logger;
  everyMs?: number;
}>;

const EVERY_MS = 5_000;
const PATIENCE_MS = 2_000;
const FAILED_SHOWN = 30;

/** Tells the operator's page every few seconds how this process and what it is connected to are. */
export class Heartbeat {
  readonly #startedAt = new Date();
  readonly #id = `${hostname().slice(0, 60)}:${process.pid}`;
  readonly #timer: NodeJS.Timeout;
  #beating: Promise<void> | undefined;
  #away = false;

  constructor(readonly parts: Parts) {
    this.#timer = setInterval(() => this.beat(), parts.everyMs ?? EVERY_MS);
    void this.beat();
  }

  /** One beat; while one is under way, that one. Never rejects: a database that is away is said once. */
  beat(): Promise<void> {
    this.#beating ??= this.#beat().finally(() => {
      this.#beating = undefined;
    });
    return this.#beating;
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#beating;
    await inTime(forgetWorker(this.parts.pool, this.#id));
  }

  async #beat(): Promise<void> {
    const { pool, pbx, log } = this.parts;
    try {
      await saveBeat(pool, { id: this.#id, pbx, startedAt: this.#startedAt, report: await reportOf(this.parts) });
      this.#away = false;
    } catch (error) {
      if (!this.#away) log.warn({ error }, "could not tell how this worker is");
      this.#away = true;
    }
  }
}

async function reportOf({ ami, queue, lifecycle, ...parts }: Parts): Promise<WorkerReport> {
  const there = ami?.status().connected ? ami : undefined;
  const [core, trunk, counts, failed] = await Promise.all([
    there && inTime(there.core({ deadlineMs: PATIENCE_MS })),
    there && inTime(there.contact(DIALLED_TRUNK, { deadlineMs: PATIENCE_MS })),
    inTime(queue.counts()),
    inTime(queue.failed(FAILED_SHOWN)),
  ]);
  const count = (name: string) => counts?.[name] ?? 0;
  return {
    version: parts.version,
    node: process.versions.node,
    memoryBytes: process.memoryUsage().rss,
    calls: {
      live: lifecycle.registry.size,
      endsWaiting: lifecycle.settlements.waiting,
      endsDropped: lifecycle.settlements.dropped,
    },
    ami: ami
      ? { ...amiOf(ami), version: core?.version ?? null, calls: core?.calls ?? null, trunk: trunk ?? null }
      : null,
    queue: {
      ...{ backend: queue.kind, there: counts !== undefined, waiting: count("waiting"), active: count("active") },
      ...{ delayed: count("delayed"), failed: count("failed") },
    },
    failed: (failed ?? []).map(({ data, ...job }) => ({ ...job, tenantId: tenantOf(data) })),
    mail: parts.mail,
    payments: parts.payments,
  };
}

function amiOf(ami: AmiGateway) {
  const { connected, since, lastEventAt, problem, droppedEvents, bootedAt, clockOffsetMs } = ami.status();
  return {
    ...{ connected, since, droppedEvents, clockOffsetMs },
    lastEventAt: lastEventAt ?? null,
    problem: problem ?? null,
    bootedAt: bootedAt ?? null,
  };
}

/** Of what travels in the queue only whose it is: payloads stay there. */
const tenantOf = (data: unknown): string | null =>
  typeof data === "object" && data !== null && "tenantId" in data && typeof data.tenantId === "string"
    ? data.tenantId
    : null;
