import type { TenantRead } from "@/server/infra/db/tenant-tx";
import type { CallId, TenantId } from "@/server/kernel/ids";

export type OverdueCall = {
  readonly id: CallId;
  readonly tenantId: TenantId;
  readonly state: string;
  /** What all levels together still hold for it. */
  readonly heldMicros: bigint;
  readonly currency: string;
  /** When it should have been over. */
  readonly dueAt: Date;
};

/** Longer than anybody lets a phone ring, and than the last report of a call takes. */
const RING_SECONDS = 180;
const SLACK_SECONDS = 15;

/**
 * Calls that are still open although their grant, or any ringing, must have ended: nobody reported their end. With a
 * subtree transaction those of tenants below as well. The oldest first.
 */
export function listOverdueCalls(tx: TenantRead): Promise<OverdueCall[]> {
  return tx.$queryRaw<OverdueCall[]>`
    SELECT * FROM (
      SELECT c.id, c.tenant_id AS "tenantId", c.state, c.currency,
        coalesce((SELECT sum(h.held_micros) FROM hold h WHERE h.call_id = c.id AND h.state = 'open'), 0)::bigint AS "heldMicros",
        CASE WHEN c.answered_at IS NULL THEN c.started_at + ${RING_SECONDS}::int * interval '1 second'
          ELSE c.answered_at + (c.granted_seconds + ${SLACK_SECONDS}::int) * interval '1 second' END AS "dueAt"
      FROM call c WHERE c.state <> 'ended') open
    WHERE "dueAt" < now() ORDER BY "dueAt" LIMIT 1000`;
}
