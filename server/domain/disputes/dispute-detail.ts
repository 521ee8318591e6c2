import { getCall, type Receipt } from "@/server/domain/calls/call-detail";
import type { DisputeReason, DisputeState } from "@/server/domain/disputes/dispute-kinds.schema";
import { disputeProblem, getOwnCharge, getParty, type Side } from "@/server/domain/disputes/disputes";
import type { Evidence } from "@/server/domain/disputes/evidence";
import type { TenantRead } from "@/server/infra/db/tenant-tx";
import { DomainError } from "@/server/kernel/errors";
import type { TenantId } from "@/server/kernel/ids";
import { type Micros, micros } from "@/server/kernel/money";

export type DisputeDetail = {
  readonly id: string;
  readonly number: string;
  readonly side: Side;
  readonly state: DisputeState;
  readonly reason: DisputeReason | null;
  readonly buyerName: string;
  readonly buyerSlug: string;
  readonly callId: string;
  readonly currency: string;
  readonly chargedMicros: Micros;
  readonly creditedMicros: Micros;
  /** What is left of the charge now, after every correction: the most that can be given back. */
  readonly leftMicros: Micros;
  /** The linked credit in the buyer's ledger. */
  readonly correctionId: string | null;
  /** What the buyer saw when it disputed the charge. */
  readonly evidence: Evidence;
  /** What the seller itself pays for this call; null for the buyer, and for the operator, who pays nobody. */
  readonly cost: { readonly receipt: Receipt; readonly currency: string } | null;
  readonly openedAt: Date;
  readonly decidedAt: Date | null;
  readonly events: readonly {
    readonly seq: number;
    readonly at: Date;
    readonly side: Side;
    readonly kind: string;
    readonly body: string;
  }[];
};

/**
 * One case with its evidence and everything that was said, as the side sees it that asks: the buyer never learns what the
 * seller pays. Who exactly acted on the other side is in that tenant's own trail. Wants a subtree transaction.
 * @throws DomainError not_found unless the tenant is a side of it.
 */
export async function getDispute(tx: TenantRead, tenantId: TenantId, disputeId: string): Promise<DisputeDetail> {
  const { side, buyerId, number } = await getParty(tx, tenantId, disputeId);
  const row = await tx.dispute.findUniqueOrThrow({ where: { id: disputeId } });
  const buyer = await tx.tenant.findUnique({ where: { id: buyerId }, select: { name: true, slug: true } });
  if (!buyer) throw new DomainError("not_found", { disputeId });
  const events = await tx.disputeEvent.findMany({
    where: { disputeId },
    orderBy: { seq: "asc" },
    select: { seq: true, at: true, side: true, kind: true, body: true },
  });
  return {
    id: row.id,
    number,
    side,
    state: row.state as DisputeState,
    reason: row.reason === "" ? null : (row.reason as DisputeReason),
    buyerName: buyer.name,
    buyerSlug: buyer.slug,
    callId: row.callId,
    currency: row.currency,
    chargedMicros: micros(row.chargedMicros),
    creditedMicros: micros(row.creditedMicros),
    leftMicros: (await getOwnCharge(tx, buyerId, row.callId))?.leftMicros ?? micros(0n),
    correctionId: row.correctionId,
    evidence: row.evidence as unknown as Evidence,
    cost: side === "seller" ? await costOf(tx, tenantId, row.callId) : null,
    openedAt: row.openedAt,
    decidedAt: row.decidedAt,
    events: events.map((event) => ({ ...event, side: event.side as Side })),
  };
}

async function costOf(tx: TenantRead, tenantId: TenantId, callId: string): Promise<DisputeDetail["cost"]> {
  if (!(await tx.hold.findUnique({ where: { tenantId_callId: { tenantId, callId } }, select: { level: true } })))
    return null;
  // Of the prices that this transaction sees, the seller's own is the uppermost.
  const { receipt, currency } = await getCall(tx, callId);
  return receipt && { receipt, currency };
}

export type CallDispute = {
  /** The newest dispute of this call that the tenant is a side of. */
  readonly dispute: {
    readonly id: string;
    readonly number: string;
    readonly side: Side;
    readonly state: DisputeState;
    readonly reason: DisputeReason | null;
    readonly creditedMicros: Micros;
    readonly currency: string;
  } | null;
  /** Whether the tenant may dispute what it paid for the call now. */
  readonly open: boolean;
  /** Why not, for a charge that cannot be disputed any more. */
  readonly problem: string | null;
};

/**
 * What can be, or was, disputed of a call, for the page that shows the call. Wants a subtree transaction.
 * @throws DomainError not_found when the call is not visible.
 */
export async function getCallDispute(tx: TenantRead, tenantId: TenantId, callId: string): Promise<CallDispute> {
  const charge = await getOwnCharge(tx, tenantId, callId);
  const problem = disputeProblem(charge, new Date());
  const newest = await tx.dispute.findFirst({
    where: { callId, OR: [{ tenantId }, { sellerId: tenantId }] },
    // A reseller may have both: what it disputes itself comes before what its customer does.
    orderBy: [{ level: "desc" }, { openedAt: "desc" }],
    select: { id: true },
  });
  const party = newest && (await getParty(tx, tenantId, newest.id));
  const row = newest && (await tx.dispute.findUniqueOrThrow({ where: { id: newest.id } }));
  const dispute = party &&
    row && {
      id: party.id,
      number: party.number,
      side: party.side,
      state: party.state,
      reason: row.reason === "" ? null : (row.reason as DisputeReason),
      creditedMicros: micros(row.creditedMicros),
      currency: party.currency,
    };
  const waiting = dispute?.side === "buyer" && dispute.state === "open";
  return { dispute, open: !problem && !waiting, problem: charge && problem ? problem : null };
}
