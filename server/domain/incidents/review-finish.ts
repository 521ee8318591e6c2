import { lacking, lackingSentence } from "@/server/domain/incidents/review.rules";
import { factsOf } from "@/server/domain/incidents/review-facts";
import type { TenantWrite } from "@/server/infra/db/tenant-tx";
import { DomainError } from "@/server/kernel/errors";
import type { TenantId } from "@/server/kernel/ids";

type Of = Readonly<{ id: string; number: string }>;

/**
 * Finishes the review of an incident, with its facts as they are now. Whoever calls holds the incident's lock, so nobody writes to
 * it meanwhile. A repeat keeps the facts of the first time.
 * @throws DomainError invalid_state when the review is not wholly written, saying what is lacking.
 */
export async function finishReview(tx: TenantWrite, tenantId: TenantId, { id, number }: Of): Promise<void> {
  const key = { tenantId, incidentId: id };
  const review = await tx.incidentReview.findUnique({
    where: { tenantId_incidentId: key },
    select: { cause: true, worked: true, changes: true },
  });
  const followUps = await tx.incidentFollowUp.findMany({ where: key, select: { ownerId: true, dueOn: true } });
  const parts = lacking(review && { ...review, followUps });
  if (parts.length > 0) {
    throw new DomainError(
      "invalid_state",
      { incident: number, lacking: parts.join(" ") },
      lackingSentence(number, parts),
    );
  }
  const facts = await factsOf(tx, tenantId, id);
  await tx.$executeRaw`
    UPDATE incident_review SET finished_at = clock_timestamp(), facts = ${JSON.stringify(facts)}::jsonb
    WHERE tenant_id = ${tenantId}::uuid AND incident_id = ${id}::uuid AND finished_at IS NULL`;
}

/** Opens a finished review for writing: its incident goes on. What was written stays, what is taken from the incident is taken anew. */
export async function reopenReview(tx: TenantWrite, tenantId: TenantId, incidentId: string): Promise<void> {
  await tx.$executeRaw`
    UPDATE incident_review SET finished_at = NULL, facts = NULL WHERE tenant_id = ${tenantId}::uuid AND incident_id = ${incidentId}::uuid`;
}
