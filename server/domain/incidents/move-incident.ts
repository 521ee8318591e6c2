import { countBlocks } from "@/server/domain/incidents/blocks";
import type { DismissReason } from "@/server/domain/incidents/dismiss-reasons.schema";
import { isOver, needsText, nextStates } from "@/server/domain/incidents/incident.rules";
import type { IncidentState } from "@/server/domain/incidents/incident.schema";
import { addLine, type IncidentOf, takeWhole, type Worker, wrongWay } from "@/server/domain/incidents/incidents";
import { finishReview, reopenReview } from "@/server/domain/incidents/review-finish";
import type { TenantRead, TenantWrite } from "@/server/infra/db/tenant-tx";
import { DomainError } from "@/server/kernel/errors";
import type { TenantId } from "@/server/kernel/ids";

type Move = Readonly<{
  incidentId: string;
  state: IncidentState;
  /** Why it is dismissed; undefined for every other state. */
  reason?: DismissReason | undefined;
  text?: string | undefined;
}>;

/**
 * Moves an incident to another state; those merged into it go with it when it ends or is opened again.
 * @throws DomainError not_found; invalid_state for a way that does not exist, or when it is part of another.
 * @throws DomainError invalid_input when a reason is needed and none was given, in words or of the list.
 * @throws DomainError invalid_state when it is to end and still stops calls.
 * @throws DomainError invalid_state when it is to count as reviewed and its review is not wholly written.
 * @throws DomainError conflict when it is opened again while another about the same network is open.
 */
export async function moveIncident(
  tx: TenantWrite,
  tenantId: TenantId,
  { incidentId, state, reason, text = "" }: Move,
  by: Worker,
): Promise<{ before: IncidentOf; after: IncidentOf }> {
  const before = await takeWhole(tx, tenantId, incidentId);
  if (!nextStates(before.state).includes(state)) throw wrongWay(before, state);
  refuseWrongReason(state, reason);
  if (needsText(before.state, state, reason) && text.trim() === "") {
    throw new DomainError("invalid_input", { field: "text" }, "Say why: whoever reads it later was not there.");
  }
  if (isOver(before.state) && !isOver(state)) await refuseSecond(tx, tenantId, before);
  if (isOver(state)) await refuseHolding(tx, tenantId, before);
  if (state === "reviewed") await finishReview(tx, tenantId, before);
  if (before.state === "reviewed") await reopenReview(tx, tenantId, incidentId);
  await tx.$executeRaw`
    UPDATE incident SET state = ${state}, owner_id = coalesce(owner_id, ${by.userId}::uuid),
      acknowledged_at = coalesce(acknowledged_at, clock_timestamp()),
      contained_at = CASE WHEN ${state} = 'contained' THEN coalesce(contained_at, clock_timestamp()) ELSE contained_at END,
      closed_at = CASE WHEN ${isOver(state)} THEN coalesce(closed_at, clock_timestamp()) END,
      dismissed_as = ${reason ?? null}::text,
      outcome = CASE WHEN NOT ${isOver(state)} THEN '' WHEN ${text} = '' THEN outcome ELSE ${text} END
    WHERE tenant_id = ${tenantId}::uuid AND id = ${incidentId}::uuid`;
  if (isOver(before.state) !== isOver(state)) {
    await tx.$executeRaw`
      UPDATE incident SET state = ${state}, dismissed_as = ${reason ?? null}::text, closed_at = CASE WHEN ${isOver(state)} THEN clock_timestamp() END
      WHERE tenant_id = ${tenantId}::uuid AND merged_into = ${incidentId}::uuid`;
  }
  await addLine(tx, tenantId, incidentId, by.name, {
    kind: "state",
    body: text,
    detail: { from: before.state, to: state, ...(reason ? { reason } : {}) },
  });
  return { before, after: { ...before, state } };
}

/** A dismissal has a reason of the list, which is counted; nothing else has one. */
function refuseWrongReason(state: IncidentState, reason: DismissReason | undefined): void {
  if ((state === "dismissed") === (reason !== undefined)) return;
  const sentence = reason ? "Only a dismissal has a reason of this list." : "Choose why it is dismissed.";
  throw new DomainError("invalid_input", { field: "reason" }, sentence);
}

/** What is over has nobody who lifts its blocks. The database refuses it as well, whatever comes in between. */
async function refuseHolding(tx: TenantRead, tenantId: TenantId, { id, number }: IncidentOf): Promise<void> {
  const held = await countBlocks(tx, tenantId, id);
  if (held === 0) return;
  const sentence = `Incident ${number} still stops calls: release what it contained first.`;
  throw new DomainError("invalid_state", { incident: number, blocks: held }, sentence);
}

/** One attack is one incident: while another one about the same network is open, this one stays closed. */
async function refuseSecond(tx: TenantRead, tenantId: TenantId, { id, number }: IncidentOf): Promise<void> {
  const [other] = await tx.$queryRaw<{ number: bigint }[]>`
    SELECT o.number FROM incident i JOIN incident o ON o.tenant_id = i.tenant_id AND o.kind = i.kind AND o.source = i.source
    WHERE i.tenant_id = ${tenantId}::uuid AND (i.id = ${id}::uuid OR i.merged_into = ${id}::uuid) AND i.source <> '' AND o.closed_at IS NULL
    LIMIT 1`;
  if (!other) return;
  const sentence = `Incident ${other.number} about the same network is open: work on that one instead of ${number}.`;
  throw new DomainError("conflict", { incident: number }, sentence);
}
