import { getCall } from "@/server/domain/calls/call-detail";
import { chargeKey } from "@/server/domain/calls/charge-key";
import { mailDecision } from "@/server/domain/disputes/decision-mail";
import {
  DISPUTE_DAYS,
  type DisputeReason,
  type DisputeState,
  disputeLabel,
} from "@/server/domain/disputes/dispute-kinds.schema";
import { type Evidence, evidenceOf } from "@/server/domain/disputes/evidence";
import type { TenantRead, TenantWrite } from "@/server/infra/db/tenant-tx";
import { DomainError } from "@/server/kernel/errors";
import type { TenantId } from "@/server/kernel/ids";
import { formatMicros, type Micros, micros } from "@/server/kernel/money";

export type Side = "buyer" | "seller";

export type Opened = {
  readonly id: string;
  readonly number: string;
  readonly sellerId: TenantId;
  readonly repeated: boolean;
};

const nothingCharged = "Nothing was charged here for this call, so there is nothing to dispute.";

/** What a tenant paid for a call, in micros, by now. */
export type OwnCharge = { readonly leftMicros: Micros; readonly endedAt: Date };

/**
 * What a tenant itself was charged for a call, with every correction; undefined when it paid nothing for it (it sold the
 * call, or the call was free). Of several levels this is the tenant's own.
 * @throws DomainError not_found when a subtree transaction does not see the call.
 */
export async function getOwnCharge(tx: TenantRead, tenantId: TenantId, callId: string): Promise<OwnCharge | undefined> {
  const [call] = await tx.$queryRaw<{ endedAt: Date | null; level: number | null }[]>`
    SELECT c.ended_at AS "endedAt", h.level
    FROM call_record c LEFT JOIN hold h ON h.tenant_id = ${tenantId}::uuid AND h.call_id = c.id AND h.state = 'charged'
    WHERE c.id = ${callId}::uuid`;
  if (!call) throw new DomainError("not_found", { callId });
  const { endedAt, level } = call;
  if (endedAt === null || level === null) return undefined;
  const [charge] = await tx.$queryRaw<{ leftMicros: bigint }[]>`
    SELECT s.net + s.tax AS "leftMicros" FROM ledger_transaction x CROSS JOIN LATERAL charge_comes_to(x.id) s
    WHERE x.tenant_id = ${tenantId}::uuid AND x.posting_key = ${chargeKey({ callId, level })}`;
  return charge && charge.leftMicros > 0n ? { leftMicros: micros(charge.leftMicros), endedAt } : undefined;
}

/** Why a charge cannot be disputed; undefined when it can. */
export function disputeProblem(charge: OwnCharge | undefined, now: Date): string | undefined {
  if (!charge) return nothingCharged;
  const until = new Date(charge.endedAt.getTime() + DISPUTE_DAYS * 86_400_000);
  if (until >= now) return undefined;
  return `A charge can be disputed for ${DISPUTE_DAYS} days; for this one that ended on ${until.toISOString().slice(0, 10)}.`;
}

/**
 * Looks at a call before its charge is disputed: the evidence as the payer sees it now. Wants a subtree transaction, because
 * a reseller disputes calls of its customers at its own level.
 * @throws DomainError not_found for a call that is not visible.
 * @throws DomainError invalid_state when the tenant was charged nothing for it, or 90 days have passed.
 */
export async function prepareDispute(tx: TenantRead, tenantId: TenantId, callId: string): Promise<Evidence> {
  const problem = disputeProblem(await getOwnCharge(tx, tenantId, callId), new Date());
  if (problem) throw new DomainError("invalid_state", { callId }, problem);
  return evidenceOf(await getCall(tx, callId));
}

type Asked = Readonly<{
  callId: string;
  reason?: DisputeReason | undefined;
  text?: string | undefined;
  evidence: Evidence;
}>;

/**
 * Disputes what the tenant acted on paid for a call, with the tenant it bought from; the case gets the seller's next number.
 * While a dispute of the call is open it is the answer (`repeated`), so a double click makes one.
 * @throws DomainError not_found for a charge that is not the tenant's; invalid_state when it became none, or too old.
 */
export async function openDispute(tx: TenantWrite, asked: Asked, actor: string): Promise<Opened> {
  const { callId, reason = "", text = "" } = asked;
  const [row] = await tx.$queryRaw<{ id: string; number: number; sellerId: TenantId; repeated: boolean }[]>`
    SELECT id, number, seller_id AS "sellerId", repeated
    FROM dispute_open(${callId}::uuid, ${reason}, ${text}, ${JSON.stringify(asked.evidence)}::jsonb, ${actor})`;
  if (!row) throw new Error("the database answered without a dispute");
  return { ...row, number: disputeLabel(row.number) };
}

export type DisputeOf = {
  readonly id: string;
  readonly number: string;
  readonly side: Side;
  readonly buyerId: TenantId;
  readonly sellerId: TenantId;
  readonly callId: string;
  readonly state: DisputeState;
  readonly currency: string;
};

/**
 * A dispute that the tenant is a side of.
 * @throws DomainError not_found for any other, whether or not there is one.
 */
export async function getParty(tx: TenantRead, tenantId: TenantId, disputeId: string): Promise<DisputeOf> {
  const row = await tx.dispute.findUnique({ where: { id: disputeId } });
  if (!row || (row.tenantId !== tenantId && row.sellerId !== tenantId))
    throw new DomainError("not_found", { disputeId });
  return {
    id: row.id,
    number: disputeLabel(row.number),
    side: row.tenantId === tenantId ? "buyer" : "seller",
    buyerId: row.tenantId as TenantId,
    sellerId: row.sellerId as TenantId,
    callId: row.callId,
    state: row.state as DisputeState,
    currency: row.currency,
  };
}

const others = {
  buyer: "Only the tenant that disputes the charge can do this.",
  seller: "Only the tenant that sold the call decides about its charge.",
} as const;

async function openFor(tx: TenantRead, tenantId: TenantId, disputeId: string, side: Side): Promise<DisputeOf> {
  const dispute = await getParty(tx, tenantId, disputeId);
  if (dispute.side !== side) throw new DomainError("forbidden", { disputeId }, others[side]);
  if (dispute.state !== "open") throw over(dispute);
  return dispute;
}

const over = ({ number, state }: DisputeOf) =>
  new DomainError("invalid_state", { dispute: number, state }, `${number} is over: ${state.replace("_", " ")}.`);

type Said = Readonly<{ disputeId: string; reason?: DisputeReason | undefined; text?: string | undefined }>;

/**
 * Adds a comment of either side; the buyer may also name the reason. A repeat adds another comment.
 * @throws DomainError not_found; invalid_state when the case is over or holds 200 comments; forbidden for a reason from the seller.
 */
export async function sayInDispute(
  tx: TenantWrite,
  tenantId: TenantId,
  { disputeId, reason, text }: Said,
  actor: string,
): Promise<DisputeOf> {
  const dispute = await getParty(tx, tenantId, disputeId);
  if (reason !== undefined && dispute.side === "seller")
    throw new DomainError("forbidden", { disputeId }, others.buyer);
  if (dispute.state !== "open") throw over(dispute);
  await tx.$queryRaw`
    SELECT dispute_say(${disputeId}::uuid, ${dispute.side}, ${reason ?? null}, ${text ?? ""}, ${actor})::text`;
  return dispute;
}

/**
 * The buyer takes its dispute back; the charge stays.
 * @throws DomainError not_found; forbidden for the seller; invalid_state when the case is over.
 */
export async function withdrawDispute(
  tx: TenantWrite,
  tenantId: TenantId,
  disputeId: string,
  actor: string,
): Promise<DisputeOf> {
  const dispute = await openFor(tx, tenantId, disputeId, "buyer");
  await tx.$queryRaw`SELECT dispute_withdraw(${disputeId}::uuid, ${actor})::text`;
  return { ...dispute, state: "withdrawn" };
}

export type Decided = DisputeOf & {
  readonly creditedMicros: Micros;
  /** The correction in the ledger; null for a rejection. */
  readonly transactionId: string | null;
};

type Decision = Readonly<{
  disputeId: string;
  /** Micros to give back; null is all that is left of the charge, 0n rejects. */
  credit: bigint | null;
  text?: string | undefined;
}>;

/**
 * Looks whether a dispute can be credited with this much, so that the refusal can say how much could be. Wants a subtree
 * transaction of the seller.
 * @throws DomainError as decideDispute does.
 */
export async function checkCredit(tx: TenantRead, tenantId: TenantId, { disputeId, credit }: Decision): Promise<void> {
  const dispute = await openFor(tx, tenantId, disputeId, "seller");
  if (credit === 0n) return;
  const left = (await getOwnCharge(tx, dispute.buyerId, dispute.callId))?.leftMicros ?? 0n;
  if (left === 0n) {
    const sentence = "Nothing is left of this charge: it was corrected meanwhile. Reject the dispute, and say so.";
    throw new DomainError("invalid_state", { dispute: dispute.number }, sentence);
  }
  if (credit !== null && credit > left) {
    const most = formatMicros(left, dispute.currency, { exact: true });
    throw new DomainError("invalid_input", { field: "amount" }, `At most ${most}: that is what is left of the charge.`);
  }
}

/**
 * The seller decides an open dispute. A credit is a correction linked to the charge, moved in the same transaction under the
 * wallet's lock, so of two decisions at once one is made. The buyer's owners and billing seats are written to.
 * @throws DomainError not_found; forbidden for the buyer, who cannot credit itself; invalid_state when it is decided.
 * @throws DomainError invalid_input for more than is left of the charge.
 */
export async function decideDispute(
  tx: TenantWrite,
  tenantId: TenantId,
  { disputeId, credit, text = "" }: Decision,
  actor: string,
): Promise<Decided> {
  const dispute = await openFor(tx, tenantId, disputeId, "seller");
  const [row] = await tx.$queryRaw<{ state: DisputeState; credited: bigint; id: string | null }[]>`
    SELECT state, credited_micros AS credited, transaction_id AS id
    FROM dispute_decide(${disputeId}::uuid, ${credit}::bigint, ${text}, ${actor})`;
  if (!row) throw new Error("the database answered without a decision");
  const { state, credited, id } = row;
  const decided = { ...dispute, state, creditedMicros: micros(credited), transactionId: id };
  await mailDecision(tx, decided, text);
  return decided;
}
