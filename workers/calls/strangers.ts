import { noteDifference } from "@/server/domain/calls/differences";
import { PATIENCE_MS } from "@/server/domain/calls/evidence.rules";
import { holderOf } from "@/server/domain/calls/inbound-calls";
import type { AmiGateway, LiveChannel } from "@/server/infra/ami/gateway";
import type { SqlPool } from "@/server/infra/db/pool";
import type { Logger } from "@/server/infra/log/logger";
import type { TenantId } from "@/server/kernel/ids";
import { CURRENCY_NOT_KNOWN } from "@/server/kernel/money";

type Parts = Readonly<{ pool: SqlPool; ami: AmiGateway | undefined; log: Logger }>;

/** Where a call may cost money; in the other contexts of ours it does not, or nothing was decided yet. */
const INBOUND_CONTEXT = "ringfence-inbound";
const PAID_CONTEXTS: readonly string[] = ["ringfence-out", INBOUND_CONTEXT];
const AMI_MS = 5_000;

/** Channels of which the database knows nothing, by when each was seen first. */
export class Strangers {
  #since = new Map<string, number>();

  /** A channel that costs money and for which none is held is ended when a second look finds it again. */
  async look(
    unknown: readonly LiveChannel[],
    { pool, ami, log }: Parts,
  ): Promise<Readonly<{ found: number; again: boolean }>> {
    const strangers = unknown.filter(({ context }) => PAID_CONTEXTS.includes(context));
    for (const known of this.#since.keys()) {
      if (!strangers.some(({ uniqueId }) => uniqueId === known)) this.#since.delete(known);
    }
    let found = 0;
    for (const stranger of strangers) {
      const { uniqueId, endpoint } = stranger;
      const since = this.#since.get(uniqueId) ?? Date.now();
      this.#since.set(uniqueId, since);
      if (Date.now() - since < PATIENCE_MS) continue;
      log.error({ call: uniqueId, endpoint }, "a call without held money is ended");
      found += await listStranger(pool, stranger);
      await ami?.hangUp(uniqueId, { cause: 21, deadlineMs: AMI_MS });
    }
    return { found, again: strangers.length > 0 };
  }
}

async function ownerOf(pool: SqlPool, { context, endpoint, extension }: LiveChannel): Promise<TenantId | undefined> {
  if (context === INBOUND_CONTEXT) return holderOf(pool, extension);
  const text = "SELECT tenant_id FROM call_subject($1)";
  const [owner] = await pool.query<{ tenant_id: TenantId }>("stranger_owner", text, [endpoint ?? ""]);
  return owner?.tenant_id;
}

async function listStranger(pool: SqlPool, stranger: LiveChannel): Promise<number> {
  const { uniqueId, endpoint, seconds } = stranger;
  const tenantId = await ownerOf(pool, stranger);
  if (!tenantId) return 0;
  await noteDifference(pool, {
    tenantId,
    kind: "channel_without_hold",
    subject: uniqueId,
    moneyAtRiskMicros: 0n,
    // What it costs is not known: no price was looked up for it.
    currency: CURRENCY_NOT_KNOWN,
    detail: { call: uniqueId, endpoint: endpoint ?? "", seconds },
  });
  return 1;
}
