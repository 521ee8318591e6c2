import { change } from "@/server/domain/audit/change";
import { noteDifference } from "@/server/domain/calls/differences";
import { PATIENCE_MS } from "@/server/domain/calls/evidence.rules";
import { holderOf } from "@/server/domain/calls/inbound-calls";
import type { AmiGateway, LiveChannel } from "@/server/infra/ami/gateway";
import type { Db } from "@/server/infra/db/client";
import type { SqlPool } from "@/server/infra/db/pool";
import type { Logger } from "@/server/infra/log/logger";
import type { TenantId } from "@/server/kernel/ids";
import { CURRENCY_NOT_KNOWN } from "@/server/kernel/money";

/** A call that was ended because nobody holds money for it; of whom it is not known, the operator's. */
export type Ended = Readonly<{ tenantId: TenantId; call: string; endpoint: string; seconds: number }>;

export type Parts = Readonly<{
  pool: SqlPool;
  ami: AmiGateway | undefined;
  log: Logger;
  /** Told of each call that was to be ended, once; a worker that is killed just then leaves the difference only. */
  ended?: ((ended: Ended) => Promise<void>) | undefined;
}>;

/** Where a call may cost money; in the other contexts of ours it does not, or nothing was decided yet. */
const INBOUND_CONTEXT = "ringfence-inbound";
const PAID_CONTEXTS: readonly string[] = ["ringfence-out", INBOUND_CONTEXT];
const AMI_MS = 5_000;

/** Writes the end of each into the trail. */
export const intoTrail =
  (db: Db) =>
  ({ tenantId, call, endpoint, seconds }: Ended): Promise<void> => {
    const actor = { kind: "job", id: "calls.reconcile", requestId: call } as const;
    const after = { endpoint, seconds, reason: "no money is held for it" };
    return change(db, { tenantId, actor, action: "call.hang_up" }, async () => ({
      subject: `channel:${call}`,
      after,
      result: undefined,
    }));
  };

/** Channels of which the database knows nothing, by when each was seen first. */
export class Strangers {
  #since = new Map<string, number>();
  /** Asked to end: a repeat of the question is no news. */
  #asked = new Set<string>();
  /** Not in the trail yet. */
  #untold: Ended[] = [];

  /** A channel that costs money and for which none is held is ended when a second look finds it again. */
  async look(
    unknown: readonly LiveChannel[],
    { pool, ami, log, ended }: Parts,
  ): Promise<Readonly<{ found: number; again: boolean }>> {
    const strangers = unknown.filter(({ context }) => PAID_CONTEXTS.includes(context));
    for (const known of this.#since.keys()) {
      if (strangers.some(({ uniqueId }) => uniqueId === known)) continue;
      this.#since.delete(known);
      this.#asked.delete(known);
    }
    let found = 0;
    try {
      for (const stranger of strangers) {
        if (await this.#end(stranger, { pool, ami, log })) found += 1;
      }
    } finally {
      await this.#tell({ ended, log });
    }
    return { found, again: strangers.length > 0 };
  }

  /** Lists it and has it ended, once it was seen for long enough. @returns whether it is listed. */
  async #end(stranger: LiveChannel, { pool, ami, log }: Pick<Parts, "pool" | "ami" | "log">): Promise<boolean> {
    const { uniqueId, endpoint, seconds } = stranger;
    const since = this.#since.get(uniqueId) ?? Date.now();
    this.#since.set(uniqueId, since);
    if (Date.now() - since < PATIENCE_MS) return false;
    log.error({ call: uniqueId, endpoint }, "a call without held money is ended");
    const tenantId = await listStranger(pool, stranger);
    // Before it is asked for: it may have been heard also where no answer came.
    if (ami && tenantId && !this.#asked.has(uniqueId)) {
      this.#asked.add(uniqueId);
      this.#untold.push({ tenantId, call: uniqueId, endpoint: endpoint ?? "", seconds });
    }
    await ami?.hangUp(uniqueId, { cause: 21, deadlineMs: AMI_MS });
    return tenantId !== undefined;
  }

  /** What cannot be written now is with the next look. */
  async #tell({ ended, log }: Pick<Parts, "ended" | "log">): Promise<void> {
    const untold = this.#untold;
    this.#untold = [];
    for (const one of untold) {
      await ended?.(one).catch((error: unknown) => {
        log.warn({ error, call: one.call }, "the end of a call is not in the trail yet");
        this.#untold.push(one);
      });
    }
  }
}

async function ownerOf(pool: SqlPool, { context, endpoint, extension }: LiveChannel): Promise<TenantId | undefined> {
  if (context === INBOUND_CONTEXT) return holderOf(pool, extension);
  const text = "SELECT tenant_id FROM call_subject($1)";
  const [owner] = await pool.query<{ tenant_id: TenantId }>("stranger_owner", text, [endpoint ?? ""]);
  return owner?.tenant_id;
}

async function operatorOf(pool: SqlPool): Promise<TenantId | undefined> {
  const [operator] = await pool.query<{ id: TenantId | null }>("operator", "SELECT operator_tenant() AS id", []);
  return operator?.id ?? undefined;
}

async function listStranger(pool: SqlPool, stranger: LiveChannel): Promise<TenantId | undefined> {
  const { uniqueId, endpoint, seconds } = stranger;
  const tenantId = (await ownerOf(pool, stranger)) ?? (await operatorOf(pool));
  if (!tenantId) return undefined;
  await noteDifference(pool, {
    tenantId,
    kind: "channel_without_hold",
    subject: uniqueId,
    moneyAtRiskMicros: 0n,
    // What it costs is not known: no price was looked up for it.
    currency: CURRENCY_NOT_KNOWN,
    detail: { call: uniqueId, endpoint: endpoint ?? "", seconds },
  });
  return tenantId;
}
